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
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

import io.macula.Code;
import io.macula.Endpoint;
import io.macula.Processed;
import io.macula.Status;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;

/**
 * All outgoing connections of a node, one {@link EndpointPool} per endpoint. Safe for all
 * threads; closed by its owner, the node.
 */
public final class ConnectionPool implements AutoCloseable {

	private final PoolSettings settings;

	private final Connector connector;

	private final Timer timer;

	private final LongSupplier clock;

	private final PoolListener listener;

	private final Supplier<RandomGenerator> random;

	private final ConcurrentHashMap<Endpoint, EndpointPool> pools = new ConcurrentHashMap<>();

	private volatile boolean closed;

	private volatile @Nullable Disposable sweep;

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
		this.listener = listener;
		this.random = random;
		scheduleSweep();
	}

	/**
	 * The pool of an endpoint, retained for the caller until {@link #release}.
	 * @param endpoint the endpoint
	 * @param incarnation incarnation of the process that listens there, 0 if unknown
	 * @return the pool
	 */
	public EndpointPool retain(Endpoint endpoint, long incarnation) {
		return this.pools.compute(endpoint, (key, present) -> {
			EndpointPool pool = (present != null) ? present : new EndpointPool(key, this.settings, this.connector,
					this.timer, this.clock, this.listener, this.random, this::beforeDial);
			if (this.closed) {
				pool.close(closing());
			}
			pool.retain(incarnation);
			return pool;
		});
	}

	/**
	 * Give back what {@link #retain} returned; the last one to do so lets the connections
	 * finish what is in flight and close.
	 * @param pool the pool
	 */
	public void release(EndpointPool pool) {
		boolean[] last = { false };
		this.pools.computeIfPresent(pool.endpoint(), (key, present) -> {
			last[0] = present == pool && pool.release();
			return (last[0]) ? null : present;
		});
		if (last[0]) {
			pool.close(null);
		}
	}

	/**
	 * All pools.
	 * @return a copy
	 */
	public List<EndpointPool> endpoints() {
		return new ArrayList<>(this.pools.values());
	}

	/**
	 * Finish what is in flight on all connections and take nothing new.
	 */
	public void drain() {
		this.pools.values().forEach(EndpointPool::evict);
	}

	@Override
	public void close() {
		this.closed = true;
		Disposable present = this.sweep;
		if (present != null) {
			present.dispose();
		}
		this.pools.values().forEach((pool) -> pool.close(closing()));
		this.pools.clear();
	}

	private static Status closing() {
		return new Status(Code.CANCELLED, "this node is closing its connections", Processed.UNKNOWN);
	}

	private void scheduleSweep() {
		if (this.closed) {
			return;
		}
		long millis = Math.max(100, Math.min(this.settings.idleEviction().toMillis() / 4, 10_000));
		this.sweep = this.timer.schedule(() -> {
			evictIdle();
			scheduleSweep();
		}, Duration.ofMillis(millis));
	}

	private void evictIdle() {
		long now = this.clock.getAsLong();
		for (EndpointPool pool : this.pools.values()) {
			if (pool.connectionCount() > 0 && now - pool.lastUsedNanos() > this.settings.idleEviction().toNanos()
					&& pool.idle()) {
				pool.evict();
			}
		}
	}

	/** Makes room: the least recently used idle endpoint leaves. */
	private void beforeDial(EndpointPool dialling) {
		int open = 0;
		for (EndpointPool pool : this.pools.values()) {
			open += pool.connectionCount();
		}
		if (open < this.settings.maxConnections()) {
			return;
		}
		this.pools.values()
			.stream()
			.filter((pool) -> pool != dialling && pool.connectionCount() > 0 && pool.idle())
			.min(Comparator.comparingLong((pool) -> pool.lastUsedNanos() - this.clock.getAsLong()))
			.ifPresent(EndpointPool::evict);
	}

}
