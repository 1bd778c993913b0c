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

import java.util.List;
import java.util.Objects;

import io.macula.NodeIds;
import io.macula.log.Printable;
import org.jspecify.annotations.Nullable;

/**
 * What one node tells another about the realm; element of the directory's protocol. An
 * update without entries is a heartbeat. Properties of a later version are ignored, those
 * missing in an earlier one are empty. Immutable.
 *
 * @param sender node id of the sender
 * @param senderIncarnation incarnation of the sender; tells a node that reached itself
 * from one that bears the same id
 * @param settled whether the sender has run long enough to know the whole realm; before
 * that, absence from its complete updates means nothing
 * @param begins whether this is the first update of a complete account
 * @param ends whether this is the last update of a complete account
 * @param answers on a watch: number of the interest that the complete account answers
 * @param received on a link: how many updates of the receiver's the sender has applied
 * @param digest digest of all that the sender knows, or {@code null}
 * @param upserts records, at most {@value #MAX_RECORDS}
 * @param renewals renewals, at most {@value #MAX_ENTRIES}; in a complete account one for
 * each record that the sender holds
 * @param gone withdrawn and expired records, at most {@value #MAX_RECORDS}
 * @param wanted node ids whose records the sender lacks, at most {@value #MAX_ENTRIES}
 * @param refused node ids whose records the sender does not take: the receiver's, or none
 * @param taken whether it does not because the id belongs to another identity; otherwise
 * it has no room
 * @param patient whether the sender puts up with {@link DirectoryLink#HEARTBEAT}; one of
 * an earlier version does not
 * @param fault what is wrong with the record that is refused, or {@code null} if nothing
 * is
 */
record DirectoryUpdate(String sender, long senderIncarnation, boolean settled, boolean begins, boolean ends,
		long answers, long received, @Nullable Digest digest, List<Upsert> upserts, List<Renewal> renewals,
		List<Gone> gone, List<String> wanted, List<String> refused, boolean taken, boolean patient,
		@Nullable String fault) {

	/** Bound of the records in one update: far below the payload limit. */
	static final int MAX_RECORDS = 200;

	/** Bound of the small entries in one update. */
	static final int MAX_ENTRIES = 1000;

	DirectoryUpdate {
		NodeIds.require(sender);
		upserts = (upserts != null) ? List.copyOf(upserts) : List.of();
		renewals = (renewals != null) ? List.copyOf(renewals) : List.of();
		gone = (gone != null) ? List.copyOf(gone) : List.of();
		wanted = (wanted != null) ? List.copyOf(wanted) : List.of();
		refused = (refused != null) ? List.copyOf(refused) : List.of();
		if (upserts.size() > MAX_RECORDS || gone.size() > MAX_RECORDS || renewals.size() > MAX_ENTRIES
				|| wanted.size() > MAX_ENTRIES || refused.size() > MAX_ENTRIES) {
			throw new IllegalArgumentException("Update of " + upserts.size() + " records, " + gone.size() + " ends, "
					+ renewals.size() + " renewals, " + wanted.size() + " wanted and " + refused.size()
					+ " refused nodes is not valid: expected at most " + MAX_RECORDS + " records and ends, and "
					+ MAX_ENTRIES + " of the others");
		}
		fault = (fault != null) ? Printable.text(fault) : null;
		wanted.forEach(NodeIds::require);
		refused.forEach(NodeIds::require);
	}

	/** An update that refuses nothing for another's sake. */
	DirectoryUpdate(String sender, long senderIncarnation, boolean settled, boolean begins, boolean ends, long answers,
			long received, @Nullable Digest digest, List<Upsert> upserts, List<Renewal> renewals, List<Gone> gone,
			List<String> wanted, List<String> refused, boolean patient) {
		this(sender, senderIncarnation, settled, begins, ends, answers, received, digest, upserts, renewals, gone,
				wanted, refused, false, patient, null);
	}

	/**
	 * Whether the receiver should say soon that it has applied this update.
	 */
	boolean deservesAnswer() {
		return !this.upserts.isEmpty() || !this.gone.isEmpty();
	}

	/**
	 * A record with its age.
	 *
	 * @param record the record
	 * @param renewals how often the lease was renewed
	 * @param ageMillis since the last renewal, as the sender knows
	 * @param proof of the last renewal
	 */
	record Upsert(NodeRecord record, long renewals, long ageMillis, @Nullable Proof proof) {

		Upsert {
			Objects.requireNonNull(record, "record");
		}

		/** Of a record that is not signed. */
		Upsert(NodeRecord record, long renewals, long ageMillis) {
			this(record, renewals, ageMillis, null);
		}

	}

	/**
	 * The renewal of a lease.
	 *
	 * @param nodeId the node
	 * @param term term of the record
	 * @param version version of the record
	 * @param renewals how often the lease was renewed; grows
	 * @param ageMillis since this renewal, as the sender knows
	 * @param proof of this renewal
	 */
	record Renewal(String nodeId, long term, long version, long renewals, long ageMillis, @Nullable Proof proof) {

		Renewal {
			NodeIds.require(nodeId);
		}

		/** Of a record that is not signed. */
		Renewal(String nodeId, long term, long version, long renewals, long ageMillis) {
			this(nodeId, term, version, renewals, ageMillis, null);
		}

	}

	/**
	 * The end of a record.
	 *
	 * @param nodeId the node
	 * @param term term of the record
	 * @param version version of the record, or one more when it was withdrawn
	 * @param renewals how often the lease had been renewed
	 * @param withdrawn whether the node said so itself; otherwise the record expired, and
	 * a further renewal brings it back
	 * @param proof of the withdrawal
	 */
	record Gone(String nodeId, long term, long version, long renewals, boolean withdrawn, @Nullable Proof proof) {

		/**
		 * Withdrawals in a row of which only the last needs to be heard: to verify as
		 * many costs little.
		 */
		static final int MOST_MISSED = 64;

		Gone {
			NodeIds.require(nodeId);
		}

		/** Of a record that is not signed, or that expired. */
		Gone(String nodeId, long term, long version, long renewals, boolean withdrawn) {
			this(nodeId, term, version, renewals, withdrawn, null);
		}

		/**
		 * Whether the owner of a record withdrew it, all versions of it so far. Who
		 * missed withdrawals believes the last of them, too.
		 */
		boolean opens(@Nullable NodeSeal seal) {
			return seal != null && opens(seal.withdrawal());
		}

		/**
		 * The same of a record of which only this is known.
		 * @param withdrawal see {@link NodeSeal}
		 */
		boolean opens(Proof withdrawal) {
			return this.withdrawn && hashesTo(withdrawal);
		}

		/**
		 * Whether this is a later withdrawal by the owner who told of another one.
		 */
		boolean follows(Gone earlier) {
			return this.withdrawn && earlier.withdrawn && earlier.proof != null && hashesTo(earlier.proof);
		}

		private boolean hashesTo(Proof other) {
			Proof hash = this.proof;
			for (int i = 0; i < MOST_MISSED && hash != null; i++) {
				hash = hash.hashed(1);
				if (hash.equals(other)) {
					return true;
				}
			}
			return false;
		}

	}

	/**
	 * Digest of a table, for cheap comparison.
	 *
	 * @param count number of records
	 * @param hash over node id, term, version and owner of each
	 */
	record Digest(int count, long hash) {

	}

}
