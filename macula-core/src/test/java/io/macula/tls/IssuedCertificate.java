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

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Instant;
import java.util.Base64;

import io.macula.Realm;

/**
 * A key and the certificate that the realm's authority issued for it, in the forms that
 * foreign implementations of TLS take. Immutable.
 *
 * @param key the private key
 * @param certificate its certificate
 * @param authority certificate of the realm's authority
 * @param peerName name that nodes of the realm show
 */
public record IssuedCertificate(PrivateKey key, X509Certificate certificate, X509Certificate authority,
		String peerName) {

	private static final String PASSWORD = "changeit";

	/**
	 * Issue a certificate.
	 * @param realm the realm
	 * @param nodeId the node
	 * @param secret the realm's secret
	 * @return a new key with its certificate
	 */
	public static IssuedCertificate of(String realm, String nodeId, RealmSecret secret) {
		try {
			KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
			generator.initialize(new ECGenParameterSpec("secp256r1"));
			KeyPair pair = generator.generateKeyPair();
			RealmAuthority authority = RealmAuthority.of(new Realm(realm), secret);
			return new IssuedCertificate(pair.getPrivate(), authority.issue(nodeId, pair.getPublic(), Instant.now()),
					authority.certificate(), authority.peerName());
		}
		catch (GeneralSecurityException ex) {
			throw new IllegalStateException("No key can be made for '" + nodeId + "'", ex);
		}
	}

	/**
	 * The authority as a trust store.
	 * @return a new key store
	 */
	public KeyStore trustStore() throws GeneralSecurityException, IOException {
		KeyStore store = KeyStore.getInstance("PKCS12");
		store.load(null, null);
		store.setCertificateEntry("authority", this.authority);
		return store;
	}

	/**
	 * Write {@code key.pem}, {@code certificate.pem}, {@code authority.pem} and
	 * {@code node.p12} with password {@code changeit}.
	 * @param directory where to
	 */
	public void export(Path directory) throws GeneralSecurityException, IOException {
		write(directory.resolve("key.pem"), "PRIVATE KEY", this.key.getEncoded());
		write(directory.resolve("certificate.pem"), "CERTIFICATE", this.certificate.getEncoded());
		write(directory.resolve("authority.pem"), "CERTIFICATE", this.authority.getEncoded());
		KeyStore store = KeyStore.getInstance("PKCS12");
		store.load(null, null);
		store.setKeyEntry("node", this.key, PASSWORD.toCharArray(),
				new Certificate[] { this.certificate, this.authority });
		try (OutputStream out = Files.newOutputStream(directory.resolve("node.p12"))) {
			store.store(out, PASSWORD.toCharArray());
		}
	}

	private static void write(Path file, String type, byte[] content) throws IOException {
		String text = Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII)).encodeToString(content);
		Files.writeString(file, "-----BEGIN " + type + "-----\n" + text + "\n-----END " + type + "-----\n");
	}

}
