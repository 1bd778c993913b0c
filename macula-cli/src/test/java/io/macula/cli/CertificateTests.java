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
package io.macula.cli;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Date;
import java.util.List;
import java.util.Map;

import io.macula.Realm;
import io.macula.node.NodeSettings;
import io.macula.node.RealmNode;
import io.macula.server.ProviderSettings;
import io.macula.tls.BundleTls;
import io.macula.tls.HostVerification;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/** A realm of certificates, as files in PEM and as a bundle in the environment. */
@Timeout(30)
class CertificateTests {

	@TempDir
	static Path home;

	private static RealmNode node;

	@BeforeAll
	static void start() throws Exception {
		KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
		generator.initialize(new ECGenParameterSpec("secp256r1"));
		KeyPair pair = generator.generateKeyPair();
		X500Name name = new X500Name("CN=shop");
		Instant now = Instant.now();
		X509v3CertificateBuilder builder = new X509v3CertificateBuilder(name, BigInteger.ONE,
				Date.from(now.minus(Duration.ofHours(1))), Date.from(now.plus(Duration.ofDays(30))), name,
				SubjectPublicKeyInfo.getInstance(pair.getPublic().getEncoded()));
		builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(true));
		builder.addExtension(Extension.subjectAlternativeName, false,
				new GeneralNames(new GeneralName(GeneralName.dNSName, "macula.shop")));
		write("cert.pem", "CERTIFICATE",
				builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(pair.getPrivate())).getEncoded());
		write("key.pem", "PRIVATE KEY", pair.getPrivate().getEncoded());
		PemFiles pem = new PemFiles(home);
		node = RealmNode.builder(new NodeSettings(new Realm("shop"), "node1", null, List.of(), Duration.ofSeconds(15)))
			.tls(BundleTls.of("the test", HostVerification.fixedName("macula.shop"),
					pem.keys(given("cert.pem"), given("key.pem")), pem.trust(given("cert.pem"))))
			.provider(new ProviderSettings("127.0.0.1", 0, "127.0.0.1", 0, 100, Map.of(), 8, 100, 1000,
					Duration.ofSeconds(1)))
			.service("shop.orders", Orders.class, new Orders.Handler())
			.build();
		node.start();
		node.advertise();
	}

	@AfterAll
	static void close() {
		node.close();
	}

	private static void write(String file, String what, byte[] content) throws IOException {
		Path path = home.resolve(file);
		Files.writeString(path, "-----BEGIN " + what + "-----\n" + Base64.getMimeEncoder().encodeToString(content)
				+ "\n-----END " + what + "-----\n");
		Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-------"));
	}

	private static Given given(String file) {
		return new Given(file, "the test", home, Given.OPTION);
	}

	private static CommandRun run(Map<String, String> variables, String... arguments) {
		String[] all = new String[arguments.length + 6];
		all[0] = "--realm";
		all[1] = "shop";
		all[2] = "--seeds";
		all[3] = "127.0.0.1:" + node.port();
		all[4] = "--timeout";
		all[5] = "20s";
		System.arraycopy(arguments, 0, all, 6, arguments.length);
		return CommandRun.of(home, variables, "", all);
	}

	@Test
	void filesOfOptions() {
		CommandRun run = run(Map.of(), "call", "shop.orders/count", "--certificate", "cert.pem", "--key", "key.pem",
				"--trust", "cert.pem", "--peer-name", "macula.shop");
		assertThat(run.err()).isEmpty();
		assertThat(run.out()).isEqualTo("7\n");
	}

	@Test
	void aBundleAsSpringBindsItFromTheEnvironment() throws IOException {
		Map<String, String> variables = Map.of("MACULA_SSL_BUNDLE", "my-shop", "MACULA_SSL_PEERNAME", "macula.shop",
				"SPRING_SSL_BUNDLE_PEM_MYSHOP_KEYSTORE_CERTIFICATE", Files.readString(home.resolve("cert.pem")),
				"SPRING_SSL_BUNDLE_PEM_MYSHOP_KEYSTORE_PRIVATEKEY", "file:" + home.resolve("key.pem"),
				"SPRING_SSL_BUNDLE_PEM_MYSHOP_TRUSTSTORE_CERTIFICATE", home.resolve("cert.pem").toString());
		CommandRun run = run(variables, "nodes");
		assertThat(run.err()).isEmpty();
		assertThat(run.out()).contains("node1");
	}

	@Test
	void aKeyWithTextBeforeItIsReadAndNeverShown() throws IOException {
		String key = Files.readString(home.resolve("key.pem"));
		Map<String, String> variables = Map.of("MACULA_SSL_PEERNAME", "macula.shop", "MACULA_SSL_CERTIFICATE",
				"cert.pem", "MACULA_SSL_KEY", "\nBag Attributes\n" + key, "MACULA_SSL_TRUST", "cert.pem");
		assertThat(run(variables, "nodes").out()).contains("node1");
		CommandRun run = run(variables, "doctor");
		assertThat(run.out()).contains("key: (hidden)");
		assertThat(run.out() + run.err()).doesNotContain(key.lines().toList().get(1));
	}

	@Test
	void aCertificateOfAnotherNameIsRefused() {
		CommandRun run = run(Map.of(), "nodes", "--certificate", "cert.pem", "--key", "key.pem", "--trust", "cert.pem",
				"--peer-name", "other.shop");
		assertThat(run.code()).isEqualTo(ExitCode.NOT_PERMITTED.number());
		assertThat(run.err()).contains("other.shop");
	}

	@Test
	void keysThatCannotBeUsedHaveTheirRemedy() throws IOException {
		write("old.pem", "EC PRIVATE KEY", new byte[] { 1 });
		write("encrypted.pem", "ENCRYPTED PRIVATE KEY", new byte[] { 1 });
		write("broken.pem", "PRIVATE KEY", new byte[] { 1 });
		assertThat(refusedKey("old.pem")).contains("old.pem' from --key: it is an old 'EC PRIVATE KEY': convert it by"
				+ " 'openssl pkcs8 -topk8 -nocrypt");
		assertThat(refusedKey("encrypted.pem")).contains("it is encrypted: ");
		assertThat(refusedKey("broken.pem")).contains("it cannot be read: expected a key of RSA, EC or Ed25519");
		assertThat(refusedKey("cert.pem")).contains("there is none in it");
	}

	private static String refusedKey(String key) {
		CommandRun run = run(Map.of(), "nodes", "--certificate", "cert.pem", "--key", key, "--trust", "cert.pem");
		assertThat(run.code()).isEqualTo(ExitCode.USAGE.number());
		return run.err();
	}

}
