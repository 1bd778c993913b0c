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

package io.macula.codec;

import java.util.Arrays;

import org.jspecify.annotations.Nullable;

/**
 * The bytes of a {@code byte[]} as one byte string of CBOR, with one copy each way. What
 * is no such byte string, {@code null} included, is left to the codec that it speeds up.
 */
final class BytesCodec implements ValueCodec {

	/*
	 * RFC 8949, section 3.1: major type 2. Up to 23 the length stands in the low bits of
	 * the first byte, else 24 to 27 stand there and 1, 2, 4 or 8 bytes of length follow.
	 *
	 * +------------------+------------------------+-------+ | 010 | length or 24..27 |
	 * length (0, 1, 2, 4 or 8) | bytes |
	 * +------------------+------------------------+-------+
	 *
	 * A generator of Jackson copies the bytes three times, and a parser sets up as much
	 * as for a record.
	 */

	private static final int BYTE_STRING = 2 << 5;

	private static final int LONGEST_IN_FIRST_BYTE = 23;

	private static final int ONE_BYTE = 24;

	private static final int FOUR_BYTES = 26;

	private final ValueCodec others;

	BytesCodec(ValueCodec others) {
		this.others = others;
	}

	@Override
	public byte[] encode(@Nullable Object value) {
		if (!(value instanceof byte[] bytes)) {
			return this.others.encode(value);
		}
		int lengthBytes = lengthBytes(bytes.length);
		int header = 1 + lengthBytes;
		byte[] encoded = new byte[Math.addExact(header, bytes.length)];
		if (lengthBytes == 0) {
			encoded[0] = (byte) (BYTE_STRING | bytes.length);
		}
		else {
			encoded[0] = (byte) (BYTE_STRING | ONE_BYTE + Integer.numberOfTrailingZeros(lengthBytes));
			for (int i = 0; i < lengthBytes; i++) {
				encoded[lengthBytes - i] = (byte) (bytes.length >>> Byte.SIZE * i);
			}
		}
		System.arraycopy(bytes, 0, encoded, header, bytes.length);
		return encoded;
	}

	private static int lengthBytes(int length) {
		if (length <= LONGEST_IN_FIRST_BYTE) {
			return 0;
		}
		return (length < 1 << Byte.SIZE) ? 1 : (length < 1 << Short.SIZE) ? 2 : Integer.BYTES;
	}

	@Override
	public @Nullable Object decode(byte[] payload, int offset, int length) {
		int header = header(payload, offset, length);
		return (header > 0) ? Arrays.copyOfRange(payload, offset + header, offset + length)
				: this.others.decode(payload, offset, length);
	}

	@Override
	public @Nullable Object decode(byte[] payload) {
		return decode(payload, 0, payload.length);
	}

	/**
	 * Bytes before those of the one byte string that is there; 0 if there is another
	 * thing.
	 */
	private static int header(byte[] payload, int offset, int length) {
		if (length == 0) {
			return 0;
		}
		int told = (payload[offset] & 0xFF) - BYTE_STRING;
		if (told < 0 || told > FOUR_BYTES) {
			return 0;
		}
		int header = (told < ONE_BYTE) ? 1 : 1 + (1 << told - ONE_BYTE);
		if (length < header) {
			return 0;
		}
		long bytes = (told < ONE_BYTE) ? told : 0;
		for (int i = 1; i < header; i++) {
			bytes = bytes << Byte.SIZE | payload[offset + i] & 0xFF;
		}
		return (bytes == length - header) ? header : 0;
	}

}
