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

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import io.macula.operations.NodeStatus;
import io.macula.operations.RealmView;
import picocli.CommandLine.Command;

/**
 * Who lives in the realm.
 */
@Command(name = "nodes", description = "Who lives in the realm: state, application, zone, address, age, services.")
final class NodesCommand extends RealmCommand {

	@Override
	ExitCode run(RealmConnection realm, Output output) {
		RealmView view = realm.crawl();
		if (output.json()) {
			output.value(json(realm.settings().realm(), view));
			return ExitCode.OK;
		}
		Output.Table table = new Output.Table("NODE", "STATE", "APPLICATION", "VERSION", "ZONE", "ENDPOINT", "AGE",
				"WEIGHT", "ACCESS", "SERVICES");
		view.nodes()
			.forEach((node) -> table.row(node.node().nodeId(), node.life().state(), node.node().application(),
					node.node().applicationVersion(), node.node().zone(), node.node().endpoint(),
					Texts.age(node.life().age()), node.life().weight(), node.life().access(), names(node)));
		view.silent()
			.stream()
			.filter((each) -> each.address().nodeId() != null)
			.forEach((each) -> table.row(each.address().nodeId(), "silent", null, null, null, each.address().endpoint(),
					null, null, null, null));
		output.table(table);
		warn(view, output);
		return ExitCode.OK;
	}

	private static String names(NodeStatus node) {
		return String.join(" ", node.services().stream().map(NodeStatus.ServiceStatus::name).toList());
	}

	/** What the table does not tell. */
	static void warn(RealmView view, Output output) {
		view.silent()
			.forEach((each) -> output.warn("no answer of " + each.address() + ": " + each.reason()
					+ ((each.toldBy() != null) ? " (node '" + each.toldBy() + "' knows it)" : "")));
		if (!view.complete()) {
			output.warn("not all nodes were asked: there are too many, or they answer too slowly");
		}
	}

	private static Map<String, Object> json(String realm, RealmView view) {
		Map<String, Object> all = new LinkedHashMap<>();
		all.put("realm", realm);
		all.put("complete", view.complete());
		all.put("nodes", view.nodes().stream().map(NodesCommand::json).toList());
		all.put("silent", silent(view));
		return all;
	}

	static List<Map<String, Object>> silent(RealmView view) {
		return view.silent().stream().map((each) -> {
			Map<String, Object> silent = new LinkedHashMap<>();
			silent.put("node", each.address().nodeId());
			silent.put("endpoint", each.address().endpoint());
			silent.put("reason", each.reason());
			silent.put("toldBy", each.toldBy());
			return silent;
		}).toList();
	}

	private static Map<String, Object> json(NodeStatus node) {
		NodeStatus.Identity identity = node.node();
		NodeStatus.Life life = node.life();
		Map<String, Object> all = new LinkedHashMap<>();
		all.put("node", identity.nodeId());
		all.put("state", life.state());
		all.put("application", identity.application());
		all.put("applicationVersion", identity.applicationVersion());
		all.put("maculaVersion", identity.maculaVersion());
		all.put("zone", identity.zone());
		all.put("endpoint", identity.endpoint());
		all.put("ageSeconds", seconds(life.age()));
		all.put("weight", life.weight());
		all.put("lease", life.lease());
		all.put("access", life.access());
		all.put("inFlight", life.inFlight());
		all.put("connections", life.connections());
		all.put("refused", life.refused());
		all.put("trouble", life.trouble());
		all.put("metadata", identity.metadata());
		all.put("services", node.services().stream().map(NodeStatus.ServiceStatus::name).toList());
		return all;
	}

	static double seconds(Duration duration) {
		return duration.toMillis() / 1000.0;
	}

}
