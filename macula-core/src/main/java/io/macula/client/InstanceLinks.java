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
import java.util.List;
import java.util.Objects;
import java.util.Set;

import io.macula.Instance;
import io.macula.directory.Snapshot;
import io.macula.pool.ConnectionPool;
import io.macula.pool.EndpointPool;
import io.macula.selection.InstanceTracker;
import io.macula.selection.LoadBalancer;
import org.jspecify.annotations.Nullable;
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
	private boolean closed;

	InstanceLinks(LoadBalancer balancer, ConnectionPool pool) {
		this.balancer = balancer;
		this.pool = pool;
	}

	/** The connections to an instance. */
	static EndpointPool poolOf(InstanceTracker tracker) {
		return linkOf(tracker).pool();
	}

	private static Link linkOf(InstanceTracker tracker) {
		return (Link) Objects.requireNonNull(tracker.attachment(), "pool");
	}

	/** The directory knows these instances, and no others. */
	void update(Snapshot snapshot) {
		List<InstanceTracker> gone;
		synchronized (this) {
			if (this.closed) {
				return;
			}
			List<InstanceTracker> before = this.balancer.trackers();
			this.balancer.update(snapshot.instances(), snapshot.fingerprints(), this::connect);
			gone = before.isEmpty() ? List.of() : new ArrayList<>(before);
			if (!gone.isEmpty()) {
				Set<InstanceTracker> present = Set.copyOf(this.balancer.trackers());
				gone.removeIf(present::contains);
			}
		}
		gone.forEach(this::release);
	}

	/** A tracker enters the balancer: from now on it knows its pool, and the pool it. */
	private void connect(InstanceTracker tracker) {
		Instance instance = tracker.instance();
		EndpointPool endpointPool = this.pool.retain(instance);
		Link link = new Link(instance, endpointPool);
		tracker.attach(link);
		link.listening = endpointPool.onChange(() -> tracker.availability(availability(endpointPool.state())));
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
		List<InstanceTracker> gone;
		synchronized (this) {
			gone = this.closed ? List.of() : this.balancer.trackers();
			this.closed = true;
		}
		gone.forEach(this::release);
	}

	private void release(InstanceTracker tracker) {
		Link link = linkOf(tracker);
		Disposable listening = link.listening;
		if (listening != null) {
			listening.dispose();
		}
		this.pool.release(link.pool(), link.instance);
	}

	/**
	 * What ties an instance to its pool; complete before the balancer shows its tracker.
	 */
	private static final class Link {

		private final Instance instance;

		private final EndpointPool pool;

		private @Nullable Disposable listening;

		Link(Instance instance, EndpointPool pool) {
			this.instance = instance;
			this.pool = pool;
		}

		EndpointPool pool() {
			return this.pool;
		}

	}

}
