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

package io.macula.multinode;

import java.time.Duration;

import io.macula.harness.Clock;
import org.HdrHistogram.Histogram;

/**
 * How late a thread of this process is that wants nothing but to wait, so that a reader
 * can tell what was slow: the realm, or the machine that measured it. Started and closed
 * by one thread, asked by any.
 */
final class Standstill implements AutoCloseable {

	private static final Duration RESTED = Duration.ofMillis(5);

	private static final int DIGITS = 3;

	/** Lateness in microseconds. */
	private final Histogram late = new Histogram(DIGITS);

	private final Thread thread = new Thread(this::rest, "standstill");

	private volatile boolean running = true;

	private Standstill() {
	}

	/**
	 * Begin to watch.
	 * @return what watches
	 */
	static Standstill start() {
		Standstill standstill = new Standstill();
		standstill.thread.setDaemon(true);
		standstill.thread.start();
		return standstill;
	}

	/**
	 * For how long this process stood still at most.
	 * @return time beyond what a thread wanted to rest, in microseconds
	 */
	long longestMicros() {
		synchronized (this.late) {
			return this.late.getMaxValue();
		}
	}

	/**
	 * How late it was in one of a hundred rests.
	 * @return the 99th percentile, in microseconds
	 */
	long p99Micros() {
		synchronized (this.late) {
			return this.late.getValueAtPercentile(99);
		}
	}

	@Override
	public void close() {
		this.running = false;
		try {
			this.thread.join();
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IllegalStateException("Interrupted", ex);
		}
	}

	private void rest() {
		while (this.running) {
			long begin = Clock.now();
			Clock.pause(RESTED);
			long beyond = (Clock.now() - begin - RESTED.toNanos()) / 1000;
			synchronized (this.late) {
				this.late.recordValue(Math.max(0, beyond));
			}
		}
	}

}
