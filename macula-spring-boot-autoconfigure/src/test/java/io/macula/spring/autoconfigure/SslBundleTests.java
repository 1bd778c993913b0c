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
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.List;

import io.macula.node.RealmNode;
import io.macula.tls.InsecureTls;
import io.macula.tls.TlsContexts;
import io.netty.handler.codec.quic.QuicSslContext;
import org.junit.jupiter.api.BeforeEach;
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
import org.springframework.boot.ssl.SslBundle;
import org.springframework.boot.ssl.SslBundleRegistry;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.boot.ssl.jks.JksSslStoreBundle;
import org.springframework.boot.ssl.jks.JksSslStoreDetails;
import org.springframework.boot.ssl.pem.PemSslStoreBundle;
import org.springframework.boot.ssl.pem.PemSslStoreDetails;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.NestedExceptionUtils;

import static org.assertj.core.api.Assertions.assertThat;

@ExtendWith(OutputCaptureExtension.class)
class SslBundleTests {

	@TempDir
	private Path directory;

	private Path store;

	@BeforeEach
	void createStore() throws Exception {
		this.store = store("node.p12");
	}

	private Path store(String name) throws Exception {
		Path store = this.directory.resolve(name);
		Process keytool = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
				"-genkeypair", "-alias", "node", "-keyalg", "EC", "-groupname", "secp256r1", "-dname", "CN=node",
				"-ext", "san=ip:127.0.0.1", "-storetype", "PKCS12", "-storepass", "changeit", "-keystore",
				store.toString())
			.inheritIO()
			.start();
		assertThat(keytool.waitFor()).isZero();
		return store;
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
	void whenAKeyIsRenewedBeforeItsCertificateThenThePresentPairStays(CapturedOutput output) throws Exception {
		try (ConfigurableApplicationContext context = run(MaculaAutoConfigurationTests.Provider.class)) {
			TlsContexts tls = context.getBean(TlsContexts.class);
			QuicSslContext before = tls.client();
			SslBundleRegistry registry = context.getBean(SslBundleRegistry.class);
			SslBundle torn = torn();
			SslBundle good = context.getBean(SslBundles.class).getBundle("node");
			registry.updateBundle("node", torn);
			registry.updateBundle("node", torn);
			assertThat(tls.client()).isSameAs(before);
			assertThat(output).containsOnlyOnce("WARN")
				.containsOnlyOnce("SSL bundle 'node' was renewed, but cannot be used, so that the present one stays "
						+ "until it is renewed again: SSL bundle 'node': the private key of alias 'ssl' does not belong to "
						+ "its certificate 'CN=node'; put the key and the certificate of one pair there");
			registry.updateBundle("node", good);
			assertThat(tls.client()).isNotSameAs(before);
		}
	}

	@Test
	void whenARenewedBundleCannotBeReadThenThePresentOneStays(CapturedOutput output) {
		try (ConfigurableApplicationContext context = run(MaculaAutoConfigurationTests.Provider.class)) {
			TlsContexts tls = context.getBean(TlsContexts.class);
			QuicSslContext before = tls.client();
			SslBundle unreadable = SslBundle.of(new JksSslStoreBundle(
					new JksSslStoreDetails("PKCS12", null, "file:" + this.directory.resolve("none.p12"), "changeit"),
					null));
			context.getBean(SslBundleRegistry.class).updateBundle("node", unreadable);
			assertThat(tls.client()).isSameAs(before);
			assertThat(output).containsOnlyOnce("SSL bundle 'node' was renewed, but cannot be used");
		}
	}

	@Test
	void whenTheKeyIsAnothersThenTheStartNamesTheBundleAndTheAlias() throws Exception {
		PemFiles files = pem();
		runner()
			.withPropertyValues("macula.ssl.bundle=torn",
					"spring.ssl.bundle.pem.torn.keystore.certificate=" + files.certificate(),
					"spring.ssl.bundle.pem.torn.keystore.private-key=" + files.key())
			.run((context) -> assertThat(analyzed(context.getStartupFailure()).getMessage())
				.startsWith("The SSL bundle that macula.ssl.bundle = 'torn', set in ")
				.contains(" names cannot be used: SSL bundle 'torn': the private key of alias 'ssl' does not belong "
						+ "to its certificate 'CN=node'"));
	}

	@Test
	void whenTheKeyStoreCannotBeReadThenTheStartNamesTheBundle() {
		runner()
			.withPropertyValues("macula.ssl.bundle=gone",
					"spring.ssl.bundle.jks.gone.keystore.location=file:" + this.directory.resolve("none.p12"),
					"spring.ssl.bundle.jks.gone.keystore.type=PKCS12")
			.run((context) -> assertThat(analyzed(context.getStartupFailure()).getMessage())
				.startsWith("The SSL bundle that macula.ssl.bundle = 'gone', set in ")
				.contains("none.p12"));
	}

	private static FailureAnalyzedException analyzed(Throwable failure) {
		Throwable cause = failure;
		while (cause != null && !(cause instanceof FailureAnalyzedException)) {
			cause = cause.getCause();
		}
		assertThat(cause).as(String.valueOf(failure)).isNotNull();
		return (FailureAnalyzedException) cause;
	}

	private record PemFiles(String certificate, String key) {
	}

	/** Of two pairs. */
	private PemFiles pem() throws Exception {
		return new PemFiles(pem("CERTIFICATE", keyStore(this.store).getCertificate("node").getEncoded()),
				pem("PRIVATE KEY", keyStore(store("other.p12")).getKey("node", "changeit".toCharArray()).getEncoded()));
	}

	private SslBundle torn() throws Exception {
		PemFiles files = pem();
		PemSslStoreDetails details = PemSslStoreDetails.forCertificate(files.certificate()).withPrivateKey(files.key());
		return SslBundle.of(new PemSslStoreBundle(details, null));
	}

	private static KeyStore keyStore(Path store) throws Exception {
		return KeyStore.getInstance(store.toFile(), "changeit".toCharArray());
	}

	private static String pem(String type, byte[] content) {
		return "-----BEGIN " + type + "-----\n" + Base64.getMimeEncoder(64, new byte[] { '\n' }).encodeToString(content)
				+ "\n-----END " + type + "-----\n";
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

	@Test
	void whenItIsAcknowledgedThenNobodyIsVerifiedBeyondThisMachineEither() {
		runner()
			.withPropertyValues("macula.ssl.verify=false", "macula.realm.seeds=10.0.0.1:9443",
					"macula.ssl.unverified-beyond-localhost=true")
			.run((context) -> assertThat(context.getBean(TlsContexts.class)).isInstanceOf(InsecureTls.class));
		runner()
			.withPropertyValues("macula.ssl.verify=false",
					"macula.realm.seeds=localhost:9443,127.0.0.2:9443,[::1]:9443,quic://localhost:1")
			.run((context) -> assertThat(context.getBean(TlsContexts.class)).isInstanceOf(InsecureTls.class));
	}

	@ParameterizedTest
	@CsvSource({ "macula.ssl.peer-name, nodes.shop.example", "macula.ssl.verify-host, false" })
	void whatHasNoEffectWithoutABundleIsRefused(String key, String value) {
		ApplicationContextRunner runner = new ApplicationContextRunner()
			.withConfiguration(AutoConfigurations.of(MaculaAutoConfiguration.class, SslAutoConfiguration.class))
			.withPropertyValues("macula.realm.secret=Vq3kT8RzX1mWc7Jp0LdYs5HbN2gTf9QeAu6Ko4Ei+rM=", key + "=" + value);
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
