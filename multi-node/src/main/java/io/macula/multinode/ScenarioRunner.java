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
 * ends with 1 if a criterion did not hold, or with 2 if this machine cannot run them.
 */
public final class ScenarioRunner {

	private static final int CANNOT_RUN = 2;

	private final PrintStream out = System.out;

	private final CriteriaTable table = new CriteriaTable(this.out, 18, 52, 6);

	private final Arguments arguments;

	private final Path directory;

	private ScenarioRunner(Arguments arguments) throws IOException {
		this.arguments = arguments;
		this.directory = Files.createDirectories(Path.of(arguments.required("out")));
	}

	/**
	 * Run the scenarios, or a process of theirs.
	 * @param args {@code --provider-jar=}, {@code --jar=} of this runner, {@code --out=}
	 * for the report and the logs; {@code --only=} for one scenario; {@code --compose=}
	 * for containers and the command that controls them; {@code --directory=} for the
	 * type of the directory, with {@code --provider-jars=} that go beside the provider's
	 * jar, and what {@link Engines} takes; or {@code fresh-client} and its arguments
	 * @throws Exception if the environment cannot be set up
	 */
	public static void main(String[] args) throws Exception {
		if (args.length > 0 && args[0].equals(LatencyProbe.COMMAND)) {
			LatencyProbe.runFreshClient(List.of(args));
			return;
		}
		System.exit(new ScenarioRunner(Arguments.parse(args)).run());
	}

	private int run() throws Exception {
		try {
			return runScenarios() ? 0 : 1;
		}
		catch (CannotRunException ex) {
			this.out.println("Cannot run: " + ex.getMessage());
			return CANNOT_RUN;
		}
	}

	private boolean runScenarios() throws Exception {
		StartedProcesses processes = new StartedProcesses(this.directory);
		String type = this.arguments.optional("directory", EmbeddedEngine.TYPE);
		try (Engine engine = Engines.of(type, this.arguments, processes)) {
			engine.start();
			try (Realm realm = new Realm(providers(engine, processes), List.of(engine))) {
				Map<String, Callable<ScenarioReport>> scenarios = chosen(realm, engine);
				startAll(realm);
				return run(realm, scenarios);
			}
		}
	}

	private static void startAll(Realm realm) {
		try {
			realm.startAll();
		}
		catch (IllegalStateException ex) {
			throw new CannotRunException("The providers do not start: " + ex.getMessage(), ex);
		}
	}

	private Providers providers(Engine engine, StartedProcesses processes) {
		if (this.arguments.has("compose")) {
			return new ComposeProviders(this.arguments.required("compose"));
		}
		ExecutableJar jar = new ExecutableJar(Path.of(this.arguments.required("provider-jar")),
				this.arguments.optional("provider-jars", ""));
		return new LocalProviders(jar, engine.host(), processes);
	}

	private Map<String, Callable<ScenarioReport>> chosen(Realm realm, Engine engine) {
		ExecutableJar jar = new ExecutableJar(Path.of(this.arguments.required("jar")),
				System.getProperty("loader.path", ""));
		Scenarios scenarios = new Scenarios(realm, new LatencyProbe(jar, this.directory));
		Map<String, Callable<ScenarioReport>> all = new LinkedHashMap<>();
		all.put("multi-endpoint", scenarios::multiEndpoint);
		all.put("failover", scenarios::failover);
		all.put("connection-caching", scenarios::connectionCaching);
		all.put("selection", scenarios::selection);
		all.put("latency", scenarios::latency);
		if (!engine.type().equals(EmbeddedEngine.TYPE)) {
			all.put("migration", () -> new Migration(realm, new EmbeddedEngine(), engine).run());
		}
		String only = this.arguments.optional("only", "");
		if (!only.isEmpty()) {
			if (!all.containsKey(only)) {
				throw new CannotRunException("Scenario '" + only + "' is not one of the directory '" + engine.type()
						+ "': expected one of " + String.join(", ", all.keySet()));
			}
			all.keySet().retainAll(List.of(only));
		}
		return all;
	}

	private boolean run(Realm realm, Map<String, Callable<ScenarioReport>> scenarios) throws Exception {
		List<ScenarioReport> reports = new ArrayList<>();
		for (Map.Entry<String, Callable<ScenarioReport>> scenario : scenarios.entrySet()) {
			ScenarioReport report = run(scenario.getKey(), scenario.getValue());
			this.table.print(report.name(), report.criteria());
			reports.add(report);
		}
		boolean passed = reports.stream().allMatch(ScenarioReport::passed);
		this.out.println(passed ? "All criteria held." : "A criterion did not hold.");
		write(realm.directory(), reports, passed);
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

	private void write(String type, List<ScenarioReport> reports, boolean passed) throws IOException {
		Path file = this.directory.resolve("report.json");
		Map<String, Object> report = new LinkedHashMap<>();
		report.put("passed", passed);
		report.put("environment", this.arguments.has("compose") ? "compose" : "local");
		report.put("directory", type);
		report.put("java", System.getProperty("java.version"));
		report.put("processors", Runtime.getRuntime().availableProcessors());
		report.put("scenarios", reports);
		JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build().writeValue(file.toFile(), report);
		this.out.println("Report: " + file);
	}

}
