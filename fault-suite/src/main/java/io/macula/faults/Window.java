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

package io.macula.faults;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import io.macula.harness.Percentile;

/**
 * Calls of a span of time. Immutable.
 *
 * @param from begin of the span, in {@link System#nanoTime()}
 * @param to its end
 * @param calls calls that ended within it
 */
record Window(long from, long to, List<CallRecord> calls) {

	Window only(Predicate<CallRecord> condition) {
		return new Window(this.from, this.to, this.calls.stream().filter(condition).toList());
	}

	Window and(Window other) {
		return new Window(Math.min(this.from, other.from), Math.max(this.to, other.to),
				Stream.concat(this.calls.stream(), other.calls.stream()).toList());
	}

	Window idempotent() {
		return only((call) -> call.kind().idempotent());
	}

	Window once() {
		return only((call) -> call.kind().once());
	}

	Window unary() {
		return only((call) -> !call.kind().stream());
	}

	Window streams() {
		return only((call) -> call.kind().stream());
	}

	Window failed() {
		return only(CallRecord::failed);
	}

	/**
	 * Calls that were due in a part of this span.
	 * @param begin begin of the part
	 * @param end its end
	 * @return the part
	 */
	Window due(long begin, long end) {
		return new Window(begin, end,
				this.calls.stream().filter((call) -> call.start() >= begin && call.start() < end).toList());
	}

	int size() {
		return this.calls.size();
	}

	double worstMillis() {
		return percentileMillis(100);
	}

	double percentileMillis(double percent) {
		double[] sorted = this.calls.stream().mapToDouble(CallRecord::millis).sorted().toArray();
		return Percentile.of(sorted, percent);
	}

	/**
	 * Seconds from a moment to the first answer of a node after it.
	 * @param node node id
	 * @param moment the moment
	 * @return seconds, or infinity if there is none
	 */
	double secondsToAnswerOf(String node, long moment) {
		return this.calls.stream()
			.filter((call) -> node.equals(call.node()) && call.start() >= moment)
			.mapToLong(CallRecord::end)
			.min()
			.stream()
			.mapToDouble((end) -> (end - moment) / 1e9)
			.findFirst()
			.orElse(Double.POSITIVE_INFINITY);
	}

	/**
	 * Answers by node.
	 * @return counts in order of the node
	 */
	Map<String, Long> byNode() {
		return this.calls.stream()
			.filter((call) -> call.node() != null)
			.collect(Collectors.groupingBy((call) -> Objects.requireNonNull(call.node()), TreeMap::new,
					Collectors.counting()));
	}

	/**
	 * Failures by code and by whether they were processed.
	 * @return counts
	 */
	Map<String, Long> failures() {
		return failed().calls.stream()
			.collect(Collectors.groupingBy((call) -> call.code() + "/" + call.processed(), TreeMap::new,
					Collectors.counting()));
	}

	/**
	 * Counts and an example of the failures, for people.
	 * @return a text
	 */
	String describeFailures() {
		Window failed = failed();
		String text = failed.size() + " of " + size() + " failed";
		return (failed.size() == 0) ? text : text + " " + failures() + ", such as " + failed.calls.get(0).kind() + " "
				+ failed.calls.get(0).code() + ": " + failed.calls.get(0).detail();
	}

	/**
	 * Latencies, for people.
	 * @return a text
	 */
	String describeLatency() {
		return "p50 %.1f, p99 %.1f, worst %.0f ms".formatted(percentileMillis(50), percentileMillis(99), worstMillis());
	}

}
