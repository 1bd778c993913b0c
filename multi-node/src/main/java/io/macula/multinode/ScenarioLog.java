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

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;

import io.macula.harness.Findings;

/**
 * What a scenario writes down while it runs. Calls and connections come from any thread,
 * all else from the scenario's own.
 */
final class ScenarioLog {

	private final String name;

	private final long beginMicros = nowMicros();

	private final Queue<Call> calls = new ConcurrentLinkedQueue<>();

	private final Queue<Sample> connections = new ConcurrentLinkedQueue<>();

	private final List<Moment> moments = new ArrayList<>();

	private final List<StressStep> stress = new ArrayList<>();

	private final Findings findings = new Findings();

	ScenarioLog(String name) {
		this.name = name;
	}

	void add(Call call) {
		this.calls.add(call.since(this.beginMicros));
	}

	void add(StressStep step) {
		this.stress.add(step);
	}

	/**
	 * Write down how many connections a client has now.
	 * @param open the number
	 */
	void connections(int open) {
		this.connections.add(new Sample(now(), open));
	}

	/**
	 * Write down that something is done to the realm now.
	 * @param what what, in a few words
	 * @return when, in microseconds since the scenario began
	 */
	long moment(String what) {
		Moment moment = new Moment(now(), what);
		this.moments.add(moment);
		return moment.atMicros();
	}

	/**
	 * The time.
	 * @return microseconds since the scenario began
	 */
	long now() {
		return nowMicros() - this.beginMicros;
	}

	void measured(String figure, Object value) {
		this.findings.measured(figure, value);
	}

	void must(String what, Object measured, boolean passed) {
		this.findings.must(what, measured, passed);
	}

	/** Must hold of most scenarios. */
	void mustNotFail() {
		List<Call> failures = failures();
		must("no call fails", failures.size() + " of " + this.calls.size() + " failed"
				+ failures.stream().limit(1).map((call) -> ", such as " + call.failure()).findFirst().orElse(""),
				failures.isEmpty() && !this.calls.isEmpty());
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
				calls(), List.copyOf(this.moments), List.copyOf(this.connections),
				this.stress.stream().sorted(Comparator.comparingInt(StressStep::rate)).toList());
	}

	private static long nowMicros() {
		return System.nanoTime() / 1000;
	}

}
