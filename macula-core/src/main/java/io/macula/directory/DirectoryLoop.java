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

package io.macula.directory;

import java.time.Duration;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;

import io.macula.log.FaultLog;
import io.macula.log.PrintableLogger;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/**
 * The one thread that owns the state of a directory, with its clock and its random
 * numbers: whatever other threads hear is handed over to it, so that none of them waits.
 * Safe for all threads; closed by whoever started it.
 * <p>
 * States: open, and closed by {@link #close} for good. A task that was accepted while the
 * loop was open runs, in turn, before the loop ends; one that comes later is refused, and
 * delayed and periodic tasks end with the loop. A task that fails, whatever it throws,
 * stops neither the others nor its own repetition.
 */
public final class DirectoryLoop {

	private static final FaultLog faults = new FaultLog(PrintableLogger.of(DirectoryLoop.class));

	private final Scheduler scheduler;

	private final Scheduler.Worker worker;

	private final Scheduler timer;

	private final LongSupplier nanoTime;

	private final RandomGenerator random;

	private final Consumer<Throwable> onFailure;

	private final boolean owned;

	private final Object gate = new Object();

	/** Guarded by the gate. */
	private boolean closed;

	/**
	 * The thread that is in a task of this loop. Plain like the owner of a lock: no
	 * thread but the one that wrote itself can find itself here.
	 */
	private @Nullable Thread running;

	private DirectoryLoop(Scheduler scheduler, Scheduler timer, LongSupplier nanoTime, RandomGenerator random,
			Consumer<Throwable> onFailure, boolean owned) {
		this.scheduler = scheduler;
		this.worker = scheduler.createWorker();
		this.timer = timer;
		this.nanoTime = nanoTime;
		this.random = random;
		this.onFailure = onFailure;
		this.owned = owned;
	}

	/**
	 * A loop on a daemon thread of its own.
	 * @param name of the thread
	 * @return the loop, to be closed by the caller
	 */
	public static DirectoryLoop start(String name) {
		return new DirectoryLoop(Schedulers.newSingle(name, true), Schedulers.parallel(), System::nanoTime,
				new SplittableRandom(), (failure) -> faults.error("A task of the directory failed", failure), true);
	}

	/**
	 * A loop on someone else's scheduler.
	 * @param scheduler runs one task at a time
	 * @param timer see {@link #timer()}
	 * @param nanoTime monotonic clock
	 * @param random random numbers
	 * @param onFailure told of what a task threw
	 * @return the loop; closing it leaves the scheduler open
	 */
	public static DirectoryLoop on(Scheduler scheduler, Scheduler timer, LongSupplier nanoTime, RandomGenerator random,
			Consumer<Throwable> onFailure) {
		return new DirectoryLoop(scheduler, timer, nanoTime, random, onFailure, false);
	}

	/**
	 * Run a task in turn; dropped once the loop is closed, so nothing may wait for it.
	 * @param task runs in the loop
	 */
	public void execute(Runnable task) {
		schedule(task, Duration.ZERO);
	}

	/**
	 * Run a task in turn.
	 * @param task runs in the loop
	 * @param ifClosed runs instead, at once and in the calling thread, if the loop is
	 * closed: ends what waits for the task
	 */
	public void execute(Runnable task, Runnable ifClosed) {
		if (schedule(task, Duration.ZERO) == null) {
			ifClosed.run();
		}
	}

	/**
	 * Run a task later, if the loop is still open then.
	 * @param task runs in the loop
	 * @param delay until then
	 * @return calls it off, or {@code null} if the loop was closed
	 */
	public @Nullable Disposable schedule(Runnable task, Duration delay) {
		synchronized (this.gate) {
			return (!this.closed) ? this.worker.schedule(guarded(task), delay.toNanos(), TimeUnit.NANOSECONDS) : null;
		}
	}

	/**
	 * Run a task again and again, as long as the loop is open.
	 * @param period from one to the next
	 * @param task runs in the loop
	 */
	public void every(Duration period, Runnable task) {
		synchronized (this.gate) {
			if (!this.closed) {
				this.worker.schedulePeriodically(guarded(task), period.toNanos(), period.toNanos(),
						TimeUnit.NANOSECONDS);
			}
		}
	}

	/**
	 * Whether the caller is in a task of this loop and may thus touch its state. For
	 * assertions.
	 * @return true inside of a task
	 */
	public boolean inLoop() {
		return this.running == Thread.currentThread();
	}

	/**
	 * The time.
	 * @return nanoseconds on a monotonic scale
	 */
	public long nanoTime() {
		return this.nanoTime.getAsLong();
	}

	/**
	 * The clock of {@link #nanoTime()}.
	 * @return the clock
	 */
	public LongSupplier clock() {
		return this.nanoTime;
	}

	/**
	 * Measures how long others wait for this loop. Not the loop itself, which cannot
	 * notice that it does not get on.
	 * @return a scheduler for timers
	 */
	public Scheduler timer() {
		return this.timer;
	}

	/**
	 * A duration spread evenly between half and the whole of the given one, so that many
	 * nodes do not act in step.
	 * @param duration the longest
	 * @return at most that
	 */
	public Duration jittered(Duration duration) {
		return duration.dividedBy(2).plusNanos(this.random.nextLong(duration.toNanos() / 2 + 1));
	}

	/**
	 * A random number.
	 * @param bound above it
	 * @return 0 to one less than the bound
	 */
	public int random(int bound) {
		return this.random.nextInt(bound);
	}

	/**
	 * A random number for spans of time.
	 * @param bound above it
	 * @return 0 to one less than the bound
	 */
	public long random(long bound) {
		return this.random.nextLong(bound);
	}

	/**
	 * Accept no further tasks, and end after those that were accepted.
	 */
	public void close() {
		synchronized (this.gate) {
			if (!this.closed) {
				this.closed = true;
				this.worker.schedule(this::end);
			}
		}
	}

	private void end() {
		this.worker.dispose();
		if (this.owned) {
			this.scheduler.dispose();
		}
	}

	private Runnable guarded(Runnable task) {
		return () -> {
			Thread before = this.running;
			this.running = Thread.currentThread();
			try {
				task.run();
			}
			catch (Throwable ex) {
				this.onFailure.accept(ex);
			}
			finally {
				this.running = before;
			}
		};
	}

}
