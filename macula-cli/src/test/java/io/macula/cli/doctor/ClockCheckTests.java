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
		Finding finding = ClockCheck.of(node(ASKED.plusSeconds(90)), ASKED, ASKED.plusMillis(20));
		assertThat(finding.outcome()).isEqualTo(Outcome.WARNING);
		assertThat(finding.seen()).isEqualTo("its clock is 90 s ahead, to 60 ms");
		assertThat(finding.remedy()).contains("3 days");
	}

	@Test
	void aClockThatIsALittleBehindIsNoTrouble() {
		Finding finding = ClockCheck.of(node(ASKED.minusSeconds(12).minusMillis(50)), ASKED, ASKED);
		assertThat(finding.outcome()).isEqualTo(Outcome.OK);
		assertThat(finding.seen()).isEqualTo("its clock is 12 s behind, to 50 ms");
	}

	@Test
	void clocksThatAgreeWithinTheRoundTripAgree() {
		Finding finding = ClockCheck.of(node(ASKED.plusMillis(290)), ASKED, ASKED.plusMillis(300));
		assertThat(finding.seen()).isEqualTo("the clocks agree within 200 ms");
	}

	@Test
	void aNodeThatTellsNoTimeOrNonsenseIsNoFault() {
		assertThat(ClockCheck.of(node(Instant.EPOCH), ASKED, ASKED).outcome()).isEqualTo(Outcome.SKIPPED);
		assertThat(ClockCheck.of(node(Instant.ofEpochMilli(Long.MAX_VALUE)), ASKED, ASKED).outcome())
			.isEqualTo(Outcome.WARNING);
		assertThat(ClockCheck.of(node(Instant.ofEpochMilli(Long.MIN_VALUE)), ASKED, ASKED).outcome())
			.isEqualTo(Outcome.WARNING);
	}

	private static NodeStatus node(Instant clock) {
		return new NodeStatus(new NodeStatus.Identity("shop", "node1", 1, null, null, null, null, null, Map.of()),
				new NodeStatus.Life("serving", clock.toEpochMilli(), Duration.ofHours(1), "granted", 100, 0, 0, 0,
						"read", 1, true, null),
				List.of(), List.of(), List.of(), List.of(), List.of(), List.of());
	}

}
