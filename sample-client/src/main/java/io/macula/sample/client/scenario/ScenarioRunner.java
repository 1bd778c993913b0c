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

package io.macula.sample.client.scenario;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;

import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * Runs the scenarios one after the other, prints a table, writes {@code report.json} and
 * ends with 1 if a criterion did not hold.
 */
public final class ScenarioRunner {

	private final PrintStream out;

	private ScenarioRunner(PrintStream out) {
		this.out = out;
	}

	/**
	 * Run the scenarios.
	 * @param args {@code --provider-jar=}, {@code --client-jar=}, {@code --directory=}
	 * for the report and the logs, {@code --only=} for one scenario, {@code --compose=}
	 * for containers and the command that controls them
	 * @throws Exception if the environment cannot be set up
	 */
	public static void main(String[] args) throws Exception {
		Map<String, String> options = options(args);
		if (options.containsKey("latency-probe")) {
			LatencyProbe.measure(option(options, "seed"), Path.of(option(options, "latency-probe")));
			return;
		}
		Path directory = Files.createDirectories(Path.of(option(options, "directory")));
		boolean passed;
		try (Providers providers = providers(options, directory)) {
			providers.nodes().forEach(providers::start);
			providers.nodes().forEach(providers::awaitReady);
			LatencyProbe probe = new LatencyProbe(Path.of(option(options, "client-jar")), directory);
			passed = new ScenarioRunner(System.out).run(new Scenarios(providers, probe),
					options.getOrDefault("only", ""), directory.resolve("report.json"));
		}
		System.exit(passed ? 0 : 1);
	}

	private static Providers providers(Map<String, String> options, Path directory) {
		String compose = options.getOrDefault("compose", "");
		return compose.isEmpty() ? new LocalProviders(Path.of(option(options, "provider-jar")), directory)
				: new ComposeProviders(compose);
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
				print(report);
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

	private void print(ScenarioReport report) {
		String name = report.name();
		for (Criterion criterion : report.criteria()) {
			this.out.printf("| %-18s | %-52s | %-6s | %s%n", name, criterion.must(),
					criterion.passed() ? "ok" : "FAILED", criterion.measured());
			name = "";
		}
		this.out.flush();
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

	private static Map<String, String> options(String[] args) {
		Map<String, String> options = new LinkedHashMap<>();
		for (String arg : args) {
			int equals = arg.indexOf('=');
			if (!arg.startsWith("--") || equals < 0) {
				throw new IllegalArgumentException("Argument '" + arg + "' is not valid: expected --name=value");
			}
			options.put(arg.substring(2, equals), arg.substring(equals + 1));
		}
		return options;
	}

	private static String option(Map<String, String> options, String name) {
		String value = options.get(name);
		if (value == null) {
			throw new IllegalArgumentException("Option --" + name + "= is missing");
		}
		return value;
	}

}
