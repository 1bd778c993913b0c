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

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The report as one HTML page without outside parts.
 */
final class ReportPage {

	private static final String OURS = "#2f6fbf";

	private static final String LIMIT = "#9aa5b1";

	private static final String PEER = "#d08a3c";

	private static final int LABEL_WIDTH = 170;

	private static final int BAR_WIDTH = 420;

	private static final int BAR_HEIGHT = 18;

	private final Report report;

	private final StringBuilder html = new StringBuilder(32 << 10);

	ReportPage(Report report) {
		this.report = report;
	}

	String html() {
		this.html
			.append("""
					<!doctype html><html lang="en"><meta charset="utf-8"><title>Benchmark</title><style>
					body{font:14px/1.45 system-ui,sans-serif;margin:2em auto;max-width:1100px;padding:0 1em;color:#222}
					table{border-collapse:collapse;margin:1em 0}td,th{padding:2px 10px;border-bottom:1px solid #ddd;text-align:right}
					td:nth-child(-n+2),th:nth-child(-n+2){text-align:left}.bad{color:#b00}.good{color:#070}
					.plots{display:flex;flex-wrap:wrap;gap:1em 2em}svg text{font:12px system-ui,sans-serif}h2{margin-top:2em}
					</style><h1>Benchmark</h1>
					""");
		append("<p>%s; %s. %d rounds, windows of %d ms, medians.%s</p>", escape(this.report.startedAt()),
				escape(String.join(", ", this.report.machine().values())), this.report.rounds(),
				this.report.windowMillis(), this.report.quick() ? " A quick run: figures prove nothing." : "");
		for (String problem : this.report.problems()) {
			append("<p class=\"bad\">%s</p>", escape(problem));
		}
		for (String skipped : this.report.skipped()) {
			append("<p>%s</p>", escape(skipped));
		}
		targets();
		plots();
		table();
		facts();
		stacks();
		return this.html.append("</html>\n").toString();
	}

	private void targets() {
		if (this.report.targets().isEmpty()) {
			return;
		}
		append("<h2>Targets</h2><table><tr><th>target</th><th>measured</th><th></th></tr>");
		for (Targets.Verdict verdict : this.report.targets()) {
			append("<tr><td>%s</td><td>%s</td><td class=\"%s\">%s</td></tr>", escape(verdict.target()),
					escape(verdict.measured()), (verdict.result() == Targets.Result.REACHED) ? "good" : "bad",
					Report.words(verdict.result()));
		}
		append("</table>");
	}

	private void plots() {
		Map<String, List<Row>> workloads = this.report.rows()
			.stream()
			.map(Report.Figures::row)
			.collect(Collectors.groupingBy(Row::key, LinkedHashMap::new, Collectors.toList()));
		append("<p><span style=\"background:%s\">&emsp;</span> the product, "
				+ "<span style=\"background:%s\">&emsp;</span> the bare codec, "
				+ "<span style=\"background:%s\">&emsp;</span> peers; in brackets the ratio to %s of the same run.</p>",
				OURS, LIMIT, PEER, Report.REFERENCE);
		workloads.forEach((key, rows) -> {
			append("<h2>%s</h2><div class=\"plots\">", escape(key));
			plot("calls per second (longer is better)", rows, Figure.CALLS);
			plot("p50, microseconds (shorter is better)", rows, Figure.P50);
			plot("p99, microseconds (shorter is better)", rows, Figure.P99);
			plot("CPU seconds per 100,000 calls (shorter is better)", rows, Figure.CPU);
			append("</div>");
		});
	}

	private void plot(String title, List<Row> rows, Figure figure) {
		double largest = rows.stream().mapToDouble(figure::of).max().orElse(0);
		if (largest <= 0) {
			return;
		}
		double reference = rows.stream()
			.filter((row) -> row.stack().equals(Report.REFERENCE))
			.mapToDouble(figure::of)
			.findFirst()
			.orElse(0);
		append("<svg width=\"%d\" height=\"%d\"><text x=\"0\" y=\"14\" font-weight=\"bold\">%s</text>",
				LABEL_WIDTH + BAR_WIDTH - 60, (rows.size() + 1) * (BAR_HEIGHT + 4) + 4, escape(title));
		int y = BAR_HEIGHT + 6;
		for (Row row : rows) {
			double value = figure.of(row);
			int width = (int) Math.max(1, value / largest * (BAR_WIDTH - 200));
			String label = number(value)
					+ ((reference > 0) ? String.format(Locale.ROOT, " (%.2fx)", value / reference) : "");
			append("<text x=\"0\" y=\"%d\">%s</text><rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" fill=\"%s\"/>"
					+ "<text x=\"%d\" y=\"%d\">%s</text>", y + 13, escape(row.stack()), LABEL_WIDTH, y, width,
					BAR_HEIGHT - 2, colour(row.stack()), LABEL_WIDTH + width + 5, y + 13, label);
			y += BAR_HEIGHT + 4;
		}
		append("</svg>");
	}

	private void facts() {
		append("<h2>Other figures</h2><table><tr><th>stack</th><th>what</th><th>figure</th></tr>");
		for (Fact fact : this.report.facts()) {
			append("<tr><td>%s</td><td>%s</td><td>%s</td></tr>", escape(fact.stack()), escape(fact.name()),
					number(fact.value()));
		}
		append("</table>");
	}

	private static String colour(String stack) {
		if (stack.startsWith("macula")) {
			return OURS;
		}
		return stack.startsWith("limit") ? LIMIT : PEER;
	}

	private void table() {
		append("<h2>Figures</h2><table><tr><th>stack</th><th>workload</th><th>bytes</th><th>calls/s</th><th>spread</th>"
				+ "<th>p50 us</th><th>p99 us</th><th>p99.9 us</th><th>CPU s/100k</th><th>B/call client</th>"
				+ "<th>B/call server</th><th>errors</th><th>x grpc calls</th><th>x grpc CPU</th></tr>");
		for (Report.Figures figures : this.report.rows()) {
			Row row = figures.row();
			append("<tr><td>%s</td><td>%s</td><td>%d</td><td>%s</td><td>%.0f&nbsp;%%</td><td>%s</td><td>%s</td>"
					+ "<td>%s</td><td>%.2f</td><td>%s</td><td>%s</td><td>%d</td><td>%s</td><td>%s</td></tr>",
					escape(row.stack()), escape(row.key()), row.payloadBytes(), number(row.callsPerSecond()),
					figures.spread() * 100, number(row.p50Micros()), number(row.p99Micros()), number(row.p999Micros()),
					row.cpuSecondsPer100k(), number(row.clientBytesAllocatedPerCall()),
					number(row.serverBytesAllocatedPerCall()), row.errors(), ratio(figures.callsRatio()),
					ratio(figures.cpuRatio()));
		}
		append("</table>");
	}

	private void stacks() {
		append("<h2>Stacks</h2><table>");
		this.report.stacks()
			.forEach((name, description) -> append("<tr><td>%s</td><td>%s</td></tr>", escape(name),
					escape(description)));
		append("</table>");
	}

	private void append(String format, Object... args) {
		this.html.append(String.format(Locale.ROOT, format, args)).append('\n');
	}

	private static String ratio(@org.jspecify.annotations.Nullable Double ratio) {
		return (ratio != null) ? String.format(Locale.ROOT, "%.2f", ratio) : "";
	}

	private static String number(double value) {
		return String.format(Locale.ROOT, (value < 10) ? "%.2f" : "%,.0f", value);
	}

	private static String escape(String text) {
		return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
	}

}
