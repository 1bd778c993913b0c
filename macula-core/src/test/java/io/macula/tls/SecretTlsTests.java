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

import java.math.BigInteger;
import java.security.PublicKey;
import java.security.cert.CertPathValidator;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPublicKey;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Set;

import io.macula.Realm;
import io.netty.handler.codec.quic.QuicSslContextBuilder;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.crypto.ec.CustomNamedCurves;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

class SecretTlsTests {

	private static final Realm SHOP = new Realm("Shop.prod");

	private static final RealmSecret SECRET = RealmSecret.of("correct horse battery staple", "test");

	private static final RealmSecret OTHER_SECRET = RealmSecret.of("incorrect horse battery staple", "test");

	@Test
	void nodesWithTheSameSecretTrustEachOther() throws Exception {
		SecretTls server = SecretTls.of(SHOP, "node1", SECRET);
		SecretTls client = SecretTls.of(SHOP, "node2", SECRET);
		try (HandshakeProbe probe = new HandshakeProbe(server)) {
			HandshakeProbe.Outcome outcome = probe.connect(client, "127.0.0.1");
			assertThat(outcome.client()).isNull();
			assertThat(outcome.sni()).isEqualTo(client.peerName());
			assertThat(outcome.peer()).isNotNull();
			assertThat(outcome.peer().getSubjectX500Principal().getName()).isEqualTo("CN=node1,O=Macula");
			assertThat(probe.connect(client, "127.0.0.1").client()).as("a second time").isNull();
		}
	}

	@Test
	void whenSecretDiffersThenBothSidesSaySo() throws Exception {
		try (HandshakeProbe probe = new HandshakeProbe(SecretTls.of(SHOP, "node1", SECRET))) {
			HandshakeProbe.Outcome outcome = probe.connect(SecretTls.of(SHOP, "node2", OTHER_SECRET), "127.0.0.1");
			assertThat(outcome.client()).isEqualTo("it has another secret for the realm 'Shop.prod'");
			assertThat(outcome.server()).isEqualTo("it has another secret for this realm (TLS alert 51)");
			assertThat(outcome.sni()).isEqualTo(RealmAuthority.label(SHOP) + ".realm.macula");
		}
	}

	@Test
	void whenRealmDiffersThenBothSidesSaySo() throws Exception {
		try (HandshakeProbe probe = new HandshakeProbe(SecretTls.of(SHOP, "node1", SECRET))) {
			Realm other = new Realm("warehouse");
			HandshakeProbe.Outcome outcome = probe.connect(SecretTls.of(other, "node2", SECRET), "127.0.0.1");
			assertThat(outcome.client()).startsWith(
					"it belongs to another realm or uses SSL bundles: its certificate was issued by 'CN=r-shop-prod-")
				.contains("not by this realm's 'CN=r-warehouse-");
			assertThat(outcome.server())
				.startsWith("it does not trust the issuer of this node's certificate: it belongs to another realm");
			assertThat(outcome.sni()).startsWith("r-warehouse-").endsWith(".realm.macula");
		}
	}

	@Test
	void whenClientVerifiesNobodyThenTheServerRefusesIt() throws Exception {
		try (HandshakeProbe probe = new HandshakeProbe(SecretTls.of(SHOP, "node1", SECRET))) {
			HandshakeProbe.Outcome insecure = probe.connect(InsecureTls.of(SHOP, "intruder"), "127.0.0.1");
			assertThat(insecure.server()).isEqualTo("it has another secret for the realm 'Shop.prod'");
			assertThat(insecure.client()).isEqualTo("it has another secret for this realm (TLS alert 51)");
			HandshakeProbe.Outcome foreign = probe.connect(InsecureTls.of(new Realm("other"), "intruder"), "127.0.0.1");
			assertThat(foreign.server()).startsWith("it belongs to another realm");
			assertThat(foreign.client()).contains("does not trust the issuer");
		}
	}

	@Test
	void whenClientShowsNoCertificateThenTheServerRefusesIt() throws Exception {
		try (HandshakeProbe probe = new HandshakeProbe(SecretTls.of(SHOP, "node1", SECRET))) {
			HandshakeProbe.Outcome outcome = probe.connect(QuicSslContextBuilder.forClient()
				.trustManager(InsecureTrustManagerFactory.INSTANCE)
				.endpointIdentificationAlgorithm("")
				.applicationProtocols(TlsContexts.PROTOCOL)
				.build(), "x.y");
			assertThat(outcome.client()).isEqualTo("it demands a certificate and got none (TLS alert 116)");
			assertThat(outcome.server()).startsWith("it showed no certificate");
		}
	}

	@Test
	void whenClientSpeaksAnotherProtocolThenItIsRefused() throws Exception {
		try (HandshakeProbe probe = new HandshakeProbe(SecretTls.of(SHOP, "node1", SECRET))) {
			HandshakeProbe.Outcome outcome = probe.connect(QuicSslContextBuilder.forClient()
				.trustManager(InsecureTrustManagerFactory.INSTANCE)
				.endpointIdentificationAlgorithm("")
				.applicationProtocols("h3")
				.build(), "x.y");
			assertThat(outcome.client()).isEqualTo("it does not speak macula/1 (TLS alert 120)");
		}
	}

	@Test
	void insecureNodesTalkToEachOther() throws Exception {
		try (HandshakeProbe probe = new HandshakeProbe(InsecureTls.of(SHOP, "node1"))) {
			assertThat(probe.connect(InsecureTls.of(SHOP, "node2"), "127.0.0.1").client()).isNull();
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "a", "Shop.prod", "x_y", "realm-with-a-long-name-realm-with-a-long-name", "0", "A" })
	void authorityIsTheSameInEveryProcessAndFollowsTheStandards(String name) throws Exception {
		Realm realm = new Realm(name);
		RealmAuthority one = RealmAuthority.of(realm, SECRET);
		RealmAuthority other = RealmAuthority.of(realm, SECRET);
		assertThat(one.publicKey()).isEqualTo(other.publicKey());
		X509Certificate anchor = one.certificate();
		assertThat(anchor.getSubjectX500Principal()).isEqualTo(other.certificate().getSubjectX500Principal());
		assertThat(anchor.getSerialNumber()).isEqualTo(other.certificate().getSerialNumber());
		assertThat(anchor.getNotAfter()).isEqualTo(Date.from(Instant.parse("2120-01-01T00:00:00Z")));
		anchor.verify(other.publicKey());
		X509Certificate leaf = other.issue("node1", RealmAuthority.newKey().getPublic(), Instant.now());
		PKIXParameters parameters = new PKIXParameters(Set.of(new TrustAnchor(anchor, null)));
		parameters.setRevocationEnabled(false);
		CertPathValidator.getInstance("PKIX")
			.validate(CertificateFactory.getInstance("X.509").generateCertPath(List.of(leaf)), parameters);
		assertThat(leaf.getSubjectAlternativeNames()).containsExactly(List.of(2, one.peerName()),
				List.of(6, "macula://" + name + "/node1"));
		assertThat(leaf.getExtendedKeyUsage()).containsExactly("1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2");
		assertThat(leaf.getKeyUsage()).startsWith(true, false, false);
		assertThat(leaf.getBasicConstraints()).isEqualTo(-1);
		assertThat(anchor.getBasicConstraints()).isZero();
		assertThat(one.peerName().substring(0, one.peerName().indexOf('.')).length()).isLessThanOrEqualTo(63);
	}

	/** Every process of every version has to come to this key. */
	@Test
	void authorityKeyNeverChanges() {
		RealmAuthority authority = RealmAuthority.of(SHOP, SECRET);
		ECPublicKey key = (ECPublicKey) authority.publicKey();
		assertThat(key.getW().getAffineX().toString(16))
			.isEqualTo("531f3c5cd37538e44492486bc819b2ed171fbe3ed320206ed8192d0916d6c6c1");
		assertThat(RealmAuthority.label(SHOP)).isEqualTo("r-shop-prod-573d2069459f");
	}

	@Test
	void publicKeyIsAPointOfTheCurve() {
		for (int i = 0; i < 20; i++) {
			RealmAuthority authority = RealmAuthority.of(new Realm("r" + i), SECRET);
			ECPublicKey key = (ECPublicKey) authority.publicKey();
			BigInteger x = key.getW().getAffineX();
			BigInteger y = key.getW().getAffineY();
			assertThat(CustomNamedCurves.getByName("P-256").getCurve().createPoint(x, y).isValid()).isTrue();
			assertThat(y.testBit(0)).isFalse();
		}
	}

	@Test
	void realmsAndSecretsHaveAuthoritiesOfTheirOwn() {
		PublicKey key = RealmAuthority.of(SHOP, SECRET).publicKey();
		assertThat(RealmAuthority.of(new Realm("shop.prod"), SECRET).publicKey()).isNotEqualTo(key);
		assertThat(RealmAuthority.of(SHOP, OTHER_SECRET).publicKey()).isNotEqualTo(key);
		assertThat(RealmAuthority.label(SHOP)).isNotEqualTo(RealmAuthority.label(new Realm("shop.prod")))
			.isNotEqualTo(RealmAuthority.label(new Realm("shop-prod")));
	}

	@Test
	void certificatesTolerateClocksThatDiffer() {
		Instant now = Instant.parse("2051-05-05T05:05:05Z");
		X509Certificate leaf = RealmAuthority.of(SHOP, SECRET)
			.issue("n".repeat(200), RealmAuthority.newKey().getPublic(), now);
		assertThat(leaf.getNotBefore().toInstant()).isEqualTo(now.minus(Duration.ofDays(4)));
		assertThat(leaf.getNotAfter().toInstant()).isEqualTo(now.plus(Duration.ofDays(4)));
	}

	@Test
	void nothingShowsTheSecret() {
		SecretTls tls = SecretTls.of(SHOP, "node1", SECRET);
		assertThat(tls.source()).isEqualTo("realm 'Shop.prod', secret from test");
		assertThat(tls.toString() + tls.authority() + SECRET).doesNotContain("horse");
	}

	@Test
	void certificateIsReadByOtherImplementations() throws Exception {
		byte[] encoded = RealmAuthority.of(SHOP, SECRET)
			.issue("node1", RealmAuthority.newKey().getPublic(), Instant.now())
			.getEncoded();
		X509CertificateHolder holder = new X509CertificateHolder(encoded);
		assertThat(holder.getSubject()).hasToString("O=Macula,CN=node1");
		assertThat(holder.getEncoded()).as("DER in, DER out").isEqualTo(encoded);
	}

}
