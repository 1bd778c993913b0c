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

package io.macula.multinode;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;

import io.macula.harness.Arguments;
import io.macula.harness.CriteriaTable;
import io.macula.harness.Criterion;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * Runs the scenarios one after the other, prints a table, writes {@code report.json} and
 * ends with 1 if a criterion did not hold.
 */
public final class ScenarioRunner {

	private final PrintStream out = System.out;

	private final CriteriaTable table = new CriteriaTable(this.out, 18, 52, 6);

	private ScenarioRunner() {
	}

	/**
	 * Run the scenarios, or a process of theirs.
	 * @param args {@code --provider-jar=}, {@code --jar=} of this runner,
	 * {@code --directory=} for the report and the logs, {@code --only=} for one scenario,
	 * {@code --compose=} for containers and the command that controls them; or
	 * {@code fresh-client} and its arguments
	 * @throws Exception if the environment cannot be set up
	 */
	public static void main(String[] args) throws Exception {
		if (args.length > 0 && args[0].equals("fresh-client")) {
			LatencyProbe.runFreshClient(Arguments.parse(Arrays.copyOfRange(args, 1, args.length)));
			return;
		}
		Arguments arguments = Arguments.parse(args);
		Path directory = Files.createDirectories(Path.of(arguments.required("directory")));
		LatencyProbe probe = new LatencyProbe(Path.of(arguments.required("jar")), directory);
		boolean passed;
		try (Providers providers = providers(arguments, directory)) {
			providers.nodes().forEach(providers::start);
			providers.nodes().forEach(providers::awaitReady);
			passed = new ScenarioRunner().run(new Scenarios(providers, probe), arguments.optional("only", ""),
					directory.resolve("report.json"));
		}
		System.exit(passed ? 0 : 1);
	}

	private static Providers providers(Arguments arguments, Path directory) {
		return arguments.has("compose") ? new ComposeProviders(arguments.required("compose"))
				: new LocalProviders(Path.of(arguments.required("provider-jar")), directory);
	}

	private boolean run(Scenarios scenarios, String only, Path file) throws Exception {
		Map<String, Callable<ScenarioReport>> all = new LinkedHashMap<>();
		all.put("multi-endpoint", scenarios::multiEndpoint);
		all.put("failover", scenarios::failover);
		all.put("connection-caching", scenarios::connectionCaching);
		all.put("selection", scenarios::selection);
		all.put("latency", scenarios::latency);
		List<ScenarioReport> reports = new ArrayList<>();
		for (Map.Entry<String, Callable<ScenarioReport>> scenario : all.entrySet()) {
			if (only.isEmpty() || only.equals(scenario.getKey())) {
				ScenarioReport report = run(scenario.getKey(), scenario.getValue());
				this.table.print(report.name(), report.criteria());
				reports.add(report);
			}
		}
		boolean passed = !reports.isEmpty() && reports.stream().allMatch(ScenarioReport::passed);
		this.out.println(passed ? "All criteria held." : "A criterion did not hold.");
		write(reports, passed, file);
		return passed;
	}

	private ScenarioReport run(String name, Callable<ScenarioReport> scenario) throws Exception {
		try {
			return scenario.call();
		}
		catch (IllegalStateException ex) {
			return new ScenarioReport(name, false,
					List.of(new Criterion("the scenario runs to its end", String.valueOf(ex.getMessage()), false)),
					Map.of(), List.of());
		}
	}

	private void write(List<ScenarioReport> reports, boolean passed, Path file) throws IOException {
		Map<String, Object> report = new LinkedHashMap<>();
		report.put("passed", passed);
		report.put("java", System.getProperty("java.version"));
		report.put("processors", Runtime.getRuntime().availableProcessors());
		report.put("scenarios", reports);
		JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build().writeValue(file.toFile(), report);
		this.out.println("Report: " + file);
	}

}
