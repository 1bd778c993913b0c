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

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

import io.macula.log.FaultLog;
import io.macula.log.PrintableLogger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/**
 * Finds tasks that are slow unexpectedly while others wait behind them: a thread that
 * looks once a millisecond, and is parked unless something waits. So one slow handler
 * delays what arrived with it by two periods at most, and the next of its kind by
 * nothing. {@link #awake} and {@link #end} come from all threads; the rest is the scout's
 * own.
 */
final class SlowTaskScout implements Runnable {

	private static final Logger logger = PrintableLogger.of(SlowTaskScout.class);

	private static final long PERIOD_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

	/** Looks without waiting tasks after which the scout parks. */
	private static final int PATIENCE = 50;

	private final HandlerQueue queue;

	private final HandlerThreads threads;

	private final FaultLog log = new FaultLog(logger);

	private @Nullable Thread thread;

	private volatile boolean parked = true;

	/** Whether the last start of the thread failed, and when; guarded by this. */
	private boolean startFailed;

	private long startFailedNanos;

	SlowTaskScout(HandlerQueue queue, HandlerThreads threads) {
		this.queue = queue;
		this.threads = threads;
	}

	/** Something waits, and who works may be slow. */
	void awake() {
		if (this.parked) {
			wake();
		}
	}

	private synchronized void wake() {
		if (!this.parked || this.threads.closed()) {
			return;
		}
		if (this.startFailed && System.nanoTime() - this.startFailedNanos < HandlerThreads.START_PAUSE_NANOS) {
			return;
		}
		this.parked = false;
		if (this.thread != null) {
			LockSupport.unpark(this.thread);
			return;
		}
		try {
			Thread created = new Thread(null, this, "macula-handler-scout", 0, false);
			created.setDaemon(true);
			created.start();
			this.thread = created;
		}
		catch (Throwable ex) {
			this.parked = true;
			this.startFailed = true;
			this.startFailedNanos = System.nanoTime();
			this.log.warn("Cannot start the scout of the handler threads", ex);
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
		while (!this.threads.closed()) {
			LockSupport.parkNanos(this, PERIOD_NANOS);
			quiet = this.queue.isEmpty() ? quiet + 1 : 0;
			try {
				look(addedBefore);
			}
			catch (Throwable ex) {
				// Without memory for a moment; without a scout for good would be worse.
				continue;
			}
			addedBefore = this.queue.added();
			if (quiet > PATIENCE) {
				rest();
				quiet = 0;
			}
		}
	}

	private void look(long addedBefore) {
		long now = System.nanoTime();
		boolean waiting = !this.queue.isEmpty();
		for (HandlerThread thread : this.threads.all()) {
			long seen = thread.seenFor(now);
			HandlerTask task = thread.task();
			if (seen < PERIOD_NANOS || task == null) {
				continue;
			}
			if (thread.working()) {
				task.took(seen);
				thread.turnSlow();
			}
			if (thread.slow() && thread.task() == task) {
				this.queue.occupied(task);
			}
		}
		if (!waiting) {
			return;
		}
		boolean overdue = this.queue.taken() < addedBefore;
		if (!this.threads.workIfNobodyDoes() && overdue) {
			this.threads.workBeside();
		}
	}

	private void rest() {
		this.parked = true;
		while (this.parked && this.queue.isEmpty() && !this.threads.closed()) {
			LockSupport.park(this);
		}
		this.parked = false;
	}

}
