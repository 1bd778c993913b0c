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
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

import io.macula.log.DurationText;
import io.macula.log.Printable;
import io.macula.operations.RealmView;
import io.macula.operations.ServiceDescriptions.MethodDescription;
import io.macula.operations.ServiceDescriptions.Parameter;
import io.macula.operations.ServiceDescriptions.ServiceDescription;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/**
 * The contract of a service, as a person reads it.
 */
@Command(name = "describe",
		description = "The contract of a service or a method, with calls to paste; versions side by side.")
final class DescribeCommand extends RealmCommand {

	@Parameters(paramLabel = "SERVICE[/METHOD]", description = "Name of the service, and of one of its methods.")
	private @Nullable String name;

	@Override
	ExitCode run(RealmConnection realm, Output output) {
		MethodName wanted = MethodName.parse(Objects.requireNonNull(this.name));
		RealmView view = realm.crawl();
		ServedService served = ServedService.of(view, wanted.service());
		List<Version> versions = new ArrayList<>();
		served.byVersion().forEach((digest, nodes) -> {
			ServiceDescription told = first(realm, served, nodes);
			List<MethodDescription> methods = (wanted.method() == null) ? told.methods() : List.of(wanted.in(told));
			versions.add(new Version(digest, nodes, told, methods));
		});
		if (output.json()) {
			Map<String, Object> all = new LinkedHashMap<>();
			all.put("service", wanted.service());
			all.put("versions", versions.stream().map(DescribeCommand::json).toList());
			output.value(all);
			return ExitCode.OK;
		}
		versions.forEach((version) -> print(version, wanted, output));
		if (versions.size() > 1) {
			compare(versions, output);
		}
		return ExitCode.OK;
	}

	private static ServiceDescription first(RealmConnection realm, ServedService served, List<String> nodes) {
		for (String node : nodes.subList(0, nodes.size() - 1)) {
			try {
				return realm.describe(served, node);
			}
			catch (CommandException ex) {
				// Another one of the same version tells the same.
			}
		}
		return realm.describe(served, nodes.get(nodes.size() - 1));
	}

	private static void print(Version version, MethodName wanted, Output output) {
		ServiceDescription told = version.told;
		output.text(output.styled("1", Printable.text(told.name())) + "  contract " + Printable.text(told.contract())
				+ ", version " + (version.digest.isEmpty() ? "not told" : Printable.text(version.digest)) + ", "
				+ version.nodes.size() + ((version.nodes.size() == 1) ? " instance: " : " instances: ")
				+ Printable.text(String.join(", ", version.nodes)));
		Map<String, List<String>> types = new LinkedHashMap<>();
		for (MethodDescription method : version.methods) {
			output.text("");
			output.text("  " + output.styled("1", Printable.text(line(method))));
			String rules = rules(method);
			if (!rules.isEmpty()) {
				output.text("      " + Printable.text(rules));
			}
			if (wanted.method() != null) {
				output.text("      Java: " + Printable.text(method.signature()));
			}
			output.text("      " + example(told.name(), method));
			schemas(method).forEach((schema) -> schema.definitions().forEach(types::putIfAbsent));
		}
		types.forEach((name, lines) -> {
			output.text("");
			output.text("  " + output.styled("1", Printable.text(name)));
			lines.forEach((line) -> output.text("      " + Printable.text(line, Integer.MAX_VALUE)));
		});
		output.text("");
	}

	private static List<Schema> schemas(MethodDescription method) {
		List<Schema> all = new ArrayList<>(
				method.parameters().stream().map((each) -> Schema.of(each.schema())).toList());
		if (method.streamed() != null) {
			all.add(Schema.of(method.streamed()));
		}
		if (method.result() != null) {
			all.add(Schema.of(method.result()));
		}
		return all;
	}

	/** {@code place(order: Order, copies: integer) -> Order}. */
	private static String line(MethodDescription method) {
		List<String> parameters = new ArrayList<>();
		for (Parameter parameter : method.parameters()) {
			parameters.add(parameter.name() + ": " + Schema.of(parameter.schema()).typeText());
		}
		if (method.streamed() != null) {
			parameters.add("stream of " + Schema.of(method.streamed()).typeText());
		}
		String result = method.result();
		String told = (result == null) ? ""
				: " -> " + (CallShape.of(method).stream() ? "stream of " : "") + Schema.of(result).typeText();
		return method.name() + "(" + String.join(", ", parameters) + ")" + told;
	}

	private static String rules(MethodDescription method) {
		List<String> rules = new ArrayList<>();
		if (method.idempotent()) {
			rules.add("idempotent");
		}
		Duration deadline = method.deadline();
		if (deadline != null) {
			rules.add("deadline " + DurationText.of(deadline));
		}
		if (method.hedge() != null) {
			rules.add("hedged after " + method.hedge());
		}
		if (!method.exceptions().isEmpty()) {
			rules.add("throws " + String.join(", ", method.exceptions()));
		}
		return String.join(", ", rules);
	}

	/** Ready to paste into a shell. */
	static String example(String service, MethodDescription method) {
		StringBuilder text = new StringBuilder();
		if (method.streamed() != null) {
			text.append("echo ").append(quoted(Json.line(Schema.of(method.streamed()).example()))).append(" | ");
		}
		text.append("macula call ").append(quoted(Printable.text(service + '/' + method.name(), Integer.MAX_VALUE)));
		method.parameters()
			.forEach(
					(parameter) -> text.append(' ').append(quoted(Json.line(Schema.of(parameter.schema()).example()))));
		return text.toString();
	}

	/** For a shell, whatever it is: nodes tell names and examples. */
	private static String quoted(String text) {
		return text.matches("[A-Za-z0-9._/-]+") ? text : "'" + text.replace("'", "'\\''") + "'";
	}

	private static void compare(List<Version> versions, Output output) {
		Map<String, Map<String, String>> lines = new TreeMap<>();
		versions.forEach((version) -> version.methods
			.forEach((method) -> lines.computeIfAbsent(method.name(), (any) -> new LinkedHashMap<>())
				.put(version.digest, line(method) + " " + method.parameters() + method.streamed() + method.result())));
		output.text(
				"Versions side by side: * stands for the method as the first version has it, other letters for others.");
		String[] head = new String[versions.size() + 1];
		head[0] = "METHOD";
		for (int i = 0; i < versions.size(); i++) {
			head[i + 1] = versions.get(i).digest.isEmpty() ? "not told" : versions.get(i).digest;
		}
		Output.Table table = new Output.Table(head);
		lines.forEach((method, told) -> {
			List<String> different = told.values().stream().distinct().toList();
			Object[] row = new Object[head.length];
			row[0] = method;
			for (int i = 0; i < versions.size(); i++) {
				String text = told.get(versions.get(i).digest);
				row[i + 1] = (text == null) ? "missing" : (different.indexOf(text) == 0) ? "*"
						: String.valueOf((char) ('A' + different.indexOf(text) - 1));
			}
			table.row(row);
		});
		output.table(table);
	}

	private static Map<String, Object> json(Version version) {
		Map<String, Object> all = new LinkedHashMap<>();
		all.put("version", version.digest);
		all.put("instances", version.nodes);
		all.put("contract", version.told.contract());
		all.put("methods", version.methods.stream().map(DescribeCommand::json).toList());
		return all;
	}

	private static Map<String, Object> json(MethodDescription method) {
		Map<String, Object> all = new LinkedHashMap<>();
		all.put("method", method.name());
		all.put("signature", method.signature());
		all.put("shape", method.shape());
		all.put("idempotent", method.idempotent());
		Duration deadline = method.deadline();
		all.put("deadlineSeconds", (deadline != null) ? NodesCommand.seconds(deadline) : null);
		all.put("hedge", method.hedge());
		all.put("parameters", method.parameters().stream().map((each) -> {
			Map<String, Object> parameter = new LinkedHashMap<>();
			parameter.put("name", each.name());
			parameter.put("type", each.type());
			parameter.put("schema", tree(each.schema()));
			parameter.put("example", Schema.of(each.schema()).example());
			return parameter;
		}).toList());
		all.put("elements", tree(method.streamed()));
		all.put("result", tree(method.result()));
		all.put("exceptions", method.exceptions());
		return all;
	}

	private static @Nullable Object tree(@Nullable String schema) {
		return (schema != null) ? Json.tree(schema) : null;
	}

	/** One version of a contract. */
	private record Version(String digest, List<String> nodes, ServiceDescription told,
			List<MethodDescription> methods) {

	}

}
