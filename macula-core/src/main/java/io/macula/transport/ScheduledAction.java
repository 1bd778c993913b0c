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

import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import java.util.function.LongSupplier;

import io.macula.log.FaultLog;
import io.macula.log.PrintableLogger;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.FutureListener;
import io.netty.util.concurrent.GlobalEventExecutor;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;

/**
 * An action that runs once, at its time, on an event loop, or, if that is gone by then,
 * on the thread that Netty has for the whole process: whoever waits for it must not wait
 * for ever. Safe for all threads; disposing it before the run prevents the run.
 */
final class ScheduledAction implements Runnable, Disposable, FutureListener<Object> {

	private static final FaultLog faults = new FaultLog(PrintableLogger.of(ScheduledAction.class));

	private static final AtomicIntegerFieldUpdater<ScheduledAction> LEFT = AtomicIntegerFieldUpdater
		.newUpdater(ScheduledAction.class, "left");

	private final Runnable action;

	private final LongSupplier clock;

	private final long dueNanos;

	private final AtomicBoolean over = new AtomicBoolean();

	private volatile @Nullable Future<?> future;

	/** 1 once it does without the loop. */
	@SuppressWarnings("unused")
	private volatile int left;

	private ScheduledAction(Runnable action, LongSupplier clock, long dueNanos) {
		this.action = action;
		this.clock = clock;
		this.dueNanos = dueNanos;
	}

	static ScheduledAction schedule(Runnable action, long delayNanos, EventLoop loop, LongSupplier clock) {
		ScheduledAction scheduled = new ScheduledAction(action, clock, clock.getAsLong() + delayNanos);
		try {
			Future<Object> future = loop.schedule(Executors.callable(scheduled), delayNanos, TimeUnit.NANOSECONDS);
			scheduled.future = future;
			future.addListener(scheduled);
			if (loop.isShuttingDown()) {
				scheduled.watchEnd(future, loop);
			}
		}
		catch (RejectedExecutionException ex) {
			scheduled.withoutLoop();
		}
		return scheduled;
	}

	@Override
	public void run() {
		if (this.over.compareAndSet(false, true)) {
			try {
				this.action.run();
			}
			catch (Throwable ex) {
				faults.error("A scheduled action failed", ex);
			}
		}
	}

	@Override
	public void dispose() {
		this.over.set(true);
		Future<?> present = this.future;
		if (present != null) {
			present.cancel(false);
		}
	}

	@Override
	public boolean isDisposed() {
		return this.over.get();
	}

	/** An event loop that ends cancels what it has not yet run. */
	@Override
	public void operationComplete(Future<Object> done) {
		if (done.isCancelled()) {
			withoutLoop();
		}
	}

	/**
	 * An event loop that has ended tells no listeners any more, and what it takes at the
	 * very end it neither runs nor cancels.
	 */
	private void watchEnd(Future<Object> scheduled, EventLoop loop) {
		if (scheduled.isCancelled()) {
			withoutLoop();
		}
		else {
			loop.terminationFuture().addListener((ended) -> withoutLoop());
		}
	}

	/** The loop's end may be noticed in more than one way. */
	private void withoutLoop() {
		if (this.over.get() || !LEFT.compareAndSet(this, 0, 1)) {
			return;
		}
		this.future = GlobalEventExecutor.INSTANCE.schedule(this, Math.max(0, this.dueNanos - this.clock.getAsLong()),
				TimeUnit.NANOSECONDS);
	}

}
