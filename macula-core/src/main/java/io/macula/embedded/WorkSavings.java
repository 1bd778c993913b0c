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
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * How much work others may cause: so much at once, and so much in a second from then on.
 * What is begun is finished, and is made up for by waiting. Owned by the loop.
 */
final class WorkSavings {

	private static final long SECOND_NANOS = TimeUnit.SECONDS.toNanos(1);

	private final LongSupplier nanoTime;

	private final long burst;

	private final long steady;

	private double saved;

	private long savedNanos;

	/**
	 * Everything may come at once.
	 * @param nanoTime monotonic clock
	 * @param burst units at once
	 * @param steady units in a second
	 */
	WorkSavings(LongSupplier nanoTime, long burst, long steady) {
		this.nanoTime = nanoTime;
		this.burst = burst;
		this.steady = steady;
		this.saved = burst;
		this.savedNanos = nanoTime.getAsLong();
	}

	/**
	 * How long to wait for the next work; zero if it may be done now.
	 */
	Duration untilNext() {
		long now = this.nanoTime.getAsLong();
		this.saved = Math.min(this.burst, this.saved + (double) this.steady * (now - this.savedNanos) / SECOND_NANOS);
		this.savedNanos = now;
		return (this.saved > 0) ? Duration.ZERO
				: Duration.ofNanos(1 + (long) (-this.saved * SECOND_NANOS / this.steady));
	}

	/** Whether everything may come at once again. */
	boolean whole() {
		return untilNext().isZero() && this.saved >= this.burst;
	}

	void spend(long units) {
		this.saved -= units;
	}

}
