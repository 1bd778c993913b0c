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

import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * What peers see of a type that has a name: not its class, but what of its values is on
 * the wire. Immutable. Types are texts as {@link CodedTypes} gives them.
 */
public sealed interface CodedType {

	/**
	 * Properties, each by its name: a record, a class, an exception.
	 *
	 * @param properties by name; in their order where it counts
	 * @param positional whether they are told by their order and not by their names
	 */
	record Properties(List<Property> properties, boolean positional) implements CodedType {

		/** Keeps a copy. */
		public Properties {
			properties = List.copyOf(properties);
		}

	}

	/**
	 * A property.
	 *
	 * @param name as it is written
	 * @param type its type
	 * @param aliases other names that are read, sorted
	 * @param required whether values without it are refused
	 * @param written whether it is written; otherwise it is only read
	 * @param format a format of its own, or {@code null} for that of the type
	 */
	record Property(String name, String type, List<String> aliases, boolean required, boolean written,
			@Nullable String format) {

		/** Keeps a copy. */
		public Property {
			aliases = List.copyOf(aliases);
		}

	}

	/**
	 * One of the constants of an enum.
	 *
	 * @param constants sorted by name
	 * @param fallback what a constant that is not known is read as, or {@code null} if it
	 * is refused
	 */
	record Constants(List<Named> constants, @Nullable String fallback) implements CodedType {

		/** Keeps a copy. */
		public Constants {
			constants = List.copyOf(constants);
		}

	}

	/**
	 * One of several types.
	 *
	 * @param toldBy how a value says which one it is, for example {@code property @type}
	 * @param cases sorted by name; their types are texts
	 * @param fallback what a name that is not known is read as, or {@code null} if it is
	 * refused
	 */
	record Choice(String toldBy, List<Case> cases, @Nullable String fallback) implements CodedType {

		/** Keeps a copy. */
		public Choice {
			cases = List.copyOf(cases);
		}

	}

	/**
	 * A name on the wire.
	 *
	 * @param name as it is written
	 * @param aliases other names that are read, sorted
	 */
	record Named(String name, List<String> aliases) {

		/** Keeps a copy. */
		public Named {
			aliases = List.copyOf(aliases);
		}

	}

	/**
	 * One type of several.
	 *
	 * @param name as it is written
	 * @param aliases other names that are read, sorted
	 * @param type its type
	 */
	record Case(String name, List<String> aliases, String type) {

		/** Keeps a copy. */
		public Case {
			aliases = List.copyOf(aliases);
		}

	}

	/**
	 * Coded as another type, which is all that is on the wire.
	 *
	 * @param type the other type
	 */
	record Same(String type) implements CodedType {

	}

	/**
	 * Coded by something that does not say what is inside.
	 *
	 * @param by the class that decodes it, or words
	 */
	record Own(String by) implements CodedType {

	}

}
