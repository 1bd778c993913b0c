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

package io.macula.rogue;

import io.netty.buffer.ByteBufUtil;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link FrameWriter}: what is right is what stands in
 * {@code docs/wire-protocol.md}.
 */
class FrameWriterTests {

	@Test
	void framesAreThoseOfTheDocument() {
		assertThat(hex(new FrameWriter().ping(0x0102030405060708L))).isEqualTo("09050102030405060708");
		assertThat(hex(new FrameWriter().result(70, new byte[] { 'h', 'i' }))).isEqualTo("051140466869");
		assertThat(hex(new FrameWriter().credit(5, 256))).isEqualTo("0416054100");
		assertThat(hex(new FrameWriter().element(5, new byte[] { 'h', 'i' }))).isEqualTo("0414056869");
		assertThat(hex(new FrameWriter().callAgain(70, 1, 0, 0, new byte[] { 'h', 'i' })))
			.isEqualTo("0910404601000000" + "6869");
	}

	@Test
	void aFrameMayPromiseMoreThanItHas() {
		assertThat(hex(new FrameWriter().beginOfCall(1, "a/b", 16 << 20))).startsWith("8100000010");
	}

	private static String hex(FrameWriter frames) {
		return ByteBufUtil.hexDump(frames.take());
	}

}
