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

package io.macula.directory.springcloud;

import java.time.Duration;
import java.util.List;
import java.util.Map;

import io.macula.Realm;
import io.macula.ServiceName;
import io.macula.log.DurationText;

/**
 * How Spring Cloud is asked. Immutable.
 *
 * @param realm instances of other realms are left out
 * @param interval between two questions; each is up to a fifth longer or shorter
 * @param timeout after which a question counts as not answered
 * @param applications discovery ids of those who provide a service, where they are known;
 * of others all applications are asked
 * @param port of instances that do not tell theirs, or 0 if there is none for all
 * @param lease for how long nodes may be silent
 * @param preserving whether instances are kept for some leases when too many go at once
 */
record DiscoverySettings(Realm realm, Duration interval, Duration timeout, Map<ServiceName, List<String>> applications,
		int port, Duration lease, boolean preserving) {

	private static final String KEY = "macula.directory.discovery-client.";

	private static final Duration SHORTEST = Duration.ofMillis(100);

	private static final Duration LONGEST = Duration.ofHours(1);

	private static final Duration DAY = Duration.ofDays(1);

	DiscoverySettings {
		require(KEY + "interval", interval);
		require(KEY + "timeout", timeout);
		applications = Map.copyOf(applications);
		if (port < 0 || port > 65535) {
			throw new IllegalArgumentException(KEY + "port '" + port + "' is not valid: expected 1 to 65535");
		}
		lease = (lease.compareTo(DAY) < 0) ? lease : DAY;
	}

	private static void require(String key, Duration duration) {
		if (duration.compareTo(SHORTEST) < 0 || duration.compareTo(LONGEST) > 0) {
			throw new IllegalArgumentException(
					key + " '" + DurationText.setting(duration) + "' is not valid: expected 100ms to 1h");
		}
	}

}
