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

import java.io.File;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;

import io.macula.spring.MaculaClient;
import io.macula.spring.MaculaService;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.autoconfigure.context.PropertyPlaceholderAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.http.ResponseEntity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatException;

/**
 * What the console says where an application does not start.
 */
@ExtendWith(OutputCaptureExtension.class)
class FailureAnalysisTests {

	@Test
	void whenMetadataHasNoKeysThenItSaysHowToSetThem(CapturedOutput output) {
		failToStart("macula.provider.metadata=abc");
		assertThat(output).contains("APPLICATION FAILED TO START")
			.contains("The setting macula.provider.metadata = 'abc', set in \"macula.provider.metadata\" from "
					+ "property source \"commandLineArgs\", is not valid. Allowed: entries below it, such as "
					+ "macula.provider.metadata.<key>=<value>.")
			.doesNotContain("Reason: ");
		failToStart("macula.client.services=abc");
		assertThat(output).contains("Allowed: entries below it, such as macula.client.services.<name>.deadline=5s.");
	}

	@Test
	void whenAPlaceholderIsNotResolvedThenItIsNamedAndNotTheNumberItWasToBe(CapturedOutput output) {
		failToStart("macula.provider.port=${SHOP_PORT}");
		assertThat(output).contains("APPLICATION FAILED TO START")
			.contains("The setting macula.provider.port, set in \"macula.provider.port\" from property source "
					+ "\"commandLineArgs\", refers to ${SHOP_PORT}, which is not set anywhere.")
			.contains("Set SHOP_PORT ")
			.doesNotContain("NumberFormatException")
			.doesNotContain("\tat ");
	}

	@Test
	void whenThePortIsTakenThenItSaysWhereItWasSet(CapturedOutput output) throws Exception {
		try (DatagramSocket taken = new DatagramSocket(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))) {
			failToStart("macula.provider.port=" + taken.getLocalPort());
			assertThat(output).contains("APPLICATION FAILED TO START")
				.containsOnlyOnce("The provider cannot listen at UDP port " + taken.getLocalPort()
						+ " of 127.0.0.1: the port is in use.")
				.containsOnlyOnce("Stop what uses UDP port " + taken.getLocalPort()
						+ ", or change macula.provider.port = '" + taken.getLocalPort()
						+ "' (set in \"macula.provider.port\" from property source \"commandLineArgs\"); 0 means any free port.")
				.doesNotContain(" drains: ")
				.doesNotContain("\tat ");
		}
	}

	@Test
	void whenTheAddressIsOfAnotherMachineThenItSaysWhereItWasSet(CapturedOutput output) {
		failToStart("macula.provider.port=0", "macula.provider.address=192.0.2.1");
		assertThat(output).contains("APPLICATION FAILED TO START")
			.containsOnlyOnce(
					"The provider cannot listen at UDP port 0 of 192.0.2.1: the address is not one of this machine.")
			.containsOnlyOnce("Change macula.provider.address = '192.0.2.1' (set in \"macula.provider.address\" from "
					+ "property source \"commandLineArgs\") to an address of this machine, or remove it: all are bound "
					+ "by default.")
			.doesNotContain(" drains: ")
			.doesNotContain("\tat ");
	}

	@Test
	void whenTheAddressCannotBeResolvedThenItSaysSo(CapturedOutput output) {
		failToStart("macula.provider.port=0", "macula.provider.address=no-such-host.invalid");
		assertThat(output).contains("APPLICATION FAILED TO START")
			.containsOnlyOnce("The provider cannot listen at UDP port 0 of no-such-host.invalid: the address cannot be "
					+ "resolved.")
			.containsOnlyOnce("Change macula.provider.address = 'no-such-host.invalid' (set in ")
			.doesNotContain("\tat ");
	}

	@Test
	void whenADefinitionHidesAServiceThenItIsNamed(CapturedOutput output) {
		failToStart(Hiding.class);
		assertThat(output).contains("APPLICATION FAILED TO START")
			.contains("The bean 'hidden' of " + Applications.EchoBean.class.getName()
					+ " is annotated with @MaculaService")
			.doesNotContain("\tat ");
	}

	@Test
	void whenTheNameOfAServiceIsNotSetThenItIsNamed(CapturedOutput output) {
		failToStart(NamedByProperty.class);
		assertThat(output).contains("APPLICATION FAILED TO START")
			.contains("The name of the service that the bean 'named' provides refers to ${echo.name}, which is not set "
					+ "anywhere.")
			.doesNotContain("\tat ");
	}

	@Test
	void whenTheNameOfAClientIsNotSetThenItIsNamed(CapturedOutput output) {
		failToStart(CallsByProperty.class);
		assertThat(output).contains("APPLICATION FAILED TO START")
			.contains("The name '${echo.name}' of a client of " + Applications.Echo.class.getName())
			.contains("refers to ${echo.name}, which is not set anywhere.")
			.doesNotContain("\tat ");
	}

	@Test
	void whenTheSettingsOfAServiceAreMisspeltThenTheNearestIsNamed(CapturedOutput output) {
		failToStart(Calls.class, "macula.client.services.test.ehco.deadline=5s");
		assertThat(output).contains("The settings macula.client.services.test.ehco.* are for a client service that no")
			.contains("Did you mean test.echo? The client services are: test.echo.");
	}

	@Test
	void whenAnAnnotationIsForgottenThenItIsNamedBesideWhatBootSays(CapturedOutput output) {
		failToStart(Forgets.class);
		assertThat(output).contains("APPLICATION FAILED TO START")
			.contains("Parameter 0 of method echoed in " + Forgets.class.getName() + " required a bean of type '"
					+ Applications.Echo.class.getName() + "' that could not be found.")
			.contains("Consider defining a bean of type '" + Applications.Echo.class.getName()
					+ "' in your configuration.")
			.contains("If another application provides " + Applications.Echo.class.getName()
					+ " in the realm, annotate the injection point with @MaculaClient, or a @Configuration class with "
					+ "@ImportMaculaClients(Echo.class).")
			.doesNotContain("\tat ");
	}

	@Test
	void whenWhatIsMissingCannotBeAContractThenThereIsNoHint(CapturedOutput output) {
		failToStart(MissesAClass.class);
		failToStart(MissesARepository.class);
		assertThat(output).contains("required a bean of type 'java.io.File' that could not be found.")
			.contains("required a bean of type '" + Repository.class.getName() + "' that could not be found.")
			.doesNotContain("@MaculaClient");
	}

	@Test
	void whenAContractHasWhatIsNoValueThenBothSidesStop(CapturedOutput output) {
		failToStart(ProvidesPages.class);
		assertThat(output).contains("The bean 'pages' cannot provide the service 'test.pages': ")
			.contains("Argument 0 (example) of Pages.add(Page): ")
			.contains(
					"Page.lines[].answer is of type org.springframework.http.ResponseEntity, which is an answer of a web "
							+ "controller; return its body, and say what a status code would say with a declared exception")
			.contains("Correct the contract " + Pages.class.getName())
			.doesNotContain("\tat ");
		failToStart(CallsPages.class);
		assertThat(output).contains("The client 'test.pages' of " + Pages.class.getName() + " cannot be made: ")
			.doesNotContain("\tat ");
	}

	private static void failToStart(String... settings) {
		failToStart(MaculaAutoConfigurationTests.Provider.class, settings);
	}

	private static void failToStart(Class<?> application, String... settings) {
		List<String> arguments = new ArrayList<>(
				List.of("--macula.realm.name=test", "--macula.realm.secret=" + "0123456789abcdef0123456789abcdef",
						"--macula.provider.advertised-host=127.0.0.1"));
		if (!String.join(" ", settings).contains("provider.address")) {
			arguments.add("--macula.provider.address=127.0.0.1");
		}
		List.of(settings).forEach((setting) -> arguments.add("--" + setting));
		assertThatException().isThrownBy(() -> new SpringApplicationBuilder(application).web(WebApplicationType.NONE)
			.run(arguments.toArray(String[]::new)));
	}

	@Configuration(proxyBeanMethods = false)
	@Import(Applications.Empty.class)
	static class Hiding {

		@Bean
		Applications.Echo hidden() {
			return new Applications.EchoBean();
		}

	}

	@Configuration(proxyBeanMethods = false)
	@Import(Applications.Empty.class)
	static class NamedByProperty {

		@Bean
		@MaculaService("${echo.name}")
		Applications.Echo named() {
			return (text) -> text;
		}

	}

	@Configuration(proxyBeanMethods = false)
	@ImportAutoConfiguration(PropertyPlaceholderAutoConfiguration.class)
	@Import(Applications.Empty.class)
	static class CallsByProperty {

		@MaculaClient("${echo.name}")
		Applications.Echo client;

	}

	@Configuration(proxyBeanMethods = false)
	@Import(Applications.Empty.class)
	static class Calls {

		@MaculaClient("test.echo")
		Applications.Echo client;

	}

	@Configuration(proxyBeanMethods = false)
	@Import(Applications.Empty.class)
	static class Forgets {

		@Bean
		String echoed(Applications.Echo echo) {
			return echo.echo("1");
		}

	}

	@Configuration(proxyBeanMethods = false)
	@Import(Applications.Empty.class)
	static class MissesAClass {

		@Bean
		String path(File file) {
			return file.getPath();
		}

	}

	@Configuration(proxyBeanMethods = false)
	@Import(Applications.Empty.class)
	static class MissesARepository {

		@Bean
		String saved(Repository repository) {
			return repository.save("1");
		}

	}

	/** Like one of Spring Data. */
	interface Repository {

		<S extends CharSequence> S save(S entity);

	}

	/** A contract that carries an answer of a web controller. */
	interface Pages {

		void add(Page example);

		record Page(List<Line> lines) {

		}

		record Line(ResponseEntity<String> answer) {

		}

	}

	@Configuration(proxyBeanMethods = false)
	@Import(Applications.Empty.class)
	static class ProvidesPages {

		@Bean
		@MaculaService("test.pages")
		Pages pages() {
			return (page) -> {
			};
		}

	}

	@Configuration(proxyBeanMethods = false)
	@Import(Applications.Empty.class)
	static class CallsPages {

		@MaculaClient("test.pages")
		Pages pages;

	}

}
