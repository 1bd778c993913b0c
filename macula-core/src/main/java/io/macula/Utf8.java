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

/**
 * What a text is where it travels.
 */
public final class Utf8 {

	private Utf8() {
	}

	/**
	 * Bytes of a text in UTF-8.
	 * @param text the text; the few characters beyond 16 bits count as six bytes
	 * @return the bytes, or a little more
	 */
	public static int bytes(String text) {
		int bytes = text.length();
		for (int i = 0; i < text.length(); i++) {
			char character = text.charAt(i);
			bytes += (character < 0x80) ? 0 : (character < 0x800) ? 1 : 2;
		}
		return bytes;
	}

	/**
	 * Whether a text can travel: half of a surrogate pair is no character. One that was
	 * written by hand arrives nevertheless, and could not be passed on.
	 * @param text the text
	 * @return false if there is half of a pair
	 */
	public static boolean travels(String text) {
		for (int i = 0; i < text.length(); i++) {
			if (Character.isSurrogate(text.charAt(i))) {
				if (!Character.isSupplementaryCodePoint(text.codePointAt(i))) {
					return false;
				}
				i++;
			}
		}
		return true;
	}

}
