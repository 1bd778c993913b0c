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

import io.macula.Processed;
import io.macula.harness.Findings;

/**
 * What must hold under a fault, and what was measured. For one thread.
 */
final class FaultLog {

	private static final int MOST_CHARACTERS = 300;

	private static final String EJECTED = "is ejected for";

	private final Findings findings = new Findings();

	private Noticed noticed = Noticed.NOTHING;

	private boolean told;

	/**
	 * The calls that the fault is about.
	 * @param calls what the callers noticed is told of them
	 */
	void noticed(Window calls) {
		this.noticed = Noticed.of(calls);
		this.told = true;
	}

	/**
	 * Calls that the fault is about unless others are.
	 * @param calls the calls
	 */
	void noticedOtherwise(Window calls) {
		if (!this.told) {
			noticed(calls);
		}
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

	/**
	 * What holds of the calls of every client under every fault: each has an outcome in
	 * time, and the outcome is true.
	 * @param world where they were made
	 * @param client who made them
	 * @param calls the calls
	 */
	void truthful(World world, LoadProcess client, Window calls) {
		Window inTime = calls
			.only((call) -> call.kind().stream() || call.millis() <= client.deadline().toMillis() + 1000);
		must("each call has an outcome by its deadline of %d s + 1 s".formatted(client.deadline().toSeconds()),
				client.unended().isEmpty() ? "%d of %d later".formatted(calls.size() - inTime.size(), calls.size())
						: shortened(client.unended()),
				client.unended().isEmpty() && inTime.size() == calls.size());
		Journals.Account account = world.account(client, calls);
		must("each call executed as often as its caller was told, none after its deadline", account.describe(),
				account.fits());
		List<String> broken = calls.only((call) -> call.code().equals("BROKEN"))
			.calls()
			.stream()
			.map(CallRecord::line)
			.toList();
		must("no stream ends normally without being whole, no call with a foreign exception",
				shortened(broken.toString()), broken.isEmpty());
	}

	private static String shortened(String text) {
		return (text.length() <= MOST_CHARACTERS) ? text : text.substring(0, MOST_CHARACTERS) + " ...";
	}

	/**
	 * Calls that a node refuses that cannot make any: at once, and truthfully.
	 * @param which which calls
	 * @param calls the calls
	 * @param reason what their message names
	 */
	void refusedAtOnce(String which, Window calls, String reason) {
		Window others = calls.only((call) -> !call.code().equals("UNAVAILABLE") || call.processed() != Processed.NO
				|| call.millis() > 1000 || !call.detail().contains(reason));
		must("%s are refused within 1 s, as not processed, saying '%s'".formatted(which, reason),
				"%d of %d otherwise%s".formatted(others.size(), calls.size(),
						(others.size() == 0) ? "" : ", such as " + others.calls().get(0).line()),
				calls.size() > 0 && others.size() == 0);
	}

	void nobodyEjected(List<String> lines) {
		List<String> ejected = lines.stream().filter((line) -> line.contains(EJECTED)).map(FaultLog::message).toList();
		must("no instance is ejected", ejected.size() + shortened(" " + ejected), ejected.isEmpty());
	}

	/**
	 * No instance is ejected, or connection suspected, by what the client's log tells.
	 * @param lines lines of its log
	 */
	void nobodyBlamed(List<String> lines) {
		List<String> blamed = lines.stream()
			.filter((line) -> line.contains(EJECTED) || line.contains("is suspected:"))
			.map(FaultLog::message)
			.toList();
		must("no instance is suspected or ejected", blamed.size() + shortened(" " + blamed), blamed.isEmpty());
	}

	/**
	 * The client took nothing that happened to it for a defect of its own.
	 * @param lines lines of its log
	 */
	void noDefect(List<String> lines) {
		List<String> told = lines.stream().filter((line) -> line.contains("this is a defect of Macula")).toList();
		must("the client speaks of no defect of Macula", told.size() + shortened(" " + told), told.isEmpty());
	}

	private static String message(String line) {
		return line.substring(Math.max(0, line.indexOf(" : ") + 3));
	}

	void returns(String node, double seconds, double limitSeconds) {
		must("%s is used again within %.0f s".formatted(node, limitSeconds), "%.2f s".formatted(seconds),
				seconds < limitSeconds);
	}

	boolean passed() {
		return this.findings.passed();
	}

	/**
	 * The report.
	 * @param fault the fault
	 * @return what held
	 */
	FaultReport report(Fault fault) {
		return report(fault.name(), fault.title());
	}

	/**
	 * The report.
	 * @param name name of what was done
	 * @param title what was done
	 * @return what held
	 */
	FaultReport report(String name, String title) {
		return new FaultReport(name, title, this.findings.passed() ? FaultReport.PASSED : FaultReport.FAILED,
				this.noticed, this.findings.criteria(), this.findings.figures());
	}

}
