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

package io.macula.compatibility;

import java.util.List;
import java.util.Map;
import java.util.Set;

import org.jspecify.annotations.Nullable;

/**
 * What becomes of a single value that is read as another type than it was written as.
 * {@code ScalarReadingTests} asks the codecs whether this is true.
 */
final class ScalarReading {

	/** Stands for any enum; {@code ""} for what is no single value. */
	static final String ENUM = "an enum";

	private static final Map<String, String> BOXES = Map.of("boolean", "Boolean", "byte", "Byte", "short", "Short",
			"int", "Integer", "long", "Long", "float", "Float", "double", "Double", "char", "Character");

	/** Each holds all values of those before it. */
	private static final List<String> WHOLE = List.of("Byte", "Short", "Integer", "Long", "BigInteger");

	/** Whole numbers that these hold without rounding. */
	private static final Map<String, Set<String>> EXACT = Map.of("Float", Set.of("Byte", "Short"), "Double",
			Set.of("Byte", "Short", "Integer"), "BigDecimal", Set.of("Byte", "Short", "Integer", "Long", "BigInteger"));

	private static final Set<String> ROUNDED = Set.of("Float", "Double", "BigDecimal");

	/** A String takes them as they are written. */
	private static final Set<String> TEXTS = Set.of(ENUM, "Character", "URI", "URL", "Locale", "Currency", "ZoneId",
			"ZoneOffset", "Period");

	/** These, too. */
	private static final Set<String> PLAIN = Set.of("Boolean", "Byte", "Short", "Integer", "Long", "BigInteger",
			"BigDecimal");

	private ScalarReading() {
	}

	static boolean primitive(String type) {
		return BOXES.containsKey(type);
	}

	static boolean boxes(String boxed, String primitive) {
		return boxed.equals(BOXES.get(primitive));
	}

	/**
	 * What the reader does.
	 * @param written type that was written
	 * @param read type that is read
	 * @return what goes wrong, or {@code null} if each value arrives
	 */
	static @Nullable String of(String written, String read) {
		String from = BOXES.getOrDefault(written, written);
		String to = BOXES.getOrDefault(read, read);
		if (from.equals(to) && !from.isEmpty()) {
			return null;
		}
		boolean whole = WHOLE.contains(from);
		if (whole && WHOLE.contains(to)) {
			return (WHOLE.indexOf(from) < WHOLE.indexOf(to)) ? null : "refuses values beyond " + read;
		}
		if ((whole || ROUNDED.contains(from)) && ROUNDED.contains(to)) {
			return EXACT.getOrDefault(to, Set.of()).contains(from) ? null : "rounds values";
		}
		if (ROUNDED.contains(from) && WHOLE.contains(to)) {
			return "refuses values with a fraction";
		}
		if (to.equals("String") && (TEXTS.contains(from) || PLAIN.contains(from))) {
			return null;
		}
		if (from.equals("ZoneOffset") && to.equals("ZoneId")) {
			return null;
		}
		return from.equals("String") && (TEXTS.contains(to) || PLAIN.contains(to))
				? "refuses texts that are no " + noun(read) : "cannot read it";
	}

	private static String noun(String type) {
		return type.equals(ENUM) ? "constants" : type;
	}

}
