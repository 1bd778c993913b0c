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

import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * Lets one log entry of a kind through in a minute, because other nodes can cause it as
 * often as they like. Owned by the loop.
 */
final class LogInterval {

	private static final long NANOS = Duration.ofMinutes(1).toNanos();

	private final LongSupplier nanoTime;

	private long loggedNanos;

	LogInterval(LongSupplier nanoTime) {
		this.nanoTime = nanoTime;
		this.loggedNanos = nanoTime.getAsLong() - NANOS;
	}

	/**
	 * Log, unless the last entry is too recent.
	 * @param entry logs
	 */
	void run(Runnable entry) {
		long now = this.nanoTime.getAsLong();
		if (now - this.loggedNanos >= NANOS) {
			this.loggedNanos = now;
			entry.run();
		}
	}

}
