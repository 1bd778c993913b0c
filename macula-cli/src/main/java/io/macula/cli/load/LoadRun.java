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

package io.macula.cli.load;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

import org.HdrHistogram.Histogram;
import org.HdrHistogram.Recorder;
import org.jspecify.annotations.Nullable;

/**
 * One run of load. {@link #run} is called once, by the thread that starts the calls;
 * {@link #stop} by any.
 */
public final class LoadRun {

	/*
	 * An open loop: whether a call starts does not depend on the answers to those before
	 * it, as with users who know nothing of each other. Latency is measured from when a
	 * call was to start, not from when it was sent, so that whatever holds up this
	 * process or the calls counts for each call that it delays (coordinated omission).
	 * The one thing that keeps a call from starting is the bound of open calls; such
	 * calls are counted and never made, since a later start would be another schedule.
	 */

	private static final long LONGEST_PARK_NANOS = 20_000_000;

	/** For answers that are on their way when somebody ends the run. */
	private static final long PARTING_NANOS = 500_000_000;

	private static final String UNANSWERED = "UNANSWERED";

	private static final String NO_INSTANCE = "(none)";

	private final LoadPlan plan;

	private final LoadTarget target;

	private final Duration progressEvery;

	private final Consumer<Progress> told;

	private final LoadCounts all = new LoadCounts();

	private final Map<String, LoadCounts> instances = new ConcurrentHashMap<>();

	private final Map<Long, Call> open = new ConcurrentHashMap<>();

	private final AtomicInteger opened = new AtomicInteger();

	private final Recorder recent = new Recorder(3);

	private final AtomicLong ended = new AtomicLong();

	private final AtomicLong failed = new AtomicLong();

	private long scheduled;

	private long notStarted;

	private long lateNanos;

	private volatile boolean stopped;

	/**
	 * A run.
	 * @param plan when calls are to start
	 * @param target what they are
	 * @param progressEvery how often progress is told; more than 0
	 * @param told of the progress, by the thread that runs; must not block for long
	 */
	public LoadRun(LoadPlan plan, LoadTarget target, Duration progressEvery, Consumer<Progress> told) {
		this.plan = plan;
		this.target = target;
		this.progressEvery = progressEvery;
		this.told = told;
	}

	/** Start no more calls; {@link #run} returns soon. */
	public void stop() {
		this.stopped = true;
	}

	/**
	 * Make the calls, wait for the answers.
	 * @return what was measured
	 */
	public LoadReport run() {
		long beginning = System.nanoTime();
		long calls = this.plan.calls();
		long nextProgress = this.progressEvery.toNanos();
		long number = 0;
		while (number < calls && !this.stopped) {
			long now = System.nanoTime() - beginning;
			if (now >= nextProgress) {
				nextProgress = now + this.progressEvery.toNanos();
				tell(now);
			}
			long wait = this.plan.startNanos(number) - now;
			if (wait > 0) {
				LockSupport.parkNanos(Math.min(wait, LONGEST_PARK_NANOS));
				continue;
			}
			start(number, beginning, -wait);
			number++;
		}
		boolean interrupted = number < calls;
		// The last call stands for the time until a further one would start.
		long measured = interrupted
				? Math.min(System.nanoTime() - beginning - this.plan.warmUp().toNanos(), this.plan.length().toNanos())
				: this.plan.length().toNanos();
		await(beginning, nextProgress);
		return report(Duration.ofNanos(Math.max(0, measured)), interrupted);
	}

	private void start(long number, long beginning, long late) {
		boolean counts = this.plan.counts(number);
		if (counts) {
			this.scheduled++;
			this.lateNanos = Math.max(this.lateNanos, late);
		}
		if (this.opened.get() >= this.plan.concurrency()) {
			this.notStarted += counts ? 1 : 0;
			return;
		}
		this.opened.incrementAndGet();
		Call call = new Call(number, counts, beginning + this.plan.startNanos(number));
		this.open.put(number, call);
		try {
			this.target.call(number, call);
		}
		catch (RuntimeException ex) {
			call.ended("INTERNAL", null, 0);
		}
	}

	private void await(long beginning, long firstProgress) {
		long deadline = System.nanoTime() + this.plan.patience().toNanos();
		long nextProgress = firstProgress;
		long parting = System.nanoTime() + PARTING_NANOS;
		while (this.opened.get() > 0 && System.nanoTime() < (this.stopped ? Math.min(parting, deadline) : deadline)) {
			long now = System.nanoTime() - beginning;
			if (now >= nextProgress) {
				nextProgress = now + this.progressEvery.toNanos();
				tell(now);
			}
			LockSupport.parkNanos(LONGEST_PARK_NANOS / 20);
		}
	}

	private void tell(long now) {
		Histogram interval = this.recent.getIntervalHistogram();
		this.told.accept(new Progress(Duration.ofNanos(now), this.plan.warmUp().plus(this.plan.length()),
				now < this.plan.warmUp().toNanos(), this.ended.get(), this.failed.get(), this.notStarted,
				this.opened.get(), interval.getValueAtPercentile(50) / 1000.0,
				interval.getValueAtPercentile(99) / 1000.0));
	}

	private LoadReport report(Duration measured, boolean interrupted) {
		long unanswered = 0;
		for (Call call : this.open.values()) {
			if (call.counts && call.ended(UNANSWERED)) {
				unanswered++;
			}
		}
		Map<String, LoadReport.Part> parts = new LinkedHashMap<>();
		new TreeMap<>(this.instances).forEach((instance, counts) -> parts.put(instance, part(counts)));
		return new LoadReport(this.plan, measured, this.scheduled, this.notStarted, unanswered, part(this.all), parts,
				Duration.ofNanos(this.lateNanos), interrupted);
	}

	private static LoadReport.Part part(LoadCounts counts) {
		return new LoadReport.Part(counts.codes(), counts.attempts(), counts.micros());
	}

	/**
	 * How far a run is.
	 *
	 * @param elapsed since the beginning, the warm-up included
	 * @param whole the whole run, the warm-up included
	 * @param warmingUp whether calls do not count yet
	 * @param ended calls that counted and ended
	 * @param failed those that failed
	 * @param notStarted calls that could not be started
	 * @param open calls under way
	 * @param p50 median latency since the last progress, in milliseconds
	 * @param p99 99th percentile since the last progress, in milliseconds
	 */
	public record Progress(Duration elapsed, Duration whole, boolean warmingUp, long ended, long failed,
			long notStarted, int open, double p50, double p99) {

	}

	/** A call under way; ends once. */
	private final class Call implements LoadTarget.Answer {

		private final long number;

		private final boolean counts;

		private final long intended;

		private final AtomicBoolean over = new AtomicBoolean();

		private volatile @Nullable String asked;

		private volatile int attempts;

		Call(long number, boolean counts, long intended) {
			this.number = number;
			this.counts = counts;
			this.intended = intended;
		}

		@Override
		public void asked(String instance, int attempt) {
			this.asked = instance;
			this.attempts = Math.max(this.attempts, attempt);
		}

		@Override
		public void ended(String code, @Nullable String instance, int attempts) {
			end(code, instance, attempts);
		}

		boolean ended(String code) {
			return end(code, this.asked, this.attempts);
		}

		private boolean end(String code, @Nullable String instance, int attempts) {
			if (!this.over.compareAndSet(false, true)) {
				return false;
			}
			long nanos = System.nanoTime() - this.intended;
			if (this.counts) {
				LoadRun.this.all.ended(code, attempts, nanos);
				LoadRun.this.instances
					.computeIfAbsent((instance != null) ? instance : NO_INSTANCE, (any) -> new LoadCounts())
					.ended(code, attempts, nanos);
				LoadRun.this.recent.recordValue(Math.max(0, nanos / 1000));
				LoadRun.this.ended.incrementAndGet();
				if (!code.equals(LoadCounts.OK)) {
					LoadRun.this.failed.incrementAndGet();
				}
			}
			LoadRun.this.open.remove(this.number);
			LoadRun.this.opened.decrementAndGet();
			return true;
		}

	}

}
