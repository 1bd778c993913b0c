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

/**
 * The buckets in which latencies are counted: four for each doubling, so that a quantile
 * is off by a fifth at most. The first ones end at 1, 2, 3 and 4 microseconds, the last
 * one takes all that is longer than two minutes. Part of what nodes tell each other:
 * never changes.
 */
public final class LatencyScale {

	/** Number of buckets. */
	public static final int BUCKETS = 104;

	private LatencyScale() {
	}

	/**
	 * The bucket of a latency.
	 * @param nanos nanoseconds
	 * @return 0 to {@value #BUCKETS} - 1
	 */
	public static int bucket(long nanos) {
		long micros = Math.max(0, nanos) / 1000;
		if (micros < 4) {
			return (int) micros;
		}
		int power = 63 - Long.numberOfLeadingZeros(micros);
		return Math.min(BUCKETS - 1, (power - 1) * 4 + (int) ((micros >> (power - 2)) & 3));
	}

	/**
	 * Where a bucket ends.
	 * @param bucket 0 to {@value #BUCKETS} - 1
	 * @return nanoseconds, which are the first of the next one
	 */
	public static long endNanos(int bucket) {
		return ((bucket < 4) ? bucket + 1L : (long) (5 + bucket % 4) << (bucket / 4 - 1)) * 1000;
	}

}
