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

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;

import io.macula.directory.DirectoryReport;
import io.macula.node.NodeReport;
import io.macula.node.RealmNode;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.health.contributor.AbstractHealthIndicator;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.Status;

/**
 * UP while the node is started, OUT_OF_SERVICE before and after that, with what it sees
 * of its realm: peers that are down are no reason to take this application out of
 * service.
 */
final class MaculaHealthIndicator extends AbstractHealthIndicator {

	private final RealmNode node;

	MaculaHealthIndicator(RealmNode node) {
		super("The node cannot be read");
		this.node = node;
	}

	@Override
	protected void doHealthCheck(Health.Builder builder) {
		NodeReport report = this.node.report();
		builder.status(report.state().equals("started") ? Status.UP : Status.OUT_OF_SERVICE)
			.withDetail("realm", report.realm())
			.withDetail("node", report.nodeId())
			.withDetail("state", report.state());
		NodeReport.Provider provider = report.provider();
		if (provider != null) {
			builder.withDetail("provider",
					Map.of("lease", provider.lease(), "draining", provider.draining(), "services",
							provider.services().stream().map(NodeReport.ServedService::name).toList(), "inFlight",
							provider.inFlight()));
		}
		Map<String, Object> directory = new LinkedHashMap<>();
		directory.put("nodes", report.directory().nodes());
		directory.put("seeds", report.directory().seeds());
		if (report.directory().fault() != null) {
			directory.put("fault", report.directory().fault());
		}
		if (report.directory().selfPreservation()) {
			directory.put("selfPreservation", true);
		}
		if (!report.directory().engines().isEmpty()) {
			directory.put("engines",
					report.directory().engines().stream().map(MaculaHealthIndicator::details).toList());
		}
		builder.withDetail("directory", directory);
		Map<String, Object> clients = new TreeMap<>();
		report.clients().forEach((client) -> clients.put(client.name(), details(client)));
		if (!clients.isEmpty()) {
			builder.withDetail("clients", clients);
		}
	}

	private static Map<String, Object> details(DirectoryReport engine) {
		Map<String, Object> details = new LinkedHashMap<>();
		details.put("engine", engine.engine());
		details.put("reachable", engine.reachable());
		put(details, "since", engine.since());
		put(details, "age", engine.age());
		put(details, "trouble", engine.trouble());
		put(details, "lease", engine.lease());
		details.put("nodes", engine.nodes());
		if (engine.corruptRecords() > 0) {
			details.put("corruptRecords", engine.corruptRecords());
		}
		if (engine.selfPreservation()) {
			details.put("selfPreservation", true);
			details.put("overdue", engine.overdue().size());
		}
		if (!engine.details().isEmpty()) {
			details.put("details", engine.details());
		}
		return details;
	}

	private static void put(Map<String, Object> details, String name, @Nullable Object value) {
		if (value != null) {
			details.put(name, value.toString());
		}
	}

	static Map<String, Object> details(NodeReport.ClientService client) {
		Map<String, Object> details = new LinkedHashMap<>();
		details.put("service", client.service());
		details.put("instances", client.instances().size());
		Map<String, Integer> states = new TreeMap<>();
		client.instances().forEach((instance) -> states.merge(instance.state(), 1, Integer::sum));
		if (!states.isEmpty()) {
			details.put("states", states);
		}
		details.put("snapshotAge", (client.snapshotAge() != null) ? client.snapshotAge().toString() : "none yet");
		return details;
	}

}
