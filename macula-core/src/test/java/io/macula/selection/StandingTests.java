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

import java.time.Duration;
import java.util.stream.Stream;

import io.macula.selection.InstanceTracker.Availability;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link Standing}.
 */
class StandingTests {

	/** Close to the overflow of the clock. */
	private static final long NOW = Long.MAX_VALUE - 5;

	private final Standing ejected = Standing.FRESH.afterFault().ejected(NOW + 100, "tested", 3);

	@Test
	void whenNothingIsKnownThenTheInstanceIsUsable() {
		assertThat(Standing.FRESH.usable()).isTrue();
		assertThat(Standing.FRESH.awaitsAnswer()).isFalse();
		assertThat(Standing.FRESH.tier()).isZero();
	}

	@Test
	void theTiersFollowTheAvailabilityAndEjectedOnesAreLast() {
		assertThat(Stream.of(Availability.values()).map((availability) -> reported(availability).tier()))
			.containsExactly(0, 1, 2, 3);
		assertThat(this.ejected.tier()).isEqualTo(4).isEqualTo(Standing.TIERS - 1);
		assertThat(this.ejected.usable()).isFalse();
	}

	@ParameterizedTest
	@EnumSource(Availability.class)
	void faultsInARowAreThoseOfAnAvailableInstance(Availability availability) {
		Standing after = reported(availability).afterFault().afterFault();
		assertThat(after.faultsInARow()).isEqualTo((availability == Availability.AVAILABLE) ? 2 : 0);
		assertThat(after.afterAnswer().faultsInARow()).isZero();
	}

	@Test
	void whenNothingChangesThenItIsTheSame() {
		assertThat(Standing.FRESH.afterAnswer()).isSameAs(Standing.FRESH);
		assertThat(Standing.FRESH.afterFirstCall(7)).isSameAs(Standing.FRESH);
		assertThat(Standing.FRESH.at(NOW)).isSameAs(Standing.FRESH);
		assertThat(Standing.FRESH.startingSlowly(null)).isSameAs(Standing.FRESH);
	}

	@Test
	void onlyAnEjectedInstanceThatIsNotProbedIsTheLastResort() {
		assertThat(Standing.FRESH.afterLastResort()).isSameAs(Standing.FRESH);
		Standing probed = this.ejected.probed(NOW + 30);
		assertThat(probed.afterLastResort()).isSameAs(probed);
		Standing resort = this.ejected.afterLastResort();
		assertThat(this.ejected.provedByAnswer()).isFalse();
		assertThat(resort.provedByAnswer()).isTrue();
		assertThat(resort.afterLastResort()).isSameAs(resort);
		assertThat(resort.ejected(NOW + 200, "longer", 4).provedByAnswer()).as("of a longer ejection").isTrue();
	}

	@Test
	void anEjectedInstanceIsDueWhenItsTimeIsOver() {
		assertThat(this.ejected.dueNanoTime(NOW) - NOW).isEqualTo(100);
		assertThat(this.ejected.probed(NOW + 130).dueNanoTime(NOW) - NOW).as("one probe at a time").isEqualTo(130);
		Standing lost = this.ejected.reported(Availability.UNREACHABLE, NOW + 170, NOW, null);
		assertThat(lost.dueNanoTime(NOW) - NOW).as("the later time counts").isEqualTo(170);
	}

	@Test
	void aSuspectedInstanceIsNeverDue() {
		Standing suspected = this.ejected.reported(Availability.SUSPECTED, NOW + 170, NOW, null);
		assertThat(suspected.dueNanoTime(NOW) - NOW).isGreaterThan(Duration.ofDays(365).toNanos());
	}

	@Test
	void whenAnEjectedInstanceIsReachableAgainThenItIsDueAtOnce() {
		Standing back = this.ejected.reported(Availability.UNREACHABLE, NOW + 170, NOW, null)
			.reported(Availability.AVAILABLE, NOW + 180, NOW + 1, start(NOW));
		assertThat(back.ejection()).isNotNull();
		assertThat(back.ejections()).isEqualTo(3);
		assertThat(back.slowStart()).as("not before a probe").isNull();
		assertThat(back.dueNanoTime(NOW + 1)).isEqualTo(NOW + 1);
	}

	@Test
	void whenALostInstanceIsReachableAgainThenItStartsSlowly() {
		Standing lost = Standing.FRESH.afterFault().reported(Availability.UNREACHABLE, NOW + 10, NOW, start(NOW));
		assertThat(lost.slowStart()).isNull();
		assertThat(lost.faultsInARow()).isOne();
		assertThat(lost.returnsWith(Availability.AVAILABLE)).isTrue();
		Standing back = lost.reported(Availability.AVAILABLE, NOW + 20, NOW + 1, start(NOW + 1));
		assertThat(back.usable()).isTrue();
		assertThat(back.faultsInARow()).isZero();
		assertThat(back.slowStart()).isEqualTo(start(NOW + 1));
	}

	@Test
	void whenAProbeIsAnsweredThenTheInstanceReturns() {
		Standing back = this.ejected.probed(NOW + 130).returned(NOW + 101, start(NOW + 101));
		assertThat(back.usable()).isTrue();
		assertThat(back.probe()).isNull();
		assertThat(back.faultsInARow()).isZero();
		assertThat(back.slowStart()).isNotNull();
		assertThat(back.returnedNanoTime()).isEqualTo(NOW + 101);
		assertThat(back.ejections()).as("the next one is longer").isEqualTo(3);
		assertThat(this.ejected.returned(NOW + 99, null).ejections()).as("before its time").isEqualTo(2);
	}

	@Test
	void whenAnUnreachableInstanceAnswersThenItIsAvailable() {
		Standing lost = reported(Availability.UNREACHABLE);
		assertThat(lost.awaitsAnswer()).isTrue();
		assertThat(lost.returned(NOW, null)).matches(Standing::usable);
		assertThat(this.ejected.reported(Availability.DRAINING, NOW, NOW, null).returned(NOW, null).availability())
			.as("an answer does not end a drain")
			.isEqualTo(Availability.DRAINING);
	}

	@Test
	void whenTheDirectoryChangesAnInstanceThenItsEjectionIsForgotten() {
		Standing pardoned = this.ejected.probed(NOW + 130).pardoned();
		assertThat(pardoned.usable()).isTrue();
		assertThat(pardoned.faultsInARow()).isZero();
		assertThat(pardoned.ejections()).isZero();
		assertThat(pardoned.probe()).isNull();
	}

	@Test
	void whenAProbeIsPutOffThenTheInstanceIsDueLaterAndEjectedNoMoreThanBefore() {
		Standing putOff = this.ejected.probed(NOW + 130).probePutOff(NOW + 111);
		assertThat(putOff.probe()).isNull();
		assertThat(putOff.ejections()).isEqualTo(3);
		assertThat(putOff.dueNanoTime(NOW) - NOW).isEqualTo(111);
		assertThat(this.ejected.probePutOff(NOW + 50).dueNanoTime(NOW) - NOW).as("never sooner").isEqualTo(100);
		Standing lost = reported(Availability.UNREACHABLE).probed(NOW + 130).probePutOff(NOW + 111);
		assertThat(lost.dueNanoTime(NOW) - NOW).isEqualTo(111);
	}

	@Test
	void timeEndsAProbeAndASlowStart() {
		Standing probed = this.ejected.probed(NOW + 130);
		assertThat(probed.at(NOW + 129)).isSameAs(probed);
		assertThat(probed.at(NOW + 130).probe()).isNull();
		Standing slow = Standing.FRESH.startingSlowly(start(NOW));
		assertThat(slow.at(NOW + 999)).isSameAs(slow);
		assertThat(slow.at(NOW + 1000).slowStart()).isNull();
		assertThat(slow.ejected(NOW + 1, "tested", 1).slowStart()).as("an ejection too").isNull();
	}

	private static Standing reported(Availability availability) {
		return Standing.FRESH.reported(availability, NOW, NOW, null);
	}

	private static @Nullable SlowStart start(long now) {
		return SlowStart.at(now, Duration.ofNanos(1000));
	}

}
