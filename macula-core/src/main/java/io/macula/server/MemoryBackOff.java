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

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

import io.macula.log.LogLimit;
import io.macula.log.PrintableLogger;
import org.slf4j.Logger;

/**
 * Time without calls that a node takes when its memory ends. Safe for all threads: its
 * state is one immutable value, swapped whole.
 */
final class MemoryBackOff {

	/*
	 * An OutOfMemoryError of a handler unwinds its stack and often frees what it asked
	 * for, so the node lives on; but a node at the edge answers slowly and fails at
	 * random, which is worse than refusing. So after each the node refuses calls (as not
	 * processed: they go to other instances) for a back-off that doubles from 1 to 30
	 * seconds while they recur, and serves again afterwards. Who prefers a restart sets
	 * -XX:+ExitOnOutOfMemoryError.
	 *
	 * States: serving -> refusing by an OutOfMemoryError, and back by the first call that
	 * comes after the end. An error during a back-off does not extend it.
	 */

	private static final Logger logger = PrintableLogger.of(MemoryBackOff.class);

	private static final long SHORTEST_NANOS = TimeUnit.SECONDS.toNanos(1);

	private static final long LONGEST_NANOS = TimeUnit.SECONDS.toNanos(30);

	private final String node;

	private final LongSupplier nanos;

	private final LogLimit memoryLog;

	/** Swapped with the lock of this object. */
	private volatile BackOff backOff = new BackOff(false, 0, 0);

	MemoryBackOff(String node, LongSupplier nanos) {
		this.node = node;
		this.nanos = nanos;
		this.memoryLog = new LogLimit(nanos, Duration.ofSeconds(5), 1);
	}

	/** Whether calls are to be refused, unless {@link #resume} says otherwise. */
	boolean refusing() {
		return this.backOff.refusing;
	}

	/**
	 * Serve again if the back-off is over.
	 * @return false if it is not
	 */
	boolean resume() {
		BackOff present = this.backOff;
		if (!present.refusing) {
			return true;
		}
		if (this.nanos.getAsLong() - present.endNanos < 0) {
			return false;
		}
		swap(present, present.served());
		return true;
	}

	private synchronized void swap(BackOff present, BackOff next) {
		if (this.backOff == present) {
			this.backOff = next;
		}
	}

	/** Refuse calls from now on if this is a sign that the memory ends. */
	void failed(Throwable thrown) {
		if (!(thrown instanceof OutOfMemoryError)) {
			return;
		}
		try {
			long seconds = TimeUnit.NANOSECONDS.toSeconds(refuse(this.nanos.getAsLong()).lengthNanos);
			this.memoryLog.log("", (suppressed) -> logger.error(
					"{} is out of memory and refuses calls for {} s, then serves again; set -XX:+ExitOnOutOfMemoryError to end the process instead{}",
					this.node, seconds, suppressed, thrown));
		}
		catch (Throwable ex) {
			// The call that failed is still to be answered, with the memory that is left.
			return;
		}
	}

	private synchronized BackOff refuse(long now) {
		this.backOff = this.backOff.after(now);
		return this.backOff;
	}

	/**
	 * The last back-off.
	 *
	 * @param refusing whether calls are refused
	 * @param endNanos when it ends or ended
	 * @param lengthNanos how long it is or was, 0 if there was none
	 */
	private record BackOff(boolean refusing, long endNanos, long lengthNanos) {

		BackOff served() {
			return new BackOff(false, this.endNanos, this.lengthNanos);
		}

		/** What is to be after an error. */
		BackOff after(long now) {
			if (this.refusing && now - this.endNanos < 0) {
				return this;
			}
			boolean recurs = this.lengthNanos > 0 && now - this.endNanos <= LONGEST_NANOS;
			long length = recurs ? Math.min(2 * this.lengthNanos, LONGEST_NANOS) : SHORTEST_NANOS;
			return new BackOff(true, now + length, length);
		}

	}

}
