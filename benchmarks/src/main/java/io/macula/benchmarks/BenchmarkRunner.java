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

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;

import io.macula.benchmarks.stack.Stack;
import io.macula.benchmarks.stack.Tls;
import io.macula.harness.Jvm;
import io.macula.harness.TalkingProcess;
import tools.jackson.databind.json.JsonMapper;

/**
 * Measures the stacks in turn, round after round, each with a server and a client in
 * processes of their own, and writes the report. Ends with 1 if the figures cannot be
 * trusted: errors, different payloads, too much noise.
 */
public final class BenchmarkRunner {

	private static final JsonMapper JSON = JsonMapper.builder().build();

	private static final List<String> JVM_OPTIONS = List.of("-Xms1g", "-Xmx1g", "--enable-native-access=ALL-UNNAMED",
			"-Dio.netty.leakDetection.level=disabled");

	private final Plan plan;

	private final Path directory;

	private final List<String> jvmOptions = new ArrayList<>(JVM_OPTIONS);

	private final List<Row> measured = new ArrayList<>();

	private final List<Fact> facts = new ArrayList<>();

	private final Set<String> skipped = new LinkedHashSet<>();

	private final List<String> problems = new ArrayList<>();

	private BenchmarkRunner(Plan plan, Path directory) {
		this.plan = plan;
		this.directory = directory;
	}

	/**
	 * Run.
	 * @param args see {@code scripts/benchmark.sh}
	 * @throws Exception if the run cannot be made
	 */
	public static void main(String[] args) throws Exception {
		Plan plan;
		try {
			plan = Plan.parse(args);
		}
		catch (IllegalArgumentException ex) {
			System.err.println(ex.getMessage());
			System.exit(2);
			return;
		}
		Path directory = Path.of(System.getProperty("benchmark.directory", "target/benchmark"));
		Files.createDirectories(directory);
		BenchmarkRunner runner = new BenchmarkRunner(plan, directory);
		if (plan.profile() != null) {
			System.exit(runner.profile(plan.profile()) ? 0 : 1);
		}
		Report report = runner.run();
		report.write(directory);
		report.print();
		Path page = Path.of("docs", "performance.md");
		if (plan.whole() && Files.exists(page)) {
			PerformancePage.write(report, page);
		}
		System.exit(report.problems().isEmpty() ? 0 : 1);
	}

	private boolean profile(Plan.Profile profile) throws Exception {
		Path profiles = this.directory.resolve("profile-%s-%s-%s".formatted(profile.stack(), profile.workload(),
				profile.event().replaceAll("[^\\w.]+", "_")));
		Files.createDirectories(profiles);
		this.jvmOptions.addAll(List.of("-XX:+UnlockDiagnosticVMOptions", "-XX:+DebugNonSafepoints",
				"-D" + Profiler.OPTION + "=" + profile.event() + "," + profiles));
		run();
		if (!this.problems.isEmpty()) {
			return false;
		}
		for (String process : List.of("client", "server")) {
			Profiles.read(profiles.resolve(process + ".collapsed")).print(process, 40);
		}
		System.out.printf("%nStacks and flame graphs: %s/{client,server}.{collapsed,html}%n", profiles);
		return true;
	}

	private Report run() throws Exception {
		System.out.printf("%d rounds of %d stacks take about %d minutes%n", this.plan.rounds(),
				this.plan.stacks().size(), this.plan.estimate().plusSeconds(59).toMinutes());
		Tls tls = Tls.create(this.directory.resolve("tls"));
		Path log = this.directory.resolve("processes.log");
		Files.deleteIfExists(log);
		for (int round = 1; round <= this.plan.rounds(); round++) {
			checkQuiet(round);
			measureBareAllocation(log);
			for (Stack stack : this.plan.stacks()) {
				for (Workload.Link link : Workload.Link.values()) {
					measure(round, stack, link, tls, log);
				}
			}
		}
		List<Targets.Verdict> scale = new ArrayList<>();
		if (this.plan.whole()) {
			scale.addAll(ScaleFigures.verdicts(this.directory));
			scale.addAll(ScaleFigures.ofStarts(this.directory));
		}
		return Report.of(this.plan, this.measured, this.facts, scale, List.copyOf(this.skipped), this.problems);
	}

	private void checkQuiet(int round) throws InterruptedException {
		String unrest = Machine.unrest();
		if (unrest != null) {
			String message = "round " + round + ": " + unrest;
			System.out.println("! " + message);
			if (!this.plan.quick()) {
				this.problems.add(message);
			}
		}
	}

	private void measure(int round, Stack stack, Workload.Link link, Tls tls, Path log) throws Exception {
		List<Workload> workloads = this.plan.workloadsOf(stack)
			.stream()
			.filter((workload) -> workload.link() == link)
			.toList();
		// Without workloads there still is the first call, on loopback.
		if (workloads.isEmpty() && (link != Workload.Link.LOOPBACK || !this.plan.workloadsOf(stack).isEmpty())) {
			return;
		}
		String missing = Hosts.missing(link);
		if (missing != null) {
			for (Workload workload : workloads) {
				String line = workload.kind().title() + ": SKIPPED, " + missing;
				if (this.skipped.add(line)) {
					System.out.println(line);
				}
			}
			return;
		}
		try {
			if (link == Workload.Link.LOOPBACK) {
				measure(round, stack, workloads, Site.LOOPBACK, tls, log);
			}
			else {
				try (Hosts hosts = Hosts.create(link)) {
					measure(round, stack, workloads,
							new Site(hosts.onServer(), hosts.onClient(), Hosts.SERVER, Hosts.CONTROL), tls, log);
				}
			}
		}
		catch (IllegalStateException ex) {
			this.problems.add("round " + round + ", " + stack.name() + ": " + ex.getMessage());
			System.out.println("! " + this.problems.get(this.problems.size() - 1));
		}
	}

	private void measure(int round, Stack stack, List<Workload> workloads, Site site, Tls tls, Path log)
			throws Exception {
		String keys = tls.directory().toString();
		try (TalkingProcess server = start(log, site.onServer(), this.jvmOptions, stack::excludes, ServerMain.class,
				List.of(stack.name(), keys, site.address(), site.control()))) {
			String[] ports = server.awaitLine("READY ", 60).split(" ");
			List<String> args = new ArrayList<>(List.of(stack.name(), keys, site.address(), ports[0], site.control(),
					ports[1], Long.toString(this.plan.warmUpMillis()), Long.toString(this.plan.windowMillis())));
			workloads.forEach((workload) -> args.add(workload.id()));
			try (TalkingProcess client = start(log, site.onClient(), this.jvmOptions, stack::excludes, ClientMain.class,
					args)) {
				int rows = readRows(round, client, site == Site.LOOPBACK);
				if (rows != workloads.size() + 1) {
					throw new IllegalStateException(
							"the client printed " + rows + " of " + (workloads.size() + 1) + " rows, see " + log);
				}
			}
		}
	}

	/** In a process of its own, so that no other code has shaped what is compiled. */
	private void measureBareAllocation(Path log) throws Exception {
		try (TalkingProcess probe = start(log, List.of(), JVM_OPTIONS, (jar) -> false, BareAllocationMain.class,
				List.of())) {
			readRows(0, probe, true);
		}
	}

	/**
	 * @param firstCall whether the process's start and first call count; over links they
	 * do not
	 */
	private int readRows(int round, TalkingProcess client, boolean firstCall) throws InterruptedException {
		long patience = 60 + (2 * this.plan.warmUpMillis() + this.plan.windowMillis()) / 1000;
		int rows = 0;
		for (String line = client.nextLine(patience); line != null; line = client.nextLine(patience)) {
			if (line.startsWith("ROW ")) {
				Row row = JSON.readValue(line.substring(4), Row.class);
				rows++;
				if (!firstCall && row.workload().equals(Workload.Kind.FIRST.title())) {
					continue;
				}
				this.measured.add(row);
				System.out.printf("round %d  %-20s %-36s %,12.0f/s  p50 %,9.0f us  p99 %,9.0f us  cpu/100k %6.2f s%n",
						round, row.stack(), row.key(), row.callsPerSecond(), row.p50Micros(), row.p99Micros(),
						row.cpuSecondsPer100k());
			}
			else if (line.startsWith("FACT ") && firstCall) {
				this.facts.add(JSON.readValue(line.substring(5), Fact.class));
			}
			else if (line.startsWith("FAILURE ")) {
				System.out.println("! " + line);
			}
		}
		return rows;
	}

	/**
	 * Start a JVM with the class path of this one; the prefix of its command says where.
	 */
	private static TalkingProcess start(Path log, List<String> prefix, List<String> jvmOptions,
			Predicate<String> excludedJars, Class<?> main, List<String> args) throws IOException {
		List<String> command = new ArrayList<>(prefix);
		command.add(Jvm.tool("java"));
		command.addAll(jvmOptions);
		command.addAll(List.of("-cp", classPath(excludedJars), main.getName()));
		command.addAll(args);
		return TalkingProcess.start(command, log);
	}

	private static String classPath(Predicate<String> excludedJars) {
		return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
			.filter((entry) -> !excludedJars.test(new File(entry).getName()))
			.collect(Collectors.joining(File.pathSeparator));
	}

	/**
	 * Where the processes run.
	 *
	 * @param onServer prefix of the server's command
	 * @param onClient prefix of the client's command
	 * @param address address of the server
	 * @param control its address for questions
	 */
	private record Site(List<String> onServer, List<String> onClient, String address, String control) {

		private static final Site LOOPBACK = new Site(List.of(), List.of(), "127.0.0.1", "127.0.0.1");

	}

}
