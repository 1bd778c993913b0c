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
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import org.jspecify.annotations.Nullable;

/**
 * Makes the picture of a realm of the nodes that are watched. On the thread of the
 * {@link RealmMonitor}.
 */
final class RealmPainter {

	/** Who calls nobody for so long and is not known otherwise is not there any more. */
	static final Duration CALLS = Duration.ofMinutes(1);

	private final int most;

	private final Map<String, Caller> callers = new HashMap<>();

	private long number;

	/**
	 * A painter.
	 * @param most most callers that are shown though nobody can ask them: nodes tell of
	 * them
	 */
	RealmPainter(int most) {
		this.most = most;
	}

	RealmPicture paint(Collection<WatchedNode> watched, @Nullable String trouble, boolean complete) {
		long now = System.nanoTime();
		String realm = null;
		boolean all = complete;
		Map<String, RealmPicture.Node> nodes = new TreeMap<>();
		Map<String, ServiceSum> services = new TreeMap<>();
		List<RealmPicture.Instance> instances = new ArrayList<>();
		List<RealmPicture.Connection> connections = new ArrayList<>();
		for (WatchedNode each : watched) {
			if (!each.shown()) {
				all = false;
				continue;
			}
			RealmPicture.Node node = each.picture();
			nodes.put(node.nodeId(), node);
			NodeStatus status = each.status();
			if (status != null && node.reachable()) {
				realm = status.node().realm();
				status.services()
					.forEach((service) -> services.computeIfAbsent(service.name(), (any) -> new ServiceSum(service))
						.add(each, service));
				instances.addAll(each.rates().instances());
				connections.addAll(each.rates().connections());
			}
		}
		List<RealmPicture.Edge> edges = edges(watched, nodes, now);
		return new RealmPicture(++this.number, Instant.now(), realm, all && trouble == null, trouble,
				List.copyOf(nodes.values()), services.values().stream().map(ServiceSum::service).toList(), edges,
				instances, connections);
	}

	/** Callers that are not watched are there as long as they call. */
	private List<RealmPicture.Edge> edges(Collection<WatchedNode> watched, Map<String, RealmPicture.Node> nodes,
			long now) {
		List<RealmPicture.Edge> edges = new ArrayList<>();
		for (WatchedNode each : watched) {
			for (RealmPicture.Edge edge : each.rates().edges()) {
				if (!nodes.containsKey(edge.from()) && edge.rate().calls() > 0
						&& (this.callers.size() < this.most || this.callers.containsKey(edge.from()))) {
					this.callers.computeIfAbsent(edge.from(), (any) -> new Caller()).latestNanos = now;
				}
			}
		}
		this.callers.keySet().removeIf(nodes::containsKey);
		Iterator<Caller> caller = this.callers.values().iterator();
		while (caller.hasNext()) {
			if (now - caller.next().latestNanos > CALLS.toNanos()) {
				caller.remove();
			}
		}
		this.callers.forEach((nodeId, known) -> nodes.put(nodeId,
				new RealmPicture.Node(nodeId, "calls-only", known.since, null, null, null, Rate.NONE)));
		for (WatchedNode each : watched) {
			each.rates().edges().stream().filter((edge) -> nodes.containsKey(edge.from())).forEach(edges::add);
		}
		return edges;
	}

	/** A node that is known because it calls. */
	private static final class Caller {

		private final Instant since = Instant.now();

		private long latestNanos;

	}

	/** A service at several nodes. */
	private static final class ServiceSum {

		private final NodeStatus.ServiceStatus first;

		private final Map<String, String> instances = new TreeMap<>();

		private final Map<String, Rate> methods = new TreeMap<>();

		private Rate rate = Rate.NONE;

		ServiceSum(NodeStatus.ServiceStatus first) {
			this.first = first;
		}

		void add(WatchedNode node, NodeStatus.ServiceStatus service) {
			String version = service.version();
			this.instances.put(node.nodeId(), (version != null) ? version : "");
			this.rate = this.rate.and(node.rates().served().getOrDefault(service.name(), Rate.NONE));
			node.rates()
				.methods()
				.getOrDefault(service.name(), Map.of())
				.forEach((method, rate) -> this.methods.merge(method, rate, Rate::and));
		}

		RealmPicture.Service service() {
			return new RealmPicture.Service(this.first.name(), this.first.contract(), this.instances, this.rate,
					this.methods);
		}

	}

}
