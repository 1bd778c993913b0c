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

import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

import io.macula.ServiceName;

/**
 * What changed in a table since it was last asked. Owned by the table, then by whoever
 * took it.
 */
final class TableChanges {

	private final Map<String, Set<ServiceName>> nodes = new LinkedHashMap<>();

	private final Set<String> renewed = new LinkedHashSet<>();

	private final Map<String, String> conflicts = new LinkedHashMap<>();

	void changed(String nodeId, Set<ServiceName> services) {
		this.nodes.computeIfAbsent(nodeId, (id) -> new HashSet<>()).addAll(services);
	}

	void renewed(String nodeId) {
		this.renewed.add(nodeId);
	}

	void conflict(String nodeId, String addresses) {
		this.conflicts.put(nodeId, addresses);
	}

	/**
	 * Changed or gone nodes, with the services that are affected.
	 */
	Map<String, Set<ServiceName>> nodes() {
		return this.nodes;
	}

	/**
	 * Nodes whose leases were renewed.
	 */
	Set<String> renewed() {
		return this.renewed;
	}

	/**
	 * Node ids that two live nodes use at once, with the two addresses.
	 */
	Map<String, String> conflicts() {
		return this.conflicts;
	}

	/**
	 * All services that are affected.
	 */
	Set<ServiceName> services() {
		Set<ServiceName> services = new LinkedHashSet<>();
		this.nodes.values().forEach(services::addAll);
		return services;
	}

	boolean isEmpty() {
		return this.nodes.isEmpty() && this.renewed.isEmpty() && this.conflicts.isEmpty();
	}

}
