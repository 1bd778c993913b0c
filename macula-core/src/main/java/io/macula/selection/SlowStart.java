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

package io.macula.selection;

import java.time.Duration;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

import org.jspecify.annotations.Nullable;

/**
 * The slow start of an instance that joined or came back: a growing part of the calls
 * that would be its share stays with it, the others are given away. Immutable.
 *
 * @param sinceNanoTime when it began
 * @param lengthNanos until the full share
 * @param begun whether a call came since then
 * @param firstTick number of that call
 */
record SlowStart(long sinceNanoTime, long lengthNanos, boolean begun, long firstTick) {

	/** Calls of the service for which it has no effect: such load harms nobody. */
	private static final int FREE_CALLS = 100;

	private static final double LEAST_SHARE = 0.1;

	/**
	 * One that begins now.
	 * @return the slow start, {@code null} for a length of zero
	 */
	static @Nullable SlowStart at(long now, Duration length) {
		return length.isZero() ? null : new SlowStart(now, length.toNanos(), false, 0);
	}

	long endNanoTime() {
		return this.sinceNanoTime + this.lengthNanos;
	}

	/** The same, after the first call. */
	SlowStart from(long tick) {
		return this.begun ? this : new SlowStart(this.sinceNanoTime, this.lengthNanos, true, tick);
	}

	/** Whether a call that would go to the instance should go to another one. */
	boolean givesAway(long tick, long now, Supplier<RandomGenerator> random) {
		if (!this.begun || tick - this.firstTick < FREE_CALLS) {
			return false;
		}
		double share = (double) (now - this.sinceNanoTime) / this.lengthNanos;
		return random.get().nextDouble() >= Math.max(share, LEAST_SHARE);
	}

}
