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

import io.macula.Endpoint;
import io.macula.transport.Connection;
import org.jspecify.annotations.Nullable;

/**
 * Makes the connection to a seed the one to its instance where the two are not the same
 * pool: a seed is dialled as it was configured, before anybody knows which node it is,
 * and that node may turn out to have further addresses. Safe for all threads.
 */
final class Handover {

	/*
	 * The connection moves, what was begun on it stays: the call of the directory on a
	 * seed lives with its connection, not with the pool that this came from.
	 */

	private final ConnectionPool pools;

	Handover(ConnectionPool pools) {
		this.pools = pools;
	}

	/** A pool of an instance was retained: one of its addresses may be that of a seed. */
	void takeConnections(EndpointPool taker) {
		if (taker.destination().isNode()) {
			for (Endpoint endpoint : taker.destination().route().endpoints()) {
				EndpointPool seed = this.pools.present(endpoint);
				if (seed != null) {
					move(seed, taker);
				}
			}
		}
	}

	/** A pool was connected: it may be that of a seed. */
	void offerConnections(EndpointPool seed) {
		if (!seed.destination().isNode()) {
			for (EndpointPool taker : this.pools.endpoints()) {
				if (taker.destination().isNode() && taker.destination().route().endpoints().contains(seed.endpoint())) {
					move(seed, taker);
				}
			}
		}
	}

	private static void move(EndpointPool seed, EndpointPool taker) {
		for (Connection connection : seed.connections()) {
			if (taker.wants(connection)) {
				seed.handOver(connection, taker);
			}
		}
	}

	/**
	 * Retain the pool of an instance that is connected right at an endpoint.
	 * @return the pool, or {@code null} if there is none
	 */
	@Nullable EndpointPool holdConnectedAt(Endpoint endpoint) {
		for (EndpointPool pool : this.pools.endpoints()) {
			if (pool.destination().isNode()
					&& pool.connections().stream().anyMatch((each) -> each.endpoint().equals(endpoint))
					&& this.pools.holdPresent(pool)) {
				return pool;
			}
		}
		return null;
	}

}
