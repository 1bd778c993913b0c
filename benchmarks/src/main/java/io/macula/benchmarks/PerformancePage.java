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

package io.macula.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;

import io.macula.harness.Markdown;

/**
 * Writes the figures of a whole run into the page of the documentation, between two
 * markers.
 */
final class PerformancePage {

	static final String BEGIN = "<!-- figures: written by a whole run of scripts/benchmark.sh -->";

	static final String END = "<!-- end of figures -->";

	private PerformancePage() {
	}

	/** Replace the figures of the page. */
	static void write(Report report, Path page) throws IOException {
		Files.writeString(page, replace(Files.readString(page), Markdown.wrap(figures(report))));
	}

	static String replace(String page, String figures) {
		int begin = page.indexOf(BEGIN);
		int end = page.indexOf(END);
		if (begin < 0 || end < begin) {
			throw new IllegalArgumentException("The page lacks the line '" + BEGIN + "' followed by '" + END + "'");
		}
		return page.substring(0, begin + BEGIN.length()) + "\n" + figures + page.substring(end);
	}

	static String figures(Report report) {
		StringBuilder text = new StringBuilder();
		line(text, "%nRun of %s: %s. %d rounds, windows of %d ms, medians; ratios are to `%s` of the same run.",
				report.startedAt().substring(0, 10), String.join(", ", report.machine().values()), report.rounds(),
				report.windowMillis(), Report.REFERENCE);
		if (!report.problems().isEmpty()) {
			line(text, "%n**These figures cannot be trusted:**%n");
			report.problems().forEach((problem) -> line(text, "- %s", problem));
		}
		report.skipped().forEach((skipped) -> line(text, "%n%s", skipped));
		line(text, "%n### Targets%n%n| target | measured | |%n| --- | --- | --- |");
		for (Targets.Verdict verdict : report.targets()) {
			String result = Report.words(verdict.result());
			line(text, "| %s | %s | %s |", verdict.target(), verdict.measured(),
					(verdict.result() == Targets.Result.REACHED) ? result : "**" + result + "**");
		}
		line(text, "%n### All figures%n%n| stack | workload | calls/s | ratio | p50 us | p99 us | CPU s/100k "
				+ "| B/call client | B/call server | spread |%n| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |");
		for (Report.Figures figures : report.rows()) {
			Row row = figures.row();
			Double ratio = figures.callsRatio();
			line(text, "| %s | %s | %,.0f | %s | %,.0f | %,.0f | %.2f | %,.0f | %,.0f | %.0f %% |", row.stack(),
					row.key(), row.callsPerSecond(), (ratio != null) ? String.format(Locale.ROOT, "%.2f", ratio) : "",
					row.p50Micros(), row.p99Micros(), row.cpuSecondsPer100k(), row.clientBytesAllocatedPerCall(),
					row.serverBytesAllocatedPerCall(), figures.spread() * 100);
		}
		line(text, "%n| stack | what | figure |%n| --- | --- | --- |");
		for (Fact fact : report.facts()) {
			line(text, "| %s | %s | %,.0f |", fact.stack(), fact.name(), fact.value());
		}
		line(text, "%n| stack | setup |%n| --- | --- |");
		for (Map.Entry<String, String> stack : report.stacks().entrySet()) {
			line(text, "| %s | %s |", stack.getKey(), stack.getValue());
		}
		return text.append('\n').toString();
	}

	private static void line(StringBuilder text, String format, Object... args) {
		text.append(String.format(Locale.ROOT, format, args)).append('\n');
	}

}
