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

package io.macula.embedded;

import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

import io.macula.Instance;
import io.macula.ServiceName;
import io.macula.directory.Snapshot;

/**
 * The instances of each service. Owned by the table.
 */
final class ServiceIndex {

	private static final int MAX_NAMES = 100_000;

	/** By service, then by node id; never an empty map. */
	private final Map<ServiceName, Map<String, Instance>> instances = new HashMap<>();

	/**
	 * Names that were parsed already: there are far fewer than records times services.
	 */
	private final Map<String, ServiceName> names = new HashMap<>();

	/**
	 * The services of a record as names.
	 * @throws RuntimeException if a name is not valid
	 */
	Set<ServiceName> names(NodeRecord record) {
		if (this.names.size() > MAX_NAMES) {
			this.names.clear();
		}
		Set<ServiceName> services = new LinkedHashSet<>(record.services().size() * 2);
		for (String service : record.services()) {
			services.add(this.names.computeIfAbsent(service, ServiceName::new));
		}
		return services;
	}

	void add(Instance instance, Set<ServiceName> services) {
		for (ServiceName service : services) {
			this.instances.computeIfAbsent(service, (name) -> new HashMap<>()).put(instance.nodeId(), instance);
		}
	}

	void remove(String nodeId, Set<ServiceName> services) {
		for (ServiceName service : services) {
			Map<String, Instance> serving = this.instances.get(service);
			if (serving != null && serving.remove(nodeId) != null && serving.isEmpty()) {
				this.instances.remove(service);
			}
		}
	}

	Snapshot snapshot(ServiceName service, long now) {
		return new Snapshot(service, List.copyOf(serving(service).values()), now);
	}

	boolean serves(ServiceName service) {
		return this.instances.containsKey(service);
	}

	/**
	 * The nodes that serve one of the services.
	 */
	Set<String> nodesOf(Collection<ServiceName> services) {
		Set<String> nodeIds = new LinkedHashSet<>();
		services.forEach((service) -> nodeIds.addAll(serving(service).keySet()));
		return nodeIds;
	}

	private Map<String, Instance> serving(ServiceName service) {
		return this.instances.getOrDefault(service, Map.of());
	}

}
