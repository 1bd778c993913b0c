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

package io.macula.sample.client.scenario;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * Waiting for what another process does.
 */
final class Await {

	private static final long STEP_MILLIS = 20;

	private Await() {
	}

	/**
	 * Wait until a condition holds.
	 * @param what what is waited for, for the exception's message
	 * @param limit bound of the wait
	 * @param condition the condition
	 * @return how long it took, in nanoseconds
	 * @throws IllegalStateException if the condition does not hold within the limit
	 */
	static long until(String what, Duration limit, BooleanSupplier condition) {
		long start = System.nanoTime();
		while (!condition.getAsBoolean()) {
			if (System.nanoTime() - start > limit.toNanos()) {
				throw new IllegalStateException("Waited " + limit.toSeconds() + " s in vain until " + what);
			}
			pause(Duration.ofMillis(STEP_MILLIS));
		}
		return System.nanoTime() - start;
	}

	/**
	 * Let time pass.
	 * @param duration how long
	 */
	static void pause(Duration duration) {
		try {
			TimeUnit.NANOSECONDS.sleep(duration.toNanos());
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IllegalStateException("Interrupted", ex);
		}
	}

}
