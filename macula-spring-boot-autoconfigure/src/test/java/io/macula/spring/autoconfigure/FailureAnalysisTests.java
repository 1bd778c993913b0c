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
import java.util.stream.Stream;

import io.macula.spring.MaculaClient;
import io.macula.spring.MaculaService;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
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

	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			macula.provider.port                        | x       | a whole number of at most 2147483647
			macula.client.deadline                      | soon    | a duration such as 500ms, 30s or 5m
			macula.client.services.test.echo.deadline   | soon    | a duration such as 500ms, 30s or 5m
			macula.client.zone-aware                    | perhaps | true or false
			macula.client.failover.budget-ratio         | much    | a number such as 0.2
			macula.transport.max-payload                | big     | a size such as 64KB or 16MB
			""")
	void whenAValueIsOfAnotherTypeThenItSaysWhatIsAllowed(String key, String value, String allowed,
			CapturedOutput output) {
		failToStart(key + "=" + value);
		assertThat(output).contains("APPLICATION FAILED TO START")
			.contains("The setting " + key + " = '" + value + "', set in \"" + key
					+ "\" from property source \"commandLineArgs\", is not valid. Allowed: " + allowed + ".")
			.contains("Change " + key + " to what is allowed: " + allowed + ".")
			.doesNotContain("Reason: ")
			.doesNotContain("\tat ");
	}

	@Test
	void whenTheSecretIsWeakThenItSaysHowAGoodOneIsMadeWithoutShowingIt(CapturedOutput output) {
		failToStart("macula.realm.secret=passwordpassword");
		assertThat(output).contains("APPLICATION FAILED TO START")
			.contains("The realm secret from macula.realm.secret consists of words, sequences or repetitions, so that "
					+ "about 2^13 guesses find it: expected at least 16 characters that nobody can guess; 'openssl rand "
					+ "-base64 32' makes good ones. macula.realm.secret is set in \"macula.realm.secret\" from property "
					+ "source \"commandLineArgs\".")
			.contains("Set macula.realm.secret to the secret of the realm, the same for all its nodes, such as the "
					+ "output of 'openssl rand -base64 32', or to file:<path> of a file that holds it, or "
					+ "macula.ssl.bundle to an SSL bundle.")
			.doesNotContain("passwordpassword")
			.doesNotContain("\tat ");
		failToStart("macula.realm.accepted-secrets=changemechangemechangeme");
		assertThat(output).contains("The realm secret from macula.realm.accepted-secrets[0] consists of words, ")
			.contains("macula.realm.accepted-secrets[0] is set in \"macula.realm.accepted-secrets\" from ")
			.doesNotContain("changemechangeme");
		failToStart("macula.realm.secret=file:/no/such/file");
		assertThat(output)
			.contains("The realm secret's file /no/such/file does not exist: correct the path, or create it: "
					+ "with the secret that the realm's nodes have, or a new one by 'openssl rand "
					+ "-base64 32 > /no/such/file'. macula.realm.secret is set in ");
		failToStart("macula.realm.accepted-secrets=file:/no/such/file");
		assertThat(output)
			.contains("macula.realm.accepted-secrets[0] is set in \"macula.realm.accepted-secrets\" from ")
			.contains(
					"Set macula.realm.accepted-secrets[0] to a secret that nodes of the realm show, now or soon, or to "
							+ "file:<path> of a file that holds it, or remove it.");
	}

	@Test
	void whenTheSecretLooksLikeAPathThenItSaysThatFileIsMissing(CapturedOutput output) {
		failToStart("macula.realm.secret=/mnt/secrets-store/prod-shop-realm");
		assertThat(output)
			.contains(
					"The realm secret from macula.realm.secret looks like the path of a file, and is no secret: write "
							+ "file:<path> to have the secret read from there. macula.realm.secret is set in ")
			.doesNotContain("prod-shop-realm");
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "   ", "${shop.secret}" })
	void whenTheSecretIsEmptyThenItIsNotReplaced(String value, CapturedOutput output) {
		failToStart("macula.realm.secret=" + value, "shop.secret=");
		assertThat(output)
			.contains("The setting macula.realm.secret, set in \"macula.realm.secret\" from property source "
					+ "\"commandLineArgs\", is empty" + (value.isBlank() ? "" : " (its value is made of shop.secret)")
					+ ", so that this node would have a secret that no other machine has.")
			.contains("Set macula.realm.secret to the secret of the realm, the same for all its nodes")
			.contains("remove the setting.")
			.doesNotContain("\tat ");
	}

	@Test
	void whenTheBundleIsEmptyAndThereIsNoSecretThenNoneIsMadeUp(CapturedOutput output) {
		assertThatException()
			.isThrownBy(() -> new SpringApplicationBuilder(Applications.Empty.class).web(WebApplicationType.NONE)
				.run("--macula.ssl.bundle="));
		assertThat(output).contains("The setting macula.ssl.bundle, set in \"macula.ssl.bundle\" from ")
			.contains(" is empty, and there is no macula.realm.secret either");
	}

	@Test
	void whenSecretsAreAcceptedAndNoneIsShownThenTheShownOneIsMissing(CapturedOutput output) {
		assertThatException()
			.isThrownBy(() -> new SpringApplicationBuilder(Applications.Empty.class).web(WebApplicationType.NONE)
				.run("--macula.realm.accepted-secrets=Vq3kT8RzX1mWc7Jp0LdYs5HbN2gTf9QeAu6Ko4Ei+rM="));
		assertThat(output).contains("The setting macula.realm.accepted-secrets, set in ")
			.contains(
					", needs macula.realm.secret, which is not set: the nodes of a realm that changes its secret show ")
			.doesNotContain("Vq3kT8RzX1mWc7Jp0LdYs5HbN2gTf9QeAu6Ko4Ei+rM=");
	}

	@ParameterizedTest
	@ValueSource(
			strings = { "macula.security.allow-call.mail=spiffe://shop/web", "macula.security.allow-provide[mail]=*" })
	void whenPeersAreNotVerifiedThenListsOfTheirNamesAreRefused(String list, CapturedOutput output) {
		failToStart("macula.ssl.verify=false", list);
		assertThat(output)
			.contains("The lists of " + list.substring(0, list.indexOf("mail") - 1)
					+ " have no effect with macula.ssl.verify = 'false' (set in ")
			.contains("everybody can make a certificate with the names that they allow.");
	}

	@Test
	void whenPeersAreNotVerifiedThenAuthorizersOfTheirNamesAreRefused(CapturedOutput output) {
		failToStart(AuthorizationTests.Guarded.class, "macula.ssl.verify=false");
		assertThat(output).contains("APPLICATION FAILED TO START")
			.contains("The PeerAuthorizer bean 'nobody' has no effect with macula.ssl.verify = 'false' (set in ")
			.contains("Remove macula.ssl.verify=false, or for debugging leave the beans out")
			.doesNotContain("\tat ");
	}

	@Test
	void whenTooManySecretsAreAcceptedThenTheyAreCountedAndNotShown(CapturedOutput output) {
		List<String> secrets = Stream.generate(Applications::randomSecret).limit(4).toList();
		failToStart("macula.realm.accepted-secrets=" + String.join(",", secrets));
		assertThat(output).contains("The realm 'test' has 5 secrets: expected 1 that is shown, and at most 3 more.")
			.contains("Remove from macula.realm.accepted-secrets those that no node shows any more.")
			.doesNotContain(secrets);
	}

	@ParameterizedTest
	@CsvSource({ "macula.realm.seeds=10.0.0.1:9443, has the seed '10.0.0.1:9443'",
			"macula.realm.seeds=shop.example:9443, has the seed 'shop.example:9443'",
			"macula.realm.seeds=127.0.0.1.example.com:9443, has the seed '127.0.0.1.example.com:9443'",
			"macula.provider.address=0.0.0.0, listens at '0.0.0.0'", "macula.provider.address=::, listens at '::'" })
	void whenPeersBeyondThisMachineAreNotVerifiedThenItHasToBeAcknowledged(String setting, String reason,
			CapturedOutput output) {
		failToStart("macula.ssl.verify=false", setting);
		assertThat(output).contains("APPLICATION FAILED TO START")
			.contains("With macula.ssl.verify = 'false' (set in \"macula.ssl.verify\" from property source "
					+ "\"commandLineArgs\") this node trusts everybody, and it " + reason + ", beyond this machine.")
			.contains("Remove macula.ssl.verify=false. For debugging on one machine use loopback addresses only "
					+ "(macula.provider.address=127.0.0.1); where everybody in the network may take part in the realm, "
					+ "and read and answer its calls, set macula.ssl.unverified-beyond-localhost=true as well.")
			.doesNotContain("\tat ");
	}

	@Test
	void whenAllPeersAreVerifiedThenTheirAcknowledgementIsRefused(CapturedOutput output) {
		failToStart("macula.ssl.unverified-beyond-localhost=true");
		assertThat(output).contains("has no effect without macula.ssl.verify=false: peers are verified.")
			.contains("remove macula.ssl.unverified-beyond-localhost.");
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
				List.of("--macula.realm.name=test", "--macula.provider.advertised-host=127.0.0.1"));
		if (!String.join(" ", settings).contains("realm.secret")) {
			arguments.add("--macula.realm.secret=Vq3kT8RzX1mWc7Jp0LdYs5HbN2gTf9QeAu6Ko4Ei+rM=");
		}
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
