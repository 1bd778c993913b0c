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

import java.time.Duration;
import java.util.Objects;

import io.macula.log.DurationText;
import org.jspecify.annotations.Nullable;

/**
 * When a second attempt is started while the first is still open. Immutable.
 *
 * @param delay fixed delay of the second attempt, or {@code null} where the delay is not
 * fixed
 * @param percentile percentile of the recent latency that is the delay, more than 0 and
 * less than 100; 0 where the delay is not learned
 */
public record Hedge(@Nullable Duration delay, double percentile) {

	/** No second attempt. */
	public static final Hedge NEVER = new Hedge(null, 0);

	public Hedge {
		if (delay != null && (delay.isNegative() || delay.isZero())) {
			throw new IllegalArgumentException(
					"Hedge delay " + DurationText.setting(delay) + " is not valid: expected more than 0");
		}
		if (delay != null && percentile != 0) {
			throw new IllegalArgumentException("Hedge has the delay " + DurationText.setting(delay)
					+ " and the percentile " + percentile + ": expected one of them");
		}
		if (!(percentile >= 0 && percentile < 100)) {
			throw new IllegalArgumentException(
					"Hedge percentile " + percentile + " is not valid: expected more than 0 and less than 100");
		}
	}

	/**
	 * A second attempt after a fixed delay.
	 * @param delay more than 0
	 * @return the hedge
	 */
	public static Hedge after(Duration delay) {
		return new Hedge(Objects.requireNonNull(delay, "delay"), 0);
	}

	/**
	 * A second attempt once the first takes longer than most recent ones.
	 * @param percentile more than 0 and less than 100, for example 95
	 * @return the hedge
	 */
	public static Hedge percentile(double percentile) {
		if (percentile == 0) {
			throw new IllegalArgumentException("Hedge percentile 0 is not valid: expected more than 0");
		}
		return new Hedge(null, percentile);
	}

	/**
	 * Parse {@code 50ms}, {@code PT0.05S}, {@code p95}, {@code p99.9}.
	 * @param text the text; empty for {@link #NEVER}
	 * @return the hedge
	 * @throws IllegalArgumentException if the text is none of these; the message names it
	 */
	public static Hedge parse(String text) {
		String trimmed = text.trim();
		if (trimmed.isEmpty()) {
			return NEVER;
		}
		if (!trimmed.matches("p[0-9.]+")) {
			return after(DurationParser.parse(trimmed));
		}
		try {
			return percentile(Double.parseDouble(trimmed.substring(1)));
		}
		catch (NumberFormatException ex) {
			throw new IllegalArgumentException(
					"Hedge '" + text + "' is not valid: expected a percentile such as p95 or a duration such as 50ms",
					ex);
		}
	}

	/**
	 * Whether a second attempt is ever started.
	 * @return false for {@link #NEVER}
	 */
	public boolean enabled() {
		return this.delay != null || this.percentile > 0;
	}

}
