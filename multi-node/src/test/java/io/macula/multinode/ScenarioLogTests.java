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

import java.util.List;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class ScenarioLogTests {

	private final ScenarioLog log = new ScenarioLog("failover");

	@Test
	void callsAreReportedInOrderOfTheirNumber() {
		this.log.add(new Call(2, "node1", 0, 900, List.of(), null));
		this.log.add(new Call(1, "node2", 0, 800, List.of(), null));
		assertThat(this.log.report().calls()).extracting(Call::number).containsExactly(1L, 2L);
	}

	@Test
	void callsAreCountedByTheNodeThatAnsweredOrByTheirFailure() {
		this.log.add(new Call(1, "node1", 0, 900, List.of(), null));
		this.log.add(new Call(2, "node1", 0, 900, List.of(), null));
		this.log.add(new Call(3, null, 0, 900, List.of(), "UNAVAILABLE: all providers failed"));
		assertThat(this.log.callsByNode()).hasToString("{UNAVAILABLE: all providers failed=1, node1=2}");
		assertThat(this.log.failures()).extracting(Call::number).containsExactly(3L);
	}

	@Test
	void whenACriterionDidNotHoldThenTheScenarioFailed() {
		this.log.measured("calls", 3);
		this.log.must("no call fails", "1 of 3 failed", false);
		ScenarioReport report = this.log.report();
		assertThat(report.name()).isEqualTo("failover");
		assertThat(report.passed()).isFalse();
		assertThat(report.measured()).containsEntry("calls", 3);
	}

}
