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

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicLong;

import io.macula.RpcException;
import io.macula.harness.Clock;
import io.macula.node.NodeReport;
import io.macula.node.RealmNode;
import io.macula.sample.Answer;
import io.macula.sample.Calculator;
import io.macula.sample.Question;
import io.macula.spring.MaculaClient;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;

/**
 * A client of its own: an application context with nothing but the starter and proxies of
 * the calculator, hence without any connection when it starts. Calls may come from any
 * thread.
 */
final class ScenarioClient implements AutoCloseable {

	static final String SERVICE = "test.calculator";

	private final ConfigurableApplicationContext context;

	private final ConnectionLog connections;

	private final Calculators calculators;

	private final ObservationRegistry observations;

	private final AtomicLong numbers = new AtomicLong();

	private ScenarioClient(ConfigurableApplicationContext context, ConnectionLog connections) {
		this.context = context;
		this.connections = connections;
		this.calculators = context.getBean(Calculators.class);
		this.observations = context.getBean(ObservationRegistry.class);
	}

	/**
	 * Start a client.
	 * @param settings arguments of its application: those of the directory
	 * @return the client, which may not know the providers yet
	 */
	static ScenarioClient start(List<String> settings) {
		List<ConnectionLog> log = new ArrayList<>();
		List<String> arguments = new ArrayList<>(List.of("--spring.config.name=scenarios"));
		arguments.addAll(settings);
		ConfigurableApplicationContext context = new SpringApplicationBuilder(Configuration.class)
			.web(WebApplicationType.NONE)
			.initializers((starting) -> log.add(ConnectionLog.open()))
			.logStartupInfo(false)
			.run(arguments.toArray(String[]::new));
		return new ScenarioClient(context, log.get(0));
	}

	/**
	 * Wait until the client knows some number of providers.
	 * @param count the number
	 */
	void awaitInstances(int count) {
		Clock.await("the client knows " + count + " providers", Duration.ofSeconds(20), () -> instances() == count);
	}

	/**
	 * How many providers the client knows.
	 * @return the number
	 */
	int instances() {
		return this.context.getBean(RealmNode.class)
			.report()
			.clients()
			.stream()
			.mapToInt((client) -> client.instances().size())
			.min()
			.orElse(0);
	}

	/**
	 * Call the calculator.
	 * @param strategy how its instance is selected
	 * @return what came of it
	 */
	Call call(Strategy strategy) {
		long number = this.numbers.incrementAndGet();
		AttemptWatch.CallContext observed = new AttemptWatch.CallContext();
		Observation observation = Observation.start(AttemptWatch.CALL, () -> observed, this.observations);
		try (Observation.Scope scope = observation.openScope()) {
			return call(this.calculators.of(strategy), number, observed);
		}
		finally {
			observation.stop();
		}
	}

	/**
	 * Call the calculator and do not wait, one instance after the other. Attempts are not
	 * observed.
	 * @return completes with the answer, or fails
	 */
	CompletionStage<Answer> callLater() {
		long number = this.numbers.incrementAndGet();
		return this.calculators.roundRobin().multiplyLater(new Question(number, number));
	}

	/**
	 * The seed of which this client learns who is there.
	 * @return its endpoint, or {@code null} if there is none at present
	 */
	@Nullable String watchedSeed() {
		return this.context.getBean(RealmNode.class)
			.report()
			.directory()
			.seeds()
			.entrySet()
			.stream()
			.filter((seed) -> seed.getValue().equals("watching"))
			.map(Map.Entry::getKey)
			.findFirst()
			.orElse(null);
	}

	/**
	 * Endpoints to which this client created a connection, in order.
	 * @return endpoints, those of links to seeds included
	 */
	List<String> connectionsCreated() {
		return this.connections.endpoints();
	}

	/**
	 * Connections that this client has open.
	 * @return connections as the node reports them
	 */
	List<NodeReport.ConnectionState> connectionsOpen() {
		return this.context.getBean(RealmNode.class).report().connections();
	}

	@Override
	public void close() {
		this.context.close();
		this.connections.close();
	}

	private Call call(Calculator calculator, long number, AttemptWatch.CallContext observed) {
		Question question = new Question(number, number);
		long start = System.nanoTime();
		try {
			Answer answer = calculator.multiply(question);
			long micros = (System.nanoTime() - start) / 1000;
			return new Call(number, answer.node(), start / 1000, micros, severalOf(observed.attempts()), null);
		}
		catch (RpcException ex) {
			long micros = (System.nanoTime() - start) / 1000;
			return new Call(number, null, start / 1000, micros, observed.attempts(), ex.status().toString());
		}
		catch (RuntimeException ex) {
			// Of another kind than promised: a thread that ended by it would not be
			// missed.
			long micros = (System.nanoTime() - start) / 1000;
			return new Call(number, null, start / 1000, micros, observed.attempts(), ex.toString());
		}
	}

	/** A report tells nothing new of an attempt that was the only one. */
	private static List<Attempt> severalOf(List<Attempt> attempts) {
		return (attempts.size() > 1) ? attempts : List.of();
	}

	/** A selection strategy of the scenarios. */
	enum Strategy {

		/** Always the first instance. */
		FIRST,
		/** One instance after the other. */
		ROUND_ROBIN,
		/** Any instance. */
		RANDOM

	}

	/** The client's application, configured by {@code scenarios.yml}. */
	@SpringBootConfiguration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Configuration {

		@Bean
		Calculators calculators(@MaculaClient(service = SERVICE, name = "first") Calculator first,
				@MaculaClient(service = SERVICE, name = "round-robin") Calculator roundRobin,
				@MaculaClient(service = SERVICE, name = "random") Calculator random) {
			return new Calculators(first, roundRobin, random);
		}

		@Bean
		AttemptWatch attemptWatch() {
			return new AttemptWatch();
		}

	}

	/**
	 * One service, called in three ways.
	 *
	 * @param first proxy of the client service {@code first}
	 * @param roundRobin proxy of the client service {@code round-robin}
	 * @param random proxy of the client service {@code random}
	 */
	record Calculators(Calculator first, Calculator roundRobin, Calculator random) {

		Calculator of(Strategy strategy) {
			return switch (strategy) {
				case FIRST -> this.first;
				case ROUND_ROBIN -> this.roundRobin;
				case RANDOM -> this.random;
			};
		}

	}

}
