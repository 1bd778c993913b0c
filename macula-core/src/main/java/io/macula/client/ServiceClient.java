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
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

import io.github.resilience4j.retry.Retry;
import io.github.resilience4j.retry.RetryConfig;
import io.macula.Code;
import io.macula.ServiceName;
import io.macula.Status;
import io.macula.contract.Hedge;
import io.macula.directory.ServiceResolver;
import io.macula.directory.Snapshot;
import io.macula.pool.EndpointPool;
import io.macula.pool.Timer;
import io.macula.selection.InstanceTracker;
import io.macula.selection.LatencyWindow;
import io.macula.selection.LoadBalancer;
import io.macula.selection.RetryBudget;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;

/**
 * All that the calls of one client service share: the instances and what is known of
 * them, the Retry, the budget. Safe for all threads; lives as long as the
 * {@link RealmClient}.
 */
public final class ServiceClient implements AutoCloseable {

	/** How long a call waits for the first instance when none is known. */
	private static final Duration PATIENCE = Duration.ofSeconds(3);

	/** A percentile of fewer calls says nothing. */
	private static final int HEDGE_AFTER_CALLS = 20;

	private static final int MAX_METHODS = 1000;

	/** How long a refusal for want of room says something of the whole service. */
	private static final long OVERLOAD_NANOS = 1_000_000_000L;

	private final Map<String, LatencyWindow> latencies = new ConcurrentHashMap<>();

	private final String name;

	private final ServiceName service;

	private final ServiceSettings settings;

	private final ClientContext context;

	private final LoadBalancer balancer;

	private final RetryBudget budget;

	private final Retry retry;

	private final CallObserver.Factory observations;

	private final ServiceResolver resolver;

	private final AtomicLong tick = new AtomicLong();

	private final Set<String> contracts = ConcurrentHashMap.newKeySet();

	private final Set<UnaryCall> waiting = ConcurrentHashMap.newKeySet();

	private volatile long refusedNanos;

	/** Guarded by this. */
	private final Map<InstanceTracker, Link> links = new IdentityHashMap<>();

	private boolean closed;

	ServiceClient(String name, ServiceName service, ServiceSettings settings, ClientContext context) {
		this.name = name;
		this.service = service;
		this.settings = settings;
		this.context = context;
		this.balancer = new LoadBalancer(service, settings.strategyName(), settings.strategy(), settings.ejection(),
				context.clock(), ThreadLocalRandom::current);
		this.budget = new RetryBudget(settings.failover().budgetRatio(), settings.failover().budgetFloor(),
				context.clock());
		this.retry = context.retries().retry(name, retryConfig(settings.failover()));
		this.refusedNanos = context.clock().getAsLong() - OVERLOAD_NANOS;
		this.observations = Observed.factory(context.realm(), context.observationRegistry());
		this.resolver = ServiceResolver.watch(context.directory(), service);
		this.resolver.onChange(this::update);
	}

	private static RetryConfig retryConfig(ServiceSettings.Failover failover) {
		return RetryConfig.custom()
			.maxAttempts(failover.maxAttempts())
			.intervalBiFunction((attempt, outcome) -> Backoff.millis(failover, attempt))
			.retryOnException((error) -> error instanceof AttemptFailure attempt && attempt.repeatable())
			.build();
	}

	/**
	 * Name in reports, metrics and settings.
	 * @return the name, unique in the node
	 */
	public String name() {
		return this.name;
	}

	/**
	 * The service that is called.
	 * @return its name
	 */
	public ServiceName service() {
		return this.service;
	}

	/**
	 * How it is called.
	 * @return the settings
	 */
	public ServiceSettings settings() {
		return this.settings;
	}

	/**
	 * The contracts of its proxies.
	 * @return interface names; empty where only dynamic calls were made
	 */
	public Set<String> contracts() {
		return Set.copyOf(this.contracts);
	}

	/**
	 * Since the directory last confirmed the instances.
	 * @return the age, or {@code null} before the first snapshot
	 */
	public @Nullable Duration snapshotAge() {
		return this.resolver.age();
	}

	/**
	 * The instances as this client service sees them.
	 * @return trackers in stable order
	 */
	public List<InstanceTracker> instances() {
		return this.balancer.trackers();
	}

	/**
	 * The connections to an instance.
	 * @param tracker one of {@link #instances()}
	 * @return its pool
	 */
	public EndpointPool connections(InstanceTracker tracker) {
		return poolOf(tracker);
	}

	void proxied(Class<?> contract) {
		this.contracts.add(contract.getName());
	}

	LoadBalancer balancer() {
		return this.balancer;
	}

	RetryBudget budget() {
		return this.budget;
	}

	Retry retry() {
		return this.retry;
	}

	ServiceResolver resolver() {
		return this.resolver;
	}

	LongSupplier clock() {
		return this.context.clock();
	}

	Timer timer() {
		return this.context.timer();
	}

	CallObserver.Factory observations() {
		return this.observations;
	}

	@Nullable String zone() {
		return this.context.zone();
	}

	long nextTick() {
		return this.tick.getAndIncrement();
	}

	/** An instance had no room for a call. */
	void refused() {
		this.refusedNanos = clock().getAsLong();
	}

	/** Whether an instance had no room for a call lately. */
	boolean overloaded() {
		return clock().getAsLong() - this.refusedNanos < OVERLOAD_NANOS;
	}

	long patienceNanos() {
		return PATIENCE.toNanos();
	}

	static EndpointPool poolOf(InstanceTracker tracker) {
		return (EndpointPool) Objects.requireNonNull(tracker.attachment(), "pool");
	}

	/**
	 * Bound of an attempt. A learned bound makes sense only where another attempt may
	 * follow: a call that must not be repeated gets all the time that is left.
	 */
	long attemptTimeoutNanos(InstanceTracker tracker, Procedure procedure, long remainingNanos, int attempt) {
		Duration fixed = this.settings.attemptTimeout();
		if (fixed != null) {
			return Math.min(fixed.toNanos(), remainingNanos);
		}
		int maxAttempts = this.settings.failover().maxAttempts();
		if (!procedure.idempotent() || maxAttempts == 1) {
			return remainingNanos;
		}
		return this.balancer.attemptTimeoutNanos(tracker, procedure.latency(), remainingNanos,
				Math.max(1, maxAttempts - attempt + 1));
	}

	/** Whether the bound of an attempt was set, and not learned. */
	boolean attemptTimeoutFixed() {
		return this.settings.attemptTimeout() != null;
	}

	/** How long to wait for the second attempt; negative while too little is known. */
	long hedgeDelayNanos(Hedge hedge, LatencyWindow method) {
		Duration delay = hedge.delay();
		if (delay != null) {
			return delay.toNanos();
		}
		return (method.count() < HEDGE_AFTER_CALLS) ? -1 : method.quantileNanos(hedge.percentile() / 100);
	}

	/**
	 * Recent latencies of a method; beyond a bound of names all others share one window.
	 */
	LatencyWindow latencyOf(String method) {
		String key = (this.latencies.size() < MAX_METHODS || this.latencies.containsKey(method)) ? method : "";
		return this.latencies.computeIfAbsent(key, (name) -> new LatencyWindow(clock()));
	}

	void awaitInstances(UnaryCall call) {
		this.waiting.add(call);
		// The instances may have come between the caller's look and the line above.
		if (!this.balancer.trackers().isEmpty() && this.waiting.remove(call)) {
			call.instancesKnown();
		}
	}

	/** Completes as soon as an instance is known; fails when patience is over. */
	Mono<Void> firstInstances(Duration patience) {
		Duration bounded = (patience.compareTo(PATIENCE) < 0) ? patience : PATIENCE;
		return this.resolver.first(bounded)
			.filter((snapshot) -> !snapshot.instances().isEmpty())
			.switchIfEmpty(Mono.error(() -> noInstances().toException()))
			.then();
	}

	boolean stopWaiting(UnaryCall call) {
		return this.waiting.remove(call);
	}

	Status noInstances() {
		Snapshot snapshot = this.resolver.current();
		if (snapshot == null) {
			return Status.notProcessed(Code.UNAVAILABLE,
					"the directory has not answered yet, so no provider of service '" + this.service + "' is known; "
							+ this.context.directoryHint());
		}
		return Status.notProcessed(Code.NOT_FOUND, "no provider of service '" + this.service
				+ "' is known in the realm '" + this.context.realm() + "'; " + this.context.directoryHint());
	}

	/** The directory told new instances. */
	private void update(Snapshot snapshot) {
		List<Link> gone = new ArrayList<>();
		synchronized (this) {
			if (this.closed) {
				return;
			}
			this.balancer.update(snapshot.instances(), this::connect);
			List<InstanceTracker> present = this.balancer.trackers();
			this.links.keySet().removeIf((tracker) -> {
				boolean left = !present.contains(tracker);
				if (left) {
					gone.add(this.links.get(tracker));
				}
				return left;
			});
		}
		gone.forEach((link) -> link.release(this.context));
		if (!snapshot.instances().isEmpty()) {
			for (UnaryCall call : List.copyOf(this.waiting)) {
				if (this.waiting.remove(call)) {
					call.instancesKnown();
				}
			}
		}
	}

	/** A tracker enters the balancer: from now on it knows its pool, and the pool it. */
	private void connect(InstanceTracker tracker) {
		EndpointPool pool = this.context.pool().retain(tracker.instance().endpoint(), tracker.instance().incarnation());
		tracker.attach(pool);
		Disposable listening = pool.onChange(() -> tracker.availability(availability(pool.state())));
		this.links.put(tracker, new Link(pool, listening));
	}

	private static InstanceTracker.Availability availability(EndpointPool.State state) {
		return switch (state) {
			case IDLE, CONNECTING, READY -> InstanceTracker.Availability.AVAILABLE;
			case SUSPECTED -> InstanceTracker.Availability.SUSPECTED;
			case FAILED, CLOSED -> InstanceTracker.Availability.UNREACHABLE;
		};
	}

	@Override
	public void close() {
		List<Link> gone;
		synchronized (this) {
			this.closed = true;
			gone = new ArrayList<>(this.links.values());
			this.links.clear();
		}
		this.resolver.close();
		gone.forEach((link) -> link.release(this.context));
		for (UnaryCall call : List.copyOf(this.waiting)) {
			if (this.waiting.remove(call)) {
				call.noInstances();
			}
		}
	}

	/**
	 * What ties an instance to its pool.
	 */
	private record Link(EndpointPool pool, Disposable listening) {

		void release(ClientContext context) {
			this.listening.dispose();
			context.pool().release(this.pool);
		}

	}

}
