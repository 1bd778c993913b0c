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

package io.macula.contract;

import java.math.BigDecimal;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads durations as people write them: a number with a unit, or ISO 8601.
 */
final class DurationParser {

	private static final Pattern SIMPLE = Pattern.compile("(\\d{1,15}(?:\\.\\d{1,9})?)\\s*(ns|us|ms|s|m|h|d)");

	private static final Map<String, Long> UNIT_NANOS = Map.of("ns", 1L, "us", 1_000L, "ms", 1_000_000L, "s",
			1_000_000_000L, "m", 60_000_000_000L, "h", 3_600_000_000_000L, "d", 86_400_000_000_000L);

	private static final Duration LONGEST = Duration.ofDays(365);

	private DurationParser() {
	}

	/**
	 * Parse a duration of more than 0.
	 * @throws IllegalArgumentException naming the text and the accepted forms
	 */
	static Duration parse(String text) {
		String trimmed = text.trim().toLowerCase(Locale.ROOT);
		Matcher matcher = SIMPLE.matcher(trimmed);
		Duration duration;
		if (matcher.matches()) {
			duration = nanos(text, new BigDecimal(matcher.group(1)), UNIT_NANOS.getOrDefault(matcher.group(2), 1L));
		}
		else {
			duration = iso(text, trimmed);
		}
		if (duration.isNegative() || duration.isZero()) {
			throw new IllegalArgumentException("'" + text + "' is not more than 0");
		}
		if (duration.compareTo(LONGEST) > 0) {
			throw new IllegalArgumentException("'" + text + "' is more than 365d");
		}
		return duration;
	}

	private static Duration nanos(String text, BigDecimal number, long unit) {
		BigDecimal[] parts = number.multiply(BigDecimal.valueOf(unit))
			.divideAndRemainder(BigDecimal.valueOf(1_000_000_000L));
		if (parts[0].compareTo(BigDecimal.valueOf(Long.MAX_VALUE)) > 0) {
			throw new IllegalArgumentException("'" + text + "' is too long");
		}
		return Duration.ofSeconds(parts[0].longValue(), parts[1].longValue());
	}

	private static Duration iso(String text, String trimmed) {
		try {
			return Duration.parse(trimmed);
		}
		catch (DateTimeParseException ex) {
			throw new IllegalArgumentException("'" + text
					+ "' is not a duration: expected a number with one of the units ns, us, ms, s, m, h, d, or ISO 8601, "
					+ "for example 500ms, 5s, 1m, PT1M", ex);
		}
	}

}
