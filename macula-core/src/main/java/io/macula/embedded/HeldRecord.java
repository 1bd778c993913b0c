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

	private final NodeRecord record;

	private final Set<ServiceName> services;

	private final boolean own;

	private final long leaseNanos;

	private long renewals;

	/** When the lease was last renewed, on this node's clock. */
	private long renewedNanos;

	/** Time in which this node stood still and could hear nothing. */
	private long graceNanos;

	private boolean overdue;

	private @Nullable Replaced replaced;

	/**
	 * A record that is held from now on.
	 * @param services the services of the record
	 * @param own whether it is that of this node itself, which never expires here
	 * @param renewals how often its lease was renewed
	 * @param renewedNanos when that happened last, on this node's clock
	 */
	HeldRecord(NodeRecord record, Set<ServiceName> services, boolean own, long renewals, long renewedNanos) {
		this.record = record;
		this.services = services;
		this.own = own;
		this.leaseNanos = record.leaseNanos();
		this.renewals = renewals;
		this.renewedNanos = renewedNanos;
	}

	/**
	 * Renew the lease.
	 * @param atNanos when it was renewed, on this node's clock
	 * @return whether this is a later renewal than those that were known
	 */
	boolean renew(long renewals, long atNanos) {
		if (renewals <= this.renewals) {
			return false;
		}
		this.renewals = renewals;
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
	void replace(HeldRecord before) {
		if (before.record.term() == this.record.term()) {
			this.replaced = before.replaced;
		}
		else if (!before.record.address().equals(this.record.address())) {
			this.replaced = new Replaced(before.record.term(), before.renewals, before.record.address());
		}
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

	Upsert upsert(long now) {
		return new Upsert(this.record, this.renewals, ageMillis(now));
	}

	Renewal renewal(long now) {
		return new Renewal(nodeId(), this.record.term(), this.record.version(), this.renewals, ageMillis(now));
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
