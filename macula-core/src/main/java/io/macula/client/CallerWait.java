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

package io.macula.client;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import io.macula.pool.Timer;

/**
 * How long a blocking caller waits for the end of its call: until the deadline, and then
 * for a grace in which the call may still end as it should. Owned by the caller's thread.
 */
final class CallerWait {

	/*
	 * After a stop of the process (SIGSTOP, a paused container, a suspended machine) the
	 * deadline is long over, and the caller may be the first that runs again, before the
	 * event loop that has the answer or ends the call. So the grace begins when the
	 * caller sees that the deadline is over, and consists of steps, of which none counts
	 * for more than its length, however long it took.
	 */

	/*
	 * That the threads which end calls have no turn (all processors are taken, or
	 * something blocks them) tells nothing of the call. So one of them is asked to show
	 * that it runs, and has the whole grace from then on.
	 */

	/** With the moments until a late thread runs, at most a second. */
	static final long GRACE_NANOS = 800_000_000L;

	static final long STEP_NANOS = GRACE_NANOS / 8;

	private final Timer timer;

	private long untilDeadline;

	private long grace = GRACE_NANOS;

	private long last;

	/**
	 * Set by one of those threads, which is asked when the deadline is seen to be over.
	 */
	private volatile boolean sign;

	private boolean asked;

	private boolean signSeen;

	/**
	 * A wait that begins.
	 * @param untilDeadline nanoseconds from now; may be over
	 * @param now the present, of a monotonic clock
	 * @param timer runs on the threads that end calls
	 */
	CallerWait(long untilDeadline, long now, Timer timer) {
		this.timer = timer;
		this.untilDeadline = untilDeadline;
		this.last = now;
	}

	/** For how long to wait until the next look at the clock; 0 once all is over. */
	long bound() {
		return (this.untilDeadline > 0) ? this.untilDeadline : Math.max(0, Math.min(this.grace, STEP_NANOS));
	}

	boolean over() {
		return this.grace <= 0;
	}

	/** Called after each wait, however it ended. */
	void waited(long now) {
		long passed = now - this.last;
		this.last = now;
		if (this.untilDeadline > 0) {
			this.untilDeadline -= passed;
		}
		else {
			this.grace -= Math.min(passed, STEP_NANOS);
		}
		if (this.untilDeadline <= 0) {
			lookForSign();
		}
	}

	private void lookForSign() {
		if (!this.asked) {
			this.asked = true;
			try {
				this.timer.schedule(() -> this.sign = true, Duration.ZERO);
			}
			catch (RejectedExecutionException ex) {
				// They run no more, so that no sign comes.
			}
		}
		if (!this.signSeen && this.sign) {
			this.signSeen = true;
			this.grace = GRACE_NANOS;
		}
	}

	/** Whether the threads that end calls have run since the deadline was over. */
	boolean othersRan() {
		return this.signSeen;
	}

	/**
	 * Wait for a future, as long as there is time.
	 * @return whether it has a value; if it failed, that is thrown
	 */
	boolean until(CompletableFuture<?> future) throws InterruptedException, ExecutionException {
		while (!over()) {
			try {
				future.get(bound(), TimeUnit.NANOSECONDS);
				return true;
			}
			catch (TimeoutException ex) {
				waited(System.nanoTime());
			}
		}
		return false;
	}

}
