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

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/**
 * Lets one log entry through in five seconds and counts the others, so that a failing
 * handler under load does not turn the log into a second failure. Safe for all threads.
 */
final class LogLimit {

	private static final long PERIOD_NANOS = TimeUnit.SECONDS.toNanos(5);

	private final AtomicLong next = new AtomicLong(System.nanoTime());

	private final AtomicInteger suppressed = new AtomicInteger();

	/**
	 * Log, or count what was not logged.
	 * @param entry logs; receives a text on the suppressed ones to append to the message,
	 * empty if there were none
	 */
	void run(Consumer<String> entry) {
		long now = System.nanoTime();
		long due = this.next.get();
		if (now - due < 0 || !this.next.compareAndSet(due, now + PERIOD_NANOS)) {
			this.suppressed.incrementAndGet();
			return;
		}
		int count = this.suppressed.getAndSet(0);
		entry.accept((count > 0) ? " (and " + count + " more that were not logged)" : "");
	}

}
