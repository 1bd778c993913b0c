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
import java.util.Random;

import io.macula.Code;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class SelectionStrategiesTests {

	@Test
	void firstFollowsTheStableOrder() {
		Fixtures fixtures = new Fixtures(SelectionStrategies.first());
		fixtures.join(3);
		assertThat(fixtures.shares(9, 3)).containsExactly(9, 0, 0);
	}

	@Test
	void roundRobinIsExactlyEven() {
		Fixtures fixtures = new Fixtures(SelectionStrategies.roundRobin());
		fixtures.join(3);
		assertThat(fixtures.shares(9, 3)).containsExactly(3, 3, 3);
		assertThat(fixtures.shares(3000, 3)).containsExactly(1000, 1000, 1000);
	}

	@Test
	void roundRobinGoesOnWhenTheTickOverflows() {
		Fixtures fixtures = new Fixtures(SelectionStrategies.roundRobin());
		fixtures.join(3);
		fixtures.tick = Long.MAX_VALUE - 4;
		assertThat(fixtures.shares(9, 3)).containsExactly(3, 3, 3);
	}

	@Test
	void retriesOfRoundRobinSpreadEvenlyOverTheOthers() {
		Fixtures fixtures = new Fixtures(SelectionStrategies.roundRobin());
		fixtures.join(4);
		int[] retried = new int[4];
		for (int i = 0; i < 120; i++) {
			InstanceTracker first = fixtures.balancer.pick(Fixtures.context(i, 1), List.of());
			if (first == fixtures.tracker(2)) {
				InstanceTracker second = fixtures.balancer.pick(Fixtures.context(i, 2), List.of(first));
				retried[Integer.parseInt(second.instance().nodeId().substring(4)) - 1]++;
			}
		}
		assertThat(retried).containsExactly(10, 0, 10, 10);
	}

	@Test
	void randomReachesAllAboutEqually() {
		Random random = new Random(7);
		Fixtures fixtures = new Fixtures(SelectionStrategies.random(() -> random));
		fixtures.join(3);
		for (int share : fixtures.shares(3000, 3)) {
			assertThat(share).isBetween(900, 1100);
		}
	}

	@Test
	void weightedRandomFollowsTheWeights() {
		Random random = new Random(7);
		Fixtures fixtures = new Fixtures(SelectionStrategies.weightedRandom(() -> random));
		fixtures.balancer
			.update(List.of(Fixtures.instance(1, 1, 100), Fixtures.instance(2, 1, 200), Fixtures.instance(3, 1, 700)));
		int[] shares = fixtures.shares(10_000, 3);
		assertThat(shares[0]).isBetween(900, 1100);
		assertThat(shares[1]).isBetween(1850, 2150);
		assertThat(shares[2]).isBetween(6800, 7200);
	}

	@Test
	void weightedRandomTakesAnyList() {
		Random random = new Random(7);
		Fixtures fixtures = new Fixtures(SelectionStrategies.first());
		fixtures.join(2);
		List<Candidate> copy = new ArrayList<>(fixtures.balancer.trackers());
		SelectionStrategy strategy = SelectionStrategies.weightedRandom(() -> random);
		assertThat(copy).contains(strategy.select(copy, Fixtures.context(0, 1)));
	}

	@Test
	void leastLoadedAvoidsTheBusyInstance() {
		Random random = new Random(7);
		Fixtures fixtures = new Fixtures(SelectionStrategies.leastLoaded(() -> random));
		fixtures.join(2);
		for (int i = 0; i < 100; i++) {
			fixtures.pick();
		}
		assertThat(fixtures.tracker(1).inFlight()).isEqualTo(50);
		assertThat(fixtures.tracker(2).inFlight()).isEqualTo(50);
	}

	@Test
	void leastLoadedGivesTheSlowInstanceLittle() {
		Random random = new Random(7);
		Fixtures fixtures = new Fixtures(SelectionStrategies.leastLoaded(() -> random));
		fixtures.join(3);
		// A closed loop of 16 callers in steps of 1 ms; node3 takes 10 ms, the others 1
		// ms.
		record Open(InstanceTracker tracker, long startMillis, long takesMillis) {
		}
		List<Open> open = new ArrayList<>();
		int[] shares = new int[3];
		for (long now = 0; now < 10_000; now++) {
			long millis = now;
			List<Open> done = open.stream().filter((one) -> millis - one.startMillis() >= one.takesMillis()).toList();
			open.removeAll(done);
			done.forEach((one) -> one.tracker().succeeded(one.takesMillis() * 1_000_000));
			while (open.size() < 16) {
				InstanceTracker picked = fixtures.pick();
				int number = Integer.parseInt(picked.instance().nodeId().substring(4));
				shares[number - 1]++;
				open.add(new Open(picked, now, (number == 3) ? 10 : 1));
			}
			fixtures.passMillis(1);
		}
		int all = shares[0] + shares[1] + shares[2];
		assertThat((double) shares[2] / all).isBetween(0.001, 0.1);
		assertThat((double) shares[0] / shares[1]).isBetween(0.8, 1.25);
	}

	@Test
	void leastLoadedHeedsWeights() {
		Random random = new Random(7);
		Fixtures fixtures = new Fixtures(SelectionStrategies.leastLoaded(() -> random));
		fixtures.balancer.update(List.of(Fixtures.instance(1, 1, 100), Fixtures.instance(2, 1, 300)));
		for (int i = 0; i < 400; i++) {
			fixtures.pick();
		}
		assertThat(fixtures.tracker(2).inFlight()).isBetween(290, 310);
	}

	@Test
	void aNewcomerWithoutAnswersDoesNotDrawEveryCall() {
		Random random = new Random(7);
		Fixtures fixtures = new Fixtures(SelectionStrategies.leastLoaded(() -> random));
		fixtures.join(2);
		fixtures.calls(100, Code.OK);
		fixtures.join(3);
		for (int i = 0; i < 30; i++) {
			fixtures.pick();
		}
		assertThat(fixtures.tracker(3).inFlight()).isBetween(5, 15);
	}

	@Test
	void namesAnUnknownStrategyAndTheKnownOnes() {
		assertThatIllegalArgumentException().isThrownBy(() -> SelectionStrategies.named("fastest"))
			.withMessage("Selection strategy 'fastest' is unknown: expected one of "
					+ "[first, random, round_robin, least_loaded, weighted_random, zone_aware, consistent_hash]");
	}

}
