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

import java.util.Set;
import java.util.TreeSet;

import org.springframework.boot.context.properties.source.ConfigurationPropertyName;

/**
 * Which settings can change while the application runs. Immutable.
 */
final class RunTimeKeys {

	/** Of all client services, and of single ones. */
	private static final Set<String> CLIENT = Set.of("selection", "zone-aware", "deadline", "attempt-timeout",
			"patience", "priority", "failover.max-attempts", "failover.backoff", "failover.max-backoff",
			"failover.budget-ratio", "failover.budget-floor", "ejection.enabled", "ejection.consecutive-failures",
			"ejection.failure-rate", "ejection.minimum-calls", "ejection.interval", "ejection.base-time",
			"ejection.max-time", "ejection.max-share", "ejection.latency-factor", "ejection.slow-start");

	private static final Set<String> PROVIDER = Set.of("max-threads", "queue-capacity", "max-in-flight", "grace",
			"weight");

	private static final ConfigurationPropertyName OF_CLIENT = ConfigurationPropertyName.of("macula.client");

	private static final ConfigurationPropertyName OF_PROVIDER = ConfigurationPropertyName.of("macula.provider");

	private final KnownKeys known = KnownKeys.ofProperties();

	/** For people, in the order of the alphabet. */
	static Set<String> all() {
		Set<String> all = new TreeSet<>();
		CLIENT.forEach((name) -> all.add(OF_CLIENT + "." + name));
		PROVIDER.forEach((name) -> all.add(OF_PROVIDER + "." + name));
		return all;
	}

	/** Whether another value of a known key has an effect at run time. */
	boolean contains(ConfigurationPropertyName key) {
		if (KnownKeys.SERVICES.isAncestorOf(key)) {
			return this.known.serviceKey(key)
				.map((service) -> key.subName(service.getNumberOfElements()))
				// Whatever a method has can change.
				.filter((setting) -> KnownKeys.isBelowMethod(setting) || isOneOf(CLIENT, setting))
				.isPresent();
		}
		return isBelow(OF_CLIENT, CLIENT, key) || isBelow(OF_PROVIDER, PROVIDER, key);
	}

	private static boolean isBelow(ConfigurationPropertyName prefix, Set<String> names, ConfigurationPropertyName key) {
		return prefix.isAncestorOf(key) && isOneOf(names, key.subName(prefix.getNumberOfElements()));
	}

	private static boolean isOneOf(Set<String> names, ConfigurationPropertyName setting) {
		return names.stream().anyMatch((name) -> setting.equals(ConfigurationPropertyName.of(name)));
	}

}
