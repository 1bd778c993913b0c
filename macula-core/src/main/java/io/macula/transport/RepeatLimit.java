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

package io.macula.transport;

import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Lets the first of equal log lines through, then one of them in {@value #PERIOD_SECONDS}
 * seconds while they recur, and at most {@value #DIFFERENT} different ones in that time;
 * counts the others. Whoever provokes lines thus cannot fill the log. Safe for all
 * threads.
 */
final class RepeatLimit {

	static final int DIFFERENT = 10;

	static final int PERIOD_SECONDS = 60;

	/** What {@link #admit} tells of a line that is not to be written. */
	static final long SUPPRESSED = -1;

	private final LongSupplier clock;

	private final Set<String> written = new HashSet<>();

	private long periodStart;

	private long suppressed;

	RepeatLimit(LongSupplier clock) {
		this.clock = clock;
		this.periodStart = clock.getAsLong();
	}

	/**
	 * Judge a line.
	 * @param key equal for lines that say the same
	 * @return {@link #SUPPRESSED}, or how many lines were suppressed since the last one
	 * that was written
	 */
	synchronized long admit(String key) {
		long now = this.clock.getAsLong();
		if (now - this.periodStart > TimeUnit.SECONDS.toNanos(PERIOD_SECONDS)) {
			this.periodStart = now;
			this.written.clear();
		}
		if (this.written.contains(key) || this.written.size() >= DIFFERENT) {
			this.suppressed++;
			return SUPPRESSED;
		}
		this.written.add(key);
		long dropped = this.suppressed;
		this.suppressed = 0;
		return dropped;
	}

}
