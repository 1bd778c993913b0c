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

import org.jspecify.annotations.Nullable;

/**
 * Bounded queue of many producers and many consumers that takes whole batches. While
 * little waits, all tasks stand in one {@link HandlerRing}; what it has no place for, and
 * what would take more threads than its caller's share, waits in {@link CallerTurns}.
 */
final class HandlerQueue {

	/*
	 * Few tasks are worked off before fairness could matter, so they take no lock. As
	 * soon as something waits for its caller's turn, whatever comes waits there, too, and
	 * the ring runs empty.
	 */

	/** Tasks in the ring: what is in flight of a busy client whose handlers are fast. */
	static final int RING = 512;

	private final int capacity;

	private final HandlerRing ring;

	private final CallerTurns turns;

	HandlerQueue(int capacity, int maxThreads) {
		this.capacity = capacity;
		this.ring = new HandlerRing(Math.min(capacity, RING));
		this.turns = new CallerTurns(capacity, maxThreads);
	}

	/**
	 * Add tasks of a batch; those that find no place are moved to its end.
	 * @return how many found a place
	 */
	int add(HandlerTask[] tasks, int count) {
		int taken = (this.turns.size() == 0) ? this.ring.add(tasks, count) : 0;
		for (int i = taken; i < count; i++) {
			HandlerTask task = tasks[i];
			if (this.turns.add(task, this.ring.size())) {
				tasks[i] = tasks[taken];
				tasks[taken++] = task;
			}
		}
		return taken;
	}

	/**
	 * Take the task whose turn it is.
	 * @return the task, or {@code null} if none may run now
	 */
	@Nullable HandlerTask take() {
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

	/** Number of tasks that were ever added and may run now, or were taken. */
	long added() {
		return this.ring.added() + this.turns.added();
	}

	/** Number of tasks that were ever taken. */
	long taken() {
		return this.ring.taken() + this.turns.taken();
	}

}
