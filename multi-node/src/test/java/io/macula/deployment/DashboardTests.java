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

package io.macula.deployment;

import java.io.IOException;
import java.nio.file.Files;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

import io.macula.spring.MaculaClient;
import io.macula.spring.MaculaService;
import io.micrometer.core.instrument.LongTaskTimer;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What the dashboard asks for and what docs/operations.md lists against the meters of an
 * application that provides and calls.
 */
class DashboardTests {

	private static final Pattern METRIC = Pattern.compile("macula_[a-z_]+(?=[{\\[)\\s]|$)");

	private static final Pattern ROW = Pattern.compile("\\| `(macula\\.[a-z.]+)` \\| (timer|gauge)");

	@Test
	void theDashboardAsksForMetersThatExist() throws IOException {
		Set<String> asked = new TreeSet<>();
		JsonNode dashboard = JsonMapper.builder()
			.build()
			.readTree(Manifests.ROOT.resolve("docker/grafana/dashboards/macula.json").toFile());
		for (JsonNode panel : dashboard.path("panels")) {
			for (JsonNode target : panel.path("targets")) {
				// Labels in "by (...)" are no metrics.
				Matcher metric = METRIC.matcher(target.path("expr").asString().replaceAll("by \\([^)]*\\)", ""));
				while (metric.find()) {
					asked.add(metric.group());
				}
			}
		}
		assertThat(asked).hasSizeGreaterThan(8);
		Set<String> told = new TreeSet<>();
		meters().forEach((meter) -> told.addAll(names(meter)));
		assertThat(told).containsAll(asked);
	}

	@Test
	void theDocumentListsAllMeters() throws IOException {
		Set<String> listed = new TreeSet<>();
		Matcher row = ROW.matcher(Files.readString(Manifests.ROOT.resolve("docs/operations.md")));
		while (row.find()) {
			listed.add(row.group(1) + " " + row.group(2));
		}
		Set<String> present = new TreeSet<>();
		meters().forEach((meter) -> present.add(meter.getId().getName() + " " + kind(meter)));
		assertThat(listed).isEqualTo(present);
	}

	private static String kind(Meter meter) {
		return (meter instanceof Timer) ? "timer" : "gauge";
	}

	/** As a registry for Prometheus names them. */
	private static Set<String> names(Meter meter) {
		String name = meter.getId().getName().replace('.', '_');
		if (meter instanceof Timer) {
			return Set.of(name + "_seconds_count", name + "_seconds_sum", name + "_seconds_max",
					name + "_seconds_bucket");
		}
		String unit = meter.getId().getBaseUnit();
		return Set.of((unit != null) ? name + "_" + unit : name);
	}

	private static Set<Meter> meters() {
		try (ConfigurableApplicationContext context = new SpringApplicationBuilder(CallsItself.class)
			.web(WebApplicationType.NONE)
			.run("--macula.realm.name=dashboard", "--macula.realm.secret=5c1fbe8ad15ee4f07f2db6d40a93e7c1",
					"--macula.provider.port=0", "--macula.node.zone=a", "--macula.client.zone-aware=true")) {
			assertThat(context.getBean(Caller.class).echo().echo("x")).isEqualTo("x");
			return context.getBean(MeterRegistry.class)
				.getMeters()
				.stream()
				.filter((meter) -> meter.getId().getName().startsWith("macula."))
				// Each timer of an observation has one that tells what goes on.
				.filter((meter) -> !(meter instanceof LongTaskTimer))
				.collect(Collectors.toSet());
		}
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
		MeterRegistry registry() {
			return new SimpleMeterRegistry();
		}

		@Bean
		Caller caller(@MaculaClient("test.echo") Echo echo) {
			return new Caller(echo);
		}

	}

}
