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
 * The proofs of all renewals of one version of a record: each hashes to the one before,
 * so that nobody but their owner knows the next. Immutable.
 */
final class RenewalChain {

	/**
	 * Most renewals of one version; the next version has a chain of its own. Bounds what
	 * it costs to verify a number of renewals: as much as a signature.
	 */
	static final int LENGTH = 4096;

	/** Both halves of each proof, that of no renewal first. */
	private final long[] proofs = new long[2 * (LENGTH + 1)];

	RenewalChain(SecureRandom random) {
		Proof proof = Proof.random(random);
		for (int i = LENGTH; i >= 0; i--) {
			this.proofs[2 * i] = proof.high();
			this.proofs[2 * i + 1] = proof.low();
			proof = proof.hashed(1);
		}
	}

	/**
	 * The proof of a renewal.
	 * @param renewals its number, from 0, which the record itself tells, to
	 * {@value #LENGTH}
	 */
	Proof proof(long renewals) {
		int index = Math.toIntExact(2 * renewals);
		return new Proof(this.proofs[index], this.proofs[index + 1]);
	}

	/**
	 * What an honest owner does not exceed.
	 */
	static boolean holds(long renewals) {
		return renewals >= 0 && renewals <= LENGTH;
	}

}
