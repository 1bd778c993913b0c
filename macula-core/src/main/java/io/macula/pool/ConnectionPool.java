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

package io.macula.pool;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

import io.macula.Code;
import io.macula.Endpoint;
import io.macula.Instance;
import io.macula.Status;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.core.Disposables;

/**
 * All outgoing connections of a node, one {@link EndpointPool} per {@link Destination}.
 * Safe for all threads, without a lock of its own; closed by its owner, the node.
 * <p>
 * Its life goes one way: ACTIVE to DRAINING by {@link #drain}, from each to CLOSED by
 * {@link #close}. Whoever retains an endpoint later gets a pool that refuses everything.
 */
public final class ConnectionPool implements AutoCloseable {

	private static final long MIN_SWEEP_MILLIS = 100;

	private static final long MAX_SWEEP_MILLIS = 10_000;

	private final PoolSettings settings;

	private final Connector connector;

	private final Timer timer;

	private final LongSupplier clock;

	private final CountingPoolListener listener;

	private final Supplier<RandomGenerator> random;

	private final Handover handover = new Handover(this);

	private final ConcurrentHashMap<Destination, Retained> pools = new ConcurrentHashMap<>();

	/** Pools that nobody retains and that finish what is in flight. */
	private final Set<EndpointPool> draining = ConcurrentHashMap.newKeySet();

	/** Pools that are retained only as long as they are connected; each once. */
	private final Set<EndpointPool> kept = ConcurrentHashMap.newKeySet();

	/** Not ACTIVE any more; set once, never cleared. */
	private volatile boolean retired;

	/** CLOSED; set once, never cleared. */
	private volatile boolean closed;

	private volatile @Nullable Disposable sweep;

	private volatile Runnable stranger = () -> {
	};

	/**
	 * An empty pool.
	 * @param settings the settings
	 * @param connector dials
	 * @param timer runs the eviction and further dials
	 * @param clock monotonic nanoseconds
	 * @param listener told of what happens, for people
	 */
	public ConnectionPool(PoolSettings settings, Connector connector, Timer timer, LongSupplier clock,
			PoolListener listener) {
		this(settings, connector, timer, clock, listener, ThreadLocalRandom::current);
	}

	ConnectionPool(PoolSettings settings, Connector connector, Timer timer, LongSupplier clock, PoolListener listener,
			Supplier<RandomGenerator> random) {
		this.settings = settings;
		this.connector = connector;
		this.timer = timer;
		this.clock = clock;
		this.listener = new CountingPoolListener(listener);
		this.random = random;
		scheduleSweep();
	}

	/**
	 * The pool of an endpoint, whoever is there, retained for the caller until
	 * {@link #release}. It is that of an instance with further addresses which is
	 * connected right there, if there is one.
	 * @param endpoint the endpoint
	 * @param incarnation incarnation of the process that listens there, 0 if unknown;
	 * connections to another one are closed
	 * @return the pool
	 */
	public EndpointPool retain(Endpoint endpoint, long incarnation) {
		EndpointPool pool = this.handover.holdConnectedAt(endpoint);
		if (pool == null) {
			pool = hold(Destination.of(endpoint));
		}
		follow(pool);
		pool.renewed(incarnation);
		return pool;
	}

	/**
	 * The pool of an instance, retained for the caller until
	 * {@link #release(EndpointPool, Instance)}. If the directory knows its identity,
	 * calls go to no other node that answers there.
	 * @param instance the instance
	 * @return the pool
	 */
	public EndpointPool retain(Instance instance) {
		EndpointPool pool = hold(Destination.of(instance));
		follow(pool);
		pool.renewed(instance.incarnation());
		pool.pin(instance);
		this.handover.takeConnections(pool);
		return pool;
	}

	/**
	 * Give back what {@link #retain(Instance)} returned.
	 * @param pool the pool
	 * @param instance whose it is
	 */
	public void release(EndpointPool pool, Instance instance) {
		pool.unpin(instance);
		release(pool);
	}

	/**
	 * Run an action whenever a dial found a node that no call is meant for: the directory
	 * may tell soon who is there now.
	 * @param action must not block; may be called on any thread
	 */
	public void onStranger(Runnable action) {
		this.stranger = action;
	}

	/** A dial found one. */
	void foundStranger() {
		this.stranger.run();
	}

	private EndpointPool hold(Destination destination) {
		while (true) {
			Retained present = this.pools.get(destination);
			if (present == null) {
				Retained first = new Retained(create(destination), 1);
				if (this.pools.putIfAbsent(destination, first) == null) {
					return first.pool();
				}
			}
			else if (this.pools.replace(destination, present, present.more())) {
				return present.pool();
			}
		}
	}

	/** Retain a pool, unless nobody else does any more. */
	boolean holdPresent(EndpointPool pool) {
		while (true) {
			Retained present = this.pools.get(pool.destination());
			if (present == null || present.pool() != pool) {
				return false;
			}
			if (this.pools.replace(pool.destination(), present, present.more())) {
				return true;
			}
		}
	}

	/** The pool of an endpoint, whoever is there, if somebody retains it. */
	@Nullable EndpointPool present(Endpoint endpoint) {
		Retained present = this.pools.get(Destination.of(endpoint));
		return (present != null) ? present.pool() : null;
	}

	private EndpointPool create(Destination destination) {
		return new EndpointPool(this, destination, this.settings, this.connector, this.timer, this.clock, this.listener,
				this.random);
	}

	/**
	 * Give back what {@link #retain} returned; the last one to do so lets the connections
	 * finish what is in flight and close.
	 * @param pool the pool
	 */
	public void release(EndpointPool pool) {
		if (isLastReleased(pool)) {
			this.draining.add(pool);
			pool.drain(Status.notProcessed(Code.UNAVAILABLE, pool.endpoint() + " was removed from the pool"));
			follow(pool);
			if (pool.isClosed()) {
				// It was so before, and says it once only.
				this.draining.remove(pool);
			}
		}
	}

	/**
	 * Give back what {@link #retain} returned, once the endpoint has no connection and
	 * the first one is not being made: whoever retains the endpoint before finds it, and
	 * does not dial again. A connection that nobody comes for is evicted like any other
	 * that is idle.
	 * @param pool the pool
	 */
	public void releaseUnconnected(EndpointPool pool) {
		if (!this.kept.add(pool)) {
			// It is kept already; once is enough, however often it is given back.
			release(pool);
			return;
		}
		Disposable.Swap watch = Disposables.swap();
		watch.replace(pool.onChange(() -> {
			boolean connected = switch (pool.state()) {
				case CONNECTING, READY, SUSPECTED -> true;
				case IDLE, FAILED, CLOSED -> false;
			};
			if (!connected && this.kept.remove(pool)) {
				watch.dispose();
				release(pool);
			}
		}));
	}

	private boolean isLastReleased(EndpointPool pool) {
		Destination destination = pool.destination();
		while (true) {
			Retained present = this.pools.get(destination);
			if (present == null || present.pool() != pool) {
				return false;
			}
			if (present.holders() == 1 && this.pools.remove(destination, present)) {
				return true;
			}
			if (present.holders() > 1 && this.pools.replace(destination, present, present.less())) {
				return false;
			}
		}
	}

	/**
	 * What this pool did.
	 * @return figures of this moment
	 */
	public PoolFigures figures() {
		return this.listener.figures();
	}

	/**
	 * All pools that somebody retains.
	 * @return a copy
	 */
	public List<EndpointPool> endpoints() {
		List<EndpointPool> all = new ArrayList<>();
		this.pools.values().forEach((retained) -> all.add(retained.pool()));
		return all;
	}

	/**
	 * Finish what is in flight on all connections, take nothing new, then close.
	 */
	public void drain() {
		this.retired = true;
		endpoints().forEach(this::follow);
	}

	/**
	 * Close those connections now that nobody retains any more; what is in flight on them
	 * fails.
	 */
	public void closeReleased() {
		this.draining.forEach(ConnectionPool::closeNow);
	}

	/**
	 * Close all connections now. Whoever waits for one fails.
	 */
	@Override
	public void close() {
		this.closed = true;
		Disposable present = this.sweep;
		if (present != null) {
			present.dispose();
		}
		endpoints().forEach(this::follow);
		this.draining.forEach(this::follow);
		this.pools.clear();
	}

	/** An endpoint shares the life of the whole, whichever of the two is ahead. */
	private void follow(EndpointPool pool) {
		if (this.closed) {
			closeNow(pool);
		}
		else if (this.retired) {
			pool.drain(closing());
		}
	}

	private static void closeNow(EndpointPool pool) {
		pool.close(closing(), Status.unknown(Code.UNAVAILABLE, "this node is closing its connections"));
	}

	private static Status closing() {
		return Status.notProcessed(Code.UNAVAILABLE, "this node is closing its connections");
	}

	/**
	 * How long ago a call last took a connection, or one was made.
	 * @return nanoseconds; {@link Long#MAX_VALUE} if there are no endpoints
	 */
	public long unusedNanos() {
		long now = this.clock.getAsLong();
		return endpoints().stream().mapToLong((pool) -> now - pool.lastUsedNanos()).min().orElse(Long.MAX_VALUE);
	}

	private void scheduleSweep() {
		long millis = this.settings.idleEviction().toMillis() / 4;
		Disposable scheduled = this.timer.schedule(this::sweep,
				Duration.ofMillis(Math.max(MIN_SWEEP_MILLIS, Math.min(millis, MAX_SWEEP_MILLIS))));
		this.sweep = scheduled;
		if (this.closed) {
			scheduled.dispose();
		}
	}

	private void sweep() {
		if (this.closed) {
			return;
		}
		try {
			evictIdle();
		}
		finally {
			scheduleSweep();
		}
	}

	private void evictIdle() {
		long now = this.clock.getAsLong();
		for (EndpointPool pool : endpoints()) {
			if (pool.connectionCount() > 0 && now - pool.lastUsedNanos() > this.settings.idleEviction().toNanos()
					&& pool.isIdle()) {
				pool.evict();
			}
		}
	}

	/** An endpoint was connected. */
	void connected(EndpointPool pool) {
		this.handover.offerConnections(pool);
		makeRoom(pool);
	}

	/**
	 * Beyond the bound, the least recently used idle ones leave. Not before the
	 * connection is there, because a dial may fail. Two threads may do this at once; they
	 * choose the same ones.
	 */
	private void makeRoom(EndpointPool connected) {
		List<EndpointPool> all = endpoints();
		int open = 0;
		for (EndpointPool pool : all) {
			open += pool.connectionCount();
		}
		int excess = open - this.settings.maxConnections();
		if (excess <= 0) {
			return;
		}
		for (Idle idle : idle(all, connected)) {
			if (excess > 0) {
				excess -= idle.pool().connectionCount();
				idle.pool().evict();
			}
		}
	}

	/** Longest unused first. */
	private List<Idle> idle(List<EndpointPool> all, EndpointPool except) {
		long now = this.clock.getAsLong();
		List<Idle> idle = new ArrayList<>();
		for (EndpointPool pool : all) {
			if (pool != except && pool.connectionCount() > 0 && pool.isIdle()) {
				idle.add(new Idle(pool, now - pool.lastUsedNanos()));
			}
		}
		idle.sort(Comparator.comparingLong(Idle::nanos).reversed());
		return idle;
	}

	/** The last connection of an endpoint that nobody retains is closed. */
	void closed(EndpointPool pool) {
		this.draining.remove(pool);
	}

	/**
	 * An endpoint that nobody uses, as it was when it was looked at.
	 *
	 * @param pool the pool
	 * @param nanos since the last use
	 */
	private record Idle(EndpointPool pool, long nanos) {

	}

	/**
	 * An endpoint and how many retain it.
	 *
	 * @param pool the pool
	 * @param holders at least 1
	 */
	private record Retained(EndpointPool pool, int holders) {

		Retained more() {
			return new Retained(this.pool, this.holders + 1);
		}

		Retained less() {
			return new Retained(this.pool, this.holders - 1);
		}

	}

}
