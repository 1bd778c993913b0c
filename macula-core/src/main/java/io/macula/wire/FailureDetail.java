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

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

import io.macula.Status;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import org.jspecify.annotations.Nullable;

/**
 * Entries as the detail of a {@link Failure}, for programs of the caller; its type says
 * that they are there. Whoever does not know of them ignores both. <pre>
 * detail  := entries
 * entries := count varint | (key str | value str)*
 * </pre>
 */
public final class FailureDetail {

	/**
	 * The type, or its second name, of a failure with entries. It names no class: what a
	 * contract declares cannot have this name.
	 */
	public static final String TYPE = "io.macula.RpcDetail";

	/** Most bytes of all entries. */
	public static final int MAX_BYTES = 64 * 1024;

	/** Key of the entry that says how many were left out. */
	public static final String CUT = "...";

	/** Of that entry, and of the count before all. */
	private static final int CUT_BYTES = 128;

	private static final int LONGEST_TYPE = 512;

	private FailureDetail() {
	}

	/**
	 * A failure with entries.
	 * @param status the status
	 * @param thrown class name of the handler's exception, or {@code null}
	 * @param entries what is said beside the message; those for which there is no room
	 * are left out, and a last one says how many
	 * @return the failure
	 */
	public static Failure with(Status status, @Nullable String thrown, Map<String, String> entries) {
		if (entries.isEmpty()) {
			return new Failure(status, thrown, Failure.of(status).detail());
		}
		boolean named = thrown != null && thrown.length() <= LONGEST_TYPE;
		return new Failure(status, named ? thrown + ' ' + TYPE : TYPE, encode(entries));
	}

	/**
	 * Whether the detail of a failure is entries.
	 * @param type the type of the failure, or {@code null}
	 * @return true if so
	 */
	public static boolean isType(@Nullable String type) {
		return type != null && type.endsWith(TYPE)
				&& (type.length() == TYPE.length() || type.charAt(type.length() - TYPE.length() - 1) == ' ');
	}

	/**
	 * What the handler's exception was, of a failure with entries.
	 * @param type a type for which {@link #isType} holds
	 * @return the class name, or {@code null} where none came
	 */
	public static @Nullable String thrown(String type) {
		return (type.length() > TYPE.length()) ? type.substring(0, type.length() - TYPE.length() - 1) : null;
	}

	private static byte[] encode(Map<String, String> entries) {
		Map<String, String> taken = new LinkedHashMap<>();
		int most = (entries.size() > FrameCodec.MAX_ENTRIES) ? FrameCodec.MAX_ENTRIES - 1 : FrameCodec.MAX_ENTRIES;
		long room = MAX_BYTES - CUT_BYTES;
		int left = entries.size();
		for (Map.Entry<String, String> entry : entries.entrySet()) {
			// As they will be read: halves of surrogate pairs may make two keys the same.
			String key = wellFormed(entry.getKey());
			String value = wellFormed(entry.getValue());
			long bytes = size(key) + size(value);
			if (bytes <= room && taken.size() < most && taken.putIfAbsent(key, value) == null) {
				room -= bytes;
				left--;
			}
		}
		if (left > 0) {
			taken.put(CUT, left + " of " + entries.size() + " entries left out: at most " + FrameCodec.MAX_ENTRIES
					+ " entries of 64 KiB travel");
		}
		ByteBuf out = Unpooled.buffer();
		Varint.write(out, taken.size());
		taken.forEach((key, value) -> {
			write(out, key);
			write(out, value);
		});
		return ByteBufUtil.getBytes(out);
	}

	private static String wellFormed(String text) {
		return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
	}

	private static long size(String text) {
		int bytes = ByteBufUtil.utf8Bytes(text);
		return (long) Varint.size(bytes) + bytes;
	}

	private static void write(ByteBuf out, String text) {
		Varint.write(out, ByteBufUtil.utf8Bytes(text));
		ByteBufUtil.writeUtf8(out, text);
	}

	/**
	 * Read entries.
	 * @param detail of a failure for whose type {@link #isType} holds
	 * @return the entries in their order, or {@code null} if they are not well-formed:
	 * the failure counts without them
	 */
	public static @Nullable Map<String, String> decode(byte[] detail) {
		if (detail.length > MAX_BYTES) {
			return null;
		}
		ByteBuf in = Unpooled.wrappedBuffer(detail);
		long count = number(in);
		if (count < 0 || count > FrameCodec.MAX_ENTRIES) {
			return null;
		}
		Map<String, String> entries = new LinkedHashMap<>();
		for (long i = 0; i < count; i++) {
			String key = text(in);
			String value = text(in);
			if (key == null || value == null || entries.put(key, value) != null) {
				return null;
			}
		}
		return in.isReadable() ? null : entries;
	}

	/** A number, or -1 if there is none. */
	private static long number(ByteBuf in) {
		int size = in.isReadable() ? Varint.sizeAt(in, in.readerIndex()) : 0;
		if (size == 0 || size > in.readableBytes()) {
			return -1;
		}
		long value = Varint.get(in, in.readerIndex(), size);
		in.skipBytes(size);
		return Varint.shortest(value, size) ? value : -1;
	}

	private static @Nullable String text(ByteBuf in) {
		long length = number(in);
		if (length < 0 || length > in.readableBytes()) {
			return null;
		}
		byte[] bytes = new byte[(int) length];
		in.readBytes(bytes);
		try {
			return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
		}
		catch (CharacterCodingException ex) {
			return null;
		}
	}

}
