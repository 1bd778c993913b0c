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

import io.macula.Processed;
import io.macula.harness.Findings;

/**
 * What must hold under a fault, and what was measured. For one thread.
 */
final class FaultLog {

	private final Findings findings = new Findings();

	private Noticed noticed = Noticed.NOTHING;

	void noticed(Window calls) {
		this.noticed = Noticed.of(calls);
	}

	void measured(String figure, Object value) {
		this.findings.measured(figure, value);
	}

	void must(String what, Object measured, boolean passed) {
		this.findings.must(what, measured, passed);
	}

	void noneFailed(String which, Window calls) {
		must("0 failed " + which, calls.describeFailures(), calls.size() > 0 && calls.failed().size() == 0);
	}

	void worst(String which, Window calls, double limitMillis) {
		must("worst %s under %.0f ms".formatted(which, limitMillis), calls.describeLatency(),
				calls.worstMillis() < limitMillis);
	}

	void p99(String which, Window calls, double limitMillis) {
		must("p99 of %s within %.0f ms".formatted(which, limitMillis), calls.describeLatency(),
				calls.percentileMillis(99) <= limitMillis);
	}

	/**
	 * The product's 99th percentile is that of grpc-java at most. Below a difference of
	 * 10 ms or 10% two runs of the same one differ as much.
	 * @param ours calls of the product
	 * @param theirs calls of grpc-java, under the same load over the same link
	 */
	void notSlower(Window ours, Window theirs) {
		double limit = Math.max(theirs.percentileMillis(99) + 10, theirs.percentileMillis(99) * 1.1);
		must("p99 of calls that are no streams not above grpc-java's (10 ms or 10% for noise)",
				"%s of %d; grpc-java %s of %d, %d failed".formatted(ours.describeLatency(), ours.size(),
						theirs.describeLatency(), theirs.size(), theirs.failed().size()),
				theirs.size() > 0 && ours.percentileMillis(99) <= limit);
	}

	/**
	 * Failed calls of methods that are not idempotent say that nobody knows, and were due
	 * while the fault could not be known yet.
	 * @param calls the calls
	 * @param from when the fault was injected
	 * @param knownAfterMillis time after which the fault is known
	 */
	void onlyInFlightUnknown(Window calls, long from, double knownAfterMillis) {
		Window failed = calls.once().failed();
		long known = from + (long) (knownAfterMillis * 1e6);
		long later = failed.calls().stream().filter((call) -> call.start() > known).count();
		boolean unknown = failed.calls().stream().allMatch((call) -> call.processed() == Processed.UNKNOWN);
		must("not idempotent: only calls in flight fail, as unknown",
				failed.size() + " of " + calls.once().size() + " failed " + failed.failures() + ", " + later
						+ " of them due later than %.0f ms after".formatted(knownAfterMillis),
				unknown && later == 0);
	}

	void returns(String node, double seconds, double limitSeconds) {
		must("%s is used again within %.0f s".formatted(node, limitSeconds), "%.2f s".formatted(seconds),
				seconds < limitSeconds);
	}

	/**
	 * The report.
	 * @param fault the fault
	 * @return what held
	 */
	FaultReport report(Fault fault) {
		return new FaultReport(fault.name(), fault.title(),
				this.findings.passed() ? FaultReport.PASSED : FaultReport.FAILED, this.noticed,
				this.findings.criteria(), this.findings.figures());
	}

}
