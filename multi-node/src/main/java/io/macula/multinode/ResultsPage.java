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

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

import io.macula.harness.Criterion;
import io.macula.harness.Markdown;

/**
 * The page of results, made from what was kept of runs that really happened: one file for
 * each environment and directory.
 */
final class ResultsPage {

	/** First argument of a process that only writes the page. */
	static final String COMMAND = "results";

	private static final String HEAD = """
			# Multi-node results

			What the scenarios came to in each environment. This page is generated: `scripts/multi-node.sh ENVIRONMENT --keep` runs three real providers and fresh clients there, and keeps criteria and figures in `multi-node/results`. The same run writes `target/multi-node/report.html`, with plots of each call. What each scenario demands is in [operations](operations.md#multi-node-scenarios). What four clusters came to, and disruptions of pods, is [there](operations.md#what-was-seen), too.

			""";

	private static final int CELL = 400;

	private ResultsPage() {
	}

	/**
	 * Keep a result, and write the page from all that were kept. That something could not
	 * be run does not take the place of a run, nor do some scenarios that of the others.
	 * @param report the result
	 * @param some whether scenarios were chosen, so that it is not all of a run
	 * @param directory where results are kept
	 * @param page file of the page
	 * @throws IOException if it cannot be written
	 */
	static void keep(Report report, boolean some, Path directory, Path page) throws IOException {
		Files.createDirectories(directory);
		Path file = directory.resolve(report.environment() + "-" + report.directory() + ".json");
		Report kept = Files.exists(file) ? Report.read(file) : null;
		if (kept == null || kept.cannotRun() != null) {
			report.summary().write(file);
		}
		else if (report.cannotRun() == null) {
			(some ? report.summary().beside(kept) : report.summary()).write(file);
		}
		write(directory, page);
	}

	/**
	 * Write the page from all that were kept.
	 * @param directory where results are kept
	 * @param page file of the page
	 * @throws IOException if it cannot be written
	 */
	static void write(Path directory, Path page) throws IOException {
		Files.writeString(page, of(kept(directory)));
	}

	/**
	 * What was kept.
	 * @param directory where
	 * @return results in order of the environments, of each the embedded directory first
	 * @throws IOException if it cannot be read
	 */
	static List<Report> kept(Path directory) throws IOException {
		List<Report> reports = new ArrayList<>();
		try (Stream<Path> files = Files.list(directory)) {
			files.filter((file) -> file.toString().endsWith(".json")).forEach((file) -> reports.add(read(file)));
		}
		reports.sort(Comparator.<Report>comparingInt((report) -> Environments.NAMES.indexOf(report.environment()))
			.thenComparing((report) -> !report.directory().equals(EmbeddedEngine.TYPE))
			.thenComparing(Report::directory));
		return reports;
	}

	/**
	 * The page.
	 * @param reports results in order
	 * @return its text
	 */
	static String of(List<Report> reports) {
		StringBuilder text = new StringBuilder(HEAD);
		text.append("| environment | directory | began | scenarios | |\n| --- | --- | --- | --- | --- |\n");
		for (Report report : reports) {
			text.append("| %s | %s | %s | %s | %s |%n".formatted(report.environment(), report.directory(), report.at(),
					(report.cannotRun() != null) ? "" : report.scenarios().size(), result(report)));
		}
		for (String name : Environments.NAMES) {
			if (reports.stream().noneMatch((report) -> report.environment().equals(name))) {
				text.append("| %s | | | | has not been tried |%n".formatted(name));
			}
		}
		text.append('\n');
		reports.forEach((report) -> append(text, report));
		return Markdown.wrap(text.toString().stripTrailing() + "\n");
	}

	private static String result(Report report) {
		if (report.cannotRun() != null) {
			return "could not be run";
		}
		return report.passed() ? "each criterion held" : "**not each criterion held**";
	}

	private static void append(StringBuilder text, Report report) {
		text.append("## %s, directory %s%n%n".formatted(report.environment(), report.directory()));
		if (report.cannotRun() != null) {
			text.append("Could not be run: %s%n%n".formatted(report.cannotRun()));
			return;
		}
		text.append("Java %s, %s, %d processors.%n".formatted(report.java(), report.system(), report.processors()));
		for (Map.Entry<String, String> fact : report.facts().entrySet()) {
			text.append("%n- %s: %s".formatted(fact.getKey(), fact.getValue()));
		}
		text.append(report.facts().isEmpty() ? "\n" : "\n\n");
		text.append("| scenario | must hold | | measured |\n| --- | --- | --- | --- |\n");
		for (ScenarioReport scenario : report.scenarios()) {
			String name = "**" + scenario.name() + "**";
			for (Criterion criterion : scenario.criteria()) {
				text.append("| %s | %s | %s | %s |%n".formatted(name, cell(criterion.must()),
						criterion.passed() ? "holds" : "**fails**", cell(criterion.measured())));
				name = "";
			}
			for (Map.Entry<String, Object> figure : scenario.measured().entrySet()) {
				text.append("| %s | %s | | %s |%n".formatted(name, ReportPage.words(figure.getKey()),
						cell(ReportPage.value(figure.getValue()))));
				name = "";
			}
		}
		text.append('\n');
		report.scenarios().stream().filter((scenario) -> !scenario.stress().isEmpty()).forEach((scenario) -> {
			text.append("Milliseconds from when a call was due, by rate:\n\n");
			text.append("| calls a second | answered | p50 | p90 | p99 | p99.9 | longest | held |\n");
			text.append("| --- | --- | --- | --- | --- | --- | --- | --- |\n");
			scenario.stress().forEach((step) -> text.append(row(step)));
			text.append('\n');
		});
	}

	private static String row(StressStep step) {
		return String.format(Locale.ROOT, "| %,d | %,.0f | %.2f | %.2f | %.2f | %.2f | %.1f | %s |%n", step.rate(),
				step.achieved(), step.p50Millis(), step.p90Millis(), step.p99Millis(), step.p999Millis(),
				step.maxMillis(), step.held() ? "yes" : "no");
	}

	private static String cell(String text) {
		String line = text.replace('\n', ' ').replace("|", "\\|");
		return (line.length() > CELL) ? line.substring(0, CELL) + " ..." : line;
	}

	private static Report read(Path file) {
		try {
			return Report.read(file);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(file + " cannot be read", ex);
		}
	}

}
