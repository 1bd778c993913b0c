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

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.atomic.AtomicInteger;

import org.jspecify.annotations.Nullable;

/**
 * Tasks that wait for their caller's turn: callers take turns, so that the many calls of
 * one delay those of another by one each. Safe for all threads.
 */
final class CallerTurns {

	/*
	 * Fair queueing by round robin (Nagle, RFC 970). A caller may have waiting as many
	 * tasks, and occupy by slow ones as many threads, as seven times what is left: alone
	 * that is seven eighths, of two each seven fifteenths, and something is always left
	 * for whoever comes; of fewer than eight threads the last one goes to who has none. A
	 * caller that nobody shares with has everything.
	 *
	 * A task counts when it begins, if its kind is known to be slow, else when it is
	 * found to be: whoever mixes slow calls with fast ones, so that the kind looks fast,
	 * is bounded, too. What was begun goes on, but of a caller that occupies its share
	 * nothing else is begun, slow or not.
	 *
	 * A caller with waiting tasks is in `turns`, or in `blocked` while its next task
	 * would take more threads than it may have; `ready` counts the tasks of those in
	 * `turns`. Each end of a slow task looks at the blocked ones again.
	 *
	 * Tasks of low priority are those of another caller, as it were, whose turn comes
	 * when nobody else may run anything; that one is bounded even when nobody shares, and
	 * all of them together, so that there is a thread for whatever is more important.
	 */

	/** Guarded by the lock of this. */
	private int capacity;

	/** Guarded by the lock of this. */
	private int maxThreads;

	private final Deque<Caller> turns = new ArrayDeque<>();

	/** Of those who yield: their turn comes when nobody else may run anything. */
	private final Deque<Caller> lowTurns = new ArrayDeque<>();

	private final Deque<Caller> blocked = new ArrayDeque<>();

	/** Of the tasks that are nobody's. */
	private final Caller nobody = new Caller(new AtomicInteger());

	/** Tasks that wait; written under the lock of this, as all below. */
	private volatile int size;

	/** Those of them that are of low priority. */
	private volatile int low;

	/** Those of them that are of high priority. */
	private volatile int urgent;

	private volatile int ready;

	private volatile long taken;

	/** Threads that are occupied by slow tasks of callers with a share. */
	private int occupied;

	/** Those of them that are of low priority. */
	private int occupiedByLow;

	/** Whether somebody may occupy all of a share. */
	private volatile boolean crowded;

	CallerTurns(int capacity, int maxThreads) {
		this.capacity = capacity;
		this.maxThreads = maxThreads;
	}

	/**
	 * What tasks of low priority may occupy together: seven eighths, all but one of few.
	 */
	private int maxLowThreads() {
		return (int) Math.max(1, this.maxThreads * (long) Caller.TIMES_FREE / (Caller.TIMES_FREE + 1));
	}

	/** Hold so many tasks, and share out so many threads; what waits goes on. */
	synchronized void limits(int places, int threads) {
		this.capacity = places;
		this.maxThreads = threads;
		occupy(this.nobody, 0);
		unblock(false);
	}

	/**
	 * Add a task.
	 * @param elsewhere tasks that wait beside those here
	 * @return whether there is a place for it
	 */
	synchronized boolean add(HandlerTask task, int elsewhere) {
		int free = this.capacity - this.size - elsewhere;
		Caller caller = of(task);
		if (free <= 0 || (!unbounded(caller) && caller.tasks() >= Caller.TIMES_FREE * (long) free)) {
			return false;
		}
		append(caller, task);
		return true;
	}

	/** A task that found a place before waits on. */
	synchronized void park(HandlerTask task) {
		append(of(task), task);
	}

	private void append(Caller caller, HandlerTask task) {
		boolean first = caller.tasks() == 0;
		caller.add(task);
		count(task, 1);
		if (first) {
			// Whether it may run is found out when its turn comes.
			turns(caller).add(caller);
			this.ready++;
		}
		else if (!caller.blocked) {
			this.ready++;
		}
	}

	private Deque<Caller> turns(Caller caller) {
		return caller.yields() ? this.lowTurns : this.turns;
	}

	/** One more waits, or one less. */
	private void count(HandlerTask task, int more) {
		this.size += more;
		switch (task.priority()) {
			case LOW -> this.low += more;
			case HIGH -> this.urgent += more;
			default -> {
				// Nothing of its own.
			}
		}
	}

	/** The task whose turn it is, or {@code null} if none may run now. */
	synchronized @Nullable HandlerTask take() {
		HandlerTask task = take(this.turns);
		return (task != null) ? task : take(this.lowTurns);
	}

	/** The same, but none of low priority. */
	synchronized @Nullable HandlerTask takeStanding() {
		return take(this.turns);
	}

	private @Nullable HandlerTask take(Deque<Caller> callers) {
		for (Caller caller = callers.poll(); caller != null; caller = callers.poll()) {
			HandlerTask task = caller.next();
			if (!mayRun(task)) {
				caller.blocked = true;
				this.blocked.add(caller);
				this.ready -= caller.tasks();
			}
			else {
				removeNext(caller);
				this.ready--;
				if (caller.tasks() > 0) {
					callers.add(caller);
				}
				return task;
			}
		}
		return null;
	}

	/**
	 * Take the latest task of low priority, whose place is needed.
	 * @return the task, or {@code null} if none waits
	 */
	synchronized @Nullable HandlerTask takeLow() {
		Caller caller = this.lowTurns.peekLast();
		if (caller == null) {
			caller = this.blocked.stream().filter(Caller::yields).findFirst().orElse(null);
		}
		if (caller == null) {
			return null;
		}
		HandlerTask task = caller.takeLast();
		count(task, -1);
		this.taken++;
		if (!caller.blocked) {
			this.ready--;
		}
		if (caller.tasks() == 0) {
			(caller.blocked ? this.blocked : this.lowTurns).remove(caller);
			caller.blocked = false;
		}
		return task;
	}

	/** Any task, whether or not it may run. */
	synchronized @Nullable HandlerTask takeAny() {
		unblock(true);
		Deque<Caller> callers = this.turns.isEmpty() ? this.lowTurns : this.turns;
		Caller caller = callers.peek();
		if (caller == null) {
			return null;
		}
		HandlerTask task = removeNext(caller);
		this.ready--;
		if (caller.tasks() == 0) {
			callers.remove();
		}
		return task;
	}

	private HandlerTask removeNext(Caller caller) {
		HandlerTask task = caller.takeNext();
		count(task, -1);
		this.taken++;
		return task;
	}

	/**
	 * A task asks for a thread.
	 * @return whether it may have it, which counts if it is slow and its caller has a
	 * share
	 */
	boolean mayRun(HandlerTask task) {
		boolean slow = task.slow();
		if (!slow && !this.crowded) {
			return true;
		}
		Caller caller = of(task);
		return unbounded(caller) || mayRun(task, caller, slow);
	}

	private synchronized boolean mayRun(HandlerTask task, Caller caller, boolean slow) {
		if (!hasRoom(caller)) {
			return false;
		}
		if (slow) {
			count(task, caller);
		}
		return true;
	}

	private boolean hasRoom(Caller caller) {
		int free = this.maxThreads - this.occupied;
		if (caller.yields() && this.occupiedByLow >= maxLowThreads()) {
			return false;
		}
		return caller.occupied < Caller.TIMES_FREE * free
				&& (free > 1 || this.maxThreads > Caller.TIMES_FREE || caller.occupied == 0);
	}

	/**
	 * A task that runs occupies its thread for long. It counts, unless that is known, or
	 * its caller has no share.
	 */
	void occupied(HandlerTask task) {
		Caller caller = of(task);
		if (task.occupancy() == HandlerTask.UNCOUNTED && !unbounded(caller)) {
			occupied(task, caller);
		}
	}

	private synchronized void occupied(HandlerTask task, Caller caller) {
		if (task.occupancy() == HandlerTask.UNCOUNTED) {
			count(task, caller);
		}
	}

	private void count(HandlerTask task, Caller caller) {
		task.occupancy(HandlerTask.COUNTED);
		occupy(caller, 1);
	}

	private void occupy(Caller caller, int more) {
		caller.occupied += more;
		this.occupied += more;
		this.occupiedByLow += caller.yields() ? more : 0;
		int free = this.maxThreads - this.occupied;
		this.crowded = this.occupied >= Caller.TIMES_FREE * free || (free <= 1 && this.maxThreads > 1)
				|| this.occupiedByLow >= maxLowThreads();
	}

	/** A task is over that may have occupied a thread. */
	synchronized void left(HandlerTask task) {
		boolean counted = task.occupancy() == HandlerTask.COUNTED;
		// Whoever has just found it to be slow comes too late.
		task.occupancy(HandlerTask.OVER);
		if (counted) {
			occupy(of(task), -1);
			unblock(false);
		}
	}

	private void unblock(boolean all) {
		for (int i = this.blocked.size(); i > 0; i--) {
			Caller caller = this.blocked.remove();
			if (all || unbounded(caller) || hasRoom(caller)) {
				caller.blocked = false;
				turns(caller).add(caller);
				this.ready += caller.tasks();
			}
			else {
				this.blocked.add(caller);
			}
		}
	}

	private static boolean unbounded(Caller caller) {
		return caller.alone() && !caller.yields();
	}

	private Caller of(HandlerTask task) {
		Caller caller = task.caller();
		return ((caller != null) ? caller : this.nobody).of(task.priority());
	}

	/** Whether no task may run now. */
	boolean isEmpty() {
		return this.ready == 0;
	}

	/** Tasks that wait. */
	int size() {
		return this.size;
	}

	/** Those of them that are of low priority. */
	int low() {
		return this.low;
	}

	/** Those of them that are of high priority. */
	int urgent() {
		return this.urgent;
	}

	/** Those that may run now, and those that were taken. */
	long added() {
		return this.taken + this.ready;
	}

	long taken() {
		return this.taken;
	}

}
