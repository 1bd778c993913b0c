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

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import io.macula.Code;
import io.macula.Endpoint;
import io.macula.RpcException;
import io.macula.ServiceName;
import io.macula.node.RealmNode;
import io.macula.operations.NodeAddress;
import io.macula.operations.NodeStatus;
import io.macula.operations.OperationsClient;
import io.macula.tls.PeerAuthorizer;
import io.macula.tls.PeerIdentity;
import io.macula.tls.PeerList;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.ssl.SslAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.diagnostics.FailureAnalyzedException;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.core.NestedExceptionUtils;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatNoException;

/**
 * Tests of {@link Authorization}: two certificates of one authority, in applications.
 */
@ExtendWith(OutputCaptureExtension.class)
class AuthorizationTests {

	@TempDir
	private static Path directory;

	@BeforeAll
	static void makeCertificates() throws Exception {
		keytool("ca", "-genkeypair", "-alias", "ca", "-dname", "CN=ca", "-ext", "bc:c", "-keyalg", "EC", "-groupname",
				"secp256r1");
		keytool("ca", "-exportcert", "-alias", "ca", "-file", file("ca.cer"));
		keytool("trust", "-importcert", "-alias", "ca", "-noprompt", "-file", file("ca.cer"));
		for (String name : List.of("orders", "web")) {
			keytool(name, "-genkeypair", "-alias", "node", "-dname", "CN=" + name, "-keyalg", "EC", "-groupname",
					"secp256r1");
			keytool(name, "-certreq", "-alias", "node", "-file", file(name + ".csr"));
			keytool("ca", "-gencert", "-alias", "ca", "-infile", file(name + ".csr"), "-outfile", file(name + ".cer"),
					"-ext", "san=uri:spiffe://shop/" + name + ",ip:127.0.0.1");
			keytool(name, "-importcert", "-alias", "ca", "-noprompt", "-file", file("ca.cer"));
			keytool(name, "-importcert", "-alias", "node", "-file", file(name + ".cer"));
		}
	}

	private static String file(String name) {
		return directory.resolve(name).toString();
	}

	private static void keytool(String store, String... arguments) throws Exception {
		List<String> command = new ArrayList<>(
				List.of(Path.of(System.getProperty("java.home"), "bin", "keytool").toString()));
		command.addAll(List.of(arguments));
		command.addAll(List.of("-storetype", "PKCS12", "-storepass", "changeit", "-keystore", file(store + ".p12")));
		assertThat(new ProcessBuilder(command).inheritIO().start().waitFor()).isZero();
	}

	@Test
	void allowListsSayWhoMayCallAndWhoMayProvide() {
		calls("--macula.security.allow-call.test.orders=spiffe://shop/web", null);
		calls("--macula.security.allow-call[test.*][0]=*.example.org", Code.PERMISSION_DENIED,
				"--macula.security.allow-call[test.*][1]=spiffe://shop/orders");
		calls("--macula.security.allow-call[test.*][0]=*.example.org", null,
				"--macula.security.allow-call[test.*][1]=spiffe://shop/w*");
		calls("--macula.security.allow-call.test.ordres=*", Code.PERMISSION_DENIED);
		calls("--macula.security.allow-provide.test.orders=spiffe://shop/orders", null);
		calls("--macula.security.allow-provide.test.orders=spiffe://shop/web", Code.UNAUTHENTICATED);
	}

	@Test
	void operationsAreAllowedByIdentity() {
		operate(null, "--macula.operations.access=write",
				"--macula.operations.allow-read=spiffe://shop/web,spiffe://shop/batch",
				"--macula.operations.allow-write=spiffe://shop/web");
		operate("its macula.operations.allow-write does not name this caller", "--macula.operations.access=write",
				"--macula.operations.allow-write=spiffe://shop/orders");
		operate("since its macula.operations.access is 'read'; expected 'write'");
		operate("since its macula.operations.access is 'none'", "--macula.operations.access=none");
	}

	private static void operate(String refusal, String... settings) {
		List<String> all = new ArrayList<>(List.of(settings));
		all.add("--spring.application.name=shop");
		all.add("--spring.application.version=1.2");
		try (ConfigurableApplicationContext provider = run("orders", MaculaAutoConfigurationTests.Provider.class,
				all)) {
			RealmNode node = provider.getBean(RealmNode.class);
			all.add("--macula.realm.seeds=127.0.0.1:" + node.port());
			try (ConfigurableApplicationContext client = run("web", MaculaAutoConfigurationTests.Client.class, all)) {
				OperationsClient operations = client.getBean(RealmNode.class).operations();
				NodeAddress address = NodeAddress.of(new Endpoint("127.0.0.1", node.port()));
				if (refusal != null) {
					assertThatExceptionOfType(RpcException.class)
						.isThrownBy(() -> operations.weight(address, 5).block())
						.withMessageContaining(refusal)
						.satisfies((ex) -> assertThat(ex.code()).isEqualTo(Code.PERMISSION_DENIED));
					return;
				}
				operations.weight(address, 5).block();
				NodeStatus status = operations.report(address).block();
				assertThat(status.life().weight()).isEqualTo(5);
				assertThat(status.node().application()).isEqualTo("shop");
				assertThat(status.node().applicationVersion()).isEqualTo("1.2");
			}
		}
	}

	/** Both applications have the same settings, as from one configuration server. */
	private static void calls(String setting, Code expected, String... more) {
		List<String> settings = new ArrayList<>(List.of(more));
		settings.add(setting);
		try (ConfigurableApplicationContext provider = run("orders", MaculaAutoConfigurationTests.Provider.class,
				settings)) {
			settings.add("--macula.realm.seeds=127.0.0.1:" + provider.getBean(RealmNode.class).port());
			try (ConfigurableApplicationContext client = run("web", MaculaAutoConfigurationTests.Client.class,
					settings)) {
				Orders orders = client.getBean(MaculaAutoConfigurationTests.Shop.class).orders;
				if (expected == null) {
					assertThatNoException().as(setting).isThrownBy(() -> orders.search("1"));
					return;
				}
				assertThatExceptionOfType(RpcException.class).as(setting)
					.isThrownBy(() -> orders.search("1"))
					.satisfies((ex) -> assertThat(ex.status().code()).isEqualTo(expected));
				RealmNode refusing = ((expected == Code.PERMISSION_DENIED) ? provider : client)
					.getBean(RealmNode.class);
				assertThat(refusing.report().refusedPeers()).singleElement()
					.satisfies((refusals) -> assertThat(refusals.peer()).startsWith("spiffe://shop/"));
			}
		}
	}

	@Test
	void aServiceThatNoListMatchesIsToldWhenItIsProvidedOrCalled(CapturedOutput output) {
		List<String> settings = List.of("--macula.security.allow-call.test.ordres=*",
				"--macula.security.allow-provide[shop.*]=*");
		try (ConfigurableApplicationContext provider = run("orders", MaculaAutoConfigurationTests.Provider.class,
				settings);
				ConfigurableApplicationContext client = run("web", MaculaAutoConfigurationTests.Client.class,
						settings)) {
			assertThat(output)
				.containsOnlyOnce("No list of macula.security.allow-call is for service 'test.orders', which this node "
						+ "provides, so that every call of it is refused: allow it by macula.security.allow-call."
						+ "test.orders, or by a list for all others, [*], or correct the name of a list")
				.containsOnlyOnce("No list of macula.security.allow-provide is for service 'test.orders', which this "
						+ "node calls, so that no instance of it is called: ");
			assertThat(provider.getBean(RealmNode.class).report().allowLists())
				.contains(new PeerList("test.orders", "call", "(none)"));
			assertThat(client.getBean(RealmNode.class).report().allowLists())
				.contains(new PeerList("test.orders", "provide", "(none)"));
		}
	}

	@Test
	void anAuthorizerBeanAndTheListsMustBothAllow() {
		try (ConfigurableApplicationContext provider = run("orders", Guarded.class,
				List.of("--macula.security.allow-call[*]=*"));
				ConfigurableApplicationContext client = run("web", MaculaAutoConfigurationTests.Client.class,
						List.of("--macula.realm.seeds=127.0.0.1:" + provider.getBean(RealmNode.class).port()))) {
			assertThatExceptionOfType(RpcException.class)
				.isThrownBy(() -> client.getBean(MaculaAutoConfigurationTests.Shop.class).orders.search("1"))
				.withMessageContaining("peer spiffe://shop/web (identity ");
		}
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', value = {
			"macula.security.allow-call.shop.orders=spiffe://shop* | The setting macula.security.allow-call.shop.orders = 'spiffe://shop*', set in | a URI such as spiffe://shop/orders",
			"macula.security.allow-provide[sh*op]=* | The setting macula.security.allow-provide[sh*op] = '*' | the name of a service, the beginning of one and *",
			"macula.security.allow-call.shop.*=spiffe://shop/web | The setting macula.security.allow-call.shop.*, set in | Write \"[shop.*]\" as the key below macula.security.allow-call in YAML",
			"macula.security.allow-provide.shop*[0]=spiffe://shop/web | The setting macula.security.allow-provide.shop*[0], set in | Write \"[shop*]\" as the key below macula.security.allow-provide in YAML",
			"macula.security.allowCall.shop/orders=* | The setting macula.security.allowCall.shop/orders, set in | Write \"[shop/orders]\" as the key below macula.security.allow-call in YAML",
			"macula.security.allow-call.shop.=* | The setting macula.security.allow-call.shop., set in | Write \"[shop.*]\" as the key",
			"macula.security.allow-call[shop.]=* | The setting macula.security.allow-call[shop.] = '*' | the beginning of one and *",
			"macula.security.alow-call.shop.orders=* | There is no setting macula.security.alow-call.shop.orders | macula.security.allow-call" })
	void whatIsNoListIsRefusedAtTheStart(String setting, String description, String remedy) {
		new ApplicationContextRunner()
			.withConfiguration(AutoConfigurations.of(MaculaAutoConfiguration.class, SslAutoConfiguration.class))
			.withPropertyValues("macula.realm.secret=Vq3kT8RzX1mWc7Jp0LdYs5HbN2gTf9QeAu6Ko4Ei+rM=", setting)
			.run((context) -> {
				FailureAnalyzedException failure = null;
				for (Throwable cause = context.getStartupFailure(); cause != null; cause = cause.getCause()) {
					failure = (cause instanceof FailureAnalyzedException analyzed) ? analyzed : failure;
				}
				assertThat(failure).as(String.valueOf(NestedExceptionUtils.getRootCause(context.getStartupFailure())))
					.isNotNull();
				assertThat(failure.analysis().getDescription()).startsWith(description);
				assertThat(failure.analysis().getAction()).contains(remedy);
			});
	}

	private static ConfigurableApplicationContext run(String name, Class<?> configuration, List<String> more) {
		String prefix = "--spring.ssl.bundle.jks.node.";
		List<String> arguments = new ArrayList<>(
				List.of("--macula.realm.name=test", "--macula.provider.port=0", "--macula.provider.address=127.0.0.1",
						"--macula.provider.advertised-host=127.0.0.1", "--macula.provider.grace=1s",
						"--macula.ssl.bundle=node", prefix + "keystore.location=file:" + file(name + ".p12"),
						prefix + "keystore.password=changeit", prefix + "keystore.type=PKCS12",
						prefix + "key.alias=node", prefix + "truststore.location=file:" + file("trust.p12"),
						prefix + "truststore.password=changeit", prefix + "truststore.type=PKCS12"));
		arguments.addAll(more);
		return new SpringApplicationBuilder(configuration).web(WebApplicationType.NONE)
			.run(arguments.toArray(String[]::new));
	}

	@Configuration(proxyBeanMethods = false)
	@Import(MaculaAutoConfigurationTests.Provider.class)
	static class Guarded {

		@Bean
		PeerAuthorizer nobody() {
			return new PeerAuthorizer() {

				@Override
				public boolean mayCall(PeerIdentity peer, ServiceName service) {
					return false;
				}

			};
		}

	}

}
