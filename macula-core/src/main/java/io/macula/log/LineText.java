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

/**
 * Texts of others in messages of one line.
 */
public final class LineText {

	private LineText() {
	}

	/**
	 * A text without line breaks and other control characters.
	 * @param text for example the message of an exception of the user's
	 * @param most characters; what is longer is cut
	 * @return one line
	 */
	public static String of(String text, int most) {
		String line = text.replaceAll("[\\p{Cntrl}\\u2028\\u2029]+", " ");
		return (line.length() <= most) ? line : line.substring(0, most) + "...";
	}

}
