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

package io.macula.client;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;

import io.github.resilience4j.retry.RetryRegistry;
import io.macula.Code;
import io.macula.Endpoint;
import io.macula.Instance;
import io.macula.Realm;
import io.macula.ServiceName;
import io.macula.Status;
import io.macula.codec.Codecs;
import io.macula.directory.Directory;
import io.macula.directory.Snapshot;
import io.macula.pool.ConnectionPool;
import io.macula.pool.PoolListener;
import io.macula.pool.PoolSettings;
import io.macula.selection.EjectionSettings;
import io.macula.selection.InstanceListener;
import io.macula.selection.SelectionStrategies;
import io.macula.transport.FakeConnection;
import io.micrometer.observation.ObservationRegistry;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/**
 * A client whose directory, connections and time are the test's.
 */
final class ClientFixture {

	final AtomicLong now = new AtomicLong(1_000_000_000L);

	final Map<Endpoint, FakeConnection> connections = new HashMap<>();

	final Map<Endpoint, Status> refusals = new HashMap<>();

	/** Endpoints whose dials never end. */
	final Set<Endpoint> silent = new HashSet<>();

	final List<Endpoint> dialled = new ArrayList<>();

	final List<Task> tasks = new ArrayList<>();

	/** Runs whenever the client reads the clock. */
	Runnable onClock = () -> {
	};

	final Sinks.Many<Snapshot> snapshots = Sinks.many().replay().latest();

	final RetryRegistry retries = RetryRegistry.ofDefaults();

	ObservationRegistry observations = ObservationRegistry.NOOP;

	java.util.function.Consumer<FakeConnection> onConnect = (connection) -> {
	};

	ConnectionPool pool = newPool();

	private ConnectionPool newPool() {
		return new ConnectionPool(PoolSettings.defaults(), (endpoint, timeout) -> Mono.defer(() -> {
			this.dialled.add(endpoint);
			if (this.silent.contains(endpoint)) {
				return Mono.never();
			}
			Status refusal = this.refusals.get(endpoint);
			if (refusal != null) {
				return Mono.error(refusal.toException());
			}
			FakeConnection connection = new FakeConnection(endpoint, 0);
			this.connections.put(endpoint, connection);
			this.onConnect.accept(connection);
			return Mono.just(connection);
		}), this::schedule, this.now::get, PoolListener.SILENT);
	}

	/** Whether what has no delay runs at once, and not when the test says so. */
	volatile boolean loopsRun;

	/** Whether the timer refuses everything. */
	boolean noTimers;

	/** Whether this node was the last provider and serves no longer. */
	boolean ownEnded;

	/** Why what the directory knows may be out of date. */
	@Nullable String trouble;

	/** Why the directory, which answers, has told nothing yet. */
	@Nullable String awaited;

	ServiceSettings settings = settings(3, Duration.ofSeconds(10));

	private final Directory directory = new Directory() {

		@Override
		public Flux<Snapshot> watch(ServiceName service) {
			return ClientFixture.this.snapshots.asFlux();
		}

	};

	static ServiceSettings settings(int maxAttempts, Duration attemptTimeout) {
		return new ServiceSettings("round_robin", SelectionStrategies.roundRobin(), "cbor", Duration.ofSeconds(30),
				attemptTimeout,
				new ServiceSettings.Failover(maxAttempts, Duration.ofMillis(50), Duration.ofSeconds(2), 0.2, 10),
				EjectionSettings.defaults())
			.withPatience(Duration.ofSeconds(3));
	}

	/** Settings whose retry budget is spent from the start. */
	static ServiceSettings withoutBudget() {
		return settings(3, Duration.ofSeconds(10))
			.withFailover(new ServiceSettings.Failover(3, Duration.ofMillis(50), Duration.ofSeconds(2), 0, 0));
	}

	RealmClient client() {
		return new RealmClient(context(), life());
	}

	ClientContext context() {
		return new ClientContext(new Realm("test"), null, this::clock, Codecs.defaults(), this.retries,
				this.observations, this.settings);
	}

	/** Another life, with connections of its own. */
	ClientLife nextLife() {
		this.pool = newPool();
		return life();
	}

	ClientLife life() {
		return new ClientLife(this.directory, "check macula.realm.seeds", () -> null, () -> this.trouble,
				() -> this.awaited, (service) -> this.ownEnded, this.pool, this::schedule,
				(client, service) -> InstanceListener.SILENT);
	}

	private long clock() {
		this.onClock.run();
		return this.now.get();
	}

	static Instance instance(int number) {
		return Instance.of("node" + number, endpoint(number));
	}

	static Endpoint endpoint(int number) {
		return new Endpoint("10.0.0." + number, 9443);
	}

	FakeConnection connection(int number) {
		return this.connections.get(endpoint(number));
	}

	void known(int... numbers) {
		List<Instance> instances = new ArrayList<>();
		for (int number : numbers) {
			instances.add(instance(number));
		}
		this.snapshots.tryEmitNext(new Snapshot(new ServiceName("test.echo"), instances, this.now.get()));
	}

	void refuse(int number) {
		this.refusals.put(endpoint(number), Status.notProcessed(Code.UNAVAILABLE,
				"connecting to " + endpoint(number) + " failed: port unreachable"));
	}

	/** Let time pass and run what falls due, in order. */
	void pass(Duration duration) {
		long end = this.now.get() + duration.toNanos();
		while (true) {
			Task next = this.tasks.stream()
				.filter((task) -> task.time <= end)
				.min(java.util.Comparator.comparingLong((task) -> task.time))
				.orElse(null);
			if (next == null) {
				break;
			}
			this.tasks.remove(next);
			this.now.set(Math.max(this.now.get(), next.time));
			next.action.run();
		}
		this.now.set(end);
	}

	private Disposable schedule(Runnable action, Duration delay) {
		if (this.noTimers) {
			throw new java.util.concurrent.RejectedExecutionException("told to refuse");
		}
		if (this.loopsRun && delay.isZero()) {
			action.run();
			return Disposables.disposed();
		}
		Task task = new Task(this.now.get() + delay.toNanos(), action);
		this.tasks.add(task);
		return () -> this.tasks.remove(task);
	}

	/** Something to run later. */
	static final class Task {

		final long time;

		final Runnable action;

		Task(long time, Runnable action) {
			this.time = time;
			this.action = action;
		}

	}

}
