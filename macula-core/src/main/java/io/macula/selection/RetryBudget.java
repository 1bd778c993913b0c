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

import java.util.concurrent.atomic.AtomicLongFieldUpdater;
import java.util.concurrent.atomic.AtomicReferenceFieldUpdater;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;

/**
 * Bounds the extra load of retries and hedges of one client service, so that an outage
 * does not become a storm: within any 10 seconds at most a share of the calls plus a
 * constant. Transparent retries cost nothing. Safe for all threads, without locks.
 */
public final class RetryBudget {

	private static final int SLOTS = 10;

	private static final long SLOT_NANOS = 1_000_000_000L;

	/** Nothing was counted yet; never written. */
	private static final long[] NOTHING = new long[SLOTS];

	private final double ratio;

	private final double floor;

	private final Account account;

	/**
	 * A budget.
	 * @param ratio retries and hedges that each call earns; 0 or more
	 * @param floorPerSecond retries and hedges per second that are allowed whatever the
	 * number of calls, ten seconds' worth of them at once; 0 or more
	 * @param clock nanoseconds on the scale of {@link System#nanoTime()}
	 */
	public RetryBudget(double ratio, double floorPerSecond, LongSupplier clock) {
		this(ratio, floorPerSecond, new Account(clock));
	}

	private RetryBudget(double ratio, double floorPerSecond, Account account) {
		if (ratio < 0 || floorPerSecond < 0) {
			throw new IllegalArgumentException("Retry budget of ratio " + ratio + " and floor " + floorPerSecond
					+ " is not valid: expected 0 or more");
		}
		this.ratio = ratio;
		this.floor = floorPerSecond * SLOTS;
		this.account = account;
	}

	/**
	 * The same budget with other bounds: what was earned and spent with one of the two
	 * counts for both.
	 * @param newRatio retries and hedges that each call earns; 0 or more
	 * @param newFloorPerSecond retries and hedges per second that are allowed whatever
	 * the number of calls; 0 or more
	 * @return a budget that goes on where this one is
	 */
	public RetryBudget withBounds(double newRatio, double newFloorPerSecond) {
		return new RetryBudget(newRatio, newFloorPerSecond, this.account);
	}

	/**
	 * A call began; earns its share of a retry.
	 */
	public void callStarted() {
		this.account.roll();
		this.account.calls.increment();
	}

	/**
	 * Ask for one retry or hedge.
	 * @return whether it is granted; it is spent then
	 */
	public boolean tryAcquire() {
		Marks oldest = this.account.roll();
		double allowed = allowed(oldest);
		while (true) {
			long spent = this.account.granted;
			if (spent - oldest.granted[0] + 1 > allowed) {
				Account.REFUSED.incrementAndGet(this.account);
				return false;
			}
			if (Account.GRANTED.compareAndSet(this.account, spent, spent + 1)) {
				return true;
			}
		}
	}

	/**
	 * Retries and hedges that would be granted now.
	 * @return 0 or more; of a fraction nothing is granted
	 */
	public double left() {
		Marks oldest = this.account.roll();
		return Math.max(0, allowed(oldest) - (this.account.granted - oldest.granted[0]));
	}

	private double allowed(Marks oldest) {
		return this.ratio * (this.account.calls.sum() - oldest.calls[0]) + this.floor;
	}

	/**
	 * Retries and hedges granted so far.
	 * @return 0 or more
	 */
	public long granted() {
		return this.account.granted;
	}

	/**
	 * Retries and hedges refused so far.
	 * @return 0 or more
	 */
	public long refused() {
		return this.account.refused;
	}

	/**
	 * What was earned and spent. Safe for all threads.
	 */
	private static final class Account {

		private static final AtomicReferenceFieldUpdater<Account, Marks> MARKS = AtomicReferenceFieldUpdater
			.newUpdater(Account.class, Marks.class, "marks");

		private static final AtomicLongFieldUpdater<Account> GRANTED = AtomicLongFieldUpdater.newUpdater(Account.class,
				"granted");

		private static final AtomicLongFieldUpdater<Account> REFUSED = AtomicLongFieldUpdater.newUpdater(Account.class,
				"refused");

		private final LongSupplier clock;

		private final LongAdder calls = new LongAdder();

		private volatile long granted;

		/** So few that a field will do. */
		private volatile long refused;

		/** What had been counted at the start of each of the last seconds. */
		private volatile Marks marks;

		Account(LongSupplier clock) {
			this.clock = clock;
			this.marks = new Marks(clock.getAsLong(), NOTHING, NOTHING);
		}

		/** Moves the marks on if a second or more has passed since the last one. */
		Marks roll() {
			long now = this.clock.getAsLong();
			Marks last = this.marks;
			long passed = (now - last.nanoTime) / SLOT_NANOS;
			if (passed <= 0) {
				return last;
			}
			Marks next = last.after((int) Math.min(passed, SLOTS), last.nanoTime + passed * SLOT_NANOS,
					this.calls.sum(), this.granted);
			return MARKS.compareAndSet(this, last, next) ? next : this.marks;
		}

	}

	/**
	 * Sums at the marks, the oldest first; the arrays never change.
	 */
	private record Marks(long nanoTime, long[] calls, long[] granted) {

		Marks after(int steps, long nanoTime, long calls, long granted) {
			return new Marks(nanoTime, shifted(this.calls, steps, calls), shifted(this.granted, steps, granted));
		}

		private static long[] shifted(long[] marks, int steps, long value) {
			long[] shifted = new long[marks.length];
			System.arraycopy(marks, steps, shifted, 0, marks.length - steps);
			java.util.Arrays.fill(shifted, marks.length - steps, marks.length, value);
			return shifted;
		}

	}

}
