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

package io.macula.cli.doctor;

import java.math.BigInteger;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;

import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.TrustManagerFactory;

import io.macula.tls.BundleTls;
import io.macula.tls.HostVerification;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** Certificates of one authority, for tests. */
final class Bundles {

	private static final char[] PASSWORD = "changeit".toCharArray();

	private final KeyPair keys = keyPair();

	private final X500Name name;

	private final X509Certificate certificate;

	Bundles(String name) throws Exception {
		this.name = new X500Name("CN=" + name);
		this.certificate = certificate(this.name, this.keys, Instant.now(), true, null);
	}

	BundleTls tls(String commonName, Instant middle, String address) throws Exception {
		KeyPair pair = keyPair();
		X509Certificate leaf = certificate(new X500Name("CN=" + commonName), pair, middle, false, address);
		KeyStore own = KeyStore.getInstance("PKCS12");
		own.load(null, PASSWORD);
		own.setKeyEntry("key", pair.getPrivate(), PASSWORD, new X509Certificate[] { leaf });
		KeyManagerFactory shown = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
		shown.init(own, PASSWORD);
		KeyStore others = KeyStore.getInstance("PKCS12");
		others.load(null);
		others.setCertificateEntry("ca", this.certificate);
		TrustManagerFactory trusted = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
		trusted.init(others);
		return BundleTls.of("SSL bundle '" + commonName + "'", HostVerification.dialledHost(), shown, trusted);
	}

	private X509Certificate certificate(X500Name subject, KeyPair pair, Instant middle, boolean authority,
			String address) throws Exception {
		JcaX509v3CertificateBuilder builder = new JcaX509v3CertificateBuilder(this.name,
				new BigInteger(64, new SecureRandom()), Date.from(middle.minus(Duration.ofDays(1))),
				Date.from(middle.plus(Duration.ofDays(1))), subject, pair.getPublic());
		builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(authority));
		if (address != null) {
			builder.addExtension(Extension.subjectAlternativeName, false,
					new GeneralNames(new GeneralName(GeneralName.iPAddress, address)));
		}
		return new JcaX509CertificateConverter().getCertificate(
				builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(this.keys.getPrivate())));
	}

	private static KeyPair keyPair() throws Exception {
		KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
		generator.initialize(new ECGenParameterSpec("secp256r1"));
		return generator.generateKeyPair();
	}

}
