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

package io.macula.spring.actuate;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

import io.macula.spring.MaculaClient;
import io.macula.spring.MaculaService;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.LongTaskTimer;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Timer;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.yaml.snakeyaml.Yaml;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What Prometheus reads of an application that provides and calls, and what the
 * dashboard, the alerts and docs/operations.md make of it.
 */
class DashboardTests {

	private static final Path DOCS = Path.of("..", "docs");

	private static final Pattern ROW = Pattern.compile("\\| `(macula\\.[a-z.]+)` \\| (timer|gauge|counter)");

	private static final Pattern SAMPLE = Pattern.compile("(macula_[a-z_]+)(?:\\{(.*)})? [^ ]+");

	private static final Pattern LABEL = Pattern.compile("([a-z_]+)=\"");

	/** What an expression reads, with what it demands of its labels. */
	private static final Pattern METRIC = Pattern.compile("(macula_[a-z_]+)(?:\\{([^}]*)})?");

	private static final Pattern GROUPING = Pattern.compile("\\b(?:by|on|ignoring|without) \\(([^)]*)\\)");

	/** Of the place where Prometheus read a sample; it adds them itself. */
	private static final Set<String> ADDED = Set.of("instance", "job", "le");

	private static ConfigurableApplicationContext context;

	private static String scraped;

	@BeforeAll
	static void scrape() {
		context = new SpringApplicationBuilder(CallsItself.class).web(WebApplicationType.NONE)
			.run("--macula.realm.name=dashboard", "--macula.realm.secret=5c1fbe8ad15ee4f07f2db6d40a93e7c1",
					"--macula.provider.port=0", "--macula.node.zone=a", "--macula.client.zone-aware=true",
					"--management.metrics.distribution.slo.macula.client.call=50ms,100ms,1s");
		assertThat(context.getBean(Caller.class).echo().echo("x")).isEqualTo("x");
		scraped = context.getBean(PrometheusMeterRegistry.class).scrape();
	}

	@AfterAll
	static void close() {
		context.close();
	}

	@Test
	void theDashboardAsksForMetersAndLabelsThatExist() throws IOException {
		JsonNode dashboard = JsonMapper.builder().build().readTree(DOCS.resolve("grafana/macula.json").toFile());
		List<String> expressions = new ArrayList<>();
		for (JsonNode panel : dashboard.path("panels")) {
			for (JsonNode target : panel.path("targets")) {
				String expression = target.path("expr").asString();
				expressions.add(expression);
				Set<String> shown = new TreeSet<>();
				Matcher label = Pattern.compile("\\{\\{([a-z_]+)}}").matcher(target.path("legendFormat").asString());
				while (label.find()) {
					shown.add(label.group(1));
				}
				assertThat(grouping(expression)).as(expression).containsAll(shown);
			}
		}
		assertThat(expressions).hasSizeGreaterThan(20);
		exist(expressions);
	}

	@Test
	void theAlertsAskForMetersAndLabelsThatExist() throws IOException {
		List<String> expressions = new ArrayList<>();
		for (Map<String, Object> rule : alerts()) {
			assertThat(rule).containsKeys("alert", "expr", "labels", "annotations");
			expressions.add(String.valueOf(rule.get("expr")).replaceAll("\\s+", " "));
		}
		assertThat(expressions).hasSizeGreaterThan(8);
		exist(expressions);
	}

	@SuppressWarnings("unchecked")
	private static List<Map<String, Object>> alerts() throws IOException {
		Map<String, Object> file = new Yaml().load(Files.readString(DOCS.resolve("alerts.yml")));
		List<Map<String, Object>> rules = new ArrayList<>();
		for (Map<String, Object> group : (List<Map<String, Object>>) file.get("groups")) {
			rules.addAll((List<Map<String, Object>>) group.get("rules"));
		}
		return rules;
	}

	private static void exist(List<String> expressions) {
		Map<String, Set<String>> samples = samples();
		for (String expression : expressions) {
			Matcher metric = METRIC.matcher(GROUPING.matcher(expression).replaceAll(""));
			Set<String> present = new TreeSet<>(ADDED);
			Set<String> asked = new TreeSet<>(grouping(expression));
			while (metric.find()) {
				assertThat(samples).as(expression).containsKey(metric.group(1));
				present.addAll(samples.get(metric.group(1)));
				if (metric.group(2) != null) {
					Matcher label = Pattern.compile("([a-z_]+)[=!]").matcher(metric.group(2));
					while (label.find()) {
						assertThat(samples.get(metric.group(1))).as(expression).contains(label.group(1));
					}
				}
			}
			assertThat(present).as(expression).containsAll(asked);
		}
	}

	private static Set<String> grouping(String expression) {
		Set<String> labels = new TreeSet<>();
		Matcher grouping = GROUPING.matcher(expression);
		while (grouping.find()) {
			for (String label : grouping.group(1).split(",")) {
				labels.add(label.trim());
			}
		}
		return labels;
	}

	/** By name: the labels, which all samples of a name have alike. */
	private static Map<String, Set<String>> samples() {
		Map<String, Set<String>> samples = new TreeMap<>();
		scraped.lines().forEach((line) -> {
			Matcher sample = SAMPLE.matcher(line);
			if (sample.matches()) {
				Set<String> labels = new TreeSet<>();
				Matcher label = LABEL.matcher((sample.group(2) != null) ? sample.group(2) : "");
				while (label.find()) {
					labels.add(label.group(1));
				}
				assertThat(samples.computeIfAbsent(sample.group(1), (name) -> labels)).as(sample.group(1))
					.isEqualTo(labels);
			}
		});
		return samples;
	}

	@Test
	void theDocumentListsAllMeters() throws IOException {
		Set<String> listed = new TreeSet<>();
		Matcher row = ROW.matcher(Files.readString(DOCS.resolve("operations.md")));
		while (row.find()) {
			listed.add(row.group(1) + " " + row.group(2));
		}
		Set<String> present = new TreeSet<>();
		meters().forEach((meter) -> present.add(meter.getId().getName() + " " + kind(meter)));
		assertThat(listed).isEqualTo(present);
	}

	@Test
	void allMetersTellTheRealmAndWhatTheyAre() {
		assertThat(meters()).allSatisfy((meter) -> {
			assertThat(meter.getId().getTag("macula.realm")).as(meter.getId().getName()).isEqualTo("dashboard");
			assertThat(meter.getId().getTags()).extracting((tag) -> tag.getKey())
				.filteredOn((key) -> !key.equals("error"))
				.allMatch((key) -> key.startsWith("macula."));
			if (!(meter instanceof Timer)) {
				assertThat(meter.getId().getDescription()).as(meter.getId().getName()).isNotBlank();
				assertThat(meter.getId().getBaseUnit()).as(meter.getId().getName()).isNotBlank();
			}
			if (meter.getId().getName().startsWith("macula.client.") && meter.getId().getTag("macula.client") != null) {
				assertThat(meter.getId().getTag("macula.service")).isEqualTo("test.echo");
			}
		});
	}

	/** Each meter under a name of its own, with its unit, and counters as such. */
	@Test
	void prometheusReadsAllMeters() {
		Set<String> names = new TreeSet<>();
		Set<String> expected = new TreeSet<>();
		for (String name : meters().stream().map((meter) -> meter.getId().getName()).collect(Collectors.toSet())) {
			Meter meter = meters().stream().filter((each) -> each.getId().getName().equals(name)).findFirst().get();
			String unit = (meter instanceof Timer) ? "seconds" : meter.getId().getBaseUnit();
			String exported = name.replace('.', '_');
			exported += exported.endsWith("_" + unit) ? "" : "_" + unit;
			exported += (meter instanceof FunctionCounter) ? "_total" : "";
			assertThat(expected.add(exported)).as(exported).isTrue();
			assertThat(scraped).contains("# TYPE " + exported + " "
					+ ((meter instanceof FunctionCounter) ? "counter" : (meter instanceof Timer) ? "" : "gauge"));
		}
		Matcher type = Pattern.compile("# TYPE (macula_[a-z_]+) ").matcher(scraped);
		while (type.find()) {
			if (!type.group(1).endsWith("_max") && !type.group(1).contains("_active_seconds")) {
				names.add(type.group(1));
			}
		}
		assertThat(names).isEqualTo(expected);
		assertThat(scraped).contains("# HELP macula_client_retries_total Further attempts after a failed one");
	}

	@Test
	void objectivesGiveBuckets() {
		String call = "macula_client_call_seconds_bucket{error=\"none\",macula_code=\"OK\",macula_method=\"echo\","
				+ "macula_realm=\"dashboard\",macula_service=\"test.echo\",le=";
		assertThat(scraped).contains(call + "\"0.05\"}", call + "\"0.1\"}", call + "\"1.0\"}", call + "\"+Inf\"} 1");
		assertThat(scraped).doesNotContain("macula_client_attempt_seconds_bucket");
	}

	private static String kind(Meter meter) {
		return (meter instanceof Timer) ? "timer" : (meter instanceof FunctionCounter) ? "counter" : "gauge";
	}

	private static Set<Meter> meters() {
		return context.getBean(PrometheusMeterRegistry.class)
			.getMeters()
			.stream()
			.filter((meter) -> meter.getId().getName().startsWith("macula."))
			// Each timer of an observation has one that tells what goes on.
			.filter((meter) -> !(meter instanceof LongTaskTimer))
			.collect(Collectors.toSet());
	}

	interface Echo {

		String echo(String text);

	}

	record Caller(Echo echo) {
	}

	@MaculaService("test.echo")
	static class EchoBean implements Echo {

		@Override
		public String echo(String text) {
			return text;
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@Import(EchoBean.class)
	static class CallsItself {

		@Bean
		PrometheusMeterRegistry registry() {
			return new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
		}

		@Bean
		Caller caller(@MaculaClient("test.echo") Echo echo) {
			return new Caller(echo);
		}

	}

}
