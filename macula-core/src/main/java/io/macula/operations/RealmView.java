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

package io.macula.operations;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import org.jspecify.annotations.Nullable;

/**
 * A realm as it was found by asking its nodes. Immutable.
 *
 * @param nodes what the nodes said that answered, in the order of their ids
 * @param silent nodes that are known and did not answer
 * @param addresses where the nodes were asked, by node id
 * @param complete whether no bound of the search was met, and each node that answered
 * told whom it knows, or one did that knows the whole realm
 */
public record RealmView(List<NodeStatus> nodes, List<Silent> silent, Map<String, NodeAddress> addresses,
		boolean complete) {

	/** Keeps copies. */
	public RealmView {
		nodes = List.copyOf(nodes);
		silent = List.copyOf(silent);
		addresses = Map.copyOf(addresses);
	}

	/**
	 * Who calls whom, as the providers counted it: nodes that only call listen nowhere
	 * and cannot be asked.
	 * @return an edge for each caller and service at each provider
	 */
	public List<Edge> edges() {
		List<Edge> edges = new ArrayList<>();
		for (NodeStatus node : this.nodes) {
			for (NodeStatus.CallerStatus caller : node.callers()) {
				edges.add(new Edge(caller.nodeId(), node.node().nodeId(), caller.service(), caller.counted()));
			}
		}
		return edges;
	}

	/**
	 * Services of which the nodes that answered serve different versions.
	 * @return in the order of the names
	 */
	public List<NodeStatus.Skew> skews() {
		Map<String, Map<String, List<String>>> all = new TreeMap<>();
		for (NodeStatus node : this.nodes) {
			for (NodeStatus.ServiceStatus service : node.services()) {
				if (service.version() != null) {
					all.computeIfAbsent(service.name(), (any) -> new LinkedHashMap<>())
						.computeIfAbsent(service.version(), (any) -> new ArrayList<>())
						.add(node.node().nodeId());
				}
			}
		}
		return all.entrySet()
			.stream()
			.filter((service) -> service.getValue().size() > 1)
			.map((service) -> new NodeStatus.Skew(service.getKey(), service.getValue()))
			.toList();
	}

	/**
	 * Calls of one service from one node to another.
	 *
	 * @param from the calling node
	 * @param to the providing node
	 * @param service name of the service
	 * @param counted the calls
	 */
	public record Edge(String from, String to, String service, Counted counted) {

	}

	/**
	 * A node that did not answer.
	 *
	 * @param address where it was asked
	 * @param reason why there is no answer
	 * @param toldBy id of the node that knew it, or {@code null} for a beginning
	 */
	public record Silent(NodeAddress address, String reason, @Nullable String toldBy) {

	}

}
