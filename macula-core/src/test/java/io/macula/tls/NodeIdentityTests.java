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
import java.nio.charset.StandardCharsets;
import java.security.KeyFactory;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.RSAPublicKeySpec;
import java.time.Instant;
import java.util.Arrays;

import io.macula.Realm;
import io.macula.testing.TestAuthority;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class NodeIdentityTests {

	private static final byte[] TEXT = "lease of 10 s".getBytes(StandardCharsets.US_ASCII);

	private static final byte[] OTHER = "lease of 11 s".getBytes(StandardCharsets.US_ASCII);

	private final SecretTls secret = SecretTls.of(new Realm("shop"), "node/1 \u00e4", RealmSecret.random());

	@Test
	void whatANodeSignsIsVerifiedWithThePublicKeyThatItTells() throws Exception {
		TestAuthority authority = new TestAuthority("CA");
		for (TlsContexts tls : Arrays.asList(this.secret, InsecureTls.of(new Realm("shop"), "node1"),
				BundleTls.of("ec", HostVerification.dialledHost(), authority.keys("ec"), authority.trust()),
				BundleTls.of("rsa", HostVerification.dialledHost(), authority.rsaKeys("rsa"), authority.trust()))) {
			NodeIdentity told = NodeIdentity.of(tls.key().identity().publicKey());
			byte[] signature = tls.key().sign(TEXT);
			assertThat(told).isEqualTo(tls.key().identity())
				.hasSameHashCodeAs(tls.key().identity())
				.isNotEqualTo(NodeIdentity.of(RealmAuthority.newKey().getPublic().getEncoded()));
			assertThat(told.hash()).isEqualTo(MessageDigest.getInstance("SHA-256").digest(told.publicKey()))
				.isEqualTo(NodeIdentity.hash(told.publicKey()));
			assertThat(told.signed(TEXT, signature)).isTrue();
			assertThat(told.signed(OTHER, signature)).isFalse();
			assertThat(told.signed(TEXT, new byte[0])).isFalse();
			assertThat(told.signed(TEXT, new byte[] { 0x30, (byte) 0x84, -1, -1, -1, -1 })).isFalse();
			assertThat(told.signed(TEXT, new byte[1_000_000])).isFalse();
			assertThat(tls.key()).hasToString("key of node " + told);
		}
	}

	@Test
	void thePeerSeesTheKeyThatSigns() throws Exception {
		TestAuthority authority = new TestAuthority("CA");
		for (TlsContexts tls : Arrays.asList(this.secret, BundleTls.of("rsa", HostVerification.fixedName("a.example"),
				authority.rsaKeys("rsa", "a.example"), authority.trust()))) {
			try (HandshakeProbe probe = new HandshakeProbe(tls)) {
				X509Certificate shown = probe.connect(tls, "127.0.0.1").peer();
				assertThat(shown).isNotNull();
				assertThat(NodeIdentity.of(shown)).isEqualTo(tls.key().identity());
			}
		}
	}

	@Test
	void whatIsNoStrongKeyInItsOneFormIsRefused() throws Exception {
		byte[] key = this.secret.key().identity().publicKey();
		KeyPairGenerator weak = KeyPairGenerator.getInstance("RSA");
		weak.initialize(1024);
		KeyPairGenerator edwards = KeyPairGenerator.getInstance("Ed25519");
		byte[] offCurve = key.clone();
		offCurve[offCurve.length - 1] ^= 1;
		for (byte[] bytes : Arrays.asList(new byte[0], new byte[] { 0x30 }, new byte[5000], rsa(3072, 3072),
				rsa(2048, 65), Arrays.copyOf(key, key.length + 1), Arrays.copyOf(key, key.length - 1), offCurve,
				weak.generateKeyPair().getPublic().getEncoded(), edwards.generateKeyPair().getPublic().getEncoded())) {
			assertThatIllegalArgumentException().isThrownBy(() -> NodeIdentity.of(bytes))
				.withMessageStartingWith("A public key of " + bytes.length + " bytes is not valid: expected ");
		}
	}

	/** To verify with an exponent as long as the modulus takes 30 ms. */
	private static byte[] rsa(int bits, int exponentBits) throws Exception {
		BigInteger modulus = BigInteger.ONE.shiftLeft(bits).subtract(BigInteger.valueOf(189));
		BigInteger exponent = BigInteger.ONE.shiftLeft(exponentBits - 1).add(BigInteger.ONE);
		return KeyFactory.getInstance("RSA").generatePublic(new RSAPublicKeySpec(modulus, exponent)).getEncoded();
	}

	@Test
	void largerCurvesCostMoreToVerify() throws Exception {
		assertThat(NodeIdentity.verificationCost(this.secret.key().identity().publicKey())).isEqualTo(1);
		assertThat(NodeIdentity.verificationCost(ec("secp384r1"))).isEqualTo(3);
		assertThat(NodeIdentity.verificationCost(ec("secp521r1"))).isEqualTo(6);
		assertThat(NodeIdentity.of(rsa(2048, 17))).isNotNull();
		assertThat(NodeIdentity.verificationCost(rsa(2048, 17))).isEqualTo(1);
		assertThat(NodeIdentity.verificationCost(rsa(8192, 64))).isEqualTo(1);
		assertThat(NodeIdentity.verificationCost(new byte[0])).isEqualTo(1);
	}

	private static byte[] ec(String curve) throws Exception {
		KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
		generator.initialize(new ECGenParameterSpec(curve));
		return generator.generateKeyPair().getPublic().getEncoded();
	}

	@ParameterizedTest
	@ValueSource(strings = { "node1", "a b/c?d#e%f", "\u00e4\u4e2d", "..", "x:y@z", "%2F", "\r\n" })
	void aLeafNamesItsNodeAndNoOther(String nodeId) {
		Realm shop = new Realm("Shop.prod");
		X509Certificate leaf = leaf(shop, nodeId);
		assertThat(NodeUri.nodeId(leaf, shop)).isEqualTo(nodeId);
		assertThat(NodeUri.nodeId(leaf, new Realm("shop.prod"))).isNull();
		assertThat(NodeUri.of(shop, nodeId)).matches("macula://Shop.prod/[A-Za-z0-9._~%-]+");
	}

	@Test
	void aCertificateOfAUserNamesNoNode() throws Exception {
		TestAuthority authority = new TestAuthority("CA");
		BundleTls tls = BundleTls.of("b", HostVerification.dialledHost(), authority.keys("n", "a.example"),
				authority.trust());
		assertThat(tls.nodeId(leaf(new Realm("shop"), "node1"))).isNull();
	}

	private static X509Certificate leaf(Realm realm, String nodeId) {
		return RealmAuthority.of(realm, RealmSecret.random())
			.issue(nodeId, RealmAuthority.newKey().getPublic(), Instant.EPOCH);
	}

}
