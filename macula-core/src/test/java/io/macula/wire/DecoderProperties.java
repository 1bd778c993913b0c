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

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;

import static org.assertj.core.api.Assertions.assertThat;

/** What must hold for a decoder whatever the bytes are; shared by tests and fuzzing. */
final class DecoderProperties {

	private DecoderProperties() {
	}

	static void check(FrameDecoder decoder, byte[] bytes) {
		ByteBuf in = Unpooled.wrappedBuffer(bytes);
		try {
			Frame frame = decoder.decode(in);
			while (frame != null) {
				roundTrip(frame);
				frame = decoder.decode(in);
			}
		}
		catch (ProtocolException ex) {
			assertThat(ex.errorCode()).isIn(ErrorCode.PROTOCOL_VIOLATION, ErrorCode.FRAME_TOO_LARGE, ErrorCode.LIMIT);
			assertThat(in.isReadable()).isTrue();
		}
	}

	private static void roundTrip(Frame frame) {
		ByteBuf again = Unpooled.wrappedBuffer(Frames.encoded(frame));
		Frame decoded = Frames.DECODER.decode(again);
		assertThat(decoded).isNotNull();
		assertThat(Frames.encoded(decoded)).hasSameSizeAs(Frames.encoded(frame));
	}

}
