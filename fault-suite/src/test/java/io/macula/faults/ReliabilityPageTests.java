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

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

import io.macula.harness.Criterion;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link ReliabilityPage}.
 */
class ReliabilityPageTests {

	@Test
	void aWholeRunAndASoakShareThePageInAnyOrder(@TempDir Path directory) throws IOException {
		Path page = directory.resolve("page.md");
		ReliabilityPage.keep(report("soak", "soak", 3), directory, page);
		assertThat(page).content().contains("## Soak", "| what soak does | 0 of 3 | 1 of 2 | 12 ms | holds |");
		ReliabilityPage.keep(report("whole", "sigkill", 5), directory, page);
		String text = Files.readString(page);
		assertThat(text).containsSubsequence("## What a user notices",
				"| what sigkill does | 0 of 5 | 1 of 2 | 12 ms | holds |", "## Soak", "| what soak does | 0 of 3 |",
				"## Each criterion of the whole run", "## Each criterion of the soak");
	}

	@Test
	void whatFailsOrWasSkippedSaysSo(@TempDir Path directory) throws IOException {
		Path page = directory.resolve("page.md");
		FaultReport failed = new FaultReport("a", "title a", FaultReport.FAILED, new Noticed(9, 4, 0, 0, 1.5),
				List.of(new Criterion("0 failed", "4 of 9", false)), Map.of());
		FaultReport skipped = FaultReport.skipped(Fault.of("b", "title b", false, (world, log) -> {
		}), "no tool");
		ReliabilityPage.keep(Report.of("whole", List.of(failed, skipped)), directory, page);
		assertThat(page).content()
			.contains("**Not each criterion held.**", "| title a | 4 of 9 | 0 of 0 | 2 ms | **fails** |",
					"| title b | | | | skipped |", "| **a**: title a | 0 failed | **fails** | 4 of 9 |",
					"| **b**: title b |  | skipped | no tool |");
	}

	@Test
	void whatWasMeasuredAgainStandsInPlaceOfTheFirstAndSaysSo(@TempDir Path directory) throws IOException {
		Path page = directory.resolve("page.md");
		FaultReport failed = new FaultReport("a", "title a", FaultReport.FAILED, new Noticed(9, 4, 0, 0, 1.5),
				List.of(new Criterion("0 failed", "4 of 9", false)), Map.of());
		FaultReport other = report("whole", "b", 5).faults().get(0);
		ReliabilityPage.keep(Report.of("whole", List.of(failed, other)), directory, page);
		Report whole = Report.read(directory.resolve(ReliabilityPage.WHOLE));
		assertThat(whole).isNotNull();
		FaultReport mended = new FaultReport("a", "title a", FaultReport.PASSED, new Noticed(7, 0, 0, 0, 1.5),
				List.of(new Criterion("0 failed", "0 of 7", true)), Map.of());
		ReliabilityPage.keep(whole.again(List.of(mended), "2026-01-02"), directory, page);
		assertThat(page).content()
			.contains("Each criterion held.", "on a later state of the code: a (2026-01-02).", "| title a | 0 of 7 |",
					"| what b does | 0 of 5 |")
			.doesNotContain("**fails**");
	}

	private static Report report(String form, String name, int calls) {
		FaultReport fault = new FaultReport(name, "what " + name + " does", FaultReport.PASSED,
				new Noticed(calls, 0, 2, 1, 12.3), List.of(new Criterion("0 failed", "none", true)), Map.of());
		return Report.of(form, List.of(fault));
	}

}
