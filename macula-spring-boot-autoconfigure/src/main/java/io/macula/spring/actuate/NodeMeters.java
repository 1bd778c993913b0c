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

package io.macula.spring.actuate;

import java.time.Duration;
import java.time.Instant;
import java.util.List;

import io.macula.directory.DirectoryReport;
import io.macula.node.NodeReport;
import io.macula.tls.PeerRefusals;

/**
 * Meters of the node itself: what it serves, its lease, its pool, its directory.
 */
final class NodeMeters {

	private static final List<String> LEASES = List.of("none", "pending", "granted", "released");

	private static final List<String> ACTIONS = List.of("call", "provide");

	private NodeMeters() {
	}

	static void register(Meters<NodeReport> node, NodeReport present) {
		node.gauge("macula.client.connections", "connections", "Open connections to providers",
				(report) -> report.connections().size());
		node.counter("macula.client.dials", "dials", "Endpoints dialled", (report) -> report.pool().dials());
		node.counter("macula.client.failed.dials", "dials", "Dials that brought no connection",
				(report) -> report.pool().failedDials());
		node.counter("macula.client.lost.connections", "connections", "Connections to providers that broke",
				(report) -> report.pool().lostConnections());
		node.counter("macula.dropped.events", "events",
				"Events that nobody was told, since too many were waiting for slow listeners",
				(report) -> report.events().dropped());
		for (String action : ACTIONS) {
			node.tagged("macula.action", action)
				.counter("macula.refused.peers", "calls",
						"Calls that were refused, or not sent, since an allow-list does not let the peer call or provide",
						(report) -> refusals(report, action));
		}
		node.seconds("macula.certificate.remaining",
				"Time until the first certificate of this node ends that is not renewed by itself", (report) -> {
					Instant end = report.certificateEnd();
					return (end != null) ? Duration.between(Instant.now(), end) : null;
				});
		directory(node, present);
		if (present.provider() != null) {
			provider(node.of(NodeReport::provider));
		}
	}

	private static double refusals(NodeReport report, String action) {
		return report.refusedPeers()
			.stream()
			.filter((refusals) -> refusals.action().equals(action))
			.mapToLong(PeerRefusals::count)
			.sum();
	}

	private static void directory(Meters<NodeReport> node, NodeReport present) {
		node.gauge("macula.directory.nodes", "nodes", "Nodes of the realm that are known",
				(report) -> report.directory().nodes());
		for (DirectoryReport engine : present.directory().engines()) {
			Meters<DirectoryReport> meters = node.tagged("macula.engine", engine.engine())
				.of((report) -> report.directory()
					.engines()
					.stream()
					.filter((each) -> each.engine().equals(engine.engine()))
					.findFirst()
					.orElse(null));
			meters.gauge("macula.directory.reachable", "engines", "1 while the source of the directory answers, else 0",
					(report) -> report.reachable() ? 1 : 0);
			meters.seconds("macula.directory.age",
					"Time since the source of the directory last confirmed what is known", DirectoryReport::age);
		}
	}

	private static void provider(Meters<NodeReport.Provider> provider) {
		provider.gauge("macula.server.connections", "connections", "Connections accepted and open",
				NodeReport.Provider::connections);
		provider.gauge("macula.server.in.flight", "calls", "Calls being served", NodeReport.Provider::inFlight);
		provider.counter("macula.server.refused", "calls", "Calls refused for overload or because of a drain",
				NodeReport.Provider::refused);
		provider.counter("macula.server.refused.handshakes", "handshakes", "Handshakes refused",
				NodeReport.Provider::refusedHandshakes);
		for (String state : LEASES) {
			provider.tagged("macula.state", state)
				.gauge("macula.server.lease", "leases", "1 for the state that the lease of this node is in, else 0",
						(report) -> report.lease().equals(state) ? 1 : 0);
		}
		provider.seconds("macula.server.lease.age", "Time since the directory last confirmed the lease",
				NodeReport.Provider::leaseAge);
		Meters<NodeReport.Handlers> handlers = provider.of(NodeReport.Provider::handlers);
		handlers.gauge("macula.server.handler.threads", "threads", "Threads that run blocking handlers",
				NodeReport.Handlers::threads);
		handlers.gauge("macula.server.handler.active", "calls", "Blocking handlers that run",
				NodeReport.Handlers::active);
		handlers.gauge("macula.server.handler.queued", "calls", "Calls that wait for a thread",
				NodeReport.Handlers::queued);
		handlers.gauge("macula.server.handler.capacity", "calls", "Calls that may wait for a thread",
				NodeReport.Handlers::queueCapacity);
		handlers.counter("macula.server.handler.refused", "calls", "Calls that found no place in the queue",
				NodeReport.Handlers::refused);
	}

}
