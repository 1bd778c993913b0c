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
package io.macula.cli;

import io.macula.codec.JsonTrees;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * JSON as it is typed and shown: numbers keep their digits, and nothing in a text can
 * steer a terminal.
 */
final class Json {

	private static final JsonMapper MAPPER = JsonTrees.mapper();

	private static final JsonMapper PRETTY = MAPPER.rebuild().enable(SerializationFeature.INDENT_OUTPUT).build();

	private Json() {
	}

	/** A value; throws what Jackson throws. */
	static JsonNode tree(String text) {
		return MAPPER.readTree(text);
	}

	/** A value as it came. */
	static JsonNode tree(byte[] text) {
		return MAPPER.readTree(text);
	}

	static byte[] bytes(JsonNode value) {
		return MAPPER.writeValueAsBytes(value);
	}

	/** In one line. */
	static String line(Object value) {
		return safe(MAPPER.writeValueAsString(value));
	}

	/** Over several lines. */
	static String pretty(Object value) {
		return safe(PRETTY.writeValueAsString(value));
	}

	/** What is no printable character stands inside texts, where it can be escaped. */
	private static String safe(String json) {
		StringBuilder safe = new StringBuilder(json.length());
		json.codePoints().forEach((each) -> {
			if (each == '\n' || !unsafe(Character.getType(each))) {
				safe.appendCodePoint(each);
			}
			else {
				for (char unit : Character.toChars(each)) {
					safe.append(String.format("\\u%04x", (int) unit));
				}
			}
		});
		return safe.toString();
	}

	private static boolean unsafe(int type) {
		return type == Character.CONTROL || type == Character.FORMAT || type == Character.SURROGATE
				|| type == Character.LINE_SEPARATOR || type == Character.PARAGRAPH_SEPARATOR
				|| type == Character.UNASSIGNED || type == Character.PRIVATE_USE;
	}

}
