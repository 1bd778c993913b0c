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

package io.macula.udp;

import java.util.function.LongSupplier;

import io.netty.channel.SelectStrategy;
import io.netty.util.IntSupplier;

/**
 * Lets an event loop look for events for some microseconds before it sleeps, as long as
 * that pays. Owned by the event loop.
 */
public final class BriefSpin implements SelectStrategy {

	/*
	 * To be woken takes a thread 20 to 50 microseconds, on either side of each call that
	 * waits for the one before. So spin before sleeping; but only where the events really
	 * come that soon: each spin that found something raises the score, each vain one
	 * lowers it, and below the threshold only one of some idle moments is tried. An idle
	 * loop thus sleeps, and a loop on a busy machine yields its processor while it spins.
	 * (Adaptive mutexes decide in the same way.)
	 */

	private static final int TRIAL_EACH = 32;

	private static final int MAX_SCORE = 8;

	private static final int THRESHOLD = 4;

	private final long spinNanos;

	private final LongSupplier clock;

	private boolean spinning;

	private long since;

	private int score;

	private int idleMoments;

	public BriefSpin(long spinNanos, LongSupplier clock) {
		this.spinNanos = spinNanos;
		this.clock = clock;
	}

	@Override
	public int calculateStrategy(IntSupplier selectNow, boolean hasTasks) throws Exception {
		if (hasTasks) {
			return found(selectNow.get());
		}
		if (!this.spinning) {
			if (this.score < THRESHOLD && ++this.idleMoments % TRIAL_EACH != 0) {
				return SELECT;
			}
			this.spinning = true;
			this.since = this.clock.getAsLong();
		}
		int events = selectNow.get();
		if (events > 0) {
			return found(events);
		}
		if (this.clock.getAsLong() - this.since < this.spinNanos) {
			Thread.yield();
			return CONTINUE;
		}
		this.spinning = false;
		this.score = Math.max(0, this.score - 1);
		return SELECT;
	}

	private int found(int events) {
		if (this.spinning) {
			this.spinning = false;
			this.score = Math.min(MAX_SCORE, this.score + 1);
		}
		return events;
	}

}
