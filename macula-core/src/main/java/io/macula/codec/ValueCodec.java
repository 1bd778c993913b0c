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
 * Turns values of one type into bytes and back. Safe for all threads.
 */
public interface ValueCodec {

	/**
	 * Encode a value.
	 * @param value the value, {@code null} included
	 * @return new bytes, owned by the caller
	 * @throws CodecException if the value cannot be encoded; the message names the type
	 * and the place inside the value
	 */
	byte[] encode(@Nullable Object value);

	/**
	 * Decode a value.
	 * @param payload bytes, not kept
	 * @return the value, or {@code null} where {@code null} was encoded
	 * @throws CodecException if the bytes are no such value; the message names the type
	 * and the place inside the value
	 */
	@Nullable Object decode(byte[] payload);

	/**
	 * Decode a value that is a part of an array.
	 * @param payload bytes, not kept
	 * @param offset where the value starts
	 * @param length number of bytes of the value
	 * @return as {@link #decode(byte[])}
	 * @throws CodecException as {@link #decode(byte[])}
	 */
	default @Nullable Object decode(byte[] payload, int offset, int length) {
		return decode(Arrays.copyOfRange(payload, offset, offset + length));
	}

	/**
	 * Whether decoding a large payload takes no longer than a brief copy, so that all
	 * others may wait for it; otherwise it is decoded on a thread of its own.
	 * @param payload bytes, not kept; whether they are a value is found out later
	 * @return {@code false} unless the codec knows better
	 */
	default boolean copies(byte[] payload) {
		return false;
	}

}
