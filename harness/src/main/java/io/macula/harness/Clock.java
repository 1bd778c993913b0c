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

package io.macula.harness;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * Waiting for other processes. Times are those of {@link System#nanoTime()}, which on
 * Linux is one clock for all processes.
 */
public final class Clock {

	private static final Duration STEP = Duration.ofMillis(20);

	private Clock() {
	}

	public static long now() {
		return System.nanoTime();
	}

	/**
	 * Let time pass.
	 * @param duration how long; nothing if negative
	 */
	public static void pause(Duration duration) {
		try {
			TimeUnit.NANOSECONDS.sleep(Math.max(0, duration.toNanos()));
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IllegalStateException("Interrupted", ex);
		}
	}

	public static void seconds(double seconds) {
		pause(Duration.ofMillis((long) (seconds * 1000)));
	}

	/**
	 * Wait until a condition holds.
	 * @param what what is waited for, for the exception's message
	 * @param limit bound of the wait
	 * @param condition the condition
	 * @throws IllegalStateException if it does not hold within the limit
	 */
	public static void await(String what, Duration limit, BooleanSupplier condition) {
		if (!within(limit, condition)) {
			throw new IllegalStateException("Waited " + limit.toSeconds() + " s in vain until " + what);
		}
	}

	/**
	 * Wait until a condition holds.
	 * @param limit bound of the wait
	 * @param condition the condition
	 * @return whether it held within the limit
	 */
	public static boolean within(Duration limit, BooleanSupplier condition) {
		long start = now();
		while (!condition.getAsBoolean()) {
			if (now() - start > limit.toNanos()) {
				return false;
			}
			pause(STEP);
		}
		return true;
	}

}
