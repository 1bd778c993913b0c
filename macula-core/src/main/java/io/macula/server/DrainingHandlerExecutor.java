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
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Few threads that drain a common queue while handlers are fast, and as many as needed,
 * up to a bound, while handlers block. Threads are daemons named
 * {@code macula-handler-N}; one that was idle for 30 seconds ends, the last one stays.
 */
final class DrainingHandlerExecutor implements HandlerExecutor {

	/*
	 * Waking a thread costs more than a fast handler, so a batch wakes at most one: the
	 * drainer, which takes task after task until the queue is empty. The rule is: while
	 * something waits, at least one worker drains, or no further thread may be had.
	 *
	 * States of a worker: DRAINING (counted in `drainers`; takes the next task soon),
	 * SLOW (occupied by its task for a while), IDLE (parked, in the list of idle
	 * workers). A worker whose task is of a kind that is known to be slow turns SLOW
	 * before it runs it, and hands its role on if something waits. A task that is slow
	 * unexpectedly is found by the scout, which turns the worker SLOW in its place. So
	 * one slow handler delays what arrived with it by two periods of the scout at most,
	 * and the next of its kind by nothing.
	 *
	 * The scout is parked unless something waits; the lock guards `idle` and `threads`,
	 * which change only when workers come and go. The credit in `drainers` is given by
	 * whoever wakes a worker, and taken back by whoever changes its state from DRAINING.
	 * (Go's scheduler keeps its processors busy during system calls in the same manner:
	 * runtime/proc.go, retake.)
	 */

	private static final Logger logger = LoggerFactory.getLogger(DrainingHandlerExecutor.class);

	static final Duration KEEP_ALIVE = Duration.ofSeconds(30);

	private static final long SCOUT_PERIOD_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

	/** Samples without waiting tasks after which the scout parks. */
	private static final int SCOUT_PATIENCE = 50;

	private static final int DRAINING = 0;

	private static final int SLOW = 1;

	private static final int IDLE = 2;

	private final HandlerQueue queue;

	private final int maxThreads;

	private final long keepAliveNanos;

	/** More drainers than processors would only take turns. */
	private final int maxDrainers;

	private final AtomicInteger drainers = new AtomicInteger();

	private final Object lock = new Object();

	private final Deque<Worker> idle = new ArrayDeque<>();

	private int threads;

	private int nextNumber = 1;

	private final List<Worker> workers = new CopyOnWriteArrayList<>();

	private final LongAdder refused = new LongAdder();

	private final Scout scout = new Scout();

	private volatile boolean closed;

	DrainingHandlerExecutor(int maxThreads, int queueCapacity, Duration keepAlive) {
		this.maxThreads = maxThreads;
		this.keepAliveNanos = keepAlive.toNanos();
		this.maxDrainers = Math.max(1, Math.min(maxThreads, Runtime.getRuntime().availableProcessors()));
		this.queue = new HandlerQueue(queueCapacity);
	}

	@Override
	public int submit(HandlerTask[] tasks, int count) {
		int taken = this.closed ? 0 : this.queue.add(tasks, count);
		if (taken > 0) {
			if (!drainIfNobodyDoes()) {
				this.scout.awake();
			}
			if (this.closed) {
				dropQueued();
			}
		}
		if (taken < count) {
			this.refused.add(count - taken);
		}
		return taken;
	}

	@Override
	public HandlerFigures figures() {
		int active = 0;
		for (Worker worker : this.workers) {
			active += (worker.task != null) ? 1 : 0;
		}
		synchronized (this.lock) {
			return new HandlerFigures(this.threads, active, this.queue.size(), this.refused.sum());
		}
	}

	@Override
	public void close() {
		this.closed = true;
		dropQueued();
		for (Worker worker : this.workers) {
			HandlerTask task = worker.task;
			if (task != null) {
				task.abort();
			}
			LockSupport.unpark(worker.thread);
		}
		this.scout.end();
	}

	private void dropQueued() {
		for (HandlerTask task = this.queue.take(); task != null; task = this.queue.take()) {
			task.drop();
		}
	}

	/** Whether a worker was set to drain. */
	private boolean drainIfNobodyDoes() {
		if (this.drainers.get() == 0 && this.drainers.compareAndSet(0, 1)) {
			wakeWithCredit();
			return true;
		}
		return false;
	}

	/** Another drainer beside those there are. */
	private void addDrainer() {
		this.drainers.incrementAndGet();
		wakeWithCredit();
	}

	/** The credit of the worker to wake is in `drainers` already. */
	private void wakeWithCredit() {
		Worker created = null;
		Worker woken;
		synchronized (this.lock) {
			woken = this.idle.pollLast();
			if (woken != null) {
				woken.state = DRAINING;
			}
			else if (this.threads < this.maxThreads && !this.closed) {
				created = new Worker(this.nextNumber++);
				this.threads++;
			}
			else {
				// All are occupied: whoever ends first goes on with the queue.
				this.drainers.decrementAndGet();
				return;
			}
		}
		if (woken != null) {
			LockSupport.unpark(woken.thread);
		}
		else if (created != null) {
			start(created);
		}
	}

	private void start(Worker worker) {
		this.workers.add(worker);
		try {
			worker.thread.start();
		}
		catch (Throwable ex) {
			// No memory for a thread, or a limit of the system: go on with those there
			// are.
			logger.warn("Cannot start handler thread {} of at most {}: {}", this.workers.size(), this.maxThreads,
					ex.toString());
			this.workers.remove(worker);
			synchronized (this.lock) {
				this.threads--;
				this.drainers.decrementAndGet();
			}
		}
	}

	/**
	 * One thread of the pool.
	 */
	private final class Worker implements Runnable {

		private static final VarHandle STATE;

		static {
			try {
				STATE = MethodHandles.lookup().findVarHandle(Worker.class, "state", int.class);
			}
			catch (ReflectiveOperationException ex) {
				throw new ExceptionInInitializerError(ex);
			}
		}

		private final Thread thread;

		/** Who changes it from DRAINING takes back the credit. */
		private volatile int state = DRAINING;

		/** What runs at present; with {@link #started} read by the scout. */
		private volatile @Nullable HandlerTask task;

		/** Number of tasks that were started. */
		private long started;

		/** Owned by the scout. */
		private long startedSeen = -1;

		/** Owned by the scout. */
		private long seenNanos;

		Worker(int number) {
			// Inherits nothing: whoever wakes a worker may be another one, after a
			// handler.
			this.thread = new Thread(null, this, "macula-handler-" + number, 0, false);
			this.thread.setDaemon(true);
		}

		@Override
		public void run() {
			long now = System.nanoTime();
			for (;;) {
				HandlerTask next = DrainingHandlerExecutor.this.queue.take();
				if (next == null) {
					if (!idle()) {
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
				if (!DrainingHandlerExecutor.this.queue.isEmpty()) {
					drainIfNobodyDoes();
				}
			}
			else if (!DrainingHandlerExecutor.this.queue.isEmpty()) {
				DrainingHandlerExecutor.this.scout.awake();
			}
			this.started++;
			this.task = next;
			try {
				next.run(now);
			}
			catch (Throwable ex) {
				logger.error("Handler task failed outside of its handler", ex);
			}
			this.task = null;
			// What a cancelled call left behind is none of the next one's business.
			Thread.interrupted();
			long end = System.nanoTime();
			next.took(end - now);
			if (this.state == SLOW) {
				this.state = DRAINING;
				DrainingHandlerExecutor.this.drainers.incrementAndGet();
			}
			return end;
		}

		/** Leave the drainers, unless that was done in the other's place already. */
		private void turnSlow() {
			if (STATE.compareAndSet(this, DRAINING, SLOW)) {
				DrainingHandlerExecutor.this.drainers.decrementAndGet();
			}
		}

		/**
		 * Wait for work.
		 * @return false if this worker shall end
		 */
		private boolean idle() {
			turnSlow();
			synchronized (DrainingHandlerExecutor.this.lock) {
				this.state = IDLE;
				DrainingHandlerExecutor.this.idle.addLast(this);
			}
			// What was added before this worker left the drainers woke nobody.
			if (!DrainingHandlerExecutor.this.queue.isEmpty()) {
				drainIfNobodyDoes();
			}
			long since = System.nanoTime();
			while (this.state == IDLE) {
				long left = since + DrainingHandlerExecutor.this.keepAliveNanos - System.nanoTime();
				if ((left <= 0 || DrainingHandlerExecutor.this.closed) && retire()) {
					return false;
				}
				LockSupport.parkNanos(this, (left > 0) ? left : DrainingHandlerExecutor.this.keepAliveNanos);
				Thread.interrupted();
			}
			return true;
		}

		private boolean retire() {
			synchronized (DrainingHandlerExecutor.this.lock) {
				if (!DrainingHandlerExecutor.this.closed && DrainingHandlerExecutor.this.threads == 1) {
					return false;
				}
				if (!DrainingHandlerExecutor.this.idle.remove(this)) {
					return false;
				}
				DrainingHandlerExecutor.this.threads--;
			}
			DrainingHandlerExecutor.this.workers.remove(this);
			return true;
		}

		/** By the scout: how long the present task has been seen, 0 for a new one. */
		private long seenFor(long now) {
			HandlerTask present = this.task;
			if (present == null || this.started != this.startedSeen) {
				this.startedSeen = (present != null) ? this.started : -1;
				this.seenNanos = now;
				return 0;
			}
			return now - this.seenNanos;
		}

	}

	/**
	 * Finds tasks that are slow unexpectedly while others wait behind them.
	 */
	private final class Scout implements Runnable {

		private @Nullable Thread thread;

		private volatile boolean parked = true;

		/** Something waits, and its drainer may be slow. */
		void awake() {
			if (this.parked) {
				wake();
			}
		}

		private synchronized void wake() {
			if (!this.parked || DrainingHandlerExecutor.this.closed) {
				return;
			}
			this.parked = false;
			if (this.thread == null) {
				Thread created = new Thread(null, this, "macula-handler-scout", 0, false);
				created.setDaemon(true);
				try {
					created.start();
					this.thread = created;
				}
				catch (Throwable ex) {
					this.parked = true;
					logger.warn("Cannot start the scout of the handler threads: {}", ex.toString());
				}
			}
			else {
				LockSupport.unpark(this.thread);
			}
		}

		synchronized void end() {
			if (this.thread != null) {
				LockSupport.unpark(this.thread);
			}
		}

		@Override
		public void run() {
			int quiet = 0;
			long addedBefore = 0;
			while (!DrainingHandlerExecutor.this.closed) {
				LockSupport.parkNanos(this, SCOUT_PERIOD_NANOS);
				if (DrainingHandlerExecutor.this.queue.isEmpty()) {
					quiet++;
				}
				else {
					quiet = 0;
				}
				sample(addedBefore);
				addedBefore = DrainingHandlerExecutor.this.queue.added();
				if (quiet > SCOUT_PATIENCE) {
					rest();
					quiet = 0;
				}
			}
		}

		private void sample(long addedBefore) {
			HandlerQueue queue = DrainingHandlerExecutor.this.queue;
			long now = System.nanoTime();
			boolean waiting = !queue.isEmpty();
			for (Worker worker : DrainingHandlerExecutor.this.workers) {
				long seen = worker.seenFor(now);
				HandlerTask task = worker.task;
				if (seen >= SCOUT_PERIOD_NANOS && task != null && worker.state == DRAINING) {
					task.took(seen);
					worker.turnSlow();
				}
			}
			if (!waiting) {
				return;
			}
			boolean overdue = queue.taken() < addedBefore;
			if (!drainIfNobodyDoes() && overdue
					&& DrainingHandlerExecutor.this.drainers.get() < DrainingHandlerExecutor.this.maxDrainers) {
				addDrainer();
			}
		}

		private void rest() {
			this.parked = true;
			while (this.parked && DrainingHandlerExecutor.this.queue.isEmpty()
					&& !DrainingHandlerExecutor.this.closed) {
				LockSupport.park(this);
			}
			this.parked = false;
		}

	}

}
