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
 * Tests for {@link SecurityPage}.
 */
class SecurityPageTests {

	@Test
	void whatPeopleWroteAroundTheSectionStays(@TempDir Path directory) throws IOException {
		Path page = directory.resolve("security.md");
		Files.writeString(page, "# Security\n\nBefore.\n");
		SecurityPage.keep(Report.of("whole", List.of(attack("pings", true))), directory, page);
		Files.writeString(page, Files.readString(page) + "\n## After\n");
		SecurityPage.keep(Report.of("whole", List.of(attack("ghosts", false))), directory, page);
		assertThat(page).content()
			.startsWith("# Security\n\nBefore.\n\n")
			.endsWith("\n## After\n")
			.containsOnlyOnce("## Attacks and what happens")
			.contains("| what ghosts does | 1 of 7 | 9 ms | 12 ms | +3 MB | **fails** |",
					"**Not each criterion held.**")
			.doesNotContain("what pings does");
	}

	@Test
	void withoutAPageThereIsOneAfterwards(@TempDir Path directory) throws IOException {
		Path page = directory.resolve("security.md");
		SecurityPage.keep(Report.of("whole", List.of(attack("pings", true))), directory, page);
		assertThat(page).content()
			.startsWith("# Security\n\n")
			.contains("Each criterion held.", "| **pings**: what pings does | 0 failed | holds | 1\\|2 |");
	}

	private static FaultReport attack(String name, boolean held) {
		return new FaultReport(name, "what " + name + " does", held ? FaultReport.PASSED : FaultReport.FAILED,
				new Noticed(5, 1, 2, 0, 12.3), List.of(new Criterion("0 failed", "1|2", held)),
				Map.of(Siege.LATENCY, "9 ms", Siege.MEMORY, "+3 MB"));
	}

}
