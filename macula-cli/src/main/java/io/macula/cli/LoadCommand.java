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

package io.macula.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import io.macula.CallOptions;
import io.macula.MaculaCall;
import io.macula.cli.load.LoadPlan;
import io.macula.cli.load.LoadReport;
import io.macula.cli.load.LoadRun;
import io.macula.client.DescribedMethod;
import io.macula.log.Printable;
import io.macula.node.RealmNodeBuilder;
import io.macula.operations.ServiceDescriptions.MethodDescription;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * Calls by a fixed schedule, and how long they take.
 */
@Command(name = "load",
		description = { "Calls a method by a fixed schedule and tells how long the answers took.",
				"Calls start whatever the answers do, and times begin when each call was to start: waiting is never",
				"left out (no coordinated omission).", "Calls do run: choose a method that may." },
		footer = { "", "@FILE holds one JSON a line: arguments of one call each, taken in turn.",
				"Ends with 1 if --max-failures or --max-p99 is broken, or if no call succeeds." })
final class LoadCommand extends RealmCommand {

	private static final Duration LONGEST = Duration.ofHours(24);

	private static final Duration SELDOM = Duration.ofSeconds(5);

	private static final Duration OFTEN = Duration.ofMillis(200);

	private static final long PARTING_MILLIS = 3000;

	private static final int BAR = 24;

	private static final Pattern SHARE = Pattern.compile("(\\d+(?:\\.\\d+)?)\\s*(%?)");

	@Parameters(index = "0", paramLabel = "SERVICE/METHOD", description = "What to call.")
	private @Nullable String name;

	@Parameters(index = "1..*", paramLabel = "JSON", description = "Its arguments, or @FILE.")
	private List<String> arguments = new ArrayList<>();

	@Option(names = "--rate", paramLabel = "N", defaultValue = "100",
			description = "Calls that start in a second; 100 by default.")
	private double rate;

	@Option(names = "--for", paramLabel = "DURATION", defaultValue = "10s",
			description = "For how long; 10s by default.")
	private String length = "10s";

	@Option(names = "--warm-up", paramLabel = "DURATION", defaultValue = "2s",
			description = "How long calls are made before, which do not count; 2s by default, 0s for none.")
	private String warmUp = "2s";

	@Option(names = "--concurrency", paramLabel = "N", defaultValue = "10000",
			description = "Most calls that are open at once; what cannot start then is counted. 10000 by default.")
	private int concurrency;

	@Option(names = "--instance", paramLabel = "NODE", description = "Call no other instance than this.")
	private @Nullable String instance;

	@Option(names = "--deadline", paramLabel = "DURATION",
			description = "Bound of each call; that of the contract, or 30s, by default.")
	private @Nullable String deadline;

	@Option(names = "--max-failures", paramLabel = "N|N%",
			description = "Most calls that may fail, or cannot start: a number, or a share of all.")
	private @Nullable String maxFailures;

	@Option(names = "--max-p99", paramLabel = "DURATION", description = "The 99th percentile may not be longer.")
	private @Nullable String maxP99;

	private final LoadWatch watch = new LoadWatch();

	@Override
	void prepare(RealmNodeBuilder node, Output output) {
		node.observations(this.watch.registry());
	}

	@Override
	ExitCode run(RealmConnection realm, Output output) {
		MethodName wanted = MethodName.parseWhole(Objects.requireNonNull(this.name));
		// Wrong usage is told before anybody is asked.
		plan(null);
		Limits limits = Limits.of(this.maxFailures, this.maxP99);
		ServedService served = realm.serving(wanted.service());
		served = (this.instance != null) ? served.only(this.instance) : served;
		MethodDescription method = wanted.in(realm.describe(served));
		DescribedMethod described = CallShape.described(wanted.service(), method, "json");
		if (described.elements()) {
			throw CommandException.usage(wanted.service() + '/' + method.name()
					+ " takes a stream: load is for methods that take values; 'macula call' sends streams");
		}
		LoadPlan plan = plan(method.deadline());
		List<byte[]> payloads = payloads(new CallArguments(method, command().surroundings(), true));
		realm.instances().found(wanted.service(), served.instances());
		CallOptions options = options();
		boolean live = command().surroundings().outputTerminal() && !output.json();
		LoadRun run = new LoadRun(plan, this.watch.target(realm.node().client(), described, payloads, options),
				live ? OFTEN : SELDOM, (progress) -> tell(progress, live, output));
		LoadReport report = run(run, live, output);
		if (output.json()) {
			output.value(json(described, report, limits));
		}
		else {
			print(described, report, output);
		}
		return outcome(report, limits, output);
	}

	private static LoadReport run(LoadRun run, boolean live, Output output) {
		CountDownLatch told = new CountDownLatch(1);
		Thread hook = new Thread(() -> {
			run.stop();
			part(told);
		}, "macula-stop");
		Runtime.getRuntime().addShutdownHook(hook);
		LoadReport report = run.run();
		if (live) {
			output.progress("");
		}
		try {
			Runtime.getRuntime().removeShutdownHook(hook);
		}
		catch (IllegalStateException ex) {
			// It waits until this process has told what was measured and ends.
		}
		return report;
	}

	private static void part(CountDownLatch never) {
		try {
			never.await(PARTING_MILLIS, TimeUnit.MILLISECONDS);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	private LoadPlan plan(@Nullable Duration contract) {
		Duration warm = this.warmUp.matches("0(ms|s|m|h)?") ? Duration.ZERO : duration(this.warmUp, "--warm-up");
		try {
			return new LoadPlan(this.rate, duration(this.length, "--for"), warm, this.concurrency,
					patience((this.deadline != null) ? duration(this.deadline, "--deadline") : contract));
		}
		catch (IllegalArgumentException ex) {
			throw CommandException.usage("--" + ex.getMessage());
		}
	}

	/** Until the deadline of the last call is over, and a little longer. */
	static Duration patience(@Nullable Duration deadline) {
		return ((deadline != null) ? deadline : Duration.ofSeconds(30)).plusSeconds(1);
	}

	private static Duration duration(String text, String origin) {
		return Settings.duration(new Given(text, origin, Path.of(""), Given.OPTION), origin.substring(2), LONGEST);
	}

	private CallOptions options() {
		return (this.deadline != null) ? MaculaCall.current().deadline(duration(this.deadline, "--deadline"))
				: MaculaCall.current();
	}

	private List<byte[]> payloads(CallArguments given) {
		if (this.arguments.size() != 1 || !this.arguments.get(0).startsWith("@")) {
			return List.of(given.encode(this.arguments));
		}
		String file = this.arguments.get(0).substring(1);
		List<byte[]> payloads = new ArrayList<>();
		try {
			int number = 0;
			for (String line : Files.readAllLines(command().surroundings().directory().resolve(file))) {
				number++;
				if (!line.isBlank()) {
					payloads.add(payload(given, line, file, number));
				}
			}
		}
		catch (IOException | InvalidPathException ex) {
			throw CommandException
				.usage("The arguments cannot be read from '" + Printable.text(file) + "' (" + ex.getMessage() + ")");
		}
		if (payloads.isEmpty()) {
			throw CommandException.usage("There is no line with arguments in '" + Printable.text(file) + "'");
		}
		return payloads;
	}

	private static byte[] payload(CallArguments given, String line, String file, int number) {
		try {
			return given.encode(List.of((line.startsWith("@") || line.equals("-")) ? Json.line(line) : line));
		}
		catch (CommandException ex) {
			throw CommandException.usage("Line " + number + " of '" + Printable.text(file) + "': " + ex.getMessage());
		}
	}

	private static void tell(LoadRun.Progress progress, boolean live, Output output) {
		String text = String.format(Locale.ROOT, "%s / %s%s  %d ended, %d failed%s, %d open  p50 %s ms  p99 %s ms",
				seconds(progress.elapsed()), seconds(progress.whole()), progress.warmingUp() ? " (warm-up)" : "",
				progress.ended(), progress.failed(),
				(progress.notStarted() > 0) ? ", " + progress.notStarted() + " not started" : "", progress.open(),
				Output.number(progress.p50()), Output.number(progress.p99()));
		if (live) {
			double share = Math.min(1, (double) progress.elapsed().toNanos() / progress.whole().toNanos());
			int full = (int) Math.round(share * BAR);
			output.progress("[" + "#".repeat(full) + ".".repeat(BAR - full) + "] " + text);
		}
		else {
			output.note(text);
		}
	}

	private static String seconds(Duration duration) {
		return String.format(Locale.ROOT, "%.1f s", duration.toMillis() / 1000.0);
	}

	private static Map<String, Object> json(DescribedMethod method, LoadReport report, Limits limits) {
		Map<String, Object> all = new LinkedHashMap<>();
		all.put("method", method.service() + '/' + method.method());
		all.putAll(report.json());
		all.put("broken", limits.broken(report));
		return all;
	}

	private static void print(DescribedMethod method, LoadReport report, Output output) {
		output.text(String.format(Locale.ROOT,
				"%s/%s, %s calls/s for %s: %d were to start, %d ended (%s/s), %d failed%s%s%s", method.service(),
				method.method(), Output.number(report.plan().rate()), seconds(report.measured()), report.scheduled(),
				report.all().calls(), Output.number(report.answersPerSecond()), report.all().failed(),
				(report.notStarted() > 0) ? ", " + report.notStarted() + " not started" : "",
				(report.unanswered() > 0) ? ", " + report.unanswered() + " of them unanswered" : "",
				report.interrupted() ? "; interrupted" : ""));
		List<String> head = new ArrayList<>(List.of("INSTANCE", "CALLS", "FAILED", "ATTEMPTS", "MEAN"));
		LoadReport.Part.PERCENTILES.forEach((each) -> head.add(LoadReport.Part.name(each).toUpperCase(Locale.ROOT)));
		head.add("MAX");
		Output.Table table = new Output.Table(head.toArray(new String[0]));
		row(table, "all", report.all());
		report.instances().forEach((node, part) -> row(table, node, part));
		output.table(table);
		output.text("Latencies in milliseconds from when each call was to start. Outcomes: " + report.all().codes());
		if (report.late().toMillis() >= 10) {
			output.text("This process itself started calls up to " + report.late().toMillis()
					+ " ms late, which is in the latencies: it has too few processors, or the rate is too high for it.");
		}
	}

	private static void row(Output.Table table, String name, LoadReport.Part part) {
		List<Object> cells = new ArrayList<>(
				List.of(name, part.calls(), part.failed(), part.attempts(), millis(part.micros().getMean() / 1000)));
		LoadReport.Part.PERCENTILES.forEach((each) -> cells.add(millis(part.millis(each))));
		cells.add(millis(part.micros().getMaxValue() / 1000.0));
		table.row(cells.toArray());
	}

	private static String millis(double value) {
		return String.format(Locale.ROOT, "%.2f", value);
	}

	private static ExitCode outcome(LoadReport report, Limits limits, Output output) {
		List<String> broken = limits.broken(report);
		broken.forEach(output::warn);
		if (report.interrupted()) {
			return ExitCode.INTERRUPTED;
		}
		boolean none = report.all().calls() == report.all().failed();
		if (none && broken.isEmpty()) {
			output.warn("no call succeeded");
		}
		return (none || !broken.isEmpty()) ? ExitCode.FAILED : ExitCode.OK;
	}

	/**
	 * What the calls must hold.
	 *
	 * @param most most bad calls, or {@code null} for any number
	 * @param share whether that is a share of all, in percent
	 * @param p99 longest 99th percentile, or {@code null} for any
	 */
	private record Limits(@Nullable Double most, boolean share, @Nullable Duration p99) {

		static Limits of(@Nullable String failures, @Nullable String p99) {
			Duration longest = (p99 != null) ? duration(p99, "--max-p99") : null;
			if (failures == null) {
				return new Limits(null, false, longest);
			}
			Matcher matcher = SHARE.matcher(failures.trim());
			if (!matcher.matches()) {
				throw CommandException.usage("max-failures '" + Printable.text(failures)
						+ "' from --max-failures is not valid: expected a number such as 10, or a share such as 0.1%");
			}
			return new Limits(Double.valueOf(matcher.group(1)), !matcher.group(2).isEmpty(), longest);
		}

		List<String> broken(LoadReport report) {
			List<String> broken = new ArrayList<>();
			double bad = this.share ? 100 * report.badShare() : report.bad();
			if (this.most != null && bad > this.most) {
				broken.add(String.format(Locale.ROOT, "%d of %d calls failed or could not start, %s allowed",
						report.bad(), report.scheduled(), text(this.most) + (this.share ? " %" : "")));
			}
			if (this.p99 != null && 100 * report.notStarted() > report.scheduled()) {
				// What was never made took no time: the percentile would be of a closed
				// loop.
				broken.add(String.format(Locale.ROOT,
						"%d of %d calls could not start, so that their 99th percentile is not known:"
								+ " raise --concurrency",
						report.notStarted(), report.scheduled()));
			}
			else if (this.p99 != null && report.all().millis(99) > this.p99.toNanos() / 1e6) {
				broken.add(String.format(Locale.ROOT, "the 99th percentile is %s ms, %s ms allowed",
						LoadCommand.millis(report.all().millis(99)), text(this.p99.toNanos() / 1e6)));
			}
			return broken;
		}

		private static String text(double value) {
			return (value == Math.rint(value)) ? String.valueOf((long) value) : String.valueOf(value);
		}

	}

}
