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

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Tests for {@link Report}, {@link Targets} and what is written of them, on rows made by
 * hand.
 */
class ReportTests {

	private static final String SMALL = Workload.Kind.SMALL.title();

	private final List<Row> rows = new ArrayList<>();

	private final List<Fact> facts = new ArrayList<>();

	@Test
	void whenAllRoundsAgreeThenThereIsNoProblemAndTheMedianIsReported() {
		rounds("macula-async", 64, 400_000, 410_000, 420_000);
		rounds("grpc-direct", 64, 100_000, 100_000, 100_000);
		Report report = report();
		assertThat(report.problems()).isEmpty();
		assertThat(report.rows().get(0).row().callsPerSecond()).isEqualTo(410_000);
		assertThat(report.rows().get(0).callsRatio()).isEqualTo(4.1);
		assertThat(verdict(report, "calls/s at least 4.00x of grpc-direct"))
			.isEqualTo(new Targets.Verdict("macula-async, small, 64 in flight: calls/s at least 4.00x of grpc-direct",
					"4.10x", Targets.Result.REACHED));
	}

	@Test
	void whenATargetIsMissedThenItsVerdictSaysSo() {
		rounds("macula-async", 64, 390_000);
		rounds("grpc-direct", 64, 100_000);
		assertThat(verdict(report(), "calls/s at least 4.00x").result()).isEqualTo(Targets.Result.MISSED);
	}

	@Test
	void whenACallFailedThenTheErrorsAreAProblem() {
		this.rows.add(row("dubbo", 64, 1000, 53, 2));
		assertThat(report().problems()).containsExactly("dubbo, small, 64 in flight: 2 errors");
	}

	@Test
	void whenStacksRanWithDifferentPayloadsThenThatIsAProblem() {
		this.rows.add(row("macula-async", 64, 1000, 53, 0));
		this.rows.add(row("grpc-direct", 64, 1000, 54, 0));
		assertThat(report().problems()).singleElement().asString().contains("different payloads").contains("53", "54");
	}

	@Test
	void whenAJudgedFigureSpreadsTooFarThenThatIsAProblem() {
		rounds("macula-async", 64, 400_000, 400_000, 540_000);
		assertThat(report().problems()).singleElement()
			.asString()
			.contains("macula-async", "calls/s", "35 % off the median");
	}

	@Test
	void whenAJudgedTailSpreadsThenItMaySpreadTwiceAsFar() {
		for (double p99 : new double[] { 200, 200, 310 }) {
			this.rows.add(row("macula-proxy-future", 100_000, p99));
		}
		for (double p99 : new double[] { 200, 200, 330 }) {
			this.rows.add(row("grpc-default", 100_000, p99));
		}
		assertThat(report().problems()).singleElement()
			.asString()
			.contains("grpc-default", "p99", "65 % off the median");
	}

	@Test
	void whenTheRunIsWholeThenItFitsIntoHalfAnHour() {
		assertThat(Plan.parse(new String[0]).estimate()).isBetween(Duration.ofMinutes(10), Duration.ofMinutes(28));
		assertThat(Plan.parse(new String[] { "--quick" }).estimate()).isLessThan(Duration.ofMinutes(3));
	}

	@Test
	void whenALargeRealmWasMeasuredThenItsBoundsAreJudged(@TempDir Path directory) throws Exception {
		assertThat(ScaleFigures.verdicts(directory)).singleElement()
			.extracting(Targets.Verdict::result)
			.isEqualTo(Targets.Result.NOT_MEASURED);
		Files.writeString(directory.resolve("scale.json"), """
				{"figures": [{"name": "pick", "value": 70.5, "unit": "ns", "bound": 100},
				{"name": "memory", "value": 70, "unit": "KiB", "bound": 64},
				{"name": "shown", "value": 1, "unit": "ms", "bound": null}]}""");
		assertThat(ScaleFigures.verdicts(directory)).extracting(Targets.Verdict::result)
			.containsExactly(Targets.Result.REACHED, Targets.Result.MISSED);
	}

	@Test
	void whenStartsWereMeasuredThenEachJdkIsJudged(@TempDir Path directory) throws Exception {
		assertThat(ScaleFigures.ofStarts(directory)).singleElement()
			.extracting(Targets.Verdict::result)
			.isEqualTo(Targets.Result.NOT_MEASURED);
		String figures = """
				{"figures": [{"name": "archive: share", "value": %s, "unit": "%%", "bound": 60},
				{"name": "class path: share", "value": 90, "unit": "%%", "bound": null}]}""";
		Files.writeString(directory.resolve("start-25.json"), figures.formatted("61"));
		Files.writeString(directory.resolve("start-17.json"), figures.formatted("59"));
		assertThat(ScaleFigures.ofStarts(directory)).extracting(Targets.Verdict::result)
			.containsExactly(Targets.Result.REACHED, Targets.Result.MISSED);
		assertThat(ScaleFigures.ofStarts(directory).get(1).target()).startsWith("start with JDK 25, run of ")
			.endsWith(": archive: share below 60 %");
	}

	@Test
	void whenAFigureIsNotJudgedThenItsSpreadIsNoProblem() {
		rounds("reactor-netty-quic", 64, 1000, 1000, 2000);
		assertThat(report().problems()).isEmpty();
	}

	@Test
	void whenTheRunIsQuickThenSpreadIsNoProblemAndNoTargetIsJudged() {
		rounds("macula-async", 64, 400_000, 400_000, 800_000);
		Report report = Report.of(Plan.parse(new String[] { "--quick" }), this.rows, this.facts, List.of(), List.of(),
				List.of());
		assertThat(report.problems()).isEmpty();
		assertThat(report.targets()).isEmpty();
	}

	@Test
	void whenTheRunIsWholeThenTargetsWithoutFiguresAreNamed() {
		Report report = report();
		assertThat(report.targets()).isNotEmpty()
			.allSatisfy((verdict) -> assertThat(verdict.result()).isEqualTo(Targets.Result.NOT_MEASURED));
		assertThat(report.targets()).extracting(Targets.Verdict::target)
			.anyMatch((target) -> target.contains("1 % loss"))
			.anyMatch((target) -> target.contains("MTU 1500"))
			.anyMatch((target) -> target.contains("beside 64 KiB"))
			.anyMatch((target) -> target.contains("readiness"))
			.anyMatch((target) -> target.contains("slow consumer"));
	}

	@Test
	void whenOnlyAPartWasAskedForThenTheOtherTargetsAreLeftOut() {
		Plan plan = Plan.parse(new String[] { "--only", "macula-async,grpc-direct" });
		rounds("macula-async", 64, 400_000);
		rounds("grpc-direct", 64, 100_000);
		assertThat(Report.of(plan, this.rows, this.facts, List.of(), List.of(), List.of()).targets()).hasSize(2);
	}

	@Test
	void whenAllocationIsJudgedThenTheUsersOwnObjectsAreSubtracted() {
		rounds("macula-async", 64, 400_000);
		this.facts.add(new Fact(Fact.NO_STACK, Fact.BARE_CLIENT, 1600));
		this.facts.add(new Fact(Fact.NO_STACK, Fact.BARE_SERVER, 1500));
		Report report = report();
		assertThat(verdict(report, "on the client").measured()).isEqualTo("400 (2000 in all, 1600 without RPC)");
		assertThat(verdict(report, "on the client").result()).isEqualTo(Targets.Result.REACHED);
		assertThat(verdict(report, "on the server").result()).isEqualTo(Targets.Result.MISSED);
	}

	@Test
	void whenTheWarmUpDelaysReadinessTooLongThenTheTargetIsMissed() {
		this.facts.add(new Fact("macula-proxy-sync", Fact.READY, 1_400_000));
		this.facts.add(new Fact("macula-proxy-cold", Fact.READY, 1_000_000));
		Targets.Verdict verdict = verdict(report(), "readiness");
		assertThat(verdict.measured()).isEqualTo("400 ms");
		assertThat(verdict.result()).isEqualTo(Targets.Result.MISSED);
	}

	@Test
	void whenTheProcessorsAreBusyThenTheMachineIsNotQuiet() {
		long[] before = Machine.ticks("cpu  100 0 100 800 0 0 0 0 0 0");
		assertThat(Machine.unrest(before, Machine.ticks("cpu  105 0 105 990 0 0 0 0 0 0"))).isNull();
		assertThat(Machine.unrest(before, Machine.ticks("cpu  150 0 150 900 0 0 0 0 0 0"))).contains("50 %");
	}

	@Test
	void whenTheReportIsWrittenThenTheFilesHoldFiguresAndVerdicts(@TempDir Path directory) throws Exception {
		rounds("macula-async", 64, 400_000);
		rounds("grpc-direct", 64, 100_000);
		report().write(directory);
		assertThat(Files.readString(directory.resolve("report.json"))).contains("\"callsPerSecond\" : 400000.0",
				"\"p999Micros\"", "\"REACHED\"");
		assertThat(Files.readString(directory.resolve("report.html"))).contains("<svg", "(4.00x)")
			.doesNotContain("http://", "https://", "<script");
	}

	@Test
	void whenThePageIsWrittenThenOnlyTheFiguresBetweenTheMarkersChange() {
		String page = "before\n" + PerformancePage.BEGIN + "\nobsolete\n" + PerformancePage.END + "\nafter\n";
		rounds("macula-async", 64, 400_000);
		String written = PerformancePage.replace(page, PerformancePage.figures(report()));
		assertThat(written).startsWith("before\n")
			.endsWith(PerformancePage.END + "\nafter\n")
			.contains("| macula-async | small, 64 in flight | 400,000 |")
			.doesNotContain("obsolete");
		assertThatIllegalArgumentException().isThrownBy(() -> PerformancePage.replace("no markers", ""))
			.withMessageContaining(PerformancePage.BEGIN);
	}

	@Test
	void whenAnArgumentIsWrongThenTheMessageNamesIt() {
		assertThatIllegalArgumentException().isThrownBy(() -> Plan.parse(new String[] { "--only", "nonsense" }))
			.withMessageContaining("nonsense");
		assertThatIllegalArgumentException().isThrownBy(() -> Plan.parse(new String[] { "--profile", "macula-async" }))
			.withMessageContaining("STACK:WORKLOAD");
	}

	@Test
	void whenStacksAreCollapsedThenTopAndInclusiveFramesAreCounted(@TempDir Path directory) throws Exception {
		Path file = directory.resolve("client.collapsed");
		Files.writeString(file, "a;b;b 3\na;c 1\n");
		Profiles profiles = Profiles.read(file);
		assertThat(profiles.share("b")).isEqualTo(0.75);
		assertThat(profiles.inclusiveShare("a")).isEqualTo(1);
		assertThat(profiles.inclusiveShare("b")).isEqualTo(0.75);
	}

	private void rounds(String stack, int inFlight, double... callsPerSecond) {
		for (double calls : callsPerSecond) {
			this.rows.add(row(stack, inFlight, calls, 53, 0));
		}
	}

	private Report report() {
		return Report.of(Plan.parse(new String[0]), this.rows, this.facts, List.of(), List.of(), List.of());
	}

	private static Targets.Verdict verdict(Report report, String part) {
		return report.targets().stream().filter((verdict) -> verdict.target().contains(part)).findFirst().orElseThrow();
	}

	private static Row row(String stack, double callsPerSecond, double p99) {
		return new Row(stack, SMALL, 64, 53, callsPerSecond, 100, p99, 300, 400, 1, 0.5, 0.5, 4000, 2000, 2000, 0);
	}

	private static Row row(String stack, int inFlight, double callsPerSecond, int payloadBytes, long errors) {
		return new Row(stack, SMALL, inFlight, payloadBytes, callsPerSecond, 100, 200, 300, 400, 1, 0.5, 0.5, 4000,
				2000, 2000, errors);
	}

}
