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
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a trial measured, and which criteria held, in the order they came. For one thread.
 */
public final class Findings {

	private final Map<String, Object> figures = new LinkedHashMap<>();

	private final List<Criterion> criteria = new ArrayList<>();

	/**
	 * Write a figure down that nothing is demanded of.
	 * @param figure its name
	 * @param value its value, as the report is to have it
	 */
	public void measured(String figure, Object value) {
		this.figures.put(figure, value);
	}

	/**
	 * Write a criterion down.
	 * @param what what must hold
	 * @param measured what was seen
	 * @param passed whether it held
	 */
	public void must(String what, Object measured, boolean passed) {
		this.criteria.add(new Criterion(what, measured.toString(), passed));
	}

	/**
	 * Figures by name.
	 * @return an unmodifiable copy
	 */
	public Map<String, Object> figures() {
		return Collections.unmodifiableMap(new LinkedHashMap<>(this.figures));
	}

	/**
	 * The criteria.
	 * @return an unmodifiable copy
	 */
	public List<Criterion> criteria() {
		return List.copyOf(this.criteria);
	}

	/**
	 * Whether each criterion held. A trial without criteria proves nothing.
	 * @return false if one did not hold, or if there is none
	 */
	public boolean passed() {
		return !this.criteria.isEmpty() && this.criteria.stream().allMatch(Criterion::passed);
	}

}
