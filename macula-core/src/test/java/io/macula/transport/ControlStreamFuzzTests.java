/*
 * Copyright 2026 the Macula for Spring authors.
 *
 * Licensed under the Apache License, Version 2.0 (the "License");
 * you may not use this file except in compliance with the License.
 * You may obtain a copy of the License at
 *
 *      https://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS,
 * WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 * See the License for the specific language governing permissions and
 * limitations under the License.
 */
package io.macula.transport;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.macula.wire.ErrorCode;
import io.macula.wire.Frame;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.quic.QuicStreamType;
import io.netty.util.concurrent.Ticker;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Fuzz target of {@link ControlStream} and the {@link FrameStream} beneath it: how the
 * network cuts what arrives makes no difference, and nothing of it is kept. The first
 * byte is the length of a piece.
 */
class ControlStreamFuzzTests {

	@FuzzTest(maxDuration = "10m")
	void howItIsCutMakesNoDifference(byte[] bytes) {
		if (bytes.length > 1) {
			byte[] stream = Arrays.copyOfRange(bytes, 1, bytes.length);
			assertThat(received(stream, Math.max(1, bytes[0] & 0xFF))).isEqualTo(received(stream, stream.length));
		}
	}

	private static List<String> received(byte[] stream, int piece) {
		Receiver receiver = new Receiver();
		ControlStream control = new ControlStream(receiver, () -> 0);
		EmbeddedChannel socket = new EmbeddedChannel();
		FakeQuicStream channel = new FakeQuicStream(new FakeQuicChannel(socket, Ticker.newMockTicker(), null),
				QuicStreamType.BIDIRECTIONAL, 0, Ticker.newMockTicker());
		channel.pipeline().addLast(control);
		List<ByteBuf> pieces = new ArrayList<>();
		for (int from = 0; from < stream.length && !receiver.broken; from += piece) {
			ByteBuf part = Unpooled.buffer(piece).writeBytes(stream, from, Math.min(piece, stream.length - from));
			pieces.add(part);
			channel.pipeline().fireChannelRead(part);
			channel.pipeline().fireChannelReadComplete();
			channel.runPendingTasks();
		}
		channel.pipeline().remove(control);
		assertThat(pieces).allMatch((part) -> part.refCnt() == 0);
		return receiver.events;
	}

	private static final class Receiver implements ControlStream.Receiver {

		private final List<String> events = new ArrayList<>();

		private boolean broken;

		@Override
		public void onControl(Frame frame) {
			this.events.add(frame.type() + " " + HexFormat.of().formatHex(FakeQuicStream.bytes(frame)));
		}

		@Override
		public void onBroken(ErrorCode code, String message) {
			assertThat(code).isNotEqualTo(ErrorCode.INTERNAL);
			this.broken = true;
			this.events.add(code + ": " + message);
		}

	}

}
