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

package io.macula.transport;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Notices that an event loop stood still: the process was stopped or starved, its memory
 * was collected for long, or the machine was suspended. Needs no timer of its own: who
 * has one on the loop says when it is due. Owned by the event loop.
 */
final class LoopWatch {

	/*
	 * Two signs: a timer fires much later than it was due, or the wall clock moved ahead
	 * of the monotonic one, which stands still on a suspended Linux machine. A wall clock
	 * that is merely set ahead looks the same; hence what follows must do no harm.
	 *
	 * What was waiting in the socket is read before timers run, so that the first read
	 * after a gap looks, too.
	 */

	/** Timers are this late on a busy machine, too. */
	static final long STALL_NANOS = 4L << TimingWheel.TICK_SHIFT;

	/** Clocks are slewed by milliseconds a second, and set by more than this. */
	private static final long WALL_PAUSE_NANOS = TimeUnit.SECONDS.toNanos(2);

	private final LongSupplier clock;

	private final LongSupplier wallMillis;

	private final PauseLog log;

	private final List<Listener> listeners = new ArrayList<>();

	private final Standstill stall = new Standstill();

	private final Standstill pause = new Standstill();

	/** False if the wall clock alone tells of that one. */
	private boolean pauseCertain;

	/** When the next known timer is due, if {@link #armed}. */
	private long due;

	private boolean armed;

	private long wallAheadNanos;

	private boolean wallKnown;

	/**
	 * A watch of one event loop.
	 * @param clock monotonic nanoseconds
	 * @param wallMillis the time of day
	 * @param log told of each pause
	 */
	LoopWatch(LongSupplier clock, LongSupplier wallMillis, PauseLog log) {
		this.clock = clock;
		this.wallMillis = wallMillis;
		this.log = log;
	}

	void add(Listener listener) {
		this.listeners.add(listener);
	}

	void remove(Listener listener) {
		this.listeners.remove(listener);
		// The timer that is due next may have been its own.
		this.armed = false;
	}

	/** A timer on this loop is due then; of those to come the next one counts. */
	void expect(long nanoTime, long now) {
		if (!this.armed || this.due - now <= 0 || this.due - nanoTime > 0) {
			this.armed = true;
			this.due = nanoTime;
		}
	}

	/** A read begins. */
	void read() {
		awake(this.clock.getAsLong());
	}

	/** The loop runs: was it late? */
	void awake(long now) {
		if (!this.armed || this.due - now > 0) {
			return;
		}
		long late = now - this.due;
		if (late > STALL_NANOS) {
			// The timer itself is still to run.
			this.due = now;
			if (late > Connection.PAUSE_NANOS) {
				paused(now, late, true);
			}
			else {
				this.stall.ended(now, late);
			}
		}
	}

	/** The same, with a look at the wall clock: not for each call. */
	void awakeByWall(long now) {
		awake(now);
		long ahead = TimeUnit.MILLISECONDS.toNanos(this.wallMillis.getAsLong()) - now;
		long moved = ahead - this.wallAheadNanos;
		boolean known = this.wallKnown;
		this.wallKnown = true;
		this.wallAheadNanos = ahead;
		if (known && moved > WALL_PAUSE_NANOS) {
			paused(now, moved, false);
		}
	}

	private void paused(long now, long nanos, boolean certain) {
		this.pause.ended(now, nanos);
		this.pauseCertain = certain;
		this.log.paused(now, nanos, certain);
		for (Listener listener : List.copyOf(this.listeners)) {
			listener.stoodStill(now, nanos, certain);
		}
	}

	/**
	 * How long this loop stood still, as far as is known.
	 * @param nanoTime since when
	 * @return 0 if it did not
	 */
	long stoodStillNanos(long nanoTime) {
		return this.stall.since(nanoTime) + this.pause.since(nanoTime);
	}

	/**
	 * The same for people, as a clause; empty if it was not for long.
	 */
	String describe(long nanoTime) {
		long nanos = stoodStillNanos(nanoTime);
		boolean certain = this.pauseCertain || this.pause.since(nanoTime) == 0;
		return (nanos < Connection.PAUSE_NANOS) ? "" : PauseLog.describe(nanos, certain);
	}

	/**
	 * The last one of a kind.
	 */
	private static final class Standstill {

		private long endNanos;

		private long nanos;

		void ended(long now, long length) {
			this.endNanos = now;
			this.nanos = length;
		}

		long since(long nanoTime) {
			return (this.nanos != 0 && nanoTime - this.endNanos < 0) ? this.nanos : 0;
		}

	}

	/** Called on the event loop. */
	interface Listener {

		/**
		 * Between the last timer and now this node stood still.
		 * @param now the present
		 * @param nanos for how long
		 * @param certain false if the wall clock alone says so, which may have been set
		 */
		void stoodStill(long now, long nanos, boolean certain);

	}

}
