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

package io.macula.log;

import org.jspecify.annotations.Nullable;

/**
 * What somebody else said, as a part of one line for people: in log lines, messages of
 * exceptions, reports. Nothing in it can end the line, colour a terminal or turn the
 * direction of reading, and it is not longer than its place. For people, not to be parsed
 * again; escaping twice is like escaping once.
 */
public final class Printable {

	/** Characters of a clause, unless said otherwise. */
	public static final int CLAUSE = 500;

	/** Characters of a message of its own. */
	public static final int MESSAGE = 4096;

	private static final String CUT = "...";

	private Printable() {
	}

	/**
	 * A text as a clause.
	 * @param text anything
	 * @return the text, at most {@value #CLAUSE} characters of it, with escapes such as
	 * {@code \n} for what is no printable character
	 */
	public static String text(@Nullable String text) {
		return text(text, CLAUSE);
	}

	/**
	 * A text as a part of a line.
	 * @param text anything
	 * @param most how many characters of the text are kept
	 * @return the text itself where nothing is to be done
	 */
	public static String text(@Nullable String text, int most) {
		if (text == null) {
			return "null";
		}
		int clean = clean(text, most);
		if (clean == text.length()) {
			return text;
		}
		StringBuilder escaped = new StringBuilder(Math.min(text.length(), most) + 16);
		escaped.append(text, 0, clean);
		int at = clean;
		while (at < text.length() && at < most) {
			int character = text.codePointAt(at);
			at += Character.charCount(character);
			append(escaped, character);
		}
		return (at < text.length()) ? escaped.append(CUT).toString() : escaped.toString();
	}

	/**
	 * Whether a text needs no escape.
	 * @param text anything
	 * @return true if each character is printable, however many there are
	 */
	public static boolean printable(String text) {
		return clean(text, Integer.MAX_VALUE) == text.length();
	}

	/** How many characters at the start stay as they are. */
	private static int clean(String text, int most) {
		int length = Math.min(text.length(), most);
		int at = 0;
		while (at < length) {
			char first = text.charAt(at);
			if (first >= ' ' && first <= '~') {
				at++;
				continue;
			}
			int character = text.codePointAt(at);
			if (!shown(character)) {
				return at;
			}
			at += Character.charCount(character);
		}
		return Math.min(at, text.length());
	}

	private static boolean shown(int character) {
		return switch (Character.getType(character)) {
			case Character.CONTROL, Character.FORMAT, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR,
					Character.SURROGATE, Character.PRIVATE_USE, Character.UNASSIGNED ->
				false;
			default -> true;
		};
	}

	private static void append(StringBuilder escaped, int character) {
		if (shown(character)) {
			escaped.appendCodePoint(character);
			return;
		}
		switch (character) {
			case '\n' -> escaped.append("\\n");
			case '\r' -> escaped.append("\\r");
			case '\t' -> escaped.append("\\t");
			default -> escaped.append(
					(character <= 0xFFFF) ? String.format("\\u%04x", character) : String.format("\\u{%x}", character));
		}
	}

}
