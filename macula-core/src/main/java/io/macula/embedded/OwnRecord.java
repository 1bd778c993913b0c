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

import java.time.Duration;

import io.macula.directory.Lease;
import io.macula.embedded.DirectoryUpdate.Gone;
import io.macula.embedded.DirectoryUpdate.Renewal;
import io.macula.embedded.DirectoryUpdate.Upsert;

import org.jspecify.annotations.Nullable;

/**
 * The record of this node in its own table, and its claim to the node id. Owned by the
 * loop.
 */
final class OwnRecord {

	/*
	 * States: absent -> claimed (advertise), claimed -> yielded (another live node took
	 * the id), yielded -> claimed (that one is gone), each -> absent (withdraw).
	 *
	 * Who owns the id: the greater term. A node that has just started takes over whatever
	 * it finds, because it is the later one; so does a node that finds an earlier life of
	 * its own address. A node that was accepted before yields to a greater term.
	 */

	/** Takeovers within one lease; more means that two nodes fight. */
	private static final int MAX_TAKEOVERS = 3;

	private final DirectorySelf self;

	private final NodeTable table;

	private final DirectoryLoop loop;

	private @Nullable DirectoryLease lease;

	private long term;

	private long version;

	private long renewals;

	private boolean yielded;

	private boolean accepted;

	private int takeovers;

	private long takeoversSinceNanos;

	private long renewedNanos;

	OwnRecord(DirectorySelf self, NodeTable table, DirectoryLoop loop) {
		this.self = self;
		this.table = table;
		this.loop = loop;
		this.term = self.incarnation();
	}

	void advertise(DirectoryLease lease) {
		DirectoryLease before = this.lease;
		if (before != null) {
			before.become(Lease.State.RELEASED);
		}
		this.lease = lease;
		claim();
	}

	/**
	 * Withdraw the record.
	 * @return whether there is something to tell
	 */
	boolean withdraw(DirectoryLease lease) {
		lease.become(Lease.State.RELEASED);
		if (this.lease != lease) {
			return false;
		}
		this.lease = null;
		if (this.yielded) {
			this.yielded = false;
			return false;
		}
		this.version++;
		this.table.removeOwn(new Gone(this.self.nodeId(), this.term, this.version, this.renewals, true));
		return true;
	}

	@Nullable DirectoryLease lease() {
		return this.lease;
	}

	boolean claimed() {
		return this.lease != null && !this.yielded;
	}

	/**
	 * Renew the lease if it is time, and claim the id again if it is free.
	 */
	void tick() {
		DirectoryLease held = this.lease;
		if (held == null) {
			return;
		}
		if (this.yielded) {
			if (this.table.record(this.self.nodeId()) == null) {
				claim();
			}
			return;
		}
		Duration ttl = held.advertisement().ttl();
		if (this.loop.nanoTime() - this.renewedNanos >= ttl.toNanos() / 3) {
			renew();
		}
	}

	/**
	 * Renew the lease now, for example because a new link stands: a peer that believes it
	 * expired takes only a later renewal.
	 */
	void renew() {
		if (claimed()) {
			this.renewals++;
			this.renewedNanos = this.loop.nanoTime();
			this.table.renewOwn(this.self.nodeId(), this.renewals);
		}
	}

	/**
	 * A peer, or this node as its own seed, has accepted the record.
	 */
	void accepted() {
		this.accepted = true;
	}

	/**
	 * A peer holds a record of this node id.
	 */
	Verdict heard(Upsert upsert) {
		NodeRecord theirs = upsert.record();
		NodeRecord mine = this.table.record(this.self.nodeId());
		if (!claimed() || mine == null) {
			return this.table.apply(upsert);
		}
		boolean sameProcess = theirs.incarnation() == mine.incarnation() && theirs.address().equals(mine.address());
		int order = NodeRecord.compare(theirs.term(), theirs.version(), this.term, this.version);
		if (order < 0) {
			return Verdict.STALE;
		}
		if (sameProcess) {
			this.renewals = Math.max(this.renewals, upsert.renewals());
			return (order == 0) ? Verdict.KNOWN : takeOver(theirs.term());
		}
		boolean earlierLife = theirs.address().equals(mine.address()) || !this.accepted;
		if (earlierLife && mayTakeOver()) {
			return takeOver(theirs.term());
		}
		this.yielded = true;
		return this.table.apply(upsert);
	}

	/**
	 * A peer renewed a lease of this node id.
	 */
	Verdict heard(Renewal renewal) {
		if (!claimed()) {
			return this.table.apply(renewal);
		}
		int order = NodeRecord.compare(renewal.term(), renewal.version(), this.term, this.version);
		if (order == 0) {
			this.renewals = Math.max(this.renewals, renewal.renewals());
			return Verdict.KNOWN;
		}
		return (order > 0) ? Verdict.WANTED : Verdict.STALE;
	}

	/**
	 * A peer says that this node id is gone.
	 */
	Verdict heard(Gone gone) {
		if (!claimed()) {
			return this.table.apply(gone);
		}
		int order = NodeRecord.compare(gone.term(), gone.version(), this.term, this.version);
		if (order < 0) {
			return Verdict.STALE;
		}
		if (order == 0 && !gone.withdrawn()) {
			this.renewals = Math.max(this.renewals, gone.renewals());
			renew();
			return Verdict.STALE;
		}
		return takeOver(gone.term());
	}

	/**
	 * Whether another live node took the id.
	 */
	boolean yielded() {
		return this.yielded;
	}

	private Verdict takeOver(long theirTerm) {
		this.term = theirTerm + 1;
		this.version = 0;
		put();
		return Verdict.STALE;
	}

	private boolean mayTakeOver() {
		long now = this.loop.nanoTime();
		DirectoryLease held = this.lease;
		if (held == null) {
			return false;
		}
		if (this.takeovers == 0 || now - this.takeoversSinceNanos >= held.advertisement().ttl().toNanos()) {
			this.takeovers = 0;
			this.takeoversSinceNanos = now;
		}
		this.takeovers++;
		return this.takeovers <= MAX_TAKEOVERS;
	}

	private void claim() {
		NodeRecord known = this.table.record(this.self.nodeId());
		Gone gone = this.table.gone(this.self.nodeId());
		boolean others = this.yielded || this.version == 0;
		if (known != null && others) {
			this.term = Math.max(this.term, known.term() + 1);
		}
		if (gone != null && (others || gone.term() > this.term)) {
			this.term = Math.max(this.term, gone.term() + 1);
		}
		this.yielded = false;
		this.accepted = false;
		put();
	}

	private void put() {
		DirectoryLease held = this.lease;
		if (held != null) {
			this.version++;
			this.renewedNanos = this.loop.nanoTime();
			this.table.putOwn(NodeRecord.of(held.advertisement(), this.term, this.version), this.renewals);
		}
	}

}
