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

package io.macula.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;

import io.macula.benchmarks.stack.Stack;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * Outcome of a run.
 *
 * @param startedAt when the report was made
 * @param machine processors, JDK and system
 * @param quick whether it was the short form, whose figures prove nothing
 * @param rounds rounds
 * @param windowMillis length of a window
 * @param stacks descriptions by name
 * @param rows medians of the rounds
 * @param targets what the product has to reach, as far as it was measured
 * @param problems why the figures cannot be trusted; empty if they can
 */
record Report(String startedAt, Map<String, String> machine, boolean quick, int rounds, long windowMillis,
		Map<String, String> stacks, List<Figures> rows, List<Targets.Verdict> targets, List<String> problems) {

	/** Deviation of a round from the median above which a machine is too noisy. */
	private static final double MAX_SPREAD = 0.3;

	static final String REFERENCE = "grpc-direct";

	static Report of(Plan plan, List<Row> measured, List<String> earlierProblems) {
		List<String> problems = new ArrayList<>(earlierProblems);
		Map<String, List<Row>> groups = measured.stream()
			.collect(Collectors.groupingBy((row) -> row.stack() + ", " + row.key(), LinkedHashMap::new,
					Collectors.toList()));
		List<Row> medians = groups.values().stream().map(Report::median).toList();
		List<Figures> rows = new ArrayList<>();
		groups.forEach((key, group) -> {
			Row median = median(group);
			double spread = spread(group, median);
			rows.add(new Figures(median, spread, ratio(median, medians, Row::callsPerSecond),
					ratio(median, medians, Row::cpuSecondsPer100k), ratio(median, medians, Row::p50Micros),
					ratio(median, medians, Row::p99Micros)));
			long errors = group.stream().mapToLong(Row::errors).sum();
			if (errors > 0) {
				problems.add(key + ": " + errors + " errors");
			}
			if (spread > MAX_SPREAD && !plan.quick() && !median.workload().equals(Workload.Kind.FIRST.title())) {
				problems.add(String.format("%s: too noisy, a round is %.0f %% off the median", key, spread * 100));
			}
		});
		for (String key : new LinkedHashSet<>(measured.stream().map(Row::key).toList())) {
			Set<Integer> sizes = measured.stream()
				.filter((row) -> row.key().equals(key))
				.map(Row::payloadBytes)
				.collect(Collectors.toSet());
			if (sizes.size() > 1) {
				problems.add(key + ": stacks ran with different payloads of " + sizes + " bytes");
			}
		}
		Map<String, String> stacks = new LinkedHashMap<>();
		for (Stack stack : plan.stacks()) {
			stacks.put(stack.name(), stack.description());
		}
		return new Report(Instant.now().toString(), thisMachine(), plan.quick(), plan.rounds(), plan.windowMillis(),
				stacks, rows, plan.quick() ? List.of() : Targets.judge(medians), problems);
	}

	void write(Path directory) throws IOException {
		JsonMapper json = JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();
		Files.writeString(directory.resolve("report.json"), json.writeValueAsString(this));
		Files.writeString(directory.resolve("report.html"), new ReportPage(this).html());
	}

	void print() {
		System.out.printf("%n%-20s %-36s %12s %8s %9s %9s %10s %9s %8s%n", "stack", "workload", "calls/s", "spread",
				"p50 us", "p99 us", "p99.9 us", "cpu/100k", "x grpc");
		for (Figures figures : this.rows) {
			Row row = figures.row();
			System.out.printf("%-20s %-36s %,12.0f %7.0f%% %,9.0f %,9.0f %,10.0f %9.2f %8s%n", row.stack(), row.key(),
					row.callsPerSecond(), figures.spread() * 100, row.p50Micros(), row.p99Micros(), row.p999Micros(),
					row.cpuSecondsPer100k(),
					(figures.callsRatio() != null) ? String.format("%.2f", figures.callsRatio()) : "");
		}
		if (!this.targets.isEmpty()) {
			System.out.println();
			this.targets.forEach((verdict) -> System.out.printf("%-7s %s: %s%n", verdict.met() ? "reached" : "MISSED",
					verdict.target(), verdict.measured()));
		}
		System.out.println();
		this.problems.forEach((problem) -> System.out.println("PROBLEM " + problem));
	}

	private static Row median(List<Row> group) {
		Row first = group.get(0);
		return new Row(first.stack(), first.workload(), first.inFlight(), first.payloadBytes(),
				median(group, Row::callsPerSecond), median(group, Row::p50Micros), median(group, Row::p99Micros),
				median(group, Row::p999Micros), median(group, Row::maxMicros), median(group, Row::cpuSecondsPer100k),
				median(group, Row::clientCpuSecondsPer100k), median(group, Row::serverCpuSecondsPer100k),
				median(group, Row::bytesAllocatedPerCall), median(group, Row::clientBytesAllocatedPerCall),
				median(group, Row::serverBytesAllocatedPerCall), group.stream().mapToLong(Row::errors).sum());
	}

	private static double median(List<Row> group, ToDoubleFunction<Row> figure) {
		double[] sorted = group.stream().mapToDouble(figure).sorted().toArray();
		int middle = sorted.length / 2;
		return (sorted.length % 2 == 1) ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
	}

	/** The largest deviation of a round from the median. */
	private static double spread(List<Row> group, Row median) {
		return group.stream()
			.mapToDouble((row) -> Math.abs(row.callsPerSecond() / median.callsPerSecond() - 1))
			.max()
			.orElse(0);
	}

	private static @Nullable Double ratio(Row row, List<Row> medians, ToDoubleFunction<Row> figure) {
		return medians.stream()
			.filter((other) -> other.stack().equals(REFERENCE) && other.key().equals(row.key()))
			.map((other) -> figure.applyAsDouble(row) / figure.applyAsDouble(other))
			.filter((ratio) -> !ratio.isNaN() && !ratio.isInfinite())
			.findFirst()
			.orElse(null);
	}

	private static Map<String, String> thisMachine() {
		Map<String, String> machine = new LinkedHashMap<>();
		machine.put("processors", Integer.toString(Runtime.getRuntime().availableProcessors()));
		machine.put("processor", processor());
		machine.put("jdk", System.getProperty("java.vm.name") + " " + System.getProperty("java.vm.version"));
		machine.put("system", System.getProperty("os.name") + " " + System.getProperty("os.version"));
		return machine;
	}

	private static String processor() {
		try {
			return Files.readAllLines(Path.of("/proc/cpuinfo"))
				.stream()
				.filter((line) -> line.startsWith("model name"))
				.findFirst()
				.map((line) -> Arrays.asList(line.split(":")).get(1).trim())
				.orElse("unknown");
		}
		catch (IOException ex) {
			return "unknown";
		}
	}

	/**
	 * A row with its spread and its ratios to grpc-java with a direct executor in the
	 * same run.
	 *
	 * @param row the medians
	 * @param spread largest deviation of a round's calls per second from the median
	 * @param callsRatio calls per second over grpc-java's
	 * @param cpuRatio processor time per call over grpc-java's
	 * @param p50Ratio median latency over grpc-java's
	 * @param p99Ratio 99th percentile over grpc-java's
	 */
	record Figures(@com.fasterxml.jackson.annotation.JsonUnwrapped Row row, double spread, @Nullable Double callsRatio,
			@Nullable Double cpuRatio, @Nullable Double p50Ratio, @Nullable Double p99Ratio) {

	}

}
