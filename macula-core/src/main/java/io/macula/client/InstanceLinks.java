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

import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

import io.macula.Instance;
import io.macula.directory.Snapshot;
import io.macula.pool.ConnectionPool;
import io.macula.pool.EndpointPool;
import io.macula.selection.InstanceTracker;
import io.macula.selection.LoadBalancer;
import reactor.core.Disposable;

/**
 * Ties the instances of one client service to the pools of their endpoints: retains the
 * pool of each instance that the directory names, tells the load balancer whether it can
 * be reached, and releases the pool when the instance leaves. Safe for all threads.
 */
final class InstanceLinks implements AutoCloseable {

	private final LoadBalancer balancer;

	private final ConnectionPool pool;

	/** Guarded by this. */
	private final Map<InstanceTracker, Link> links = new IdentityHashMap<>();

	private boolean closed;

	InstanceLinks(LoadBalancer balancer, ConnectionPool pool) {
		this.balancer = balancer;
		this.pool = pool;
	}

	/** The connections to an instance. */
	static EndpointPool poolOf(InstanceTracker tracker) {
		return (EndpointPool) Objects.requireNonNull(tracker.attachment(), "pool");
	}

	/** The directory knows these instances, and no others. */
	void update(Snapshot snapshot) {
		List<Link> gone = new ArrayList<>();
		synchronized (this) {
			if (this.closed) {
				return;
			}
			this.balancer.update(snapshot.instances(), snapshot.fingerprints(), this::connect);
			List<InstanceTracker> present = this.balancer.trackers();
			this.links.keySet().removeIf((tracker) -> {
				boolean left = !present.contains(tracker);
				if (left) {
					gone.add(this.links.get(tracker));
				}
				return left;
			});
		}
		gone.forEach(this::release);
	}

	/** A tracker enters the balancer: from now on it knows its pool, and the pool it. */
	private void connect(InstanceTracker tracker) {
		Instance instance = tracker.instance();
		EndpointPool endpointPool = this.pool.retain(instance);
		tracker.attach(endpointPool);
		Disposable listening = endpointPool.onChange(() -> tracker.availability(availability(endpointPool.state())));
		this.links.put(tracker, new Link(instance, endpointPool, listening));
	}

	private static InstanceTracker.Availability availability(EndpointPool.State state) {
		return switch (state) {
			case IDLE, CONNECTING, READY -> InstanceTracker.Availability.AVAILABLE;
			case SUSPECTED -> InstanceTracker.Availability.SUSPECTED;
			case FAILED, CLOSED -> InstanceTracker.Availability.UNREACHABLE;
		};
	}

	/** Release all pools; nothing is retained any more. */
	@Override
	public void close() {
		List<Link> gone;
		synchronized (this) {
			this.closed = true;
			gone = new ArrayList<>(this.links.values());
			this.links.clear();
		}
		gone.forEach(this::release);
	}

	private void release(Link link) {
		link.listening().dispose();
		this.pool.release(link.pool(), link.instance());
	}

	/**
	 * What ties an instance to its pool.
	 */
	private record Link(Instance instance, EndpointPool pool, Disposable listening) {

	}

}
