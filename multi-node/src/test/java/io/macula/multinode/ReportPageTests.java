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
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import io.macula.harness.Criterion;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

class ReportPageTests {

	private static final String FAILURE = "1 of 200 failed, such as UNAVAILABLE: <script>alert(1)</script>";

	private final Report report = Report.now("netns", "embedded")
		.with(Map.of("delay", "1.5 ms each way"), List.of(failover(), stress()));

	@Test
	void thePageNeedsNothingElse() {
		assertThat(ReportPage.of(this.report)).doesNotContainPattern("(src|href)=\"(?!#)")
			.doesNotContain("<script", "@import", "url(", "http:", "https:");
	}

	@Test
	void whatOthersSaidIsText() {
		assertThat(ReportPage.of(this.report)).contains("&lt;script&gt;alert(1)&lt;/script&gt;");
	}

	@Test
	void eachPlotSaysInWordsWhatItShows() {
		String page = ReportPage.of(this.report);
		assertThat(page).contains("Failover gap", "Latency over time", "Connections over time",
				"Histogram of latencies", "Latency by rate");
		assertThat(page.split("<svg ", -1)).hasSameSizeAs(page.split("<desc ", -1))
			.hasSameSizeAs(page.split("<figcaption>", -1));
		assertThat(page).contains("the last rate that was held is 1,000 a second", "node1 is killed", ">knee<");
	}

	@Test
	void coloursAreThoseOfTheReader() {
		assertThat(ReportPage.of(this.report)).contains("prefers-color-scheme: dark", "name=\"color-scheme\"")
			.doesNotContainPattern("(fill|stroke)=\"#");
	}

	@Test
	void whatIsWrittenCanBeReadAgain(@TempDir Path directory) throws IOException {
		Path file = directory.resolve("report.json");
		this.report.write(file);
		assertThat(Report.read(file)).isEqualTo(this.report);
		assertThat(this.report.passed()).isFalse();
		assertThat(this.report.summary().scenarios().get(0).calls()).isEmpty();
	}

	static ScenarioReport failover() {
		List<Call> calls = new ArrayList<>();
		for (int i = 0; i < 199; i++) {
			calls.add(new Call(i + 1, "node" + (1 + i % 3), i * 5000L, 900 + i, List.of(), null));
		}
		calls.set(100, new Call(101, "node2", 500_000, 43_000,
				List.of(new Attempt(1, "node1", "UNAVAILABLE"), new Attempt(2, "node2", "OK")), null));
		calls.add(new Call(200, null, 510_000, 60_000, List.of(), "UNAVAILABLE"));
		return new ScenarioReport("failover", false, List.of(new Criterion("no call fails", FAILURE, false)),
				Map.of("gapMillis", 12.5), calls, List.of(new Moment(500_000, "node1 is killed")),
				List.of(new Sample(0, 3), new Sample(520_000, 2), new Sample(990_000, 3)), List.of());
	}

	static ScenarioReport stress() {
		return new ScenarioReport("stress", true, List.of(new Criterion("1,000 calls a second are held", "yes", true)),
				Map.of("kneeCallsPerSecond", 1000), List.of(), List.of(), List.of(),
				List.of(new StressStep(1000, 999.2, true, 0, 0.4, 0.7, 1.2, 3.1, 8.8, 1.1),
						new StressStep(64_000, 31_000, false, 0, 400, 700, 900, 930, 940, 12)));
	}

}
