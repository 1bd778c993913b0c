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

package io.macula.directory.kubernetes;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.macula.directory.DirectoryEngine;
import io.macula.directory.DirectoryEngineFactory;
import io.macula.directory.DirectoryEngineFactory.Context;
import io.macula.spring.autoconfigure.MaculaAutoConfiguration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.autoconfigure.ssl.SslAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatException;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

@ExtendWith(OutputCaptureExtension.class)
class KubernetesDirectoryAutoConfigurationTests {

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(KubernetesDirectoryAutoConfiguration.class));

	private static DirectoryEngine create(DirectoryEngineFactory factory) {
		return factory.create(new Context(MockApi.REALM, "node", 1, true, null, Duration.ofSeconds(15)));
	}

	@Test
	void bothFactoriesAreThereWhateverTheType() {
		this.runner.run((context) -> {
			assertThat(context.getBeansOfType(DirectoryEngineFactory.class).values()).extracting("type")
				.containsExactlyInAnyOrder("kubernetes", "dns");
			assertThat(context).doesNotHaveBean(KubernetesConnectionDetails.class);
		});
	}

	@Test
	void settingsMakeAnEngineThatReachesNobodyYet() {
		this.runner
			.withPropertyValues("macula.directory.type=kubernetes", "macula.directory.kubernetes.namespace=shop",
					"macula.directory.kubernetes.url=https://127.0.0.1:1", "macula.directory.kubernetes.token=secret")
			.run((context) -> {
				DirectoryEngine engine = create(
						context.getBean("maculaKubernetesDirectory", DirectoryEngineFactory.class));
				assertThat(engine.hint()).contains("namespace 'shop'", "https://127.0.0.1:1");
				assertThat(engine.state().toString()).doesNotContain("secret");
				assertThat(context.getBean(KubernetesProperties.class).toString()).doesNotContain("secret");
				assertThat(context.getBean(KubernetesConnectionDetails.class).getConfig().getOauthToken())
					.isEqualTo("secret");
				engine.close().block();
			});
	}

	@Test
	void detailsOfTheUserTakeThePlaceOfSettings() {
		KubernetesConnectionDetails details = () -> MockApi.config("http://127.0.0.1:1/");
		this.runner.withPropertyValues("macula.directory.type=embedded,kubernetes")
			.withBean(KubernetesConnectionDetails.class, () -> details)
			.run((context) -> {
				assertThat(context.getBean(KubernetesConnectionDetails.class)).isSameAs(details);
				DirectoryEngine engine = create(
						context.getBean("maculaKubernetesDirectory", DirectoryEngineFactory.class));
				assertThat(engine.hint()).contains("http://127.0.0.1:1");
				engine.close().block();
			});
	}

	@Test
	void withoutTheClientThereIsNothing() {
		this.runner.withClassLoader(new FilteredClassLoader(KubernetesClient.class))
			.run((context) -> assertThat(context).doesNotHaveBean(DirectoryEngineFactory.class));
	}

	@Test
	void settingsThatCannotBeAreRefused() {
		refused("macula.directory.kubernetes.namespace 'Not A Namespace' is not valid",
				"macula.directory.kubernetes.namespace=Not A Namespace");
		refused("macula.directory.kubernetes.kubeconfig '/nowhere' is not valid",
				"macula.directory.kubernetes.kubeconfig=/nowhere");
		refused("macula.directory.kubernetes.ssl.bundle 'none' is not valid",
				"macula.directory.kubernetes.ssl.bundle=none");
		refused("macula.directory.kubernetes.services.orders 'No Name' is not valid",
				"macula.directory.kubernetes.services.orders=No Name");
		refused("macula.directory.kubernetes.services[a/b] is of no service: Service name 'a/b' is not valid",
				"macula.directory.kubernetes.services[a/b]=x");
		for (String url : List.of("api:6443", "ftp://api", "https://api:70000", "https://a b")) {
			refused("macula.directory.kubernetes.url '" + url + "' is not valid",
					"macula.directory.kubernetes.url=" + url);
		}
	}

	@Test
	void anUnknownBundleIsRefusedByTheNameOfItsSetting() {
		this.runner.withConfiguration(AutoConfigurations.of(SslAutoConfiguration.class))
			.withPropertyValues("macula.directory.type=kubernetes",
					"macula.directory.kubernetes.url=https://127.0.0.1:1",
					"macula.directory.kubernetes.ssl.bundle=none")
			.run((context) -> assertThatIllegalArgumentException()
				.isThrownBy(() -> create(context.getBean("maculaKubernetesDirectory", DirectoryEngineFactory.class)))
				.withMessageContaining("macula.directory.kubernetes.ssl.bundle 'none' is not valid"));
	}

	/** As placeholders that have no value make them. */
	@Test
	void blankSettingsSetNothing() {
		this.runner
			.withPropertyValues("macula.directory.type=kubernetes",
					"macula.directory.kubernetes.url=https://127.0.0.1:1", "macula.directory.kubernetes.kubeconfig=",
					"macula.directory.kubernetes.token-file= ", "macula.directory.kubernetes.namespace=",
					"macula.directory.kubernetes.context=", "macula.directory.kubernetes.ssl.bundle=")
			.run((context) -> {
				DirectoryEngine engine = create(
						context.getBean("maculaKubernetesDirectory", DirectoryEngineFactory.class));
				assertThat(engine.hint()).contains("namespace 'default'", "https://127.0.0.1:1");
				engine.close().block();
			});
	}

	/** The client would take the current one, which may be of another cluster. */
	@Test
	void anUnknownContextIsRefusedWithThoseThatThereAre(@TempDir Path directory) throws IOException {
		Path kubeconfig = kubeconfig(directory, "test");
		refused("macula.directory.kubernetes.context 'prod' is not valid: expected one of [stage, test], the contexts"
				+ " of kubeconfig " + kubeconfig, kubernetes(kubeconfig, "prod"));
		this.runner.withPropertyValues(kubernetes(kubeconfig, "stage")).run((context) -> {
			DirectoryEngine engine = create(context.getBean("maculaKubernetesDirectory", DirectoryEngineFactory.class));
			assertThat(engine.hint()).contains("https://127.0.0.2:1/");
			engine.close().block();
		});
	}

	@Test
	void aKubeconfigWithoutACurrentContextNeedsOneInTheSettings(@TempDir Path directory) throws IOException {
		Path kubeconfig = kubeconfig(directory, "");
		refused("macula.directory.kubernetes.kubeconfig '" + kubeconfig
				+ "' is not valid: it has no current context: expected one of [stage, test], there or in"
				+ " macula.directory.kubernetes.context", kubernetes(kubeconfig, ""));
		this.runner.withPropertyValues(kubernetes(kubeconfig, "test")).run((context) -> {
			DirectoryEngine engine = create(context.getBean("maculaKubernetesDirectory", DirectoryEngineFactory.class));
			assertThat(engine.hint()).contains("https://127.0.0.1:1/");
			engine.close().block();
		});
	}

	private static Path kubeconfig(Path directory, String current) throws IOException {
		return Files.writeString(directory.resolve("config"), """
				apiVersion: v1
				kind: Config
				clusters:
				- name: one
				  cluster: { server: "https://127.0.0.1:1" }
				- name: two
				  cluster: { server: "https://127.0.0.2:1" }
				contexts:
				- name: test
				  context: { cluster: one, user: me }
				- name: stage
				  context: { cluster: two, user: me }
				users:
				- name: me
				  user: { token: t }
				current-context: "%s"
				""".formatted(current));
	}

	private static String[] kubernetes(Path kubeconfig, String context) {
		return new String[] { "macula.directory.type=kubernetes",
				"macula.directory.kubernetes.kubeconfig=" + kubeconfig,
				"macula.directory.kubernetes.context=" + context };
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			kubernetes.address-family | ipv5 | one of ipv4, ipv6.
			dns.address-family | ipv5 | one of ipv4, ipv6.
			dns.port | x | a whole number of at most 2147483647.
			dns.max-ttl | soon | a duration such as 500ms, 30s or 5m.
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

	/** RFC 6761 says that no name of this domain is ever found. */
	@Test
	void aNameServerThatIsNotFoundIsRefused() {
		nameServerRefused("no.such.invalid:53", "an address, or address:port, since no address is found for that name");
	}

	/** DNS over HTTPS is something else. */
	@Test
	void aNameServerIsNoUrl() {
		nameServerRefused("https://127.0.0.1:53", "an address, or address:port, without a scheme");
	}

	private void nameServerRefused(String server, String expected) {
		this.runner.withPropertyValues("macula.directory.type=dns", "macula.directory.dns.servers=127.0.0.1," + server)
			.run((context) -> assertThatIllegalArgumentException()
				.isThrownBy(() -> create(context.getBean("maculaDnsDirectory", DirectoryEngineFactory.class)))
				.withMessage("macula.directory.dns.servers '" + server + "' is not valid: expected " + expected));
	}

	private void refused(String message, String setting) {
		refused(message, "macula.directory.type=kubernetes", "macula.directory.kubernetes.url=https://127.0.0.1:1",
				setting);
	}

	private void refused(String message, String... settings) {
		this.runner.withPropertyValues(settings)
			.run((context) -> assertThatIllegalArgumentException()
				.isThrownBy(() -> create(context.getBean("maculaKubernetesDirectory", DirectoryEngineFactory.class)))
				.withMessageContaining(message));
	}

	@Configuration(proxyBeanMethods = false)
	@ImportAutoConfiguration({ KubernetesDirectoryAutoConfiguration.class, MaculaAutoConfiguration.class })
	static class Application {

	}

}
