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

import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

import io.macula.client.ServiceSettings;
import io.macula.node.NodeSettings;
import io.macula.pool.PoolSettings;
import io.macula.server.ProviderSettings;
import io.macula.transport.TransportSettings;

/**
 * The validated settings of a node. Immutable.
 *
 * @param node who the node is
 * @param transport QUIC
 * @param pool connections
 * @param provider how it serves
 * @param startup which client services are awaited at start
 * @param warmUp whether the call path is loaded while the application starts
 * @param defaults how services are called
 * @param registrations whose tokens calls take along
 * @param services how single client services are called, by their configured names
 */
record MaculaSettings(NodeSettings node, TransportSettings transport, PoolSettings pool, ProviderSettings provider,
		StartupSettings startup, boolean warmUp, ServiceSettings defaults, ClientRegistrationIds registrations,
		Map<String, ServiceSettings> services) {

	/** The same for a node that serves in another manner. */
	MaculaSettings withProvider(ProviderSettings changed) {
		return new MaculaSettings(this.node, this.transport, this.pool, changed, this.startup, this.warmUp,
				this.defaults, this.registrations, this.services);
	}

	/**
	 * Settings of a client service.
	 * @param clientName its name
	 * @return its own settings, or those of all
	 */
	ServiceSettings of(String clientName) {
		return configuredName(clientName).map(this.services::get).orElse(this.defaults);
	}

	/**
	 * The name under which a client service is configured. An exact match wins; an
	 * environment variable cannot express upper case and dashes.
	 * @param clientName name of a client service
	 * @return the configured name, or empty
	 */
	Optional<String> configuredName(String clientName) {
		return configuredName(clientName, this.services.keySet());
	}

	static Optional<String> configuredName(String clientName, Set<String> configured) {
		if (configured.contains(clientName)) {
			return Optional.of(clientName);
		}
		String uniform = uniform(clientName);
		return configured.stream().filter((name) -> uniform(name).equals(uniform)).findFirst();
	}

	private static String uniform(String name) {
		return name.replaceAll("[^A-Za-z0-9]", "").toLowerCase(Locale.ROOT);
	}

}
