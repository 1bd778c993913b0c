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

import java.util.Arrays;
import java.util.Objects;

import org.jspecify.annotations.Nullable;

/**
 * What ties a record to its owner: the public key that the owner shows in handshakes, and
 * what only the holder of its private part can have made. Element of the directory's
 * protocol; immutable, its arrays are never written to.
 *
 * @param key X.509 SubjectPublicKeyInfo in DER
 * @param renewal proof of no renewal: that of the first hashes to it
 * @param withdrawal that of a withdrawal hashes to it
 * @param signature by the key, over the record and all of the above but itself, see
 * {@link RecordText}
 */
record NodeSeal(byte[] key, Proof renewal, Proof withdrawal, byte[] signature) {

	NodeSeal {
		Objects.requireNonNull(key, "key");
		Objects.requireNonNull(renewal, "renewal");
		Objects.requireNonNull(withdrawal, "withdrawal");
		Objects.requireNonNull(signature, "signature");
	}

	boolean sameKey(NodeSeal other) {
		return Arrays.equals(this.key, other.key);
	}

	@Override
	public boolean equals(@Nullable Object other) {
		return other instanceof NodeSeal seal && sameKey(seal) && this.renewal.equals(seal.renewal)
				&& this.withdrawal.equals(seal.withdrawal) && Arrays.equals(this.signature, seal.signature);
	}

	@Override
	public int hashCode() {
		return 31 * Arrays.hashCode(this.key) + this.renewal.hashCode();
	}

	@Override
	public String toString() {
		return "seal of " + this.key.length + " and " + this.signature.length + " bytes";
	}

}
