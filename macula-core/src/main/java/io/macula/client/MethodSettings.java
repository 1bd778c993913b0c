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

package io.macula.client;

import java.time.Duration;

import io.macula.Priority;
import io.macula.contract.Hedge;
import io.macula.log.DurationText;
import org.jspecify.annotations.Nullable;

/**
 * How one method of a service is called, in the place of what holds for the service and
 * of what its contract declares. Immutable.
 *
 * @param deadline bound of the whole call, at most 365 days; {@code null} for that of the
 * contract or, if it declares none, of the service
 * @param attemptTimeout bound of one attempt, at most the deadline; {@code null} learns
 * it from the instance's recent latency
 * @param maxAttempts attempts of one call, the first included; 1 to 20; 1 switches
 * failover and hedging off
 * @param hedge when a second attempt starts beside the first; {@code null} for what the
 * contract declares
 * @param priority how important the calls are; {@code null} for that of the contract or,
 * if it declares none, of the service
 */
public record MethodSettings(@Nullable Duration deadline, @Nullable Duration attemptTimeout, int maxAttempts,
		@Nullable Hedge hedge, @Nullable Priority priority) {

	private static final Duration LONGEST = Duration.ofDays(365);

	public MethodSettings {
		require("deadline", deadline, LONGEST, "at most 365d");
		if (deadline != null) {
			require("attemptTimeout", attemptTimeout, deadline,
					"at most the deadline " + DurationText.setting(deadline));
		}
		else {
			require("attemptTimeout", attemptTimeout, LONGEST, "at most 365d");
		}
		if (maxAttempts < 1 || maxAttempts > 20) {
			throw new IllegalArgumentException("maxAttempts " + maxAttempts + " is not valid: expected 1 to 20");
		}
	}

	/**
	 * Settings that leave the priority to contract and service.
	 * @param deadline bound of the whole call
	 * @param attemptTimeout bound of one attempt
	 * @param maxAttempts attempts of one call, the first included
	 * @param hedge when a second attempt starts beside the first
	 */
	public MethodSettings(@Nullable Duration deadline, @Nullable Duration attemptTimeout, int maxAttempts,
			@Nullable Hedge hedge) {
		this(deadline, attemptTimeout, maxAttempts, hedge, null);
	}

	private static void require(String name, @Nullable Duration value, Duration most, String expected) {
		if (value != null && (value.isNegative() || value.isZero() || value.compareTo(most) > 0)) {
			throw new IllegalArgumentException(
					name + " " + DurationText.setting(value) + " is not valid: expected more than 0 and " + expected);
		}
	}

}
