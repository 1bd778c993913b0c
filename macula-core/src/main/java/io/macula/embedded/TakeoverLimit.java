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

package io.macula.embedded;

import java.util.function.LongSupplier;

/**
 * Bounds how often a node takes its id over within one lease: more often means that two
 * live nodes fight for it. Owned by the loop.
 */
final class TakeoverLimit {

	private static final int MAX_TAKEOVERS = 3;

	private final LongSupplier nanoTime;

	private int takeovers;

	private long sinceNanos;

	TakeoverLimit(LongSupplier nanoTime) {
		this.nanoTime = nanoTime;
	}

	/**
	 * Count a takeover.
	 * @param leaseNanos the time in which they are counted together
	 * @return whether it is allowed
	 */
	boolean count(long leaseNanos) {
		long now = this.nanoTime.getAsLong();
		if (this.takeovers == 0 || now - this.sinceNanos >= leaseNanos) {
			this.takeovers = 0;
			this.sinceNanos = now;
		}
		this.takeovers++;
		return this.takeovers <= MAX_TAKEOVERS;
	}

}
