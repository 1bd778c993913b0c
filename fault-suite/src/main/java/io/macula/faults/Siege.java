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
import java.util.TreeMap;

import io.macula.harness.Criterion;
import io.macula.harness.LoggedProcess;
import io.macula.rogue.Attacker;

/**
 * One attack from its begin to its end: the calls of others meanwhile, what the attacker
 * tells, what the others logged, what they held. Immutable.
 *
 * @param calls calls of the legitimate client
 * @param outcomes last figures that the attacker told, by their names
 * @param logs lines that each of the others logged meanwhile, by the names of the
 * processes
 * @param peakKilobytes how much more than before a provider held at most
 */
record Siege(Window calls, Map<String, String> outcomes, Map<String, List<String>> logs,
		Map<String, Long> peakKilobytes) {

	/** Lines that somebody else may cause within one attack. */
	private static final int MOST_LINES = 40;

	private static final int MOST_BYTES = 24 << 10;

	private static final long MOST_KILOBYTES = 200 << 10;

	/** Calls of the machine's own noise. */
	private static final double LEAST_P99_MILLIS = 100;

	/** However busy the machine was before. */
	private static final double MOST_P99_MILLIS = 1000;

	/** Unless one took half as long before the attack. */
	private static final double WORST_MILLIS = 2000;

	/** Name of the figure of the calls of others. */
	static final String LATENCY = "p99 of others";

	/** Name of the figure of the memory of the providers. */
	static final String MEMORY = "memory at the peak";

	static Map<String, String> outcomes(LoggedProcess attacker) {
		Map<String, String> outcomes = new TreeMap<>();
		attacker.logOfThisLife()
			.lines()
			.filter((line) -> line.startsWith(Attacker.OUTCOME) && line.indexOf('=') > 0)
			.forEach((line) -> outcomes.put(line.substring(Attacker.OUTCOME.length(), line.indexOf('=')),
					line.substring(line.indexOf('=') + 1)));
		return outcomes;
	}

	/** Whether calls of others took long, and nothing else is wrong. */
	static boolean failedByLatencyOnly(FaultReport report) {
		return report.failed()
				&& report.criteria().stream().allMatch((each) -> each.passed() || each.must().startsWith(LATENCY));
	}

	/** What was measured of the calls of others. */
	static String latency(FaultReport report) {
		return report.criteria()
			.stream()
			.filter((each) -> each.must().startsWith(LATENCY))
			.map(Criterion::measured)
			.findFirst()
			.orElse("");
	}

	/** All that the attacker told, but that it is over. */
	Map<String, String> told() {
		Map<String, String> told = new TreeMap<>(this.outcomes);
		told.remove(Attacker.DONE);
		return told;
	}

	String outcome(String name) {
		return this.outcomes.getOrDefault(name, "nothing");
	}

	/** Begins of the text of all lines that hold each of some words. */
	List<String> linesWith(String process, String... words) {
		return this.logs.getOrDefault(process, List.of())
			.stream()
			.filter((line) -> List.of(words).stream().allMatch(line::contains))
			.toList();
	}

	/**
	 * What must hold under each attack.
	 * @param log takes it
	 * @param calm the calls before any attack
	 */
	void undisturbed(FaultLog log, Window calm) {
		log.noticed(this.calls);
		String error = this.outcomes.get(Attacker.ERROR);
		if (error != null) {
			log.must("the attack can go on, unless it is refused", error,
					error.contains("not welcome") || error.contains("refused") || error.contains("closed"));
		}
		log.noneFailed("calls of others", this.calls);
		Window unary = this.calls.unary();
		double limit = Math.min(MOST_P99_MILLIS, Math.max(3 * calm.unary().percentileMillis(99), LEAST_P99_MILLIS));
		double worst = Math.max(2 * calm.unary().worstMillis(), WORST_MILLIS);
		log.must((LATENCY + " within %.0f ms, worst under %.0f ms").formatted(limit, worst), unary.describeLatency(),
				unary.size() > 0 && unary.percentileMillis(99) <= limit && unary.worstMillis() < worst);
		log.measured(LATENCY, "%.0f ms".formatted(unary.percentileMillis(99)));
		log.measured(MEMORY, "%+d MB"
			.formatted(this.peakKilobytes.values().stream().mapToLong(Long::longValue).max().orElse(0) >> 10));
		log.must("no provider holds more than %d MB more at its peak".formatted(MOST_KILOBYTES >> 10),
				"kB more: " + this.peakKilobytes,
				this.peakKilobytes.values().stream().allMatch((peak) -> peak <= MOST_KILOBYTES));
		Map<String, String> told = new TreeMap<>();
		this.logs.forEach((process, lines) -> told.put(process, "%d lines, %d bytes".formatted(lines.size(),
				lines.stream().mapToLong((line) -> line.length() + 1L).sum())));
		log.must("each other process logs at most %d lines and %d kB".formatted(MOST_LINES, MOST_BYTES >> 10), told,
				this.logs.values()
					.stream()
					.allMatch((lines) -> lines.size() <= MOST_LINES
							&& lines.stream().mapToLong((line) -> line.length() + 1L).sum() <= MOST_BYTES));
		List<String> bad = this.logs.values()
			.stream()
			.flatMap(List::stream)
			.filter((line) -> line.contains("OutOfMemory") || line.contains("LEAK:") || forged(line))
			.toList();
		log.must("no line is forged or holds a control character; no memory ends or leaks",
				bad.size() + " lines" + (bad.isEmpty() ? "" : ", such as: " + shown(bad.get(0))), bad.isEmpty());
	}

	private static boolean forged(String line) {
		return line.chars().anyMatch((character) -> character < ' ' && character != '\t')
				|| line.startsWith("2026-01-01T00:00:00 ERROR forged");
	}

	private static String shown(String line) {
		return line.substring(0, Math.min(200, line.length())).replaceAll("\\p{Cntrl}", "?");
	}

}
