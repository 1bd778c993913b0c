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

package io.macula.machines;

import java.time.Duration;

/**
 * How long things may take. Immutable.
 *
 * @param ready until a provider that was started is ready
 * @param settle how long it must stay so before the next machine's turn
 * @param stop how long a provider may drain before it is killed
 */
record Limits(Duration ready, Duration settle, Duration stop) {

	private static final Duration MARGIN = Duration.ofSeconds(30);

	Limits {
		within("wait", ready, 1, 3600);
		within("settle", settle, 0, 600);
		within("stop", stop, 1, 3600);
	}

	/**
	 * What holds if nothing is said.
	 * @return the limits
	 */
	static Limits defaults() {
		return new Limits(Duration.ofSeconds(60), Duration.ofSeconds(3), Duration.ofSeconds(45));
	}

	/**
	 * Limits as they are given.
	 * @param wait seconds
	 * @param settle seconds
	 * @param stop seconds
	 * @return the limits
	 * @throws CannotDeployException if one is no number, or out of range
	 */
	static Limits of(String wait, String settle, String stop) {
		return new Limits(seconds("wait", wait), seconds("settle", settle), seconds("stop", stop));
	}

	/**
	 * How long a step waits for the end of another one, whose connection was lost: none
	 * takes longer.
	 * @return the longer one of starting and stopping
	 */
	Duration patience() {
		return (this.ready.compareTo(this.stop) > 0) ? this.ready : this.stop;
	}

	Duration toChange() {
		return patience().plus(MARGIN);
	}

	Duration toStart() {
		return toChange().plus(this.ready);
	}

	Duration toBeReady() {
		return this.ready.plus(this.settle).plus(MARGIN);
	}

	Duration toStop() {
		return toChange().plus(this.stop);
	}

	private static Duration seconds(String name, String value) {
		if (!value.matches("[0-9]{1,6}")) {
			throw new CannotDeployException("--" + name + " '" + value + "' is not valid: expected seconds");
		}
		return Duration.ofSeconds(Long.parseLong(value));
	}

	private static void within(String name, Duration value, long least, long most) {
		if (value.toSeconds() < least || value.toSeconds() > most) {
			throw new CannotDeployException("--" + name + " '" + value.toSeconds() + "' is not valid: expected " + least
					+ " to " + most + " seconds");
		}
	}

}
