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

import java.time.Duration;
import java.util.List;
import java.util.Map;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Settings of the directory {@code dns}.
 *
 * @param name Name of the headless Service of a service, with {service} for the latter;
 * for example {service}.shop.svc.cluster.local.
 * @param services Names of headless Services by the services that they carry, for those
 * whose name is no label of a host name.
 * @param port Port at which providers listen where no SRV record says so.
 * @param portName Name of the port of the Services, for their SRV records.
 * @param addressFamily Which addresses of a name are taken where it has several.
 * @param servers Name servers as address or address:port; those of the machine unless
 * set.
 * @param timeout Time after which a question to a name server is given up.
 * @param minTtl Shortest time between two questions, whatever the time to live says.
 * @param maxTtl Longest time between two questions, whatever the time to live says.
 */
@ConfigurationProperties("macula.directory.dns")
public record DnsProperties(@DefaultValue("{service}.default.svc.cluster.local") String name,
		@DefaultValue Map<String, String> services, @DefaultValue("macula") String portName,
		@DefaultValue("9443") int port, @DefaultValue("ipv4") AddressFamily addressFamily,
		@DefaultValue List<String> servers, @DefaultValue("2s") Duration timeout, @DefaultValue("1s") Duration minTtl,
		@DefaultValue("30s") Duration maxTtl) {

	public DnsProperties {
		services = Map.copyOf(services);
		servers = List.copyOf(servers);
	}

}
