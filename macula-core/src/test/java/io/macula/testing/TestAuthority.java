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

package io.macula.testing;

import java.math.BigInteger;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;

import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.TrustManagerFactory;

import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.jspecify.annotations.Nullable;

/**
 * A certificate authority such as users have, for tests.
 */
public final class TestAuthority {

	public static final String PASSWORD = "changeit";

	private final String name;

	private final KeyPair keys;

	private final X509Certificate certificate;

	public TestAuthority(String name) throws Exception {
		this.name = name;
		this.keys = keyPair("EC");
		this.certificate = certificate(name, this.keys, Instant.now(), Duration.ofDays(1), true);
	}

	public TrustManagerFactory trust() throws Exception {
		KeyStore store = KeyStore.getInstance("PKCS12");
		store.load(null);
		store.setCertificateEntry("ca", this.certificate);
		TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
		trust.init(store);
		return trust;
	}

	public KeyManagerFactory keys(String commonName, String... hosts) throws Exception {
		return keys(commonName, Duration.ofDays(1), hosts);
	}

	/** Valid for as long before as after the present. */
	public KeyManagerFactory keys(String commonName, Duration validity, String... hosts) throws Exception {
		return keys("EC", commonName, Instant.now(), validity, hosts);
	}

	public KeyManagerFactory expiredKeys(String commonName, String... hosts) throws Exception {
		return keys("EC", commonName, Instant.now().minus(Duration.ofDays(30)), Duration.ofDays(1), hosts);
	}

	/** Valid from so long after the present on. */
	public KeyManagerFactory futureKeys(String commonName, Duration ahead, String... hosts) throws Exception {
		return keys("EC", commonName, Instant.now().plus(ahead).plus(Duration.ofDays(1)), Duration.ofDays(1), hosts);
	}

	/** The certificate was made for another key. */
	public KeyManagerFactory foreignKeys(String certified, String held, String commonName) throws Exception {
		X509Certificate leaf = certificate(commonName, keyPair(certified), Instant.now(), Duration.ofDays(1), false);
		return keys(keyPair(held).getPrivate(), leaf);
	}

	/** The certificate of the key is the last of its chain; PKCS12 would refuse it. */
	public KeyManagerFactory reversedKeys(String commonName) throws Exception {
		KeyPair pair = keyPair("EC");
		X509Certificate leaf = certificate(commonName, pair, Instant.now(), Duration.ofDays(1), false);
		return keys("JKS", pair.getPrivate(), this.certificate, leaf);
	}

	public KeyManagerFactory rsaKeys(String commonName, String... hosts) throws Exception {
		return keys("RSA", commonName, Instant.now(), Duration.ofDays(1), hosts);
	}

	/** For one role only. */
	public KeyManagerFactory keysFor(KeyPurposeId usage, String commonName, String... hosts) throws Exception {
		KeyPair pair = keyPair("EC");
		return keys(pair.getPrivate(),
				certificate(commonName, pair, Instant.now(), Duration.ofDays(1), false, usage, hosts));
	}

	private KeyManagerFactory keys(String algorithm, String commonName, Instant now, Duration validity, String... hosts)
			throws Exception {
		KeyPair pair = keyPair(algorithm);
		X509Certificate leaf = certificate(commonName, pair, now, validity, false, hosts);
		return keys(pair.getPrivate(), leaf);
	}

	private static KeyManagerFactory keys(PrivateKey key, X509Certificate... chain) throws Exception {
		return keys("PKCS12", key, chain);
	}

	private static KeyManagerFactory keys(String type, PrivateKey key, X509Certificate... chain) throws Exception {
		KeyStore store = KeyStore.getInstance(type);
		store.load(null, PASSWORD.toCharArray());
		store.setKeyEntry("key", key, PASSWORD.toCharArray(), chain);
		KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
		keys.init(store, PASSWORD.toCharArray());
		return keys;
	}

	private X509Certificate certificate(String commonName, KeyPair subject, Instant now, Duration validity,
			boolean authority, String... hosts) throws Exception {
		return certificate(commonName, subject, now, validity, authority, null, hosts);
	}

	private X509Certificate certificate(String commonName, KeyPair subject, Instant now, Duration validity,
			boolean authority, @Nullable KeyPurposeId usage, String... hosts) throws Exception {
		X509v3CertificateBuilder builder = new X509v3CertificateBuilder(new X500Name("CN=" + this.name),
				new BigInteger(64, new SecureRandom()), Date.from(now.minus(validity)), Date.from(now.plus(validity)),
				new X500Name("CN=" + commonName), SubjectPublicKeyInfo.getInstance(subject.getPublic().getEncoded()));
		builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(authority));
		if (usage != null) {
			builder.addExtension(Extension.extendedKeyUsage, false, new ExtendedKeyUsage(usage));
		}
		if (hosts.length > 0) {
			GeneralName[] names = new GeneralName[hosts.length];
			for (int i = 0; i < hosts.length; i++) {
				boolean address = Character.isDigit(hosts[i].charAt(0));
				names[i] = new GeneralName(address ? GeneralName.iPAddress
						: hosts[i].contains("://") ? GeneralName.uniformResourceIdentifier : GeneralName.dNSName,
						hosts[i]);
			}
			builder.addExtension(Extension.subjectAlternativeName, false, new GeneralNames(names));
		}
		return new JcaX509CertificateConverter().getCertificate(
				builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(this.keys.getPrivate())));
	}

	private static KeyPair keyPair(String algorithm) throws Exception {
		KeyPairGenerator generator = KeyPairGenerator.getInstance(algorithm);
		if (algorithm.equals("EC")) {
			generator.initialize(new ECGenParameterSpec("secp256r1"));
		}
		else {
			generator.initialize(2048);
		}
		return generator.generateKeyPair();
	}

}
