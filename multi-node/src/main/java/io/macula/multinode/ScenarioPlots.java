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

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;

import io.macula.multinode.plot.Axis;
import io.macula.multinode.plot.Box;
import io.macula.multinode.plot.Plot;
import io.macula.multinode.plot.Point;

/**
 * The plots of one scenario: as many as its report has something for.
 */
final class ScenarioPlots {

	/** With fewer calls a table says as much. */
	private static final int FEW_CALLS = 100;

	private static final int COLUMNS = 240;

	/** Bars of a histogram for each power of ten. */
	private static final int BARS = 10;

	private static final long BEFORE_LOSS_MICROS = 150_000;

	private static final long AFTER_GAP_MICROS = 250_000;

	private static final double LEAST_MILLIS = 0.01;

	private static final double MICROS_PER_SECOND = 1e6;

	private static final int FAILED = 6;

	private final ScenarioReport report;

	private final Map<String, String> plots = new LinkedHashMap<>();

	private ScenarioPlots(ScenarioReport report) {
		this.report = report;
	}

	/**
	 * The plots.
	 * @param report what a scenario came to
	 * @return SVG elements by their captions, in order
	 */
	static Map<String, String> of(ScenarioReport report) {
		ScenarioPlots plots = new ScenarioPlots(report);
		if (report.calls().size() >= FEW_CALLS) {
			plots.latencyOverTime();
			plots.gap();
			plots.histogram();
		}
		if (!report.connections().isEmpty()) {
			plots.connections();
		}
		if (!report.stress().isEmpty()) {
			plots.stress();
		}
		return plots.plots;
	}

	private void latencyOverTime() {
		List<Call> calls = this.report.calls();
		double end = seconds(calls.stream().mapToLong(Call::endMicros).max().orElse(0));
		List<Point> medians = new ArrayList<>();
		List<Point> longest = new ArrayList<>();
		double width = end / COLUMNS;
		Map<Integer, List<Call>> columns = new TreeMap<>();
		calls.forEach((call) -> columns
			.computeIfAbsent((int) (seconds(call.startMicros()) / width), (key) -> new ArrayList<>())
			.add(call));
		columns.forEach((column, within) -> {
			double[] millis = millis(within);
			medians.add(new Point((column + 0.5) * width, millis[millis.length / 2]));
			longest.add(new Point((column + 0.5) * width, millis[millis.length - 1]));
		});
		double slowest = Collections.max(longest, Comparator.comparingDouble(Point::y)).y();
		String text = "%,d calls in %.1f s; median %.2f ms, slowest %.1f ms.%s".formatted(calls.size(), end,
				millis(calls)[calls.size() / 2], slowest, moments());
		Plot plot = new Plot("Latency over time", text, Axis.linear("seconds", 0, end),
				Axis.logarithmic("milliseconds", least(calls), slowest))
			.line("median", 1, medians)
			.line("slowest", 2, longest)
			.dots("answered by a further attempt", 3, points(
					calls.stream().filter((call) -> call.attempts().size() > 1 && call.failure() == null).toList()))
			.dots("failed", FAILED, points(calls.stream().filter((call) -> call.failure() != null).toList()));
		add(text, marked(plot, end), "latency");
	}

	/** What happened around the first loss, call by call. */
	private void gap() {
		if (this.report.moments().isEmpty()) {
			return;
		}
		long loss = this.report.moments().get(0).atMicros();
		List<Call> further = this.report.calls()
			.stream()
			.filter((call) -> call.attempts().size() > 1 && call.endMicros() >= loss
					&& call.startMicros() < loss + MICROS_PER_SECOND)
			.toList();
		long from = Math.max(0, loss - BEFORE_LOSS_MICROS);
		long to = further.stream().mapToLong(Call::endMicros).max().orElse(loss) + AFTER_GAP_MICROS;
		Map<String, List<Box>> boxes = new TreeMap<>();
		List<Box> failedOver = new ArrayList<>();
		List<Long> lanes = new ArrayList<>();
		List<Call> shown = this.report.calls()
			.stream()
			.filter((call) -> call.endMicros() >= from && call.startMicros() <= to)
			.sorted(Comparator.comparingLong(Call::startMicros))
			.toList();
		for (Call call : shown) {
			int lane = lane(lanes, call);
			Box box = new Box((call.startMicros() - loss) / 1000.0, (call.endMicros() - loss) / 1000.0, lane + 0.2,
					lane + 0.8);
			if (further.contains(call)) {
				failedOver.add(box);
			}
			else {
				boxes.computeIfAbsent(String.valueOf(call.node()), (node) -> new ArrayList<>()).add(box);
			}
		}
		double longest = further.stream().mapToLong(Call::micros).max().orElse(0) / 1000.0;
		String text = "Each call around the first loss, as a bar from its begin to its end: %,d calls, %d of which took"
			.formatted(shown.size(), further.size())
				+ " a further attempt, the longest of these %.1f ms.".formatted(longest);
		Plot plot = new Plot(
				"Failover gap", text, Axis.linear("milliseconds after " + this.report.moments().get(0).what(),
						(from - loss) / 1000.0, (to - loss) / 1000.0),
				Axis.linear("calls at one time", 0, lanes.size() + 0.8));
		int series = 1;
		for (Map.Entry<String, List<Box>> node : boxes.entrySet()) {
			plot.boxes("answered by " + node.getKey(), series, node.getValue());
			series++;
		}
		plot.boxes("by a further attempt", FAILED - 1, failedOver);
		add(text, plot.mark(0, this.report.moments().get(0).what()), "gap");
	}

	private static int lane(List<Long> lanes, Call call) {
		for (int lane = 0; lane < lanes.size(); lane++) {
			if (lanes.get(lane) <= call.startMicros()) {
				lanes.set(lane, call.endMicros());
				return lane;
			}
		}
		lanes.add(call.endMicros());
		return lanes.size() - 1;
	}

	private void histogram() {
		List<Call> calls = this.report.calls();
		Map<Integer, Integer> counts = new TreeMap<>();
		for (Call call : calls) {
			double millis = Math.max(LEAST_MILLIS, call.micros() / 1000.0);
			counts.merge((int) Math.floor(Math.log10(millis) * BARS), 1, Integer::sum);
		}
		List<Box> bars = new ArrayList<>();
		counts.forEach((bar, count) -> bars
			.add(new Box(Math.pow(10, bar / (double) BARS), Math.pow(10, (bar + 0.9) / BARS), 0.5, count)));
		double[] millis = millis(calls);
		String text = "Calls by their latency: half of them within %.2f ms, 99 of 100 within %.2f ms."
			.formatted(millis[millis.length / 2], millis[(int) (millis.length * 0.99)]);
		add(text,
				new Plot("Histogram of latencies", text,
						Axis.logarithmic("milliseconds", least(calls), millis[millis.length - 1]),
						Axis.logarithmic("calls", 1, Collections.max(counts.values())))
					.boxes("calls", 1, bars),
				"histogram");
	}

	private void connections() {
		List<Sample> samples = this.report.connections();
		double end = seconds(samples.get(samples.size() - 1).atMicros());
		int least = samples.stream().mapToInt(Sample::connections).min().orElse(0);
		int most = samples.stream().mapToInt(Sample::connections).max().orElse(0);
		String text = "Connections of the client over time: %d at least, %d at most.%s".formatted(least, most,
				moments());
		Plot plot = new Plot("Connections over time", text, Axis.linear("seconds", 0, end),
				Axis.linear("connections", 0, most + 1))
			.steps("open connections", 1,
					samples.stream()
						.map((sample) -> new Point(seconds(sample.atMicros()), sample.connections()))
						.toList());
		add(text, marked(plot, end), "connections");
	}

	private void stress() {
		List<StressStep> steps = this.report.stress();
		int knee = steps.stream().filter(StressStep::held).mapToInt(StressStep::rate).max().orElse(0);
		double least = steps.stream().mapToDouble(StressStep::p50Millis).min().orElse(1);
		double most = steps.stream().mapToDouble(StressStep::maxMillis).max().orElse(1);
		String text = "Latency from when a call was due, by the rate of the calls, from %,d to %,d a second; the last rate"
			.formatted(steps.get(0).rate(), steps.get(steps.size() - 1).rate())
				+ " that was held is %,d a second.".formatted(knee);
		Plot plot = new Plot("Latency by rate", text,
				Axis.logarithmic("calls due each second", steps.get(0).rate(), steps.get(steps.size() - 1).rate()),
				Axis.logarithmic("milliseconds", Math.max(LEAST_MILLIS, least), most))
			.line("p50", 1, points(StressStep::p50Millis))
			.line("p99", 2, points(StressStep::p99Millis))
			.line("p99.9", 3, points(StressStep::p999Millis))
			.dashes("p99 from when it was sent", 4, points(StressStep::sentP99Millis));
		add(text, (knee > 0) ? plot.mark(knee, "knee") : plot, "stress");
	}

	private List<Point> points(ToDoubleFunction<StressStep> latency) {
		return this.report.stress()
			.stream()
			.map((step) -> new Point(step.rate(), Math.max(LEAST_MILLIS, latency.applyAsDouble(step))))
			.toList();
	}

	private static List<Point> points(List<Call> calls) {
		return calls.stream().map((call) -> new Point(seconds(call.startMicros()), call.micros() / 1000.0)).toList();
	}

	private Plot marked(Plot plot, double end) {
		this.report.moments()
			.stream()
			.filter((moment) -> seconds(moment.atMicros()) <= end)
			.forEach((moment) -> plot.mark(seconds(moment.atMicros()), moment.what()));
		return plot;
	}

	private String moments() {
		StringBuilder text = new StringBuilder();
		for (Moment moment : this.report.moments()) {
			text.append(String.format(Locale.ROOT, " At %.1f s: %s.", seconds(moment.atMicros()), moment.what()));
		}
		return text.toString();
	}

	private void add(String caption, Plot plot, String name) {
		this.plots.put(caption, plot.svg(this.report.name() + "-" + name));
	}

	private static double[] millis(List<Call> calls) {
		return calls.stream().mapToDouble((call) -> call.micros() / 1000.0).sorted().toArray();
	}

	private static double least(List<Call> calls) {
		return Math.max(LEAST_MILLIS, calls.stream().mapToLong(Call::micros).min().orElse(1) / 1000.0);
	}

	private static double seconds(double micros) {
		return micros / MICROS_PER_SECOND;
	}

}
