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
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.spi.ILoggingEvent;
import io.macula.Code;
import io.macula.Processed;
import io.macula.selection.InstanceTracker.Availability;
import io.macula.testing.LogLines;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import static org.assertj.core.api.Assertions.assertThat;

class OutlierEjectionTests {

	private final Fixtures fixtures = new Fixtures(SelectionStrategies.roundRobin());

	@RegisterExtension
	final LogLines log = LogLines.of(OutlierEjection.class).from(Level.INFO);

	@Test
	void whenAnInstanceIsEjectedThenTheLogTellsForHowManySeconds() {
		this.fixtures.join(3);
		this.fixtures.calls(15, Code.UNAVAILABLE, 1);
		assertThat(lines()).singleElement()
			.asString()
			.matches(
					"Instance node1@10\\.0\\.0\\.2:9443 of service test.calculator is ejected for [456](\\.\\d{1,3})? s:"
							+ " 5 failures in a row, the last UNAVAILABLE");
	}

	@Test
	void whenAnInstanceComesAndGoesAllTheTimeThenTheLinesAreLimited() {
		Fixtures brief = new Fixtures(SelectionStrategies.roundRobin(), new EjectionSettings(true, 1, 0.5, 20,
				Duration.ofNanos(1), Duration.ofNanos(1), Duration.ofNanos(1), 0.5, 0, Duration.ZERO));
		brief.join(2);
		for (int i = 0; i < 1000; i++) {
			brief.calls(2, Code.UNAVAILABLE, 1);
			brief.calls(4, Code.OK);
		}
		assertThat(lines()).hasSize(10);
	}

	private List<String> lines() {
		return this.log.events().stream().map(ILoggingEvent::getFormattedMessage).toList();
	}

	@Test
	void fiveFailuresInARowEjectOneOfThree() {
		this.fixtures.join(3);
		this.fixtures.calls(12, Code.UNAVAILABLE, 1);
		assertThat(this.fixtures.tracker(1).ejected()).isFalse();
		this.fixtures.calls(3, Code.UNAVAILABLE, 1);
		assertThat(this.fixtures.tracker(1).ejected()).isTrue();
		assertThat(this.fixtures.tracker(1).ejectionReason()).isEqualTo("5 failures in a row, the last UNAVAILABLE");
		assertThat(this.fixtures.shares(100, 3)).containsExactly(0, 50, 50);
	}

	@Test
	void exceptionsOfTheHandlerAndBadArgumentsNeverEject() {
		this.fixtures.join(3);
		for (Code code : List.of(Code.UNKNOWN, Code.APPLICATION, Code.INVALID_ARGUMENT, Code.NOT_FOUND,
				Code.UNIMPLEMENTED, Code.PERMISSION_DENIED, Code.CANCELLED)) {
			this.fixtures.calls(3000, code, 1);
			assertThat(this.fixtures.tracker(1).ejected()).as("%s", code).isFalse();
		}
	}

	@Test
	void aSuccessBreaksTheRow() {
		this.fixtures.join(3);
		for (int i = 0; i < 10; i++) {
			this.fixtures.calls(12, Code.UNAVAILABLE, 1);
			this.fixtures.calls(12, Code.OK);
			this.fixtures.passMillis(10_000);
		}
		assertThat(this.fixtures.tracker(1).ejected()).isFalse();
	}

	@Test
	void anOutageThatHitsAllAlikeEjectsNobody() {
		this.fixtures.join(3);
		this.fixtures.calls(3000, Code.DEADLINE_EXCEEDED, 1, 2, 3);
		assertThat(this.fixtures.balancer.trackers()).noneMatch(InstanceTracker::ejected);
	}

	@Test
	void refusalsForOverloadNeverEject() {
		this.fixtures.join(3);
		this.fixtures.calls(30, Code.RESOURCE_EXHAUSTED, 1);
		assertThat(this.fixtures.tracker(1).ejected()).as("in a row").isFalse();
		this.fixtures.calls(9000, Code.RESOURCE_EXHAUSTED, 1);
		assertThat(this.fixtures.tracker(1).ejected()).as("by rate").isFalse();
		assertThat(this.fixtures.tracker(1).failures()).isEqualTo(Map.of(Code.RESOURCE_EXHAUSTED, 3010L));
		assertThat(this.fixtures.shares(9, 3)).containsExactly(3, 3, 3);
	}

	@Test
	void refusalsForOverloadDoNotMakeAFewFailuresWeighMore() {
		this.fixtures.join(3);
		for (int i = 0; i < 9000; i++) {
			InstanceTracker picked = this.fixtures.pick();
			this.fixtures.passMillis(1);
			// In ten seconds at node1 8 failures, never 5 in a row, and 2 answers.
			boolean judged = picked == this.fixtures.tracker(1) && i % 999 == 0;
			if (judged && i % (5 * 999) != 0) {
				picked.failed(Code.INTERNAL, Processed.UNKNOWN, 1);
			}
			else if (judged || picked != this.fixtures.tracker(1)) {
				picked.succeeded(1_000_000);
			}
			else {
				picked.failed(Code.RESOURCE_EXHAUSTED, Processed.NO, 1);
			}
		}
		assertThat(this.fixtures.tracker(1).ejected()).isFalse();
	}

	@Test
	void refusalsForOverloadDoNotMakeAFewSlowAnswersWeighMore() {
		EjectionSettings defaults = EjectionSettings.defaults();
		Fixtures watched = new Fixtures(SelectionStrategies.roundRobin(), new EjectionSettings(true, 5, 0.5, 20,
				defaults.interval(), defaults.baseTime(), defaults.maxTime(), 0.5, 3, Duration.ZERO));
		watched.join(3);
		for (int i = 0; i < 9000; i++) {
			InstanceTracker picked = watched.pick();
			watched.passMillis(1);
			if (picked != watched.tracker(1)) {
				picked.succeeded(1_000_000);
			}
			else if (i % 999 == 0) {
				picked.succeeded(100_000_000);
			}
			else {
				picked.failed(Code.RESOURCE_EXHAUSTED, Processed.NO, 1);
			}
		}
		assertThat(watched.tracker(1).ejected()).isFalse();
	}

	@Test
	void aRefusedProbeNeitherLengthensNorEndsTheEjection() {
		this.fixtures.join(3);
		this.fixtures.calls(15, Code.UNAVAILABLE, 1);
		InstanceTracker busy = this.fixtures.tracker(1);
		this.fixtures.passMillis(6_100);
		for (int i = 0; i < 5; i++) {
			assertThat(this.fixtures.pick()).isSameAs(busy);
			busy.failed(Code.RESOURCE_EXHAUSTED, Processed.NO, 1);
			assertThat(busy.ejectionReason()).isEqualTo("5 failures in a row, the last UNAVAILABLE");
			assertThat(this.fixtures.shares(30, 3)[0]).as("a refusal is not asked for by every call").isZero();
			this.fixtures.passMillis(1_000);
		}
		assertThat(this.fixtures.pick()).isSameAs(busy);
		busy.failed(Code.UNAVAILABLE, Processed.NO, 1);
		this.fixtures.passMillis(12_100);
		assertThat(this.fixtures.pick()).as("twice as long as the first ejection").isSameAs(busy);
	}

	@Test
	void faultsOfTheCallerTouchNobodysStanding() {
		this.fixtures.join(3);
		for (int i = 0; i < 9000; i++) {
			InstanceTracker picked = this.fixtures.pick();
			this.fixtures.passMillis(1);
			// Of ten calls at node1 eight are not valid, one fails, one is answered.
			if (picked != this.fixtures.tracker(1)) {
				picked.succeeded(1_000_000);
			}
			else if (i / 3 % 10 > 1) {
				picked.failed(Code.INVALID_ARGUMENT, Processed.NO, 1);
			}
			else if (i / 3 % 10 == 1) {
				picked.failed(Code.INTERNAL, Processed.UNKNOWN, 1);
			}
			else {
				picked.succeeded(1_000_000);
			}
		}
		assertThat(this.fixtures.tracker(1).ejectionReason()).isEqualTo("50 % of 68 calls failed, 0 % at its peers");
	}

	@Test
	void faultsOfTheCallerNeitherMakeNorBreakARowOfFailures() {
		this.fixtures.join(3);
		this.fixtures.calls(12, Code.UNAVAILABLE, 1);
		this.fixtures.calls(30, Code.INVALID_ARGUMENT, 1);
		assertThat(this.fixtures.tracker(1).ejected()).isFalse();
		this.fixtures.calls(3, Code.UNAVAILABLE, 1);
		assertThat(this.fixtures.tracker(1).ejectionReason()).isEqualTo("5 failures in a row, the last UNAVAILABLE");
	}

	@Test
	void aProbeThatProvesNothingMakesRoomForTheNext() {
		for (Code code : List.of(Code.INVALID_ARGUMENT, Code.CANCELLED, Code.UNIMPLEMENTED)) {
			Fixtures each = new Fixtures(SelectionStrategies.roundRobin());
			each.join(3);
			each.calls(15, Code.UNAVAILABLE, 1);
			each.passMillis(6_100);
			each.pick().failed(code, Processed.NO, 1);
			assertThat(each.tracker(1).ejected()).isTrue();
			each.passMillis(1_000);
			InstanceTracker probe = each.pick();
			assertThat(probe).as("%s", code).isSameAs(each.tracker(1));
			probe.succeeded(1_000_000);
			assertThat(probe.ejected()).isFalse();
		}
	}

	@Test
	void aRateOfFailuresAboveThePeersEjects() {
		this.fixtures.join(3);
		List<InstanceTracker> seen = new ArrayList<>();
		for (int i = 0; i < 6000; i++) {
			InstanceTracker picked = this.fixtures.pick();
			this.fixtures.passMillis(1);
			// Two of three fail at node1, never five in a row; one of ten elsewhere.
			seen.add(picked);
			boolean bad = (picked == this.fixtures.tracker(1)) ? i % 9 != 0 : i % 10 == 0;
			if (bad) {
				picked.failed(Code.INTERNAL, Processed.UNKNOWN, 1);
			}
			else {
				picked.succeeded(1_000_000);
			}
		}
		assertThat(this.fixtures.tracker(1).ejected()).isTrue();
		assertThat(this.fixtures.tracker(2).ejected()).isFalse();
		assertThat(this.fixtures.tracker(3).ejected()).isFalse();
	}

	@Test
	void aFewCallsSayNothingOfARate() {
		this.fixtures.join(3);
		for (int i = 0; i < 50; i++) {
			this.fixtures.passMillis(1000);
			InstanceTracker picked = this.fixtures.pick();
			if (picked == this.fixtures.tracker(1) && i % 4 != 0) {
				picked.failed(Code.INTERNAL, Processed.UNKNOWN, 1);
			}
			else {
				picked.succeeded(1_000_000);
			}
		}
		assertThat(this.fixtures.tracker(1).ejected()).isFalse();
	}

	@Test
	void theLifeOfAnEjection() {
		this.fixtures.join(3);
		this.fixtures.calls(15, Code.UNAVAILABLE, 1);
		InstanceTracker sick = this.fixtures.tracker(1);
		assertThat(sick.ejected()).isTrue();
		this.fixtures.passMillis(3_900);
		assertThat(this.fixtures.shares(30, 3)[0]).as("at least 0.8 of 5 seconds").isZero();
		this.fixtures.passMillis(2_200);
		InstanceTracker probe = this.fixtures.pick();
		assertThat(probe).as("half-open").isSameAs(sick);
		assertThat(this.fixtures.shares(30, 3)[0]).as("one probe at a time").isZero();
		probe.failed(Code.UNAVAILABLE, Processed.NO, 1);
		assertThat(sick.ejectionReason()).isEqualTo("probe failed, UNAVAILABLE");
		this.fixtures.passMillis(7_900);
		assertThat(this.fixtures.shares(30, 3)[0]).as("twice as long").isZero();
		this.fixtures.passMillis(4_200);
		this.fixtures.pick().succeeded(1_000_000);
		assertThat(sick.ejected()).isFalse();
		assertThat(this.fixtures.shares(90, 3)).as("light load").containsExactly(30, 30, 30);
		this.fixtures.shares(30, 3);
		assertThat(this.fixtures.shares(3000, 3)[0]).as("slow start").isBetween(50, 160);
		this.fixtures.passMillis(5_000);
		assertThat(this.fixtures.shares(3000, 3)).containsExactly(1000, 1000, 1000);
	}

	@Test
	void aProbeThatIsGivenUpMakesRoomForTheNext() {
		this.fixtures.join(3);
		this.fixtures.calls(15, Code.UNAVAILABLE, 1);
		this.fixtures.passMillis(6_100);
		InstanceTracker probe = this.fixtures.pick();
		probe.cancelled(1);
		assertThat(this.fixtures.pick()).isSameAs(probe);
		this.fixtures.passMillis(30_000);
		assertThat(this.fixtures.pick()).as("a probe that was never reported").isSameAs(probe);
	}

	@Test
	void aCallThatCannotBeRepeatedIsNoProbeWhileAnotherMayCome() {
		this.fixtures.join(3);
		this.fixtures.calls(15, Code.UNAVAILABLE, 1);
		this.fixtures.passMillis(6_100);
		assertThat(this.fixtures.shares(30, 3, false)).containsExactly(0, 15, 15);
		assertThat(this.fixtures.pick()).isSameAs(this.fixtures.tracker(1));
	}

	@Test
	void whereNoCallCanBeRepeatedAnotherOneIsTheProbeInTheEnd() {
		this.fixtures.join(3);
		this.fixtures.calls(15, Code.UNAVAILABLE, 1);
		this.fixtures.passMillis(8_500);
		assertThat(this.fixtures.shares(30, 3, false)[0]).isZero();
		this.fixtures.passMillis(2_600);
		InstanceTracker probe = this.fixtures.pick(false);
		assertThat(probe).isSameAs(this.fixtures.tracker(1));
		assertThat(this.fixtures.shares(30, 3, false)[0]).as("one probe at a time").isZero();
		probe.succeeded(1_000_000);
		assertThat(this.fixtures.shares(30, 3, false)[0]).isEqualTo(10);
	}

	@Test
	void theChoiceOfFirstSparesCallsThatCannotBeRepeated() {
		Fixtures first = new Fixtures(SelectionStrategies.first());
		first.join(3);
		first.calls(5, Code.UNAVAILABLE, 1);
		first.passMillis(6_100);
		assertThat(first.shares(10, 3, false)).containsExactly(0, 10, 0);
		assertThat(first.shares(10, 3)).containsExactly(10, 0, 0);
	}

	@Test
	void whenAllAreEjectedOrOutThenCallsThatCannotBeRepeatedGoOn() {
		this.fixtures.join(2);
		this.fixtures.calls(10, Code.UNAVAILABLE, 1);
		this.fixtures.tracker(2).availability(Availability.SUSPECTED);
		assertThat(this.fixtures.shares(10, 2, false)).containsExactly(0, 10);
		this.fixtures.balancer.update(List.of(Fixtures.instance(1)));
		assertThat(this.fixtures.pick(false)).isSameAs(this.fixtures.tracker(1));
	}

	@Test
	void retriesAreNoProbes() {
		this.fixtures.join(3);
		this.fixtures.calls(15, Code.UNAVAILABLE, 1);
		this.fixtures.passMillis(6_100);
		assertThat(this.fixtures.retry(this.fixtures.tracker(2))).isSameAs(this.fixtures.tracker(3));
	}

	@Test
	void ejectionsGrowToTheirBound() {
		EjectionSettings defaults = EjectionSettings.defaults();
		Fixtures bounded = new Fixtures(SelectionStrategies.roundRobin(), new EjectionSettings(true, 5, 0.5, 20,
				defaults.interval(), Duration.ofSeconds(5), Duration.ofSeconds(20), 0.5, 0, Duration.ZERO));
		bounded.join(3);
		bounded.calls(15, Code.UNAVAILABLE, 1);
		for (int i = 0; i < 50; i++) {
			bounded.passMillis(20_001);
			InstanceTracker probe = bounded.pick();
			assertThat(probe).isSameAs(bounded.tracker(1));
			probe.failed(Code.UNAVAILABLE, Processed.NO, 1);
		}
	}

	@Test
	void atMostAShareIsEjectedAndNeverTheLast() {
		this.fixtures.join(3);
		this.fixtures.calls(300, Code.UNAVAILABLE, 1, 2);
		assertThat(this.fixtures.balancer.trackers().stream().filter(InstanceTracker::ejected)).hasSize(1);
		Fixtures two = new Fixtures(SelectionStrategies.roundRobin());
		two.join(2);
		two.calls(100, Code.UNAVAILABLE, 1);
		two.calls(100, Code.UNAVAILABLE, 2);
		assertThat(two.tracker(1).ejected()).isTrue();
		assertThat(two.tracker(2).ejected()).isFalse();
		Fixtures one = new Fixtures(SelectionStrategies.roundRobin());
		one.join(1);
		one.calls(100, Code.UNAVAILABLE, 1);
		assertThat(one.tracker(1).ejected()).isFalse();
	}

	@Test
	void theLastReachableInstanceIsNotEjected() {
		this.fixtures.join(3);
		this.fixtures.tracker(2).availability(Availability.UNREACHABLE);
		this.fixtures.tracker(3).availability(Availability.SUSPECTED);
		this.fixtures.calls(100, Code.UNAVAILABLE, 1);
		assertThat(this.fixtures.tracker(1).ejected()).isFalse();
	}

	@Test
	void tenInstancesLoseAtMostFive() {
		this.fixtures.join(10);
		this.fixtures.calls(1000, Code.UNAVAILABLE, 1, 2, 3, 4, 5, 6, 7);
		assertThat(this.fixtures.balancer.trackers().stream().filter(InstanceTracker::ejected)).hasSize(5);
	}

	@Test
	void anotherWeightPardonsNobodyAndForgetsNothing() {
		this.fixtures.join(3);
		this.fixtures.calls(15, Code.UNAVAILABLE, 1);
		InstanceTracker failing = this.fixtures.tracker(1);
		InstanceTracker well = this.fixtures.tracker(2);
		long latencyNanos = well.latencyNanos();
		assertThat(latencyNanos).isPositive();
		this.fixtures.balancer
			.update(List.of(Fixtures.instance(1, 1, 1), Fixtures.instance(2, 1, 10_000), Fixtures.instance(3, 1, 7)));
		assertThat(this.fixtures.tracker(1)).isSameAs(failing);
		assertThat(failing.instance().weight()).isEqualTo(1);
		assertThat(failing.ejected()).isTrue();
		assertThat(this.fixtures.tracker(2)).isSameAs(well);
		assertThat(well.latencyNanos()).isEqualTo(latencyNanos);
		assertThat(this.fixtures.shares(100, 3)).containsExactly(0, 50, 50);
	}

	@Test
	void failuresInARowCountAcrossAChangeOfWeight() {
		this.fixtures.join(3);
		for (int weight = 1; weight <= 5; weight++) {
			this.fixtures.balancer
				.update(List.of(Fixtures.instance(1, 1, weight), Fixtures.instance(2), Fixtures.instance(3)));
			assertThat(this.fixtures.tracker(1).ejected()).isFalse();
			this.fixtures.calls(3, Code.UNAVAILABLE, 1);
		}
		assertThat(this.fixtures.tracker(1).ejected()).isTrue();
	}

	@Test
	void aChangeInTheDirectoryResetsTheEjectionOfTheChanged() {
		this.fixtures.join(3);
		this.fixtures.calls(15, Code.UNAVAILABLE, 1);
		this.fixtures.join(4);
		assertThat(this.fixtures.tracker(1).ejected()).as("unchanged itself").isTrue();
		this.fixtures.balancer.update(List.of(Fixtures.instance(1, Map.of("release", "2"), 100), Fixtures.instance(2)));
		assertThat(this.fixtures.tracker(1).ejected()).as("other metadata").isFalse();
		this.fixtures.calls(15, Code.UNAVAILABLE, 1);
		assertThat(this.fixtures.tracker(1).ejected()).isTrue();
		this.fixtures.balancer.update(List.of(Fixtures.instance(1, 2, 50), Fixtures.instance(2)));
		assertThat(this.fixtures.tracker(1).ejected()).as("another incarnation").isFalse();
	}

	@Test
	void whenAnEjectedInstanceIsReachableAgainItIsProbedAtOnce() {
		this.fixtures.join(3);
		this.fixtures.calls(15, Code.DEADLINE_EXCEEDED, 1);
		InstanceTracker frozen = this.fixtures.tracker(1);
		frozen.availability(Availability.SUSPECTED);
		assertThat(this.fixtures.shares(10, 3)[0]).isZero();
		frozen.availability(Availability.AVAILABLE);
		InstanceTracker probe = this.fixtures.pick();
		assertThat(probe).isSameAs(frozen);
		probe.succeeded(1_000_000);
		assertThat(frozen.ejected()).isFalse();
	}

	@Test
	void lateAnswersDoNotEndAnEjectionButThoseOfTheLastResortDo() {
		this.fixtures.join(2);
		InstanceTracker early = this.fixtures.pick();
		this.fixtures.calls(11, Code.UNAVAILABLE, 1);
		assertThat(early.ejected()).isTrue();
		early.succeeded(5_000_000_000L);
		assertThat(early.ejected()).isTrue();
		InstanceTracker resort = this.fixtures.retry(this.fixtures.tracker(2));
		assertThat(resort).isSameAs(early);
		resort.succeeded(1_000_000);
		assertThat(early.ejected()).isFalse();
		this.fixtures.calls(11, Code.UNAVAILABLE, 1);
		assertThat(early.ejected()).isTrue();
		this.fixtures.passMillis(6_100);
		assertThat(this.fixtures.pick()).as("ejected no longer than the first time").isSameAs(early);
	}

	@Test
	void theChoiceOfFirstFailsOverAndComesBack() {
		Fixtures first = new Fixtures(SelectionStrategies.first());
		first.join(3);
		first.calls(5, Code.UNAVAILABLE, 1);
		assertThat(first.shares(100, 3)).containsExactly(0, 100, 0);
		first.passMillis(6_100);
		assertThat(first.shares(100, 3)).as("the probe and everything after").containsExactly(100, 0, 0);
	}

	@Test
	void aUsersStrategyIsNeverSentElsewhere() {
		Fixtures pinned = new Fixtures((candidates, context) -> candidates.get(candidates.size() - 1));
		pinned.join(3);
		pinned.calls(5, Code.UNAVAILABLE, 3);
		assertThat(pinned.shares(10, 3)).containsExactly(0, 10, 0);
		pinned.passMillis(6_100);
		assertThat(pinned.shares(10, 3)).containsExactly(0, 0, 10);
	}

	@Test
	void aSlowInstanceIsEjectedWhereLatencyIsWatched() {
		EjectionSettings defaults = EjectionSettings.defaults();
		Fixtures watched = new Fixtures(SelectionStrategies.roundRobin(), new EjectionSettings(true, 5, 0.5, 20,
				defaults.interval(), defaults.baseTime(), defaults.maxTime(), 0.5, 3, Duration.ZERO));
		for (Fixtures each : List.of(watched, this.fixtures)) {
			each.join(3);
			for (int i = 0; i < 3000; i++) {
				InstanceTracker picked = each.pick();
				each.passMillis(1);
				picked.succeeded((picked == each.tracker(2)) ? 10_000_000 : 1_000_000);
			}
		}
		assertThat(watched.tracker(2).ejected()).isTrue();
		assertThat(watched.tracker(2).ejectionReason()).startsWith("mean latency");
		assertThat(this.fixtures.tracker(2).ejected()).isFalse();
	}

	@Test
	void switchedOffNothingIsEjected() {
		EjectionSettings defaults = EjectionSettings.defaults();
		Fixtures off = new Fixtures(SelectionStrategies.roundRobin(), new EjectionSettings(false, 5, 0.5, 20,
				defaults.interval(), defaults.baseTime(), defaults.maxTime(), 0.5, 0, Duration.ZERO));
		off.join(3);
		off.calls(3000, Code.UNAVAILABLE, 1);
		assertThat(off.tracker(1).ejected()).isFalse();
	}

}
