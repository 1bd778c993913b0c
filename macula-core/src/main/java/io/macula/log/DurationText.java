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

}
