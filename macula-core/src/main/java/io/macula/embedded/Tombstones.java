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

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

import io.macula.embedded.DirectoryUpdate.Gone;
import org.jspecify.annotations.Nullable;

/**
 * What is remembered of records that are gone, so that a replica that has not heard of
 * their end does not bring them back. Bounded in number and time. Owned by the table.
 */
final class Tombstones {

	/** A tombstone stays this long, or four leases if that is longer. */
	private static final long SHORTEST_NANOS = TimeUnit.MINUTES.toNanos(5);

	private final int most;

	private final Map<String, Tombstone> byNode = new LinkedHashMap<>();

	/**
	 * No tombstones yet.
	 * @param most number to keep; the oldest ones go first
	 */
	Tombstones(int most) {
		this.most = most;
	}

	/**
	 * Remember the end of a record.
	 * @param gone the end
	 * @param ended the record, or {@code null} if it is not known and the end counts for
	 * whoever has the id
	 * @param homes where the id belongs
	 * @param leaseNanos of the record, or 0 if it was not held
	 * @param now the time
	 */
	void bury(Gone gone, @Nullable NodeRecord ended, List<Home> homes, long leaseNanos, long now) {
		if (this.byNode.size() >= this.most) {
			this.byNode.remove(this.byNode.keySet().iterator().next());
		}
		NodeSeal seal = (ended != null) ? ended.seal() : null;
		this.byNode.put(gone.nodeId(),
				new Tombstone(gone, ended != null, (ended != null) ? ended.identityText() : null,
						(seal != null) ? seal.withdrawal() : null, homes, false,
						now + Math.max(SHORTEST_NANOS, 4 * leaseNanos)));
	}

	/**
	 * Remember a withdrawal of a record that is not known, for the case that the record
	 * comes later: it counts for nothing but the records that it opens, unless what is
	 * remembered of the node proves that it comes from the same owner.
	 */
	void expect(Gone gone, long now) {
		Tombstone before = this.byNode.get(gone.nodeId());
		if (before != null) {
			if (before.precedes(gone)) {
				this.byNode.put(gone.nodeId(), before.then(gone, now + SHORTEST_NANOS));
			}
		}
		else if (gone.proof() != null && this.byNode.size() < this.most / 2) {
			this.byNode.put(gone.nodeId(),
					new Tombstone(gone, false, null, null, List.of(), true, now + SHORTEST_NANOS));
		}
	}

	/**
	 * Whether a record has ended. The end of one owner's says nothing of another's.
	 */
	boolean cover(NodeRecord record, long renewals) {
		Tombstone tombstone = this.byNode.get(record.nodeId());
		return tombstone != null
				&& ((tombstone.isOf(record) && !tombstone.yieldsTo(record.term(), record.version(), renewals))
						|| tombstone.gone.opens(record.seal()));
	}

	/**
	 * Whether what is told of a node, be it whose it may, is older than its end.
	 */
	boolean cover(String nodeId, long term, long version, long renewals) {
		Tombstone tombstone = this.byNode.get(nodeId);
		return tombstone != null && !tombstone.awaiting && !tombstone.yieldsTo(term, version, renewals);
	}

	/**
	 * Whether this end, or that of a later record, is known.
	 */
	boolean know(Gone gone) {
		Tombstone tombstone = this.byNode.get(gone.nodeId());
		return tombstone != null && !tombstone.awaiting && NodeRecord.compare(gone.term(), gone.version(),
				tombstone.gone.term(), tombstone.gone.version()) <= 0;
	}

	/**
	 * Where the id belongs, if that is known.
	 */
	List<Home> homes(String nodeId) {
		Tombstone tombstone = this.byNode.get(nodeId);
		return (tombstone != null) ? tombstone.homes : List.of();
	}

	/**
	 * What others may be told of the end of a node.
	 */
	@Nullable Gone gone(String nodeId) {
		Tombstone tombstone = this.byNode.get(nodeId);
		return (tombstone != null && !tombstone.awaiting) ? tombstone.gone : null;
	}

	/**
	 * The node is back.
	 */
	void remove(String nodeId) {
		this.byNode.remove(nodeId);
	}

	/**
	 * Forget those that were gone long ago.
	 */
	void forget(long now) {
		this.byNode.values().removeIf((tombstone) -> now - tombstone.untilNanos >= 0);
	}

	/**
	 * What is remembered.
	 *
	 * @param gone the end
	 * @param owned whether it is known whose record ended
	 * @param owner its identity, or {@code null} if it has none
	 * @param withdrawal what proofs of its withdrawal hash to, if it has an identity
	 * @param homes where the id belongs
	 * @param awaiting whether it counts for nothing but the record that it opens
	 * @param untilNanos how long it is remembered
	 */
	private record Tombstone(Gone gone, boolean owned, @Nullable String owner, @Nullable Proof withdrawal,
			List<Home> homes, boolean awaiting, long untilNanos) {

		boolean isOf(NodeRecord other) {
			return !this.awaiting && (!this.owned || Objects.equals(this.owner, other.identityText()));
		}

		/** Whether a withdrawal is demonstrably of the same owner, and later. */
		boolean precedes(Gone later) {
			return later.follows(this.gone)
					|| (this.withdrawal != null && !this.gone.withdrawn() && later.opens(this.withdrawal));
		}

		Tombstone then(Gone later, long untilNanos) {
			return new Tombstone(later, this.owned, this.owner, this.withdrawal, this.homes, this.awaiting,
					(untilNanos - this.untilNanos > 0) ? untilNanos : this.untilNanos);
		}

		boolean yieldsTo(long term, long version, long renewals) {
			int order = NodeRecord.compare(term, version, this.gone.term(), this.gone.version());
			return order > 0 || (order == 0 && !this.gone.withdrawn() && renewals > this.gone.renewals());
		}

	}

}
