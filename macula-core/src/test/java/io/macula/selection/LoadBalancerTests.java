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
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;

import io.macula.Code;
import io.macula.Processed;
import io.macula.RpcException;
import io.macula.selection.InstanceTracker.Availability;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

class LoadBalancerTests {

	private final Fixtures fixtures = new Fixtures(SelectionStrategies.roundRobin());

	@Test
	void whenTheLastInstanceLeavesInTheMiddleOfAChoiceThenNobodyIsChosen() {
		AtomicReference<Runnable> look = new AtomicReference<>(() -> {
		});
		AtomicReference<LoadBalancer> balancer = new AtomicReference<>();
		balancer.set(new LoadBalancer(Fixtures.SERVICE, "round_robin", SelectionStrategies.roundRobin(),
				EjectionSettings.defaults(), null, () -> {
					look.get().run();
					return System.nanoTime();
				}, ThreadLocalRandom::current));
		balancer.get().update(List.of(Fixtures.instance(1)));
		// One that joins starts slowly, so that time matters.
		balancer.get().update(List.of(Fixtures.instance(1), Fixtures.instance(2)));
		look.set(() -> {
			look.set(() -> {
			});
			balancer.get().update(List.of());
		});
		assertThat(balancer.get().pick(Fixtures.context(0, 1), List.of())).isNull();
	}

	@Test
	void withoutInstancesThereIsNoChoice() {
		assertThat(this.fixtures.balancer.pick(Fixtures.context(0, 1), List.of())).isNull();
	}

	@Test
	void triedInstancesAreLeftOutUntilNoneIsLeft() {
		this.fixtures.join(3);
		InstanceTracker one = this.fixtures.retry();
		InstanceTracker two = this.fixtures.retry(one);
		InstanceTracker three = this.fixtures.retry(one, two);
		assertThat(Set.of(one, two, three)).hasSize(3);
		assertThat(this.fixtures.retry(one, two, three)).isNull();
	}

	@Test
	void whenNoneIsAvailableTheBetterOnesComeFirst() {
		this.fixtures.join(5);
		this.fixtures.calls(25, Code.UNAVAILABLE, 5);
		assertThat(this.fixtures.tracker(5).ejected()).isTrue();
		this.fixtures.tracker(2).availability(Availability.DRAINING);
		this.fixtures.tracker(3).availability(Availability.UNREACHABLE);
		this.fixtures.tracker(4).availability(Availability.SUSPECTED);
		List<InstanceTracker> tried = new ArrayList<>();
		List<String> order = new ArrayList<>();
		for (InstanceTracker next = this.fixtures.retry(); next != null;) {
			tried.add(next);
			order.add(next.instance().nodeId());
			next = this.fixtures.retry(tried.toArray(new InstanceTracker[0]));
		}
		assertThat(order).containsExactly("node1", "node4", "node3", "node2", "node5");
	}

	@Test
	void aSuspectedInstanceGetsNoPicksWhileAnotherOneIsThere() {
		this.fixtures.join(3);
		this.fixtures.tracker(2).availability(Availability.SUSPECTED);
		assertThat(this.fixtures.shares(100, 3)).containsExactly(50, 0, 50);
		this.fixtures.passMillis(60_000);
		assertThat(this.fixtures.shares(100, 3)).as("PINGs find out, not calls").containsExactly(50, 0, 50);
		this.fixtures.tracker(2).availability(Availability.AVAILABLE);
		assertThat(this.fixtures.shares(99, 3)).containsExactly(33, 33, 33);
	}

	@Test
	void whenAllAreSuspectedAllAreUsed() {
		this.fixtures.join(3);
		this.fixtures.balancer.trackers().forEach((tracker) -> tracker.availability(Availability.SUSPECTED));
		assertThat(this.fixtures.shares(9, 3)).containsExactly(3, 3, 3);
	}

	@Test
	void anUnreachableInstanceIsProbedAfterAWhileEvenIfNobodySaysSo() {
		this.fixtures.join(3);
		this.fixtures.tracker(1).availability(Availability.UNREACHABLE);
		this.fixtures.passMillis(7_900);
		assertThat(this.fixtures.shares(30, 3)[0]).isZero();
		this.fixtures.passMillis(4_200);
		assertThat(this.fixtures.shares(30, 3, false)[0]).as("not by a call that cannot be repeated").isZero();
		InstanceTracker probe = this.fixtures.pick();
		assertThat(probe).isSameAs(this.fixtures.tracker(1));
		assertThat(this.fixtures.shares(30, 3)[0]).as("one probe at a time").isZero();
		probe.failed(Code.UNAVAILABLE, Processed.NO, 1);
		assertThat(this.fixtures.shares(30, 3)[0]).isZero();
		this.fixtures.passMillis(12_100);
		this.fixtures.pick().succeeded(1_000_000);
		assertThat(probe.availability()).isEqualTo(Availability.AVAILABLE);
		assertThat(this.fixtures.shares(30, 3)[0]).isEqualTo(10);
	}

	@Test
	void unchangedInstancesKeepTheirFigures() {
		this.fixtures.join(3);
		this.fixtures.calls(9, Code.OK);
		InstanceTracker kept = this.fixtures.tracker(2);
		this.fixtures.balancer.update(List.of(Fixtures.instance(2), Fixtures.instance(3, 2, 100)));
		assertThat(this.fixtures.tracker(2)).isSameAs(kept);
		assertThat(kept.calls()).isEqualTo(3);
		assertThat(this.fixtures.tracker(3).calls()).as("a new incarnation").isZero();
		assertThat(this.fixtures.balancer.trackers()).hasSize(2);
	}

	@Test
	void aDuplicateOfAnInstanceCountsOnce() {
		this.fixtures.balancer.update(List.of(Fixtures.instance(1), Fixtures.instance(1), Fixtures.instance(2)));
		assertThat(this.fixtures.balancer.trackers()).hasSize(2);
	}

	@Test
	void countsOutcomes() {
		this.fixtures.join(1);
		this.fixtures.pick().succeeded(2_000_000);
		this.fixtures.pick().failed(Code.APPLICATION, Processed.YES, 3_000_000);
		this.fixtures.pick().failed(Code.UNAVAILABLE, Processed.NO, 0);
		this.fixtures.pick().cancelled(1_000_000);
		InstanceTracker open = this.fixtures.pick();
		assertThat(open.calls()).isEqualTo(5);
		assertThat(open.inFlight()).isEqualTo(1);
		assertThat(open.failures()).isEqualTo(Map.of(Code.APPLICATION, 1L, Code.UNAVAILABLE, 1L));
		assertThat(open.latency().count()).isEqualTo(2);
		assertThat(open.latencyNanos()).isBetween(2_000_000L, 3_000_000L);
	}

	@Test
	void latencyRisesFastAndFallsSlowly() {
		this.fixtures.join(1);
		InstanceTracker tracker = this.fixtures.tracker(1);
		this.fixtures.calls(100, Code.OK);
		assertThat(tracker.latencyNanos()).isEqualTo(1_000_000);
		for (int i = 0; i < 8; i++) {
			this.fixtures.pick().succeeded(10_000_000);
		}
		assertThat(tracker.latencyNanos()).isGreaterThan(9_000_000);
		this.fixtures.calls(1000, Code.OK);
		assertThat(tracker.latencyNanos()).isBetween(8_000_000L, 9_500_000L);
		this.fixtures.calls(40_000, Code.OK);
		assertThat(tracker.latencyNanos()).isLessThan(1_300_000);
	}

	@Test
	void theLatencyOfAnIdleInstanceFades() {
		this.fixtures.join(2);
		InstanceTracker idle = this.fixtures.tracker(2);
		this.fixtures.tick = 1;
		this.fixtures.pick().succeeded(50_000_000);
		for (int i = 0; i < 40; i++) {
			this.fixtures.passMillis(1_100);
			this.fixtures.tick = 0;
			this.fixtures.pick().succeeded(1_000_000);
		}
		assertThat(idle.latencyNanos()).isBetween(1L, 1_000_000L);
	}

	@Test
	void aStrategyThatThrowsIsNamed() {
		Fixtures broken = new Fixtures((candidates, context) -> {
			throw new IllegalStateException("no idea");
		});
		broken.join(1);
		assertThatExceptionOfType(RpcException.class).isThrownBy(broken::pick).satisfies((ex) -> {
			assertThat(ex.code()).isEqualTo(Code.INTERNAL);
			assertThat(ex).hasMessageContaining("'tested' failed for service test.calculator")
				.hasMessageContaining("no idea");
		});
	}

	@Test
	@SuppressWarnings("NullAway")
	void aStrategyThatReturnsNullOrAStrangerIsNamed() {
		Fixtures broken = new Fixtures((candidates, context) -> null);
		broken.join(1);
		assertThatExceptionOfType(RpcException.class).isThrownBy(broken::pick)
			.withMessageContaining("'tested' returned null")
			.withMessageContaining("[node1@10.0.0.2:9443]");
		Fixtures other = new Fixtures(SelectionStrategies.first());
		other.join(1);
		Fixtures stranger = new Fixtures((candidates, context) -> other.tracker(1));
		stranger.join(1);
		assertThatExceptionOfType(RpcException.class).isThrownBy(stranger::pick)
			.withMessageContaining("'tested' returned node1@");
	}

	@Test
	void candidatesOfAUsersStrategyCannotBeChanged() {
		Fixtures nosy = new Fixtures((candidates, context) -> candidates.remove(0));
		nosy.join(2);
		assertThatExceptionOfType(RpcException.class).isThrownBy(nosy::pick)
			.withMessageContaining("UnsupportedOperationException");
	}

	@Test
	void atPlainStartNoSlowStartDisturbsRoundRobin() {
		this.fixtures.balancer.update(List.of());
		this.fixtures.join(3);
		assertThat(this.fixtures.shares(3000, 3)).containsExactly(1000, 1000, 1000);
	}

	@Test
	void anInstanceThatJoinsLaterGetsAGrowingShare() {
		this.fixtures.join(2);
		this.fixtures.join(3);
		assertThat(this.fixtures.shares(90, 3)).as("light load is not harmful").containsExactly(30, 30, 30);
		this.fixtures.shares(30, 3);
		int[] atOnce = this.fixtures.shares(3000, 3);
		assertThat(atOnce[2]).isBetween(60, 150);
		assertThat(Math.abs(atOnce[0] - atOnce[1])).isLessThan(100);
		this.fixtures.passMillis(2500);
		assertThat(this.fixtures.shares(3000, 3)[2]).isBetween(420, 580);
		this.fixtures.passMillis(2500);
		assertThat(this.fixtures.shares(3000, 3)).containsExactly(1000, 1000, 1000);
	}

	@Test
	void slowStartDoesNotOverrideTheChoiceOfFirst() {
		Fixtures first = new Fixtures(SelectionStrategies.first());
		first.balancer.update(List.of(Fixtures.instance(2)));
		first.balancer.update(List.of(Fixtures.instance(1), Fixtures.instance(2)));
		assertThat(first.shares(1000, 2)).containsExactly(1000, 0);
	}

	@Test
	void racingPicksReportsAndChangesKeepTheCounts() throws Exception {
		AtomicLong ticks = new AtomicLong();
		LoadBalancer balancer = new LoadBalancer(Fixtures.SERVICE, "round_robin", SelectionStrategies.roundRobin(),
				EjectionSettings.defaults());
		balancer.update(Fixtures.instances(5));
		ExecutorService threads = Executors.newFixedThreadPool(6);
		try {
			CountDownLatch done = new CountDownLatch(4);
			List<Future<?>> outcomes = new ArrayList<>();
			for (int i = 0; i < 4; i++) {
				outcomes.add(threads.submit(() -> {
					for (int call = 0; call < 50_000; call++) {
						SelectionContext context = Fixtures.context(ticks.getAndIncrement(), 1);
						InstanceTracker picked = balancer.pick(context, List.of());
						if (picked == null) {
							throw new AssertionError("nothing to pick");
						}
						switch (call % 10) {
							case 0 -> picked.failed(Code.UNAVAILABLE, Processed.NO, 1000);
							case 1 -> picked.cancelled(1000);
							default -> picked.succeeded(1000);
						}
					}
					done.countDown();
				}));
			}
			outcomes.add(threads.submit(() -> {
				while (done.getCount() > 0) {
					balancer.trackers()
						.get(ThreadLocalRandom.current().nextInt(5))
						.availability(Availability.values()[ThreadLocalRandom.current().nextInt(4)]);
				}
			}));
			outcomes.add(threads.submit(() -> {
				while (done.getCount() > 0) {
					balancer.update(Fixtures.instances(5));
				}
			}));
			for (Future<?> outcome : outcomes) {
				outcome.get();
			}
		}
		finally {
			threads.shutdownNow();
		}
		assertThat(balancer.trackers().stream().mapToLong(InstanceTracker::calls).sum()).isEqualTo(200_000);
		assertThat(balancer.trackers()).allSatisfy((tracker) -> assertThat(tracker.inFlight()).isZero());
	}

}
