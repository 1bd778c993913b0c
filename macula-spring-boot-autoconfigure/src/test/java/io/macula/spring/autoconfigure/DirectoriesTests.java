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

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

import io.macula.Endpoint;
import io.macula.Instance;
import io.macula.ServiceName;
import io.macula.client.RealmClient;
import io.macula.directory.Advertisement;
import io.macula.directory.DirectoryEngine;
import io.macula.directory.DirectoryEngineFactory;
import io.macula.directory.DirectoryReport;
import io.macula.directory.InMemoryDirectory;
import io.macula.directory.Registry;
import io.macula.directory.StaticDirectory;
import io.macula.node.RealmNode;
import io.macula.spring.MaculaClient;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.diagnostics.FailureAnalyzedException;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.NestedExceptionUtils;
import org.springframework.mock.env.MockEnvironment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Which directory an application's node gets.
 */
@Timeout(120)
@ExtendWith(OutputCaptureExtension.class)
class DirectoriesTests {

	private static final ServiceName ECHO = new ServiceName("test.echo");

	private static final String[] SETTINGS = { "macula.realm.name=test",
			"macula.realm.secret=" + Applications.randomSecret() };

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(MaculaAutoConfiguration.class))
		.withPropertyValues(SETTINGS);

	private final Applications applications = new Applications();

	@AfterEach
	void close() {
		this.applications.close();
	}

	@Test
	void theEmbeddedDirectoryIsTheDefault() {
		assertThat(engines()).containsExactly("embedded");
		assertThat(engines("macula.directory.type=")).containsExactly("embedded");
		assertThat(engines("macula.directory.type=EMBEDDED")).containsExactly("embedded");
	}

	private List<String> engines(String... settings) {
		List<String> engines = new ArrayList<>();
		this.runner.withPropertyValues(settings)
			.run((context) -> context.getBean(RealmNode.class)
				.report()
				.directory()
				.engines()
				.forEach((report) -> engines.add(report.engine())));
		return engines;
	}

	@Test
	void aClientCallsFixedInstances() {
		ConfigurableApplicationContext provider = this.applications.run(Applications.Provider.class);
		int port = provider.getBean(RealmNode.class).port();
		for (String settings : List.of("macula.directory.static.services.test.echo=127.0.0.1:" + port,
				"macula.directory.static.services[test.echo][0].endpoint=127.0.0.1:" + port,
				"macula.directory.static.services.test.echo[0]=127.0.0.1:" + port)) {
			ConfigurableApplicationContext client = this.applications.run(Applications.Empty.class,
					"macula.directory.type=static", settings);
			Applications.Echo echo = client.getBean(RealmClient.class).proxy(Applications.Echo.class, "test.echo");
			assertThat(echo.echo("x")).isEqualTo("echo x");
		}
	}

	@Test
	void fixedInstancesHaveWhatInstancesHave() {
		StaticDirectory directory = fixed("macula.directory.static.services.test.echo[0].endpoint=10.0.0.1:9443",
				"macula.directory.static.services.test.echo[0].zone=",
				"macula.directory.static.services.test.echo[1].endpoint=[2001:db8::2]:9443",
				"macula.directory.static.services.test.echo[1].zone=b",
				"macula.directory.static.services.test.echo[1].weight=7",
				"macula.directory.static.services.test.echo[1].priority=2",
				"macula.directory.static.services.test.echo[1].node-id=node2",
				"macula.directory.static.services.test.echo[1].identity=" + "0a".repeat(32),
				"macula.directory.static.services.test.echo[1].further=192.0.2.1:30443,a.example:2");
		assertThat(directory.watch(ECHO).blockFirst(Duration.ofSeconds(5)).instances()).containsExactly(
				Instance.of("10.0.0.1:9443", new Endpoint("10.0.0.1", 9443)),
				new Instance("node2", 0, Endpoint.parse("[2001:db8::2]:9443"), "b", 2, 7, Map.of(), "0a".repeat(32),
						List.of(new Endpoint("192.0.2.1", 30443), new Endpoint("a.example", 2))));
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			a             | further[0] | host:port
			10.0.0.1:9443 | further[0] | an address beside the first one, which is 10.0.0.1:9443
			a:1,a:1       | further[1] | each address once
			a:1,b:1,c:1,d:1,e:1 | further | at most 4 addresses
			""")
	void furtherAddressesThatCannotBeAreRefused(String further, String key, String allowed) {
		assertThatExceptionOfType(FailureAnalyzedException.class)
			.isThrownBy(() -> fixed("macula.directory.static.services.test.echo[0].endpoint=10.0.0.1:9443",
					"macula.directory.static.services.test.echo[0].node-id=node1",
					"macula.directory.static.services.test.echo[0].further=" + further))
			.satisfies((failure) -> assertThat(failure.analysis().getDescription())
				.contains("macula.directory.static.services.test.echo[0]." + key, allowed));
	}

	private static StaticDirectory fixed(String... settings) {
		MockEnvironment environment = new MockEnvironment();
		for (String setting : settings) {
			environment.setProperty(setting.substring(0, setting.lastIndexOf('=')),
					setting.substring(setting.lastIndexOf('=') + 1));
		}
		MaculaProperties properties = Binder.get(environment).bindOrCreate("macula", MaculaProperties.class);
		return FixedDirectory.of(properties.directory().fixed(), new InvalidSettings(environment));
	}

	@Test
	void fixedInstancesThatCannotBeAreRefused() {
		String key = "macula.directory.static.services.test.echo";
		assertThat(refusal("macula.directory.type=static").getDescription())
			.contains("macula.directory.type = 'static'", "has no effect without macula.directory.static.services");
		assertThat(refusal(key + "=").getDescription()).contains("The setting " + key + " = ''",
				"one or more instances");
		assertThat(refusal(key + "[0].zone=b").getDescription()).contains("The setting " + key + "[0].endpoint = ''",
				"host:port of the instance");
		assertThat(refusal(key + "=10.0.0.1").getDescription()).contains("The setting " + key + "[0] = '10.0.0.1'",
				"set in ");
		assertThat(refusal(key + "=10.0.0.1:1,10.0.0.1:1").getDescription())
			.contains("each instance of a service once");
		assertThat(refusal(key + "[0].endpoint=10.0.0.1:1", key + "[0].weight=0").getDescription())
			.contains("The setting " + key + "[0].weight = '0'", "1 to 10000");
		assertThat(refusal(key + "[0].endpoint=10.0.0.1:1", key + "[0].identity=XY").getDescription())
			.contains("64 lower-case hexadecimal digits");
		assertThat(refusal(key + "[0].endpoint=10.0.0.1:1", key + "[0].identity=" + "0a".repeat(32)).getDescription())
			.contains("has no effect without " + key + "[0].node-id");
		assertThat(refusal(key + "[0].endpoint=10.0.0.1:1", key + "[0].further=10.0.0.2:1").getDescription())
			.contains("The setting " + key + "[0].further", "needs " + key + "[0].node-id, which is not set");
		assertThat(refusal(key + "[0].endpoint=10.0.0.1:1", key + "[0].wieght=5").getAction())
			.contains("Did you mean macula.directory.static.services.<name>[<index>].weight?");
		assertThat(refusal(key + "[0].endpoint=10.0.0.1:1", key + "[0].furter[0]=a:1").getAction())
			.contains("Did you mean macula.directory.static.services.<name>[<index>].");
		assertThat(refusal("macula.directory.static.services[a b][0]=10.0.0.1:1").getDescription())
			.contains("The setting macula.directory.static.services[a b] = 'a b'");
	}

	@Test
	void aProviderNeedsNoListOfItsOwn(CapturedOutput output) {
		ConfigurableApplicationContext provider = this.applications.run(Applications.Provider.class,
				"macula.directory.type=static");
		assertThat(output).contains("macula.directory.static.services lists no instances, so that this node can call"
				+ " nobody by macula.directory.type is static; it is found by nodes that list it");
		int port = provider.getBean(RealmNode.class).port();
		ConfigurableApplicationContext client = this.applications.run(Applications.Empty.class,
				"macula.directory.type=static", "macula.directory.static.services.test.echo=127.0.0.1:" + port);
		Applications.Echo echo = client.getBean(RealmClient.class).proxy(Applications.Echo.class, "test.echo");
		assertThat(echo.echo("x")).isEqualTo("echo x");
	}

	@Test
	void aClientServiceThatNobodyListsIsToldAtStart(CapturedOutput output) {
		this.runner.withUserConfiguration(EchoClient.class)
			.withPropertyValues("macula.directory.type=static", "macula.directory.static.services.test.eco=10.0.0.1:1")
			.run((context) -> assertThat(context).hasNotFailed());
		assertThat(output).contains("Calls of service test.echo find nobody: macula.directory.type is static, and"
				+ " macula.directory.static.services lists test.eco. Did you mean test.eco? Add its instances there");
		this.runner.withUserConfiguration(EchoClient.class)
			.withPropertyValues("macula.directory.type=static,embedded",
					"macula.directory.static.services.other=10.0.0.1:1")
			.run((context) -> assertThat(context).hasNotFailed());
		assertThat(output).doesNotContain("lists other");
	}

	@Test
	void fixedInstancesElsewhereAreNoPlaceForPeersThatAreNotVerified() {
		assertThat(refusal("macula.realm.secret=", "macula.ssl.verify=false", "macula.directory.type=static",
				"macula.directory.static.services.test.echo=10.0.0.1:9443")
			.getDescription()).contains("trusts everybody, and it calls '10.0.0.1:9443', beyond this machine");
		String key = "macula.directory.static.services.test.echo[0]";
		assertThat(refusal("macula.realm.secret=", "macula.ssl.verify=false", "macula.directory.type=static",
				key + ".endpoint=127.0.0.1:9443", key + ".node-id=node1", key + ".further[0]=10.0.0.1:9443")
			.getDescription()).contains("trusts everybody, and it calls '10.0.0.1:9443', beyond this machine");
	}

	@Test
	void severalDirectoriesStandSideBySide() {
		assertThat(engines("macula.directory.type=embedded,static",
				"macula.directory.static.services.test.echo=10.0.0.1:9443"))
			.containsExactly("embedded", "static");
		assertThat(refusal("macula.directory.type=embedded, embedded").getDescription())
			.contains("The setting macula.directory.type[1] = 'embedded'", "each type once");
	}

	@Test
	void anUnknownTypeIsToldTheKnownOnesAndTheirDependencies() {
		FailureAnalysis missing = refusal("macula.directory.type=etcd");
		assertThat(missing.getDescription()).contains("The setting macula.directory.type = 'etcd'",
				"Allowed: one of embedded, static, which are on the class path; further ones by a dependency: kubernetes "
						+ "by io.macula:macula-directory-kubernetes, dns by io.macula:macula-directory-kubernetes, "
						+ "zookeeper by io.macula:macula-directory-zookeeper, etcd by io.macula:macula-directory-etcd, "
						+ "discovery-client by io.macula:macula-directory-spring-cloud");
		assertThat(missing.getAction())
			.isEqualTo("Add the dependency io.macula:macula-directory-etcd, or change macula.directory.type.");
		assertThat(refusal("macula.directory.type=embedded,kubernets").getAction())
			.startsWith("Did you mean kubernetes? Change macula.directory.type[1]");
		assertThat(refusal("macula.directory.type=etdc").getAction())
			.startsWith("Did you mean etcd? Change macula.directory.type");
		assertThat(refusal("macula.directory.type=static", "macula.directory.zookeeper.connect-string=a:1").getAction())
			.isEqualTo("Add the dependency io.macula:macula-directory-zookeeper, or remove the setting.");
	}

	private FailureAnalysis refusal(String... settings) {
		List<FailureAnalysis> analyses = new ArrayList<>();
		this.runner.withPropertyValues(settings).run((context) -> {
			assertThat(context).hasFailed();
			Throwable cause = context.getStartupFailure();
			while (cause != null && !(cause instanceof FailureAnalyzedException)) {
				cause = cause.getCause();
			}
			assertThat(cause).as(NestedExceptionUtils.buildMessage("failure", context.getStartupFailure()))
				.isInstanceOf(FailureAnalyzedException.class);
			analyses.add(((FailureAnalyzedException) cause).analysis());
		});
		return analyses.get(0);
	}

	@Test
	void anEngineOfTheApplicationHasATypeOfItsOwn() {
		ApplicationContextRunner own = this.runner.withUserConfiguration(OwnEngine.class);
		own.run((context) -> assertThat(context).doesNotHaveBean("client"));
		own.withPropertyValues("macula.directory.type=own_map,embedded").run((context) -> {
			assertThat(context).hasBean("client");
			assertThat(context.getBean(RealmNode.class).report().directory().engines())
				.extracting(DirectoryReport::engine)
				.containsExactly("own-map", "embedded");
		});
	}

	@Test
	void anEngineThatRefusesItsSettingsFailsTheStart() {
		this.runner.withUserConfiguration(RefusingEngine.class)
			.withPropertyValues("macula.directory.type=refusing")
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.hasMessage("macula.directory.refusing.port '0' is not valid: expected 1 to 65535"));
	}

	@Test
	void aBeanOfTheApplicationIsTheDirectory(CapturedOutput output) {
		this.runner.withUserConfiguration(OwnDirectory.class)
			.withPropertyValues("macula.directory.type=static")
			.run((context) -> {
				context.getBean(InMemoryDirectory.class)
					.advertise(new Advertisement(Instance.of("a", new Endpoint("10.0.0.1", 1)), Set.of(ECHO),
							Duration.ofSeconds(15)));
				RealmNode node = context.getBean(RealmNode.class);
				node.client().proxy(Applications.Echo.class, "test.echo");
				assertThat(node.report().clients().get(0).instances()).hasSize(1);
			});
		assertThat(output).contains(
				"Bean 'map' is the directory of this node, so that macula.directory.type is static " + "has no effect");
		this.runner.withUserConfiguration(OwnRegistry.class)
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.hasMessageContaining("The bean 'registry' is a Registry, but there is no bean of type"));
	}

	@Test
	void aBeanThatIsAnEngineIsTheDirectory() {
		this.runner.withUserConfiguration(OwnDirectory.class, OwnDirectoryEngine.class)
			.run((context) -> assertThat(context.getBean(RealmNode.class).report().directory().engines()).isEmpty());
	}

	@Test
	void twoEnginesOfOneTypeAreOneTooMany() {
		this.runner.withUserConfiguration(OwnEngine.class, SameType.class)
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.hasMessageContaining("Two beans make directories of type 'own-map'"));
	}

	@Configuration(proxyBeanMethods = false)
	static class OwnEngine {

		@Bean
		DirectoryEngineFactory ownMap() {
			return DirectoryEngineFactory.of("own-map",
					(context) -> DirectoryEngine.of(new InMemoryDirectory(), null, "a map"));
		}

		@Bean
		@ConditionalOnDirectoryType("own-map")
		String client() {
			return "client of a source";
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class EchoClient {

		@Bean
		List<Applications.Echo> echoes(@MaculaClient("test.echo") Applications.Echo echo) {
			return List.of(echo);
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class SameType {

		@Bean
		DirectoryEngineFactory sameType() {
			return DirectoryEngineFactory.of("own-map",
					(context) -> DirectoryEngine.of(new InMemoryDirectory(), null, "a map"));
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class RefusingEngine {

		@Bean
		DirectoryEngineFactory refusing() {
			return DirectoryEngineFactory.of("refusing", (context) -> {
				throw new IllegalArgumentException(
						"macula.directory.refusing.port '0' is not valid: expected 1 to 65535");
			});
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class OwnDirectory {

		@Bean
		InMemoryDirectory map() {
			return new InMemoryDirectory();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class OwnDirectoryEngine {

		@Bean
		DirectoryEngine engine() {
			return DirectoryEngine.of(new InMemoryDirectory(), null, "a map");
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class OwnRegistry {

		@Bean
		Registry registry() {
			return new InMemoryDirectory()::advertise;
		}

	}

}
