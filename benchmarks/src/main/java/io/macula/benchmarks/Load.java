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

package io.macula.benchmarks;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

import io.macula.benchmarks.stack.Answer;
import io.macula.benchmarks.stack.CalculatorClient;
import io.macula.benchmarks.stack.Completion;
import io.macula.benchmarks.stack.Question;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.Recorder;

/**
 * Keeps a client busy with one workload and records the latencies of one window.
 */
abstract class Load implements AutoCloseable {

	private static final long MAX_ERRORS = 1000;

	/** Large enough for the encoded size of a record to be the same for every call. */
	private static final long FIRST_ID = 1L << 40;

	private static final long HIGHEST_NANOS = 60_000_000_000L;

	/** Calls of 64 KiB that are under way beside the small ones. */
	private static final int MIXED_LARGE = 4;

	final CalculatorClient client;

	private final Recorder recorder = new Recorder(HIGHEST_NANOS, 3);

	private final AtomicLong errors = new AtomicLong();

	private volatile String firstFailure = "";

	private final AtomicLong open = new AtomicLong();

	private volatile boolean running = true;

	Load(CalculatorClient client) {
		this.client = client;
	}

	static Load of(Workload workload, CalculatorClient client) {
		return switch (workload.kind()) {
			case ECHO, ECHO_LINK, ECHO_JUMBO -> new AsyncLoad(client, 0, workload.inFlight());
			case MIXED -> new AsyncLoad(client, workload.inFlight(), MIXED_LARGE);
			case STREAM -> new StreamLoad(client);
			case SMALL, LOSSY, FIRST -> new AsyncLoad(client, workload.inFlight(), 0);
			case BLOCKING -> new BlockingLoad(client, workload.inFlight());
		};
	}

	static Histogram histogram() {
		return new Histogram(HIGHEST_NANOS, 3);
	}

	static Question question(long id) {
		return new Question(FIRST_ID + id, (int) (id % 1000) + 100_000, 21, "twelve chars");
	}

	static boolean verified(Question question, Answer answer) {
		return answer.id() == question.id() && answer.result() == (long) question.x() * question.y();
	}

	abstract void start();

	/** Wait while the load goes on. */
	void run(long nanos) {
		long end = System.nanoTime() + nanos;
		for (long left = nanos; left > 0 && this.running; left = end - System.nanoTime()) {
			LockSupport.parkNanos(left);
		}
	}

	void beginWindow() {
		this.recorder.reset();
	}

	Histogram endWindow() {
		return this.recorder.getIntervalHistogram();
	}

	long errors() {
		return this.errors.get();
	}

	String firstFailure() {
		return this.firstFailure;
	}

	final boolean running() {
		return this.running;
	}

	final void begin() {
		this.open.incrementAndGet();
	}

	final void end() {
		this.open.decrementAndGet();
	}

	final void record(long nanos) {
		this.recorder.recordValue(Math.min(nanos, HIGHEST_NANOS));
	}

	final void error(String message) {
		if (this.firstFailure.isEmpty()) {
			this.firstFailure = message;
		}
		if (this.errors.incrementAndGet() >= MAX_ERRORS) {
			this.running = false;
		}
	}

	/** Stop and wait until everything in flight has come back. */
	@Override
	public void close() {
		this.running = false;
		long end = System.nanoTime() + 10_000_000_000L;
		while (this.open.get() > 0) {
			if (System.nanoTime() - end > 0) {
				throw new IllegalStateException(this.open.get() + " calls never came back");
			}
			LockSupport.parkNanos(1_000_000);
		}
	}

	/**
	 * Small and large calls in flight; each completion starts the next call of its kind,
	 * on the thread on which it arrives.
	 */
	private static final class AsyncLoad extends Load {

		private final int small;

		private final int large;

		AsyncLoad(CalculatorClient client, int small, int large) {
			super(client);
			this.small = small;
			this.large = large;
		}

		@Override
		void start() {
			for (int i = 0; i < this.small; i++) {
				begin();
				new SmallSlot(i).next();
			}
			for (int i = 0; i < this.large; i++) {
				begin();
				new LargeSlot(i).next();
			}
		}

		private final class SmallSlot implements Completion<Answer> {

			private Question question;

			private long startNanos;

			SmallSlot(int number) {
				this.question = question(number);
			}

			void next() {
				this.startNanos = System.nanoTime();
				AsyncLoad.this.client.multiply(this.question, this);
			}

			@Override
			public void done(Answer answer) {
				if (verified(this.question, answer)) {
					record(System.nanoTime() - this.startNanos);
				}
				else {
					error("wrong answer " + answer + " to " + this.question);
				}
				goOn();
			}

			@Override
			public void failed(Throwable cause) {
				error(cause.toString());
				goOn();
			}

			private void goOn() {
				if (running()) {
					this.question = question(this.question.id() - FIRST_ID + AsyncLoad.this.small);
					next();
				}
				else {
					end();
				}
			}

		}

		private final class LargeSlot implements Completion<byte[]> {

			private final byte[] body = new byte[Workload.LARGE_BYTES];

			private long startNanos;

			LargeSlot(int number) {
				Arrays.fill(this.body, (byte) number);
			}

			void next() {
				this.startNanos = System.nanoTime();
				AsyncLoad.this.client.echo(this.body, this);
			}

			@Override
			public void done(byte[] result) {
				if (!Arrays.equals(this.body, result)) {
					error("wrong echo of " + result.length + " bytes");
				}
				else if (AsyncLoad.this.small == 0) {
					record(System.nanoTime() - this.startNanos);
				}
				goOn();
			}

			@Override
			public void failed(Throwable cause) {
				error(cause.toString());
				goOn();
			}

			private void goOn() {
				if (running()) {
					next();
				}
				else {
					end();
				}
			}

		}

	}

	/**
	 * Threads that each wait for their call.
	 */
	private static final class BlockingLoad extends Load {

		private final int threads;

		BlockingLoad(CalculatorClient client, int threads) {
			super(client);
			this.threads = threads;
		}

		@Override
		void start() {
			for (int i = 0; i < this.threads; i++) {
				int number = i;
				begin();
				Thread thread = new Thread(() -> loop(number), "caller-" + number);
				thread.setDaemon(true);
				thread.start();
			}
		}

		private void loop(int number) {
			for (long id = number; running(); id += this.threads) {
				Question question = question(id);
				long begin = System.nanoTime();
				try {
					Answer answer = this.client.multiply(question);
					if (verified(question, answer)) {
						record(System.nanoTime() - begin);
					}
					else {
						error("wrong answer " + answer + " to " + question);
					}
				}
				catch (Exception ex) {
					error(ex.toString());
				}
			}
			end();
		}

	}

	/**
	 * One stream of a million elements after the other; warm-up and window are whole
	 * streams, the last of which begins within the time.
	 */
	private static final class StreamLoad extends Load {

		private static final int ELEMENTS = 1_000_000;

		StreamLoad(CalculatorClient client) {
			super(client);
		}

		@Override
		void start() {
			// Streams run in the calling thread.
		}

		@Override
		void run(long nanos) {
			long start = System.nanoTime();
			do {
				stream();
			}
			while (System.nanoTime() - start < nanos);
		}

		/** An element's latency is the time since the one before. */
		private void stream() {
			int[] next = { 0 };
			long[] last = { System.nanoTime() };
			try {
				this.client.count(ELEMENTS, (index) -> {
					if (index != next[0]++) {
						error("element " + index + " instead of " + (next[0] - 1));
					}
					long now = System.nanoTime();
					record(now - last[0]);
					last[0] = now;
				});
			}
			catch (Exception ex) {
				error(ex.toString());
			}
			if (next[0] != ELEMENTS) {
				error(next[0] + " elements instead of " + ELEMENTS);
			}
		}

	}

}
