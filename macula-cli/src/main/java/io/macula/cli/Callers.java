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

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import io.macula.log.NearestName;
import io.macula.log.Printable;
import io.macula.operations.NodeStatus;
import io.macula.operations.RealmView;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/**
 * Which calling nodes are meant.
 */
final class Callers {

	/** What an operator has to know. */
	static final String BLIND = "Nodes that only call do not listen: their actuator has to be told.";

	@Option(names = "--at", paramLabel = "NODE", required = true, description = "At this calling node.")
	private @Nullable String at;

	@Option(names = "--everywhere", required = true, description = "At all calling nodes that listen.")
	private boolean everywhere;

	/**
	 * The nodes that call an instance.
	 * @throws CommandException if there is none
	 */
	List<NodeStatus> of(RealmView view, String instance, @Nullable String client) {
		if (this.at != null) {
			NodeStatus one = RealmConnection.require(view, this.at);
			requireClient(one, client);
			return List.of(one);
		}
		List<NodeStatus> all = view.nodes()
			.stream()
			.filter((node) -> uses(node, instance, client).findAny().isPresent())
			.toList();
		if (all.isEmpty()) {
			List<String> known = view.nodes()
				.stream()
				.flatMap((node) -> node.instances().stream())
				.map(NodeStatus.InstanceStatus::nodeId)
				.distinct()
				.toList();
			throw CommandException.notFound("No node that listens calls instance '" + Printable.text(instance) + "'"
					+ ((client != null) ? " by client service '" + Printable.text(client) + "'" : "") + ": "
					+ NearestName.question(instance, known) + BLIND);
		}
		return all;
	}

	/**
	 * Those of them that leave the instance out; all of them if none does, who say so
	 * themselves.
	 */
	List<NodeStatus> leavingOut(RealmView view, String instance, @Nullable String client) {
		List<NodeStatus> all = of(view, instance, client);
		List<NodeStatus> without = all.stream()
			.filter((node) -> uses(node, instance, client).anyMatch((each) -> each.state().equals("ejected")))
			.toList();
		return (this.at != null || without.isEmpty()) ? all : without;
	}

	private static Stream<NodeStatus.InstanceStatus> uses(NodeStatus node, String instance, @Nullable String client) {
		return node.instances()
			.stream()
			.filter((each) -> each.nodeId().equals(instance) && (client == null || each.client().equals(client)));
	}

	private static void requireClient(NodeStatus node, @Nullable String client) {
		List<String> names = node.clients().stream().map(NodeStatus.ClientStatus::name).toList();
		if (client != null && !names.contains(client)) {
			throw CommandException.notFound("Node '" + node.node().nodeId() + "' has no client service '"
					+ Printable.text(client) + "': " + NearestName.question(client, names) + "it has "
					+ (names.isEmpty() ? "none" : String.join(", ", names)));
		}
	}

	/** A clause. */
	static String by(@Nullable String client) {
		return (client != null) ? " by client service " + client : "";
	}

	/** Who acts. */
	static String sentence(List<NodeStatus> nodes) {
		return ((nodes.size() == 1) ? "Node " : "Nodes ")
				+ nodes.stream().map((each) -> each.node().nodeId()).collect(Collectors.joining(", "));
	}

}
