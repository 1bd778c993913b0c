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

import java.util.Set;

/**
 * Reads one line of a contract's file, from left to right. Used by one thread.
 */
final class LineReader {

	private final String line;

	private final String place;

	private int position;

	LineReader(String line, String place) {
		this.line = line;
		this.place = place;
	}

	boolean atEnd() {
		return this.position == this.line.length();
	}

	/** Takes a text if it comes next. */
	boolean skips(String text) {
		if (!this.line.startsWith(text, this.position)) {
			return false;
		}
		this.position += text.length();
		return true;
	}

	void expect(String text) {
		if (!skips(text)) {
			throw failed("'" + text + "'");
		}
	}

	void expectEnd() {
		if (!atEnd()) {
			throw failed("the end of the line");
		}
	}

	/** A name, or a text in quotation marks. */
	String name() {
		return this.line.startsWith("\"", this.position) ? quoted() : until(Set.of(' ', ':', '(', ')', ','));
	}

	/** A type; the commas between its arguments belong to it. */
	String type() {
		int start = this.position;
		int depth = 0;
		while (!atEnd()) {
			char c = this.line.charAt(this.position);
			depth += (c == '<') ? 1 : (c == '>') ? -1 : 0;
			if (depth == 0 && (c == ' ' || c == ',' || c == ')' || c == ':')) {
				break;
			}
			this.position++;
		}
		if (start == this.position || depth != 0) {
			throw failed("a type");
		}
		String text = this.line.substring(start, this.position);
		if (!whole(text)) {
			this.position = start;
			throw failed("a type");
		}
		return text;
	}

	/** Whether what holds other types says which. */
	private static boolean whole(String text) {
		TypeText type = TypeText.of(text);
		int expected = switch (type.name()) {
			case "Map" -> 2;
			case "List", "Set", "Optional" -> 1;
			default -> type.arguments().size();
		};
		return !text.isEmpty() && type.arguments().size() == expected
				&& type.arguments().stream().allMatch(LineReader::whole);
	}

	String quoted() {
		expect("\"");
		StringBuilder text = new StringBuilder();
		while (!skips("\"")) {
			if (atEnd()) {
				throw failed("'\"'");
			}
			char c = this.line.charAt(this.position++);
			if (c == '\\' && skips("u")) {
				text.append(control());
			}
			else {
				text.append((c == '\\' && !atEnd()) ? this.line.charAt(this.position++) : c);
			}
		}
		return text.toString();
	}

	/** A character of four hex digits. */
	private char control() {
		int code = 0;
		for (int i = 0; i < 4; i++) {
			int digit = atEnd() ? -1 : Character.digit(this.line.charAt(this.position), 16);
			if (digit < 0) {
				throw failed("four hex digits");
			}
			code = code * 16 + digit;
			this.position++;
		}
		return (char) code;
	}

	private String until(Set<Character> ends) {
		int start = this.position;
		while (!atEnd() && !ends.contains(this.line.charAt(this.position))) {
			this.position++;
		}
		if (start == this.position) {
			throw failed("a name");
		}
		return this.line.substring(start, this.position);
	}

	IllegalArgumentException failed(String expected) {
		String rest = this.line.substring(this.position);
		return new IllegalArgumentException(this.place + ": expected " + expected + ", but found "
				+ (rest.isEmpty() ? "the end of the line" : "'" + rest + "'")
				+ "; take the file back from version control, or write it anew");
	}

}
