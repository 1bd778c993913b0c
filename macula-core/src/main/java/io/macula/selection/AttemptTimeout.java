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

/**
 * The rule by which the timeout of an attempt is learned. Holds nothing.
 */
final class AttemptTimeout {

	/*
	 * The instance's own percentile alone would forever cut off a slow method that is
	 * called rarely beside a fast one, hence the method's. Timeouts enter the windows as
	 * twice their time, so that an estimate that is too short doubles and more until the
	 * answers come through; and the last attempt is never cut short.
	 */

	private static final int FACTOR = 3;

	private static final long FLOOR_NANOS = 250_000_000L;

	/**
	 * Of an instance that is not known yet: the first calls of a virtual machine are
	 * slow.
	 */
	private static final long NEWCOMER_FLOOR_NANOS = 500_000_000L;

	private static final long UNKNOWN_NANOS = 5_000_000_000L;

	private static final int MINIMUM_RECORDS = 20;

	private AttemptTimeout() {
	}

	static long nanos(LatencyWindow instance, LatencyWindow method, long remainingNanos, int attemptsLeft, long now) {
		if (attemptsLeft <= 1) {
			return remainingNanos;
		}
		long ceiling = remainingNanos / attemptsLeft;
		long expected = method.p99Nanos(now, MINIMUM_RECORDS);
		if (expected == 0) {
			return Math.min(ceiling, UNKNOWN_NANOS);
		}
		long own = (instance != method) ? instance.p99Nanos(now, MINIMUM_RECORDS) : expected;
		long floor = (own == 0) ? NEWCOMER_FLOOR_NANOS : FLOOR_NANOS;
		return Math.min(ceiling, Math.max(floor, FACTOR * Math.max(expected, own)));
	}

}
