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

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;

/**
 * 128 bits that only the owner of a record can have told: they hash to what the record
 * holds. Element of the directory's protocol; immutable.
 *
 * @param high the first 8 bytes
 * @param low the last 8 bytes
 */
record Proof(long high, long low) {

	static final int BYTES = 16;

	/** What nobody can guess. */
	static Proof random(SecureRandom random) {
		return new Proof(random.nextLong(), random.nextLong());
	}

	static Proof of(byte[] bytes) {
		ByteBuffer buffer = ByteBuffer.wrap(bytes);
		return new Proof(buffer.getLong(), buffer.getLong());
	}

	byte[] bytes() {
		return ByteBuffer.allocate(BYTES).putLong(this.high).putLong(this.low).array();
	}

	/**
	 * SHA-256 of this, cut to 16 bytes, and so on.
	 * @param times how often, 0 for this itself
	 */
	Proof hashed(long times) {
		if (times == 0) {
			return this;
		}
		MessageDigest digest = sha256();
		byte[] bytes = bytes();
		for (long i = 0; i < times; i++) {
			digest.update(bytes, 0, BYTES);
			bytes = digest.digest();
		}
		return of(bytes);
	}

	static MessageDigest sha256() {
		try {
			return MessageDigest.getInstance("SHA-256");
		}
		catch (GeneralSecurityException ex) {
			throw new IllegalStateException("The Java runtime lacks SHA-256", ex);
		}
	}

}
