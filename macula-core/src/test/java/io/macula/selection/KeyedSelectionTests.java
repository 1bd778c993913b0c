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
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

import io.macula.Instance;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

/**
 * Strategies that go by the key of the call.
 */
class KeyedSelectionTests {

	private static final int KEYS = 10_000;

	@Test
	void aKeyStaysWhereItIs() {
		Fixtures fixtures = new Fixtures(SelectionStrategies.consistentHash());
		fixtures.join(5);
		Map<String, String> before = nodes(fixtures);
		assertThat(nodes(fixtures)).isEqualTo(before);
	}

	@Test
	void keysAreSpreadByWeight() {
		Fixtures fixtures = new Fixtures(SelectionStrategies.consistentHash());
		fixtures.balancer
			.update(List.of(Fixtures.instance(1, 1, 100), Fixtures.instance(2, 1, 200), Fixtures.instance(3, 1, 700)));
		Map<String, Integer> shares = new HashMap<>();
		nodes(fixtures).values().forEach((node) -> shares.merge(node, 1, Integer::sum));
		assertThat(shares.get("node1")).isBetween(900, 1100);
		assertThat(shares.get("node2")).isBetween(1850, 2150);
		assertThat(shares.get("node3")).isBetween(6800, 7200);
	}

	@Test
	void onlyTheKeysOfALeavingInstanceMoveAndTheyReturn() {
		Fixtures fixtures = new Fixtures(SelectionStrategies.consistentHash());
		fixtures.join(5);
		Map<String, String> before = nodes(fixtures);
		List<Instance> without = new ArrayList<>(Fixtures.instances(5));
		without.remove(2);
		fixtures.balancer.update(without);
		Map<String, Integer> heirs = new HashMap<>();
		nodes(fixtures).forEach((key, node) -> {
			if (before.get(key).equals("node3")) {
				heirs.merge(node, 1, Integer::sum);
			}
			else {
				assertThat(node).isEqualTo(before.get(key));
			}
		});
		assertThat(heirs).hasSize(4).allSatisfy((node, keys) -> assertThat(keys).isBetween(400, 600));
		fixtures.join(5);
		// It is a new instance for the balancer, and eased in as any other.
		fixtures.passMillis(60_000);
		assertThat(nodes(fixtures)).isEqualTo(before);
	}

	@Test
	void aFurtherAttemptGoesToTheSecondOfTheKey() {
		Fixtures fixtures = new Fixtures(SelectionStrategies.consistentHash());
		fixtures.join(5);
		InstanceTracker first = fixtures.balancer.pick(context("customer-7", 0, 1), List.of());
		InstanceTracker second = fixtures.balancer.pick(context("customer-7", 0, 2), List.of(first));
		List<Instance> without = new ArrayList<>(Fixtures.instances(5));
		without.removeIf((instance) -> instance.nodeId().equals(first.instance().nodeId()));
		fixtures.balancer.update(without);
		assertThat(fixtures.balancer.pick(context("customer-7", 1, 1), List.of()).instance().nodeId())
			.isEqualTo(second.instance().nodeId());
	}

	@Test
	void callsWithoutAKeyGoRound() {
		Fixtures fixtures = new Fixtures(SelectionStrategies.consistentHash());
		fixtures.join(3);
		assertThat(fixtures.shares(9, 3)).containsExactly(3, 3, 3);
	}

	@Test
	void aCanaryGetsItsShareHoweverManyInstancesThereAre() {
		Random random = new Random(7);
		Fixtures fixtures = canaries(new Canary("version", "2", 0.05, SelectionStrategies.roundRobin(), () -> random));
		int[] shares = fixtures.shares(KEYS, 3);
		assertThat(shares[2]).isBetween(430, 570);
		assertThat(shares[0]).isCloseTo(shares[1], within(300));
	}

	@Test
	void aKeyStaysOnItsSideOfACanary() {
		Fixtures fixtures = canaries(
				SelectionStrategies.canary("version", "2", 0.05, SelectionStrategies.consistentHash()));
		Map<String, String> before = nodes(fixtures);
		assertThat(before.values().stream().filter("node3"::equals).count()).isBetween(430L, 570L);
		assertThat(nodes(fixtures)).isEqualTo(before);
	}

	@Test
	void withoutOneSideTheOtherTakesAll() {
		Fixtures fixtures = new Fixtures(
				SelectionStrategies.canary("version", "2", 1, SelectionStrategies.roundRobin()));
		fixtures.join(2);
		assertThat(fixtures.shares(10, 2)).containsExactly(5, 5);
	}

	@Test
	void aFurtherAttemptLeavesAFailingCanary() {
		Fixtures fixtures = canaries(SelectionStrategies.canary("version", "2", 1, SelectionStrategies.first()));
		InstanceTracker canary = fixtures.balancer.pick(Fixtures.context(0, 1), List.of());
		assertThat(canary.instance().nodeId()).isEqualTo("node3");
		assertThat(fixtures.balancer.pick(Fixtures.context(0, 2), List.of(canary)).instance().nodeId())
			.isEqualTo("node1");
	}

	@Test
	void anImpossibleShareIsRefused() {
		for (double share : new double[] { -0.1, 5, Double.NaN }) {
			assertThatIllegalArgumentException()
				.isThrownBy(() -> SelectionStrategies.canary("version", "2", share, SelectionStrategies.roundRobin()))
				.withMessage("share " + share + " of the canary is not valid: expected 0 to 1, such as 0.05 for 5 %");
		}
	}

	private static Fixtures canaries(SelectionStrategy strategy) {
		Fixtures fixtures = new Fixtures(strategy);
		fixtures.balancer.update(
				List.of(Fixtures.instance(1), Fixtures.instance(2), Fixtures.instance(3, Map.of("version", "2"), 100)));
		return fixtures;
	}

	private static Map<String, String> nodes(Fixtures fixtures) {
		Map<String, String> nodes = new HashMap<>();
		for (int i = 0; i < KEYS; i++) {
			InstanceTracker chosen = fixtures.balancer.pick(context("customer-" + i, i, 1), List.of());
			chosen.succeeded(1000);
			nodes.put("customer-" + i, chosen.instance().nodeId());
		}
		return nodes;
	}

	private static SelectionContext context(String key, long tick, int attempt) {
		return Fixtures.context(tick, attempt, false, null, key);
	}

}
