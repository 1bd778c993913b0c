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

import io.macula.RpcException;
import io.macula.harness.Clock;
import io.macula.spring.MaculaClient;

import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.annotation.Bean;

/**
 * A member of the realm that calls the {@link Ordeal}.
 */
final class OrdealClient {

	/** Begin of the lines that tell the figures of the sleepers. */
	static final String MARK = "Sleepers ";

	private static final int SLEEPERS = 32;

	private static final int WARM_UP_CALLS = 200;

	private static final Duration PAUSE = Duration.ofMillis(500);

	private OrdealClient() {
	}

	/**
	 * Have a provider hoard memory again and again until this process is killed.
	 * @param settings settings of the application
	 */
	static void hoard(String[] settings) {
		Ordeal ordeal = ordeal(settings);
		System.out.println("Started hoarding");
		while (true) {
			try {
				ordeal.hoard();
			}
			catch (RpcException ex) {
				System.out.println("Hoarding ended: " + ex.getMessage());
			}
			Clock.pause(PAUSE);
		}
	}

	/**
	 * Have many handlers sleep for longer than the deadline allows, until this process is
	 * killed.
	 * @param settings settings of the application
	 */
	static void sleep(String[] settings) {
		Ordeal ordeal = ordeal(settings);
		Clock.await("the provider answers", Duration.ofSeconds(20), () -> answers(ordeal));
		// Handlers that begin late are counted, and the first of a JVM come late.
		for (int i = 0; i < WARM_UP_CALLS; i++) {
			answers(ordeal);
		}
		System.out.println(MARK + ordeal.figures());
		for (int i = 0; i < SLEEPERS; i++) {
			Thread thread = new Thread(() -> {
				while (true) {
					try {
						ordeal.sleep(60_000);
					}
					catch (RpcException ex) {
						// What is meant to happen; the provider's figures tell the rest.
						Clock.pause(Duration.ofMillis(1));
					}
				}
			}, "sleeper");
			thread.setDaemon(true);
			thread.start();
		}
		System.out.println("Started sleepers");
		while (true) {
			Clock.pause(PAUSE);
			try {
				System.out.println(MARK + ordeal.figures());
			}
			catch (RpcException ex) {
				System.out.println("No figures: " + ex.getMessage());
			}
		}
	}

	private static boolean answers(Ordeal ordeal) {
		try {
			ordeal.sleep(1);
			return true;
		}
		catch (RpcException ex) {
			System.out.println("Not yet: " + ex.getMessage());
			return false;
		}
	}

	private static Ordeal ordeal(String[] settings) {
		return new SpringApplicationBuilder(Configuration.class).web(WebApplicationType.NONE)
			.properties("spring.config.name=load")
			.run(settings)
			.getBean(Calls.class)
			.ordeal();
	}

	/** The client's application. */
	@SpringBootConfiguration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Configuration {

		@Bean
		Calls calls(@MaculaClient("test.ordeal") Ordeal ordeal) {
			return new Calls(ordeal);
		}

	}

	/**
	 * What the application calls.
	 *
	 * @param ordeal the proxy
	 */
	record Calls(Ordeal ordeal) {

	}

}
