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

package io.macula.wire;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
import java.util.stream.Stream;

import io.macula.Metadata;
import io.macula.testing.ThreadCost;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What a peer may send costs no more than its bytes: sixteen times as many cost sixteen
 * times as much.
 */
class FrameDecoderCostTests {

	private static final int TIMES = 16;

	/** Linear is {@link #TIMES}, quadratic is its square. */
	private static final int LIMIT = TIMES * 5;

	private static final long SLACK_NANOS = 100_000_000;

	private static final long SLACK_BYTES = 1 << 20;

	/** Bytes for a byte of a frame, at most. */
	private static final int MOST_MEMORY = 160;

	static Stream<Hostile> hostile() {
		return Stream.of(whole("HELLO with codecs", 4, (n) -> hello(n, Map.of())),
				whole("HELLO with extensions", 4, (n) -> hello(1, entries(n))),
				whole("GOAWAY with lanes", 400, FrameDecoderCostTests::goAway),
				whole("CALL with metadata", 4,
						(n) -> Frames
							.encoded(new Frame.Call(1, 0, "a/b", "cbor", 0, 0, Metadata.of(entries(n)), new byte[0]))),
				whole("CALL with a payload", 1 << 16,
						(n) -> Frames.encoded(new Frame.Call(1, 1, "", "", 0, 0, Metadata.EMPTY, new byte[n]))),
				whole("empty CALLs", 1 << 10, (n) -> many(n,
						(i) -> Frames.encoded(new Frame.Call(i + 1, 1, "", "", 0, 0, Metadata.EMPTY, new byte[0])))),
				whole("CALLs that name their procedure", 1 << 10,
						(n) -> many(n,
								(i) -> Frames.encoded(
										new Frame.Call(i + 1, 0, "a/" + i, "x", 0, 0, Metadata.EMPTY, new byte[0])))),
				whole("PINGs", 1 << 12, (n) -> many(n, (i) -> Frames.encoded(new Frame.Ping(i)))),
				whole("unknown frames", 1 << 14, (n) -> many(n, (i) -> new byte[] { 1, 0x7F })),
				trickled("a frame byte by byte", 1 << 14,
						(n) -> Frames.encoded(new Frame.Call(1, 1, "", "", 0, 0, Metadata.EMPTY, new byte[n]))),
				trickled("an unknown frame byte by byte", 1 << 14, FrameDecoderCostTests::unknown));
	}

	@ParameterizedTest
	@MethodSource("hostile")
	void costsNoMoreThanItsBytes(Hostile hostile) {
		byte[] small = hostile.bytes().apply(hostile.size());
		byte[] large = hostile.bytes().apply(hostile.size() * TIMES);
		for (int i = 0; i < 5; i++) {
			hostile.decode(small);
		}
		ThreadCost once = ThreadCost.of(() -> hostile.decode(small));
		ThreadCost often = ThreadCost.of(() -> hostile.decode(large));
		assertThat(often.nanos())
			.as("nanoseconds for %d bytes, after %d for %d", large.length, once.nanos(), small.length)
			.isLessThan(once.nanos() * LIMIT + SLACK_NANOS);
		assertThat(often.bytes()).as("bytes for %d bytes, after %d for %d", large.length, once.bytes(), small.length)
			.isLessThan(once.bytes() * LIMIT / 2 + SLACK_BYTES)
			.isLessThan((long) large.length * MOST_MEMORY + SLACK_BYTES);
	}

	private static byte[] hello(int codecs, Map<String, String> extensions) {
		List<String> names = new ArrayList<>();
		for (int i = 0; i < codecs; i++) {
			names.add("codec-" + i + "x".repeat(50));
		}
		return Frames
			.encoded(new Frame.Hello(new Introduction(1, "r", "n", 1, 1 << 20, 100, names, "software", extensions)));
	}

	private static Map<String, String> entries(int count) {
		Map<String, String> entries = new HashMap<>();
		for (int i = 0; i < count; i++) {
			// All keys have one hash code.
			StringBuilder key = new StringBuilder();
			for (int bit = 0; bit < 7; bit++) {
				key.append(((i >>> bit & 1) == 0) ? "Aa" : "BB");
			}
			entries.put(key.toString(), "v".repeat(400));
		}
		return entries;
	}

	private static byte[] goAway(int lanes) {
		List<Frame.GoAway.Accepted> accepted = new ArrayList<>();
		for (int i = 0; i < lanes; i++) {
			accepted.add(new Frame.GoAway.Accepted(4L * i, i + 1));
		}
		return Frames.encoded(new Frame.GoAway(ErrorCode.DRAINED, "bye", accepted));
	}

	private static byte[] unknown(int size) {
		ByteBuf frame = Unpooled.buffer();
		Varint.write(frame, size + 1);
		frame.writeByte(0x7F).writeZero(size);
		byte[] bytes = new byte[frame.readableBytes()];
		frame.readBytes(bytes);
		return bytes;
	}

	private static byte[] many(int count, IntFunction<byte[]> frame) {
		ByteBuf all = Unpooled.buffer();
		for (int i = 0; i < count; i++) {
			all.writeBytes(frame.apply(i));
		}
		byte[] bytes = new byte[all.readableBytes()];
		all.readBytes(bytes);
		return bytes;
	}

	private static Hostile whole(String name, int size, IntFunction<byte[]> bytes) {
		return new Hostile(name, size, bytes, false);
	}

	private static Hostile trickled(String name, int size, IntFunction<byte[]> bytes) {
		return new Hostile(name, size, bytes, true);
	}

	record Hostile(String name, int size, IntFunction<byte[]> bytes, boolean trickled) {

		void decode(byte[] sent) {
			FrameDecoder decoder = new FrameDecoder(1 << 24);
			ByteBuf in = this.trickled ? Unpooled.buffer(sent.length) : Unpooled.wrappedBuffer(sent);
			int frames = 0;
			for (int i = 0; this.trickled && i < sent.length - 1; i++) {
				in.writeByte(sent[i]);
				if (decoder.decode(in) != null) {
					throw new AssertionError(this.name + ": a frame before its end");
				}
			}
			if (this.trickled) {
				in.writeByte(sent[sent.length - 1]);
			}
			while (decoder.decode(in) != null) {
				frames++;
			}
			if (in.isReadable()) {
				throw new AssertionError(
						this.name + ": " + in.readableBytes() + " bytes are left after " + frames + " frames");
			}
		}

		@Override
		public String toString() {
			return this.name;
		}

	}

}
