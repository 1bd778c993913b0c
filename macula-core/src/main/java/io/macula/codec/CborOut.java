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
 * Writes CBOR (RFC 8949) in the forms that Jackson chooses. Used by one thread, for one
 * value.
 */
final class CborOut {

	/** More may take more bytes than Jackson writes as one text. */
	private static final int LONGEST_TEXT = 1_000;

	private static final int LONGEST_IN_FIRST_BYTE = 23;

	static final int ONE_BYTE = 24;

	static final int EIGHT_BYTES = 27;

	static final int NEGATIVE = 1 << 5;

	static final int BYTES = 2 << 5;

	static final int TEXT = 3 << 5;

	static final int ARRAY = 4 << 5;

	static final int OBJECT = 0xBF;

	static final int END = 0xFF;

	static final int FALSE = 0xF4;

	static final int TRUE = 0xF5;

	static final int NULL = 0xF6;

	static final int FLOAT = 0xFA;

	static final int DOUBLE = 0xFB;

	private byte[] bytes;

	private int size;

	CborOut(int expected) {
		this.bytes = new byte[expected];
	}

	/**
	 * What was written.
	 * @return without a copy if it has the expected size
	 */
	byte[] written() {
		return (this.size == this.bytes.length) ? this.bytes : Arrays.copyOf(this.bytes, this.size);
	}

	/** Bytes of a head with this argument. */
	static int headBytes(long argument) {
		if (argument <= LONGEST_IN_FIRST_BYTE) {
			return 1;
		}
		return 1 + ((argument < 1L << Byte.SIZE) ? Byte.BYTES : (argument < 1L << Short.SIZE) ? Short.BYTES
				: (argument < 1L << Integer.SIZE) ? Integer.BYTES : Long.BYTES);
	}

	private int room(int more) {
		int at = this.size;
		this.size = Math.addExact(at, more);
		if (this.size > this.bytes.length) {
			this.bytes = Arrays.copyOf(this.bytes, Math.max(this.size, 2 * this.bytes.length));
		}
		return at;
	}

	void put(int code) {
		int at = room(1);
		this.bytes[at] = (byte) code;
	}

	void put(byte[] coded) {
		int at = room(coded.length);
		System.arraycopy(coded, 0, this.bytes, at, coded.length);
	}

	private void head(int major, long argument) {
		int more = headBytes(argument) - 1;
		if (more == 0) {
			put(major | (int) argument);
		}
		else {
			number(major | ONE_BYTE + Integer.numberOfTrailingZeros(more), argument, more);
		}
	}

	private void number(int code, long value, int length) {
		int at = room(1 + length);
		this.bytes[at] = (byte) code;
		for (int i = length; i > 0; i--) {
			this.bytes[at + i] = (byte) (value >>> Byte.SIZE * (length - i));
		}
	}

	void write(long value) {
		if (value < 0) {
			head(NEGATIVE, ~value);
		}
		else {
			head(0, value);
		}
	}

	void write(boolean value) {
		put(value ? TRUE : FALSE);
	}

	void write(float value) {
		number(FLOAT, Float.floatToRawIntBits(value), Float.BYTES);
	}

	void write(double value) {
		number(DOUBLE, Double.doubleToRawLongBits(value), Double.BYTES);
	}

	void write(byte[] value) {
		head(BYTES, value.length);
		put(value);
	}

	void writeArray(int length) {
		head(ARRAY, length);
	}

	void write(@Nullable String text) {
		if (text == null) {
			put(NULL);
			return;
		}
		int length = utf8Length(text);
		head(TEXT, length);
		int at = room(length);
		byte[] target = this.bytes;
		for (int i = 0; i < text.length(); i++) {
			char c = text.charAt(i);
			if (c < 0x80) {
				target[at++] = (byte) c;
			}
			else if (c < 0x800) {
				target[at++] = (byte) (0xC0 | c >> 6);
				target[at++] = (byte) (0x80 | c & 0x3F);
			}
			else {
				target[at++] = (byte) (0xE0 | c >> 12);
				target[at++] = (byte) (0x80 | c >> 6 & 0x3F);
				target[at++] = (byte) (0x80 | c & 0x3F);
			}
		}
	}

	/* Halves of a pair may stand alone: Jackson says so. */
	private static int utf8Length(String text) {
		int length = text.length();
		if (length > LONGEST_TEXT) {
			throw OtherFormException.INSTANCE;
		}
		int bytes = length;
		for (int i = 0; i < length; i++) {
			char c = text.charAt(i);
			if (c >= 0x80) {
				if (Character.isSurrogate(c)) {
					throw OtherFormException.INSTANCE;
				}
				bytes += (c < 0x800) ? 1 : 2;
			}
		}
		return bytes;
	}

}
