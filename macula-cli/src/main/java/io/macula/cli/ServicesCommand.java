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

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import io.macula.operations.NodeStatus;
import io.macula.operations.RealmView;
import picocli.CommandLine.Command;

/**
 * What the realm serves.
 */
@Command(name = "services", description = "What the realm serves, by how many instances, in which versions.")
final class ServicesCommand extends RealmCommand {

	@Override
	ExitCode run(RealmConnection realm, Output output) {
		RealmView view = realm.crawl();
		Map<String, List<NodeStatus>> byName = new TreeMap<>();
		view.nodes()
			.forEach((node) -> node.services()
				.forEach((each) -> byName.computeIfAbsent(each.name(), (any) -> new ArrayList<>()).add(node)));
		List<Row> rows = byName.entrySet()
			.stream()
			.map((entry) -> row(view, entry.getKey(), entry.getValue()))
			.toList();
		if (output.json()) {
			Map<String, Object> all = new LinkedHashMap<>();
			all.put("realm", realm.settings().realm());
			all.put("complete", view.complete());
			all.put("services", rows);
			all.put("silent", NodesCommand.silent(view));
			output.value(all);
			return ExitCode.OK;
		}
		Output.Table table = new Output.Table("SERVICE", "INSTANCES", "SERVING", "CALLS", "FAILURES", "VERSION",
				"CONTRACT");
		rows.forEach((row) -> table.row(row.service, row.instances, row.serving, row.calls, row.failures, row.version(),
				row.contract));
		output.table(table);
		rows.stream()
			.filter((row) -> row.versions.size() > 1)
			.forEach((row) -> output.warn("instances of " + row.service + " serve " + row.versions.size()
					+ " versions of its contract: 'macula describe " + row.service + "' compares them"));
		NodesCommand.warn(view, output);
		return ExitCode.OK;
	}

	private static Row row(RealmView view, String name, List<NodeStatus> nodes) {
		ServedService served = ServedService.of(view, name);
		long calls = 0;
		long failures = 0;
		String contract = "";
		for (NodeStatus node : nodes) {
			for (NodeStatus.ServiceStatus each : node.services()) {
				if (each.name().equals(name)) {
					calls += each.calls();
					failures += each.failures().values().stream().mapToLong(Long::longValue).sum();
					contract = each.contract();
				}
			}
		}
		long serving = nodes.stream().filter((node) -> node.life().state().equals("serving")).count();
		return new Row(name, contract, nodes.size(), serving, calls, failures, served.byVersion());
	}

	/** For programs as it is. */
	private record Row(String service, String contract, int instances, long serving, long calls, long failures,
			Map<String, List<String>> versions) {

		String version() {
			return (this.versions.size() == 1) ? this.versions.keySet().iterator().next()
					: this.versions.size() + " versions";
		}

	}

}
