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

package io.macula.embedded;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import io.macula.Endpoint;
import io.macula.embedded.FakeSeeds.Call;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link SeedRotation}: each transition of a client's seed.
 */
class SeedRotationTests {

	private static final Endpoint A = SimulatedRealm.endpoint("a");

	private static final Endpoint B = SimulatedRealm.endpoint("b");

	private final TestLoop test = new TestLoop();

	private final FakeSeeds dialer = new FakeSeeds();

	private final List<String> heard = new ArrayList<>();

	private WatchPace pace = WatchPace.BRISK;

	private SeedRotation seeds;

	@Test
	void whenStartedThenOneIsConnectingAndTheOthersStandBy() {
		start(A, B);
		assertThat(this.dialer.calls).hasSize(1);
		assertThat(state(this.dialer.last().seed)).isEqualTo("connecting");
		assertThat(state(other(this.dialer.last().seed))).isEqualTo("standby");
	}

	@Test
	void whenItSpeaksThenItIsWatched() {
		start(A, B);
		this.dialer.last().speak();
		assertThat(state(this.dialer.last().seed)).isEqualTo("watching");
		assertThat(this.heard).containsExactly("watching", "heard");
		passTicking(Duration.ofSeconds(4));
		assertThat(this.dialer.calls).as("no other one is dialled").hasSize(1);
	}

	@Test
	void whenItDoesNotAnswerAtOnceThenTheNextIsDialledBesideIt() {
		start(A, B);
		Call first = this.dialer.last();
		passTicking(Duration.ofSeconds(2));
		assertThat(this.dialer.calls).hasSize(2);
		Call second = this.dialer.last();
		assertThat(second.seed).isEqualTo(other(first.seed));
		assertThat(state(first.seed)).isEqualTo("connecting");
		second.speak();
		assertThat(state(second.seed)).isEqualTo("watching");
		assertThat(state(first.seed)).as("the slower one").isEqualTo("standby");
		assertThat(first.cancelled).isTrue();
		first.speak();
		assertThat(this.heard).containsExactly("watching", "heard");
	}

	@Test
	void whenItCannotBeReachedThenItIsUnreachableAndTheNextIsDialledSoon() {
		start(A, B);
		Call first = this.dialer.last();
		first.fail("no route");
		assertThat(state(first.seed)).isEqualTo("unreachable: no route");
		assertThat(this.heard).containsExactly("lost");
		this.test.pass(Duration.ofMillis(50));
		assertThat(this.dialer.last().seed).isEqualTo(other(first.seed));
	}

	@Test
	void whenItDoesNotAnswerForThreeSecondsThenItIsUnreachable() {
		start(A);
		passTicking(Duration.ofMillis(3_000));
		assertThat(state(A)).isEqualTo("connecting");
		passTicking(Duration.ofMillis(250));
		assertThat(state(A)).isEqualTo("unreachable: no answer within 3000 ms");
		assertThat(this.dialer.calls.get(0).cancelled).isTrue();
	}

	@Test
	void whenThisNodeStoodStillThenADialledSeedGetsItsTimeAnew() {
		start(A);
		passTicking(Duration.ofSeconds(1));
		this.test.pass(Duration.ofSeconds(20));
		this.test.run(this::tick);
		assertThat(state(A)).isEqualTo("connecting");
		this.dialer.last().speak();
		assertThat(state(A)).isEqualTo("watching");
		assertThat(this.dialer.calls).hasSize(1);
	}

	@Test
	void whenTheWatchedOneGoesAwayThenTheNextIsWatched() {
		start(A, B);
		Call first = this.dialer.last();
		first.speak();
		first.fail("connection lost");
		assertThat(state(first.seed)).isEqualTo("unreachable: connection lost");
		this.test.pass(Duration.ofMillis(50));
		this.dialer.last().speak();
		assertThat(state(other(first.seed))).isEqualTo("watching");
	}

	@Test
	void whenTheWatchedOneWithdrawsItsServicesThenItIsWatchedOnSinceItMayOnlyPause() {
		start(A, B);
		Call first = this.dialer.last();
		first.speak();
		first.withdraw();
		assertThat(state(first.seed)).isEqualTo("watching");
		assertThat(first.cancelled).isFalse();
		assertThat(this.heard).containsExactly("watching", "heard", "heard");
	}

	@Test
	void whenTheWatchedOneIsSilentThenItIsUnreachable() {
		start(A);
		this.dialer.last().speak();
		passTicking(WatchPace.BRISK.silence());
		assertThat(state(A)).isEqualTo("watching");
		passTicking(Duration.ofMillis(250));
		assertThat(state(A)).isEqualTo("unreachable: silent for 6000 ms");
	}

	@Test
	void whenTheWatchedOneIsLateThenTheNextIsDialledBesideItAndWatchedIfItSpeaksFirst() {
		start(A, B);
		Call first = this.dialer.last();
		first.speak();
		passTicking(Duration.ofMillis(4_500));
		assertThat(this.dialer.calls).as("not late yet").hasSize(1);
		passTicking(Duration.ofMillis(250));
		assertThat(this.dialer.last().seed).isEqualTo(other(first.seed));
		assertThat(state(first.seed)).isEqualTo("watching");
		this.dialer.last().speak();
		assertThat(state(other(first.seed))).isEqualTo("watching");
		assertThat(state(first.seed)).isEqualTo("unreachable: silent for 4700 ms");
		assertThat(first.cancelled).isTrue();
	}

	@Test
	void whenTheLateOneSpeaksFirstThenItIsStillWatched() {
		start(A, B);
		Call first = this.dialer.last();
		first.speak();
		passTicking(WatchPace.BRISK.late().plusMillis(250));
		Call second = this.dialer.last();
		first.speak();
		assertThat(second.cancelled).isTrue();
		assertThat(state(first.seed)).isEqualTo("watching");
		assertThat(state(second.seed)).isEqualTo("standby");
		second.speak();
		assertThat(state(first.seed)).isEqualTo("watching");
	}

	@Test
	void whileASeedIsWatchedNobodyLooksBeforeItIsLate() {
		start(A);
		Map<String, String> connecting = this.seeds.describe();
		assertThat(this.seeds.untilNextTick(false)).isEqualTo(SeedRotation.TICK);
		this.dialer.last().speak();
		this.test.pass(Duration.ofSeconds(1));
		Duration next = this.seeds.untilNextTick(false);
		assertThat(next).isBetween(WatchPace.BRISK.late().minusSeconds(1), WatchPace.BRISK.late());
		assertThat(this.seeds.untilNextTick(true)).isEqualTo(SeedRotation.TICK);
		this.test.pass(WatchPace.BRISK.late());
		assertThat(this.seeds.untilNextTick(false)).isEqualTo(SeedRotation.TICK);
		assertThat(this.seeds.describe()).isNotEqualTo(connecting).isSameAs(this.seeds.describe());
	}

	@Test
	void whenTheClientIsCalmThenTheSeedIsLateAfterTwiceTheTime() {
		start(A, B);
		this.dialer.last().speak();
		this.test.pass(Duration.ofSeconds(4));
		this.pace = WatchPace.CALM;
		this.test.run(this.seeds::tellInterest);
		passTicking(Duration.ofSeconds(9));
		assertThat(this.dialer.calls).as("not late yet").hasSize(1);
		this.pace = WatchPace.BRISK;
		this.test.run(this.seeds::tellInterest);
		passTicking(Duration.ofMillis(4_500));
		assertThat(this.dialer.calls).as("its silence was asked for").hasSize(1);
		passTicking(Duration.ofMillis(500));
		assertThat(this.dialer.calls).as("late").hasSize(2);
	}

	@Test
	void whenThisNodeStoodStillThenSilenceIsForgiven() {
		start(A);
		this.dialer.last().speak();
		this.test.run(this::tick);
		this.test.pass(Duration.ofSeconds(60));
		this.test.run(this::tick);
		assertThat(state(A)).isEqualTo("watching");
		passTicking(WatchPace.BRISK.silence().plusMillis(250));
		assertThat(state(A)).isEqualTo("unreachable: silent for 6000 ms");
	}

	@Test
	void whenUnreachableThenConnectingAgainWithinThreeSeconds() {
		start(A);
		for (int i = 0; i < 20; i++) {
			this.dialer.last().fail("no route");
			assertThat(state(A)).isEqualTo("unreachable: no route");
			this.test.pass(Duration.ofSeconds(3));
			assertThat(state(A)).isEqualTo("connecting");
		}
		assertThat(this.dialer.calls).hasSize(21);
	}

	@Test
	void whenTheOnlySeedLeavesThenItIsNotAskedAgainAtOnce() {
		start(A);
		this.dialer.last().speak();
		this.dialer.last().leave();
		assertThat(state(A)).isEqualTo("unreachable: it left");
		this.test.pass(Duration.ofMillis(390));
		assertThat(this.dialer.calls).hasSize(1);
		this.test.pass(Duration.ofMillis(420));
		assertThat(this.dialer.calls).hasSize(2);
	}

	@Test
	void whenTheInterestChangesThenTheSeedsInQuestionAreTold() {
		start(A, B);
		passTicking(Duration.ofSeconds(2));
		this.test.run(this.seeds::tellInterest);
		assertThat(this.dialer.calls).hasSize(2).allSatisfy((call) -> assertThat(call.told).hasSize(2));
		this.dialer.last().speak();
		this.test.run(this.seeds::tellInterest);
		assertThat(this.dialer.calls.get(0).told).hasSize(2);
		assertThat(this.dialer.last().told).hasSize(3);
	}

	@Test
	void whenStoppedThenAllAreLeftForGood() {
		start(A, B);
		passTicking(Duration.ofSeconds(2));
		this.test.run(this.seeds::stop);
		assertThat(this.dialer.calls).hasSize(2).allMatch((call) -> call.cancelled);
		passTicking(Duration.ofSeconds(10));
		this.test.run(this.seeds::start);
		assertThat(this.dialer.calls).hasSize(2);
	}

	@Test
	void whenStoppedWhileWatchingThenTheWatchedOneIsLeft() {
		start(A);
		this.dialer.last().speak();
		this.test.run(this.seeds::stop);
		assertThat(this.dialer.last().cancelled).isTrue();
	}

	private void start(Endpoint... configured) {
		this.seeds = new SeedRotation(List.of(configured), this.test.loop, this.dialer, new SeedListener() {
			@Override
			public DirectoryInterest interest() {
				return new DirectoryInterest(1, List.of("s"), SeedRotationTests.this.pace);
			}

			@Override
			public void watching() {
				SeedRotationTests.this.heard.add("watching");
			}

			@Override
			public void heard(DirectoryUpdate update) {
				SeedRotationTests.this.heard.add("heard");
			}

			@Override
			public void lost() {
				SeedRotationTests.this.heard.add("lost");
			}
		});
		this.test.run(this.seeds::start);
	}

	private void passTicking(Duration duration) {
		for (Duration passed = Duration.ZERO; passed.compareTo(duration) < 0; passed = passed.plusMillis(250)) {
			this.test.pass(Duration.ofMillis(250));
			this.test.run(this::tick);
		}
	}

	private void tick() {
		this.seeds.tick();
		this.seeds.untilNextTick(true);
	}

	private String state(Endpoint seed) {
		return this.seeds.describe().get(seed.toString());
	}

	private static Endpoint other(Endpoint seed) {
		return seed.equals(A) ? B : A;
	}

}
