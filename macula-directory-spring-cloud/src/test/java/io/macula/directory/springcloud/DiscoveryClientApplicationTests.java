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

package io.macula.directory.springcloud;

import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import io.macula.client.RealmClient;
import io.macula.directory.DirectoryEngineFactory;
import io.macula.node.RealmNode;
import io.macula.spring.autoconfigure.MaculaAutoConfiguration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.autoconfigure.context.LifecycleAutoConfiguration;
import org.springframework.boot.autoconfigure.ssl.SslAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.cloud.client.discovery.DiscoveryClient;
import org.springframework.cloud.client.discovery.composite.CompositeDiscoveryClient;
import org.springframework.cloud.client.discovery.composite.CompositeDiscoveryClientAutoConfiguration;
import org.springframework.cloud.client.discovery.simple.SimpleDiscoveryClientAutoConfiguration;
import org.springframework.cloud.commons.util.UtilAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatException;

/**
 * Applications whose directory is what Spring Cloud's simple client has in its settings.
 */
@Timeout(120)
@ExtendWith(OutputCaptureExtension.class)
class DiscoveryClientApplicationTests {

	private static final String SECRET = "macula.realm.secret="
			+ Base64.getEncoder().encodeToString("a secret of thirty-two characters".getBytes());

	private final List<ConfigurableApplicationContext> started = new ArrayList<>();

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(DiscoveryClientAutoConfiguration.class, MaculaAutoConfiguration.class,
				SslAutoConfiguration.class))
		.withPropertyValues("macula.realm.name=test", SECRET);

	@AfterEach
	void close() {
		for (int i = this.started.size() - 1; i >= 0; i--) {
			this.started.get(i).close();
		}
	}

	@Test
	void aClientCallsWhatMetadataTell() {
		int port = run(Applications.Provider.class).getBean(RealmNode.class).port();
		ConfigurableApplicationContext client = run(Applications.Client.class,
				"spring.cloud.discovery.client.simple.instances.shop[0].uri=http://127.0.0.1:1",
				"spring.cloud.discovery.client.simple.instances.shop[0].metadata.macula-services=test.echo",
				"spring.cloud.discovery.client.simple.instances.shop[0].metadata.macula-port=" + port);
		assertThat(echo(client)).isEqualTo("echo x");
	}

	@Test
	void aClientCallsAnApplicationThatSettingsName() {
		int port = run(Applications.Provider.class).getBean(RealmNode.class).port();
		ConfigurableApplicationContext client = run(Applications.Client.class,
				"spring.cloud.discovery.client.simple.instances.shop[0].uri=http://127.0.0.1:1",
				"macula.directory.discovery-client.applications[test.echo]=shop",
				"macula.directory.discovery-client.port=" + port);
		assertThat(echo(client)).isEqualTo("echo x");
	}

	@Test
	void ofTwoImplementationsBothAreAsked() {
		int port = run(Applications.Provider.class).getBean(RealmNode.class).port();
		ConfigurableApplicationContext client = new SpringApplicationBuilder(Applications.Client.class, Second.class,
				Setup.class)
			.web(WebApplicationType.NONE)
			.properties("macula.realm.name=test", SECRET, "macula.directory.type=discovery-client",
					"spring.main.banner-mode=off", "spring.cloud.discovery.client.simple.instances.a[0].uri=http://x:1")
			.run();
		this.started.add(client);
		assertThat(client.getBean(CompositeDiscoveryClient.class).getDiscoveryClients()).hasSize(2);
		client.getBean(TestRegistry.class)
			.put("shop", "1", Map.of("macula-services", "test.echo", "macula-host", "127.0.0.1", "macula-port",
					String.valueOf(port)));
		assertThat(echo(client)).isEqualTo("echo x");
		assertThat(client.getBean(RealmNode.class).report().directory().engines().get(0).details().get("client"))
			.contains("the registry of the test")
			.contains("Simple Discovery Client");
	}

	@Test
	void anApplicationStartsWhileItsRegistryCannotBeReachedAndSaysSo() {
		ConfigurableApplicationContext client = new SpringApplicationBuilder(Applications.Client.class,
				Unreachable.class, Setup.class)
			.web(WebApplicationType.NONE)
			.properties("macula.realm.name=test", SECRET, "macula.directory.type=discovery-client",
					"spring.main.banner-mode=off")
			.run();
		this.started.add(client);
		RealmNode node = client.getBean(RealmNode.class);
		Awaitility.await()
			.until(() -> String.valueOf(node.report().directory().fault()).contains("connection refused"));
		assertThat(node.report().directory().engines().get(0).reachable()).isFalse();
	}

	@Test
	void withoutAnyImplementationTheStartFailsAndNamesTheDependency() {
		this.runner
			.withConfiguration(AutoConfigurations.of(UtilAutoConfiguration.class,
					SimpleDiscoveryClientAutoConfiguration.class, CompositeDiscoveryClientAutoConfiguration.class))
			.withPropertyValues("macula.directory.type=discovery-client")
			.run((context) -> assertThat(causes(context.getStartupFailure()))
				.contains("the only DiscoveryClient is the simple one")
				.contains("spring-cloud-starter-netflix-eureka-client")
				.contains("spring.cloud.discovery.client.simple.instances"));
	}

	@Test
	void anotherTypeMakesNothingOfIt() {
		this.runner.withPropertyValues("macula.directory.discovery-client.interval=7s").run((context) -> {
			assertThat(context).hasNotFailed();
			assertThat(context.getBean("maculaDiscoveryClientDirectory", DirectoryEngineFactory.class).type())
				.isEqualTo("discovery-client");
			assertThat(context).doesNotHaveBean(SpringCloudDirectory.class).doesNotHaveBean(DiscoveryEvents.class);
		});
		this.runner.withClassLoader(new FilteredClassLoader(DiscoveryClient.class))
			.run((context) -> assertThat(context).doesNotHaveBean("maculaDiscoveryClientDirectory"));
	}

	@Test
	void settingsThatCannotBeFailTheStartWithTheirNames() {
		assertThat(failure("interval=1ms")).contains("macula.directory.discovery-client.interval '1ms' is not valid",
				"macula.directory.discovery-client.interval = '1ms', set in ");
		assertThat(failure("timeout=2h")).contains("macula.directory.discovery-client.timeout");
		assertThat(failure("port=70000")).contains("macula.directory.discovery-client.port '70000'");
		assertThat(failure("reactive=true")).contains("no bean of type ReactiveDiscoveryClient");
		assertThat(failure("applications[a/b]=x")).contains("macula.directory.discovery-client.applications")
			.contains("a/b");
		this.runner.withPropertyValues("macula.directory.type=discovery-client")
			.run((context) -> assertThat(causes(context.getStartupFailure()))
				.contains("there is no bean of type DiscoveryClient"));
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			discovery-client.interval | soon | a duration such as 500ms, 30s or 5m.
			discovery-client.port | x | a whole number of at most 2147483647.
			discovery-client.register | perhaps | true or false.
			""")
	void whatIsOfAnotherTypeIsExplained(String setting, String value, String allowed, CapturedOutput output) {
		String key = "macula.directory." + setting;
		assertThatException().isThrownBy(() -> run(Applications.Client.class, key + "=" + value));
		assertThat(output)
			.contains("The setting " + key + " = '" + value + "', set in \"" + key
					+ "\" from property source \"commandLineArgs\", is not valid. Allowed: " + allowed)
			.contains("Change " + key + " to what is allowed: " + allowed)
			.doesNotContain("Reason: ");
	}

	private String failure(String setting) {
		List<String> messages = new ArrayList<>();
		this.runner
			.withConfiguration(AutoConfigurations.of(UtilAutoConfiguration.class,
					SimpleDiscoveryClientAutoConfiguration.class, CompositeDiscoveryClientAutoConfiguration.class))
			.withPropertyValues("macula.directory.type=discovery-client",
					"macula.directory.discovery-client." + setting)
			.run((context) -> messages.add(causes(context.getStartupFailure())));
		return messages.get(0);
	}

	private static String causes(Throwable failure) {
		List<String> messages = new ArrayList<>();
		for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
			messages.add(String.valueOf(cause.getMessage()));
		}
		return String.join("\n", messages);
	}

	private static String echo(ConfigurableApplicationContext client) {
		return client.getBean(RealmClient.class).proxy(Applications.Echo.class, "test.echo").echo("x");
	}

	private ConfigurableApplicationContext run(Class<?> configuration, String... settings) {
		String[] arguments = Stream.of(settings).map((setting) -> "--" + setting).toArray(String[]::new);
		ConfigurableApplicationContext context = new SpringApplicationBuilder(configuration, Setup.class)
			.web(WebApplicationType.NONE)
			.properties("macula.realm.name=test", SECRET, "macula.provider.port=0", "macula.provider.address=127.0.0.1",
					"macula.provider.grace=2s", "macula.directory.type=discovery-client", "spring.main.banner-mode=off",
					"spring.jmx.enabled=false")
			.run(arguments);
		this.started.add(context);
		return context;
	}

	@Configuration(proxyBeanMethods = false)
	@ImportAutoConfiguration({ DiscoveryClientAutoConfiguration.class, MaculaAutoConfiguration.class,
			SslAutoConfiguration.class, LifecycleAutoConfiguration.class, SimpleDiscoveryClientAutoConfiguration.class,
			CompositeDiscoveryClientAutoConfiguration.class, UtilAutoConfiguration.class })
	static class Setup {

	}

	/** Another implementation beside the simple one. */
	@Configuration(proxyBeanMethods = false)
	static class Second {

		@Bean
		TestRegistry second() {
			return new TestRegistry();
		}

	}

	/** One that does not answer. */
	@Configuration(proxyBeanMethods = false)
	static class Unreachable {

		@Bean
		TestRegistry unreachable() {
			TestRegistry registry = new TestRegistry();
			registry.fail(new IllegalStateException("connection refused"));
			return registry;
		}

	}

}
