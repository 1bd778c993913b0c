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

package io.macula.benchmarks.start;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

import io.macula.benchmarks.stack.Stacks;
import io.macula.benchmarks.stack.Tls;
import io.macula.harness.Jvm;
import io.macula.harness.Shell;
import io.macula.harness.TalkingProcess;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * Starts two small Spring applications in turn, one with the product's starter and one
 * with Spring gRPC's, and takes the time until each has its first answer of a provider
 * that already runs. Each has the class path of its own kind only, all of it jars, and is
 * started in each form that this JDK knows: as it is, with a class archive, with an AOT
 * cache.
 */
public final class StartBenchmark {

	static final String QUESTION = "hello";

	static final String ANSWER = "ANSWER ";

	private static final int STARTS = 7;

	private static final int BOUND_PERCENT = 60;

	private static final int AOT_CACHE_SINCE = 25;

	private static final Duration TRAINING = Duration.ofMinutes(2);

	private static final long PATIENCE_SECONDS = 60;

	private static final List<String> HEAP = List.of("-Xms128m", "-Xmx256m", "--enable-native-access=ALL-UNNAMED");

	private final Path directory;

	private final Path log;

	private final List<Map<String, Object>> figures = new ArrayList<>();

	private boolean good = true;

	private StartBenchmark(Path directory) {
		this.directory = directory;
		this.log = directory.resolve("start.log");
	}

	/**
	 * Measure all forms.
	 * @param args {@code --start}
	 * @throws Exception if a process fails
	 */
	public static void main(String[] args) throws Exception {
		if (!List.of(args).equals(List.of("--start"))) {
			System.err.println("Arguments " + List.of(args) + " are not known: --start stands alone");
			System.exit(2);
		}
		StartBenchmark benchmark = new StartBenchmark(
				Path.of(System.getProperty("benchmark.directory", "target/benchmark")));
		System.exit(benchmark.run() ? 0 : 1);
	}

	private boolean run() throws Exception {
		Files.createDirectories(this.directory);
		Files.deleteIfExists(this.log);
		Tls tls = Tls.create(this.directory.resolve("tls"));
		try (TalkingProcess macula = provider("macula-proxy-sync", tls);
				TalkingProcess grpc = provider("spring-grpc", tls)) {
			Kind ours = kind(StartPath.MACULA, MaculaApplication.class,
					List.of("--macula.realm.name=bench", "--macula.realm.secret=" + Stacks.realmSecret(),
							"--macula.realm.seeds=127.0.0.1:" + port(macula), "--macula.node.id=start"));
			Kind peers = kind(StartPath.GRPC, GrpcApplication.class,
					List.of("--spring.grpc.client.channel.bench.target=static://127.0.0.1:" + port(grpc),
							"--spring.grpc.client.channel.bench.ssl.bundle=bench",
							"--spring.ssl.bundle.pem.bench.truststore.certificate="
									+ tls.certificateFile().toAbsolutePath().toUri()));
			measure("class path", ours, peers, List.of(), List.of(), false);
			archive("class archive", "-XX:ArchiveClassesAtExit=", "-XX:SharedArchiveFile=", "jsa", ours, peers);
			if (Runtime.version().feature() >= AOT_CACHE_SINCE) {
				archive("AOT cache", "-XX:AOTCacheOutput=", "-XX:AOTCache=", "aot", ours, peers);
			}
		}
		return report();
	}

	private static int port(TalkingProcess provider) throws InterruptedException {
		return Integer.parseInt(provider.awaitLine("READY ", PATIENCE_SECONDS).split(" ")[0]);
	}

	private TalkingProcess provider(String stack, Tls tls) throws IOException {
		String classPath = Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
			.filter((entry) -> !Stacks.named(stack).excludes(new File(entry).getName()))
			.collect(Collectors.joining(File.pathSeparator));
		List<String> arguments = new ArrayList<>(HEAP);
		arguments.addAll(List.of("-cp", classPath, "io.macula.benchmarks.ServerMain", stack, tls.directory().toString(),
				"127.0.0.1", "127.0.0.1"));
		return TalkingProcess.start(Jvm.command(arguments), this.log);
	}

	private Kind kind(StartPath path, Class<?> main, List<String> arguments) throws IOException {
		Path jar = this.directory.resolve(main.getSimpleName() + ".jar");
		path.writeClasses(jar);
		String name = main.getSimpleName().replace("Application", "").toLowerCase(Locale.ROOT);
		return new Kind(name, jar + File.pathSeparator + path.jars(), main.getName(), arguments);
	}

	private void archive(String form, String writing, String reading, String ending, Kind ours, Kind peers)
			throws Exception {
		List<String> options = new ArrayList<>();
		for (Kind kind : List.of(ours, peers)) {
			Path archive = this.directory.resolve("start-" + kind.name() + "." + ending);
			Files.deleteIfExists(archive);
			Shell.run(TRAINING, kind.command(List.of(writing + archive)));
			if (!Files.exists(archive)) {
				throw new IllegalStateException("The training of " + kind.name() + " wrote no " + archive);
			}
			options.add(reading + archive);
		}
		measure(form, ours, peers, options.subList(0, 1), options.subList(1, 2), true);
	}

	private void measure(String form, Kind ours, Kind peers, List<String> oursOptions, List<String> peersOptions,
			boolean judged) throws Exception {
		double[] own = new double[STARTS];
		double[] other = new double[STARTS];
		for (int i = 0; i < STARTS; i++) {
			own[i] = start(ours.command(oursOptions));
			other[i] = start(peers.command(peersOptions));
		}
		show(form + ": starter, start to first answer", own);
		show(form + ": Spring gRPC, start to first answer", other);
		double percent = 100 * median(own) / median(other);
		boolean reached = !judged || percent < BOUND_PERCENT;
		this.good &= reached;
		figure(form + ": start to first answer, share of Spring gRPC's", percent, "%", judged ? BOUND_PERCENT : null);
		System.out.printf(Locale.ROOT, "%-60s %8.0f %%   %s%n", form, percent,
				judged ? (reached ? "ok" : "MISSED") + " (below " + BOUND_PERCENT + " %)" : "");
	}

	private double start(List<String> command) throws Exception {
		long begin = System.nanoTime();
		try (TalkingProcess process = TalkingProcess.start(command, this.log)) {
			String answer = process.awaitLine(ANSWER, PATIENCE_SECONDS);
			double millis = (System.nanoTime() - begin) / 1e6;
			if (!answer.equals(QUESTION)) {
				throw new IllegalStateException("'" + answer + "' instead of '" + QUESTION + "'");
			}
			if (process.exitCode() != 0) {
				throw new IllegalStateException("A start failed: see " + this.log);
			}
			return millis;
		}
	}

	private void show(String name, double[] millis) {
		double[] sorted = millis.clone();
		Arrays.sort(sorted);
		figure(name, median(millis), "ms", null);
		System.out.printf(Locale.ROOT, "%-60s %8.0f ms  (%.0f to %.0f)%n", name, median(millis), sorted[0],
				sorted[sorted.length - 1]);
	}

	private void figure(String name, double value, String unit, @Nullable Integer bound) {
		Map<String, Object> figure = new LinkedHashMap<>();
		figure.put("name", name);
		figure.put("value", value);
		figure.put("unit", unit);
		figure.put("bound", bound);
		this.figures.add(figure);
	}

	private static double median(double[] values) {
		double[] sorted = values.clone();
		Arrays.sort(sorted);
		return sorted[sorted.length / 2];
	}

	private boolean report() {
		Map<String, Object> report = new LinkedHashMap<>();
		report.put("machine", Map.of("processors", Runtime.getRuntime().availableProcessors(), "jdk",
				System.getProperty("java.runtime.version"), "system", System.getProperty("os.name")));
		report.put("figures", this.figures);
		report.put("boundsHold", this.good);
		JsonMapper.builder()
			.enable(SerializationFeature.INDENT_OUTPUT)
			.build()
			.writeValue(this.directory.resolve("start-" + Runtime.version().feature() + ".json").toFile(), report);
		return this.good;
	}

	/**
	 * One of the two applications.
	 */
	private record Kind(String name, String classPath, String main, List<String> arguments) {

		List<String> command(List<String> options) {
			List<String> command = new ArrayList<>(List.of(Jvm.tool("java")));
			command.addAll(HEAP);
			command.addAll(options);
			command.addAll(List.of("-cp", this.classPath, this.main));
			command.addAll(this.arguments);
			return command;
		}

	}

}
