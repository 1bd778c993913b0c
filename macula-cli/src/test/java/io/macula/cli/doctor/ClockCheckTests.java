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

package io.macula.cli.doctor;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;

import io.macula.cli.doctor.Finding.Outcome;
import io.macula.operations.NodeStatus;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class ClockCheckTests {

	private static final Instant ASKED = Instant.parse("2026-05-01T10:00:00Z");

	@Test
	void aClockThatIsAheadIsToldWithItsPrecision() {
		Finding finding = ClockCheck.of(node(ASKED.plusSeconds(90).minusSeconds(3600), Duration.ofHours(1)), ASKED,
				ASKED.plusMillis(20));
		assertThat(finding.outcome()).isEqualTo(Outcome.WARNING);
		assertThat(finding.seen()).startsWith("its clock is ")
			.contains(" ahead, to about 5 s (if its clock was set since");
		assertThat(finding.remedy()).contains("3 days");
	}

	@Test
	void aClockThatIsALittleBehindIsNoTrouble() {
		Finding finding = ClockCheck.of(node(ASKED.minusSeconds(3612), Duration.ofHours(1)), ASKED, ASKED);
		assertThat(finding.outcome()).isEqualTo(Outcome.OK);
		assertThat(finding.seen()).contains("behind");
	}

	@Test
	void clocksThatAgreeWithinTheRoundTripAgree() {
		Finding finding = ClockCheck.of(node(ASKED.minusSeconds(3600), Duration.ofHours(1)), ASKED,
				ASKED.plusMillis(300));
		assertThat(finding.seen()).startsWith("the clocks agree");
	}

	@Test
	void anIncarnationThatIsNoTimeTellsNothing() {
		Finding finding = ClockCheck.of(node(Instant.ofEpochMilli(7), Duration.ofHours(1)), ASKED, ASKED);
		assertThat(finding.outcome()).isEqualTo(Outcome.SKIPPED);
	}

	private static NodeStatus node(Instant started, Duration age) {
		return new NodeStatus(
				new NodeStatus.Identity("shop", "node1", started.toEpochMilli(), null, null, null, null, null,
						Map.of()),
				new NodeStatus.Life("serving", age, "granted", 100, 0, 0, 0, "read", 1, true, null), List.of(),
				List.of(), List.of(), List.of(), List.of(), List.of());
	}

}
