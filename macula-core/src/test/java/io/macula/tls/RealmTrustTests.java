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
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;

import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;

import io.macula.Realm;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.AuthorityKeyIdentifier;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

/**
 * Certificates that a holder of the secret made by hand.
 */
class RealmTrustTests {

	private static final Realm SHOP = new Realm("shop");

	private static final RealmSecret SECRET = RealmSecret.random();

	private final RealmAuthority authority = RealmAuthority.of(SHOP, SECRET);

	private final AuthorityKey key = AuthorityKey.of(SHOP, SECRET);

	private final String host = this.authority.peerName();

	private final RealmTrust trust = new RealmTrust(List.of(this.authority), Instant::now);

	@Test
	void aRightOneIsTrustedInBothRoles() throws Exception {
		X509Certificate leaf = leaf(false, List.of("macula://shop/node1"), this.host, KeyPurposeId.id_kp_serverAuth,
				KeyPurposeId.id_kp_clientAuth);
		assertThat(refusal(leaf, true)).isNull();
		assertThat(refusal(leaf, false)).isNull();
	}

	@ParameterizedTest
	@CsvSource({ "true,false", "false,true" })
	void aCertificateIsOfUseInItsRoleOnly(boolean server, boolean client) throws Exception {
		X509Certificate leaf = leaf(false, List.of("macula://shop/node1"), this.host,
				server ? KeyPurposeId.id_kp_serverAuth : KeyPurposeId.id_kp_clientAuth);
		assertThat(refusal(leaf, true)).isEqualTo(server ? null : "its certificate is not one of a node");
		assertThat(refusal(leaf, false)).isEqualTo(client ? null : "its certificate is not one of a node");
	}

	@Test
	void whatIsNotOfOneNodeOfTheRealmIsRefused() throws Exception {
		KeyPurposeId[] both = { KeyPurposeId.id_kp_serverAuth, KeyPurposeId.id_kp_clientAuth };
		String unnamed = "its certificate does not name one node of the realm 'shop'";
		assertThat(refusal(leaf(false, List.of(), this.host, both), true)).isEqualTo(unnamed);
		assertThat(refusal(leaf(false, List.of("macula://other/node1"), this.host, both), true)).isEqualTo(unnamed);
		assertThat(refusal(leaf(false, List.of("macula://shop/"), this.host, both), true)).isEqualTo(unnamed);
		assertThat(refusal(leaf(false, List.of("macula://shop/a%2f"), this.host, both), true)).isEqualTo(unnamed);
		assertThat(refusal(leaf(false, List.of("MACULA://shop/a"), this.host, both), true)).isEqualTo(unnamed);
		assertThat(refusal(leaf(false, List.of("macula://shop/a?b"), this.host, both), true)).isEqualTo(unnamed);
		assertThat(refusal(leaf(false, List.of("macula://shop/a", "macula://shop/b"), this.host, both), true))
			.isEqualTo(unnamed);
		assertThat(refusal(leaf(false, List.of("https://x/y", "macula://shop/a"), this.host, both), true)).isNull();
		assertThat(refusal(leaf(false, List.of("macula://shop/node1"), "shop.example", both), true))
			.isEqualTo("its certificate is not for '" + this.host + "'");
		assertThat(refusal(leaf(true, List.of("macula://shop/node1"), this.host, both), true))
			.isEqualTo("its certificate is not one of a node");
	}

	private @Nullable String refusal(X509Certificate leaf, boolean server) throws Exception {
		SSLEngine engine = SSLContext.getDefault().createSSLEngine();
		engine.setUseClientMode(server);
		PeerRefusedException refusal = catchThrowableOfType(PeerRefusedException.class,
				() -> this.trust.verify(new X509Certificate[] { leaf }, "UNKNOWN", engine));
		return (refusal != null) ? refusal.getMessage() : null;
	}

	private X509Certificate leaf(boolean authorityToo, List<String> uris, String name, KeyPurposeId... usages)
			throws Exception {
		KeyPair pair = RealmAuthority.newKey();
		Instant now = Instant.now();
		JcaX509v3CertificateBuilder builder = new JcaX509v3CertificateBuilder(
				X500Name.getInstance(this.authority.issuer().getEncoded()), BigInteger.TEN,
				Date.from(now.minus(Duration.ofDays(1))), Date.from(now.plus(Duration.ofDays(1))),
				new X500Name("CN=node1"), pair.getPublic());
		GeneralName[] names = new GeneralName[uris.size() + 1];
		names[0] = new GeneralName(GeneralName.dNSName, name);
		for (int i = 0; i < uris.size(); i++) {
			names[i + 1] = new GeneralName(GeneralName.uniformResourceIdentifier, uris.get(i));
		}
		builder.addExtension(Extension.subjectAlternativeName, false, new GeneralNames(names));
		builder.addExtension(Extension.extendedKeyUsage, false, new ExtendedKeyUsage(usages));
		builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(authorityToo));
		builder.addExtension(Extension.authorityKeyIdentifier, false,
				new AuthorityKeyIdentifier(this.key.identifier()));
		return new JcaX509CertificateConverter()
			.getCertificate(builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(this.key.privateKey())));
	}

}
