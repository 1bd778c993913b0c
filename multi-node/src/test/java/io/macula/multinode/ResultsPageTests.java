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
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

class ResultsPageTests {

	private static final Path KEPT = Path.of("results");

	private static final Path PAGE = Path.of("..", "docs", "multi-node-results.md");

	@Test
	void thePageIsWhatTheKeptResultsMakeOfIt() throws IOException {
		assertThat(PAGE).hasContent(ResultsPage.of(ResultsPage.kept(KEPT)));
	}

	@Test
	void whatWasRunAndWhatWasNotIsSaid(@TempDir Path directory) throws IOException {
		Path page = directory.resolve("page.md");
		keep(run("netns"), directory, page);
		keep(Report.now("compose", "embedded").notRun("there is no docker"), directory, page);
		assertThat(page).content()
			.contains("| local | | | | has not been tried |", "Could not be run: there is no docker",
					"| **failover** | no call fails | **fails** |", "| 1,000 | 999 | 0.40 |",
					"| **stress** | 1,000 calls a second are held | holds | yes |", "|  | gap millis | | 12.5 |");
		assertThat(page).content().containsSubsequence("## netns", "## compose");
	}

	@Test
	void thatSomethingCouldNotBeRunDoesNotTakeThePlaceOfARun(@TempDir Path directory) throws IOException {
		Path page = directory.resolve("page.md");
		keep(Report.now("netns", "embedded").notRun("there is no root"), directory, page);
		assertThat(page).content().contains("there is no root");
		keep(run("netns"), directory, page);
		keep(Report.now("netns", "embedded").notRun("there is no root"), directory, page);
		assertThat(page).content().doesNotContain("there is no root").contains("## netns");
	}

	@Test
	void someScenariosDoNotTakeThePlaceOfTheOthers(@TempDir Path directory) throws IOException {
		Path page = directory.resolve("page.md");
		Path results = Files.createDirectories(directory.resolve("results"));
		keep(run("netns"), directory, page);
		Report stress = at("2026-11-28T00:00:00Z").with(Map.of("MTU", "9000"), List.of(ReportPageTests.stress()));
		ResultsPage.keep(stress, true, results, page);
		assertThat(page).content()
			.contains("| netns | embedded | 2026-11-28T00:00:00Z | 2 |", "**failover**", "**stress**", "- MTU: 9000")
			.containsPattern("- of the run that began 2\\S+Z: failover\n");
		Report failover = at("2026-11-29T00:00:00Z").with(Map.of(), List.of(ReportPageTests.failover()));
		ResultsPage.keep(failover, true, results, page);
		ResultsPage.keep(failover, true, results, page);
		assertThat(page).content()
			.contains("- of the run that began 2026-11-28T00:00:00Z: stress\n")
			.doesNotContain(": failover\n");
		keep(stress, directory, page);
		assertThat(page).content().doesNotContain("**failover**", "of the run that began");
	}

	private static Report at(String time) {
		Report now = Report.now("netns", "embedded");
		return new Report(false, now.environment(), now.directory(), null, time, now.java(), now.system(),
				now.processors(), Map.of(), List.of());
	}

	private static Report run(String environment) {
		return Report.now(environment, "embedded")
			.with(Map.of("MTU", "1500"), List.of(ReportPageTests.failover(), ReportPageTests.stress()));
	}

	private static void keep(Report report, Path directory, Path page) throws IOException {
		ResultsPage.keep(report, false, Files.createDirectories(directory.resolve("results")), page);
	}

}
