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

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import io.macula.log.FaultLog;
import io.macula.log.PrintableLogger;
import org.slf4j.Logger;

/**
 * The threads of a {@link BatchingHandlerExecutor}: which there are, how many work, and
 * who is woken when tasks wait. Safe for all threads.
 */
final class HandlerThreads {

	/*
	 * Waking a thread costs more than a fast handler, so a batch wakes at most one, which
	 * takes task after task until the queue is empty. The rule is: while something waits,
	 * at least one thread works, or no further thread may be had.
	 *
	 * `working` is a count of places. Whoever wakes or creates a thread takes a place for
	 * it; whoever changes the state of a thread from WORKING gives it back: the thread
	 * itself, or the scout in its stead. A place that is neither taken up nor given back
	 * would stop the queue for good, so each failure on the way gives it back.
	 *
	 * The lock guards `idle` and `count`, which change only when threads come and go.
	 * (Go's scheduler keeps its processors busy during system calls in the same manner:
	 * runtime/proc.go, retake.)
	 */

	private static final Logger logger = PrintableLogger.of(HandlerThreads.class);

	private final HandlerQueue queue;

	/** Written under the lock. */
	private volatile int maxThreads;

	/** More of them than processors would only take turns. */
	private volatile int maxWorking;

	/** Distance of attempts to start a thread while the system has none. */
	static final long START_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

	private final long keepAliveNanos;

	private final ThreadFactory factory;

	private final SlowTaskScout scout;

	private final AtomicInteger working = new AtomicInteger();

	private final Object lock = new Object();

	private final Deque<HandlerThread> idle = new ArrayDeque<>();

	private int count;

	/** Whether there are more of them than there may be; written under the lock. */
	private volatile boolean tooMany;

	/** Whether the last start of a thread failed; written under the lock. */
	private volatile boolean startFailed;

	/** When that was; guarded by the lock. */
	private long startFailedNanos;

	private final List<HandlerThread> all = new CopyOnWriteArrayList<>();

	private final FaultLog log = new FaultLog(logger);

	private volatile boolean closed;

	HandlerThreads(HandlerQueue queue, int maxThreads, Duration keepAlive, ThreadFactory factory) {
		this.queue = queue;
		this.maxThreads = maxThreads;
		this.maxWorking = maxWorking(maxThreads);
		this.keepAliveNanos = keepAlive.toNanos();
		this.factory = factory;
		this.scout = new SlowTaskScout(queue, this);
	}

	private static int maxWorking(int maxThreads) {
		return Math.max(1, Math.min(maxThreads, Runtime.getRuntime().availableProcessors()));
	}

	/**
	 * Have so many threads at most. What runs is not disturbed: threads that are too many
	 * end after their task.
	 */
	void maxThreads(int most) {
		synchronized (this.lock) {
			this.maxThreads = most;
			this.maxWorking = maxWorking(most);
			count(0);
		}
		if (!this.queue.isEmpty()) {
			tasksWait();
		}
	}

	/** One more, or one less; the lock is held. */
	private void count(int change) {
		this.count += change;
		this.tooMany = this.count > this.maxThreads;
	}

	/**
	 * By a thread between two tasks, which has its place.
	 * @return true if it shall end, and has given back its place
	 */
	boolean surplus(HandlerThread thread) {
		if (!this.tooMany) {
			return false;
		}
		synchronized (this.lock) {
			if (!this.tooMany) {
				return false;
			}
			count(-1);
		}
		thread.turnSlow();
		this.all.remove(thread);
		if (!this.queue.isEmpty()) {
			tasksWait();
		}
		return true;
	}

	/** Tasks were added. */
	void tasksWait() {
		if (!workIfNobodyDoes()) {
			this.scout.awake();
		}
	}

	/** A thread goes to run a task while others wait behind it. */
	void watch() {
		this.scout.awake();
	}

	/** Whether nobody worked, so that a thread was looked for. */
	boolean workIfNobodyDoes() {
		if (this.working.get() == 0 && this.working.compareAndSet(0, 1)) {
			wake();
			return true;
		}
		return false;
	}

	/** Let one more work beside those that do. */
	void workBeside() {
		if (this.working.get() < this.maxWorking) {
			this.working.incrementAndGet();
			wake();
		}
	}

	/** By a thread that was slow and goes on with the queue. */
	void workAgain() {
		this.working.incrementAndGet();
	}

	/** By whoever changed the state of a thread from WORKING. */
	void leaveWorking() {
		this.working.decrementAndGet();
	}

	/** The place of the thread to wake is taken already. */
	private void wake() {
		HandlerThread woken;
		boolean starting = false;
		boolean retry = false;
		synchronized (this.lock) {
			woken = this.idle.pollLast();
			if (woken != null) {
				woken.setWorking();
			}
			else if (this.count < this.maxThreads && !this.closed && mayStart()) {
				count(1);
				starting = true;
			}
			else {
				// All are occupied: whoever ends first goes on with the queue, or the
				// scout if there is none.
				this.working.decrementAndGet();
				retry = this.startFailed;
			}
		}
		if (retry) {
			this.scout.awake();
		}
		else if (woken != null) {
			woken.unpark();
		}
		else if (starting) {
			startOne();
		}
	}

	/**
	 * Not right after the system refused a thread: each attempt would make the JVM itself
	 * write a warning, and whatever waits would try.
	 */
	private boolean mayStart() {
		return !this.startFailed || System.nanoTime() - this.startFailedNanos >= START_PAUSE_NANOS;
	}

	/** Counted and given its place already. */
	private void startOne() {
		HandlerThread created = null;
		try {
			created = new HandlerThread(this, this.queue, this.factory);
			this.all.add(created);
			created.start();
			if (this.startFailed) {
				started();
			}
		}
		catch (Throwable ex) {
			if (created != null) {
				this.all.remove(created);
			}
			synchronized (this.lock) {
				count(-1);
				this.startFailed = true;
				this.startFailedNanos = System.nanoTime();
			}
			this.working.decrementAndGet();
			notStarted(ex);
		}
	}

	private void started() {
		synchronized (this.lock) {
			this.startFailed = false;
		}
	}

	/** No memory for a thread, or a limit of the system: go on with those there are. */
	private void notStarted(Throwable cause) {
		// If there are none, the scout tries again while something waits.
		this.scout.awake();
		this.log.warn("Cannot start handler thread " + (this.all.size() + 1) + " of at most " + this.maxThreads, cause);
	}

	/** By a thread that found nothing to do and gave back its place. */
	void rest(HandlerThread thread) {
		synchronized (this.lock) {
			thread.setIdle();
			this.idle.addLast(thread);
		}
		// What was added before this thread gave back its place woke nobody.
		if (!this.queue.isEmpty()) {
			workIfNobodyDoes();
		}
	}

	/**
	 * By an idle thread that wants to end.
	 * @return false if it must go on: it is the last one, or was woken just now
	 */
	boolean retire(HandlerThread thread) {
		synchronized (this.lock) {
			if (!this.closed && this.count == 1) {
				return false;
			}
			if (!this.idle.remove(thread)) {
				return false;
			}
			count(-1);
		}
		this.all.remove(thread);
		return true;
	}

	/** A call sees to it that this does not happen. */
	void taskFailed(Throwable cause) {
		this.log.warn("A call failed outside of its handler", cause);
	}

	/** By a thread that cannot go on. */
	void died(HandlerThread thread, Throwable cause) {
		synchronized (this.lock) {
			this.idle.remove(thread);
			count(-1);
		}
		// Nobody wakes it any more, so that no place can be taken for it after this.
		thread.turnSlow();
		this.all.remove(thread);
		this.log.warn("A handler thread ended before its time", cause);
		if (!this.queue.isEmpty()) {
			tasksWait();
		}
	}

	/** What is taken from the queue from now on is dropped. */
	void runNoMore() {
		this.closed = true;
	}

	/** Nothing is run any more; what runs is aborted, threads end. */
	void close() {
		runNoMore();
		for (HandlerThread thread : this.all) {
			thread.abort();
		}
		this.scout.end();
	}

	boolean closed() {
		return this.closed;
	}

	long keepAliveNanos() {
		return this.keepAliveNanos;
	}

	/** Those that have not ended, of this moment. */
	List<HandlerThread> all() {
		return this.all;
	}

	int count() {
		synchronized (this.lock) {
			return this.count;
		}
	}

	/** Threads that run a task. */
	int active() {
		int active = 0;
		for (HandlerThread thread : this.all) {
			active += thread.active() ? 1 : 0;
		}
		return active;
	}

}
