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

package io.macula.multinode;

import java.util.List;
import java.util.Map;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.macula.harness.Criterion;

/**
 * Outcome of one scenario. Immutable.
 *
 * @param name name of the scenario
 * @param passed whether each criterion held
 * @param criteria what must hold
 * @param measured figures by name
 * @param calls each call, in order of its number
 * @param moments what was done to the realm, in order
 * @param connections connections that the client had, in order of time
 * @param stress what each rate came to, in ascending order
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
record ScenarioReport(String name, boolean passed, List<Criterion> criteria, Map<String, Object> measured,
		List<Call> calls, List<Moment> moments, List<Sample> connections, List<StressStep> stress) {

	ScenarioReport {
		// What was empty was not written.
		criteria = (criteria != null) ? criteria : List.of();
		measured = (measured != null) ? measured : Map.of();
		calls = (calls != null) ? calls : List.of();
		moments = (moments != null) ? moments : List.of();
		connections = (connections != null) ? connections : List.of();
		stress = (stress != null) ? stress : List.of();
	}

	/**
	 * A scenario that did not come to its end.
	 * @param name its name
	 * @param reason why
	 * @return the report
	 */
	static ScenarioReport broken(String name, String reason) {
		return new ScenarioReport(name, false, List.of(new Criterion("the scenario runs to its end", reason, false)),
				Map.of(), List.of(), List.of(), List.of(), List.of());
	}

	/**
	 * The same without what only plots need.
	 * @return criteria and figures
	 */
	ScenarioReport summary() {
		return new ScenarioReport(this.name, this.passed, this.criteria, this.measured, List.of(), List.of(), List.of(),
				this.stress);
	}

}
