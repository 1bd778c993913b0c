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

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.Supplier;

import io.macula.harness.Clock;
import io.macula.node.RealmNode;
import io.macula.sample.Calculator;
import io.macula.spring.MaculaClient;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;

/**
 * The client under load. Obeys lines of its standard input and answers each with one
 * line, marked by {@link #REPLY}: {@code settle} waits until all calls that are open now
 * have ended, {@code report} tells the node's report as JSON, {@code pace 0.5} slows the
 * load down; at the end of the input it stops.
 */
final class LoadClient {

	/** Mark of an answer among the lines of the log. */
	static final String REPLY = "@@";

	private static final Duration SETTLE_LIMIT = Duration.ofSeconds(45);

	private LoadClient() {
	}

	/**
	 * Run the client.
	 * @param calls file for the calls
	 * @param args settings of the application
	 */
	static void run(Path calls, String[] args) throws IOException {
		try (ConfigurableApplicationContext context = new SpringApplicationBuilder(Configuration.class)
			.web(WebApplicationType.NONE)
			.properties("spring.config.name=load")
			.run(args)) {
			RealmNode node = context.getBean(RealmNode.class);
			try (CallLog log = CallLog.open(calls);
					Load load = new Load(context.getBean(Calls.class).calculator(), log)) {
				Clock.await("a provider is known", Duration.ofSeconds(60),
						() -> node.report().clients().stream().anyMatch((client) -> !client.instances().isEmpty()));
				JsonMapper json = JsonMapper.builder().build();
				run(load, log, () -> json.writeValueAsString(node.report()));
			}
		}
	}

	/**
	 * Start a load and obey until the end of the input.
	 * @param load the load
	 * @param log takes its calls
	 * @param report what {@code report} tells
	 */
	static void run(Load load, CallLog log, Supplier<String> report) throws IOException {
		load.start();
		reply("started");
		BufferedReader input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
		for (String line = input.readLine(); line != null; line = input.readLine()) {
			String[] words = line.split(" ");
			switch (words[0]) {
				case "settle" -> {
					long now = Clock.now();
					boolean settled = Clock.within(SETTLE_LIMIT, () -> load.oldestOpen() > now);
					log.flush();
					reply(settled ? "settled" : "open " + load.open());
				}
				case "report" -> reply(report.get());
				case "pace" -> {
					load.pace(Double.parseDouble(words[1]));
					reply("paced");
				}
				default -> reply("unknown");
			}
		}
	}

	private static void reply(String text) {
		System.out.println(REPLY + text);
		System.out.flush();
		if (System.out.checkError()) {
			throw new UncheckedIOException(new IOException("The suite is gone"));
		}
	}

	/** The client's application. */
	@SpringBootConfiguration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Configuration {

		@Bean
		Calls calls(@MaculaClient("test.calculator") Calculator calculator) {
			return new Calls(calculator);
		}

	}

	/**
	 * What the application calls.
	 *
	 * @param calculator the proxy
	 */
	record Calls(Calculator calculator) {

	}

}
