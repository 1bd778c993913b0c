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
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.stream.Stream;

import io.macula.Code;
import io.macula.Instance;
import io.macula.Processed;
import io.macula.selection.InstanceTracker.Availability;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Picks, outcomes, availability and updates by several threads at the same time.
 */
@Timeout(120)
class SelectionConcurrencyTests {

	private final AtomicLong clock = new AtomicLong(1_000_000_000_000L);

	private final AtomicLong ticks = new AtomicLong();

	private final ExecutorService threads = Executors.newCachedThreadPool();

	@AfterEach
	void stop() {
		this.threads.shutdownNow();
	}

	@Test
	void whenAllKindsOfOutcomesRaceThenNothingStaysInFlightAndNoCountIsLost() throws Exception {
		LoadBalancer balancer = balancer(SelectionStrategies.leastLoaded(), EjectionSettings.defaults());
		Queue<InstanceTracker> everybody = new ConcurrentLinkedQueue<>();
		balancer.update(Fixtures.instances(5), Map.of(), everybody::add);
		AtomicLong picks = new AtomicLong();
		AtomicLongArray failures = new AtomicLongArray(Code.values().length);
		CountDownLatch calling = new CountDownLatch(4);
		List<Callable<Void>> tasks = new ArrayList<>();
		for (int i = 0; i < 4; i++) {
			tasks.add(() -> {
				for (int call = 0; call < 20_000; call++) {
					this.clock.addAndGet(500_000);
					long tick = this.ticks.getAndIncrement();
					List<InstanceTracker> tried = new ArrayList<>();
					for (int attempt = 1; attempt <= 3; attempt++) {
						InstanceTracker picked = balancer.pick(Fixtures.context(tick, attempt), tried);
						assertThat(picked).as("a choice while there are untried ones").isNotNull();
						assertThat(tried).doesNotContain(picked);
						picks.incrementAndGet();
						tried.add(picked);
					}
					tried.forEach((picked) -> end(picked, failures));
				}
				calling.countDown();
				return null;
			});
		}
		tasks.add(() -> {
			while (calling.getCount() > 0 && !Thread.currentThread().isInterrupted()) {
				List<InstanceTracker> present = balancer.trackers();
				present.get(random(present.size())).availability(Availability.values()[random(4)]);
			}
			return null;
		});
		tasks.add(() -> {
			for (int round = 0; calling.getCount() > 0 && !Thread.currentThread().isInterrupted(); round++) {
				List<Instance> snapshot = new ArrayList<>(Fixtures.instances(5 + round % 4));
				snapshot.set(0, Fixtures.instance(1, 1 + round / 8, 100 + round % 3));
				balancer.update(snapshot, Map.of(), everybody::add);
			}
			return null;
		});
		run(tasks);
		assertThat(everybody).allSatisfy((tracker) -> assertThat(tracker.inFlight()).isZero());
		assertThat(everybody.stream().mapToLong(InstanceTracker::calls).sum()).isEqualTo(picks.get());
		assertThat(everybody.stream().mapToLong((tracker) -> tracker.counts().outcomes()).sum())
			.isLessThanOrEqualTo(picks.get());
		for (Code code : Code.values()) {
			assertThat(everybody.stream().mapToLong((tracker) -> tracker.failures().getOrDefault(code, 0L)).sum())
				.as("%s", code)
				.isEqualTo(failures.get(code.ordinal()));
		}
	}

	@Test
	void whenAnInstanceIsSaidToBeOutThenNoLaterPickChoosesItUntilItIsBack() throws Exception {
		LoadBalancer balancer = balancer(SelectionStrategies.roundRobin(), EjectionSettings.defaults());
		balancer.update(Fixtures.instances(5));
		List<InstanceTracker> all = balancer.trackers();
		List<Callable<Void>> tasks = new ArrayList<>();
		for (int i = 1; i < 5; i++) {
			InstanceTracker own = all.get(i);
			List<InstanceTracker> others = all.stream().filter((tracker) -> tracker != own).toList();
			tasks.add(() -> {
				for (int round = 0; round < 5_000; round++) {
					own.availability(Availability.SUSPECTED);
					for (int call = 0; call < 6; call++) {
						InstanceTracker picked = pick(balancer, List.of());
						assertThat(picked).isNotSameAs(own);
						picked.succeeded(1000);
					}
					own.availability(Availability.AVAILABLE);
					assertThat(own.usable()).isTrue();
					InstanceTracker picked = pick(balancer, others);
					assertThat(picked).isSameAs(own);
					picked.succeeded(1000);
				}
				return null;
			});
		}
		run(tasks);
		assertThat(all).allMatch(InstanceTracker::usable);
		int[] shares = new int[5];
		for (int call = 0; call < 500; call++) {
			InstanceTracker picked = pick(balancer, List.of());
			shares[all.indexOf(picked)]++;
			picked.succeeded(1000);
		}
		assertThat(shares).containsOnly(100);
	}

	@Test
	void whateverFailsAtTheSameTimeTheFloorOfEjectionHolds() throws Exception {
		Roster roster = new Roster(Fixtures.SERVICE, EjectionSettings.defaults(), null, this.clock::get,
				ThreadLocalRandom::current);
		roster.update(Fixtures.instances(10), Map.of(), (joined) -> {
		});
		InstanceTracker[] all = roster.candidates().all();
		AtomicInteger mostEjected = new AtomicInteger();
		CountDownLatch calling = new CountDownLatch(4);
		List<Callable<Void>> tasks = new ArrayList<>();
		for (int i = 0; i < 4; i++) {
			tasks.add(() -> {
				for (int call = 0; call < 50_000; call++) {
					this.clock.addAndGet(100_000);
					// Which ones are sick changes all the time.
					int number = random(10);
					boolean sick = (number + call / 5_000) % 10 < 8;
					InstanceTracker tracker = all[number];
					if (tracker.ejected() && random(10) == 0) {
						roster.claimProbe(tracker, roster.now());
					}
					tracker.started();
					if (sick && random(10) > 0) {
						tracker.failed(Code.UNAVAILABLE, Processed.NO, 1000);
					}
					else {
						tracker.succeeded(1000);
					}
				}
				calling.countDown();
				return null;
			});
		}
		tasks.add(() -> {
			while (calling.getCount() > 0 && !Thread.currentThread().isInterrupted()) {
				int ejected;
				synchronized (roster) {
					ejected = (int) Stream.of(all).filter(InstanceTracker::ejected).count();
				}
				assertThat(ejected).isLessThanOrEqualTo(5);
				mostEjected.accumulateAndGet(ejected, Math::max);
				assertThat(roster.candidates().offer(ThreadLocalRandom::current).preferred().size()).isBetween(5, 10);
			}
			return null;
		});
		run(tasks);
		assertThat(mostEjected).as("or nothing was tested").hasPositiveValue();
		assertThat(all).allSatisfy((tracker) -> assertThat(tracker.inFlight()).isZero());
	}

	@Test
	void theLastTwoAreNeverBothEjected() throws Exception {
		Roster roster = new Roster(Fixtures.SERVICE, EjectionSettings.defaults(), null, this.clock::get,
				ThreadLocalRandom::current);
		roster.update(Fixtures.instances(2), Map.of(), (joined) -> {
		});
		InstanceTracker[] all = roster.candidates().all();
		AtomicInteger ejections = new AtomicInteger();
		List<Callable<Void>> tasks = new ArrayList<>();
		for (InstanceTracker own : all) {
			tasks.add(() -> {
				for (int round = 0; round < 2_000; round++) {
					for (int call = 0; call < 5; call++) {
						own.started();
						own.failed(Code.UNAVAILABLE, Processed.NO, 1000);
					}
					synchronized (roster) {
						assertThat(all).anyMatch(InstanceTracker::usable);
					}
					ejections.addAndGet(own.ejected() ? 1 : 0);
					this.clock.addAndGet(Duration.ofMinutes(10).toNanos());
					roster.claimProbe(own, roster.now());
					own.started();
					own.succeeded(1000);
				}
				return null;
			});
		}
		run(tasks);
		assertThat(ejections).as("or nothing was tested").hasPositiveValue();
	}

	@Test
	void whenFailuresRaceThenEachCountsInTheRow() throws Exception {
		EjectionSettings defaults = EjectionSettings.defaults();
		LoadBalancer balancer = balancer(SelectionStrategies.first(),
				new EjectionSettings(true, Integer.MAX_VALUE, 1, Integer.MAX_VALUE, defaults.interval(),
						defaults.baseTime(), defaults.maxTime(), 0.5, 0, defaults.slowStart()));
		balancer.update(Fixtures.instances(2));
		InstanceTracker one = balancer.trackers().get(0);
		List<Callable<Void>> tasks = new ArrayList<>();
		for (int i = 0; i < 4; i++) {
			tasks.add(() -> {
				for (int call = 0; call < 20_000; call++) {
					InstanceTracker picked = pick(balancer, List.of());
					assertThat(picked).isSameAs(one);
					picked.failed(Code.INTERNAL, Processed.UNKNOWN, 1000);
				}
				return null;
			});
		}
		tasks.add(() -> {
			for (int round = 0; round < 1_000; round++) {
				// Swaps the same record, but says nothing new.
				balancer.trackers().get(1).availability(Availability.values()[round % 2]);
				one.change(
						(standing) -> standing.afterFirstCall(1).startingSlowly(SlowStart.at(1, Duration.ofHours(1))));
			}
			return null;
		});
		run(tasks);
		assertThat(one.standing().faultsInARow()).isEqualTo(80_000);
		assertThat(one.failures()).containsEntry(Code.INTERNAL, 80_000L);
		assertThat(one.inFlight()).isZero();
	}

	private static void end(InstanceTracker picked, AtomicLongArray failures) {
		switch (random(4)) {
			case 0 -> picked.succeeded(1000);
			case 1 -> picked.streamed();
			case 2 -> picked.cancelled(1000);
			default -> {
				Code code = Code.values()[random(Code.values().length)];
				failures.incrementAndGet(code.ordinal());
				picked.failed(code, Processed.values()[random(3)], 1000);
			}
		}
	}

	private InstanceTracker pick(LoadBalancer balancer, List<InstanceTracker> tried) {
		InstanceTracker picked = balancer.pick(Fixtures.context(this.ticks.getAndIncrement(), tried.size() + 1), tried);
		if (picked == null) {
			throw new AssertionError("nothing to pick");
		}
		return picked;
	}

	private LoadBalancer balancer(SelectionStrategy strategy, EjectionSettings settings) {
		return new LoadBalancer(Fixtures.SERVICE, "tested", strategy, settings, null, this.clock::get,
				ThreadLocalRandom::current);
	}

	private static int random(int bound) {
		return ThreadLocalRandom.current().nextInt(bound);
	}

	private void run(List<Callable<Void>> tasks) throws Exception {
		List<Future<Void>> outcomes = new ArrayList<>();
		for (Callable<Void> task : tasks) {
			outcomes.add(this.threads.submit(task));
		}
		for (Future<Void> outcome : outcomes) {
			outcome.get();
		}
	}

}
