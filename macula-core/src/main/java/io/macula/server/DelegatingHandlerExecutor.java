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

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

import io.macula.Priority;
import io.macula.log.FaultLog;
import io.macula.log.PrintableLogger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/**
 * Runs each task on an executor of the user. Waiting and running tasks together are
 * bounded, since virtual threads have no bound of their own, and of one caller by its
 * share. Safe for all threads.
 */
final class DelegatingHandlerExecutor implements HandlerExecutor {

	/*
	 * The user's executor may throw anything, run a task that it rejected, or never run
	 * one that it took (after shutdownNow). So a task is in the set from before it is
	 * handed over until it is left, by whoever removes it.
	 */

	private static final Logger logger = PrintableLogger.of(DelegatingHandlerExecutor.class);

	private final Executor executor;

	private volatile int maxOpen;

	/** Size of the set, and what is about to be put into it. */
	private final AtomicInteger open = new AtomicInteger();

	private final Set<Submitted> submitted = ConcurrentHashMap.newKeySet();

	private final LongAdder refused = new LongAdder();

	private final FaultLog log = new FaultLog(logger);

	private volatile boolean closed;

	DelegatingHandlerExecutor(Executor executor, int maxOpen) {
		this.executor = executor;
		this.maxOpen = maxOpen;
	}

	@Override
	public int submit(HandlerTask[] tasks, int count) {
		int taken = 0;
		for (int i = 0; i < count; i++) {
			HandlerTask task = tasks[i];
			if (submit(task)) {
				tasks[i] = tasks[taken];
				tasks[taken++] = task;
			}
		}
		if (taken < count) {
			this.refused.add(count - taken);
		}
		return taken;
	}

	private boolean submit(HandlerTask task) {
		if (this.closed) {
			return false;
		}
		if (!enter(task)) {
			return false;
		}
		Submitted work = new Submitted(task);
		this.submitted.add(work);
		try {
			this.executor.execute(work);
		}
		catch (Throwable ex) {
			rejected(ex);
			// If it was left already, it ran.
			return !leave(work);
		}
		if (this.closed) {
			abort(work);
		}
		return true;
	}

	/** What tasks of low priority leave to all else: a quarter. */
	private static int keptFromLow(int most) {
		return Math.min(most - 1, (most - 1) / 4 + 1);
	}

	/**
	 * Whether there is a place; in what order what waits is run is up to the executor.
	 */
	private boolean enter(HandlerTask task) {
		Caller caller = task.caller();
		int most = this.maxOpen;
		int kept = (task.priority() == Priority.LOW) ? keptFromLow(most) : 0;
		int free = most - this.open.getAndIncrement() - kept;
		if (caller == null) {
			if (free > 0) {
				return true;
			}
		}
		else {
			int present = caller.open.getAndIncrement();
			if (free > 0 && (caller.alone() || present < Caller.TIMES_FREE * (long) free)) {
				return true;
			}
		}
		exit(caller);
		return false;
	}

	private void exit(@Nullable Caller caller) {
		this.open.decrementAndGet();
		if (caller != null) {
			caller.open.decrementAndGet();
		}
	}

	private void rejected(Throwable cause) {
		if (!(cause instanceof RejectedExecutionException)) {
			this.log.warn("The executor of the handlers failed to take a call", cause);
		}
	}

	/** Whether it was up to the caller of this method. */
	private boolean leave(Submitted work) {
		boolean left = this.submitted.remove(work);
		if (left) {
			exit(work.task.caller());
		}
		return left;
	}

	@Override
	public void limits(ProviderLimits limits) {
		this.maxOpen = limits.maxOpen();
	}

	@Override
	public HandlerFigures figures() {
		int active = 0;
		for (Submitted work : this.submitted) {
			active += work.running ? 1 : 0;
		}
		return new HandlerFigures(0, active, Math.max(0, this.open.get() - active), this.refused.sum());
	}

	@Override
	public void close() {
		this.closed = true;
		this.submitted.forEach(this::abort);
	}

	private void abort(Submitted work) {
		work.task.abort();
		if (!work.running) {
			leave(work);
		}
	}

	/**
	 * A task that was handed to the user's executor.
	 */
	private final class Submitted implements Runnable {

		private final HandlerTask task;

		/** For figures, so that it may be seen late. */
		private boolean running;

		Submitted(HandlerTask task) {
			this.task = task;
		}

		@Override
		public void run() {
			Thread thread = Thread.currentThread();
			ClassLoader before = thread.getContextClassLoader();
			this.running = true;
			try {
				if (DelegatingHandlerExecutor.this.closed) {
					this.task.drop();
				}
				else {
					this.task.run(System.nanoTime());
				}
			}
			catch (Throwable ex) {
				DelegatingHandlerExecutor.this.log.warn("A call failed outside of its handler", ex);
			}
			finally {
				leave(this);
				if (thread.getContextClassLoader() != before) {
					thread.setContextClassLoader(before);
				}
			}
		}

	}

}
