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

package io.macula.cli.load;

import java.time.Duration;

/**
 * When calls are to start. Immutable.
 *
 * @param rate calls per second, more than 0, at most {@value #MOST}
 * @param length for how long is measured; more than 0
 * @param warmUp for how long calls are made before that, which do not count; 0 or more
 * @param concurrency most calls that may be open at once; at least 1
 * @param patience how long is waited for the last answers; 0 or more
 */
public record LoadPlan(double rate, Duration length, Duration warmUp, int concurrency, Duration patience) {

	/** Most calls per second. */
	public static final int MOST = 1_000_000;

	private static final double NANOS = 1e9;

	/** Refuses what is no schedule. */
	public LoadPlan {
		require(rate > 0 && rate <= MOST, "rate", rate, "more than 0, at most " + MOST);
		require(!length.isNegative() && !length.isZero(), "length", length, "more than 0");
		require(!warmUp.isNegative(), "warm-up", warmUp, "0 or more");
		require(concurrency >= 1, "concurrency", concurrency, "at least 1");
		require(!patience.isNegative(), "patience", patience, "0 or more");
	}

	private static void require(boolean valid, String name, Object value, String expected) {
		if (!valid) {
			throw new IllegalArgumentException(name + " " + value + " is not valid: expected " + expected);
		}
	}

	/** All calls, those of the warm-up included. */
	long calls() {
		return warmUpCalls() + Math.max(1, Math.round(this.rate * this.length.toNanos() / NANOS));
	}

	/** Those that do not count. */
	private long warmUpCalls() {
		return (long) Math.ceil(this.rate * this.warmUp.toNanos() / NANOS);
	}

	/**
	 * When a call is to start: the first that counts with the end of the warm-up. In
	 * nanoseconds from the beginning.
	 */
	long startNanos(long number) {
		long warm = warmUpCalls();
		return (number < warm) ? (long) (number * NANOS / this.rate)
				: this.warmUp.toNanos() + (long) ((number - warm) * NANOS / this.rate);
	}

	/** Whether a call counts. */
	boolean counts(long number) {
		return number >= warmUpCalls();
	}

}
