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

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.locks.LockSupport;

import org.jspecify.annotations.Nullable;

/**
 * One thread of a {@link BatchingHandlerExecutor}: takes a task at a time, never a
 * private batch, so that a slow one delays nobody but itself. What it counts of its tasks
 * is its own; its state is changed as told below.
 */
final class HandlerThread implements Runnable {

	/*
	 * States. WORKING: takes the next task soon, and holds a place among the working;
	 * SLOW: occupied by its task for a while; IDLE: parked, in the list of idle threads.
	 *
	 * WORKING -> SLOW by the thread itself before a task of a kind that is known to be
	 * slow, or by the scout during one that is slow unexpectedly: compare-and-set, and
	 * who wins gives back the place. SLOW -> WORKING by the thread itself after the task,
	 * and SLOW -> IDLE when there is none. IDLE -> WORKING by whoever wakes it, with the
	 * lock.
	 */

	private static final int WORKING = 0;

	private static final int SLOW = 1;

	private static final int IDLE = 2;

	private static final VarHandle STATE;

	static {
		try {
			STATE = MethodHandles.lookup().findVarHandle(HandlerThread.class, "state", int.class);
		}
		catch (ReflectiveOperationException ex) {
			throw new ExceptionInInitializerError(ex);
		}
	}

	private final HandlerThreads threads;

	private final HandlerQueue queue;

	private final Thread thread;

	private volatile int state = WORKING;

	/** What runs at present; with {@link #started} read by the scout. */
	private volatile @Nullable HandlerTask task;

	/** Number of tasks that were started. */
	private long started;

	/** Owned by the scout. */
	private long startedSeen = -1;

	/** Owned by the scout. */
	private long seenNanos;

	HandlerThread(HandlerThreads threads, HandlerQueue queue, ThreadFactory factory) {
		this.threads = threads;
		this.queue = queue;
		this.thread = factory.newThread(this);
	}

	void start() {
		this.thread.start();
	}

	@Override
	public void run() {
		try {
			work();
		}
		catch (Throwable ex) {
			// Not from a task: there is no memory even for the bookkeeping.
			HandlerTask last = this.task;
			if (last != null) {
				this.queue.left(last);
			}
			this.threads.died(this, ex);
		}
	}

	private void work() {
		long now = System.nanoTime();
		while (!this.threads.surplus(this)) {
			HandlerTask next = this.queue.take();
			if (next == null) {
				if (!rest()) {
					return;
				}
				now = System.nanoTime();
				continue;
			}
			now = run(next, now);
		}
	}

	private long run(HandlerTask next, long now) {
		if (next.slow()) {
			turnSlow();
			if (!this.queue.isEmpty()) {
				this.threads.workIfNobodyDoes();
			}
		}
		else if (!this.queue.isEmpty()) {
			this.threads.watch();
		}
		this.started++;
		this.task = next;
		try {
			if (this.threads.closed()) {
				// Whoever closed may have looked for tasks to abort before this one.
				next.drop();
			}
			else {
				next.run(now);
			}
		}
		catch (Throwable ex) {
			this.threads.taskFailed(ex);
		}
		this.task = null;
		// What a cancelled call left behind is none of the next one's business.
		Thread.interrupted();
		// The scout counts it only while it sees this thread slow, with this task.
		if (this.state == SLOW || next.occupancy() == HandlerTask.COUNTED) {
			this.queue.left(next);
		}
		long end = System.nanoTime();
		next.took(end - now);
		if (this.state == SLOW) {
			this.state = WORKING;
			this.threads.workAgain();
		}
		return end;
	}

	/** Give back the place, unless that was done in this thread's stead already. */
	void turnSlow() {
		if (STATE.compareAndSet(this, WORKING, SLOW)) {
			this.threads.leaveWorking();
		}
	}

	/**
	 * Wait for work.
	 * @return false if this thread shall end
	 */
	private boolean rest() {
		turnSlow();
		this.threads.rest(this);
		long keepAlive = this.threads.keepAliveNanos();
		long since = System.nanoTime();
		while (this.state == IDLE) {
			long left = since + keepAlive - System.nanoTime();
			if ((left <= 0 || this.threads.closed()) && this.threads.retire(this)) {
				return false;
			}
			LockSupport.parkNanos(this, (left > 0) ? left : keepAlive);
			Thread.interrupted();
		}
		return true;
	}

	/** With the lock of the threads. */
	void setIdle() {
		this.state = IDLE;
	}

	/** With the lock of the threads, and a place. */
	void setWorking() {
		this.state = WORKING;
	}

	boolean working() {
		return this.state == WORKING;
	}

	boolean slow() {
		return this.state == SLOW;
	}

	boolean active() {
		return this.task != null;
	}

	void unpark() {
		LockSupport.unpark(this.thread);
	}

	/** The executor closes. */
	void abort() {
		HandlerTask present = this.task;
		if (present != null) {
			present.abort();
		}
		unpark();
	}

	/** By the scout: what runs at present. */
	@Nullable HandlerTask task() {
		return this.task;
	}

	/** By the scout: how long the present task has been seen, 0 for a new one. */
	long seenFor(long now) {
		HandlerTask present = this.task;
		if (present == null || this.started != this.startedSeen) {
			this.startedSeen = (present != null) ? this.started : -1;
			this.seenNanos = now;
			return 0;
		}
		return now - this.seenNanos;
	}

}
