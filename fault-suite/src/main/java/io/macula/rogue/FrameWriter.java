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

import java.nio.charset.StandardCharsets;
import java.util.Map;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;

/**
 * Frames as {@code docs/wire-protocol.md} draws them, and such as it forbids: nothing is
 * checked. For one thread.
 */
final class FrameWriter {

	static final int HELLO = 0x01;

	static final int WELCOME = 0x02;

	static final int REFUSED = 0x03;

	static final int GOAWAY = 0x04;

	static final int PING = 0x05;

	static final int PONG = 0x06;

	static final int CALL = 0x10;

	static final int RESULT = 0x11;

	static final int FAILURE = 0x12;

	static final int ELEMENT = 0x14;

	static final int END = 0x15;

	static final int CREDIT = 0x16;

	static final int METADATA = 0x17;

	/** Flags of a CALL. */
	static final int SENDS_ELEMENTS = 1;

	static final int EXPECTS_ELEMENTS = 2;

	static final int ALONE = 4;

	private static final long MAX_PAYLOAD_BYTES = 16 << 20;

	private final ByteBuf out = Unpooled.buffer();

	/**
	 * All that was written, which belongs to the caller now.
	 */
	ByteBuf take() {
		return this.out;
	}

	FrameWriter hello(String realm, String nodeId, long incarnation) {
		return introduction(HELLO, realm, nodeId, incarnation);
	}

	FrameWriter welcome(String realm, String nodeId, long incarnation) {
		return introduction(WELCOME, realm, nodeId, incarnation);
	}

	private FrameWriter introduction(int type, String realm, String nodeId, long incarnation) {
		ByteBuf body = Unpooled.buffer();
		body.writeByte(1);
		text(body, realm);
		text(body, nodeId);
		body.writeLong(incarnation);
		varint(body, MAX_PAYLOAD_BYTES);
		varint(body, 20_000);
		varint(body, 1);
		text(body, "cbor");
		text(body, "handmade/1");
		varint(body, 0);
		return frame(type, body);
	}

	FrameWriter goAway(long code, String message) {
		ByteBuf body = Unpooled.buffer();
		varint(body, code);
		text(body, message);
		varint(body, 0);
		return frame(GOAWAY, body);
	}

	FrameWriter ping(long token) {
		return frame(PING, Unpooled.buffer(8).writeLong(token));
	}

	FrameWriter pong(ByteBuf token) {
		return frame(PONG, token);
	}

	FrameWriter call(long id, String procedure, long timeoutMicros, int flags, byte[] payload) {
		return call(id, procedure, timeoutMicros, flags, Map.of(), payload);
	}

	FrameWriter call(long id, String procedure, long timeoutMicros, int flags, Map<String, String> metadata,
			byte[] payload) {
		ByteBuf body = Unpooled.buffer(payload.length + procedure.length() + 64);
		callHeader(body, id, procedure, timeoutMicros, flags, metadata);
		body.writeBytes(payload);
		return frame(CALL, body);
	}

	/** A call whose length promises more than its beginning. */
	FrameWriter beginOfCall(long id, String procedure, int promisedBytes) {
		ByteBuf body = Unpooled.buffer(64);
		callHeader(body, id, procedure, 0, ALONE, Map.of());
		varint(this.out, promisedBytes);
		this.out.writeByte(CALL);
		this.out.writeBytes(body);
		body.release();
		return this;
	}

	private static void callHeader(ByteBuf body, long id, String procedure, long timeoutMicros, int flags,
			Map<String, String> metadata) {
		varint(body, id);
		varint(body, 0);
		text(body, procedure);
		text(body, "cbor");
		varint(body, timeoutMicros);
		body.writeByte(flags);
		entries(body, metadata);
	}

	/** What only a server may send. */
	FrameWriter metadata(long id, Map<String, String> metadata) {
		ByteBuf body = Unpooled.buffer();
		varint(body, id);
		entries(body, metadata);
		return frame(METADATA, body);
	}

	private static void entries(ByteBuf out, Map<String, String> entries) {
		varint(out, entries.size());
		entries.forEach((key, value) -> {
			text(out, key);
			text(out, value);
		});
	}

	/** A call by an index of the procedure table. */
	FrameWriter callAgain(long id, long reference, long timeoutMicros, int flags, byte[] payload) {
		ByteBuf body = Unpooled.buffer(payload.length + 32);
		varint(body, id);
		varint(body, reference);
		varint(body, timeoutMicros);
		body.writeByte(flags);
		varint(body, 0);
		body.writeBytes(payload);
		return frame(CALL, body);
	}

	FrameWriter result(long id, byte[] payload) {
		return payload(RESULT, id, payload);
	}

	FrameWriter element(long id, byte[] payload) {
		return payload(ELEMENT, id, payload);
	}

	FrameWriter failure(long id, int code, int processed, String message) {
		ByteBuf body = Unpooled.buffer();
		varint(body, id);
		body.writeByte(code);
		body.writeByte(processed);
		text(body, message);
		text(body, "");
		return frame(FAILURE, body);
	}

	FrameWriter credit(long id, long elements) {
		ByteBuf body = Unpooled.buffer();
		varint(body, id);
		varint(body, elements);
		return frame(CREDIT, body);
	}

	private FrameWriter payload(int type, long id, byte[] payload) {
		ByteBuf body = Unpooled.buffer(payload.length + 8);
		varint(body, id);
		body.writeBytes(payload);
		return frame(type, body);
	}

	private FrameWriter frame(int type, ByteBuf body) {
		varint(this.out, body.readableBytes() + 1L);
		this.out.writeByte(type);
		this.out.writeBytes(body);
		body.release();
		return this;
	}

	private static void text(ByteBuf out, String text) {
		byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
		varint(out, bytes.length);
		out.writeBytes(bytes);
	}

	/** RFC 9000, section 16, in the shortest form. */
	static void varint(ByteBuf out, long value) {
		if (value < 1 << 6) {
			out.writeByte((int) value);
		}
		else if (value < 1 << 14) {
			out.writeShort((int) value | 0x4000);
		}
		else if (value < 1 << 30) {
			out.writeInt((int) value | 0x8000_0000);
		}
		else {
			out.writeLong(value | 0xC000_0000_0000_0000L);
		}
	}

	static long readVarint(ByteBuf in) {
		int bytes = 1 << ((in.getByte(in.readerIndex()) & 0xC0) >> 6);
		long value = in.readByte() & 0x3F;
		for (int i = 1; i < bytes; i++) {
			value = value << 8 | (in.readByte() & 0xFF);
		}
		return value;
	}

}
