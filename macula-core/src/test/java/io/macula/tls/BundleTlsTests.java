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

package io.macula.tls;

import java.security.KeyStore;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicReference;

import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.TrustManagerFactory;

import io.macula.Realm;
import io.macula.testing.TestAuthority;
import io.netty.handler.codec.quic.QuicSslContext;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class BundleTlsTests {

	private static final String DATES = "it is valid from \\S+Z until \\S+Z";

	private final TestAuthority authority = new TestAuthority("Company CA");

	BundleTlsTests() throws Exception {
	}

	@Test
	void nodesOfOneAuthorityTrustEachOther() throws Exception {
		BundleTls server = bundle(this.authority.keys("server", "node1.example", "127.0.0.1"));
		BundleTls client = bundle(this.authority.keys("client"));
		try (HandshakeProbe probe = new HandshakeProbe(server)) {
			HandshakeProbe.Outcome byName = probe.connect(client, "node1.example");
			assertThat(byName.client()).isNull();
			assertThat(byName.sni()).isEqualTo("node1.example");
			assertThat(probe.connect(client, "127.0.0.1").client()).as("by an address in the certificate").isNull();
		}
	}

	@Test
	void rsaKeysWorkToo() throws Exception {
		BundleTls server = bundle(this.authority.rsaKeys("server", "node1.example"));
		try (HandshakeProbe probe = new HandshakeProbe(server)) {
			assertThat(probe.connect(bundle(this.authority.rsaKeys("client")), "node1.example").client()).isNull();
		}
	}

	@Test
	void aCertificateIsOfUseInItsRoleOnly() throws Exception {
		BundleTls clientOnly = bundle(
				this.authority.keysFor(KeyPurposeId.id_kp_clientAuth, "client-only", "node1.example"));
		BundleTls serverOnly = bundle(
				this.authority.keysFor(KeyPurposeId.id_kp_serverAuth, "server-only", "node1.example"));
		try (HandshakeProbe probe = new HandshakeProbe(serverOnly)) {
			assertThat(probe.connect(clientOnly, "node1.example").client()).as("as they are meant").isNull();
			HandshakeProbe.Outcome calling = probe.connect(serverOnly, "node1.example");
			assertThat(calling.server()).isEqualTo("the certificate 'CN=server-only' that it showed may not be used by "
					+ "clients: its extended key usage lacks clientAuth");
			assertThat(calling.client())
				.isEqualTo("it does not accept this node's certificate for this purpose (TLS alert 43)");
		}
		try (HandshakeProbe probe = new HandshakeProbe(clientOnly)) {
			HandshakeProbe.Outcome providing = probe.connect(clientOnly, "node1.example");
			assertThat(providing.client()).isEqualTo("the certificate 'CN=client-only' that it showed may not be used "
					+ "by servers: its extended key usage lacks serverAuth");
			assertThat(providing.server())
				.isEqualTo("it does not accept this node's certificate for this purpose (TLS alert 43)");
		}
	}

	@Test
	void whenHostIsNotInTheCertificateThenBothSidesSaySo() throws Exception {
		BundleTls client = bundle(this.authority.keys("client"));
		try (HandshakeProbe probe = new HandshakeProbe(bundle(this.authority.keys("server", "node1.example")))) {
			HandshakeProbe.Outcome byName = probe.connect(client, "node2.example");
			assertThat(byName.client())
				.startsWith("the certificate 'CN=server' that it showed is not for 'node2.example': ")
				.contains("macula.provider.advertised-host", "macula.ssl.peer-name", "macula.ssl.verify-host=false",
						"macula.security.allow-provide");
			assertThat(byName.server())
				.startsWith("it does not accept the name in this node's certificate (TLS alert 42): let this node be "
						+ "dialled by a name of its certificate (");
			assertThat(probe.connect(client, "127.0.0.1").client()).contains("is not for '127.0.0.1'");
		}
	}

	@Test
	void whenAFixedNameIsVerifiedThenTheDialledHostDoesNotMatter() throws Exception {
		BundleTls named = BundleTls.of("bundle", HostVerification.fixedName("realm.example"),
				this.authority.keys("client"), this.authority.trust());
		try (HandshakeProbe probe = new HandshakeProbe(bundle(this.authority.keys("server", "realm.example")))) {
			HandshakeProbe.Outcome outcome = probe.connect(named, "10.1.2.3");
			assertThat(outcome.client()).isNull();
			assertThat(outcome.sni()).isEqualTo("realm.example");
		}
		try (HandshakeProbe probe = new HandshakeProbe(bundle(this.authority.keys("server", "other.example")))) {
			assertThat(probe.connect(named, "other.example").client()).contains("is not for 'realm.example'");
		}
	}

	@Test
	void whenHostVerificationIsOffThenOnlyTheAuthorityMatters() throws Exception {
		BundleTls lax = BundleTls.of("bundle", HostVerification.off(), this.authority.keys("client"),
				this.authority.trust());
		try (HandshakeProbe probe = new HandshakeProbe(bundle(this.authority.keys("server", "node1.example")))) {
			assertThat(probe.connect(lax, "127.0.0.1").client()).isNull();
		}
		TestAuthority other = new TestAuthority("Other CA");
		BundleTls foreign = BundleTls.of("bundle", HostVerification.off(), other.keys("server"),
				this.authority.trust());
		try (HandshakeProbe probe = new HandshakeProbe(foreign)) {
			assertThat(probe.connect(lax, "127.0.0.1").client()).isEqualTo(
					"the certificate 'CN=server' that it showed was issued by 'CN=Other CA', which is not trusted here");
		}
	}

	@Test
	void whenAuthorityDiffersThenBothSidesSaySo() throws Exception {
		TestAuthority other = new TestAuthority("Other CA");
		BundleTls client = BundleTls.of("bundle", HostVerification.dialledHost(), other.keys("client"),
				this.authority.trust());
		try (HandshakeProbe probe = new HandshakeProbe(bundle(this.authority.keys("server", "node1.example")))) {
			HandshakeProbe.Outcome outcome = probe.connect(client, "node1.example");
			assertThat(outcome.server())
				.startsWith("the certificate 'CN=client' that it showed was issued by 'CN=Other CA'");
			assertThat(outcome.client()).startsWith("it does not trust the issuer of this node's certificate")
				.endsWith("(TLS alert 48)");
		}
	}

	@Test
	void whenAnAuthorityOfTheSameNameSignedThenBothSidesSaySo() throws Exception {
		TestAuthority impostor = new TestAuthority("Company CA");
		try (HandshakeProbe probe = new HandshakeProbe(bundle(impostor.keys("server", "node1.example")))) {
			HandshakeProbe.Outcome outcome = probe.connect(bundle(this.authority.keys("client")), "node1.example");
			assertThat(outcome.client()).startsWith("the certificate 'CN=server' that it showed ");
			assertThat(outcome.server()).startsWith("it ").contains("TLS alert ");
		}
	}

	@Test
	void whenCertificateHasExpiredThenBothSidesSaySo() throws Exception {
		try (HandshakeProbe probe = new HandshakeProbe(bundle(this.authority.expiredKeys("server", "node1.example")))) {
			HandshakeProbe.Outcome outcome = probe.connect(bundle(this.authority.keys("client")), "node1.example");
			assertThat(outcome.client()).matches("its certificate 'CN=server' has expired \\(" + DATES
					+ "; this machine's clock says \\S+Z\\): renew it, or correct the clock that is wrong; "
					+ "no restart is needed");
			assertThat(outcome.server())
				.matches("it says that this node's certificate has expired .*" + "\\(TLS alert 45\\): " + DATES);
		}
		try (HandshakeProbe probe = new HandshakeProbe(bundle(this.authority.keys("server", "node1.example")))) {
			HandshakeProbe.Outcome outcome = probe.connect(bundle(this.authority.expiredKeys("client")),
					"node1.example");
			assertThat(outcome.server()).startsWith("its certificate 'CN=client' has expired (");
			assertThat(outcome.client()).matches("it says that this node's certificate has expired .*"
					+ "\\(TLS alert 45\\): " + DATES + "; this machine's clock says \\S+Z");
		}
	}

	@Test
	void whenBundleIsRenewedThenTheNextConnectionUsesIt() throws Exception {
		BundleTls server = bundle(this.authority.keys("first", "node1.example"));
		BundleTls client = bundle(this.authority.keys("client"));
		try (HandshakeProbe probe = new HandshakeProbe(server)) {
			assertThat(probe.connect(client, "node1.example").peer())
				.extracting((peer) -> peer.getSubjectX500Principal().getName())
				.isEqualTo("CN=first");
			server.update(this.authority.keys("second", "node1.example"), this.authority.trust());
			assertThat(probe.connect(client, "node1.example").peer())
				.extracting((peer) -> peer.getSubjectX500Principal().getName())
				.isEqualTo("CN=second");
			TestAuthority next = new TestAuthority("Next CA");
			server.update(next.keys("third", "node1.example"), next.trust());
			assertThat(probe.connect(client, "node1.example").client()).contains("issued by 'CN=Next CA'");
			client.update(next.keys("client"), next.trust());
			assertThat(probe.connect(client, "node1.example").client()).isNull();
		}
	}

	@Test
	void whenARenewedBundleIsUselessThenThePresentOneStays() throws Exception {
		BundleTls server = bundle(this.authority.keys("first", "node1.example"));
		assertThatIllegalArgumentException().isThrownBy(() -> server.update(noKeys(), this.authority.trust()))
			.withMessageContaining("SSL bundle 'shop' has no EC or RSA key");
		try (HandshakeProbe probe = new HandshakeProbe(server)) {
			assertThat(probe.connect(bundle(this.authority.keys("client")), "node1.example").client()).isNull();
		}
	}

	@ParameterizedTest
	@CsvSource({ "EC,EC", "RSA,RSA", "EC,RSA", "RSA,EC" })
	void whenTheKeyIsNotTheCertificatesThenItIsRefused(String certified, String held) throws Exception {
		KeyManagerFactory torn = this.authority.foreignKeys(certified, held, "torn");
		assertThatIllegalArgumentException().isThrownBy(() -> bundle(torn))
			.withMessage("SSL bundle 'shop': the private key of alias 'key' does not belong to its certificate "
					+ "'CN=torn'; put the key and the certificate of one pair there");
		BundleTls server = bundle(this.authority.keys("first", "node1.example"));
		assertThatIllegalArgumentException().isThrownBy(() -> server.update(torn, this.authority.trust()))
			.withMessageContaining("of alias 'key' does not belong");
		assertServes(server, "CN=first");
		server.update(this.authority.keys("second", "node1.example"), this.authority.trust());
		assertServes(server, "CN=second");
	}

	@Test
	void whenTheChainDoesNotBeginWithTheKeysCertificateThenItSaysWhereThatIs() throws Exception {
		KeyManagerFactory reversed = this.authority.reversedKeys("node");
		assertThatIllegalArgumentException().isThrownBy(() -> bundle(reversed))
			.withMessage("SSL bundle 'shop': the chain of alias 'key' begins with 'CN=Company CA', but the private key "
					+ "belongs to certificate 2 of it, 'CN=node'; put that first, then its issuers");
	}

	@Test
	void whenTheTrustStoreIsEmptyThenItIsRefused() throws Exception {
		KeyStore empty = KeyStore.getInstance("PKCS12");
		empty.load(null);
		TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
		trust.init(empty);
		KeyManagerFactory keys = this.authority.keys("server");
		assertThatIllegalArgumentException()
			.isThrownBy(() -> BundleTls.of("SSL bundle 'shop'", HostVerification.dialledHost(), keys, trust))
			.withMessage("SSL bundle 'shop' has a trust store without a certificate, so that every peer would be "
					+ "refused; put the authority of the peers there");
	}

	@Test
	void whenTheRenewedPairHasExpiredThenTheValidOneStays() throws Exception {
		BundleTls server = bundle(this.authority.keys("first", "node1.example"));
		assertThatIllegalArgumentException()
			.isThrownBy(() -> server.update(this.authority.expiredKeys("old"), this.authority.trust()))
			.withMessageMatching("SSL bundle 'shop': the certificate 'CN=old' has expired \\(" + DATES
					+ "; this machine's clock says \\S+Z\\); renew it, or correct the clock");
		assertServes(server, "CN=first");
	}

	@Test
	void whenNoPairIsValidThenTheRenewedOneIsUsed() throws Exception {
		BundleTls server = bundle(this.authority.expiredKeys("first"));
		QuicSslContext before = server.server();
		server.update(this.authority.expiredKeys("second"), this.authority.trust());
		assertThat(server.server()).isNotSameAs(before);
	}

	@Test
	void whenTheRenewedPairIsNotValidYetThenItIsUsedFromThenOn() throws Exception {
		AtomicReference<Instant> now = new AtomicReference<>(Instant.now());
		BundleTls server = BundleTls.of("SSL bundle 'shop'", HostVerification.dialledHost(),
				this.authority.keys("first"), this.authority.trust(), now::get);
		QuicSslContext first = server.server();
		server.update(this.authority.futureKeys("second", Duration.ofHours(2)), this.authority.trust());
		now.set(now.get().plus(Duration.ofMinutes(119)));
		assertThat(server.server()).isSameAs(first);
		now.set(now.get().plus(Duration.ofMinutes(2)));
		QuicSslContext second = server.server();
		assertThat(second).isNotSameAs(first);
		assertThat(server.server()).isSameAs(second);
	}

	@Test
	void whenThePresentPairEndsFirstThenTheNextIsUsedAllTheSame() throws Exception {
		AtomicReference<Instant> now = new AtomicReference<>(Instant.now());
		BundleTls server = BundleTls.of("SSL bundle 'shop'", HostVerification.dialledHost(),
				this.authority.keys("first", Duration.ofHours(1)), this.authority.trust(), now::get);
		QuicSslContext first = server.server();
		server.update(this.authority.futureKeys("second", Duration.ofHours(2)), this.authority.trust());
		now.set(now.get().plus(Duration.ofMinutes(61)));
		assertThat(server.server()).isNotSameAs(first);
	}

	private void assertServes(BundleTls server, String subject) throws Exception {
		try (HandshakeProbe probe = new HandshakeProbe(server)) {
			HandshakeProbe.Outcome outcome = probe.connect(bundle(this.authority.keys("client")), "node1.example");
			assertThat(outcome.client()).isNull();
			assertThat(outcome.peer()).extracting((peer) -> peer.getSubjectX500Principal().getName())
				.isEqualTo(subject);
		}
	}

	@Test
	void whenOneSideUsesASecretAndTheOtherABundleThenBothSidesSaySo() throws Exception {
		SecretTls secret = SecretTls.of(new Realm("shop"), "node1", RealmSecret.random());
		BundleTls bundle = bundle(this.authority.keys("node2", "node2.example"));
		try (HandshakeProbe probe = new HandshakeProbe(secret)) {
			HandshakeProbe.Outcome outcome = probe.connect(bundle, "node1.example");
			assertThat(outcome.client()).contains("issued by 'CN=r-shop-").contains("not trusted here");
			assertThat(outcome.server()).startsWith("it does not trust the issuer of this node's certificate");
		}
		try (HandshakeProbe probe = new HandshakeProbe(bundle)) {
			HandshakeProbe.Outcome outcome = probe.connect(secret, "node1.example");
			assertThat(outcome.client()).startsWith(
					"it belongs to another realm or uses SSL bundles: its certificate was issued by 'CN=Company CA'");
		}
	}

	@Test
	void saysWhereTrustComesFrom() throws Exception {
		BundleTls bundle = bundle(this.authority.keys("server"));
		assertThat(bundle.peerName()).isNull();
		assertThat(bundle.source())
			.matches("SSL bundle 'shop' \\(certificate until \\S+Z\\), peers verified by their host");
		assertThat(HostVerification.off()).hasToString("no host verification");
		assertThatIllegalArgumentException().isThrownBy(() -> HostVerification.fixedName(" "))
			.withMessageContaining("is blank");
	}

	private BundleTls bundle(KeyManagerFactory keys) throws Exception {
		return BundleTls.of("SSL bundle 'shop'", HostVerification.dialledHost(), keys, this.authority.trust());
	}

	private static KeyManagerFactory noKeys() throws Exception {
		KeyStore store = KeyStore.getInstance("PKCS12");
		store.load(null);
		KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
		keys.init(store, new char[0]);
		return keys;
	}

}
