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

package io.macula.spring.autoconfigure;

import io.macula.spring.MaculaClient;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.observation.DefaultMeterObservationHandler;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.observation.ObservationRegistry;
import org.junit.jupiter.api.Test;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A fallback in an application that calls a realm.
 */
class FallbackOfApplicationTests {

	@Test
	void theFallbackAnswersAndTheMetricsShowTheFailure() {
		try (Applications applications = new Applications()) {
			ConfigurableApplicationContext alone = applications.run(Alone.class, "macula.client.patience=0s");
			assertThat(alone.getBean(Caller.class).echo.echo("a")).isEqualTo("local a");
			assertThat(alone.getBean(MeterRegistry.class)
				.get("macula.client.call")
				.tag("macula.code", "NOT_FOUND")
				.timer()
				.count()).isEqualTo(1);
		}
	}

	static class Caller {

		@MaculaClient(service = "test.echo", fallback = LocalEcho.class)
		Applications.Echo echo;

	}

	static class LocalEcho implements Applications.Echo {

		@Override
		public String echo(String text) {
			return "local " + text;
		}

	}

	@Configuration(proxyBeanMethods = false)
	@Import({ Applications.Empty.class, Caller.class, LocalEcho.class })
	static class Alone {

		@Bean
		MeterRegistry meters() {
			return new SimpleMeterRegistry();
		}

		@Bean
		ObservationRegistry observations(MeterRegistry meters) {
			ObservationRegistry registry = ObservationRegistry.create();
			registry.observationConfig().observationHandler(new DefaultMeterObservationHandler(meters));
			return registry;
		}

	}

}
