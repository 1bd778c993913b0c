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

import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;

import io.macula.harness.Findings;

/**
 * What a scenario writes down while it runs. Calls come from any thread, all else from
 * the scenario's own.
 */
final class ScenarioLog {

	private final String name;

	private final Queue<Call> calls = new ConcurrentLinkedQueue<>();

	private final Findings findings = new Findings();

	ScenarioLog(String name) {
		this.name = name;
	}

	void add(Call call) {
		this.calls.add(call);
	}

	void measured(String figure, Object value) {
		this.findings.measured(figure, value);
	}

	void must(String what, Object measured, boolean passed) {
		this.findings.must(what, measured, passed);
	}

	List<Call> calls() {
		return this.calls.stream().sorted(Comparator.comparingLong(Call::number)).toList();
	}

	List<Call> failures() {
		return this.calls.stream().filter((call) -> call.failure() != null).toList();
	}

	/**
	 * Calls by the node that answered; failed ones under their failure.
	 * @return counts in order of the node
	 */
	Map<String, Integer> callsByNode() {
		Map<String, Integer> counts = new TreeMap<>();
		for (Call call : this.calls) {
			counts.merge(String.valueOf((call.node() != null) ? call.node() : call.failure()), 1, Integer::sum);
		}
		return counts;
	}

	ScenarioReport report() {
		return new ScenarioReport(this.name, this.findings.passed(), this.findings.criteria(), this.findings.figures(),
				calls());
	}

}
