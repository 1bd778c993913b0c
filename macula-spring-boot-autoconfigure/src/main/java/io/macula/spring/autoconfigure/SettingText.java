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
import java.util.regex.Pattern;

import io.macula.log.DurationText;

/**
 * Names and durations in the notation in which settings are written: {@code idle-timeout}
 * where the runtime says {@code idleTimeout}, and {@code 30s}.
 */
final class SettingText {

	private static final Pattern COMPONENT = Pattern.compile("\\b[a-z]+(?:[A-Z][a-z]+)+\\b");

	private SettingText() {
	}

	/**
	 * A text of the runtime in the notation of settings.
	 * @param text may hold names of components
	 * @return the same with keys
	 */
	static String notation(String text) {
		return COMPONENT.matcher(text).replaceAll((match) -> KnownKeys.dashed(match.group()));
	}

	/**
	 * A duration as one writes it.
	 * @param duration the duration
	 * @return in the largest unit of which it is a whole number, for example {@code 90s}
	 */
	static String of(Duration duration) {
		return DurationText.setting(duration);
	}

}
