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
 * The latency of an instance that a choice goes by, an exponentially weighted mean: it
 * follows a rise within a few answers, a fall within about 10 seconds, and fades while
 * there are no answers. Safe for all threads: racing writers may lose an update, which
 * the next one makes good.
 */
final class RecentLatency {

	/*
	 * Peak EWMA in the manner of Finagle, softened: up by a quarter of the difference
	 * with each answer, so that one pause does not banish an instance; down with the time
	 * constant.
	 */

	private static final double DECAY_NANOS = 10e9;

	private static final double RISE_SHARE = 0.25;

	private static final long IDLE_NANOS = 1_000_000_000L;

	private volatile double meanNanos;

	private volatile long meanNanoTime;

	/** Nanoseconds; 0 while it is not known. */
	double nanos() {
		return this.meanNanos;
	}

	void observe(long nanos, long now) {
		double mean = this.meanNanos;
		double share = (mean == 0) ? 1 : RISE_SHARE;
		if (nanos < mean) {
			share = Math.min(1, Math.max(0, now - this.meanNanoTime) / DECAY_NANOS);
		}
		this.meanNanos = Math.max(1, mean + share * (nanos - mean));
		this.meanNanoTime = now;
	}

	/** What was seen a while ago counts less and less. */
	void fade(long now) {
		long idle = now - this.meanNanoTime;
		if (idle > IDLE_NANOS && this.meanNanos > 0) {
			this.meanNanos = Math.max(1, this.meanNanos * Math.exp(-idle / DECAY_NANOS));
			this.meanNanoTime = now;
		}
	}

	void forget() {
		if (this.meanNanos != 0) {
			this.meanNanos = 0;
		}
	}

}
