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

package io.macula.benchmarks.scale;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import io.macula.harness.Jvm;
import io.macula.harness.TalkingProcess;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * Measures what a large realm costs: the choice among 3 and 1,000 instances, a client's
 * memory for each of 1,000 endpoints, a change on its way to 1,000 watching clients in a
 * realm of 10,000 advertisements, and what 100 idle nodes cost. Prints the figures,
 * writes {@code scale.json}, and ends with 1 if a bound does not hold.
 */
public final class ScaleBenchmark {

	/** A part prints nothing while it connects a thousand clients. */
	private static final long PATIENCE_SECONDS = 900;

	private final Path directory;

	private final List<Figure> figures = new ArrayList<>();

	private ScaleBenchmark(Path directory) {
		this.directory = directory;
	}

	/**
	 * Run all parts, or those that are named.
	 * @param args {@code --scale}, and names of parts: pick, memory, watch, idle
	 * @throws Exception if a part fails
	 */
	public static void main(String[] args) throws Exception {
		List<String> parts = new ArrayList<>(List.of(args));
		parts.remove("--scale");
		if (!List.of("pick", "memory", "watch", "idle").containsAll(parts)) {
			System.err.println("Parts " + parts + " are not known: expected some of pick, memory, watch, idle");
			System.exit(2);
		}
		ScaleBenchmark benchmark = new ScaleBenchmark(
				Path.of(System.getProperty("benchmark.directory", "target/benchmark")));
		System.exit(benchmark.run(parts) ? 0 : 1);
	}

	private boolean run(List<String> parts) throws IOException, InterruptedException {
		Files.createDirectories(this.directory);
		if (parts.isEmpty() || parts.contains("pick")) {
			measure(List.of("-Xmx256m"), Picks.class);
		}
		if (parts.isEmpty() || parts.contains("memory")) {
			try (TalkingProcess endpoints = start(List.of("-Xmx512m"), Endpoints.class)) {
				/* A heap that is all there from the start: what grows is native. */
				measure(List.of("-Xms256m", "-Xmx256m", "-XX:+AlwaysPreTouch"), IdleClient.class, ready(endpoints));
			}
		}
		if (parts.isEmpty() || parts.contains("watch")) {
			try (TalkingProcess seeds = start(List.of("-Xmx512m"), Seeds.class)) {
				measure(List.of("-Xmx512m"), Watchers.class, ready(seeds));
			}
		}
		if (parts.isEmpty() || parts.contains("idle")) {
			// Idle: what was connected for the start has left (5 min), what is compiled
			// has
			// been.
			measure(List.of("-Xmx512m"), IdleRealm.class, "3", "97", "300", "600", "120", "judged");
			measure(List.of("-Xmx512m"), IdleRealm.class, "100", "0", "1", "60", "60");
			measure(List.of("-Xmx256m"), IdleRealm.class, "1", "1", "1", "30", "60");
		}
		return report();
	}

	private void measure(List<String> jvmOptions, Class<?> main, String... args)
			throws IOException, InterruptedException {
		try (TalkingProcess process = start(jvmOptions, main, args)) {
			for (String line = process.nextLine(PATIENCE_SECONDS); line != null; line = process
				.nextLine(PATIENCE_SECONDS)) {
				Figure figure = Figure.parse(line);
				if (figure != null) {
					this.figures.add(figure);
					System.out.printf("%-84s %12.1f %-6s %s%n", figure.name(), figure.value(), figure.unit(),
							verdict(figure));
				}
			}
			if (process.exitCode() != 0) {
				throw new IllegalStateException(main.getSimpleName() + " failed: see " + log());
			}
		}
	}

	private TalkingProcess start(List<String> jvmOptions, Class<?> main, String... args) throws IOException {
		List<String> command = new ArrayList<>(List.of(Jvm.tool("java")));
		command.addAll(jvmOptions);
		command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
		command.addAll(List.of(args));
		return TalkingProcess.start(command, log());
	}

	private static String ready(TalkingProcess process) throws InterruptedException {
		return process.awaitLine(ScaleRealm.READY, PATIENCE_SECONDS);
	}

	private Path log() {
		return this.directory.resolve("scale.log");
	}

	private boolean report() {
		boolean good = true;
		for (Figure figure : this.figures) {
			good &= figure.holds();
		}
		Map<String, Object> report = new LinkedHashMap<>();
		report.put("machine", Map.of("processors", Runtime.getRuntime().availableProcessors(), "jdk",
				System.getProperty("java.runtime.version"), "system", System.getProperty("os.name")));
		report.put("figures", this.figures);
		report.put("boundsHold", good);
		JsonMapper.builder()
			.enable(SerializationFeature.INDENT_OUTPUT)
			.build()
			.writeValue(this.directory.resolve("scale.json").toFile(), report);
		return good;
	}

	private static String verdict(Figure figure) {
		if (figure.bound() == null) {
			return "";
		}
		return String.format("%s (below %.0f)", figure.holds() ? "ok" : "MISSED", figure.bound());
	}

}
