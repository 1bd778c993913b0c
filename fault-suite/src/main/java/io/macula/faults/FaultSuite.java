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
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

import io.macula.faults.Fault.Layout;
import io.macula.faults.Fault.Reach;
import io.macula.harness.Arguments;
import io.macula.harness.Clock;
import io.macula.harness.CriteriaTable;
import io.macula.harness.Shell;
import io.macula.rogue.Attacker;
import org.jspecify.annotations.Nullable;

/**
 * Runs the faults one after the other, prints a table, writes {@code report.json}, and
 * ends with 1 if a criterion did not hold. Started by {@code scripts/faults.sh}; with a
 * role as its first argument the same jar is one of the processes of a world.
 */
public final class FaultSuite {

	private static final Path PAGE = Path.of("docs", "reliability.md");

	private final Options options;

	private final PrintStream out = System.out;

	private final CriteriaTable table = new CriteriaTable(this.out, 22, 60, 7);

	private final List<FaultReport> reports = new ArrayList<>();

	private @Nullable World world;

	private @Nullable Layout layout;

	private @Nullable Addressing addressing;

	private FaultSuite(Options options) {
		this.options = options;
	}

	/**
	 * Run the suite, or a process of it.
	 * @param args {@code --name=value}, see {@code scripts/faults.sh}
	 * @throws Exception if a file cannot be written
	 */
	public static void main(String[] args) throws Exception {
		if (args.length > 0 && !args[0].startsWith("--")) {
			runProcess(args[0], Arrays.copyOfRange(args, 1, args.length));
			return;
		}
		Arguments named = Arguments.parse(args);
		if (named.has("list")) {
			catalogue().forEach((fault) -> System.out.printf("%-22s %s%n", fault.name(), fault.title()));
			return;
		}
		Options options = Options.of(named);
		FaultSuite suite = new FaultSuite(options);
		String only = named.optional("only", "");
		int soakMinutes = Integer.parseInt(named.optional("soak", "0"));
		boolean passed = (soakMinutes > 0) ? suite.soak(soakMinutes)
				: named.has("again") ? suite.again(named.required("again")) : suite.run(only);
		System.exit(passed ? 0 : 1);
	}

	private static void runProcess(String role, String[] args) throws Exception {
		switch (role) {
			case "load" -> LoadClient.run(Path.of(args[0]), Arrays.copyOfRange(args, 1, args.length));
			case "seed" -> SeedNode.run(args);
			case "provider" -> CalculatorProvider.run(args);
			case "stand-in" -> StandInProvider.run(args);
			case "attack" -> Attack.run(args);
			case "attacks" -> AttackSuite.run(args);
			case "attacker" -> Attacker.run(args[0], Arrays.copyOfRange(args, 1, args.length));
			case "grpc-server" -> GrpcPeer.serve(args);
			case "grpc-load" -> GrpcPeer.load(args);
			default -> throw new IllegalArgumentException("Role '" + role + "' is not known");
		}
	}

	private boolean run(String only) throws IOException {
		runAll(only);
		boolean whole = only.isEmpty() && !this.options.quick();
		return finish(whole ? "whole" : this.options.quick() ? "short" : "some", "report.json");
	}

	/** Some faults, which then stand in the page in place of those of the whole run. */
	private boolean again(String names) throws IOException {
		Report whole = Report.read(this.options.directory().resolve(ReliabilityPage.WHOLE));
		if (whole == null) {
			throw new IllegalArgumentException("--again=" + names + " needs the report of a whole run in "
					+ this.options.directory() + ": run the suite without options first");
		}
		runAll(names);
		ReliabilityPage.keep(whole.again(this.reports, LocalDate.now().toString()), this.options.directory(), PAGE);
		return finish("some", "report.json");
	}

	private void runAll(String only) {
		List<Fault> faults = catalogue()
			.filter((fault) -> only.isEmpty() ? (!this.options.quick() || fault.quick())
					: Arrays.stream(only.split(",")).anyMatch(fault::named))
			.filter((fault) -> this.options.networks().contains(fault.addressing()))
			.toList();
		if (faults.isEmpty()) {
			throw new IllegalArgumentException("'" + only + "' names no fault of these networks: --list shows them");
		}
		for (Fault fault : faults) {
			FaultReport report = run(fault);
			this.reports.add(report);
			print(report);
		}
		closeWorld();
	}

	/** Faults of one network beside each other: a new network is a new world. */
	private static Stream<Fault> catalogue() {
		List<Fault> all = Stream
			.of(ProcessFaults.all(), LinkFaults.all(), PathFaults.all(), AddressFaults.all(), LifeFaults.all(),
					TimeFaults.all(), RealmFaults.all(), ZoneFaults.all(), AttackFaults.all())
			.flatMap(List::stream)
			.toList();
		return Stream.concat(all.stream(),
				Stream.of(Addressing.V6, Addressing.DUAL)
					.flatMap((network) -> all.stream()
						.filter((fault) -> fault.reach() != Reach.ALONE)
						.map((fault) -> fault.over(network))));
	}

	private boolean soak(int minutes) throws IOException {
		Soak soak = new Soak(minutes);
		Fault fault = soak.fault();
		FaultReport report = run(fault);
		this.reports.add(report);
		print(report);
		closeWorld();
		return finish("soak", "soak.json");
	}

	private FaultReport run(Fault fault) {
		List<String> missing = fault.tools().stream().filter((tool) -> !this.available(tool)).toList();
		if (!missing.isEmpty()) {
			return FaultReport.skipped(fault, "this machine has no " + String.join(", ", missing));
		}
		FaultLog log = new FaultLog();
		try {
			World world = world(fault);
			world.noteHoldings();
			world.begin();
			fault.body().run(world, log);
			Window all = world.window();
			log.noticedOtherwise(all);
			log.truthful(world, world.load(), all);
			world.restore();
			world.compareHoldings(log);
		}
		catch (RuntimeException ex) {
			// The faults that follow have a world of their own.
			log.must("the fault can be run to its end", ex.toString(), false);
			closeWorld();
		}
		return log.report(fault);
	}

	private World world(Fault fault) {
		World present = this.world;
		if (present != null && fault.layout() == this.layout && fault.addressing() == this.addressing) {
			return present;
		}
		closeWorld();
		World fresh = new World(this.options, fault.layout(), fault.addressing());
		this.world = fresh;
		this.layout = fault.layout();
		this.addressing = fault.addressing();
		// The first calls of cold virtual machines are no part of a fault.
		Clock.seconds(this.options.quick() ? 5 : 10);
		return fresh;
	}

	private void closeWorld() {
		World present = this.world;
		this.world = null;
		if (present != null) {
			present.close();
		}
	}

	private boolean available(String tool) {
		return switch (tool) {
			case "linkd" -> Files.isExecutable(this.options.linkd());
			case FakeClock.LIBRARY -> Files.exists(this.options.fakeClock());
			default -> Shell.succeeds("sh", "-c", "command -v " + tool);
		};
	}

	private void print(FaultReport report) {
		if (report.result().equals(FaultReport.SKIPPED)) {
			this.table.printSkipped(report.name(), report.title(), String.valueOf(report.measured().get("reason")));
		}
		this.table.print(report.name(), report.criteria());
	}

	private boolean finish(String form, String file) throws IOException {
		Report report = Report.of(form, this.reports);
		Path path = this.options.directory().resolve(file);
		report.write(path);
		if (form.equals("whole") || form.equals("soak")) {
			ReliabilityPage.keep(report, this.options.directory(), PAGE);
		}
		this.table.repeatFailed();
		this.out.println(report.passed() ? "All criteria held." : "A criterion did not hold.");
		this.out.println("Report: " + path);
		return report.passed();
	}

}
