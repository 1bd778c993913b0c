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
import java.security.Key;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.X509Certificate;

/**
 * A node's own key, which proves its identity in handshakes and signs what it says of
 * itself. Immutable; never shows its private part.
 */
public final class NodeKey {

	private final PrivateKey privateKey;

	private final NodeIdentity identity;

	private final boolean shared;

	private NodeKey(PrivateKey privateKey, NodeIdentity identity, boolean shared) {
		this.privateKey = privateKey;
		this.identity = identity;
		this.shared = shared;
	}

	/**
	 * A key.
	 * @param privateKey EC or RSA
	 * @param certificate of its public part
	 * @return the key
	 */
	public static NodeKey of(PrivateKey privateKey, X509Certificate certificate) {
		return new NodeKey(privateKey, NodeIdentity.of(certificate), false);
	}

	/**
	 * A key for which there is no certificate yet.
	 * @param pair EC or RSA
	 * @return the key
	 */
	public static NodeKey of(KeyPair pair) {
		return new NodeKey(pair.getPrivate(), NodeIdentity.of(pair.getPublic().getEncoded()), false);
	}

	/**
	 * This key, which other nodes may have, too, as it comes from a file.
	 * @return the key
	 */
	NodeKey ofManyNodes() {
		return new NodeKey(this.privateKey, this.identity, true);
	}

	/**
	 * Whether other nodes may have this key, too.
	 * @return false if it was made for this node
	 */
	public boolean shared() {
		return this.shared;
	}

	/**
	 * Who the node is.
	 * @return the public part
	 */
	public NodeIdentity identity() {
		return this.identity;
	}

	/**
	 * Sign something; takes a fraction of a millisecond with EC, milliseconds with RSA.
	 * @param content what to sign; a signature of the same content differs each time
	 * @return for {@link NodeIdentity#signed}: ECDSA (in DER) or RSA (PKCS #1), with
	 * SHA-256
	 */
	public byte[] sign(byte[] content) {
		try {
			Signature signature = signature(this.privateKey);
			signature.initSign(this.privateKey);
			signature.update(content);
			return signature.sign();
		}
		catch (GeneralSecurityException ex) {
			throw new IllegalStateException("The key of node " + this.identity + " cannot sign", ex);
		}
	}

	static Signature signature(Key key) throws GeneralSecurityException {
		return Signature.getInstance(key.getAlgorithm().equals("EC") ? "SHA256withECDSA" : "SHA256withRSA");
	}

	@Override
	public String toString() {
		return "key of node " + this.identity;
	}

}
