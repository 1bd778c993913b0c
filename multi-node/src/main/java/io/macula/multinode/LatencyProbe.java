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

import io.macula.harness.Arguments;
import io.macula.harness.Jvm;
import tools.jackson.databind.json.JsonMapper;

/**
 * Calls from a fresh JVM: the first with nothing warm and no connection, then cached
 * ones.
 */
final class LatencyProbe {

	/** Cached calls after which the JVM has compiled the call path. */
	static final int COLD_CALLS = 20_000;

	private static final int CACHED_CALLS = COLD_CALLS + 5000;

	private final Path jar;

	private final Path directory;

	LatencyProbe(Path jar, Path directory) {
		this.jar = jar;
		this.directory = directory;
	}

	/**
	 * Start a JVM that calls.
	 * @param seed endpoint of its seed
	 * @return what it saw
	 */
	Result run(String seed) throws IOException, InterruptedException {
		Path out = this.directory.resolve("latency.json");
		Process process = new ProcessBuilder(Jvm.command(
				List.of("-Xmx256m", "-jar", this.jar.toString(), "fresh-client", "--seed=" + seed, "--out=" + out)))
			.redirectErrorStream(true)
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
	 * @param arguments {@code --seed=}, endpoint of its seed, and {@code --out=}, file
	 * for the result
	 */
	static void runFreshClient(Arguments arguments) {
		String seed = arguments.required("seed");
		Path out = Path.of(arguments.required("out"));
		long start = System.nanoTime();
		try (ScenarioClient client = ScenarioClient.start(List.of(seed))) {
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
