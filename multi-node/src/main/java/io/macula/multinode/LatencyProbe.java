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
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

import tools.jackson.databind.json.JsonMapper;

/**
 * Calls from a fresh JVM: the first with nothing warm and no connection, then cached
 * ones.
 */
final class LatencyProbe {

	/** First argument of a process that runs one. */
	static final String COMMAND = "fresh-client";

	/** Cached calls after which the JVM has compiled the call path. */
	static final int COLD_CALLS = 20_000;

	private static final int CACHED_CALLS = COLD_CALLS + 5000;

	private final ExecutableJar jar;

	private final Path directory;

	/**
	 * A probe.
	 * @param jar this runner
	 * @param directory for what the JVM says
	 */
	LatencyProbe(ExecutableJar jar, Path directory) {
		this.jar = jar;
		this.directory = directory;
	}

	/**
	 * Start a JVM that calls.
	 * @param settings arguments of its client: those of the directory
	 * @return what it saw
	 */
	Result run(List<String> settings) throws IOException, InterruptedException {
		Path out = this.directory.resolve("latency.json");
		List<String> arguments = new ArrayList<>(List.of(COMMAND, out.toString()));
		arguments.addAll(settings);
		Process process = new ProcessBuilder(this.jar.command(arguments)).redirectErrorStream(true)
			.redirectOutput(this.directory.resolve("latency.log").toFile())
			.start();
		try {
			if (!process.waitFor(90, TimeUnit.SECONDS) || process.exitValue() != 0) {
				throw new IllegalStateException(
						"The latency probe failed, see " + this.directory.resolve("latency.log"));
			}
		}
		finally {
			process.destroyForcibly();
		}
		return JsonMapper.builder().build().readValue(out.toFile(), Result.class);
	}

	/**
	 * What the fresh JVM does.
	 * @param arguments {@link #COMMAND}, the file for the result, and the settings of the
	 * client
	 */
	static void runFreshClient(List<String> arguments) {
		Path out = Path.of(arguments.get(1));
		long start = System.nanoTime();
		try (ScenarioClient client = ScenarioClient.start(arguments.subList(2, arguments.size()))) {
			long startMillis = (System.nanoTime() - start) / 1_000_000;
			List<String> before = client.connectionsCreated();
			List<Call> calls = new ArrayList<>();
			for (int i = 0; i <= CACHED_CALLS; i++) {
				calls.add(client.call(ScenarioClient.Strategy.FIRST));
			}
			JsonMapper.builder().build().writeValue(out.toFile(), new Result(startMillis, before, calls));
		}
	}

	/**
	 * What the fresh JVM saw. Immutable.
	 *
	 * @param startMillis how long its application took to start
	 * @param connectionsBefore endpoints it was connected to before the first call
	 * @param calls the calls
	 */
	record Result(long startMillis, List<String> connectionsBefore, List<Call> calls) {

	}

}
