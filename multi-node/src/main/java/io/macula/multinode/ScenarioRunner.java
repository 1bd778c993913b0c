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
import java.util.List;
import java.util.function.Consumer;

import io.macula.harness.Arguments;
import io.macula.harness.CriteriaTable;

/**
 * Runs the scenarios one after the other in an environment, prints a table, writes
 * {@code report.json} and {@code report.html}, and ends with 1 if a criterion did not
 * hold, or with 2 if this machine cannot run them.
 */
public final class ScenarioRunner {

	private static final int CANNOT_RUN = 2;

	private final PrintStream out = System.out;

	private final CriteriaTable table = new CriteriaTable(this.out, 18, 52, 6);

	private final Arguments arguments;

	private final Path directory;

	private final StartedProcesses processes;

	private final String environment;

	private final String engine;

	private ScenarioRunner(Arguments arguments) throws IOException {
		this.arguments = arguments;
		this.directory = Files.createDirectories(Path.of(arguments.required("out")));
		this.processes = new StartedProcesses(this.directory);
		this.environment = arguments.optional("environment", LocalEnvironment.NAME);
		this.engine = arguments.optional("directory", EmbeddedEngine.TYPE);
	}

	/**
	 * Run the scenarios, or a process of theirs.
	 * @param args {@code --out=} for reports and logs; {@code --environment=} and what
	 * {@link Environments} takes; {@code --directory=} for the type of the directory, and
	 * what {@link Engines} takes; what {@link ScenarioSuite} takes; {@code --keep=} for a
	 * directory of kept results and {@code --page=} for the page that is written of them;
	 * or {@code scenarios}, {@code fresh-client} or {@code results} and its arguments
	 * @throws Exception if the environment cannot be set up
	 */
	public static void main(String[] args) throws Exception {
		String command = (args.length > 0) ? args[0] : "";
		switch (command) {
			case LatencyProbe.COMMAND -> LatencyProbe.runFreshClient(List.of(args));
			case RemoteScenarios.COMMAND -> RemoteScenarios.runHere(List.of(args));
			case ResultsPage.COMMAND -> ResultsPage.write(Path.of(args[1]), Path.of(args[2]));
			default -> System.exit(new ScenarioRunner(Arguments.parse(args)).run());
		}
	}

	private int run() throws Exception {
		Report report = Report.now(this.environment, this.engine);
		try {
			return runScenarios(report) ? 0 : 1;
		}
		catch (CannotRunException ex) {
			this.out.println("Cannot run: " + ex.getMessage());
			if (!this.processes.ended()) {
				keep(report.notRun(String.valueOf(ex.getMessage())));
			}
			return CANNOT_RUN;
		}
	}

	private boolean runScenarios(Report report) throws Exception {
		ScenarioSuite suite = new ScenarioSuite(this.arguments, this.engine);
		try (Environment place = Environments.of(this.environment, this.arguments, this.processes)) {
			Runtime.getRuntime().addShutdownHook(new Thread(() -> end(place)));
			place.prepare();
			try (Engine behind = Engines.of(this.engine, this.arguments, this.processes, place.address())) {
				behind.start();
				try (OwnRealm realm = new OwnRealm(place.providers(behind), List.of(behind, new EmbeddedEngine()))) {
					startAll(realm);
					List<ScenarioReport> reports = new ArrayList<>();
					run(suite, place, realm, (scenario) -> {
						refuseIfInterrupted();
						this.table.print(scenario.name(), scenario.criteria());
						reports.add(scenario);
					});
					return write(report.with(place.facts(), reports));
				}
			}
		}
	}

	/**
	 * In this order: what fails since the environment is taken away must not be reported.
	 */
	private void end(Environment place) {
		this.processes.end();
		place.close();
	}

	private void refuseIfInterrupted() {
		if (this.processes.ended()) {
			throw new CannotRunException("the run was interrupted");
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

	private void run(ScenarioSuite suite, Environment place, Realm realm, Consumer<ScenarioReport> reports)
			throws Exception {
		List<String> client = place.client(RemoteScenarios.arguments(suite, this.engine));
		if (client.isEmpty()) {
			suite.run(realm, this.directory, reports);
		}
		else {
			runElsewhere(new RemoteScenarios(realm, this.processes), client, reports);
		}
	}

	/** What was run before the clients were lost is reported as well. */
	private static void runElsewhere(RemoteScenarios scenarios, List<String> client, Consumer<ScenarioReport> reports)
			throws Exception {
		try {
			scenarios.run(client, reports);
		}
		catch (CannotRunException ex) {
			throw ex;
		}
		catch (IllegalStateException ex) {
			reports.accept(ScenarioReport.broken("clients", String.valueOf(ex.getMessage())));
		}
	}

	private boolean write(Report report) throws IOException {
		this.table.repeatFailed();
		this.out.println(report.passed() ? "All criteria held." : "A criterion did not hold.");
		Path file = this.directory.resolve("report.json");
		Path page = this.directory.resolve("report.html");
		try {
			report.write(file);
			Files.writeString(page, ReportPage.of(report));
		}
		catch (IOException ex) {
			throw new CannotRunException(
					"The report cannot be written: expected room in " + this.directory + " (" + ex + ")", ex);
		}
		this.out.println("Report: " + file + ", " + page);
		keep(report);
		return report.passed();
	}

	private void keep(Report report) throws IOException {
		if (this.arguments.has("keep")) {
			ResultsPage.keep(report, this.arguments.has("only"), Path.of(this.arguments.required("keep")),
					Path.of(this.arguments.required("page")));
		}
	}

}
