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

package io.macula.selection;

import java.time.Duration;

import io.macula.log.DurationText;

/**
 * Settings of outlier ejection, the leaving out of an instance that fails more than its
 * peers. Immutable.
 *
 * @param enabled whether instances are ejected at all; default true
 * @param consecutiveFailures failures in a row that eject; default 5
 * @param failureRate share of failures within {@code interval} that ejects when the peers
 * are below half of it, 0 to 1; default 0.5
 * @param minimumCalls calls within {@code interval} below which the rate says nothing;
 * default 20
 * @param interval window of the rate; default 10 seconds
 * @param baseTime first ejection; doubles with each further one, with jitter; default 5
 * seconds
 * @param maxTime longest ejection; default 5 minutes
 * @param maxShare largest share of the instances that may be ejected at once, 0 to 1;
 * default 0.5; the last instance is never ejected
 * @param latencyFactor eject when the mean latency exceeds that of the peers by this
 * factor; 0 for never, which is the default
 * @param slowStart time over which a new or returning instance comes back to its full
 * share; default 5 seconds, zero for at once
 */
public record EjectionSettings(boolean enabled, int consecutiveFailures, double failureRate, int minimumCalls,
		Duration interval, Duration baseTime, Duration maxTime, double maxShare, double latencyFactor,
		Duration slowStart) {

	public EjectionSettings {
		require(consecutiveFailures >= 1, "consecutiveFailures", consecutiveFailures, "at least 1");
		require(failureRate > 0 && failureRate <= 1, "failureRate", failureRate, "more than 0, at most 1");
		require(minimumCalls >= 1, "minimumCalls", minimumCalls, "at least 1");
		require(!interval.isNegative() && !interval.isZero(), "interval", interval, "more than 0");
		require(!baseTime.isNegative() && !baseTime.isZero(), "baseTime", baseTime, "more than 0");
		require(maxTime.compareTo(baseTime) >= 0, "maxTime", maxTime,
				"at least baseTime " + DurationText.setting(baseTime));
		require(maxShare >= 0 && maxShare <= 1, "maxShare", maxShare, "0 to 1");
		require(latencyFactor == 0 || latencyFactor > 1, "latencyFactor", latencyFactor, "0 or more than 1");
		require(!slowStart.isNegative(), "slowStart", slowStart, "0 or more");
	}

	/**
	 * The defaults.
	 * @return settings
	 */
	public static EjectionSettings defaults() {
		return new EjectionSettings(true, 5, 0.5, 20, Duration.ofSeconds(10), Duration.ofSeconds(5),
				Duration.ofMinutes(5), 0.5, 0, Duration.ofSeconds(5));
	}

	private static void require(boolean valid, String name, Object value, String expected) {
		if (!valid) {
			Object told = (value instanceof Duration time) ? DurationText.setting(time) : value;
			throw new IllegalArgumentException(name + " " + told + " is not valid: expected " + expected);
		}
	}

}
