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

package io.macula.directory.etcd;

import java.time.Duration;
import java.util.List;

import io.etcd.jetcd.Client;
import io.macula.Realm;
import io.macula.directory.DirectoryEngine;
import io.macula.directory.DirectoryEngineFactory;
import io.macula.spring.autoconfigure.MaculaAutoConfiguration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.autoconfigure.ssl.SslAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.diagnostics.FailureAnalyzedException;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.NestedExceptionUtils;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatException;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Tests of {@link EtcdDirectoryAutoConfiguration}.
 */
@ExtendWith(OutputCaptureExtension.class)
class EtcdDirectoryAutoConfigurationTests {

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(EtcdDirectoryAutoConfiguration.class, SslAutoConfiguration.class));

	@Test
	void theFactoryIsThereWithoutBeingChosenAndConnectsNowhere() {
		this.runner.run((context) -> {
			assertThat(context).hasBean("maculaEtcdDirectory").doesNotHaveBean(EtcdConnectionDetails.class);
			assertThat(context.getBean(DirectoryEngineFactory.class).type()).isEqualTo("etcd");
		});
	}

	@Test
	void withoutJetcdThereIsNothing() {
		this.runner.withClassLoader(new FilteredClassLoader(Client.class))
			.run((context) -> assertThat(context).doesNotHaveBean(DirectoryEngineFactory.class));
	}

	@Test
	void settingsReachTheEngine() {
		this.runner
			.withPropertyValues("macula.directory.type=embedded,etcd",
					"macula.directory.etcd.endpoints=http://10.0.0.1:2379,http://[::1],etcd-2:99",
					"macula.directory.etcd.prefix=/company/macula", "macula.directory.etcd.username=node",
					"macula.directory.etcd.password=secret", "macula.directory.etcd.timeout=500ms")
			.run((context) -> {
				EtcdSettings settings = settings(context);
				assertThat(settings.servers()).containsExactly("10.0.0.1:2379", "[::1]:2379", "etcd-2:99");
				assertThat(settings.prefix()).isEqualTo("/company/macula");
				assertThat(settings.username()).isEqualTo("node");
				assertThat(settings.password()).isEqualTo("secret");
				assertThat(settings.timeout()).isEqualTo(Duration.ofMillis(500));
				assertThat(settings.tls()).isNull();
				assertThat(settings.toString()).doesNotContain("secret");
				DirectoryEngine engine = create(context);
				assertThat(engine.hint()).contains("10.0.0.1:2379", "/company/macula/shop/").doesNotContain("secret");
				engine.close().block(Duration.ofSeconds(5));
			});
	}

	@Test
	void detailsOfTheApplicationGoFirst() {
		this.runner.withPropertyValues("macula.directory.type=etcd", "macula.directory.etcd.endpoints=http://unused:1")
			.withBean(EtcdConnectionDetails.class, () -> () -> List.of("http://10.9.9.9:2379"))
			.run((context) -> assertThat(settings(context).servers()).containsExactly("10.9.9.9:2379"));
	}

	@Test
	void whatIsNotValidIsNamed() {
		refused("macula.directory.etcd.endpoints 'ftp://x' is not valid: expected a URL such as http://10.0.0.1:2379",
				"macula.directory.etcd.endpoints=ftp://x");
		refused("'http://a:70000' is not valid", "macula.directory.etcd.endpoints=http://a:70000");
		refused("macula.directory.etcd.endpoints 'http://b:1' is not valid: expected https, as in 'https://a:1'",
				"macula.directory.etcd.endpoints=https://a:1,http://b:1");
		refused("macula.directory.etcd.endpoints is empty", "macula.directory.etcd.endpoints=");
		refused("macula.directory.etcd.prefix 'macula/' is not valid", "macula.directory.etcd.prefix=macula/");
		refused("macula.directory.etcd.password is missing: expected it beside macula.directory.etcd.username",
				"macula.directory.etcd.username=a");
		refused("macula.directory.etcd.timeout '1ms' is not valid: expected 100ms to 1m",
				"macula.directory.etcd.timeout=1ms");
		refused("macula.directory.etcd.ssl.bundle 'nosuch' is not valid: expected the name of a bundle",
				"macula.directory.etcd.ssl.bundle=nosuch", "macula.directory.etcd.endpoints=https://a:1");
	}

	@ParameterizedTest
	@CsvSource({ "endpoint, endpoints", "user, username", "ssl.bundles, ssl.bundle" })
	void aMisspeltSettingIsRefusedWithTheNearestOne(String misspelt, String nearest) {
		this.runner.withConfiguration(AutoConfigurations.of(MaculaAutoConfiguration.class))
			.withPropertyValues("macula.realm.name=shop",
					"macula.realm.secret=0123456789abcdef0123456789abcdef0123456789", "macula.directory.type=etcd",
					"macula.directory.etcd." + misspelt + "=http://x:1")
			.run((context) -> {
				Throwable failure = NestedExceptionUtils.getMostSpecificCause(context.getStartupFailure());
				assertThat(failure).isInstanceOfSatisfying(FailureAnalyzedException.class, (refused) -> {
					assertThat(refused.analysis().getDescription())
						.contains("There is no setting macula.directory.etcd." + misspelt);
					assertThat(refused.analysis().getAction())
						.contains("Did you mean macula.directory.etcd." + nearest + "?");
				});
			});
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			etcd.timeout | soon | a duration such as 500ms, 30s or 5m.
			""")
	void whatIsOfAnotherTypeIsExplained(String setting, String value, String allowed, CapturedOutput output) {
		String key = "macula.directory." + setting;
		assertThatException()
			.isThrownBy(() -> new SpringApplicationBuilder(Application.class).web(WebApplicationType.NONE)
				.run("--macula.realm.name=test", "--" + key + "=" + value));
		assertThat(output)
			.contains("The setting " + key + " = '" + value + "', set in \"" + key
					+ "\" from property source \"commandLineArgs\", is not valid. Allowed: " + allowed)
			.contains("Change " + key + " to what is allowed: " + allowed)
			.doesNotContain("Reason: ");
	}

	@Test
	void whatIsRefusedIsToldWithItsPlace() {
		this.runner.withConfiguration(AutoConfigurations.of(MaculaAutoConfiguration.class))
			.withPropertyValues("macula.realm.name=shop",
					"macula.realm.secret=Vq3kT8RzX1mWc7Jp0LdYs5HbN2gTf9QeAu6Ko4Ei+rM=", "macula.directory.type=etcd",
					"macula.directory.etcd.endpoints[0]=http://a:1", "macula.directory.etcd.endpoints[1]=ftp://b:1")
			.run((context) -> assertThat(context.getStartupFailure()).rootCause()
				.hasMessageStartingWith("macula.directory.etcd.endpoints 'ftp://b:1' is not valid")
				.satisfies((refused) -> assertThat(context.getStartupFailure()).hasStackTraceContaining(
						"The setting macula.directory.etcd.endpoints = 'ftp://b:1', set in \"macula.directory.etcd.endpoints[1]\" from property source")));
	}

	private void refused(String message, String... settings) {
		this.runner.withPropertyValues("macula.directory.type=etcd")
			.withPropertyValues(settings)
			.run((context) -> assertThatIllegalArgumentException().isThrownBy(() -> create(context))
				.withMessageContaining(message));
	}

	private static EtcdSettings settings(ApplicationContext context) {
		return EtcdDirectoryAutoConfiguration.settings(context.getBean(EtcdConnectionDetails.class),
				context.getBean(EtcdProperties.class));
	}

	private static DirectoryEngine create(ApplicationContext context) {
		return context.getBean(DirectoryEngineFactory.class)
			.create(new DirectoryEngineFactory.Context(new Realm("shop"), "a", 1, true, null, Duration.ofSeconds(15)));
	}

	@Configuration(proxyBeanMethods = false)
	@ImportAutoConfiguration({ EtcdDirectoryAutoConfiguration.class, MaculaAutoConfiguration.class })
	static class Application {

	}

}
