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

package io.macula;

import java.security.SecureRandom;
import java.util.HexFormat;

import io.macula.log.Printable;

/**
 * The ids of nodes: 1 to 128 characters of {@code A-Z a-z 0-9 . _ : -}, so that an id
 * means the same in a certificate, a log line, a URI and a file.
 */
public final class NodeIds {

	/** Most characters of an id. */
	public static final int MAX_LENGTH = 128;

	private static final String EXPECTED = "expected 1 to " + MAX_LENGTH
			+ " letters, digits, '.', '_', ':' or '-' of ASCII";

	private static final SecureRandom RANDOM = new SecureRandom();

	private static final int NAME_LENGTH = 100;

	private static final int RANDOM_BYTES = 6;

	private NodeIds() {
	}

	/**
	 * Whether a text is the id of a node.
	 * @param text any text
	 * @return true if so
	 */
	public static boolean valid(String text) {
		if (text.isEmpty() || text.length() > MAX_LENGTH) {
			return false;
		}
		for (int i = 0; i < text.length(); i++) {
			if (!allowed(text.charAt(i))) {
				return false;
			}
		}
		return true;
	}

	/**
	 * Demand the id of a node.
	 * @param text any text
	 * @return the text
	 * @throws IllegalArgumentException if it is no such id; the message names it
	 */
	public static String require(String text) {
		if (!valid(text)) {
			throw new IllegalArgumentException(
					"Node id '" + Printable.text(text, MAX_LENGTH) + "' is not valid: " + EXPECTED);
		}
		return text;
	}

	/**
	 * A name and a random part, new with each start.
	 * @param name what a reader knows the node by, for example the application's name;
	 * cut after 100 characters, and with {@code -} for what an id cannot hold
	 * @return an id
	 */
	public static String generate(String name) {
		byte[] bytes = new byte[RANDOM_BYTES];
		RANDOM.nextBytes(bytes);
		return of(name.substring(0, Math.min(name.length(), NAME_LENGTH)) + "-" + HexFormat.of().formatHex(bytes));
	}

	/**
	 * An id that is like a text.
	 * @param text 1 to {@value #MAX_LENGTH} characters
	 * @return the text with {@code -} for what an id cannot hold
	 */
	public static String of(String text) {
		StringBuilder id = new StringBuilder(text);
		for (int i = 0; i < id.length(); i++) {
			if (!allowed(id.charAt(i))) {
				id.setCharAt(i, '-');
			}
		}
		return require(id.toString());
	}

	private static boolean allowed(char character) {
		return (character >= 'a' && character <= 'z') || (character >= 'A' && character <= 'Z')
				|| (character >= '0' && character <= '9') || ".:_-".indexOf(character) >= 0;
	}

}
