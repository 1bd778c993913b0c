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
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;

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
 * @param facts medians of the other figures
 * @param skipped what this machine cannot measure, and why
 * @param targets what the product has to reach, as far as it was measured
 * @param problems why the figures cannot be trusted; empty if they can
 */
record Report(String startedAt, Map<String, String> machine, boolean quick, int rounds, long windowMillis,
		Map<String, String> stacks, List<Figures> rows, List<Fact> facts, List<String> skipped,
		List<Targets.Verdict> targets, List<String> problems) {

	static final String REFERENCE = "grpc-direct";

	static Report of(Plan plan, List<Row> measured, List<Fact> facts, List<Targets.Verdict> scale, List<String> skipped,
			List<String> earlierProblems) {
		List<String> problems = new ArrayList<>(earlierProblems);
		Map<String, List<Row>> groups = measured.stream()
			.collect(Collectors.groupingBy((row) -> row.stack() + ", " + row.key(), LinkedHashMap::new,
					Collectors.toList()));
		List<Row> medians = groups.values().stream().map(Report::median).toList();
		List<Fact> medianFacts = medians(facts);
		List<Figures> rows = new ArrayList<>();
		groups.forEach((key, group) -> {
			Row median = median(group);
			rows.add(new Figures(median, spread(group, median, Figure.CALLS),
					ratio(median, medians, Row::callsPerSecond), ratio(median, medians, Row::cpuSecondsPer100k),
					ratio(median, medians, Row::p50Micros), ratio(median, medians, Row::p99Micros)));
			long errors = group.stream().mapToLong(Row::errors).sum();
			if (errors > 0) {
				problems.add(key + ": " + errors + " errors");
			}
		});
		Targets.Judgement judgement = Targets.judge(medians, medianFacts);
		if (!plan.quick()) {
			for (Targets.Judged judged : judgement.judged()) {
				List<Row> group = groups.getOrDefault(judged.stack() + ", " + judged.key(), List.of());
				double spread = group.isEmpty() ? 0 : spread(group, median(group), judged.figure());
				if (spread > judged.figure().maxSpread()) {
					problems
						.add(String.format(Locale.ROOT, "%s, %s: too noisy, %s of a round is %.0f %% off the median",
								judged.stack(), judged.key(), judged.figure().title(), spread * 100));
				}
			}
		}
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
				stacks, rows, medianFacts, skipped, verdicts(plan, judgement, scale), problems);
	}

	private static List<Targets.Verdict> verdicts(Plan plan, Targets.Judgement judgement, List<Targets.Verdict> scale) {
		if (plan.quick()) {
			return List.of();
		}
		// A run that was told what to measure is silent of the rest.
		return Stream.concat(judgement.verdicts().stream(), scale.stream())
			.filter((verdict) -> plan.whole() || verdict.result() != Targets.Result.NOT_MEASURED)
			.toList();
	}

	private static List<Fact> medians(List<Fact> facts) {
		Map<String, List<Fact>> groups = facts.stream()
			.collect(Collectors.groupingBy((fact) -> fact.stack() + ", " + fact.name(), LinkedHashMap::new,
					Collectors.toList()));
		return groups.values()
			.stream()
			.map((group) -> new Fact(group.get(0).stack(), group.get(0).name(),
					middle(group.stream().mapToDouble(Fact::value))))
			.toList();
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
			this.targets.forEach((verdict) -> System.out.printf("%-12s %s: %s%n", words(verdict.result()),
					verdict.target(), verdict.measured()));
		}
		System.out.println();
		this.facts.forEach(
				(fact) -> System.out.printf(Locale.ROOT, "%s: %,.0f %s%n", fact.stack(), fact.value(), fact.name()));
		this.skipped.forEach(System.out::println);
		this.problems.forEach((problem) -> System.out.println("PROBLEM " + problem));
	}

	static String words(Targets.Result result) {
		return switch (result) {
			case REACHED -> "reached";
			case MISSED -> "MISSED";
			case NOT_MEASURED -> "not measured";
		};
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
		return middle(group.stream().mapToDouble(figure));
	}

	private static double middle(DoubleStream figures) {
		double[] sorted = figures.sorted().toArray();
		int middle = sorted.length / 2;
		return (sorted.length % 2 == 1) ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
	}

	/** The largest deviation of a round from the median. */
	private static double spread(List<Row> group, Row median, Figure figure) {
		return group.stream()
			.mapToDouble((row) -> Math.abs(figure.of(row) / figure.of(median) - 1))
			.filter((deviation) -> !Double.isNaN(deviation))
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
