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

package io.macula.benchmarks.scale;

import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;

import com.sun.management.ThreadMXBean;
import io.macula.Code;
import io.macula.Endpoint;
import io.macula.Instance;
import io.macula.Processed;
import io.macula.ServiceName;
import io.macula.directory.ServiceResolver;
import io.macula.directory.Snapshot;
import io.macula.directory.StaticDirectory;
import io.macula.selection.EjectionSettings;
import io.macula.selection.InstanceTracker;
import io.macula.selection.LoadBalancer;
import io.macula.selection.SelectionContext;
import io.macula.selection.SelectionStrategies;
import io.macula.selection.SelectionStrategy;
import org.jspecify.annotations.Nullable;

/**
 * The choice of an instance, with outlier ejection on, by each built-in strategy: while
 * all is well, while an instance is ejected (a choice has to read the clock then), and
 * for a second attempt. All strategies run in one JVM, as in no application: a choice is
 * a call that the compiler cannot foresee.
 */
final class Picks {

	private static final ServiceName SERVICE = new ServiceName("scale.all");

	private static final int BATCH = 512;

	private static final int ROUNDS = 9;

	private static final long WARM_UP_NANOS = 200_000_000L;

	private static final long ROUND_NANOS = 20_000_000L;

	private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

	private final InstanceTracker[] picked = new InstanceTracker[BATCH];

	private final Call call = new Call();

	private Picks() {
	}

	public static void main(String[] args) {
		Picks picks = new Picks();
		for (int instances : new int[] { 3, 1000 }) {
			double bound = (instances == 3) ? 100 : 1000;
			SelectionStrategies.builtIn().forEach((name, strategy) -> {
				LoadBalancer balancer = balancer(name, strategy, instances);
				String title = "pick, " + name + ", " + instances + " instances";
				picks.measure(title, balancer, List.of(), bound);
				picks.measure(title + ", second attempt", balancer, List.of(balancer.trackers().get(1)), bound);
				eject(balancer.trackers().get(instances / 2));
				picks.measure(title + ", one ejected", balancer, List.of(), bound);
			});
		}
		resolve();
	}

	private static LoadBalancer balancer(String name, SelectionStrategy strategy, int count) {
		EjectionSettings defaults = EjectionSettings.defaults();
		EjectionSettings lasting = new EjectionSettings(true, defaults.consecutiveFailures(), defaults.failureRate(),
				defaults.minimumCalls(), defaults.interval(), Duration.ofHours(1), Duration.ofHours(1),
				defaults.maxShare(), defaults.latencyFactor(), defaults.slowStart());
		boolean zones = strategy == SelectionStrategies.zoneAware();
		LoadBalancer balancer = new LoadBalancer(SERVICE, name, strategy, lasting, zones ? "zone1" : null,
				System::nanoTime, ThreadLocalRandom::current);
		balancer.update(instances(count));
		balancer.trackers().forEach((tracker) -> {
			InstanceTracker chosen = balancer.pick(new Call(), others(balancer, tracker));
			if (chosen != null) {
				chosen.succeeded(1_000_000);
			}
		});
		return balancer;
	}

	private static List<InstanceTracker> others(LoadBalancer balancer, InstanceTracker one) {
		return balancer.trackers().stream().filter((tracker) -> tracker != one).toList();
	}

	private static List<Instance> instances(int count) {
		List<Instance> instances = new ArrayList<>();
		for (int i = 0; i < count; i++) {
			instances.add(new Instance("node" + (10_000 + i), 1, new Endpoint("127.0.0.1", 10_000 + i), "zone" + i % 3,
					0, 50 + i % 100, Map.of()));
		}
		return instances;
	}

	private static void eject(InstanceTracker tracker) {
		for (int i = 0; i < EjectionSettings.defaults().consecutiveFailures(); i++) {
			tracker.failed(Code.UNAVAILABLE, Processed.NO, 1_000_000);
		}
		if (!tracker.ejected()) {
			throw new IllegalStateException("not ejected: " + tracker);
		}
	}

	private void measure(String title, LoadBalancer balancer, Collection<InstanceTracker> tried, double bound) {
		this.call.attempt = tried.isEmpty() ? 1 : 2;
		time(balancer, tried, WARM_UP_NANOS);
		double[] rounds = new double[ROUNDS];
		for (int i = 0; i < ROUNDS; i++) {
			rounds[i] = time(balancer, tried, ROUND_NANOS);
		}
		Arrays.sort(rounds);
		Figure.judged(title, rounds[ROUNDS / 2], "ns", bound).tell();
		long before = THREADS.getCurrentThreadAllocatedBytes();
		pickBatch(balancer, tried);
		long bytes = (THREADS.getCurrentThreadAllocatedBytes() - before) / BATCH;
		settle();
		Figure.judged(title + ", allocated", bytes, "bytes", tried.isEmpty() ? 1 : 100).tell();
	}

	/** Mean time of a choice; the outcomes are told outside of the measured time. */
	private double time(LoadBalancer balancer, Collection<InstanceTracker> tried, long nanos) {
		long spent = 0;
		long picks = 0;
		while (spent < nanos) {
			long start = System.nanoTime();
			pickBatch(balancer, tried);
			spent += System.nanoTime() - start;
			picks += BATCH;
			settle();
		}
		return (double) spent / picks;
	}

	private void pickBatch(LoadBalancer balancer, Collection<InstanceTracker> tried) {
		for (int i = 0; i < BATCH; i++) {
			this.call.tick++;
			InstanceTracker chosen = balancer.pick(this.call, tried);
			if (chosen == null) {
				throw new IllegalStateException("no choice");
			}
			this.picked[i] = chosen;
		}
	}

	private void settle() {
		for (InstanceTracker tracker : this.picked) {
			tracker.succeeded(1_000_000);
		}
	}

	private static void resolve() {
		try (ServiceResolver resolver = ServiceResolver.watch(StaticDirectory.empty().with(SERVICE, instances(1000)),
				SERVICE)) {
			long sum = 0;
			long start = 0;
			long before = 0;
			int reads = 10_000_000;
			for (int round = 0; round < 4; round++) {
				before = THREADS.getCurrentThreadAllocatedBytes();
				start = System.nanoTime();
				for (int i = 0; i < reads; i++) {
					Snapshot snapshot = resolver.current();
					sum += (snapshot != null) ? snapshot.confirmedNanoTime() : 0;
				}
			}
			double nanos = (double) (System.nanoTime() - start) / reads;
			long bytes = THREADS.getCurrentThreadAllocatedBytes() - before;
			if (sum == 0) {
				throw new IllegalStateException("nothing was resolved");
			}
			Figure.judged("resolve, 1000 instances (a volatile read of the snapshot)", nanos, "ns", 100).tell();
			Figure.judged("resolve, allocated by " + reads + " reads", bytes, "bytes", reads).tell();
		}
	}

	/** A call as the strategy sees it. */
	private static final class Call implements SelectionContext {

		private long tick;

		private int attempt = 1;

		@Override
		public ServiceName service() {
			return SERVICE;
		}

		@Override
		public long tick() {
			return this.tick;
		}

		@Override
		public int attempt() {
			return this.attempt;
		}

		@Override
		public @Nullable String zone() {
			return null;
		}

	}

}
