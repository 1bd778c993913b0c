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

import java.util.ArrayList;
import java.util.List;

/**
 * A type of a contract, taken apart. Immutable.
 *
 * @param text all of it
 * @param name without arguments; {@code []} for an array
 * @param arguments types of the arguments, or of the elements of an array
 */
record TypeText(String text, String name, List<String> arguments) {

	private static final List<String> LISTS = List.of("List", "Set", "[]");

	/** Arrays that are one value on the wire. */
	private static final List<String> VALUES = List.of("byte[]", "char[]");

	static TypeText of(String text) {
		if (VALUES.contains(text)) {
			return new TypeText(text, text, List.of());
		}
		if (text.endsWith("[]")) {
			return new TypeText(text, "[]", List.of(text.substring(0, text.length() - 2)));
		}
		int open = text.indexOf('<');
		if (open < 0) {
			return new TypeText(text, text, List.of());
		}
		List<String> arguments = new ArrayList<>();
		int depth = 0;
		int start = open + 1;
		for (int i = start; i < text.length(); i++) {
			char c = text.charAt(i);
			boolean end = depth == 0 && (c == ',' || c == '>');
			depth += (c == '<') ? 1 : (c == '>') ? -1 : 0;
			if (end) {
				arguments.add(text.substring(start, i).strip());
				start = i + 1;
			}
		}
		return new TypeText(text, text.substring(0, open), arguments);
	}

	boolean list() {
		return LISTS.contains(this.name);
	}

	boolean map() {
		return this.name.equals("Map");
	}

	boolean optional() {
		return this.name.equals("Optional") || !inOptional().equals(this.text);
	}

	/** What an {@code Optional} holds, or the type itself. */
	String inOptional() {
		return switch (this.name) {
			case "Optional" -> this.arguments.get(0);
			case "OptionalInt" -> "Integer";
			case "OptionalLong" -> "Long";
			case "OptionalDouble" -> "Double";
			default -> this.text;
		};
	}

}
