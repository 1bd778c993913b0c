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

import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/**
 * How large what is decoded from one payload may become, by an estimate that does not
 * look at types: a byte of a payload may be an empty map, which takes a hundred. Only
 * payloads that could reach it are counted. Immutable.
 *
 * @param bytes the bound
 */
record DecodedBound(long bytes) {

	/*
	 * What objects of the JDK take in List<Object>, with what growing lists leave behind;
	 * maps are the largest, at 56 bytes, and an entry of theirs has 40.
	 */

	/** A list, a map, an object: at least one byte of a payload. */
	private static final int CONTAINER = 16;

	/** A text without its characters, of which the payload has as many; a key. */
	private static final int TEXT = 8;

	/** Any other value. */
	private static final int VALUE = 2;

	/** An element of an array of a primitive type. */
	private static final int PRIMITIVE = 1;

	/** Left of a payload that cannot go beyond. */
	private static final int UNCOUNTED = Integer.MAX_VALUE;

	private static final int UNIT_BYTES = 8;

	/** Half of what fits, for the mark beside it. */
	private static final int MAX_UNITS = Integer.MAX_VALUE >> 2;

	private static final long LEAST = 16 << 20;

	/** An eighth of the largest heap, at least 16 MiB. */
	static DecodedBound ofHeap() {
		return new DecodedBound(Math.max(LEAST, Runtime.getRuntime().maxMemory() / 8));
	}

	/*
	 * Parsers keep what is left as one number, since a further field would make each of
	 * them larger: twice the units, and 1 where the values are primitive.
	 */

	/**
	 * What the values of a payload may take.
	 * @param payloadBytes its length
	 * @return what is left at its begin
	 */
	int left(int payloadBytes) {
		long units = Math.min(MAX_UNITS, this.bytes / UNIT_BYTES);
		return ((long) payloadBytes * CONTAINER > units) ? 2 * (int) units : UNCOUNTED;
	}

	/**
	 * Count a token.
	 * @return what is left then
	 * @throws HostilePayloadException if that is less than nothing, as all below
	 */
	static int count(int left, @Nullable JsonToken token, JsonParser parser) {
		if (left == UNCOUNTED || token == null) {
			return left;
		}
		if (token == JsonToken.VALUE_STRING || token == JsonToken.PROPERTY_NAME) {
			return take(left, TEXT, parser);
		}
		return token.isScalarValue() ? take(left, ((left & 1) != 0) ? PRIMITIVE : VALUE, parser) : left;
	}

	/** Count the key of a map. */
	static int countKey(int left, JsonParser parser) {
		return (left != UNCOUNTED) ? take(left, TEXT, parser) : left;
	}

	/** Count a list, a map or an object. */
	static int countContainer(int left, JsonParser parser) {
		return (left != UNCOUNTED) ? take(left, CONTAINER, parser) : left;
	}

	/** Values are elements of an array of a primitive type from now on, or not. */
	static int mark(int left, boolean elements) {
		return (left != UNCOUNTED) ? (left & ~1) | (elements ? 1 : 0) : left;
	}

	private static int take(int left, int units, JsonParser parser) {
		int then = left - 2 * units;
		if (then < 0) {
			throw exceeded(parser);
		}
		return then;
	}

	private static HostilePayloadException exceeded(JsonParser parser) {
		return new HostilePayloadException(parser,
				"its values would take more memory than one payload may here (an eighth of the heap, at least 16 MiB); send fewer lists, maps and objects in one payload, or a stream of them, or give this node a larger heap (-Xmx)");
	}

}
