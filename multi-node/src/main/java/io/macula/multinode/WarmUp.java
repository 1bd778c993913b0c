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

import java.lang.management.CompilationMXBean;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * Makes calls until the compilers of this JVM rest: while they have work they compete
 * with the calls for the processors, and a machine with few is slow by them and not by
 * the realm. For one thread.
 */
final class WarmUp {

	/** Longer than the compilation of one method. */
	static final Duration WINDOW = Duration.ofMillis(750);

	/** Windows in sequence in which they rested. */
	private static final int WINDOWS = 2;

	/** Share of a window that they may use. */
	private static final double RESTING_SHARE = 0.02;

	private final LongSupplier compiledMillis;

	private final LongSupplier nanoTime;

	/**
	 * A warm-up.
	 * @param compiledMillis what the compilers have used since the start
	 * @param nanoTime the clock
	 */
	WarmUp(LongSupplier compiledMillis, LongSupplier nanoTime) {
		this.compiledMillis = compiledMillis;
		this.nanoTime = nanoTime;
	}

	/**
	 * What the compilers of this JVM have used.
	 * @return milliseconds since the start; 0 where it has none
	 */
	static long compiledMillis() {
		CompilationMXBean compilation = ManagementFactory.getCompilationMXBean();
		return (compilation != null && compilation.isCompilationTimeMonitoringSupported())
				? compilation.getTotalCompilationTime() : 0;
	}

	/**
	 * Make calls.
	 * @param limit bound of the time that it takes
	 * @param call makes one
	 * @return whether the compilers rest
	 */
	boolean run(Duration limit, Runnable call) {
		long begin = this.nanoTime.getAsLong();
		int rested = 0;
		while (rested < WINDOWS) {
			long window = this.nanoTime.getAsLong();
			if (window - begin >= limit.toNanos()) {
				return false;
			}
			long compiled = this.compiledMillis.getAsLong();
			while (this.nanoTime.getAsLong() - window < WINDOW.toNanos()) {
				call.run();
			}
			boolean resting = this.compiledMillis.getAsLong() - compiled <= RESTING_SHARE * WINDOW.toMillis();
			rested = resting ? rested + 1 : 0;
		}
		return true;
	}

}
