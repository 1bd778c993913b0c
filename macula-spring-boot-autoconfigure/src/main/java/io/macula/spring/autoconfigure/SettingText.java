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

package io.macula.spring.autoconfigure;

import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Names and durations in the notation in which settings are written: {@code idle-timeout}
 * and {@code 30s}, where the runtime says {@code idleTimeout} and {@code PT30S}.
 */
final class SettingText {

	private static final Pattern ISO_DURATION = Pattern
		.compile("\\bPT(?=-?\\d)(?:-?\\d+H)?(?:-?\\d+M)?(?:-?\\d+(?:\\.\\d+)?S)?");

	private static final Pattern COMPONENT = Pattern.compile("\\b[a-z]+(?:[A-Z][a-z]+)+\\b");

	private SettingText() {
	}

	/**
	 * A text of the runtime in the notation of settings.
	 * @param text may hold names of components and durations
	 * @return the same with keys and simple durations
	 */
	static String notation(String text) {
		String durations = ISO_DURATION.matcher(text)
			.replaceAll((match) -> Matcher.quoteReplacement(of(Duration.parse(match.group()))));
		return COMPONENT.matcher(durations).replaceAll((match) -> KnownKeys.dashed(match.group()));
	}

	/**
	 * A duration as one writes it.
	 * @param duration the duration
	 * @return in the largest unit of which it is a whole number, for example {@code 90s}
	 */
	static String of(Duration duration) {
		if (duration.isZero()) {
			return "0s";
		}
		if (duration.getNano() == 0) {
			long seconds = duration.getSeconds();
			return (seconds % 86400 == 0) ? seconds / 86400 + "d" : (seconds % 3600 == 0) ? seconds / 3600 + "h"
					: (seconds % 60 == 0) ? seconds / 60 + "m" : seconds + "s";
		}
		long nanos = duration.toNanos();
		return (nanos % 1_000_000 == 0) ? nanos / 1_000_000 + "ms"
				: (nanos % 1000 == 0) ? nanos / 1000 + "us" : nanos + "ns";
	}

}
