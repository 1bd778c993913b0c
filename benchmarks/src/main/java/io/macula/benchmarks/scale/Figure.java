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

package io.macula.benchmarks.scale;

import org.jspecify.annotations.Nullable;

/**
 * One measured figure.
 *
 * @param name what was measured
 * @param value the value
 * @param unit its unit
 * @param bound what it must stay below, or {@code null} if it is for information
 */
record Figure(String name, double value, String unit, @Nullable Double bound) {

	private static final String MARK = "FIGURE ";

	static Figure judged(String name, double value, String unit, double bound) {
		return new Figure(name, value, unit, bound);
	}

	static Figure shown(String name, double value, String unit) {
		return new Figure(name, value, unit, null);
	}

	/** Whether the bound holds, as far as there is one. */
	boolean holds() {
		return this.bound == null || this.value < this.bound;
	}

	/** Tell the process that started this one. */
	void tell() {
		System.out.println(MARK + this.name + '\t' + this.value + '\t' + this.unit + '\t' + this.bound);
	}

	/** The figure of a line, or {@code null} if it is none. */
	static @Nullable Figure parse(String line) {
		if (!line.startsWith(MARK)) {
			return null;
		}
		String[] parts = line.substring(MARK.length()).split("\t");
		return new Figure(parts[0], Double.parseDouble(parts[1]), parts[2],
				parts[3].equals("null") ? null : Double.valueOf(parts[3]));
	}

}
