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

package io.macula;

import java.time.Duration;
import java.util.Objects;

/**
 * Point in monotonic time that bounds a whole call. Immutable; compares with
 * {@link System#nanoTime()}, so that a change of the wall clock changes nothing. It
 * travels between processes as the remaining time.
 *
 * @param nanoTime the point, on the scale of {@link System#nanoTime()}
 */
public record Deadline(long nanoTime) {

	/**
	 * A deadline that lies the given time ahead.
	 * @param remaining time until the deadline; zero and negative values are over at once
	 * @return the deadline
	 */
	public static Deadline after(Duration remaining) {
		Objects.requireNonNull(remaining, "remaining");
		return new Deadline(System.nanoTime() + saturatedNanos(remaining));
	}

	/**
	 * Nanoseconds left.
	 * @param now the present, from {@link System#nanoTime()}
	 * @return zero or less if the deadline is over
	 */
	public long remainingNanos(long now) {
		return this.nanoTime - now;
	}

	/**
	 * Whether the deadline is over.
	 * @param now the present, from {@link System#nanoTime()}
	 * @return true if so
	 */
	public boolean over(long now) {
		return this.nanoTime - now <= 0;
	}

	/**
	 * The earlier of two deadlines.
	 * @param other the other
	 * @return this one or the other
	 */
	public Deadline min(Deadline other) {
		return (this.nanoTime - other.nanoTime <= 0) ? this : other;
	}

	/** A century, well inside the range of nanosecond differences. */
	private static long saturatedNanos(Duration duration) {
		long seconds = Math.max(-1, Math.min(duration.toSeconds(), 100L * 365 * 24 * 3600));
		return Duration.ofSeconds(seconds, duration.getNano()).toNanos();
	}

}
