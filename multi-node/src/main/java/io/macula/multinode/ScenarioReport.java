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

import io.macula.harness.Criterion;

/**
 * Outcome of one scenario. Immutable.
 *
 * @param name name of the scenario
 * @param passed whether each criterion held
 * @param criteria what must hold
 * @param measured figures by name
 * @param calls each call, in order of its number
 */
record ScenarioReport(String name, boolean passed, List<Criterion> criteria, Map<String, Object> measured,
		List<Call> calls) {

}
