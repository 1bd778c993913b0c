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

package io.macula.directory.kubernetes;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;

import io.macula.ServiceName;
import org.jspecify.annotations.Nullable;

/**
 * What is asked of the name service. Immutable.
 *
 * @param template name of the headless Service of a service, with {@value #SERVICE} for
 * the latter
 * @param names names by service, instead of the template
 * @param portName name of the port at which providers listen, for SRV
 * @param port where providers listen if no SRV record says so
 * @param family which of several addresses is taken
 * @param servers name servers; empty for those of the machine
 * @param timeout of one question
 * @param shortest between two questions, whatever the time to live
 * @param longest between two questions, whatever the time to live
 */
record DnsSettings(String template, Map<String, String> names, String portName, int port, AddressFamily family,
		List<InetSocketAddress> servers, Duration timeout, Duration shortest, Duration longest) {

	static final String SERVICE = "{service}";

	DnsSettings {
		names = Map.copyOf(names);
		servers = List.copyOf(servers);
	}

	/**
	 * The name of a service.
	 * @param service the service
	 * @return a name with a dot at its end, so that no search path is tried; {@code null}
	 * if the template gives none
	 */
	@Nullable String name(ServiceName service) {
		String name = this.names.get(service.value());
		if (name == null) {
			// A name with dots is several labels: most likely not meant.
			if (service.value().indexOf('.') >= 0 || service.value().indexOf('$') >= 0) {
				return null;
			}
			name = this.template.replace(SERVICE, service.value());
		}
		return name.endsWith(".") ? name : name + ".";
	}

}
