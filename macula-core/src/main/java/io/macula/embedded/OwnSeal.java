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

package io.macula.embedded;

import java.security.SecureRandom;
import java.util.function.Supplier;

import io.macula.Realm;
import io.macula.tls.NodeIdentity;
import io.macula.tls.NodeKey;
import org.jspecify.annotations.Nullable;

/**
 * What makes the record of this node its own: signs it, and knows the proofs of its
 * renewals and of its withdrawal. Owned by the loop.
 */
final class OwnSeal {

	/** After so many a chain of them ends, and another one begins. */
	private static final int WITHDRAWALS = 256;

	private final Realm realm;

	private final Supplier<NodeKey> keys;

	private final SecureRandom random = new SecureRandom();

	private ProofChain withdrawals = new ProofChain(this.random, WITHDRAWALS);

	/** Of the chain. */
	private int withdrawn;

	private @Nullable NodeIdentity signer;

	private @Nullable ProofChain chain;

	/**
	 * A seal.
	 * @param realm the realm of the record
	 * @param keys the key that this node shows in handshakes; it may change
	 */
	OwnSeal(Realm realm, Supplier<NodeKey> keys) {
		this.realm = realm;
		this.keys = keys;
	}

	/**
	 * Sign a new version of the record, whose renewals are counted from 0.
	 */
	NodeRecord sign(NodeRecord record) {
		NodeKey key = this.keys.get();
		ProofChain renewals = new ProofChain(this.random, ProofChain.RENEWALS);
		this.chain = renewals;
		this.signer = key.identity();
		NodeSeal unsigned = new NodeSeal(key.identity().publicKey(), renewals.proof(0),
				this.withdrawals.proof(this.withdrawn), new byte[0]);
		byte[] signature = key.sign(RecordText.of(this.realm, record, unsigned));
		return record.sealed(new NodeSeal(unsigned.key(), unsigned.renewal(), unsigned.withdrawal(), signature));
	}

	/**
	 * Whether this node shows another key by now than the one that signed.
	 */
	boolean outdated() {
		NodeIdentity signed = this.signer;
		return signed != null && !signed.equals(this.keys.get().identity());
	}

	/**
	 * Whether a record is signed by the key that this node shows now.
	 */
	boolean signs(NodeRecord record) {
		return this.keys.get().identity().text().equals(record.identityText());
	}

	/**
	 * The proof of a renewal of what was signed last.
	 */
	Proof renewal(long renewals) {
		ProofChain present = this.chain;
		if (present == null) {
			throw new IllegalStateException("Nothing was signed");
		}
		return present.proof(renewals);
	}

	/**
	 * The proof of the withdrawal of all that was signed; what is signed afterwards needs
	 * the next one.
	 */
	Proof withdraw() {
		this.withdrawn++;
		Proof told = this.withdrawals.proof(this.withdrawn);
		if (this.withdrawn == this.withdrawals.length()) {
			this.withdrawals = new ProofChain(this.random, WITHDRAWALS);
			this.withdrawn = 0;
		}
		return told;
	}

}
