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

package io.macula.foreign;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Frames of {@code macula/1}, written from the document alone: no type of the product is
 * used. What the document forbids can be written, too.
 */
final class Bytes {

	static final int HELLO = 0x01;

	static final int WELCOME = 0x02;

	static final int REFUSED = 0x03;

	static final int GOAWAY = 0x04;

	static final int PING = 0x05;

	static final int PONG = 0x06;

	static final int TIME = 0x07;

	static final int CALL = 0x10;

	static final int RESULT = 0x11;

	static final int FAILURE = 0x12;

	static final int CANCEL = 0x13;

	static final int ELEMENT = 0x14;

	static final int END = 0x15;

	static final int CREDIT = 0x16;

	static final int METADATA = 0x17;

	private final ByteArrayOutputStream out = new ByteArrayOutputStream();

	static Bytes of() {
		return new Bytes();
	}

	Bytes u8(int value) {
		this.out.write(value);
		return this;
	}

	Bytes u64(long value) {
		for (int shift = 56; shift >= 0; shift -= 8) {
			u8((int) (value >>> shift));
		}
		return this;
	}

	/** RFC 9000, section 16, in the shortest form. */
	Bytes varint(long value) {
		return varint(value, (value < 1 << 6) ? 1 : (value < 1 << 14) ? 2 : (value < 1 << 30) ? 4 : 8);
	}

	/** A varint in so many bytes. */
	Bytes varint(long value, int size) {
		int prefix = Integer.numberOfTrailingZeros(size);
		for (int i = size - 1; i >= 0; i--) {
			int part = (int) (value >>> 8 * i) & 0xFF;
			u8((i == size - 1) ? part | prefix << 6 : part);
		}
		return this;
	}

	Bytes str(String text) {
		byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
		return varint(bytes.length).raw(bytes);
	}

	Bytes raw(byte... bytes) {
		this.out.writeBytes(bytes);
		return this;
	}

	byte[] bytes() {
		return this.out.toByteArray();
	}

	/** What was written as the body of a frame. */
	byte[] frame(int type) {
		byte[] body = bytes();
		return of().varint(body.length + 1L).u8(type).raw(body).bytes();
	}

	static byte[] hello(int version, String realm, String nodeId) {
		return of().u8(version)
			.str(realm)
			.str(nodeId)
			.u64(System.currentTimeMillis())
			.varint(1 << 20)
			.varint(100)
			.varint(1)
			.str("cbor")
			.str("kwik/1")
			.varint(1)
			.str("unknown")
			.str("extension")
			.frame(HELLO);
	}

	static byte[] time(long epoch, long millis) {
		return of().varint(epoch).varint(millis).frame(TIME);
	}

	/** A CALL that names its procedure. */
	static byte[] call(long id, String procedure, long timeoutMicros, int flags, byte... payload) {
		return of().varint(id)
			.varint(0)
			.str(procedure)
			.str("cbor")
			.varint(timeoutMicros)
			.u8(flags)
			.varint(1)
			.str("traceparent")
			.str("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
			.raw(payload)
			.frame(CALL);
	}

	/** A CALL by an index of the procedure table. */
	static byte[] callAgain(long id, long reference, long timeoutMicros, int flags, byte... payload) {
		return of().varint(id).varint(reference).varint(timeoutMicros).u8(flags).varint(0).raw(payload).frame(CALL);
	}

	static byte[] withId(int type, long id, byte... payload) {
		return of().varint(id).raw(payload).frame(type);
	}

	static byte[] credit(long id, long elements) {
		return of().varint(id).varint(elements).frame(CREDIT);
	}

	/** A short text as CBOR has it. */
	static byte[] cborText(String text) {
		byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
		return of().u8(0x60 | bytes.length).raw(bytes).bytes();
	}

	/** Bytes as CBOR has them. */
	static byte[] cborBytes(byte[] bytes) {
		return of().u8(0x5A)
			.u8(bytes.length >>> 24)
			.u8(bytes.length >>> 16)
			.u8(bytes.length >>> 8)
			.u8(bytes.length)
			.raw(bytes)
			.bytes();
	}

	static byte[] concat(byte[]... parts) {
		Bytes all = of();
		Arrays.stream(parts).forEach(all::raw);
		return all.bytes();
	}

}
