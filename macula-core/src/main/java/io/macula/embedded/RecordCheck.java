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

import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Objects;
import java.util.Set;
import java.util.function.LongSupplier;

import io.macula.Realm;
import io.macula.embedded.DirectoryUpdate.Upsert;
import io.macula.tls.NodeIdentity;
import org.jspecify.annotations.Nullable;

/**
 * What a replica demands of a record before its table takes it, whoever told it: that its
 * owner signed it, and that its numbers are plausible. Owned by the loop of a directory.
 */
final class RecordCheck {

	/**
	 * How far ahead of this node's wall clock a term or an incarnation may be: more than
	 * the clocks of two nodes may be apart.
	 */
	static final Duration TOLERANCE = Duration.ofDays(7);

	/** More changes than a process can tell of in its life. */
	static final long MAX_VERSION = 1L << 40;

	/** Records that were verified are remembered up to this number. */
	private static final int MAX_VERIFIED = 20_000;

	private final Realm realm;

	private final LongSupplier wallMillis;

	/** Unknown to whoever would like two records to look the same here. */
	private final byte[] salt = Proof.random(new SecureRandom()).bytes();

	private final Set<Proof> verified = new LinkedHashSet<>();

	private long signaturesVerified;

	/**
	 * A check.
	 * @param realm the realm of the records
	 * @param wallMillis the wall clock, in milliseconds since 1970
	 */
	RecordCheck(Realm realm, LongSupplier wallMillis) {
		this.realm = realm;
		this.wallMillis = wallMillis;
	}

	/**
	 * Demand it.
	 * @throws IllegalArgumentException if the record must not be taken; the message is a
	 * clause about it
	 */
	void require(Upsert upsert) {
		NodeRecord record = upsert.record();
		NodeSeal seal = record.seal();
		if (seal == null) {
			throw new IllegalArgumentException("it is not signed by its owner");
		}
		requirePlausible(record);
		if (!proven(upsert.renewals(), upsert.proof(), 0, seal.renewal())) {
			throw new IllegalArgumentException(
					"its renewal " + upsert.renewals() + " is not proven to come from its owner");
		}
		if (!signed(record, seal)) {
			throw new IllegalArgumentException(
					"its signature is not by the key that it names as its owner's (" + record.identityText() + ")");
		}
	}

	/** Remembers the record if so. */
	private boolean signed(NodeRecord record, NodeSeal seal) {
		byte[] text = RecordText.of(this.realm, record, seal);
		Proof summary = summary(text, seal.signature());
		if (this.verified.contains(summary)) {
			return true;
		}
		this.signaturesVerified++;
		if (!NodeIdentity.of(seal.key()).signed(text, seal.signature())) {
			return false;
		}
		remember(summary);
		return true;
	}

	/**
	 * Whether the signature of a record would have to be verified.
	 */
	boolean unverified(NodeRecord record) {
		NodeSeal seal = record.seal();
		return seal != null && RecordBounds.bytes(record) <= RecordBounds.MAX_BYTES
				&& !this.verified.contains(summary(RecordText.of(this.realm, record, seal), seal.signature()));
	}

	/**
	 * Verify it, and remember the record if it is its owner's. What is wrong with it is
	 * said when it is demanded.
	 */
	void verify(NodeRecord record) {
		NodeSeal seal = record.seal();
		try {
			if (seal != null) {
				signed(record, seal);
			}
		}
		catch (RuntimeException ex) {
			// The key is none, or one that the JDK does not expect.
		}
	}

	/**
	 * Whether a record is too far ahead of this node's clock, one of which is wrong.
	 */
	boolean ahead(NodeRecord record) {
		long latest = latest();
		return record.term() > latest || record.incarnation() > latest;
	}

	private long latest() {
		return this.wallMillis.getAsLong() + TOLERANCE.toMillis();
	}

	private void requirePlausible(NodeRecord record) {
		long latest = latest();
		if (record.term() < 0 || record.term() > latest || record.incarnation() < 0 || record.incarnation() > latest) {
			throw new IllegalArgumentException("its term " + record.term() + " or incarnation " + record.incarnation()
					+ " is not between 0 and " + latest + ", which is " + TOLERANCE.toDays()
					+ " days ahead of this node's clock: correct the clock that is wrong");
		}
		if (record.version() < 0 || record.version() > MAX_VERSION) {
			throw new IllegalArgumentException(
					"its version " + record.version() + " is not between 0 and " + MAX_VERSION);
		}
	}

	/**
	 * Whether a renewal comes from the owner of a record.
	 * @param renewals its number
	 * @param proof its proof
	 * @param known number of an earlier renewal
	 * @param knownProof its proof
	 */
	static boolean proven(long renewals, @Nullable Proof proof, long known, @Nullable Proof knownProof) {
		return proof != null && ProofChain.holds(renewals) && renewals >= known
				&& Objects.equals(proof.hashed(renewals - known), knownProof);
	}

	private Proof summary(byte[] text, byte[] signature) {
		MessageDigest digest = Proof.sha256();
		digest.update(this.salt);
		digest.update(text);
		return Proof.of(digest.digest(signature));
	}

	private void remember(Proof summary) {
		if (this.verified.size() >= MAX_VERIFIED) {
			Iterator<Proof> oldest = this.verified.iterator();
			oldest.next();
			oldest.remove();
		}
		this.verified.add(summary);
	}

	/**
	 * How many signatures were verified so far; those of records that are remembered are
	 * not verified again.
	 */
	long signaturesVerified() {
		return this.signaturesVerified;
	}

}
