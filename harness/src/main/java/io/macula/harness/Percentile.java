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

/**
 * Percentiles by nearest rank: always a value that was measured.
 */
public final class Percentile {

	private Percentile() {
	}

	/**
	 * The least value that is not below a share of the values.
	 * @param sorted the values, in ascending order
	 * @param percent the share, from 0 to 100
	 * @return the value, or 0 if there is none
	 */
	public static double of(double[] sorted, double percent) {
		return (sorted.length == 0) ? 0 : sorted[Math.max(0, (int) Math.ceil(sorted.length * percent / 100) - 1)];
	}

}
