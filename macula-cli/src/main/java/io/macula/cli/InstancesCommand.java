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

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

import io.macula.operations.NodeStatus;
import io.macula.operations.RealmView;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/**
 * Who serves a service.
 */
@Command(name = "instances", description = "Who serves a service: state, zone, weight, version, age, calls.")
final class InstancesCommand extends RealmCommand {

	@Parameters(paramLabel = "SERVICE", description = "Name of the service.")
	private @Nullable String service;

	@Override
	ExitCode run(RealmConnection realm, Output output) {
		String name = Objects.requireNonNull(this.service);
		RealmView view = realm.crawl();
		ServedService served = ServedService.of(view, name);
		List<NodeStatus> nodes = view.nodes()
			.stream()
			.filter((node) -> served.addresses().containsKey(node.node().nodeId()))
			.toList();
		if (output.json()) {
			Map<String, Object> all = new LinkedHashMap<>();
			all.put("realm", realm.settings().realm());
			all.put("service", name);
			all.put("complete", view.complete());
			all.put("instances", nodes.stream().map((node) -> json(node, name)).toList());
			all.put("silent", NodesCommand.silent(view));
			output.value(all);
			return ExitCode.OK;
		}
		Output.Table table = new Output.Table("NODE", "STATE", "ZONE", "WEIGHT", "VERSION", "AGE", "IN FLIGHT", "CALLS",
				"FAILURES", "ENDPOINT", "APPLICATION");
		nodes.forEach((node) -> {
			NodeStatus.ServiceStatus status = status(node, name).orElseThrow();
			table.row(node.node().nodeId(), node.life().state(), node.node().zone(), node.life().weight(),
					status.version(), Texts.age(node.life().age()), node.life().inFlight(), status.calls(),
					failures(status), node.node().endpoint(), node.node().application());
		});
		output.table(table);
		if (served.byVersion().size() > 1) {
			output.warn("they serve " + served.byVersion().size() + " versions of the contract: 'macula describe "
					+ name + "' compares them");
		}
		NodesCommand.warn(view, output);
		return ExitCode.OK;
	}

	private static Optional<NodeStatus.ServiceStatus> status(NodeStatus node, String service) {
		return node.services().stream().filter((each) -> each.name().equals(service)).findFirst();
	}

	private static long failures(NodeStatus.ServiceStatus status) {
		return status.failures().values().stream().mapToLong(Long::longValue).sum();
	}

	private static Map<String, Object> json(NodeStatus node, String service) {
		NodeStatus.ServiceStatus status = status(node, service).orElseThrow();
		Map<String, Object> all = new LinkedHashMap<>();
		all.put("node", node.node().nodeId());
		all.put("state", node.life().state());
		all.put("zone", node.node().zone());
		all.put("weight", node.life().weight());
		all.put("version", status.version());
		all.put("ageSeconds", NodesCommand.seconds(node.life().age()));
		all.put("endpoint", node.node().endpoint());
		all.put("application", node.node().application());
		all.put("applicationVersion", node.node().applicationVersion());
		all.put("inFlight", node.life().inFlight());
		all.put("calls", status.calls());
		all.put("failures", status.failures());
		return all;
	}

}
