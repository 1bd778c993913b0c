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
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

import io.macula.Code;
import io.macula.Status;
import io.macula.pool.EndpointPool;
import io.macula.selection.InstanceTracker;
import org.jspecify.annotations.Nullable;

/**
 * Resolves a service and connects to its instances before anybody calls it, so that the
 * first call has neither to wait for. Used by one thread.
 */
final class Preparation {

	/** The others are connected when they are chosen. */
	private static final int CONNECTED_AHEAD = 10;

	private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

	private final ServiceClient client;

	private final Set<EndpointPool> dialled = ConcurrentHashMap.newKeySet();

	Preparation(ServiceClient client) {
		this.client = client;
	}

	/** Why there is no connected instance by then, or {@code null} if there is one. */
	@Nullable Status await(Duration limit) {
		long end = System.nanoTime() + limit.toNanos();
		while (true) {
			Status obstacle = obstacle();
			if (obstacle == null || System.nanoTime() - end >= 0) {
				return obstacle;
			}
			if (Thread.currentThread().isInterrupted()) {
				return Status.notProcessed(Code.CANCELLED, "interrupted while it was awaited: " + obstacle.message());
			}
			LockSupport.parkNanos(POLL_NANOS);
		}
	}

	private @Nullable Status obstacle() {
		List<InstanceTracker> instances = this.client.instances();
		if (instances.isEmpty()) {
			return this.client.withoutInstances();
		}
		boolean connected = false;
		Status failure = null;
		int ahead = 0;
		for (InstanceTracker instance : instances) {
			EndpointPool pool = this.client.connections(instance);
			Status last = pool.lastFailure();
			if (!pool.connections().isEmpty()) {
				connected = true;
			}
			else {
				dial(pool);
				failure = (failure != null) ? failure : last;
			}
			// Those that cannot be reached stand in nobody's way.
			if ((last == null || connected) && ++ahead == CONNECTED_AHEAD) {
				break;
			}
		}
		if (connected) {
			return null;
		}
		return (failure != null) ? failure : Status.notProcessed(Code.UNAVAILABLE,
				"none of its " + instances.size() + " instances is connected yet: " + instances.get(0).instance());
	}

	/** Once: the pool goes on trying as long as somebody waits for it. */
	private void dial(EndpointPool pool) {
		if (this.dialled.add(pool)) {
			pool.connection().subscribe((connection) -> {
			}, (failure) -> this.dialled.remove(pool));
		}
	}

}
