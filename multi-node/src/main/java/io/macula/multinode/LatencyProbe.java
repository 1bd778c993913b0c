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
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

import tools.jackson.databind.json.JsonMapper;

/**
 * Calls from a fresh JVM: the first with nothing warm and no connection, then cached
 * ones.
 */
final class LatencyProbe {

	/** First argument of a process that runs one. */
	static final String COMMAND = "fresh-client";

	/**
	 * Cached calls after which the call path is to be compiled, here and at the provider.
	 */
	private static final int COLD_CALLS = 20_000;

	/** So that they do not take all day where the nodes are far apart. */
	private static final int COLD_CALLERS = 8;

	private static final int CACHED_CALLS = 5000;

	private static final double NANOS_PER_MILLI = 1e6;

	/** Bound of each part. */
	private static final Duration LIMIT = Duration.ofSeconds(15);

	private final ExecutableJar jar;

	private final Path directory;

	/**
	 * A probe.
	 * @param jar that of this process
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
			Call first = client.call(ScenarioClient.Strategy.FIRST);
			List<Call> cold = cold(client);
			List<Call> warming = new ArrayList<>();
			long warmUp = System.nanoTime();
			boolean warm = new WarmUp(WarmUp::compiledMillis, System::nanoTime).run(LIMIT,
					() -> warming.add(client.call(ScenarioClient.Strategy.FIRST)));
			long warmMillis = (System.nanoTime() - warmUp) / 1_000_000;
			Result result;
			try (Standstill standstill = Standstill.start()) {
				long compiled = WarmUp.compiledMillis();
				List<Call> cached = calls(client, CACHED_CALLS);
				compiled = WarmUp.compiledMillis() - compiled;
				result = new Result(startMillis, before, first, cold, warming,
						new Machine(warm, warmMillis, compiled, standstill.p99Micros(), standstill.longestMicros()),
						cached, roundTripMillis(client));
			}
			JsonMapper.builder().build().writeValue(out.toFile(), result);
		}
	}

	/** That of the connection that is used: the others know but their handshake. */
	private static double roundTripMillis(ScenarioClient client) {
		return client.connectionsOpen()
			.stream()
			.mapToDouble((connection) -> connection.roundTrip().toNanos() / NANOS_PER_MILLI)
			.min()
			.orElse(0);
	}

	private static List<Call> cold(ScenarioClient client) {
		List<CompletableFuture<List<Call>>> callers = new ArrayList<>();
		ExecutorService threads = Executors.newFixedThreadPool(COLD_CALLERS);
		try {
			for (int i = 0; i < COLD_CALLERS; i++) {
				callers.add(CompletableFuture.supplyAsync(() -> calls(client, COLD_CALLS / COLD_CALLERS), threads));
			}
			return callers.stream().flatMap((calls) -> calls.join().stream()).toList();
		}
		finally {
			threads.shutdown();
		}
	}

	private static List<Call> calls(ScenarioClient client, int count) {
		long begin = System.nanoTime();
		List<Call> calls = new ArrayList<>();
		while (calls.size() < count && System.nanoTime() - begin < LIMIT.toNanos()) {
			calls.add(client.call(ScenarioClient.Strategy.FIRST));
		}
		return calls;
	}

	/**
	 * What the fresh JVM saw. Immutable.
	 *
	 * @param startMillis how long its application took to start
	 * @param connectionsBefore endpoints it was connected to before the first call
	 * @param first the first call
	 * @param cold calls after it by several callers
	 * @param warming calls after these, until the compilers of the JVM rested
	 * @param machine what else went on
	 * @param cached calls by one caller after that
	 * @param roundTripMillis of the connection that was used, at the end
	 */
	record Result(long startMillis, List<String> connectionsBefore, Call first, List<Call> cold, List<Call> warming,
			Machine machine, List<Call> cached, double roundTripMillis) {

	}

	/**
	 * What the machine did with the JVM while it measured. Immutable.
	 *
	 * @param warm whether its compilers rested before
	 * @param warmMillis how long it took until then
	 * @param compiledMillis what they used during the cached calls
	 * @param lateP99Micros how late a thread was that did nothing but wait meanwhile, in
	 * one of a hundred waits
	 * @param lateMaxMicros how late it was at most
	 */
	record Machine(boolean warm, long warmMillis, long compiledMillis, long lateP99Micros, long lateMaxMicros) {

	}

}
