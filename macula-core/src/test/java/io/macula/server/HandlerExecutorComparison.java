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

import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * Compares the handler executor with plain designs: one thread stands for the event loop,
 * which hands over what arrived and takes the answers back, a fixed number of calls being
 * in flight; handlers are trivial. To be run by hand; prints calls per second.
 */
public final class HandlerExecutorComparison {

	private static final int BATCH = 64;

	private HandlerExecutorComparison() {
	}

	/**
	 * Run the comparison.
	 * @param arguments seconds of each measurement, default 3
	 * @throws Exception if interrupted
	 */
	public static void main(String[] arguments) throws Exception {
		int seconds = (arguments.length > 0) ? Integer.parseInt(arguments[0]) : 3;
		for (int round = 0; round < 3; round++) {
			for (int inFlight : new int[] { 1, 64, 512 }) {
				HandlerExecutor batching = HandlerExecutor.batching(200, 10_000);
				report("batching", inFlight, batching, seconds);
				batching.close();
				plain("two fixed threads", Executors.newFixedThreadPool(2), inFlight, seconds);
				plain("cached threads", Executors.newCachedThreadPool(), inFlight, seconds);
				plain("fork-join", new ForkJoinPool(2), inFlight, seconds);
				ExecutorService virtual = virtualThreads();
				if (virtual != null) {
					plain("virtual threads", virtual, inFlight, seconds);
				}
			}
		}
	}

	private static ExecutorService virtualThreads() {
		try {
			return (ExecutorService) Executors.class.getMethod("newVirtualThreadPerTaskExecutor").invoke(null);
		}
		catch (ReflectiveOperationException ex) {
			return null;
		}
	}

	private static void plain(String name, ExecutorService service, int inFlight, int seconds) throws Exception {
		report(name, inFlight, HandlerExecutor.of((Executor) service, 10_000), seconds);
		service.shutdown();
		service.awaitTermination(5, TimeUnit.SECONDS);
	}

	private static void report(String name, int inFlight, HandlerExecutor executor, int seconds) throws Exception {
		Loop loop = new Loop(executor, inFlight);
		loop.measure(TimeUnit.MILLISECONDS.toNanos(500));
		long cpuBefore = cpuNanos();
		long calls = loop.measure(TimeUnit.SECONDS.toNanos(seconds));
		long cpu = cpuNanos() - cpuBefore;
		System.out.printf("%-18s in flight %4d: %,12d calls/s, %.2f us CPU per call, threads %d%n", name, inFlight,
				calls / seconds, cpu / 1000.0 / calls, executor.figures().threads());
	}

	private static long cpuNanos() {
		return ((com.sun.management.OperatingSystemMXBean) java.lang.management.ManagementFactory
			.getOperatingSystemMXBean()).getProcessCpuTime();
	}

	private static final class Loop {

		private final HandlerExecutor executor;

		private final int inFlight;

		private final AtomicInteger answered = new AtomicInteger();

		private final AtomicBoolean parked = new AtomicBoolean();

		private volatile Thread thread = Thread.currentThread();

		Loop(HandlerExecutor executor, int inFlight) {
			this.executor = executor;
			this.inFlight = inFlight;
		}

		long measure(long nanos) {
			this.thread = Thread.currentThread();
			HandlerTask[] batch = new HandlerTask[BATCH];
			long end = System.nanoTime() + nanos;
			long calls = 0;
			int free = this.inFlight;
			while (System.nanoTime() < end) {
				while (free > 0) {
					int count = Math.min(free, BATCH);
					for (int i = 0; i < count; i++) {
						batch[i] = new Call(this);
					}
					if (this.executor.submit(batch, count) != count) {
						throw new IllegalStateException("refused");
					}
					free -= count;
				}
				free = awaitAnswers();
				calls += free;
			}
			int open = this.inFlight - free;
			while (open > 0) {
				open -= awaitAnswers();
			}
			return calls;
		}

		private int awaitAnswers() {
			for (;;) {
				int count = this.answered.getAndSet(0);
				if (count > 0) {
					return count;
				}
				this.parked.set(true);
				if (this.answered.get() == 0) {
					LockSupport.parkNanos(10_000_000);
				}
				this.parked.set(false);
			}
		}

		void answer() {
			this.answered.incrementAndGet();
			if (this.parked.get() && this.parked.compareAndSet(true, false)) {
				LockSupport.unpark(this.thread);
			}
		}

	}

	private static final class Call implements HandlerTask {

		private final Loop loop;

		private final byte[] payload = new byte[50];

		Call(Loop loop) {
			this.loop = loop;
		}

		@Override
		public void run(long now) {
			byte[] answer = this.payload.clone();
			if (answer.length > 0) {
				this.loop.answer();
			}
		}

		@Override
		public void drop() {
			this.loop.answer();
		}

		@Override
		public void abort() {
		}

		@Override
		public boolean slow() {
			return false;
		}

		@Override
		public void took(long nanos) {
		}

	}

}
