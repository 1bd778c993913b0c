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

package io.macula.cli.top;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import io.macula.operations.NodeStatus;
import io.macula.operations.Rate;
import io.macula.operations.RealmPicture;

/** Pictures of a realm, for tests. */
final class Pictures {

	private final List<RealmPicture.Node> nodes = new ArrayList<>();

	private final List<RealmPicture.Edge> edges = new ArrayList<>();

	private final Map<String, Rate> services = new TreeMap<>();

	Pictures node(String nodeId, String service, String state, double calls, double failures) {
		Rate rate = new Rate(calls, failures, (calls > 0) ? List.of(0L, 0L, 0L, 0L, 90L, 0L, 0L, 0L, 10L) : List.of());
		NodeStatus status = new NodeStatus(
				new NodeStatus.Identity("shop", nodeId, 1, "orders", "1.4.2", null, "127.0.0.1:9443", "zone-a",
						Map.of()),
				new NodeStatus.Life(state, 0, Duration.ofHours(1), "granted", 100, 3, 2, 0, "read", 2, true, null),
				List.of(new NodeStatus.ServiceStatus(service, "Orders", "v1", 10, Map.of(), List.of())), List.of(),
				List.of(), List.of(), List.of(), List.of());
		this.nodes.add(new RealmPicture.Node(nodeId, state, Instant.now(), null, null, status, rate));
		this.edges.add(new RealmPicture.Edge("client", nodeId, service, rate));
		this.services.merge(service, rate, Rate::and);
		return this;
	}

	RealmPicture picture() {
		return new RealmPicture(1, Instant.now(), "shop", true, null, this.nodes, this.services.entrySet()
			.stream()
			.map((each) -> new RealmPicture.Service(each.getKey(), "Orders", Map.of(), each.getValue(), Map.of()))
			.toList(), this.edges, List.of(), List.of());
	}

}
