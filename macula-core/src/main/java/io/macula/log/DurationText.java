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

package io.macula.log;

import java.math.BigDecimal;
import java.time.Duration;

/**
 * Durations as people write them: {@code 30 s}, {@code 1.5 s}, {@code 250 ms}.
 */
public final class DurationText {

	private static final long NANOS_PER_MILLI = 1_000_000;

	private static final Duration YEAR = Duration.ofDays(365);

	private DurationText() {
	}

	/**
	 * A duration for a log line.
	 * @param duration not negative
	 * @return seconds, or milliseconds below one second
	 */
	public static String of(Duration duration) {
		if (duration.getSeconds() == 0) {
			return duration.getNano() / NANOS_PER_MILLI + " ms";
		}
		return BigDecimal.valueOf(duration.getSeconds())
			.add(BigDecimal.valueOf(duration.toMillisPart(), 3))
			.stripTrailingZeros()
			.toPlainString() + " s";
	}

	/**
	 * A duration as one writes it in settings, for messages about them.
	 * @param duration any
	 * @return exact, in the largest unit of which it is a whole number: {@code 90s},
	 * {@code 1500ms}; of what is longer than a year and no whole number of seconds a
	 * fraction of them
	 */
	public static String setting(Duration duration) {
		long seconds = duration.getSeconds();
		if (duration.isZero()) {
			return "0s";
		}
		if (duration.getNano() == 0) {
			return (seconds % 86400 == 0) ? seconds / 86400 + "d" : (seconds % 3600 == 0) ? seconds / 3600 + "h"
					: (seconds % 60 == 0) ? seconds / 60 + "m" : seconds + "s";
		}
		if (duration.abs().compareTo(YEAR) > 0) {
			return BigDecimal.valueOf(seconds)
				.add(BigDecimal.valueOf(duration.getNano(), 9))
				.stripTrailingZeros()
				.toPlainString() + "s";
		}
		long nanos = duration.toNanos();
		return (nanos % NANOS_PER_MILLI == 0) ? nanos / NANOS_PER_MILLI + "ms"
				: (nanos % 1000 == 0) ? nanos / 1000 + "us" : nanos + "ns";
	}

}
