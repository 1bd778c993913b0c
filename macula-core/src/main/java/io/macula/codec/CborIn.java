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

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

import org.jspecify.annotations.Nullable;

/**
 * Reads CBOR (RFC 8949) in the forms that Jackson chooses when it writes; all others are
 * left to its parser, faults included. Used by one thread, for one value.
 */
final class CborIn {

	private static final int MAJOR_TYPE = 0xE0;

	private static final int LOW_BITS = 0x1F;

	/** What a decoder puts in the place of bytes that are no UTF-8. */
	private static final char REPLACEMENT = '\uFFFD';

	private final byte[] bytes;

	private int at;

	private final int end;

	CborIn(byte[] bytes, int offset, int length) {
		this.bytes = bytes;
		this.at = offset;
		this.end = offset + length;
	}

	/** Whether a payload begins as a byte string of a known length. */
	static boolean beginsBytes(byte[] payload) {
		return payload.length > 0 && (payload[0] & MAJOR_TYPE) == CborOut.BYTES
				&& (payload[0] & LOW_BITS) <= CborOut.EIGHT_BYTES;
	}

	/** Bytes that are left. */
	int left() {
		return this.end - this.at;
	}

	private int take(int count) {
		int from = this.at;
		if (count > this.end - from) {
			throw OtherFormException.INSTANCE;
		}
		this.at = from + count;
		return from;
	}

	private int next() {
		return this.bytes[take(1)] & 0xFF;
	}

	void require(int code) {
		if (next() != code) {
			throw OtherFormException.INSTANCE;
		}
	}

	void require(byte[] coded) {
		int from = take(coded.length);
		if (!Arrays.equals(this.bytes, from, from + coded.length, coded, 0, coded.length)) {
			throw OtherFormException.INSTANCE;
		}
	}

	/** Whether the value is null; if so, it was read. */
	boolean readNull() {
		if (this.at < this.end && (this.bytes[this.at] & 0xFF) == CborOut.NULL) {
			this.at++;
			return true;
		}
		return false;
	}

	/** The argument of a head: never negative. */
	private long argument(int code) {
		int low = code & LOW_BITS;
		if (low < CborOut.ONE_BYTE) {
			return low;
		}
		if (low > CborOut.EIGHT_BYTES) {
			throw OtherFormException.INSTANCE;
		}
		long value = number(1 << low - CborOut.ONE_BYTE);
		if (value < 0) {
			throw OtherFormException.INSTANCE;
		}
		return value;
	}

	private long number(int length) {
		int from = take(length);
		long value = 0;
		for (int i = 0; i < length; i++) {
			value = value << Byte.SIZE | this.bytes[from + i] & 0xFF;
		}
		return value;
	}

	long readLong() {
		int code = next();
		int major = code & MAJOR_TYPE;
		if (major != 0 && major != CborOut.NEGATIVE) {
			throw OtherFormException.INSTANCE;
		}
		long argument = argument(code);
		return (major == 0) ? argument : ~argument;
	}

	int readInt() {
		return (int) readLong(Integer.MIN_VALUE, Integer.MAX_VALUE);
	}

	short readShort() {
		return (short) readLong(Short.MIN_VALUE, Short.MAX_VALUE);
	}

	/* Bytes up to 255 are another matter. */
	byte readByte() {
		return (byte) readLong(Byte.MIN_VALUE, Byte.MAX_VALUE);
	}

	private long readLong(long least, long most) {
		long value = readLong();
		if (value < least || value > most) {
			throw OtherFormException.INSTANCE;
		}
		return value;
	}

	boolean readBoolean() {
		int code = next();
		if (code != CborOut.TRUE && code != CborOut.FALSE) {
			throw OtherFormException.INSTANCE;
		}
		return code == CborOut.TRUE;
	}

	float readFloat() {
		require(CborOut.FLOAT);
		return Float.intBitsToFloat((int) number(Float.BYTES));
	}

	double readDouble() {
		require(CborOut.DOUBLE);
		return Double.longBitsToDouble(number(Double.BYTES));
	}

	private int length(int major) {
		int code = next();
		if ((code & MAJOR_TYPE) != major) {
			throw OtherFormException.INSTANCE;
		}
		long length = argument(code);
		// Whatever it is, each of its parts takes a byte.
		if (length > left()) {
			throw OtherFormException.INSTANCE;
		}
		return (int) length;
	}

	byte[] readBytes() {
		int length = length(CborOut.BYTES);
		int from = take(length);
		return Arrays.copyOfRange(this.bytes, from, from + length);
	}

	int readArray() {
		return length(CborOut.ARRAY);
	}

	@Nullable String readText() {
		if (readNull()) {
			return null;
		}
		int length = length(CborOut.TEXT);
		int from = take(length);
		if (ascii(from, length)) {
			return new String(this.bytes, from, length, StandardCharsets.ISO_8859_1);
		}
		String text = new String(this.bytes, from, length, StandardCharsets.UTF_8);
		if (text.indexOf(REPLACEMENT) >= 0) {
			throw OtherFormException.INSTANCE;
		}
		return text;
	}

	private boolean ascii(int from, int length) {
		for (int i = from; i < from + length; i++) {
			if (this.bytes[i] < 0) {
				return false;
			}
		}
		return true;
	}

	/**
	 * Read one of some texts. As none of them begins with another, it is enough to look
	 * at as many bytes as each has.
	 * @param coded with their heads, in the order of {@code Arrays.compareUnsigned}
	 * @return its index
	 */
	int readOneOf(byte[][] coded) {
		int low = 0;
		int high = coded.length - 1;
		while (low <= high) {
			int middle = (low + high) >>> 1;
			byte[] text = coded[middle];
			int behind = Math.min(this.at + text.length, this.end);
			int order = Arrays.compareUnsigned(this.bytes, this.at, behind, text, 0, text.length);
			if (order == 0) {
				this.at = behind;
				return middle;
			}
			if (order < 0) {
				high = middle - 1;
			}
			else {
				low = middle + 1;
			}
		}
		throw OtherFormException.INSTANCE;
	}

}
