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

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

import io.macula.Endpoint;
import io.macula.Instance;
import io.macula.NodeIds;
import io.macula.ServiceName;
import io.macula.directory.StaticDirectory;
import org.springframework.util.StringUtils;

/**
 * Turns the settings of fixed instances into a directory and refuses, by key and value,
 * what cannot be.
 */
final class FixedDirectory {

	private static final Pattern IDENTITY = Pattern.compile("[0-9a-f]{64}");

	private FixedDirectory() {
	}

	static StaticDirectory of(MaculaProperties.Fixed settings, InvalidSettings invalid) {
		StaticDirectory directory = StaticDirectory.empty();
		for (Map.Entry<String, List<MaculaProperties.FixedInstance>> entry : settings.services().entrySet()) {
			String key = key(entry.getKey());
			ServiceName service = invalid.checkValue(key, entry.getKey(), () -> new ServiceName(entry.getKey()));
			directory = directory.with(service, instances(key, entry.getValue(), invalid));
		}
		return directory;
	}

	static List<Instance> instances(MaculaProperties.Fixed settings, InvalidSettings invalid) {
		List<Instance> all = new ArrayList<>();
		settings.services().forEach((service, instances) -> all.addAll(instances(key(service), instances, invalid)));
		return all;
	}

	private static String key(String service) {
		return KnownKeys.INSTANCES + (service.matches("[a-z0-9.-]+") ? "." + service : "[" + service + "]");
	}

	private static List<Instance> instances(String key, List<MaculaProperties.FixedInstance> settings,
			InvalidSettings invalid) {
		if (settings.isEmpty()) {
			throw invalid.refuse(key, "", "host:port of one or more instances, or no such key");
		}
		List<Instance> instances = new ArrayList<>();
		for (int i = 0; i < settings.size(); i++) {
			Instance instance = instance(key + "[" + i + "]", settings.get(i), invalid);
			if (instances.stream().anyMatch((other) -> other.nodeId().equals(instance.nodeId()))) {
				throw invalid.refuse(key + "[" + i + "]", instance, "each instance of a service once");
			}
			instances.add(instance);
		}
		return instances;
	}

	private static Instance instance(String key, MaculaProperties.FixedInstance settings, InvalidSettings invalid) {
		String text = settings.endpoint();
		if (!StringUtils.hasText(text)) {
			throw invalid.refuse(key + ".endpoint", "", "host:port of the instance");
		}
		Endpoint endpoint = invalid.checkValue(key, text, () -> Endpoint.parse(text));
		String nodeId = settings.nodeId();
		String id = (nodeId != null) ? invalid.checkValue(key + ".node-id", nodeId, () -> NodeIds.require(nodeId))
				: StaticDirectory.nodeId(endpoint);
		String identity = settings.identity();
		if (identity != null && !IDENTITY.matcher(identity).matches()) {
			throw invalid.refuse(key + ".identity", identity,
					"the SHA-256 of the public key of the instance, as 64 lower-case hexadecimal digits");
		}
		if (identity != null && nodeId == null) {
			throw invalid.withoutEffect(key + ".identity", identity, key + ".node-id",
					"an identity is that of one node");
		}
		List<Endpoint> further = FurtherAddresses.parse(key + ".further", settings.further(), endpoint, invalid);
		if (!further.isEmpty() && nodeId == null) {
			throw invalid.alone(key + ".further", key + ".node-id",
					"another node may have one of the addresses where the instance is not reached at it, and gets no call");
		}
		return invalid.check(key,
				() -> new Instance(id, 0, endpoint, StringUtils.hasText(settings.zone()) ? settings.zone() : null,
						settings.priority(), settings.weight(), Map.of(), identity, further));
	}

}
