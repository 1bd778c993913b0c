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

package io.macula.node;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

import io.macula.Fingerprint;
import io.macula.client.RealmClient;
import io.macula.client.ServiceClient;
import io.macula.client.WaitingFigures;
import io.macula.operations.Counted;
import io.macula.operations.NodeStatus;
import io.macula.selection.InstanceTracker;
import io.macula.server.CallRecorder;
import org.jspecify.annotations.Nullable;

/**
 * Turns a {@link NodeReport} into the entries of a {@link NodeStatus}.
 */
final class StatusParts {

	private StatusParts() {
	}

	static NodeStatus.ServiceStatus service(NodeReport.ServedService service, @Nullable Fingerprint version,
			CallRecorder recorder) {
		return new NodeStatus.ServiceStatus(service.name(), service.contract(),
				(version != null) ? version.version() : null, service.calls(), service.failures(),
				service.methods()
					.stream()
					.map((method) -> new NodeStatus.MethodStatus(method,
							Counted.of(recorder.method(service.name() + '/' + method))))
					.toList());
	}

	static List<NodeStatus.CallerStatus> callers(CallRecorder recorder) {
		List<NodeStatus.CallerStatus> all = new ArrayList<>();
		recorder.callers((nodeId, service, counted) -> all
			.add(new NodeStatus.CallerStatus(nodeId, service, Counted.of(counted))));
		return all;
	}

	static List<NodeStatus.ClientStatus> clients(NodeReport report) {
		return report.clients().stream().map((client) -> {
			WaitingFigures waiting = client.waiting();
			return new NodeStatus.ClientStatus(client.name(), client.service(), client.contractVersion(),
					client.settings().selection(), client.ejections(),
					waiting.instance() + waiting.backoff() + waiting.connection());
		}).toList();
	}

	static List<NodeStatus.InstanceStatus> instances(NodeReport report) {
		List<NodeStatus.InstanceStatus> all = new ArrayList<>();
		for (NodeReport.ClientService client : report.clients()) {
			for (NodeReport.InstanceState each : client.instances()) {
				all.add(new NodeStatus.InstanceStatus(client.name(), client.service(), each.nodeId(), each.endpoint(),
						each.zone(), each.weight(), each.state(), each.calls(), each.inFlight(), each.failures(),
						each.p50(), each.p99(), (each.contract() != null) ? each.contract().version() : null,
						each.detail()));
			}
		}
		return all;
	}

	static List<NodeStatus.ConnectionStatus> connections(NodeReport report) {
		List<NodeStatus.ConnectionStatus> all = new ArrayList<>();
		Map<String, Integer> numbers = new HashMap<>();
		for (NodeReport.ConnectionState each : report.connections()) {
			int number = numbers.merge(each.endpoint() + ' ' + each.nodeId(), 1, Integer::sum);
			all.add(new NodeStatus.ConnectionStatus(each.endpoint(), each.nodeId(), number, each.state(),
					each.roundTrip(), each.inFlight(), each.calls(), each.bytesSent(), each.bytesReceived(),
					each.packetsLost()));
		}
		return all;
	}

	/** Of the services that are called here: these are the instances that are known. */
	static List<NodeStatus.Skew> skews(RealmClient calling) {
		Map<String, Map<String, TreeSet<String>>> all = new TreeMap<>();
		for (ServiceClient client : calling.clients()) {
			for (InstanceTracker tracker : client.instances()) {
				Fingerprint fingerprint = tracker.fingerprint();
				if (fingerprint != null) {
					all.computeIfAbsent(client.service().value(), (any) -> new TreeMap<>())
						.computeIfAbsent(fingerprint.version(), (any) -> new TreeSet<>())
						.add(tracker.instance().nodeId());
				}
			}
		}
		List<NodeStatus.Skew> skews = new ArrayList<>();
		all.forEach((service, versions) -> {
			if (versions.size() > 1) {
				Map<String, List<String>> nodes = new TreeMap<>();
				versions.forEach((version, nodeIds) -> nodes.put(version, List.copyOf(nodeIds)));
				skews.add(new NodeStatus.Skew(service, nodes));
			}
		});
		return skews;
	}

}
