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

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

import io.macula.harness.Arguments;
import tools.jackson.databind.json.JsonMapper;

/**
 * Scenarios in a process of their own, where the clients are: the runner starts it, does
 * what it asks of the realm, and gets a report of each scenario.
 */
final class RemoteScenarios {

	/** First argument of such a process. */
	static final String COMMAND = "scenarios";

	/** Begins a line that is a report. */
	private static final String REPORT = "@report ";

	private static final int END_LIMIT_SECONDS = 30;

	private static final JsonMapper JSON = JsonMapper.builder().build();

	private final Realm realm;

	private final StartedProcesses processes;

	private final Path log;

	/**
	 * Scenarios that were not started.
	 * @param realm their realm
	 * @param processes where their process is started
	 */
	RemoteScenarios(Realm realm, StartedProcesses processes) {
		this.realm = realm;
		this.processes = processes;
		this.log = processes.log("client");
	}

	/**
	 * Run them to their end.
	 * @param command the process
	 * @param reports takes each report as it comes
	 * @throws IllegalStateException if the process fails
	 */
	void run(List<String> command, Consumer<ScenarioReport> reports) throws IOException, InterruptedException {
		Process process = this.processes.startTalking(command);
		String last = "nothing";
		try (BufferedReader said = process.inputReader(StandardCharsets.UTF_8);
				PrintStream answers = new PrintStream(process.getOutputStream(), true, StandardCharsets.UTF_8);
				PrintWriter rest = new PrintWriter(Files.newBufferedWriter(this.log), true)) {
			for (String line = said.readLine(); line != null; line = said.readLine()) {
				if (line.startsWith(RemoteRealm.QUESTION)) {
					answers.println(RemoteRealm.answer(this.realm, line.substring(RemoteRealm.QUESTION.length())));
				}
				else if (line.startsWith(REPORT)) {
					reports.accept(JSON.readValue(line.substring(REPORT.length()), ScenarioReport.class));
				}
				else {
					rest.println(line);
					last = line.isBlank() ? last : line.strip();
				}
			}
			if (!process.waitFor(END_LIMIT_SECONDS, TimeUnit.SECONDS) || process.exitValue() != 0) {
				throw new IllegalStateException(
						"The process of the clients failed: its last line in " + this.log + " is: " + last);
			}
		}
		finally {
			process.destroyForcibly();
		}
	}

	/**
	 * What that process does.
	 * @param args {@link #COMMAND} and arguments as {@link ScenarioSuite} has them, with
	 * {@code --directory=}; {@code --out=} for what it writes, if not a directory that is
	 * made for it
	 */
	static void runHere(List<String> args) throws Exception {
		Arguments arguments = Arguments.parse(args.subList(1, args.size()).toArray(String[]::new));
		PrintStream out = System.out;
		BlockingQueue<String> answers = new LinkedBlockingQueue<>();
		Thread reader = new Thread(() -> readTo(answers), "runner");
		reader.setDaemon(true);
		reader.start();
		ScenarioSuite suite = new ScenarioSuite(arguments, arguments.required("directory"));
		suite.run(RemoteRealm.of(() -> next(answers), out), directory(arguments),
				(report) -> out.println(REPORT + JSON.writeValueAsString(report)));
	}

	/** Without a runner nobody needs this process any more. */
	private static void readTo(Queue<String> answers) {
		try (BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
			for (String line = in.readLine(); line != null; line = in.readLine()) {
				answers.add(line);
			}
		}
		catch (IOException ex) {
			// As if it had ended.
		}
		System.exit(1);
	}

	private static String next(BlockingQueue<String> answers) {
		try {
			return answers.take();
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IllegalStateException("Interrupted", ex);
		}
	}

	private static Path directory(Arguments arguments) {
		try {
			return arguments.has("out") ? Files.createDirectories(Path.of(arguments.required("out")))
					: Files.createTempDirectory("multi-node");
		}
		catch (IOException ex) {
			throw new UncheckedIOException("There is no place for what the clients write", ex);
		}
	}

	/**
	 * Arguments of that process.
	 * @param suite what it runs
	 * @param type type of the directory
	 * @return arguments of the jar
	 */
	static List<String> arguments(ScenarioSuite suite, String type) {
		List<String> arguments = new ArrayList<>(List.of(COMMAND, "--directory=" + type));
		arguments.addAll(suite.arguments());
		return arguments;
	}

}
