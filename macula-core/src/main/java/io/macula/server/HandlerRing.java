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

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;

import org.jspecify.annotations.Nullable;

/**
 * Bounded queue of many producers and many consumers that takes whole batches. Allocates
 * nothing per task.
 */
final class HandlerRing {

	/*
	 * A ring of at least twice the capacity. A producer claims places by moving the tail
	 * and then fills them; a consumer claims the place at the head by moving the head and
	 * then empties it. A place that was claimed but is not yet filled (or not yet
	 * emptied, one lap later) is waited for: the other side is between two instructions.
	 */

	private static final int LARGEST = 1 << 24;

	/** At most that with which it was made. */
	private volatile int capacity;

	private final int mask;

	private final AtomicReferenceArray<@Nullable HandlerTask> ring;

	private final AtomicLong head = new AtomicLong();

	private final AtomicLong tail = new AtomicLong();

	HandlerRing(int capacity) {
		this.capacity = Math.min(capacity, LARGEST);
		int size = Integer.highestOneBit(Math.max(this.capacity, 8)) * 4;
		this.mask = size - 1;
		this.ring = new AtomicReferenceArray<>(size);
	}

	/** Hold so many from now on, and no more than at first. */
	void capacity(int places) {
		this.capacity = places;
	}

	/**
	 * Add the first tasks of a batch.
	 * @return how many found a place
	 */
	int add(HandlerTask[] tasks, int count) {
		long from;
		int taken;
		do {
			from = this.tail.get();
			long free = this.capacity - (from - this.head.get());
			taken = (int) Math.min(count, free);
			if (taken <= 0) {
				return 0;
			}
		}
		while (!this.tail.compareAndSet(from, from + taken));
		for (int i = 0; i < taken; i++) {
			int place = (int) (from + i) & this.mask;
			for (int spins = 0; this.ring.getAcquire(place) != null; spins++) {
				pause(spins);
			}
			this.ring.setRelease(place, tasks[i]);
		}
		return taken;
	}

	/**
	 * Take the oldest task.
	 * @return the task, or {@code null} if there is none
	 */
	@Nullable HandlerTask take() {
		for (int spins = 0;; spins++) {
			long from = this.head.get();
			if (from >= this.tail.get()) {
				return null;
			}
			int place = (int) from & this.mask;
			HandlerTask task = this.ring.getAcquire(place);
			if (task != null && this.head.compareAndSet(from, from + 1)) {
				this.ring.setRelease(place, null);
				return task;
			}
			pause(spins);
		}
	}

	boolean isEmpty() {
		return this.head.get() >= this.tail.get();
	}

	int size() {
		long from = this.head.get();
		return (int) Math.max(0, this.tail.get() - from);
	}

	/** Number of tasks that were ever added. */
	long added() {
		return this.tail.get();
	}

	/** Number of tasks that were ever taken. */
	long taken() {
		return this.head.get();
	}

	private static void pause(int spins) {
		if (spins < 100) {
			Thread.onSpinWait();
		}
		else {
			Thread.yield();
		}
	}

}
