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
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongSupplier;

import io.macula.Endpoint;
import io.macula.Status;
import io.macula.log.LogLimit;
import io.macula.log.PrintableLogger;
import io.macula.transport.Connection;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/**
 * Writes the log that operators read: each endpoint when it comes, drains, fails and
 * returns, and once a minute while it stays away, however often it is dialled; a few
 * times a minute if it comes and goes. Safe for all threads.
 */
final class LoggingPoolListener implements PoolListener {

	private static final Logger logger = PrintableLogger.of(ConnectionPool.class);

	private static final long REPEAT_NANOS = Duration.ofMinutes(1).toNanos();

	private static final int MAX_REMEMBERED = 1000;

	/** Lines a minute for each endpoint: one for each connection, unless it flaps. */
	private static final int CREATIONS = 30;

	private final LongSupplier clock;

	private final LogLimit limit;

	private final LogLimit creations;

	/** When the failure of an endpoint was last logged; guarded by itself. */
	private final Map<Endpoint, Long> failing = new LinkedHashMap<>() {

		private static final long serialVersionUID = 1L;

		@Override
		protected boolean removeEldestEntry(Map.Entry<Endpoint, Long> eldest) {
			return size() > MAX_REMEMBERED;
		}

	};

	/**
	 * A log of its own.
	 * @param clock monotonic nanoseconds
	 */
	LoggingPoolListener(LongSupplier clock) {
		this.clock = clock;
		this.limit = LogLimit.ofPeers(clock);
		this.creations = LogLimit.ofPeers(clock, CREATIONS);
	}

	@Override
	public void dialling(Endpoint endpoint) {
		boolean again;
		synchronized (this.failing) {
			again = this.failing.containsKey(endpoint);
		}
		if (again) {
			logger.debug("Dialling failed endpoint {} again", endpoint);
		}
		else {
			this.creations.log(endpoint.toString(),
					(suppressed) -> logger.info("Creating connection to endpoint {}{}", endpoint, suppressed));
		}
	}

	@Override
	public void connected(Endpoint endpoint, Connection connection) {
		@Nullable Long failed;
		synchronized (this.failing) {
			failed = this.failing.remove(endpoint);
		}
		String place = connection.endpoint().equals(endpoint) ? "" : " at " + connection.endpoint();
		if (failed != null) {
			this.limit.log(endpoint + " back", (suppressed) -> logger.info("Endpoint {} is back{}: node {}{}", endpoint,
					place, connection.peer().nodeId(), suppressed));
		}
		else if (!place.isEmpty()) {
			this.creations.log(endpoint + place, (suppressed) -> logger.info("Endpoint {} is reached{}: node {}{}",
					endpoint, place, connection.peer().nodeId(), suppressed));
		}
	}

	/** No failure, and the next dial is a new connection like any other. */
	@Override
	public void drained(Endpoint endpoint, Status status) {
		this.limit.log(endpoint + " drained",
				(suppressed) -> logger.info(
						"Endpoint {} drained its connection and is dialled again until it is back or withdrawn: {}{}",
						endpoint, status.message(), suppressed));
	}

	@Override
	public void failed(Endpoint endpoint, Status status) {
		long now = this.clock.getAsLong();
		synchronized (this.failing) {
			Long logged = this.failing.get(endpoint);
			if (logged != null && now - logged < REPEAT_NANOS) {
				return;
			}
			this.failing.put(endpoint, now);
		}
		this.limit.log(endpoint + " failed",
				(suppressed) -> logger.warn(
						"Endpoint {} failed and is dialled again until it is back or withdrawn: {}{}", endpoint, status,
						suppressed));
	}

}
