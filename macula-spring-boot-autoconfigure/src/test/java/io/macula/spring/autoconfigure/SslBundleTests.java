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
import java.util.Collections;
import java.util.List;

import io.macula.node.RealmNode;
import io.macula.tls.InsecureTls;
import io.macula.tls.TlsContexts;
import io.netty.handler.codec.quic.QuicSslContext;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.ssl.SslAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.diagnostics.FailureAnalyzedException;
import org.springframework.boot.ssl.SslBundle;
import org.springframework.boot.ssl.SslBundleRegistry;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.NestedExceptionUtils;

import static org.assertj.core.api.Assertions.assertThat;

class SslBundleTests {

	@TempDir
	private Path directory;

	private Path store;

	@BeforeEach
	void createStore() throws Exception {
		this.store = this.directory.resolve("node.p12");
		Process keytool = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
				"-genkeypair", "-alias", "node", "-keyalg", "EC", "-groupname", "secp256r1", "-dname", "CN=node",
				"-ext", "san=ip:127.0.0.1", "-storetype", "PKCS12", "-storepass", "changeit", "-keystore",
				this.store.toString())
			.inheritIO()
			.start();
		assertThat(keytool.waitFor()).isZero();
	}

	@Test
	void nodesTrustEachOtherByTheirBundles() {
		try (ConfigurableApplicationContext provider = run(MaculaAutoConfigurationTests.Provider.class);
				ConfigurableApplicationContext client = run(MaculaAutoConfigurationTests.Client.class,
						"--macula.realm.seeds=127.0.0.1:" + provider.getBean(RealmNode.class).port())) {
			assertThat(client.getBean(MaculaAutoConfigurationTests.Shop.class).orders.search("1"))
				.contains(OrdersBean.ORDER);
			assertThat(client.getBean(RealmNode.class).report().security()).contains("SSL bundle 'node'");
		}
	}

	@Test
	void anUpdatedBundleIsUsedWithoutARestart() {
		try (ConfigurableApplicationContext context = run(MaculaAutoConfigurationTests.Provider.class)) {
			TlsContexts tls = context.getBean(TlsContexts.class);
			QuicSslContext before = tls.client();
			SslBundle bundle = context.getBean(SslBundles.class).getBundle("node");
			context.getBean(SslBundleRegistry.class).updateBundle("node", bundle);
			assertThat(tls.client()).isNotSameAs(before);
		}
	}

	@Test
	void anUnknownBundleIsRefusedWithTheNamesOfTheOthers() {
		runner().withPropertyValues("macula.ssl.bundle=shop")
			.run((context) -> assertThat(context).getFailure()
				.hasStackTraceContaining("one of the bundles under spring.ssl.bundle: node"));
	}

	@Test
	void verificationCanBeSwitchedOff() {
		runner().withPropertyValues("macula.ssl.verify=false").run((context) -> {
			assertThat(context.getBean(TlsContexts.class)).isInstanceOf(InsecureTls.class);
			assertThat(context.getBean(RealmNode.class).report().security()).contains("verification of peers is off");
		});
	}

	@ParameterizedTest
	@CsvSource({ "macula.ssl.peer-name, nodes.shop.example", "macula.ssl.verify-host, false" })
	void whatHasNoEffectWithoutABundleIsRefused(String key, String value) {
		ApplicationContextRunner runner = new ApplicationContextRunner()
			.withConfiguration(AutoConfigurations.of(MaculaAutoConfiguration.class, SslAutoConfiguration.class))
			.withPropertyValues("macula.realm.secret=a secret for tests only", key + "=" + value);
		runner.run((context) -> {
			FailureAnalyzedException failure = (FailureAnalyzedException) NestedExceptionUtils
				.getMostSpecificCause(context.getStartupFailure());
			assertThat(failure.analysis().getDescription())
				.startsWith("The setting " + key + " = '" + value + "', set in ")
				.endsWith(" has no effect without macula.ssl.bundle: trust comes from the realm's secret, whose"
						+ " certificates name no host.");
			assertThat(failure.analysis().getAction()).isEqualTo("Set macula.ssl.bundle, or remove " + key + ".");
		});
		runner.withPropertyValues("macula.ssl.verify=false").run((context) -> assertThat(context).hasNotFailed());
		runner().withPropertyValues(key + "=" + value).run((context) -> assertThat(context).hasNotFailed());
	}

	private ApplicationContextRunner runner() {
		return new ApplicationContextRunner()
			.withConfiguration(AutoConfigurations.of(MaculaAutoConfiguration.class, SslAutoConfiguration.class))
			.withPropertyValues(settings().toArray(String[]::new));
	}

	private ConfigurableApplicationContext run(Class<?> configuration, String... more) {
		List<String> arguments = new ArrayList<>();
		settings().forEach((setting) -> arguments.add("--" + setting));
		Collections.addAll(arguments, more);
		return new SpringApplicationBuilder(configuration).web(WebApplicationType.NONE)
			.run(arguments.toArray(String[]::new));
	}

	private List<String> settings() {
		String prefix = "spring.ssl.bundle.jks.node.";
		return List.of("macula.realm.name=test", "macula.provider.port=0", "macula.provider.address=127.0.0.1",
				"macula.provider.advertised-host=127.0.0.1", "macula.provider.grace=1s", "macula.ssl.bundle=node",
				prefix + "keystore.location=file:" + this.store, prefix + "keystore.password=changeit",
				prefix + "keystore.type=PKCS12", prefix + "truststore.location=file:" + this.store,
				prefix + "truststore.password=changeit", prefix + "truststore.type=PKCS12");
	}

}
