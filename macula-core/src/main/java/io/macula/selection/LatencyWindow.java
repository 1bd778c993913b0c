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

import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicReferenceFieldUpdater;
import java.util.function.LongSupplier;

import org.jspecify.annotations.Nullable;

/**
 * Latencies of the last 15 to 30 seconds as a histogram with a relative error of at most
 * 1/16. Safe for all threads, without locks. Empty until the first record and after a
 * quiet period; takes about 3.5 KB while it is used, nothing before.
 */
public final class LatencyWindow {

	/*
	 * Log-linear buckets: values below 16 microseconds have one bucket each; above, every
	 * power of two has 16 of equal width. Two generations: one is filled, the one before
	 * is kept for reading, and after 15 seconds the filled one takes its place.
	 */

	private static final long GENERATION_NANOS = 15_000_000_000L;

	private static final int SUB_BITS = 4;

	private static final int SUB_BUCKETS = 1 << SUB_BITS;

	/** Latencies from 2^28 microseconds, about 4.5 minutes, share the last bucket. */
	private static final int MAX_BITS = 28;

	private static final int BUCKETS = (MAX_BITS - SUB_BITS + 1) << SUB_BITS;

	private static final AtomicReferenceFieldUpdater<LatencyWindow, @Nullable Generations> GENERATIONS = AtomicReferenceFieldUpdater
		.newUpdater(LatencyWindow.class, Generations.class, "generations");

	private static final AtomicIntegerArray NO_COUNTS = new AtomicIntegerArray(0);

	private static final long CACHE_NANOS = 250_000_000L;

	private final LongSupplier clock;

	private volatile @Nullable Generations generations;

	private volatile @Nullable Cached cached;

	/**
	 * An empty window.
	 * @param clock nanoseconds on the scale of {@link System#nanoTime()}
	 */
	public LatencyWindow(LongSupplier clock) {
		this.clock = clock;
	}

	/**
	 * An attempt was answered.
	 * @param latencyNanos how long it took
	 */
	public void record(long latencyNanos) {
		record(latencyNanos, this.clock.getAsLong());
	}

	/**
	 * An attempt was given up unanswered: counts as twice the time it had, so that a
	 * timeout learned from this window grows when it was too short.
	 * @param elapsedNanos how long it was waited for
	 */
	public void recordTimeout(long elapsedNanos) {
		record(2 * elapsedNanos, this.clock.getAsLong());
		this.cached = null;
	}

	void record(long latencyNanos, long now) {
		at(now).current.getAndIncrement(bucket(latencyNanos / 1000));
	}

	/**
	 * Number of records in the window.
	 * @return 0 or more
	 */
	public long count() {
		Generations present = present(this.clock.getAsLong());
		if (present == null) {
			return 0;
		}
		long count = 0;
		for (int i = 0; i < BUCKETS; i++) {
			count += present.count(i);
		}
		return count;
	}

	/**
	 * A quantile of the window.
	 * @param quantile 0 to 1, for example 0.99
	 * @return nanoseconds, the upper end of the bucket; 0 for an empty window
	 */
	public long quantileNanos(double quantile) {
		Generations present = present(this.clock.getAsLong());
		return (present != null) ? present.quantileNanos(quantile, count()) : 0;
	}

	/**
	 * The mean of the window.
	 * @return nanoseconds; 0 for an empty window
	 */
	public long meanNanos() {
		Generations present = present(this.clock.getAsLong());
		if (present == null) {
			return 0;
		}
		double sum = 0;
		long count = 0;
		for (int i = 0; i < BUCKETS; i++) {
			int records = present.count(i);
			count += records;
			sum += (double) records * (upperMicros(i) + ((i > 0) ? upperMicros(i - 1) : 0)) * 500;
		}
		return (count > 0) ? (long) (sum / count) : 0;
	}

	/**
	 * The 99th percentile for the hot path: computed anew only every 250 milliseconds and
	 * after a timeout.
	 * @param now the present
	 * @param minimum records below which the percentile says nothing
	 * @return nanoseconds; 0 for fewer records than the minimum
	 */
	long p99Nanos(long now, int minimum) {
		Cached last = this.cached;
		if (last == null || now - last.nanoTime > CACHE_NANOS) {
			Generations present = present(now);
			long count = (present != null) ? count() : 0;
			last = new Cached(now, count, (present != null) ? present.quantileNanos(0.99, count) : 0);
			this.cached = last;
		}
		return (last.count >= minimum) ? last.p99Nanos : 0;
	}

	private Generations at(long now) {
		Generations present = this.generations;
		while (present == null || now - present.startNanoTime >= GENERATION_NANOS) {
			Generations next = Generations.after(present, now);
			if (GENERATIONS.compareAndSet(this, present, next)) {
				return next;
			}
			present = this.generations;
		}
		return present;
	}

	/** The generations without those that are too old to be read. */
	private @Nullable Generations present(long now) {
		Generations present = this.generations;
		return (present == null || now - present.startNanoTime >= 2 * GENERATION_NANOS) ? null : present;
	}

	static int bucket(long micros) {
		if (micros < SUB_BUCKETS) {
			return (int) Math.max(micros, 0);
		}
		int exponent = 63 - Long.numberOfLeadingZeros(micros);
		if (exponent >= MAX_BITS) {
			return BUCKETS - 1;
		}
		int shift = exponent - SUB_BITS;
		return ((shift + 1) << SUB_BITS) + (int) ((micros >>> shift) & (SUB_BUCKETS - 1));
	}

	/** The smallest value, in microseconds, that lies above the bucket. */
	static long upperMicros(int bucket) {
		if (bucket < SUB_BUCKETS) {
			return bucket + 1L;
		}
		int shift = (bucket >>> SUB_BITS) - 1;
		return ((long) SUB_BUCKETS + (bucket & (SUB_BUCKETS - 1)) + 1) << shift;
	}

	private record Cached(long nanoTime, long count, long p99Nanos) {

	}

	private record Generations(long startNanoTime, AtomicIntegerArray current, AtomicIntegerArray previous) {

		static Generations after(@Nullable Generations last, long now) {
			boolean adjacent = last != null && now - last.startNanoTime < 2 * GENERATION_NANOS;
			return new Generations(now, new AtomicIntegerArray(BUCKETS),
					(adjacent && last != null) ? last.current : NO_COUNTS);
		}

		int count(int bucket) {
			return this.current.get(bucket) + ((this.previous != NO_COUNTS) ? this.previous.get(bucket) : 0);
		}

		long quantileNanos(double quantile, long count) {
			long rank = Math.max(1, (long) Math.ceil(quantile * count));
			for (int i = 0; count > 0 && i < BUCKETS; i++) {
				rank -= count(i);
				if (rank <= 0) {
					return upperMicros(i) * 1000;
				}
			}
			return 0;
		}

	}

}
