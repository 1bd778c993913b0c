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

package io.macula.embedded;

import java.time.Duration;
import java.util.SplittableRandom;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/**
 * The one thread that owns the state of an embedded directory, with its clock and its
 * dice. Safe for all threads.
 */
final class DirectoryLoop {

	private static final Logger logger = LoggerFactory.getLogger(DirectoryLoop.class);

	private final Scheduler scheduler;

	private final Scheduler.Worker worker;

	private final LongSupplier nanoTime;

	private final RandomGenerator random;

	private final boolean owned;

	private volatile boolean closed;

	private DirectoryLoop(Scheduler scheduler, LongSupplier nanoTime, RandomGenerator random, boolean owned) {
		this.scheduler = scheduler;
		this.worker = scheduler.createWorker();
		this.nanoTime = nanoTime;
		this.random = random;
		this.owned = owned;
	}

	/**
	 * A loop on a daemon thread of its own.
	 */
	static DirectoryLoop start() {
		return new DirectoryLoop(Schedulers.newSingle("macula-directory", true), System::nanoTime,
				new SplittableRandom(), true);
	}

	/**
	 * A loop on someone else's scheduler, which must run one task at a time.
	 */
	static DirectoryLoop on(Scheduler scheduler, LongSupplier nanoTime, RandomGenerator random) {
		return new DirectoryLoop(scheduler, nanoTime, random, false);
	}

	/**
	 * Run a task in turn; dropped once the loop is closed.
	 */
	void execute(Runnable task) {
		schedule(task, Duration.ZERO);
	}

	void schedule(Runnable task, Duration delay) {
		if (this.closed) {
			return;
		}
		try {
			this.worker.schedule(guarded(task), delay.toNanos(), TimeUnit.NANOSECONDS);
		}
		catch (RejectedExecutionException ex) {
			logger.debug("Dropped a task of a directory that is being closed", ex);
		}
	}

	void every(Duration period, Runnable task) {
		this.worker.schedulePeriodically(guarded(task), period.toNanos(), period.toNanos(), TimeUnit.NANOSECONDS);
	}

	long nanoTime() {
		return this.nanoTime.getAsLong();
	}

	LongSupplier clock() {
		return this.nanoTime;
	}

	/**
	 * A duration spread evenly between half and the whole of the given one, so that many
	 * nodes do not act in step.
	 */
	Duration jittered(Duration duration) {
		return duration.dividedBy(2).plusNanos(this.random.nextLong(duration.toNanos() / 2 + 1));
	}

	int random(int bound) {
		return this.random.nextInt(bound);
	}

	void close() {
		this.closed = true;
		this.worker.dispose();
		if (this.owned) {
			this.scheduler.dispose();
		}
	}

	/* A task that fails must not take the periodic ones with it. */
	private Runnable guarded(Runnable task) {
		return () -> {
			if (this.closed) {
				return;
			}
			try {
				task.run();
			}
			catch (RuntimeException ex) {
				logger.error("A task of the embedded directory failed", ex);
			}
		};
	}

}
