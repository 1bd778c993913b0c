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

package io.macula.selection;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;

import io.macula.Code;
import io.macula.Instance;
import io.macula.Processed;
import io.macula.selection.InstanceTracker.Availability;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link Roster}.
 */
class RosterTests {

	private final AtomicLong clock = new AtomicLong(1_000_000_000_000L);

	private final Random random = new Random(9);

	private final Roster roster = new Roster(Fixtures.SERVICE, EjectionSettings.defaults(), null, this.clock::get,
			() -> this.random);

	@Test
	void aDuplicateJoinsOnceAndTheFirstOfTheTwoCounts() {
		List<InstanceTracker> joined = new ArrayList<>();
		List<Instance> twice = List.of(Fixtures.instance(1, 1, 100), Fixtures.instance(1, 1, 50));
		this.roster.update(twice, Map.of(), joined::add);
		assertThat(joined).hasSize(1);
		this.roster.update(twice, Map.of(), joined::add);
		assertThat(joined).hasSize(1);
		assertThat(this.roster.candidates().asList()).containsExactlyElementsOf(joined);
		assertThat(joined.get(0).instance().weight()).isEqualTo(100);
	}

	@Test
	void aTrackerMayHearOfItsAvailabilityWhileItJoins() {
		this.roster.update(Fixtures.instances(3), Map.of(),
				(joining) -> joining.availability(Availability.UNREACHABLE));
		assertThat(this.roster.candidates().asList()).hasSize(3)
			.allMatch((tracker) -> tracker.availability() == Availability.UNREACHABLE);
	}

	@Test
	void whenTwoAnswersMeetThenTheSecondDoesNotStartTheSlowStartAgain() {
		join(3);
		InstanceTracker one = this.roster.candidates().all()[0];
		one.availability(Availability.UNREACHABLE);
		one.streamed();
		Standing back = one.standing();
		assertThat(back.slowStart()).isNotNull();
		this.clock.addAndGet(1_000_000_000);
		this.roster.answeredWhileOut(one, this.roster.now());
		assertThat(one.standing()).isSameAs(back);
	}

	@Test
	void whenAnInstanceIsGoneThenItsLateOutcomesHarmNobody() {
		join(3);
		InstanceTracker gone = this.roster.candidates().all()[2];
		join(2);
		for (int i = 0; i < 100; i++) {
			gone.started();
			gone.failed(Code.UNAVAILABLE, Processed.NO, 1);
		}
		gone.availability(Availability.UNREACHABLE);
		assertThat(gone.ejected()).isFalse();
		assertThat(this.roster.candidates().offer(() -> this.random).preferred()).hasSize(2);
	}

	@Test
	void onlyOneCallIsTheProbe() {
		join(3);
		InstanceTracker one = this.roster.candidates().all()[0];
		for (int i = 0; i < 5; i++) {
			one.failed(Code.UNAVAILABLE, Processed.NO, 1);
		}
		assertThat(one.ejected()).isTrue();
		assertThat(this.roster.claimProbe(one, this.roster.now())).as("not before its time").isFalse();
		this.clock.addAndGet(6_100_000_000L);
		assertThat(this.roster.claimProbe(one, this.roster.now())).isTrue();
		assertThat(this.roster.claimProbe(one, this.roster.now())).isFalse();
		one.cancelled(1);
		assertThat(this.roster.claimProbe(one, this.roster.now())).isTrue();
	}

	@Test
	void candidatesThatTimeHasChangedAreSortedAnew() {
		join(2);
		join(3);
		Candidates before = this.roster.candidates(this.roster.now());
		assertThat(before.plain()).isFalse();
		assertThat(before.offer(() -> this.random).settled()).hasSize(2);
		this.clock.addAndGet(4_999_999_999L);
		assertThat(this.roster.candidates(this.roster.now())).isSameAs(before);
		this.clock.addAndGet(1);
		Candidates after = this.roster.candidates(this.roster.now());
		assertThat(after.plain()).isTrue();
		assertThat(after.offer(() -> this.random).settled()).hasSize(3);
	}

	private void join(int count) {
		this.roster.update(Fixtures.instances(count), Map.of(), (joined) -> {
		});
	}

}
