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

package io.macula.faults;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

import io.macula.harness.Arguments;
import io.macula.harness.Clock;
import io.macula.harness.CriteriaTable;
import org.jspecify.annotations.Nullable;

/**
 * Runs the attacks one after the other, prints a table, writes {@code report.json}, and
 * ends with 1 if a criterion did not hold. Started by {@code scripts/attacks.sh}.
 */
final class AttackSuite {

	private static final Path PAGE = Path.of("docs", "security.md");

	private final Arguments arguments;

	private final Path directory;

	private final boolean quick;

	private final PrintStream out = System.out;

	private final CriteriaTable table = new CriteriaTable(this.out, 18, 60, 7);

	private final List<FaultReport> reports = new ArrayList<>();

	private volatile @Nullable AttackWorld world;

	private int worlds;

	private AttackSuite(Arguments arguments) {
		this.arguments = arguments;
		this.directory = Path.of(arguments.required("directory"));
		this.quick = Boolean.parseBoolean(arguments.optional("short", "false"));
	}

	/**
	 * Run the suite.
	 * @param args {@code --name=value}, see {@code scripts/attacks.sh}
	 * @throws IOException if a file cannot be written
	 */
	static void run(String[] args) throws IOException {
		Arguments named = Arguments.parse(args);
		if (named.has("list")) {
			catalogue().forEach((trial) -> System.out.printf("%-18s %s%n", trial.name(), trial.title()));
			return;
		}
		AttackSuite suite = new AttackSuite(named);
		// Whoever stops the suite stops what it has started.
		Runtime.getRuntime().addShutdownHook(new Thread(suite::closeWorld, "end"));
		boolean passed = named.has("again") ? suite.again(named.required("again"))
				: suite.run(named.optional("only", ""));
		System.exit(passed ? 0 : 1);
	}

	private boolean run(String only) throws IOException {
		runAll(only);
		boolean whole = only.isEmpty() && !this.quick;
		return finish(whole ? "whole" : this.quick ? "short" : "some");
	}

	/** Some attacks, which then stand in the page in place of those of the whole run. */
	private boolean again(String names) throws IOException {
		Report whole = Report.read(this.directory.resolve(SecurityPage.WHOLE));
		if (whole == null) {
			throw new IllegalArgumentException("--again=" + names + " needs the report of a whole run in "
					+ this.directory + ": run the suite without options first");
		}
		runAll(names);
		SecurityPage.keep(whole.again(this.reports, LocalDate.now().toString()), this.directory, PAGE);
		return finish("some");
	}

	private void runAll(String only) {
		List<Trial> trials = catalogue().filter((trial) -> only.isEmpty() ? (!this.quick || trial.quick())
				: Arrays.asList(only.split(",")).contains(trial.name()))
			.toList();
		if (trials.isEmpty()) {
			throw new IllegalArgumentException("'" + only + "' names no attack: --list shows them");
		}
		try {
			trials.forEach(this::run);
		}
		finally {
			closeWorld();
		}
	}

	/*
	 * Whatever else runs on the machine shows in latencies, too, but not twice in the
	 * same place.
	 */
	private void run(Trial trial) {
		FaultReport report = attempt(trial, new FaultLog());
		if (Siege.failedByLatencyOnly(report)) {
			FaultLog second = new FaultLog();
			second.measured("the first time", Siege.latency(report));
			report = attempt(trial, second);
		}
		this.reports.add(report);
		this.table.print(report.name(), report.criteria());
	}

	private FaultReport attempt(Trial trial, FaultLog log) {
		long start = Clock.now();
		try {
			AttackWorld attacked = world(trial.certified());
			trial.body().run(attacked, log, this.quick);
			attacked.compareMemory(log);
		}
		catch (RuntimeException ex) {
			log.must("the attack can be run to its end", ex.toString(), false);
		}
		log.measured("seconds", (Clock.now() - start) / 1_000_000_000);
		// What a successful attack left behind is no fault of the next.
		if (!log.passed()) {
			closeWorld();
		}
		return log.report(trial.name(), trial.title());
	}

	private AttackWorld world(boolean certified) {
		AttackWorld present = this.world;
		if (present != null && present.certified() == certified && present.intact()) {
			return present;
		}
		closeWorld();
		this.worlds++;
		AttackWorld fresh = new AttackWorld(this.directory.resolve("world-" + this.worlds),
				Path.of(this.arguments.required("suite-jar")), this.arguments.required("secret"), certified,
				this.quick);
		this.world = fresh;
		return fresh;
	}

	private void closeWorld() {
		AttackWorld present = this.world;
		this.world = null;
		if (present != null) {
			present.close();
		}
	}

	private static Stream<Trial> catalogue() {
		return Stream.of(DirectoryAttacks.all(), CallAttacks.all(), FloodAttacks.all(), SecretAttacks.all())
			.flatMap(List::stream);
	}

	private boolean finish(String form) throws IOException {
		Report report = Report.of(form, this.reports);
		Path path = this.directory.resolve("report.json");
		report.write(path);
		if (form.equals("whole")) {
			SecurityPage.keep(report, this.directory, PAGE);
		}
		this.table.repeatFailed();
		this.out.println(report.passed() ? "All criteria held." : "A criterion did not hold.");
		this.out.println("Report: " + path);
		return report.passed();
	}

}
