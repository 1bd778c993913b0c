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
import java.nio.file.Path;
import java.time.Duration;

import io.macula.RpcException;
import io.macula.harness.Clock;
import io.macula.node.RealmNode;
import io.macula.sample.Calculator;
import io.macula.sample.Question;
import io.macula.spring.MaculaClient;
import reactor.core.publisher.Flux;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.beans.factory.DisposableBean;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;

/**
 * The client under load, an application of its own. Beside what every load obeys
 * ({@link Orders#of}) it obeys: {@code report} tells the node's report as JSON,
 * {@code close} closes the node, {@code stop} and {@code start} end its life and begin
 * the next, {@code renew} the application, in whose place comes a new one, and
 * {@code shapes 5} makes a call in each shape and tells how each ended, or that it did
 * not within so many seconds. At the end of the input it stops.
 */
final class LoadClient {

	private static final Duration BITE_PERIOD = Duration.ofMillis(500);

	private LoadClient() {
	}

	/**
	 * Run the client.
	 * @param calls file for the calls
	 * @param args settings of the application
	 */
	static void run(Path calls, String[] args) throws IOException {
		JsonMapper json = JsonMapper.builder().build();
		try (Session session = new Session(args);
				CallLog log = CallLog.open(calls);
				Load load = new Load(session.calculator(), log)) {
			LoadSettings settings = session.bean(LoadSettings.class);
			if (settings.awaitProvider()) {
				session.awaitProvider();
			}
			load.start();
			load.crowd(settings.callers());
			load.streams(settings.streams(), settings.rows());
			if (settings.parcels() > 0) {
				load.parcels(settings.parcels(), session.bean(Parcelling.class).parcels());
			}
			session.bite();
			Orders.of(load, log)
				.on("report", (words) -> json.writeValueAsString(session.node().report()))
				.on("close", (words) -> timed("closed", () -> session.node().close()))
				.on("stop", (words) -> timed("stopped", () -> session.node().stop()))
				.on("start", (words) -> timed("started", () -> session.node().start()))
				.on("renew", (words) -> timed("renewed", () -> {
					session.renew();
					load.use(session.calculator());
				}))
				.on("shapes",
						(words) -> json.writeValueAsString(Shapes.callEach(session.calculator(),
								session.node().client(), Duration.ofSeconds(Long.parseLong(words[1])))))
				.obey();
		}
	}

	private static String timed(String what, Runnable action) {
		long start = Clock.now();
		action.run();
		return what + " in " + (Clock.now() - start) / 1_000_000 + " ms";
	}

	/**
	 * What there is beside the load of every client.
	 *
	 * @param callers further callers that wait for each answer
	 * @param streams further streams
	 * @param rows rows of each
	 * @param parcels callers of what does not fit into a packet
	 * @param awaitProvider whether the load begins when a provider is known
	 */
	@ConfigurationProperties("load")
	record LoadSettings(int callers, int streams, @DefaultValue("1000") int rows, int parcels,
			@DefaultValue("true") boolean awaitProvider) {

	}

	/** The application, and the one that comes in its place. For one thread. */
	private static final class Session implements AutoCloseable {

		private final String[] args;

		private ConfigurableApplicationContext context;

		Session(String[] args) {
			this.args = args;
			this.context = open();
		}

		private ConfigurableApplicationContext open() {
			return new SpringApplicationBuilder(Configuration.class).web(WebApplicationType.NONE)
				.properties("spring.config.name=load")
				.run(this.args);
		}

		<T> T bean(Class<T> type) {
			return this.context.getBean(type);
		}

		RealmNode node() {
			return bean(RealmNode.class);
		}

		Calculator calculator() {
			return bean(Calls.class).calculator();
		}

		void awaitProvider() {
			Clock.await("a provider is known", Duration.ofSeconds(60),
					() -> node().report().clients().stream().anyMatch((client) -> !client.instances().isEmpty()));
		}

		/** Calls that an attacker answers: how they end is of no interest. */
		void bite() {
			this.context.getBeanProvider(Baited.class)
				.ifAvailable((baited) -> Flux.interval(BITE_PERIOD)
					.onBackpressureDrop()
					.flatMap((tick) -> baited.bait().bite(tick.intValue()).onErrorComplete())
					.subscribe());
		}

		void renew() {
			this.context.close();
			this.context = open();
		}

		@Override
		public void close() {
			this.context.close();
		}

	}

	/** The client's application. */
	@SpringBootConfiguration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@EnableConfigurationProperties(LoadSettings.class)
	static class Configuration {

		@Bean
		Calls calls(@MaculaClient("test.calculator") Calculator calculator) {
			return new Calls(calculator);
		}

		@Bean
		@ConditionalOnProperty("load.parcels")
		Parcelling parcelling(@MaculaClient(Parcels.SERVICE) Parcels parcels) {
			return new Parcelling(parcels);
		}

		@Bean
		@ConditionalOnProperty("load.bait")
		Baited baited(@MaculaClient(Bait.SERVICE) Bait bait) {
			return new Baited(bait);
		}

		@Bean
		@ConditionalOnProperty("load.parting-call")
		PartingCall partingCall(Calls calls) {
			return new PartingCall(calls);
		}

	}

	/**
	 * What the application calls.
	 *
	 * @param calculator the proxy
	 */
	record Calls(Calculator calculator) {

	}

	/**
	 * What it calls besides.
	 *
	 * @param parcels the proxy
	 */
	record Parcelling(Parcels parcels) {

	}

	/**
	 * What an attacker answers.
	 *
	 * @param bait the proxy
	 */
	record Baited(Bait bait) {

	}

	/**
	 * A bean that calls while the application closes.
	 *
	 * @param calls what it calls
	 */
	record PartingCall(Calls calls) implements DisposableBean {

		/** Begin of the line that tells how the call ended. */
		static final String MARK = "Parting call: ";

		@Override
		public void destroy() {
			System.out.println(MARK + outcome());
		}

		private String outcome() {
			try {
				return "OK " + this.calls.calculator().multiply(new Question(-1, 1));
			}
			catch (RpcException ex) {
				return ex.code() + "/" + ex.status().processed() + " " + ex.status().message();
			}
		}

	}

}
