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

import java.util.concurrent.atomic.LongAdder;

import io.macula.Priority;
import org.jspecify.annotations.Nullable;

/**
 * Bounded queue of many producers and many consumers that takes whole batches. While
 * little waits, all tasks stand in one {@link HandlerRing}; what it has no place for, and
 * what would take more threads than its caller's share, waits in {@link CallerTurns}; so
 * does what is of another priority than most. What has no place takes that of a task of
 * low priority.
 */
final class HandlerQueue {

	/*
	 * Few tasks are worked off before fairness could matter, so they take no lock. As
	 * soon as something waits for its caller's turn, whatever comes waits there, too, and
	 * the ring runs empty.
	 */

	/** Tasks in the ring: what is in flight of a busy client whose handlers are fast. */
	static final int RING = 512;

	private volatile int capacity;

	private final HandlerRing ring;

	private final CallerTurns turns;

	private final LongAdder shed = new LongAdder();

	/** Whether the ring comes before urgent tasks; a race costs nothing but order. */
	private boolean ringNext;

	HandlerQueue(int capacity, int maxThreads) {
		this.capacity = capacity;
		this.ring = new HandlerRing(RING);
		this.ring.capacity(Math.min(capacity, RING));
		this.turns = new CallerTurns(capacity, maxThreads);
	}

	/** Hold so many from now on, and share out so many threads; what waits goes on. */
	void limits(int places, int threads) {
		this.capacity = places;
		this.ring.capacity(Math.min(places, RING));
		this.turns.limits(places, threads);
	}

	/**
	 * Add tasks of a batch; those that find no place are moved to its end.
	 * @return how many found a place
	 */
	int add(HandlerTask[] tasks, int count) {
		boolean room = this.turns.size() == this.turns.low();
		int taken = room ? this.ring.add(tasks, normal(tasks, count)) : 0;
		if (taken > 0 && this.turns.low() > 0) {
			shedWhatIsTooMuch(taken);
		}
		for (int i = taken; i < count; i++) {
			HandlerTask task = tasks[i];
			if (place(task)) {
				tasks[i] = tasks[taken];
				tasks[taken++] = task;
			}
		}
		return taken;
	}

	/** How many tasks from the first on are of normal priority. */
	private static int normal(HandlerTask[] tasks, int count) {
		int normal = 0;
		while (normal < count && tasks[normal].priority() == Priority.NORMAL) {
			normal++;
		}
		return normal;
	}

	private boolean place(HandlerTask task) {
		while (!this.turns.add(task, this.ring.size())) {
			if (task.priority() == Priority.LOW || !shedOne()) {
				return false;
			}
		}
		return true;
	}

	/** One for each that came at most: there may be fewer places than there were. */
	private void shedWhatIsTooMuch(int most) {
		int left = most;
		while (left > 0 && this.ring.size() + this.turns.size() > this.capacity && shedOne()) {
			left--;
		}
	}

	private boolean shedOne() {
		HandlerTask least = this.turns.takeLow();
		if (least == null) {
			return false;
		}
		this.shed.increment();
		least.shed();
		return true;
	}

	/**
	 * Take the task whose turn it is.
	 * @return the task, or {@code null} if none may run now
	 */
	@Nullable HandlerTask take() {
		if (this.turns.urgent() > 0) {
			boolean wait = this.ringNext;
			this.ringNext = !wait;
			HandlerTask urgent = wait ? null : this.turns.takeStanding();
			if (urgent != null) {
				return urgent;
			}
		}
		HandlerTask task = this.ring.take();
		while (task != null && !this.turns.mayRun(task)) {
			this.turns.park(task);
			task = this.ring.take();
		}
		return (task != null || this.turns.isEmpty()) ? task : this.turns.take();
	}

	/** Take any task, to drop it. */
	@Nullable HandlerTask takeAny() {
		HandlerTask task = this.ring.take();
		return (task != null) ? task : this.turns.takeAny();
	}

	/** A task that was taken turns out to occupy its thread for long. */
	void occupied(HandlerTask task) {
		this.turns.occupied(task);
	}

	/** A task that was taken, and was known or found to be slow, is over. */
	void left(HandlerTask task) {
		this.turns.left(task);
	}

	/** Whether there is none that may run now. */
	boolean isEmpty() {
		return this.ring.isEmpty() && this.turns.isEmpty();
	}

	/** Tasks that wait. */
	int size() {
		return Math.min(this.capacity, this.ring.size() + this.turns.size());
	}

	/** Tasks of low priority that gave way. */
	long shed() {
		return this.shed.sum();
	}

	/** Number of tasks that were ever added and may run now, or were taken. */
	long added() {
		return this.ring.added() + this.turns.added();
	}

	/** Number of tasks that were ever taken. */
	long taken() {
		return this.ring.taken() + this.turns.taken();
	}

}
