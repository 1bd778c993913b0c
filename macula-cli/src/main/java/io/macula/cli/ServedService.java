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
package io.macula.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;

import io.macula.Endpoint;
import io.macula.Instance;
import io.macula.log.NearestName;
import io.macula.log.Printable;
import io.macula.operations.KnownNodes;
import io.macula.operations.NodeAddress;
import io.macula.operations.NodeStatus;
import io.macula.operations.RealmView;
import org.jspecify.annotations.Nullable;

/**
 * Who serves a service, as far as it was asked. Immutable.
 *
 * @param name name of the service
 * @param addresses where its nodes are asked, by node id
 * @param instances where calls go
 * @param versions digest of the version of the contract by node id, or an empty text
 */
record ServedService(String name, Map<String, NodeAddress> addresses, List<Instance> instances,
		Map<String, String> versions) {

	/**
	 * As all nodes of the realm tell it.
	 * @throws CommandException if nobody serves it; names the nearest
	 */
	static ServedService of(RealmView realm, String service) {
		Draft draft = new Draft();
		Set<String> names = new TreeSet<>();
		realm.nodes().forEach((node) -> {
			node.services().forEach((each) -> names.add(each.name()));
			NodeAddress address = realm.addresses().get(node.node().nodeId());
			if (address != null) {
				draft.add(node, address, service);
			}
		});
		if (draft.instances.isEmpty()) {
			throw CommandException.notFound("There is no service '" + Printable.text(service) + "' in realm '"
					+ realm.nodes().get(0).node().realm() + "': " + NearestName.question(service, names)
					+ "'macula services' lists them"
					+ (realm.silent().isEmpty() ? "" : "; " + realm.silent().size() + " nodes did not answer"));
		}
		return draft.done(service);
	}

	/** As one node tells it, which may know no more than a part, or none. */
	static ServedService of(NodeStatus asked, NodeAddress at, List<KnownNodes.KnownNode> known, String service) {
		Draft draft = new Draft();
		draft.add(asked, at, service);
		for (KnownNodes.KnownNode each : known) {
			String version = each.services().get(service);
			String nodeId = each.address().nodeId();
			if (version != null && nodeId != null) {
				draft.add(nodeId, each.address(), each.zone(), each.weight(), version);
			}
		}
		return draft.done(service);
	}

	/** What two tell of the same service. */
	ServedService and(ServedService other) {
		Draft draft = new Draft();
		List.of(this, other)
			.forEach((each) -> each.instances.forEach(
					(instance) -> draft.add(instance, Objects.requireNonNull(each.addresses.get(instance.nodeId())),
							each.versions.getOrDefault(instance.nodeId(), ""))));
		return draft.done(this.name);
	}

	/** Only one of its instances. */
	ServedService only(String nodeId) {
		List<Instance> one = this.instances.stream().filter((each) -> each.nodeId().equals(nodeId)).toList();
		if (one.isEmpty()) {
			throw CommandException.notFound("Node '" + Printable.text(nodeId) + "' does not serve " + this.name + ": "
					+ NearestName.question(nodeId, this.addresses.keySet()) + "'macula instances " + this.name
					+ "' lists who does");
		}
		return new ServedService(this.name, this.addresses, one, this.versions);
	}

	/** Nodes by the version that they serve. */
	Map<String, List<String>> byVersion() {
		Map<String, List<String>> all = new LinkedHashMap<>();
		this.instances.forEach(
				(each) -> all.computeIfAbsent(this.versions.getOrDefault(each.nodeId(), ""), (any) -> new ArrayList<>())
					.add(each.nodeId()));
		return all;
	}

	/** Gathers instances, each once. */
	private static final class Draft {

		private final Map<String, NodeAddress> addresses = new LinkedHashMap<>();

		private final List<Instance> instances = new ArrayList<>();

		private final Map<String, String> versions = new LinkedHashMap<>();

		void add(NodeStatus node, NodeAddress address, String service) {
			for (NodeStatus.ServiceStatus each : node.services()) {
				if (each.name().equals(service)) {
					add(node.node().nodeId(), address, node.node().zone(), node.life().weight(),
							(each.version() != null) ? each.version() : "");
				}
			}
		}

		void add(String nodeId, NodeAddress address, @Nullable String zone, int weight, String version) {
			Instance instance;
			try {
				// Whoever only calls has no weight; an instance has at least 1.
				instance = new Instance(nodeId, address.incarnation(), Endpoint.parse(address.endpoint()), valid(zone),
						0, Math.min(Math.max(1, weight), Instance.MAX_WEIGHT), Map.of(), address.identity(),
						address.further().stream().map(Endpoint::parse).toList());
			}
			catch (IllegalArgumentException ex) {
				// What somebody tells of it is nonsense: nobody can call it.
				return;
			}
			add(instance, address, version);
		}

		/** A zone that no node can have is as good as none. */
		private static @Nullable String valid(@Nullable String zone) {
			try {
				return Instance.requireZone(zone);
			}
			catch (IllegalArgumentException ex) {
				return null;
			}
		}

		void add(Instance instance, NodeAddress address, String version) {
			if (this.addresses.putIfAbsent(instance.nodeId(), address) == null) {
				this.versions.put(instance.nodeId(), version);
				this.instances.add(instance);
			}
		}

		ServedService done(String service) {
			return new ServedService(service, this.addresses, List.copyOf(this.instances), this.versions);
		}

	}

}
