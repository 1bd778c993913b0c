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

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;

/**
 * A realm as its nodes told it last, with what happens in a second. Immutable.
 *
 * @param number grows with each picture, 0 before the first one
 * @param at when it was made
 * @param realm name of the realm, or {@code null} before the first node answered
 * @param complete whether all nodes that are known were asked, and no bound was met
 * @param trouble what keeps the picture from being complete, or {@code null}
 * @param nodes all nodes in the order of their ids, also those that are unreachable, left
 * within the last minute, or only call
 * @param services all services in the order of their names
 * @param edges who calls whom
 * @param instances instances as the nodes that call them see them
 * @param connections connections that the nodes dialled
 */
public record RealmPicture(long number, Instant at, @Nullable String realm, boolean complete, @Nullable String trouble,
		List<Node> nodes, List<Service> services, List<Edge> edges, List<Instance> instances,
		List<Connection> connections) {

	/** Keeps copies. */
	public RealmPicture {
		nodes = List.copyOf(nodes);
		services = List.copyOf(services);
		edges = List.copyOf(edges);
		instances = List.copyOf(instances);
		connections = List.copyOf(connections);
	}

	/** Nobody was asked yet. */
	static RealmPicture nothing() {
		return new RealmPicture(0, Instant.now(), null, false, null, List.of(), List.of(), List.of(), List.of(),
				List.of());
	}

	/**
	 * A node.
	 * @param nodeId its id
	 * @return the node, or {@code null} if there is none
	 */
	public @Nullable Node node(String nodeId) {
		return this.nodes.stream().filter((node) -> node.nodeId().equals(nodeId)).findFirst().orElse(null);
	}

	/**
	 * A service.
	 * @param name its name
	 * @return the service, or {@code null} if there is none
	 */
	public @Nullable Service service(String name) {
		return this.services.stream().filter((service) -> service.name().equals(name)).findFirst().orElse(null);
	}

	/**
	 * A node of the realm.
	 *
	 * @param nodeId its id
	 * @param state {@code serving}, {@code drained}, {@code draining}, {@code starting},
	 * {@code started}, {@code stopping}; {@code unreachable}; {@code left}, for a minute;
	 * {@code calls-only}, known only as a caller; {@code unknown} while it lets nobody
	 * look
	 * @param since since when
	 * @param reason why it is unreachable or unknown, or {@code null}
	 * @param address where it is asked, or {@code null} for one that only calls
	 * @param status what it told last, or {@code null} for nothing
	 * @param rate calls that it serves
	 */
	public record Node(String nodeId, String state, Instant since, @Nullable String reason,
			@Nullable NodeAddress address, @Nullable NodeStatus status, Rate rate) {

		/**
		 * Whether it answers, or is not asked because it only calls.
		 * @return false if it is unreachable or has left
		 */
		public boolean reachable() {
			return !this.state.equals("unreachable") && !this.state.equals("left");
		}

	}

	/**
	 * A service of the realm.
	 *
	 * @param name its name
	 * @param contract the interface
	 * @param instances digest of the version of the contract by node that serves it; an
	 * empty text where it is not told
	 * @param rate calls of all instances
	 * @param methods rates by method, in the order of the names
	 */
	public record Service(String name, String contract, Map<String, String> instances, Rate rate,
			Map<String, Rate> methods) {

		/**
		 * Whether its instances serve different versions of its contract.
		 * @return true if there are two versions at least
		 */
		public boolean skew() {
			return this.instances.values().stream().filter((version) -> !version.isEmpty()).distinct().count() > 1;
		}

	}

	/**
	 * Calls of one service from one node to another, as the latter counts them.
	 *
	 * @param from the calling node, or {@code (others)}
	 * @param to the providing node
	 * @param service name of the service
	 * @param rate the calls
	 */
	public record Edge(String from, String to, String service, Rate rate) {

	}

	/**
	 * An instance as a client service of a node sees it.
	 *
	 * @param caller the calling node
	 * @param status what it tells of the instance
	 * @param attempts attempts in a second
	 * @param failures those that failed
	 */
	public record Instance(String caller, NodeStatus.InstanceStatus status, double attempts, double failures) {

	}

	/**
	 * A connection that a node dialled.
	 *
	 * @param from the node
	 * @param status what it tells of the connection
	 * @param calls calls in a second
	 * @param sent bytes in a second
	 * @param received bytes in a second
	 * @param lost packets lost in a second
	 */
	public record Connection(String from, NodeStatus.ConnectionStatus status, double calls, double sent,
			double received, double lost) {

	}

	/**
	 * Bounds of a monitor.
	 *
	 * @param interval how often each node tells what changed and a picture is made, from
	 * 200 milliseconds to a minute
	 * @param search how often it is looked for further nodes, besides when there is a
	 * sign that somebody joined
	 * @param nodes most nodes that are watched
	 */
	public record Settings(Duration interval, Duration search, int nodes) {

		/** Refuses what bounds nothing. */
		public Settings {
			if (!interval.equals(Watcher.interval(interval)) || search.isNegative() || search.isZero() || nodes < 1) {
				throw new IllegalArgumentException("an interval of " + interval + ", a search each " + search + " and "
						+ nodes + " nodes are not valid: expected PT0.2S to PT1M, more than 0, and 1 or more of these");
			}
		}

		/**
		 * Each second, a search each 10 seconds, 2,000 nodes.
		 * @return the settings
		 */
		public static Settings defaults() {
			return new Settings(Duration.ofSeconds(1), Duration.ofSeconds(10), 2000);
		}

	}

}
