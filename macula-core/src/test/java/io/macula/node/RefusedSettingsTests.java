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

package io.macula.node;

import java.time.Duration;
import java.util.Map;
import java.util.Set;

import io.macula.Endpoint;
import io.macula.Instance;
import io.macula.client.ServiceSettings;
import io.macula.contract.Hedge;
import io.macula.directory.Advertisement;
import io.macula.pool.PoolSettings;
import io.macula.selection.EjectionSettings;
import io.macula.server.ProviderSettings;
import io.macula.transport.TransportSettings;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * How settings of all rooms refuse a duration: as one writes it, and exactly.
 */
class RefusedSettingsTests {

	private static final Duration BELOW_ZERO = Duration.ofMillis(-1500);

	private static final Duration LITTLE = Duration.ofNanos(500);

	@Test
	void whenATimeOfAClientServiceIsRefusedThenItIsToldAsItIsWritten() {
		ServiceSettings usual = ServiceSettings.defaults();
		refused(() -> usual.withDeadline(BELOW_ZERO),
				"deadline -1500ms is not valid: expected more than 0 and at most 365d");
		refused(() -> usual.withDeadline(Duration.ofSeconds(90)).withAttemptTimeout(Duration.ofMinutes(2)),
				"attemptTimeout 2m is not valid: expected more than 0 and at most the deadline 90s");
		refused(() -> usual.withPatience(Duration.ofDays(366)),
				"patience 366d is not valid: expected 0 or more and at most 365d");
		refused(() -> new ServiceSettings.Failover(3, BELOW_ZERO, Duration.ofSeconds(2), 0.2, 10),
				"backoff -1500ms is not valid: expected 0 or more");
		refused(() -> new ServiceSettings.Failover(3, Duration.ofSeconds(2), LITTLE, 0.2, 10),
				"maxBackoff 500ns is not valid: expected at least the backoff 2s");
	}

	@Test
	void whenATimeOfTheTransportIsRefusedThenItIsToldAsItIsWritten() {
		refused(() -> transport(Duration.ofMillis(500), Duration.ofSeconds(10), Duration.ofSeconds(1), Duration.ZERO),
				"idleTimeout 500ms is not valid: expected at least 1s");
		refused(() -> transport(Duration.ofSeconds(30), Duration.ofMinutes(1), Duration.ofSeconds(1), Duration.ZERO),
				"keepAlive 1m is not valid: expected at least 100ms and less than the idleTimeout 30s");
		refused(() -> transport(Duration.ofSeconds(30), Duration.ofSeconds(10), Duration.ofSeconds(30), Duration.ZERO),
				"suspicion 30s is not valid: expected at least 50ms and less than the idleTimeout 30s");
		refused(() -> transport(Duration.ofSeconds(30), Duration.ofSeconds(10), Duration.ofSeconds(1),
				Duration.ofNanos(1_000_500)), "spin 1000500ns is not valid: expected 0 to 1ms");
	}

	@Test
	void whenATimeOfAnotherRoomIsRefusedThenItIsToldAsItIsWritten() {
		refused(() -> new PoolSettings(1, Duration.ZERO, 100, 100, Duration.ofSeconds(1)),
				"idleEviction 0s is not valid: expected more than 0");
		refused(() -> new PoolSettings(1, Duration.ofMinutes(5), 100, 100, BELOW_ZERO),
				"connectTimeout -1500ms is not valid: expected more than 0");
		refused(() -> ejection(BELOW_ZERO, Duration.ofSeconds(5), Duration.ofMinutes(5), Duration.ZERO),
				"interval -1500ms is not valid: expected more than 0");
		refused(() -> ejection(Duration.ofSeconds(10), Duration.ZERO, Duration.ofMinutes(5), Duration.ZERO),
				"baseTime 0s is not valid: expected more than 0");
		refused(() -> ejection(Duration.ofSeconds(10), Duration.ofSeconds(5), Duration.ofSeconds(2), Duration.ZERO),
				"maxTime 2s is not valid: expected at least baseTime 5s");
		refused(() -> ejection(Duration.ofSeconds(10), Duration.ofSeconds(5), Duration.ofMinutes(5), BELOW_ZERO),
				"slowStart -1500ms is not valid: expected 0 or more");
		refused(() -> new ProviderSettings(null, 0, null, 0, 100, Map.of(), 1, 1, 1, BELOW_ZERO),
				"grace -1500ms is not valid: expected 0 or more");
		refused(() -> new Advertisement(Instance.of("node1", new Endpoint("10.0.0.1", 9443)), Set.of(),
				Duration.ofMillis(250)), "Lease of 250ms is not valid: expected at least 1 second");
		refused(() -> Hedge.after(BELOW_ZERO), "Hedge delay -1500ms is not valid: expected more than 0");
		refused(() -> new Hedge(Duration.ofMillis(50), 95),
				"Hedge has the delay 50ms and the percentile 95.0: expected one of them");
	}

	private static TransportSettings transport(Duration idleTimeout, Duration keepAlive, Duration suspicion,
			Duration spin) {
		TransportSettings usual = TransportSettings.defaults();
		return new TransportSettings(idleTimeout, keepAlive, suspicion, usual.maxPayloadBytes(),
				usual.laneThresholdBytes(), usual.lanes(), usual.maxConnections(), usual.maxInFlightPerConnection(),
				usual.maxStreamsPerConnection(), usual.eventLoops(), spin);
	}

	private static EjectionSettings ejection(Duration interval, Duration baseTime, Duration maxTime,
			Duration slowStart) {
		return new EjectionSettings(true, 5, 0.5, 20, interval, baseTime, maxTime, 0.5, 3, slowStart);
	}

	private static void refused(ThrowingCallable settings, String message) {
		assertThatIllegalArgumentException().isThrownBy(settings).withMessage(message);
	}

}
