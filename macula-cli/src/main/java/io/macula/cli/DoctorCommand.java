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
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import java.util.stream.Collectors;

import io.macula.Endpoint;
import io.macula.NodeIds;
import io.macula.Realm;
import io.macula.cli.doctor.Doctor;
import io.macula.cli.doctor.DoctorSettings;
import io.macula.cli.doctor.Finding;
import io.macula.log.DurationText;
import io.macula.log.Printable;
import io.macula.tls.TlsContexts;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/**
 * Why does it not work.
 */
@Command(name = "doctor",
		description = { "Finds out why a node cannot be reached, and what to do about it.",
				"Looks at name, UDP, round trip, path MTU, trust, realm, clocks; and what this machine gives to QUIC.",
				"Ends with 1 if something does not work." })
final class DoctorCommand implements Callable<Integer> {

	@ParentCommand
	private @Nullable MaculaCommand root;

	@Spec
	private @Nullable CommandSpec spec;

	@Parameters(arity = "0..*", paramLabel = "HOST:PORT",
			description = "The nodes to examine; by default each of the seeds.")
	private List<String> nodes = new ArrayList<>();

	@Override
	public Integer call() {
		MaculaCommand command = Objects.requireNonNull(this.root);
		Output output = command.output(Objects.requireNonNull(this.spec).commandLine());
		List<Finding> all = new Doctor(settings(command, output)).examine((finding) -> {
			if (!output.json()) {
				print(finding, output);
			}
		});
		boolean failed = all.stream().anyMatch((finding) -> finding.outcome() == Finding.Outcome.FAILED);
		if (output.json()) {
			output.value(Map.of("works", !failed, "findings", all.stream().map(DoctorCommand::json).toList()));
		}
		return (failed ? ExitCode.FAILED : ExitCode.OK).number();
	}

	private DoctorSettings settings(MaculaCommand command, Output output) {
		Settings settings = command.settings();
		List<Endpoint> examined = this.nodes.isEmpty() ? settings.seeds()
				: this.nodes.stream().map(DoctorCommand::endpoint).toList();
		return of(settings, command.given(), output::warn).withNodes(examined);
	}

	private static Endpoint endpoint(String text) {
		try {
			return Endpoint.parse(text);
		}
		catch (IllegalArgumentException ex) {
			throw CommandException.usage(
					"'" + Printable.text(text) + "' is no node to examine: expected host:port, such as 10.0.0.1:9443");
		}
	}

	/**
	 * What a doctor has to know of a run of the command.
	 * @param settings of the run
	 * @param given where they came from
	 * @param warning is told of files that others can read
	 */
	static DoctorSettings of(Settings settings, Map<Setting, Given> given, Consumer<String> warning) {
		Realm realm = new Realm(settings.realm());
		String nodeId = NodeIds.generate("doctor");
		@Nullable TlsContexts tls = null;
		@Nullable String fault = null;
		try {
			tls = settings.credentials().tls(realm, nodeId, warning);
		}
		catch (CommandException ex) {
			fault = ex.getMessage();
		}
		return new DoctorSettings(realm, nodeId, settings.seeds(), tls, fault, used(settings, given),
				settings.timeout());
	}

	/** Where it came from, too; a secret is never shown. */
	private static List<DoctorSettings.Setting> used(Settings settings, Map<Setting, Given> given) {
		List<DoctorSettings.Setting> used = new ArrayList<>();
		for (Setting setting : Setting.values()) {
			Given value = given.get(setting);
			if (value == null) {
				String usual = usual(setting, settings);
				if (usual != null) {
					used.add(new DoctorSettings.Setting(setting.key(), usual, "the default"));
				}
				continue;
			}
			boolean hidden = PemFiles.inline(value.value()) || (setting == Setting.SECRET_FILE
					&& value.layer() == Given.VARIABLE && !value.value().startsWith("file:"));
			used.add(new DoctorSettings.Setting(setting.key(), hidden ? "(hidden)" : Printable.text(value.value(), 200),
					value.origin()));
		}
		return used;
	}

	private static @Nullable String usual(Setting setting, Settings settings) {
		return switch (setting) {
			case REALM -> settings.realm();
			case SEEDS -> settings.seeds().stream().map(Endpoint::toString).collect(Collectors.joining(", "));
			case TIMEOUT -> DurationText.of(settings.timeout());
			default -> null;
		};
	}

	/** As lines for people. */
	static void print(Finding finding, Output output) {
		String outcome = finding.outcome().text();
		String style = switch (finding.outcome()) {
			case OK -> "32";
			case WARNING -> "33";
			case FAILED -> "31";
			case SKIPPED -> "2";
		};
		String place = (finding.target() != null) ? finding.target() + " " : "";
		output.text(output.styled(style, outcome + " ".repeat(9 - outcome.length()))
				+ Printable.text(place + finding.check() + ": " + finding.seen(), Integer.MAX_VALUE));
		if (finding.remedy() != null) {
			output.text(" ".repeat(9) + "-> " + Printable.text(finding.remedy(), Integer.MAX_VALUE));
		}
	}

	private static Map<String, Object> json(Finding finding) {
		Map<String, Object> all = new LinkedHashMap<>();
		all.put("node", finding.target());
		all.put("check", finding.check());
		all.put("outcome", finding.outcome().text());
		all.put("seen", finding.seen());
		all.put("remedy", finding.remedy());
		return all;
	}

}
