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

package io.macula.benchmarks.jmh;

import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

import io.macula.Endpoint;
import io.macula.Instance;
import io.macula.ServiceName;
import io.macula.selection.EjectionSettings;
import io.macula.selection.InstanceTracker;
import io.macula.selection.LoadBalancer;
import io.macula.selection.SelectionContext;
import io.macula.selection.SelectionStrategies;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/**
 * Choosing an instance, and telling that its call succeeded, which each pick owes.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class PickBench {

	private static final ServiceName SERVICE = new ServiceName("bench.calculator");

	/** Number of instances. */
	@Param({ "3", "1000" })
	public int instances;

	/** Name of the strategy. */
	@Param({ "round_robin", "least_loaded" })
	public String strategy = SelectionStrategies.ROUND_ROBIN;

	private LoadBalancer balancer = balancer(SelectionStrategies.ROUND_ROBIN);

	private final Context context = new Context();

	/** Makes the instances known. */
	@Setup
	public void setUp() {
		this.balancer = balancer(this.strategy);
		this.balancer.update(IntStream.range(0, this.instances)
			.mapToObj((number) -> Instance.of("node" + number,
					new Endpoint("10.0." + number / 200 + "." + (1 + number % 200), 9443)))
			.toList());
	}

	@Benchmark
	public @Nullable InstanceTracker pick() {
		this.context.tick++;
		InstanceTracker chosen = this.balancer.pick(this.context, List.of());
		if (chosen != null) {
			chosen.succeeded(1_000_000);
		}
		return chosen;
	}

	private static LoadBalancer balancer(String strategy) {
		return new LoadBalancer(SERVICE, strategy, SelectionStrategies.named(strategy), EjectionSettings.defaults());
	}

	private static final class Context implements SelectionContext {

		private long tick;

		@Override
		public ServiceName service() {
			return SERVICE;
		}

		@Override
		public long tick() {
			return this.tick;
		}

		@Override
		public boolean idempotent() {
			return true;
		}

		@Override
		public int attempt() {
			return 1;
		}

		@Override
		public @Nullable String zone() {
			return null;
		}

	}

}
