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

import java.io.ByteArrayInputStream;
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
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;

import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;

import io.macula.Realm;
import io.netty.handler.codec.quic.QuicSslContextBuilder;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.crypto.ec.CustomNamedCurves;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class SecretTlsTests {

	private static final Realm SHOP = new Realm("Shop.prod");

	private static final RealmSecret SECRET = RealmSecret.of("Vq3kT8RzX1mWc7Jp0LdYs5HbN2gTf9QeAu6Ko4Ei+rM=", "test");

	private static final RealmSecret OTHER_SECRET = RealmSecret.of("m7Zt2Xc9Lq4WvRb1Ny8Kd5Gs0Pj3Hf6Ta+Ue2Io7Yx4=",
			"test");

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
			assertThat(outcome.client()).isEqualTo("it has another secret for the realm 'Shop.prod' (fingerprint "
					+ fingerprint(SECRET) + "; accepted here: " + fingerprint(OTHER_SECRET) + " from test)");
			assertThat(outcome.server())
				.isEqualTo("it has another secret for this realm (TLS alert 51): this node showed "
						+ "the one with the fingerprint " + fingerprint(SECRET));
			assertThat(outcome.sni()).isEqualTo(RealmAuthority.label(SHOP) + ".realm.macula");
		}
	}

	private static String fingerprint(RealmSecret secret) {
		return RealmAuthority.of(SHOP, secret).fingerprint();
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
			assertThat(insecure.server()).matches("it has another secret for the realm 'Shop.prod' "
					+ "\\(fingerprint [0-9a-f]{8}; accepted here: " + fingerprint(SECRET) + " from test\\)");
			assertThat(insecure.client()).matches("it has another secret for this realm \\(TLS alert 51\\): this node "
					+ "showed the one with the fingerprint [0-9a-f]{8}");
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

	/** Every process of every version has to come to these, which Python did, too. */
	@Test
	void authorityKeyNeverChanges() {
		assertThat(affineX(SECRET)).isEqualTo("9c64e8e2f6fc1c14d45e338655d992790b57b70f9509b3918756044eb3f9cca6");
		assertThat(affineX(RealmSecret.of("violet tractor mumbles eleven harps", "test")))
			.isEqualTo("275398a396eaff3e6cc536c1eca601381d418c137b0b4b5642f412055b5cee2a");
		assertThat(RealmAuthority.label(SHOP)).isEqualTo("r-shop-prod-85c3a42f7ff4");
	}

	private static String affineX(RealmSecret secret) {
		ECPublicKey key = (ECPublicKey) RealmAuthority.of(SHOP, secret).publicKey();
		return String.format("%064x", key.getW().getAffineX());
	}

	@Test
	void whatIsSlowToDeriveIsDerivedOnceInAProcess() {
		RealmSecret one = RealmSecret.of("eleven tractors mumble violet harps", "one");
		RealmSecret same = RealmSecret.of("eleven tractors mumble violet harps", "same");
		AuthorityKey key = AuthorityKey.of(SHOP, one);
		assertThat(AuthorityKey.of(SHOP, same)).isSameAs(key);
		assertThat(AuthorityKey.of(new Realm("warehouse"), one)).isNotSameAs(key);
		assertThat(AuthorityKey.of(SHOP, SECRET)).as("not remembered").isNotSameAs(AuthorityKey.of(SHOP, SECRET));
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
	void aRealmChangesItsSecretNodeByNode() throws Exception {
		SecretTls server = SecretTls.of(SHOP, "node1", SECRET);
		SecretTls client = SecretTls.of(SHOP, "node2", SECRET);
		NodeIdentity identity = server.key().identity();
		List<List<RealmSecret>> steps = List.of(List.of(SECRET, OTHER_SECRET), List.of(OTHER_SECRET, SECRET),
				List.of(OTHER_SECRET));
		try (HandshakeProbe probe = new HandshakeProbe(server)) {
			for (List<RealmSecret> step : steps) {
				assertThat(server.update(step)).isTrue();
				assertThat(server.update(step)).isFalse();
				HandshakeProbe.Outcome before = probe.connect(client, "127.0.0.1");
				assertThat(before.client()).isNull();
				assertThat(before.sni()).isEqualTo(client.peerName());
				assertThat(client.update(step)).isTrue();
				HandshakeProbe.Outcome after = probe.connect(client, "127.0.0.1");
				assertThat(after.client()).isNull();
				assertThat(NodeIdentity.of(Objects.requireNonNull(after.peer()))).isEqualTo(identity);
				assertThat(SecretTls.fingerprint(after.peer())).isEqualTo(fingerprint(step.get(0)));
			}
			HandshakeProbe.Outcome late = probe.connect(SecretTls.of(SHOP, "node3", List.of(SECRET, OTHER_SECRET)),
					"127.0.0.1");
			assertThat(late.server()).isEqualTo("it has another secret for the realm 'Shop.prod' (fingerprint "
					+ fingerprint(SECRET) + "; accepted here: " + fingerprint(OTHER_SECRET) + " from test)");
			assertThat(late.client()).endsWith("this node showed the one with the fingerprint " + fingerprint(SECRET));
		}
	}

	@Test
	void saysHowManySecretsAreAccepted() {
		SecretTls tls = SecretTls.of(SHOP, "node1", List.of(SECRET, OTHER_SECRET, SECRET));
		assertThat(tls.source()).isEqualTo("realm 'Shop.prod', secret from test (shown, fingerprint "
				+ fingerprint(SECRET) + "); 2 are accepted, also " + fingerprint(OTHER_SECRET) + " from test");
		List<RealmSecret> many = Stream.generate(RealmSecret::random).limit(5).toList();
		assertThatIllegalArgumentException().isThrownBy(() -> tls.update(many))
			.withMessage("The realm 'Shop.prod' has 5 secrets: expected 1 that is shown, and at most 3 more");
		assertThatIllegalArgumentException().isThrownBy(() -> SecretTls.of(SHOP, "node1", List.of()))
			.withMessageContaining("has 0 secrets");
	}

	/**
	 * The authority's key identifier is for all to see: whoever copies it has no secret.
	 */
	@Test
	void whenACertificateOnlyClaimsASecretThenItIsRefused() throws Exception {
		X509Certificate leaf = RealmAuthority.of(SHOP, SECRET)
			.issue("node1", RealmAuthority.newKey().getPublic(), Instant.now());
		byte[] forged = leaf.getEncoded();
		// Of the signature, which is the end.
		forged[forged.length - 3] ^= 1;
		X509Certificate claimed = (X509Certificate) CertificateFactory.getInstance("X.509")
			.generateCertificate(new ByteArrayInputStream(forged));
		RealmTrust trust = new RealmTrust(List.of(RealmAuthority.of(SHOP, SECRET)), Instant::now);
		SSLEngine engine = SSLContext.getDefault().createSSLEngine();
		engine.setUseClientMode(true);
		trust.verify(new X509Certificate[] { leaf }, "UNKNOWN", engine);
		assertThatExceptionOfType(PeerRefusedException.class)
			.isThrownBy(() -> trust.verify(new X509Certificate[] { claimed }, "UNKNOWN", engine))
			.withMessageContaining("(it only claims one of this node's; accepted here: ");
	}

	@Test
	void nothingShowsTheSecret() {
		SecretTls tls = SecretTls.of(SHOP, "node1", SECRET);
		assertThat(tls.source())
			.isEqualTo("realm 'Shop.prod', secret from test (fingerprint " + fingerprint(SECRET) + ")");
		assertThat(tls.toString() + tls.authority() + SECRET).doesNotContain("Vq3kT8RzX1");
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
