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

package io.macula.server;

import java.time.Duration;

import io.macula.log.DurationText;

/**
 * How much a node serves at once, and how long it drains: those of its settings that can
 * change while it serves. Immutable.
 *
 * @param maxThreads handlers that may block at once, at least 1
 * @param queueCapacity calls that may wait for a thread, at least 1; beyond it they are
 * refused as not processed
 * @param maxInFlight calls that may be open at once on this node, at least 1
 * @param grace time that calls in flight have to finish when the node drains, 0 or more
 */
public record ProviderLimits(int maxThreads, int queueCapacity, int maxInFlight, Duration grace) {

	public ProviderLimits {
		require(maxThreads >= 1, "maxThreads", maxThreads, "at least 1");
		require(queueCapacity >= 1, "queueCapacity", queueCapacity, "at least 1");
		require(maxInFlight >= 1, "maxInFlight", maxInFlight, "at least 1");
		require(!grace.isNegative(), "grace", grace, "0 or more");
	}

	/**
	 * Handlers that run and calls that wait for one, where the user's executor does not
	 * tell the two apart.
	 */
	int maxOpen() {
		return (int) Math.min(Integer.MAX_VALUE, (long) this.maxThreads + this.queueCapacity);
	}

	static void require(boolean valid, String name, Object value, String expected) {
		if (!valid) {
			Object told = (value instanceof Duration time) ? DurationText.setting(time) : value;
			throw new IllegalArgumentException(name + " " + told + " is not valid: expected " + expected);
		}
	}

}
