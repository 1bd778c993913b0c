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

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

import io.macula.RpcException;
import io.macula.log.Printable;
import io.macula.operations.NodeAddress;
import io.macula.operations.NodeStatus;
import io.macula.operations.OperationsClient;
import io.macula.operations.RealmView;
import picocli.CommandLine.Option;
import reactor.core.publisher.Mono;

/**
 * A subcommand that changes what nodes do: says what will happen, asks, acts.
 */
abstract class SteeringCommand extends RealmCommand {

	@Option(names = { "-y", "--yes" }, description = "Do not ask for confirmation.")
	private boolean confirmed;

	@Override
	final ExitCode run(RealmConnection realm, Output output) {
		RealmView view = realm.crawl();
		Plan plan = plan(view, realm.operations());
		if (!confirmed(plan, output)) {
			throw new CommandException(ExitCode.DECLINED, "Nothing was done: it was not confirmed");
		}
		List<Map<String, Object>> done = new ArrayList<>();
		ExitCode worst = ExitCode.OK;
		for (Step step : plan.steps) {
			Map<String, Object> told = new LinkedHashMap<>();
			told.put("node", step.nodeId);
			told.put("act", step.act);
			String failure = null;
			try {
				step.work.block();
				if (!output.json()) {
					output.text(Printable.text(step.done));
				}
			}
			catch (RpcException ex) {
				worst = ExitCode.of(ex.code());
				failure = RealmConnection.sentence(ex);
				output.warn(failure);
			}
			told.put("done", failure == null);
			told.put("failure", failure);
			done.add(told);
		}
		if (output.json()) {
			output.value(Map.of("steps", done));
		}
		return worst;
	}

	/**
	 * What is to be done.
	 * @param view all nodes
	 * @param operations acts on them
	 */
	abstract Plan plan(RealmView view, OperationsClient operations);

	private boolean confirmed(Plan plan, Output output) {
		if (this.confirmed) {
			return true;
		}
		Surroundings surroundings = command().surroundings();
		if (!surroundings.inputTerminal()) {
			throw CommandException.usage("There is no terminal at which this could be confirmed: --yes does without. "
					+ String.join(" ", plan.effects));
		}
		plan.effects.forEach((effect) -> output.note(Printable.text(effect, Integer.MAX_VALUE)));
		output.prompt("Go on? [y/N] ");
		try {
			String answer = new BufferedReader(new InputStreamReader(surroundings.input(), StandardCharsets.UTF_8))
				.readLine();
			return answer != null && List.of("y", "yes").contains(answer.strip().toLowerCase(Locale.ROOT));
		}
		catch (IOException ex) {
			return false;
		}
	}

	/** Where a node was found. */
	static NodeAddress address(RealmView view, String nodeId) {
		return Objects.requireNonNull(view.addresses().get(nodeId), nodeId);
	}

	/** What a person knows it by. */
	static String who(NodeStatus node) {
		String application = node.node().application();
		String version = node.node().applicationVersion();
		return "node " + node.node().nodeId()
				+ ((application != null) ? " (" + application + ((version != null) ? " " + version : "") + ")" : "");
	}

	/** Others that serve a service and take calls. */
	static long others(RealmView view, String service, String nodeId) {
		return view.nodes()
			.stream()
			.filter((each) -> !each.node().nodeId().equals(nodeId) && each.life().state().equals("serving"))
			.filter((each) -> each.services().stream().anyMatch((served) -> served.name().equals(service)))
			.count();
	}

	/**
	 * What is to be done.
	 *
	 * @param effects sentences for people
	 * @param steps one after another
	 */
	record Plan(List<String> effects, List<Step> steps) {

	}

	/**
	 * An act on one node.
	 *
	 * @param nodeId the node
	 * @param act its name
	 * @param done sentence for people afterwards
	 * @param work does it
	 */
	record Step(String nodeId, String act, String done, Mono<Void> work) {

	}

}
