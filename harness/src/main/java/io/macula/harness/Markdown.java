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

package io.macula.harness;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Text of pages that programs write, as the pages that people write look.
 */
public final class Markdown {

	private static final int COLUMNS = 120;

	private Markdown() {
	}

	/**
	 * Wrap prose at 120 columns; rows of tables, which cannot be wrapped, stay.
	 * @param page a page, or a part of one
	 * @return the same text
	 */
	public static String wrap(String page) {
		return page.lines()
			.flatMap((line) -> (line.length() <= COLUMNS || line.startsWith("|")) ? List.of(line).stream()
					: words(line).stream())
			.collect(Collectors.joining("\n", "", "\n"));
	}

	private static List<String> words(String line) {
		String indent = line.startsWith("- ") ? "  " : "";
		List<String> lines = new ArrayList<>();
		StringBuilder present = new StringBuilder();
		for (String word : line.split(" ")) {
			if (present.length() > 0 && present.length() + 1 + word.length() > COLUMNS) {
				lines.add(present.toString());
				present.setLength(0);
				present.append(indent).append(word);
			}
			else {
				present.append((present.length() > 0) ? " " : "").append(word);
			}
		}
		lines.add(present.toString());
		return lines;
	}

}
