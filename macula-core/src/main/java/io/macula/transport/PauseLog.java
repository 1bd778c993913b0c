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

import java.time.Duration;
import java.util.Locale;
import java.util.function.LongSupplier;

import io.macula.log.LogLimit;
import io.macula.log.PrintableLogger;
import org.slf4j.Logger;

/**
 * Tells people that this node stood still, once for each pause whichever of its event
 * loops noticed it. Safe for all threads.
 */
final class PauseLog {

	private static final Logger logger = PrintableLogger.of(PauseLog.class);

	private static final int LINES_PER_MINUTE = 6;

	private final LogLimit limit;

	private long lastEnd;

	private boolean any;

	PauseLog(LongSupplier clock) {
		this.limit = new LogLimit(clock, Duration.ofMinutes(1), LINES_PER_MINUTE);
	}

	/**
	 * A pause is over.
	 * @param now the present
	 * @param nanos how long it was
	 * @param certain false if the wall clock alone says so, which may have been set
	 */
	synchronized void paused(long now, long nanos, boolean certain) {
		// Another event loop that notices the same pause does so a moment later.
		long length = (certain) ? Math.max(nanos, Connection.PAUSE_NANOS) : Connection.PAUSE_NANOS;
		if (this.any && now - length - this.lastEnd < 0) {
			return;
		}
		this.any = true;
		this.lastEnd = now;
		String causes = (certain) ? ": it was stopped, suspended or short of processors, or collected memory" : "";
		this.limit.log(Long.toString(now), (suppressed) -> logger.warn(
				"This node {}{}. Its connections are probed before they are relied on, and nobody is blamed for it{}",
				what(nanos, certain), causes, suppressed));
	}

	/** A clause. */
	static String describe(long nanos, boolean certain) {
		return "this node " + what(nanos, certain);
	}

	private static String what(long nanos, boolean certain) {
		return (certain) ? "stood still for " + text(nanos)
				: "was suspended for " + text(nanos) + ", or its clock was set ahead";
	}

	/** For people: {@code 40.1 s}. */
	static String text(long nanos) {
		return String.format(Locale.ROOT, "%.1f s", nanos / 1e9);
	}

}
