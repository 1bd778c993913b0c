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

import java.io.IOException;
import java.io.StringWriter;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.Set;

import io.macula.directory.DirectoryEngine;
import io.macula.directory.DirectoryEngineFactory;
import io.macula.directory.Lease;
import org.awaitility.Awaitility;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.openssl.jcajce.JcaPKCS8Generator;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.ssl.SslAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * TLS to a real server of etcd that wants certificates, by SSL bundles.
 */
@EnabledIf(value = EtcdServers.INSTALLED, disabledReason = "etcd is not installed (Debian's package etcd-server)")
class EtcdTlsTests {

	private static final Duration SOON = Duration.ofSeconds(30);

	@TempDir
	static Path directory;

	private static EtcdServers servers;

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(EtcdDirectoryAutoConfiguration.class, SslAutoConfiguration.class))
		.withPropertyValues("macula.directory.type=etcd", "macula.directory.etcd.ssl.bundle=etcd",
				"spring.ssl.bundle.pem.etcd.keystore.certificate=" + file("client.pem"),
				"spring.ssl.bundle.pem.etcd.keystore.private-key=" + file("client.key"));

	@BeforeAll
	static void startServer() throws Exception {
		KeyPair authority = keys();
		X509Certificate root = certificate("CN=ca", authority, authority, true);
		write("ca.pem", root);
		write("other-ca.pem", certificate("CN=other", keys(), keys(), true));
		writeCertificate("server", authority);
		writeCertificate("client", authority);
		servers = EtcdServers.of(1, "--cert-file=" + file("server.pem"), "--key-file=" + file("server.key"),
				"--trusted-ca-file=" + file("ca.pem"), "--client-cert-auth");
	}

	@AfterAll
	static void stopServer() {
		servers.close();
	}

	private static String file(String name) {
		return directory.resolve(name).toString();
	}

	/* The server reads its certificate for each handshake anew. */
	@Test
	void certificatesThatAreReplacedAreTrustedAtOnce() throws Exception {
		KeyPair before = keys();
		write("renewed-ca.pem", certificate("CN=ca", before, before, true));
		writeCertificate("renewed", before);
		try (EtcdServers renewed = EtcdServers.of(1, "--cert-file=" + file("renewed.pem"),
				"--key-file=" + file("renewed.key"), "--trusted-ca-file=" + file("ca.pem"), "--client-cert-auth");
				TcpGate gate = new TcpGate(renewed.port(0))) {
			this.runner
				.withPropertyValues("macula.directory.etcd.endpoints=https://" + gate.address(),
						"spring.ssl.bundle.pem.etcd.truststore.certificate=" + file("renewed-ca.pem"),
						"spring.ssl.bundle.pem.etcd.reload-on-update=true",
						"spring.ssl.bundle.watch.file.quiet-period=100ms")
				.run((context) -> {
					DirectoryEngine engine = engine(context.getBean(DirectoryEngineFactory.class));
					TestNodes.Seen seen = TestNodes.watch(engine, TestNodes.SERVICE);
					Lease lease = TestNodes.advertise(engine, "a", 100, Set.of(TestNodes.SERVICE));
					seen.awaitIds("a");
					assertThat(gate.passed()).isEqualTo(1);
					KeyPair after = keys();
					writeCertificate("renewed", after);
					write("renewed-ca.pem", certificate("CN=ca", after, after, true));
					Awaitility.await().atMost(SOON).until(() -> gate.passed() > 1);
					DirectoryEngine other = engine(context.getBean(DirectoryEngineFactory.class));
					TestNodes.advertise(other, "b", 100, Set.of(TestNodes.SERVICE));
					seen.awaitIds("a", "b");
					assertThat(seen.always("a")).isTrue();
					assertThat(engine.trouble()).isNull();
					assertThat(lease.state()).isEqualTo(Lease.State.GRANTED);
					other.close().block(SOON);
					engine.close().block(SOON);
				});
		}
	}

	private static void writeCertificate(String name, KeyPair authority) throws Exception {
		KeyPair keys = keys();
		write(name + ".key", new JcaPKCS8Generator(keys.getPrivate(), null));
		write(name + ".pem", certificate("CN=" + name, keys, authority, false));
	}

	private static KeyPair keys() throws Exception {
		KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
		generator.initialize(new ECGenParameterSpec("secp256r1"));
		return generator.generateKeyPair();
	}

	private static X509Certificate certificate(String subject, KeyPair keys, KeyPair issuer, boolean authority)
			throws Exception {
		Instant now = Instant.now();
		JcaX509v3CertificateBuilder builder = new JcaX509v3CertificateBuilder(
				new X500Name(authority ? subject : "CN=ca"), BigInteger.valueOf(System.nanoTime()),
				Date.from(now.minusSeconds(3600)), Date.from(now.plusSeconds(3600)), new X500Name(subject),
				keys.getPublic());
		builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(authority));
		builder.addExtension(Extension.subjectAlternativeName, false,
				new GeneralNames(new GeneralName(GeneralName.iPAddress, "127.0.0.1")));
		return new JcaX509CertificateConverter()
			.getCertificate(builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(issuer.getPrivate())));
	}

	private static void write(String name, Object written) throws IOException {
		StringWriter text = new StringWriter();
		try (JcaPEMWriter writer = new JcaPEMWriter(text)) {
			writer.writeObject(written);
		}
		Files.writeString(directory.resolve(name), text.toString());
	}

	private ApplicationContextRunner trusting(String authority) {
		return this.runner.withPropertyValues("macula.directory.etcd.endpoints=https://" + servers.addresses().get(0),
				"spring.ssl.bundle.pem.etcd.truststore.certificate=" + file(authority));
	}

	private static DirectoryEngine engine(DirectoryEngineFactory factory) {
		DirectoryEngine engine = factory
			.create(new DirectoryEngineFactory.Context(TestNodes.REALM, "a", 1, true, null, Duration.ofSeconds(15)));
		engine.start(null);
		return engine;
	}

	@Test
	void bothSidesProveWhoTheyAre() {
		trusting("ca.pem").run((context) -> {
			DirectoryEngine engine = engine(context.getBean(DirectoryEngineFactory.class));
			TestNodes.Seen seen = TestNodes.watch(engine, TestNodes.SERVICE);
			TestNodes.advertise(engine, "a", 100, Set.of(TestNodes.SERVICE));
			seen.awaitIds("a");
			assertThat(engine.hint()).contains("with TLS");
			engine.close().block(SOON);
		});
	}

	@Test
	void aServerThatIsNotTrustedIsNamed() {
		trusting("other-ca.pem").run((context) -> {
			DirectoryEngine engine = engine(context.getBean(DirectoryEngineFactory.class));
			TestNodes.watch(engine, TestNodes.SERVICE);
			Awaitility.await()
				.atMost(SOON)
				.untilAsserted(() -> assertThat(engine.trouble()).contains("server " + servers.addresses().get(0),
						"unable to find valid certification path", "check macula.directory.etcd.ssl.bundle"));
			engine.close().block(SOON);
		});
	}

}
