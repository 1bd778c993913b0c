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
import java.util.Set;
import java.util.concurrent.TimeUnit;

import io.macula.ServiceName;
import io.macula.embedded.DirectoryUpdate.Gone;
import io.macula.embedded.DirectoryUpdate.Renewal;
import io.macula.embedded.DirectoryUpdate.Upsert;
import org.jspecify.annotations.Nullable;

/**
 * A record that a table holds, with the lease on it: current, overdue once it was not
 * renewed for a lease, current again by a renewal. The content never changes, the lease
 * does. Owned by the table.
 */
final class HeldRecord {

	/*
	 * A silent node must be gone everywhere within its lease. Leases are looked at once
	 * in a twentieth of one, or in 400 ms if that is shorter, and then the end has to be
	 * told: so a lease counts as over two such looks before it is.
	 */

	private static final long TWO_LOOKS_NANOS = TimeUnit.MILLISECONDS.toNanos(800);

	private final NodeRecord record;

	private final Set<ServiceName> services;

	private final boolean own;

	/** Silence after which the lease counts as over. */
	private final long leaseNanos;

	private long renewals;

	/** Of the last renewal. */
	private @Nullable Proof proof;

	/** When the lease was last renewed, on this node's clock. */
	private long renewedNanos;

	/** Time in which this node stood still and could hear nothing. */
	private long graceNanos;

	private boolean overdue;

	private @Nullable Replaced replaced;

	/** What this took the place of, of another identity, as long as that may live. */
	private @Nullable HeldRecord displaced;

	private long displacedNanos;

	/** Its owner renews the lease though it is not found at its endpoint. */
	private boolean unseen;

	/** Where the id was before, if it was taken from there; the latest last. */
	private List<Home> homes = List.of();

	/** Since when its owner has the id. */
	private long sinceNanos;

	/** Whether the owner told of itself over its own link, and when it did last. */
	private boolean direct;

	private long directNanos;

	/**
	 * A record that is held from now on.
	 * @param services the services of the record
	 * @param own whether it is that of this node itself, which never expires here
	 * @param renewals how often its lease was renewed
	 * @param proof of the last renewal
	 * @param renewedNanos when that happened last, on this node's clock
	 * @param longestLeaseNanos bound of the lease, whatever the record says
	 */
	HeldRecord(NodeRecord record, Set<ServiceName> services, boolean own, long renewals, @Nullable Proof proof,
			long renewedNanos, long longestLeaseNanos) {
		this.record = record;
		this.services = services;
		this.own = own;
		this.leaseNanos = countedNanos(Math.min(record.leaseNanos(), longestLeaseNanos));
		this.renewals = renewals;
		this.proof = proof;
		this.renewedNanos = renewedNanos;
		this.sinceNanos = renewedNanos;
	}

	/**
	 * After how much silence a lease counts as over.
	 * @param leaseNanos what its owner says
	 * @return a little less
	 */
	static long countedNanos(long leaseNanos) {
		return leaseNanos - Math.min(leaseNanos / 10, TWO_LOOKS_NANOS);
	}

	/**
	 * Whether a renewal, later than those that are known, comes from the owner.
	 */
	boolean proves(long renewals, @Nullable Proof proof) {
		return RecordCheck.proven(renewals, proof, this.renewals, this.proof);
	}

	/**
	 * Renew the lease.
	 * @param atNanos when it was renewed, on this node's clock
	 * @return whether this is a later renewal than those that were known
	 */
	boolean renew(long renewals, @Nullable Proof proof, long atNanos) {
		if (renewals <= this.renewals) {
			return false;
		}
		this.renewals = renewals;
		this.proof = proof;
		if (atNanos - this.renewedNanos > 0) {
			this.renewedNanos = atNanos;
		}
		this.graceNanos = 0;
		return true;
	}

	/**
	 * This node stood still for a time, in which it could hear no renewal.
	 */
	void forgive(long pauseNanos) {
		this.graceNanos += pauseNanos;
	}

	/**
	 * Decide whether the lease is overdue.
	 */
	void judge(long now) {
		this.overdue = silentNanos(now) >= this.leaseNanos;
	}

	/**
	 * Whether the lease was overdue when it was last judged.
	 */
	boolean overdue() {
		return this.overdue;
	}

	/**
	 * Time since the last renewal in which this node could have heard of another one.
	 */
	long silentNanos(long now) {
		return now - this.renewedNanos - this.graceNanos;
	}

	/**
	 * Time since the last renewal, whatever this node did meanwhile.
	 */
	long sinceRenewalNanos(long now) {
		return now - this.renewedNanos;
	}

	/*
	 * A node id that comes back elsewhere is an ordinary restart. It is a conflict once
	 * the life that it replaced renews its lease again.
	 */

	/**
	 * This record takes the place of another one of the same node id.
	 */
	void replace(HeldRecord before, long now) {
		if (!before.record.sameOwner(this.record)) {
			displace(before, now);
			return;
		}
		this.homes = before.homes;
		this.sinceNanos = before.sinceNanos;
		this.displaced = before.displaced;
		this.displacedNanos = before.displacedNanos;
		this.unseen = before.unseen;
		this.direct = before.direct;
		this.directNanos = before.directNanos;
		if (before.record.term() == this.record.term()) {
			this.replaced = before.replaced;
		}
		else if (!before.record.address().equals(this.record.address())) {
			this.replaced = new Replaced(before.record.term(), before.renewals, before.record.address());
		}
	}

	/*
	 * Of several that lost the id one after the other, only the first may get it back
	 * because it lives: whoever takes an id has accomplices.
	 */
	private void displace(HeldRecord before, long now) {
		HeldRecord first = before.displaced;
		if (first != null && first.silentNanos(now) < first.leaseNanos) {
			// The first one itself, who is back, has nobody before it.
			boolean back = first.record.sameOwner(this.record);
			this.displaced = back ? null : first;
			this.displacedNanos = before.displacedNanos;
		}
		else {
			this.displaced = before;
			this.displacedNanos = now;
		}
		before.displaced = null;
		follow(before.left(now));
	}

	/**
	 * The owner was seen at its place, where the id was before or is: those that had it
	 * meanwhile count for nothing.
	 */
	void regain() {
		this.displaced = null;
		this.homes = Home.regained(this.homes, this.record);
	}

	/**
	 * Hear of a renewal of an older record of this node id.
	 * @return the two addresses, if both nodes live; each time of a further renewal
	 */
	@Nullable String hearOlder(long term, long renewals) {
		Replaced older = this.replaced;
		if (older == null || older.term != term || renewals <= older.renewals) {
			return null;
		}
		this.replaced = new Replaced(term, renewals, older.address);
		return older.address + " and " + this.record.address();
	}

	/**
	 * The id was somewhere else before; or at the same address, which proves nothing.
	 */
	void follow(List<Home> before) {
		this.homes = before;
	}

	/**
	 * Where the id belongs when this one has left it.
	 */
	List<Home> left(long now) {
		return Home.and(this.homes, Home.of(this.record, now - this.sinceNanos, now), now);
	}

	/**
	 * Whether a record comes from where the id was taken.
	 */
	boolean isHome(NodeRecord claim, long now) {
		return this.homes.stream().anyMatch((home) -> home.stands(now) && home.isOf(claim));
	}

	/*
	 * An identity that could not be found at its endpoint lost its id to another one. If
	 * its lease is renewed long after that, longer than what was told before can be under
	 * way, then it lives where this node cannot dial it, and gets the id back.
	 */

	/**
	 * Hear of a renewal that may be of the identity that this one displaced.
	 * @return that one, if it lives
	 */
	@Nullable HeldRecord hearDisplaced(long term, long version, long renewals, @Nullable Proof proof, long now) {
		HeldRecord before = this.displaced;
		if (before == null || before.compare(term, version) != 0) {
			return null;
		}
		if (before.silentNanos(now) >= before.leaseNanos) {
			this.displaced = null;
			return null;
		}
		if (renewals <= before.renewals || renewals > before.renewals + NodeTable.MOST_MISSED
				|| !before.proves(renewals, proof)) {
			return null;
		}
		before.renew(renewals, proof, now);
		return (now - this.displacedNanos >= before.leaseNanos / 2) ? before : null;
	}

	/**
	 * This was displaced and lives: what took its place counts for nothing any more, and
	 * from now on the owner's renewals alone prove that it lives.
	 */
	void revive(HeldRecord displaced) {
		this.displaced = null;
		this.homes = displaced.homes;
		this.sinceNanos = displaced.sinceNanos;
		this.unseen = true;
	}

	/**
	 * Whether they do, at present.
	 */
	boolean livesUnseen(long now) {
		return this.unseen && silentNanos(now) < this.leaseNanos;
	}

	/**
	 * The owner told of itself over its own link.
	 */
	void heardDirectly(long now) {
		this.direct = true;
		this.directNanos = now;
	}

	/**
	 * Whether it did so within the last lease.
	 */
	boolean direct(long now) {
		return this.own || (this.direct && now - this.directNanos < this.leaseNanos);
	}

	/**
	 * Order of what a peer tells relative to this record.
	 */
	int compare(long term, long version) {
		return NodeRecord.compare(term, version, this.record.term(), this.record.version());
	}

	NodeRecord record() {
		return this.record;
	}

	String nodeId() {
		return this.record.nodeId();
	}

	Set<ServiceName> services() {
		return this.services;
	}

	boolean own() {
		return this.own;
	}

	long leaseNanos() {
		return this.leaseNanos;
	}

	long renewals() {
		return this.renewals;
	}

	@Nullable Proof proof() {
		return this.proof;
	}

	Upsert upsert(long now) {
		return new Upsert(this.record, this.renewals, ageMillis(now), this.proof);
	}

	Renewal renewal(long now) {
		return new Renewal(nodeId(), this.record.term(), this.record.version(), this.renewals, ageMillis(now),
				this.proof);
	}

	/**
	 * The end of this record because its lease ended.
	 */
	Gone expired() {
		return new Gone(nodeId(), this.record.term(), this.record.version(), this.renewals, false);
	}

	private long ageMillis(long now) {
		return this.own ? 0 : TimeUnit.NANOSECONDS.toMillis(Math.max(0, sinceRenewalNanos(now)));
	}

	private record Replaced(long term, long renewals, String address) {

	}

}
