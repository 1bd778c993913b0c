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

/**
 * Numbers of 0 to 2^62-1 in 1, 2, 4 or 8 bytes, as RFC 9000 section 16 defines them; of
 * the possible forms only the shortest is valid here, so that equal frames have equal
 * bytes.
 */
final class Varint {

	/** Largest number that can be written. */
	static final long MAX = (1L << 62) - 1;

	private static final int MAX_1 = (1 << 6) - 1;

	private static final int MAX_2 = (1 << 14) - 1;

	private static final int MAX_4 = (1 << 30) - 1;

	private Varint() {
	}

	/*
	 * The two highest bits of the first byte give the length: 00 1, 01 2, 10 4, 11 8
	 * bytes. The other bits are the number in network byte order.
	 */

	static int size(long value) {
		if (value < 0 || value > MAX) {
			throw new IllegalArgumentException("Number " + value + " is not valid: expected 0 to " + MAX);
		}
		if (value <= MAX_1) {
			return 1;
		}
		if (value <= MAX_2) {
			return 2;
		}
		return (value <= MAX_4) ? 4 : 8;
	}

	static void write(ByteBuf out, long value) {
		switch (size(value)) {
			case 1 -> out.writeByte((int) value);
			case 2 -> out.writeShort((int) value | 0x4000);
			case 4 -> out.writeInt((int) value | 0x80000000);
			default -> out.writeLong(value | 0xC000000000000000L);
		}
	}

	/** Length of the number that begins at the index, from its first byte. */
	static int sizeAt(ByteBuf in, int index) {
		return 1 << ((in.getByte(index) & 0xC0) >> 6);
	}

	/** The number at the index; all of its bytes must be present. */
	static long get(ByteBuf in, int index, int size) {
		return switch (size) {
			case 1 -> in.getByte(index) & 0x3F;
			case 2 -> in.getShort(index) & 0x3FFF;
			case 4 -> in.getInt(index) & 0x3FFFFFFF;
			default -> in.getLong(index) & 0x3FFFFFFFFFFFFFFFL;
		};
	}

	/** Whether a number of this value may take this many bytes. */
	static boolean shortest(long value, int size) {
		return switch (size) {
			case 1 -> true;
			case 2 -> value > MAX_1;
			case 4 -> value > MAX_2;
			default -> value > MAX_4;
		};
	}

}
