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

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.regex.Pattern;

import io.macula.harness.Criterion;

import static io.macula.multinode.plot.Plot.escaped;

/**
 * A report as one page of HTML that needs nothing else: no script, no request.
 */
final class ReportPage {

	private static final Pattern WORDS = Pattern.compile("(?<=[a-z0-9])(?=[A-Z])");

	private static final Pattern DECIMALS = Pattern.compile("(\\.\\d{3})\\d+");

	private final StringBuilder html = new StringBuilder();

	private final Report report;

	private ReportPage(Report report) {
		this.report = report;
	}

	/**
	 * The page.
	 * @param report the report
	 * @return HTML
	 */
	static String of(Report report) {
		ReportPage page = new ReportPage(report);
		page.head();
		page.scenarios();
		page.html.append("</main>\n</body>\n</html>\n");
		return page.html.toString();
	}

	private void head() {
		String title = "Multi-node scenarios: %s, directory %s".formatted(this.report.environment(),
				this.report.directory());
		line("<!DOCTYPE html>");
		line("<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">");
		line("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">");
		line("<meta name=\"color-scheme\" content=\"light dark\">");
		line("<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">");
		line("<title>" + escaped(title) + "</title>");
		line("<style>\n" + style() + "</style>\n</head>\n<body>\n<main>");
		line("<h1>" + escaped(title) + "</h1>");
		line("<p class=\"verdict\">" + verdict(this.report.passed()) + " "
				+ (this.report.passed() ? "Each criterion held." : "Not each criterion held.") + "</p>");
		line("<dl>");
		fact("began", this.report.at());
		fact("Java", this.report.java());
		fact("machine of the runner", this.report.system() + ", " + this.report.processors() + " processors");
		this.report.facts().forEach(this::fact);
		line("</dl>");
		line("<nav aria-label=\"Scenarios\"><ul>");
		for (ScenarioReport scenario : this.report.scenarios()) {
			line("<li><a href=\"#%1$s\">%1$s</a> %2$s</li>".formatted(escaped(scenario.name()),
					verdict(scenario.passed())));
		}
		line("</ul></nav>");
	}

	private void scenarios() {
		for (ScenarioReport scenario : this.report.scenarios()) {
			String name = escaped(scenario.name());
			line("<section id=\"%1$s\" aria-labelledby=\"%1$s-name\">%n<h2 id=\"%1$s-name\">%1$s %2$s</h2>"
				.formatted(name, verdict(scenario.passed())));
			criteria(scenario);
			byNode(scenario);
			ScenarioPlots.of(scenario).forEach(this::plot);
			rates(scenario);
			figures(scenario);
			line("</section>");
		}
	}

	private void criteria(ScenarioReport scenario) {
		table("Criteria", "must hold", "", "measured");
		for (Criterion criterion : scenario.criteria()) {
			line("<tr><th scope=\"row\">%s</th><td>%s</td><td>%s</td></tr>".formatted(escaped(criterion.must()),
					verdict(criterion.passed()), escaped(criterion.measured())));
		}
		line("</tbody></table></div>");
	}

	private void byNode(ScenarioReport scenario) {
		Map<String, Integer> counts = new TreeMap<>();
		scenario.calls()
			.forEach((call) -> counts.merge((call.node() != null) ? call.node() : "failed", 1, Integer::sum));
		if (counts.isEmpty()) {
			return;
		}
		int most = counts.values().stream().mapToInt(Integer::intValue).max().orElse(1);
		table("Calls by the node that answered", "node", "calls", "");
		counts.forEach((node, count) -> line(
				"<tr><th scope=\"row\">%s</th><td class=\"number\">%s</td><td class=\"bar\"><span style=\"width:%s%%\"></span></td></tr>"
					.formatted(escaped(node), String.format(Locale.ROOT, "%,d", count),
							String.format(Locale.ROOT, "%.1f", 100.0 * count / most))));
		line("</tbody></table></div>");
	}

	private void plot(String caption, String svg) {
		line("<figure>\n<div class=\"wide\" tabindex=\"0\" role=\"group\" aria-label=\"Plot\">\n" + svg + "</div>");
		line("<figcaption>" + escaped(caption) + "</figcaption>\n</figure>");
	}

	private void rates(ScenarioReport scenario) {
		if (scenario.stress().isEmpty()) {
			return;
		}
		table("Milliseconds from when a call was due, by rate", "due each second", "answered each second", "held",
				"p50", "p90", "p99", "p99.9", "max", "failed");
		for (StressStep step : scenario.stress()) {
			line(String.format(Locale.ROOT,
					"<tr><th scope=\"row\">%,d</th><td>%,.0f</td><td>%s</td><td>%.2f</td><td>%.2f</td><td>%.2f</td>"
							+ "<td>%.2f</td><td>%.1f</td><td>%,d</td></tr>",
					step.rate(), step.achieved(), step.held() ? "yes" : "no", step.p50Millis(), step.p90Millis(),
					step.p99Millis(), step.p999Millis(), step.maxMillis(), step.failed()));
		}
		line("</tbody></table></div>");
	}

	private void figures(ScenarioReport scenario) {
		if (scenario.measured().isEmpty()) {
			return;
		}
		table("Measured besides", "figure", "value");
		scenario.measured()
			.forEach((figure, value) -> line("<tr><th scope=\"row\">%s</th><td>%s</td></tr>"
				.formatted(escaped(words(figure)), escaped(value(value)))));
		line("</tbody></table></div>");
	}

	/**
	 * The value of a figure as people read it: nothing was measured to the nanosecond.
	 */
	static String value(Object figure) {
		return DECIMALS.matcher(String.valueOf(figure)).replaceAll("$1");
	}

	/** The name of a figure as people read it. */
	static String words(String figure) {
		return WORDS.matcher(figure).replaceAll(" ").toLowerCase(Locale.ROOT);
	}

	private void table(String caption, String... columns) {
		line("<div class=\"wide\" tabindex=\"0\" role=\"group\" aria-label=\"%1$s\"><table>%n<caption>%1$s</caption>%n<thead><tr>"
			.formatted(escaped(caption)));
		for (String column : columns) {
			line(column.isEmpty() ? "<td></td>" : "<th scope=\"col\">" + escaped(column) + "</th>");
		}
		line("</tr></thead><tbody>");
	}

	private void fact(String name, String value) {
		line("<dt>%s</dt><dd>%s</dd>".formatted(escaped(name), escaped(value)));
	}

	private static String verdict(boolean passed) {
		return passed ? "<span class=\"ok\">holds</span>" : "<span class=\"failed\">fails</span>";
	}

	private void line(String text) {
		this.html.append(text).append('\n');
	}

	private static String style() {
		try (InputStream style = ReportPage.class.getResourceAsStream("report.css")) {
			return new String(Objects.requireNonNull(style).readAllBytes(), StandardCharsets.UTF_8);
		}
		catch (IOException ex) {
			throw new UncheckedIOException("report.css cannot be read", ex);
		}
	}

}
