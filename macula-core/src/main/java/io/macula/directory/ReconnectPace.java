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

package io.macula.directory;

import java.time.Duration;
import java.util.function.LongUnaryOperator;

import io.macula.log.DurationText;

/**
 * Pauses between attempts to reach a system that many nodes lost at the same moment:
 * random over their whole length (full jitter), longer from one failure to the next up to
 * a bound. Not safe for threads: owned by whoever tries.
 */
public final class ReconnectPace {

	/*
	 * Full jitter spreads N nodes evenly over a pause, also the first: none of them tries
	 * at once. With pauses of a sixth to a third of a lease, and attempts that take at
	 * most a third, all of them are back within a lease after the system is, and never
	 * more than N in a sixth of a lease.
	 *
	 * https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
	 */

	private static final int MAX_DOUBLINGS = 20;

	private final long firstNanos;

	private final long longestNanos;

	private final LongUnaryOperator random;

	private int failures;

	/**
	 * A pace.
	 * @param first longest pause before the first attempt
	 * @param longest bound of all pauses, not shorter
	 * @param random gives an even number from 0 to below its argument
	 */
	public ReconnectPace(Duration first, Duration longest, LongUnaryOperator random) {
		if (first.isNegative() || first.isZero() || longest.compareTo(first) < 0) {
			throw new IllegalArgumentException("Pauses of " + DurationText.setting(first) + " to "
					+ DurationText.setting(longest) + " are not valid: expected more than 0, the longest last");
		}
		this.firstNanos = first.toNanos();
		this.longestNanos = longest.toNanos();
		this.random = random;
	}

	/**
	 * The pace of nodes that must all be back within a lease.
	 * @param lease their lease
	 * @param random gives an even number from 0 to below its argument
	 * @return pauses of up to a sixth of the lease, later up to a third
	 */
	public static ReconnectPace ofLease(Duration lease, LongUnaryOperator random) {
		return new ReconnectPace(lease.dividedBy(6), lease.dividedBy(3), random);
	}

	/**
	 * The pause before the next attempt; the one after it may be twice as long.
	 * @return from 0 to the bound
	 */
	public Duration next() {
		long most = Math.min(this.longestNanos, this.firstNanos << Math.min(this.failures, doublings()));
		this.failures++;
		return Duration.ofNanos(this.random.applyAsLong(most + 1));
	}

	/** No more than fit into a number. */
	private int doublings() {
		return Math.min(MAX_DOUBLINGS, Long.numberOfLeadingZeros(this.firstNanos) - 1);
	}

	/**
	 * How many attempts have been paced since the last success.
	 * @return 0 after {@link #succeeded()}
	 */
	public int failures() {
		return this.failures;
	}

	/**
	 * An attempt succeeded: the next pause is short again.
	 */
	public void succeeded() {
		this.failures = 0;
	}

}
