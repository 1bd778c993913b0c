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

/**
 * Proofs, each of which hashes to the one before, so that nobody but their owner knows
 * the next: of all renewals of one version of a record, or of withdrawals. Immutable.
 */
final class ProofChain {

	/**
	 * Most renewals of one version; the next version has a chain of its own. Bounds what
	 * it costs to verify a number of renewals: as much as a signature.
	 */
	static final int RENEWALS = 4096;

	/** Both halves of each proof, the one that all hash to first. */
	private final long[] proofs;

	/**
	 * A chain.
	 * @param length how many proofs there are after the one that all hash to
	 */
	ProofChain(SecureRandom random, int length) {
		this.proofs = new long[2 * (length + 1)];
		Proof proof = Proof.random(random);
		for (int i = length; i >= 0; i--) {
			this.proofs[2 * i] = proof.high();
			this.proofs[2 * i + 1] = proof.low();
			proof = proof.hashed(1);
		}
	}

	int length() {
		return this.proofs.length / 2 - 1;
	}

	/**
	 * The proof that hashes so many times to the first.
	 * @param number from 0, what the record itself tells, to the length
	 */
	Proof proof(long number) {
		int index = Math.toIntExact(2 * number);
		return new Proof(this.proofs[index], this.proofs[index + 1]);
	}

	/**
	 * Renewals that an honest owner does not exceed.
	 */
	static boolean holds(long renewals) {
		return renewals >= 0 && renewals <= RENEWALS;
	}

}
