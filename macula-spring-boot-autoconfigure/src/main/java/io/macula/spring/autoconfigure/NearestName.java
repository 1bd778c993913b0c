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

package io.macula.spring.autoconfigure;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;

/**
 * What somebody meant who misspelt a name.
 */
final class NearestName {

	private NearestName() {
	}

	/**
	 * A question to begin an advice with.
	 * @param misspelt a name that is not known
	 * @param names the known ones
	 * @return {@code Did you mean x? } or empty, if none is like it
	 */
	static String question(String misspelt, Collection<String> names) {
		String uniform = uniform(misspelt);
		return names.stream()
			.min(Comparator.comparingInt((name) -> distance(uniform, uniform(name))))
			.filter((name) -> distance(uniform, uniform(name)) <= Math.max(1, uniform.length() / 3))
			.map((name) -> "Did you mean " + name + "? ")
			.orElse("");
	}

	private static String uniform(String name) {
		return name.toLowerCase(Locale.ROOT).replaceAll("[-_]", "");
	}

	/** Levenshtein distance. */
	static int distance(String one, String other) {
		int[] row = new int[other.length() + 1];
		for (int j = 0; j < row.length; j++) {
			row[j] = j;
		}
		for (int i = 1; i <= one.length(); i++) {
			int diagonal = row[0];
			row[0] = i;
			for (int j = 1; j < row.length; j++) {
				int replaced = diagonal + ((one.charAt(i - 1) == other.charAt(j - 1)) ? 0 : 1);
				diagonal = row[j];
				row[j] = Math.min(replaced, 1 + Math.min(row[j], row[j - 1]));
			}
		}
		return row[other.length()];
	}

}
