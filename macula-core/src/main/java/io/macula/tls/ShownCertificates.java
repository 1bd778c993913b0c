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

import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.X509ExtendedKeyManager;

import org.jspecify.annotations.Nullable;

/**
 * The certificate chain that a node shows in both roles, and its key. Immutable.
 *
 * @param key the key
 * @param chain begins with the certificate of the key
 */
record ShownCertificates(PrivateKey key, List<X509Certificate> chain) {

	private static final List<String> KEY_TYPES = List.of("EC", "RSA");

	private static final byte[] PROBE = { 'm', 'a', 'c', 'u', 'l', 'a' };

	/**
	 * What would otherwise fail in every handshake fails here, with its name. Of what the
	 * key manager chooses for keys of type EC and RSA the one that ends last is taken: a
	 * node has one identity, whomever it meets.
	 * @param source where the keys come from, for messages
	 * @param keys what is configured
	 * @return what is shown of it
	 * @throws IllegalArgumentException if there is no usable key, or one that does not
	 * belong to its certificate
	 */
	static ShownCertificates of(String source, KeyManagerFactory keys) {
		List<ShownCertificates> found = new ArrayList<>();
		for (KeyManager manager : keys.getKeyManagers()) {
			if (manager instanceof X509ExtendedKeyManager extended) {
				for (String type : KEY_TYPES) {
					collect(source, extended, extended.chooseEngineServerAlias(type, null, null), found);
				}
			}
		}
		if (found.isEmpty()) {
			throw new IllegalArgumentException(source
					+ " has no EC or RSA key with its certificate that can be exported: nodes authenticate each other, so that each needs a key store");
		}
		return found.stream().max(Comparator.comparing((shown) -> Validity.of(shown.own()).until())).orElseThrow();
	}

	private static void collect(String source, X509ExtendedKeyManager manager, @Nullable String alias,
			List<ShownCertificates> found) {
		X509Certificate[] chain = (alias != null) ? manager.getCertificateChain(alias) : null;
		PrivateKey key = (alias != null) ? manager.getPrivateKey(alias) : null;
		if (alias != null && chain != null && chain.length > 0 && key != null && key.getEncoded() != null
				&& KEY_TYPES.contains(key.getAlgorithm())) {
			requirePair(source + ": ", alias, key, chain);
			found.add(new ShownCertificates(key, List.of(chain)));
		}
	}

	private static void requirePair(String source, String alias, PrivateKey key, X509Certificate[] chain) {
		if (belongs(key, chain[0])) {
			return;
		}
		for (int i = 1; i < chain.length; i++) {
			if (belongs(key, chain[i])) {
				throw new IllegalArgumentException(source + "the chain of alias '" + alias + "' begins with '"
						+ name(chain[0]) + "', but the private key belongs to certificate " + (i + 1) + " of it, '"
						+ name(chain[i]) + "'; put that first, then its issuers");
			}
		}
		throw new IllegalArgumentException(
				source + "the private key of alias '" + alias + "' does not belong to its certificate '"
						+ name(chain[0]) + "'; put the key and the certificate of one pair there");
	}

	/** A private key does not tell its public key: what it signs does. */
	private static boolean belongs(PrivateKey key, X509Certificate certificate) {
		String algorithm = switch (key.getAlgorithm()) {
			case "EC" -> "SHA256withECDSA";
			case "RSA" -> "SHA256withRSA";
			default -> key.getAlgorithm();
		};
		try {
			Signature signature = Signature.getInstance(algorithm);
			signature.initSign(key);
			signature.update(PROBE);
			byte[] signed = signature.sign();
			Signature verification = Signature.getInstance(algorithm);
			verification.initVerify(certificate.getPublicKey());
			verification.update(PROBE);
			return verification.verify(signed);
		}
		catch (GeneralSecurityException ex) {
			return false;
		}
	}

	private static String name(X509Certificate certificate) {
		return certificate.getSubjectX500Principal().getName();
	}

	/** The node's own certificate. */
	X509Certificate own() {
		return this.chain.get(0);
	}

	@Override
	public String toString() {
		return "certificate of " + name(own());
	}

}
