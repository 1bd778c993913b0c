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

import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;

import com.sun.management.ThreadMXBean;
import io.macula.Code;
import io.macula.Instance;
import io.macula.Processed;
import io.macula.selection.InstanceTracker.Availability;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.offset;

class ZoneAwareTests {

	private static final int CALLS = 20_000;

	/** Instances 1 to 4 in zone a, 5 to 8 in b, 9 to 12 in c. */
	private final Fixtures fixtures = fixtures(SelectionStrategies.zoneAware());

	private static Fixtures fixtures(SelectionStrategy strategy) {
		return fixtures(strategy, "a");
	}

	private static Fixtures fixtures(SelectionStrategy strategy, @Nullable String zone) {
		Fixtures fixtures = new Fixtures(strategy, EjectionSettings.defaults(), zone);
		fixtures.balancer.update(threeZones());
		return fixtures;
	}

	private static List<Instance> threeZones() {
		List<Instance> instances = new ArrayList<>();
		for (int i = 1; i <= 12; i++) {
			instances.add(Fixtures.instance(i, "abc".substring((i - 1) / 4, (i - 1) / 4 + 1), 100));
		}
		return instances;
	}

	@ParameterizedTest
	@ValueSource(strings = { "zone_aware", "random", "round_robin", "least_loaded", "weighted_random", "first" })
	void whileAllIsWellNoCallLeavesTheZone(String strategy) {
		Fixtures healthy = fixtures(SelectionStrategies.named(strategy));
		assertThat(zones(healthy, CALLS)).containsOnlyKeys("a");
	}

	@Test
	void whileAllIsWellTheZoneIsSharedEvenly() {
		assertThat(this.fixtures.shares(400, 12)).containsExactly(100, 100, 100, 100, 0, 0, 0, 0, 0, 0, 0, 0);
	}

	@Test
	void aUsersStrategySeesTheInstancesOfTheZone() {
		Set<Integer> sizes = new HashSet<>();
		Fixtures own = fixtures((candidates, context) -> {
			sizes.add(candidates.size());
			return candidates.get(candidates.size() - 1);
		});
		assertThat(own.pick()).isSameAs(own.tracker(4));
		assertThat(sizes).containsExactly(4);
	}

	@ParameterizedTest
	@ValueSource(strings = { "zone_aware", "random", "least_loaded", "weighted_random" })
	void whenHalfOfTheZoneIsOutSomeCallsLeaveIt(String strategy) {
		Fixtures half = fixtures(SelectionStrategies.named(strategy));
		half.tracker(1).availability(Availability.UNREACHABLE);
		half.tracker(2).availability(Availability.SUSPECTED);
		Map<String, Integer> zones = zones(half, CALLS);
		assertThat(share(zones, "a")).isEqualTo(0.84, offset(0.02));
		assertThat(share(zones, "b")).isEqualTo(0.08, offset(0.02));
		assertThat(share(zones, "c")).isEqualTo(0.08, offset(0.02));
	}

	@Test
	void theShareIsTheSameOnceTheDeadHaveLeft() {
		this.fixtures.balancer.update(threeZones().subList(2, 12));
		assertThat(share(zones(this.fixtures, CALLS), "a")).isEqualTo(0.84, offset(0.02));
	}

	@Test
	void theSpillGrowsWithEachInstanceThatIsLost() {
		List<Double> near = new ArrayList<>();
		for (int lost = 0; lost <= 4; lost++) {
			if (lost > 0) {
				this.fixtures.tracker(lost).availability(Availability.UNREACHABLE);
			}
			near.add(share(zones(this.fixtures, CALLS), "a"));
		}
		assertThat(near.get(0)).isEqualTo(1);
		assertThat(near.get(1)).isEqualTo(1);
		assertThat(near.get(2)).isEqualTo(0.84, offset(0.02));
		assertThat(near.get(3)).isEqualTo(0.4667, offset(0.02));
		assertThat(near.get(4)).isZero();
	}

	@Test
	void aSmallZoneIsNotOverloaded() {
		List<Instance> instances = new ArrayList<>(threeZones().subList(3, 12));
		this.fixtures.balancer.update(instances);
		Map<String, Integer> zones = zones(this.fixtures, CALLS);
		assertThat(share(zones, "a")).as("1.4 times a ninth of the calls of all three zones")
			.isEqualTo(3 * 1.4 / 9, offset(0.02));
	}

	@Test
	void whereNoInstanceIsInTheZoneAllAreUsed() {
		Fixtures elsewhere = fixtures(SelectionStrategies.zoneAware(), "d");
		assertThat(elsewhere.shares(120, 12)).containsOnly(10);
		assertThat(elsewhere.balancer.zones().reason()).isEqualTo("zones make no difference: no instance in zone d");
	}

	@Test
	void instancesWithoutAZoneAreInOneOfTheirOwn() {
		List<Instance> instances = new ArrayList<>(threeZones().subList(0, 4));
		for (int i = 5; i <= 12; i++) {
			instances.add(Fixtures.instance(i));
		}
		this.fixtures.balancer.update(instances);
		assertThat(zones(this.fixtures, CALLS)).containsOnlyKeys("none", "a");
		assertThat(this.fixtures.balancer.zones().near()).isEqualTo(1.4 * 4 / 12 * 2, offset(1e-9));
	}

	@Test
	void weightsCountWhereTheStrategyFollowsThem() {
		List<Instance> instances = new ArrayList<>();
		for (int i = 1; i <= 4; i++) {
			instances.add(Fixtures.instance(i, (i == 1) ? "a" : "b", (i == 1) ? 300 : 100));
		}
		Fixtures weighing = fixtures(SelectionStrategies.weightedRandom());
		weighing.balancer.update(instances);
		assertThat(weighing.balancer.zones().near()).isEqualTo(1);
		this.fixtures.balancer.update(instances);
		assertThat(this.fixtures.balancer.zones().near()).as("round robin gives each the same")
			.isEqualTo(1.4 / 4 * 2, offset(1e-9));
	}

	@Test
	void furtherAttemptsStayInTheZoneUntilAllOfItWereTried() {
		List<InstanceTracker> tried = new ArrayList<>();
		List<String> zones = new ArrayList<>();
		for (int i = 0; i < 12; i++) {
			InstanceTracker next = this.fixtures.retry(tried.toArray(new InstanceTracker[0]));
			tried.add(next);
			zones.add(next.instance().zone());
		}
		assertThat(new HashSet<>(tried)).hasSize(12);
		assertThat(zones.subList(0, 4)).containsOnly("a");
		assertThat(this.fixtures.retry(tried.toArray(new InstanceTracker[0]))).isNull();
	}

	/** Also beyond the few that a list can leave out without a copy. */
	@Test
	void furtherAttemptsStayInALargeZone() {
		Fixtures large = new Fixtures(SelectionStrategies.zoneAware(), EjectionSettings.defaults(), "a");
		List<Instance> instances = new ArrayList<>();
		for (int i = 1; i <= 60; i++) {
			instances.add(Fixtures.instance(i, "abc".substring(i % 3, i % 3 + 1), 100));
		}
		large.balancer.update(instances);
		List<InstanceTracker> tried = new ArrayList<>();
		for (int i = 0; i < 20; i++) {
			tried.add(large.retry(tried.toArray(new InstanceTracker[0])));
		}
		assertThat(new HashSet<>(tried)).hasSize(20);
		assertThat(tried).extracting((tracker) -> tracker.instance().zone()).containsOnly("a");
	}

	@Test
	void zonesThatFlipWhileThreadsChooseLeadToNoFailure() throws Exception {
		LoadBalancer balancer = new LoadBalancer(Fixtures.SERVICE, "zone_aware", SelectionStrategies.zoneAware(),
				EjectionSettings.defaults(), "a", System::nanoTime, ThreadLocalRandom::current);
		balancer.update(threeZones());
		AtomicBoolean done = new AtomicBoolean();
		List<Throwable> thrown = Collections.synchronizedList(new ArrayList<>());
		List<Thread> threads = new ArrayList<>();
		for (int i = 0; i < 3; i++) {
			Thread thread = new Thread(() -> {
				while (!done.get()) {
					List<InstanceTracker> tried = new ArrayList<>();
					for (int attempt = 1; attempt <= 4; attempt++) {
						InstanceTracker picked = balancer.pick(Fixtures.context(attempt, attempt), tried);
						if (picked != null) {
							tried.add(picked);
							picked.failed(Code.UNAVAILABLE, Processed.NO, 1_000_000);
						}
					}
					if (new HashSet<>(tried).size() != tried.size()) {
						thrown.add(new AssertionError("one was tried twice"));
					}
					ZoneSpread spread = balancer.zones();
					double sum = spread.zones().stream().mapToDouble(ZoneSpread.Zone::share).sum();
					if (!spread.zones().isEmpty() && Math.abs(sum - 1) > 1e-9) {
						thrown.add(new AssertionError("shares " + spread));
					}
				}
			});
			thread.setUncaughtExceptionHandler((failed, ex) -> thrown.add(ex));
			thread.start();
			threads.add(thread);
		}
		Random random = new Random(1);
		for (int round = 0; round < 2000; round++) {
			List<Instance> instances = new ArrayList<>();
			int count = random.nextInt(20);
			for (int i = 1; i <= count; i++) {
				String zone = (random.nextInt(5) == 0) ? null : "abcd".substring(random.nextInt(3)).substring(0, 1);
				instances.add(Fixtures.instance(i, zone, 1 + random.nextInt(10_000)));
			}
			balancer.update(instances);
			balancer.trackers()
				.forEach((tracker) -> tracker
					.availability(Availability.values()[random.nextInt(Availability.values().length)]));
		}
		done.set(true);
		for (Thread thread : threads) {
			thread.join();
		}
		assertThat(thrown).isEmpty();
	}

	@Test
	void whoeverIsUselessIsReplacedNearFirst() {
		SelectionContext context = Fixtures.context(0, 2);
		Set<InstanceTracker> useless = new HashSet<>();
		for (int i = 0; i < 12; i++) {
			InstanceTracker next = this.fixtures.balancer.pickExcept(context, useless::contains);
			assertThat(next).isNotNull();
			assertThat(next.instance().zone().equals("a")).isEqualTo(i < 4);
			assertThat(useless.add(next)).isTrue();
		}
		assertThat(this.fixtures.balancer.pickExcept(context, useless::contains)).isNull();
	}

	@ParameterizedTest
	@ValueSource(strings = { "zone_aware", "first" })
	void anEjectedZoneComesBackByProbes(String strategy) {
		Fixtures lost = fixtures(SelectionStrategies.named(strategy));
		for (int i = 1; i <= 4; i++) {
			for (int failure = 0; failure < 5; failure++) {
				lost.tracker(i).started();
				lost.tracker(i).failed(Code.UNAVAILABLE, Processed.UNKNOWN, 1_000_000);
			}
			assertThat(lost.tracker(i).ejected()).isTrue();
		}
		assertThat(zones(lost, 100)).doesNotContainKey("a");
		lost.passMillis(60_000);
		lost.calls(20, Code.OK);
		lost.passMillis(60_000);
		assertThat(zones(lost, 100)).containsOnlyKeys("a");
	}

	@Test
	void anInstanceThatStartsSlowlyGivesCallsAwayWithinTheZone() {
		List<Instance> instances = threeZones();
		this.fixtures.balancer.update(instances.subList(1, 12));
		assertThat(this.fixtures.balancer.zones().near()).isEqualTo(1);
		this.fixtures.balancer.update(instances);
		int[] shares = this.fixtures.shares(4000, 12);
		assertThat(shares[0]).isLessThan(500);
		assertThat(shares[0] + shares[1] + shares[2] + shares[3]).as("three can carry the zone").isEqualTo(4000);
	}

	@Test
	void aZoneThatStartsSlowlyAsAWholeGivesCallsAwayToTheOthers() {
		List<Instance> instances = threeZones();
		this.fixtures.balancer.update(instances.subList(3, 12));
		this.fixtures.balancer.update(instances);
		int[] shares = this.fixtures.shares(9000, 12);
		assertThat(shares[3]).as("the one that is warm is not overrun").isLessThan(4000);
	}

	@Test
	void theSpreadSaysWhy() {
		ZoneSpread healthy = this.fixtures.balancer.zones();
		assertThat(healthy.reason()).isEqualTo("all near");
		assertThat(healthy.own()).isEqualTo("a");
		this.fixtures.tracker(1).availability(Availability.UNREACHABLE);
		this.fixtures.tracker(2).availability(Availability.UNREACHABLE);
		zones(this.fixtures, 100);
		ZoneSpread half = this.fixtures.balancer.zones();
		assertThat(half.near()).isEqualTo(0.84, offset(1e-9));
		assertThat(half.reason()).isEqualTo("spills 16 %: 2 of 4 instances of zone a are usable, of 10 in all 3 zones");
		assertThat(half.zones()).extracting(ZoneSpread.Zone::name).containsExactly("a", "b", "c");
		assertThat(half.zones()).extracting(ZoneSpread.Zone::known).containsExactly(4, 4, 4);
		assertThat(half.zones()).extracting(ZoneSpread.Zone::usable).containsExactly(2, 4, 4);
		assertThat(half.zones().stream().mapToLong(ZoneSpread.Zone::calls).sum()).isEqualTo(100);
		this.fixtures.balancer.update(threeZones().subList(0, 4));
		assertThat(this.fixtures.balancer.zones().near()).isEqualTo(1);
		assertThat(this.fixtures.balancer.zones().reason()).isEqualTo("all near: every instance is in zone a");
		assertThat(this.fixtures.balancer.zones().zones()).singleElement().satisfies((zone) -> {
			assertThat(zone.name()).isEqualTo("a");
			assertThat(zone.known()).isEqualTo(4);
			assertThat(zone.share()).isEqualTo(1);
			assertThat(zone.calls()).isPositive();
		});
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void aChoiceAllocatesNothing(boolean healthy) {
		LoadBalancer balancer = new LoadBalancer(Fixtures.SERVICE, "zone_aware", SelectionStrategies.zoneAware(),
				EjectionSettings.defaults(), "a", System::nanoTime, ThreadLocalRandom::current);
		balancer.update(threeZones());
		if (!healthy) {
			balancer.trackers().get(0).availability(Availability.SUSPECTED);
			balancer.trackers().get(1).availability(Availability.SUSPECTED);
		}
		ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
		SelectionContext context = Fixtures.context(1, 1);
		List<InstanceTracker> none = List.of();
		pick(balancer, context, none);
		long before = threads.getCurrentThreadAllocatedBytes();
		pick(balancer, context, none);
		long allocated = threads.getCurrentThreadAllocatedBytes() - before;
		assertThat((double) allocated / CALLS).as("bytes of a choice").isLessThan(1);
	}

	private static void pick(LoadBalancer balancer, SelectionContext context, List<InstanceTracker> none) {
		for (int i = 0; i < CALLS; i++) {
			InstanceTracker picked = balancer.pick(context, none);
			if (picked == null) {
				throw new AssertionError("nothing to pick");
			}
		}
	}

	private static Map<String, Integer> zones(Fixtures fixtures, int calls) {
		Map<String, Integer> zones = new TreeMap<>();
		for (int i = 0; i < calls; i++) {
			InstanceTracker picked = fixtures.pick();
			String zone = picked.instance().zone();
			zones.merge((zone != null) ? zone : "none", 1, Integer::sum);
			picked.succeeded(1_000_000);
		}
		return zones;
	}

	private static double share(Map<String, Integer> zones, String zone) {
		return (double) zones.getOrDefault(zone, 0) / zones.values().stream().mapToInt(Integer::intValue).sum();
	}

}
