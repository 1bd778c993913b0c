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

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;

/**
 * What somebody meant who misspelt a name.
 */
public final class NearestName {

	/** Of names that are looked at. */
	private static final int MOST = 1000;

	private NearestName() {
	}

	/**
	 * A question to begin an advice with.
	 * @param misspelt a name that is not known
	 * @param names the known ones
	 * @return {@code Did you mean x? } or empty, if none is like it
	 */
	public static String question(String misspelt, Collection<String> names) {
		return of(misspelt, names).map((name) -> "Did you mean " + name + "? ").orElse("");
	}

	/**
	 * The name that is most like another one.
	 * @param misspelt a name that is not known
	 * @param names the known ones; of very many not all are looked at
	 * @return the nearest, or empty if none is like it
	 */
	public static Optional<String> of(String misspelt, Collection<String> names) {
		String uniform = uniform(misspelt);
		int farthest = Math.max(1, uniform.length() / 3);
		// What differs more in length needs no closer look, however long it is.
		return names.stream()
			.filter((name) -> Math.abs(uniform(name).length() - uniform.length()) <= farthest)
			.limit(MOST)
			.min(Comparator.comparingInt((String name) -> distance(uniform, uniform(name)))
				.thenComparing(Comparator.naturalOrder()))
			.filter((name) -> distance(uniform, uniform(name)) <= farthest);
	}

	private static String uniform(String name) {
		return name.toLowerCase(Locale.ROOT).replaceAll("[-_]", "");
	}

	/**
	 * Edit distance in which two letters that change places count once (optimal string
	 * alignment).
	 * @param one a short text
	 * @param other another one
	 * @return 0 for equal ones
	 */
	public static int distance(String one, String other) {
		int[][] rows = new int[one.length() + 1][other.length() + 1];
		for (int i = 0; i <= one.length(); i++) {
			for (int j = 0; j <= other.length(); j++) {
				rows[i][j] = (Math.min(i, j) == 0) ? Math.max(i, j) : least(rows, one, other, i, j);
			}
		}
		return rows[one.length()][other.length()];
	}

	private static int least(int[][] rows, String one, String other, int i, int j) {
		char last = one.charAt(i - 1);
		int least = Math.min(rows[i - 1][j - 1] + ((last == other.charAt(j - 1)) ? 0 : 1),
				1 + Math.min(rows[i - 1][j], rows[i][j - 1]));
		boolean swapped = i > 1 && j > 1 && last == other.charAt(j - 2) && one.charAt(i - 2) == other.charAt(j - 1);
		return swapped ? Math.min(least, rows[i - 2][j - 2] + 1) : least;
	}

}
