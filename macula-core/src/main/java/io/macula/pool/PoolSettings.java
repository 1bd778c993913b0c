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

import io.macula.log.DurationText;

/**
 * Settings of the connection pool. Immutable.
 *
 * @param connectionsPerEndpoint 1 to 64; default 1, because a connection carries any
 * number of calls at once
 * @param idleEviction time without calls after which a connection is evicted; default 5
 * minutes
 * @param maxConnections bound of the whole pool; beyond it the least recently used idle
 * connection is evicted; default 1024
 * @param maxPending attempts that may wait for a connection of one endpoint; default
 * 10000
 * @param connectTimeout time that a peer has to say a word in a handshake; one that
 * answers, but is slow, has it three times, WELCOME included; default 1 second
 */
public record PoolSettings(int connectionsPerEndpoint, Duration idleEviction, int maxConnections, int maxPending,
		Duration connectTimeout) {

	public PoolSettings {
		require(connectionsPerEndpoint >= 1 && connectionsPerEndpoint <= 64, "connectionsPerEndpoint",
				connectionsPerEndpoint, "1 to 64");
		require(!idleEviction.isNegative() && !idleEviction.isZero(), "idleEviction", idleEviction, "more than 0");
		require(maxConnections >= 1, "maxConnections", maxConnections, "at least 1");
		require(maxPending >= 0, "maxPending", maxPending, "0 or more");
		require(!connectTimeout.isNegative() && !connectTimeout.isZero(), "connectTimeout", connectTimeout,
				"more than 0");
	}

	/**
	 * The defaults.
	 * @return settings
	 */
	public static PoolSettings defaults() {
		return new PoolSettings(1, Duration.ofMinutes(5), 1024, 10_000, Duration.ofSeconds(1));
	}

	private static void require(boolean valid, String name, Object value, String expected) {
		if (!valid) {
			Object told = (value instanceof Duration time) ? DurationText.setting(time) : value;
			throw new IllegalArgumentException(name + " " + told + " is not valid: expected " + expected);
		}
	}

}
