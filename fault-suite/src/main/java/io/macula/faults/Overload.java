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

import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

import io.macula.MaculaMethod;
import io.macula.RpcException;
import io.macula.harness.Clock;
import io.macula.sample.Answer;
import io.macula.sample.Question;
import io.macula.spring.MaculaClient;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.annotation.Bean;

/**
 * A member of the realm that calls more often than the providers can answer, whatever the
 * answers are, and tells once a second how its calls ended.
 */
final class Overload {

	/** Begin of the lines that tell how calls ended. */
	static final String MARK = "Ended ";

	private static final int WARM_UP_CALLS = 50;

	private Overload() {
	}

	/**
	 * Call until the process is killed.
	 * @param callsPerSecond rate of the calls
	 * @param settings settings of the application
	 */
	static void run(int callsPerSecond, String[] settings) {
		Multiplier multiplier = new SpringApplicationBuilder(Configuration.class).web(WebApplicationType.NONE)
			.properties("spring.config.name=load")
			.run(settings)
			.getBean(Calls.class)
			.multiplier();
		Map<String, AtomicLong> outcomes = new ConcurrentSkipListMap<>();
		// The first calls of a JVM are slow, and belong to no overload.
		Clock.await("the providers answer", Duration.ofSeconds(20), () -> answered(multiplier));
		for (int i = 0; i < WARM_UP_CALLS; i++) {
			answered(multiplier);
		}
		System.out.println("Started overload");
		long due = Clock.now();
		for (long call = 0;; call++) {
			due += 1_000_000_000L / callsPerSecond;
			while (Clock.now() < due) {
				LockSupport.parkNanos(due - Clock.now());
			}
			var unused = multiplier.multiply(new Question(-1 - call, 1))
				.whenComplete((answer, failure) -> outcomes.computeIfAbsent(outcome(failure), (name) -> {
					System.out.println("First " + name + ": " + failure);
					return new AtomicLong();
				}).incrementAndGet());
			if (call % callsPerSecond == callsPerSecond - 1) {
				System.out.println(MARK + new TreeMap<>(outcomes));
			}
		}
	}

	private static boolean answered(Multiplier multiplier) {
		try {
			multiplier.multiply(new Question(-1, 1)).toCompletableFuture().join();
			return true;
		}
		catch (CompletionException ex) {
			System.out.println("Not yet: " + ex.getCause());
			return false;
		}
	}

	private static String outcome(@Nullable Throwable failure) {
		if (failure == null) {
			return "OK";
		}
		Throwable cause = (failure instanceof CompletionException && failure.getCause() != null) ? failure.getCause()
				: failure;
		return (cause instanceof RpcException rpc) ? rpc.code() + "/" + rpc.status().processed()
				: cause.getClass().getSimpleName();
	}

	/** The calculator's blocking method as a client sees it that does not wait. */
	interface Multiplier {

		@MaculaMethod(idempotent = true)
		CompletionStage<Answer> multiply(Question question);

	}

	/** The client's application. */
	@SpringBootConfiguration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Configuration {

		@Bean
		Calls calls(@MaculaClient("test.calculator") Multiplier multiplier) {
			return new Calls(multiplier);
		}

	}

	/**
	 * What the application calls.
	 *
	 * @param multiplier the proxy
	 */
	record Calls(Multiplier multiplier) {

	}

}
