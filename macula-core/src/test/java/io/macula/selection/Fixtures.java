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
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;

import io.macula.Code;
import io.macula.Endpoint;
import io.macula.Instance;
import io.macula.Processed;
import io.macula.ServiceName;
import org.jspecify.annotations.Nullable;

/**
 * A fake clock, numbered instances, and a load balancer over them.
 */
final class Fixtures {

	static final ServiceName SERVICE = new ServiceName("test.calculator");

	final AtomicLong clock = new AtomicLong(1_000_000_000_000L);

	final Random random = new Random(42);

	final LoadBalancer balancer;

	long tick;

	Fixtures(SelectionStrategy strategy) {
		this(strategy, EjectionSettings.defaults());
	}

	Fixtures(SelectionStrategy strategy, EjectionSettings settings) {
		this(strategy, settings, null);
	}

	Fixtures(SelectionStrategy strategy, EjectionSettings settings, @Nullable String nearZone) {
		this.balancer = new LoadBalancer(SERVICE, "tested", strategy, settings, nearZone, this.clock::get,
				() -> this.random);
	}

	static Instance instance(int number) {
		return instance(number, 1, 100);
	}

	static Instance instance(int number, long incarnation, int weight) {
		return new Instance("node" + number, incarnation, new Endpoint("10.0.0." + (number % 250 + 1), 9443), null, 0,
				weight, Map.of());
	}

	static Instance instance(int number, Map<String, String> metadata, int weight) {
		Instance plain = instance(number);
		return new Instance(plain.nodeId(), plain.incarnation(), plain.endpoint(), null, 0, weight, metadata);
	}

	static Instance instance(int number, @Nullable String zone, int weight) {
		Instance plain = instance(number);
		return new Instance(plain.nodeId(), plain.incarnation(), plain.endpoint(), zone, 0, weight, Map.of());
	}

	static List<Instance> instances(int count) {
		List<Instance> instances = new ArrayList<>();
		for (int i = 1; i <= count; i++) {
			instances.add(instance(i));
		}
		return instances;
	}

	static SelectionContext context(long tick, int attempt) {
		return context(tick, attempt, true);
	}

	static SelectionContext context(long tick, int attempt, boolean idempotent) {
		return context(tick, attempt, idempotent, null);
	}

	static SelectionContext context(long tick, int attempt, boolean idempotent, @Nullable String methodMark) {
		return context(tick, attempt, idempotent, methodMark, null);
	}

	static SelectionContext context(long tick, int attempt, boolean idempotent, @Nullable String methodMark,
			@Nullable String key) {
		return new SelectionContext() {

			@Override
			public @Nullable String key() {
				return key;
			}

			@Override
			public @Nullable String methodMark() {
				return methodMark;
			}

			@Override
			public ServiceName service() {
				return SERVICE;
			}

			@Override
			public long tick() {
				return tick;
			}

			@Override
			public int attempt() {
				return attempt;
			}

			@Override
			public boolean idempotent() {
				return idempotent;
			}

			@Override
			public @Nullable String zone() {
				return null;
			}

		};
	}

	void join(int count) {
		this.balancer.update(instances(count));
	}

	void passMillis(long millis) {
		this.clock.addAndGet(millis * 1_000_000);
	}

	/** The first attempt of the next call. */
	InstanceTracker pick() {
		return pick(true);
	}

	InstanceTracker pick(boolean idempotent) {
		InstanceTracker picked = this.balancer.pick(context(this.tick++, 1, idempotent), List.of());
		if (picked == null) {
			throw new AssertionError("nothing to pick");
		}
		return picked;
	}

	@Nullable InstanceTracker retry(InstanceTracker... tried) {
		return this.balancer.pick(context(this.tick, tried.length + 1), List.of(tried));
	}

	InstanceTracker tracker(int number) {
		return this.balancer.trackers()
			.stream()
			.filter((tracker) -> tracker.instance().nodeId().equals("node" + number))
			.findFirst()
			.orElseThrow();
	}

	/** Calls that take 1 ms each and fail at the given instances. */
	void calls(int count, Code code, Integer... failing) {
		for (int i = 0; i < count; i++) {
			InstanceTracker picked = pick();
			passMillis(1);
			if (List.of(failing).contains(Integer.valueOf(picked.instance().nodeId().substring(4)))) {
				picked.failed(code, Processed.UNKNOWN, 1_000_000);
			}
			else {
				picked.succeeded(1_000_000);
			}
		}
	}

	int[] shares(int calls, int instances) {
		return shares(calls, instances, true);
	}

	int[] shares(int calls, int instances, boolean idempotent) {
		int[] shares = new int[instances];
		for (int i = 0; i < calls; i++) {
			InstanceTracker picked = pick(idempotent);
			shares[Integer.parseInt(picked.instance().nodeId().substring(4)) - 1]++;
			picked.succeeded(1_000_000);
		}
		return shares;
	}

}
