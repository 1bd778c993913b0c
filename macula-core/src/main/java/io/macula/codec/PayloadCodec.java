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

import java.lang.reflect.Type;

/**
 * Turns values into payload bytes and back. Implementations are safe for all threads; a
 * bean of this type adds a codec to an application.
 */
public interface PayloadCodec {

	/**
	 * Name on the wire, for example {@code cbor}; both ends must know it.
	 * @return 1 to 32 lower-case letters, digits or {@code -}
	 */
	String name();

	/**
	 * The codec of one Java type, prepared once and kept by the caller.
	 * @param type a class or a generic type such as {@code List<Order>}
	 * @return the codec of that type, safe for all threads
	 * @throws IllegalArgumentException if values of the type cannot be coded; the message
	 * names the type
	 */
	ValueCodec forType(Type type);

	/**
	 * The codec of a type at its place in a contract.
	 * @param type as for {@link #forType(Type)}
	 * @param place for the message, for example {@code The result of Orders.find(String)}
	 * @return the codec of that type
	 * @throws IllegalArgumentException if values of the type cannot be coded; the message
	 * names place and type
	 */
	default ValueCodec forType(Type type, String place) {
		try {
			return forType(type);
		}
		catch (IllegalArgumentException ex) {
			throw new IllegalArgumentException(place + ": " + ex.getMessage(), ex);
		}
	}

	/**
	 * The codec of a type for a caller without a contract, who may leave open what comes.
	 * @param type as for {@link #forType(Type)}, or {@code Object}, {@code Map} or
	 * {@code Collection} of anything, which stand for texts, numbers, maps and lists
	 * @return the codec of that type
	 * @throws IllegalArgumentException if values of the type cannot be coded; the message
	 * names the type
	 */
	default ValueCodec forData(Type type) {
		return forType(type);
	}

	/**
	 * All that values of a type can hold, as far as it matters to the bytes: two versions
	 * of a type with the same text read each other's values.
	 * @param type as for {@link #forType(Type)}
	 * @return a text that is the same on every node with the same type
	 */
	default String describe(Type type) {
		return type.getTypeName();
	}

}
