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

import java.util.stream.Collectors;
import java.util.stream.IntStream;

import io.macula.node.RealmNode;
import io.macula.spring.MaculaClient;
import io.macula.spring.autoconfigure.Applications.Echo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.ApplicationRunner;
import org.springframework.boot.diagnostics.FailureAnalyzedException;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * What an application makes of services that cannot be called when it starts.
 */
@ExtendWith(OutputCaptureExtension.class)
@Timeout(60)
class StartupChecksTests {

	private static final String NOBODY = "macula.realm.seeds=127.0.0.1:9";

	@Test
	void anApplicationDoesNotWaitByDefault() {
		try (Applications applications = new Applications()) {
			assertThat(applications.run(Client.class, NOBODY).isActive()).isTrue();
		}
	}

	@Test
	void whatIsFoundIsConnectedBeforeTheApplicationsRunners() {
		try (Applications applications = new Applications()) {
			ConfigurableApplicationContext provider = applications.run(Applications.Provider.class);
			ConfigurableApplicationContext client = applications.run(Client.class, Applications.seed(provider),
					"macula.client.startup-check=fail");
			assertThat(client.getBean(Seen.class).connections).isEqualTo(1);
		}
	}

	@Test
	void oneInstanceBehindManyThatCannotBeReachedIsEnough() {
		try (Applications applications = new Applications()) {
			ConfigurableApplicationContext provider = applications.run(Applications.Provider.class);
			String instances = IntStream.rangeClosed(1, 40)
				.mapToObj((port) -> "127.0.0.1:" + port)
				.collect(Collectors.joining(","));
			assertThat(applications
				.run(Client.class, "macula.directory.type=static",
						"macula.directory.static.services.test.echo=" + instances + ",127.0.0.1:"
								+ provider.getBean(RealmNode.class).port(),
						"macula.client.startup-check=fail", "macula.client.startup-timeout=5s")
				.isActive()).isTrue();
		}
	}

	@Test
	void whatIsNotFoundFailsTheStartAndSaysWhy(CapturedOutput output) {
		try (Applications applications = new Applications()) {
			assertThatExceptionOfType(FailureAnalyzedException.class).isThrownBy(() -> applications.run(Client.class,
					NOBODY, "macula.client.startup-check=fail", "macula.client.startup-timeout=300ms"));
			assertThat(output).contains("APPLICATION FAILED TO START")
				.contains("Within 300 ms the application could call not all services that it needs:")
				.contains("Service test.echo: ")
				.contains("127.0.0.1:9")
				.contains("macula.client.startup-check=warn")
				.doesNotContain("\tat ");
		}
	}

	@Test
	void aSingleServiceMayBeExcepted(CapturedOutput output) {
		try (Applications applications = new Applications()) {
			assertThat(applications
				.run(Client.class, NOBODY, "macula.client.startup-check=fail", "macula.client.startup-timeout=300ms",
						"macula.client.services.test.echo.startup-check=warn")
				.isActive()).isTrue();
			assertThat(output).contains("The application starts, though it could not call a service within 300 ms "
					+ "(macula.client.startup-check=warn). Service test.echo: ");
		}
	}

	@Test
	void whatTheApplicationProvidesItselfIsNotWaitedFor() {
		try (Applications applications = new Applications()) {
			assertThat(applications
				.run(Both.class, "macula.client.startup-check=fail", "macula.client.startup-timeout=300ms")
				.isActive()).isTrue();
		}
	}

	@Test
	void anImpossibleTimeoutIsRefused(CapturedOutput output) {
		try (Applications applications = new Applications()) {
			assertThatExceptionOfType(RuntimeException.class)
				.isThrownBy(() -> applications.run(Client.class, NOBODY, "macula.client.startup-timeout=0s"));
			assertThat(output).contains("macula.client.startup-timeout = '0s'").contains("Allowed: more than 0.");
		}
	}

	/** What the first runner of the application sees. */
	static class Seen {

		int connections;

	}

	@Configuration(proxyBeanMethods = false)
	@Import(Applications.Empty.class)
	static class Client {

		@MaculaClient("test.echo")
		Echo echo;

		@Bean
		Seen seen() {
			return new Seen();
		}

		@Bean
		ApplicationRunner runner(Seen seen, RealmNode node) {
			return (arguments) -> seen.connections = node.report().connections().size();
		}

	}

	@Configuration(proxyBeanMethods = false)
	@Import({ Client.class, Applications.EchoBean.class })
	static class Both {

	}

}
