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

package io.macula.harness;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class FindingsTests {

	private final Findings findings = new Findings();

	@Test
	void whenEachCriterionHeldThenTheTrialPassed() {
		this.findings.must("no call fails", "0 of 6", true);
		this.findings.must("2-2-2", List.of(2, 2, 2), true);
		assertThat(this.findings.passed()).isTrue();
		assertThat(this.findings.criteria()).containsExactly(new Criterion("no call fails", "0 of 6", true),
				new Criterion("2-2-2", "[2, 2, 2]", true));
	}

	@Test
	void whenOneCriterionDidNotHoldThenTheTrialFailed() {
		this.findings.must("no call fails", "1 of 6", false);
		this.findings.must("2-2-2", "2-2-1", true);
		assertThat(this.findings.passed()).isFalse();
	}

	@Test
	void whenNothingHadToHoldThenTheTrialFailed() {
		this.findings.measured("calls", 6);
		assertThat(this.findings.passed()).isFalse();
	}

	@Test
	void figuresKeepTheirOrder() {
		this.findings.measured("slowest", 3.5);
		this.findings.measured("calls", 6);
		assertThat(this.findings.figures()).hasToString("{slowest=3.5, calls=6}");
	}

	@Test
	void theFirstRowOfATrialBearsItsName() {
		ByteArrayOutputStream printed = new ByteArrayOutputStream();
		CriteriaTable table = new CriteriaTable(new PrintStream(printed, true, StandardCharsets.UTF_8), 8, 5, 6);
		table.print("failover", List.of(new Criterion("2-2", "2-2", true), new Criterion("none", "1", false)));
		table.printSkipped("mtu", "small", "no root");
		assertThat(printed.toString(StandardCharsets.UTF_8).lines()).containsExactly(
				"| failover | 2-2   | ok     | 2-2", "|          | none  | FAILED | 1",
				"| mtu      | small | SKIPPED | no root");
	}

	@Test
	void whatDidNotHoldIsToldOnceMoreWithItsTrial() {
		ByteArrayOutputStream printed = new ByteArrayOutputStream();
		CriteriaTable table = new CriteriaTable(new PrintStream(printed, true, StandardCharsets.UTF_8), 8, 5, 6);
		table.print("failover", List.of(new Criterion("2-2", "2-2", true), new Criterion("none", "1 of 6", false)));
		table.print("latency", List.of(new Criterion("p99", "3 ms", true)));
		printed.reset();
		table.repeatFailed();
		assertThat(printed.toString(StandardCharsets.UTF_8).lines())
			.containsExactly("Did not hold: failover: none: 1 of 6");
	}

}
