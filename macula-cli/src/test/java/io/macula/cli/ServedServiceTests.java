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
import java.util.Map;

import io.macula.Endpoint;
import io.macula.Instance;
import io.macula.operations.KnownNodes;
import io.macula.operations.NodeAddress;
import io.macula.operations.NodeStatus;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** Tests of {@link ServedService} against what nodes may tell. */
@SuppressWarnings({ "DataFlowIssue", "NullAway" })
class ServedServiceTests {

	@Test
	void nodeThatTellsNonsenseHidesNoOther() {
		NodeAddress one = address("node1");
		ServedService served = ServedService.of(serving("node1"), one, List.of(known("node2", "zone\u001b[31m", 100),
				known("node3", "zone-a", 1_000_000), known("x".repeat(100_000), null, -1), known("node4", "zone-b", 7)),
				"orders");
		assertThat(served.instances()).extracting(Instance::nodeId).contains("node1", "node2", "node3", "node4");
		assertThat(served.instances()).filteredOn((each) -> each.nodeId().equals("node2"))
			.singleElement()
			.extracting(Instance::zone)
			.isNull();
	}

	private static NodeAddress address(String nodeId) {
		return NodeAddress.of(new Instance(nodeId, 1, new Endpoint("127.0.0.1", 9443), null, 0, 100, Map.of()));
	}

	private static KnownNodes.KnownNode known(String nodeId, String zone, int weight) {
		return new KnownNodes.KnownNode(new NodeAddress("127.0.0.1:9443", List.of(), nodeId, 1, null), zone, weight,
				Map.of("orders", ""));
	}

	private static NodeStatus serving(String nodeId) {
		return new NodeStatus(
				new NodeStatus.Identity("realm", nodeId, 1, null, null, null, null, "zone\u202e", Map.of()),
				new NodeStatus.Life("serving", 0, null, "granted", 100, 0, 0, 0, "read", 0, true, null),
				List.of(new NodeStatus.ServiceStatus("orders", "Orders", null, 0, Map.of(), List.of())), List.of(),
				List.of(), List.of(), List.of(), List.of());
	}

}
