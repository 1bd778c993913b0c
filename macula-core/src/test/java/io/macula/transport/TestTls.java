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

package io.macula.transport;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;

import io.macula.tls.NodeKey;
import io.macula.tls.TlsContexts;
import io.netty.handler.codec.quic.QuicSslContext;
import io.netty.handler.codec.quic.QuicSslContextBuilder;
import io.netty.handler.ssl.ClientAuth;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.cert.CertIOException;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.jspecify.annotations.Nullable;

/**
 * A certificate authority and one node of it, made at run time.
 */
final class TestTls implements TlsContexts {

	private final X509Certificate authority;

	private final PrivateKey authorityKey;

	private final String name;

	private final NodeKey key;

	private final QuicSslContext client;

	private final QuicSslContext server;

	private TestTls(String name, Duration validity, X509Certificate... trusted) {
		this(name, keys(), validity, trusted);
	}

	private TestTls(String name, KeyPair root, Duration validity, X509Certificate... trusted) {
		try {
			this.name = name;
			X500Name issuer = new X500Name("CN=" + name + " authority");
			JcaX509v3CertificateBuilder rootBuilder = builder(issuer, issuer, root, Duration.ofDays(1));
			rootBuilder.addExtension(Extension.basicConstraints, true, new BasicConstraints(true));
			this.authority = sign(rootBuilder, root.getPrivate());
			this.authorityKey = root.getPrivate();
			KeyPair leaf = keys();
			JcaX509v3CertificateBuilder leafBuilder = builder(issuer, new X500Name("CN=" + name), leaf, validity);
			leafBuilder.addExtension(Extension.subjectAlternativeName, false,
					new GeneralNames(new GeneralName(GeneralName.dNSName, name)));
			X509Certificate certificate = sign(leafBuilder, this.authorityKey);
			this.key = NodeKey.of(leaf.getPrivate(), certificate);
			X509Certificate[] trust = (trusted.length > 0) ? trusted : new X509Certificate[] { this.authority };
			this.client = QuicSslContextBuilder.forClient()
				.keyManager(leaf.getPrivate(), null, certificate)
				.trustManager(trust)
				.applicationProtocols(QuicKnobs.PROTOCOL)
				.build();
			this.server = QuicSslContextBuilder.forServer(leaf.getPrivate(), null, certificate)
				.trustManager(trust)
				.clientAuth(ClientAuth.REQUIRE)
				.applicationProtocols(QuicKnobs.PROTOCOL)
				.build();
		}
		catch (GeneralSecurityException | OperatorCreationException | CertIOException ex) {
			throw new IllegalStateException(ex);
		}
	}

	static TestTls create(String name) {
		return new TestTls(name, Duration.ofDays(1));
	}

	/** Two processes share it: the realm's authority comes from a fixed seed. */
	static TestTls fixed() {
		return new TestTls("fixed.realm.macula", seededKeys(), Duration.ofDays(1));
	}

	static TestTls expired(String name) {
		return new TestTls(name, Duration.ofHours(-1));
	}

	/** A node of another authority that trusts this one. */
	TestTls admirer() {
		return new TestTls(this.name, Duration.ofDays(1), this.authority);
	}

	@Override
	public QuicSslContext client() {
		return this.client;
	}

	@Override
	public QuicSslContext server() {
		return this.server;
	}

	@Override
	public @Nullable String peerName() {
		return this.name;
	}

	@Override
	public NodeKey key() {
		return this.key;
	}

	@Override
	public String source() {
		return "test authority '" + this.name + "'";
	}

	private static KeyPair keys() {
		return keys(new SecureRandom());
	}

	private static KeyPair seededKeys() {
		try {
			SecureRandom random = SecureRandom.getInstance("SHA1PRNG");
			random.setSeed(42);
			return keys(random);
		}
		catch (GeneralSecurityException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private static KeyPair keys(SecureRandom random) {
		try {
			KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
			generator.initialize(new ECGenParameterSpec("secp256r1"), random);
			return generator.generateKeyPair();
		}
		catch (GeneralSecurityException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private static JcaX509v3CertificateBuilder builder(X500Name issuer, X500Name subject, KeyPair keys,
			Duration validity) {
		Instant now = Instant.now();
		return new JcaX509v3CertificateBuilder(issuer, new BigInteger(64, new SecureRandom()),
				Date.from(now.minus(Duration.ofDays(1))), Date.from(now.plus(validity)), subject, keys.getPublic());
	}

	private static X509Certificate sign(JcaX509v3CertificateBuilder builder, PrivateKey key)
			throws GeneralSecurityException, OperatorCreationException {
		return new JcaX509CertificateConverter()
			.getCertificate(builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(key)));
	}

}
