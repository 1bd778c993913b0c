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

/**
 * Adds up the time by which actions of a transport's event loop ran late, that is how
 * long this process itself was held up.
 */
final class LoopPauses {

	private static final Duration PERIOD = Duration.ofMillis(10);

	private final Transport transport;

	private long dueNanos;

	private long lateNanos;

	private boolean ended;

	LoopPauses(Transport transport) {
		this.transport = transport;
		next();
	}

	private void next() {
		this.dueNanos = System.nanoTime() + PERIOD.toNanos();
		this.transport.schedule(this::look, PERIOD);
	}

	private synchronized void look() {
		this.lateNanos += Math.max(0, System.nanoTime() - this.dueNanos);
		if (!this.ended) {
			next();
		}
	}

	/** Ends the watch; milliseconds of pauses so far. */
	synchronized long end() {
		this.ended = true;
		return this.lateNanos / 1_000_000;
	}

}
