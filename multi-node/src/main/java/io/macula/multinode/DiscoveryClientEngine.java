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

package io.macula.multinode;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Spring Cloud with its simple client, whose instances stand in the settings.
 */
final class DiscoveryClientEngine implements Engine {

	@Override
	public String type() {
		return "discovery-client";
	}

	@Override
	public List<String> settings(Map<String, String> endpoints, List<String> seeds) {
		List<String> settings = new ArrayList<>();
		// Without a web server nobody registers the application.
		settings.add("--spring.cloud.service-registry.auto-registration.enabled=false");
		int index = 0;
		for (Map.Entry<String, String> node : endpoints.entrySet()) {
			String item = "--spring.cloud.discovery.client.simple.instances.calculator[%d].".formatted(index++);
			String endpoint = node.getValue();
			settings.add(item + "uri=http://" + endpoint);
			settings.add(item + "metadata.macula-services=" + ScenarioClient.SERVICE);
			settings.add(item + "metadata.macula-port=" + endpoint.substring(endpoint.lastIndexOf(':') + 1));
			settings.add(item + "metadata.macula-node-id=" + node.getKey());
		}
		return settings;
	}

}
