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
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/**
 * How long to wait before the next dial: twice as long after each failure, up to a bound,
 * and a fifth more or less, so that many clients do not dial at once. Guarded by the lock
 * of its pool.
 */
final class DialBackoff {

	static final Duration MIN = Duration.ofMillis(50);

	static final Duration MAX = Duration.ofSeconds(1);

	private static final int MAX_DOUBLINGS = 10;

	private final Supplier<RandomGenerator> random;

	private int failures;

	DialBackoff(Supplier<RandomGenerator> random) {
		this.random = random;
	}

	/** Whether the endpoint failed since the last reset. */
	boolean isFailing() {
		return this.failures > 0;
	}

	void failed() {
		this.failures++;
	}

	void reset() {
		this.failures = 0;
	}

	/** The delay after the failures so far; at least one. */
	Duration delay() {
		int doublings = Math.min(this.failures - 1, MAX_DOUBLINGS);
		long nanos = Math.min(MIN.toNanos() << doublings, MAX.toNanos());
		return Duration.ofNanos((long) (nanos * this.random.get().nextDouble(0.8, 1.2)));
	}

}
