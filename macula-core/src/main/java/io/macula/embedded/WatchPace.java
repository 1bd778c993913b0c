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

package io.macula.embedded;

import java.time.Duration;

/**
 * How often a watched seed says that it lives, while nothing changes; each time costs two
 * datagrams and wakes four threads. The client chooses.
 */
enum WatchPace {

	/** Of a client that calls: a dead seed is left within five seconds. */
	BRISK(4200),

	/**
	 * Of a client that has not called anybody for a while. Still more often than the
	 * PINGs of a silent connection, which would cost more.
	 */
	CALM(8600);

	private final Duration heartbeat;

	WatchPace(long heartbeatMillis) {
		this.heartbeat = Duration.ofMillis(heartbeatMillis);
	}

	/** The longest that the seed is silent. */
	Duration heartbeat() {
		return this.heartbeat;
	}

	/** A seed that was silent for this long is late: another one is asked, too. */
	Duration late() {
		return this.heartbeat.plusMillis(500);
	}

	/** A seed that was silent for this long is left. */
	Duration silence() {
		return this.heartbeat.plusMillis(1800);
	}

}
