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

import io.macula.directory.Advertisement;
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

	private final DirectorySelf self;

	private final NodeTable table;

	private final DirectoryLoop loop;

	private final TakeoverLimit takeovers;

	/** What is claimed, or would be if the id were free; {@code null} if absent. */
	private @Nullable Advertisement advertised;

	private boolean yielded;

	private boolean accepted;

	private long term;

	private long version;

	private long renewals;

	private long renewedNanos;

	OwnRecord(DirectorySelf self, NodeTable table, DirectoryLoop loop) {
		this.self = self;
		this.table = table;
		this.loop = loop;
		this.takeovers = new TakeoverLimit(loop.clock());
		this.term = self.incarnation();
	}

	/**
	 * Claim the id, in the place of what was advertised before.
	 */
	void advertise(Advertisement advertisement) {
		assert this.loop.inLoop();
		claim(advertisement);
	}

	/**
	 * Give the claim up.
	 * @return whether there is something to tell
	 */
	boolean withdraw() {
		assert this.loop.inLoop();
		boolean held = claimed();
		this.advertised = null;
		this.yielded = false;
		if (held) {
			this.version++;
			this.table.removeOwn(new Gone(this.self.nodeId(), this.term, this.version, this.renewals, true));
		}
		return held;
	}

	boolean claimed() {
		return this.advertised != null && !this.yielded;
	}

	/**
	 * Renew the lease if it is time, and claim the id again if it is free.
	 */
	void tick() {
		assert this.loop.inLoop();
		Advertisement present = this.advertised;
		if (present == null) {
			return;
		}
		if (this.yielded) {
			if (this.table.record(this.self.nodeId()) == null) {
				claim(present);
			}
			return;
		}
		if (this.loop.nanoTime() - this.renewedNanos >= present.ttl().toNanos() / 3) {
			renew();
		}
	}

	/**
	 * Renew the lease now, for example because a new link stands: a peer that believes it
	 * expired takes only a later renewal.
	 */
	void renew() {
		assert this.loop.inLoop();
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
		assert this.loop.inLoop();
		NodeRecord theirs = upsert.record();
		NodeRecord mine = this.table.record(this.self.nodeId());
		Advertisement present = this.advertised;
		if (present == null || this.yielded || mine == null) {
			return this.table.apply(upsert);
		}
		int order = compare(theirs.term(), theirs.version());
		if (order < 0) {
			return Verdict.STALE;
		}
		boolean sameAddress = theirs.address().equals(mine.address());
		if (sameAddress && theirs.incarnation() == mine.incarnation()) {
			this.renewals = Math.max(this.renewals, upsert.renewals());
			return (order == 0) ? Verdict.KNOWN : takeOver(present, theirs.term());
		}
		boolean earlierLife = sameAddress || !this.accepted;
		if (earlierLife && this.takeovers.count(present.ttl().toNanos())) {
			return takeOver(present, theirs.term());
		}
		this.yielded = true;
		return this.table.apply(upsert);
	}

	/**
	 * A peer renewed a lease of this node id.
	 */
	Verdict heard(Renewal renewal) {
		assert this.loop.inLoop();
		if (!claimed()) {
			return this.table.apply(renewal);
		}
		int order = compare(renewal.term(), renewal.version());
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
		assert this.loop.inLoop();
		Advertisement present = this.advertised;
		if (present == null || this.yielded) {
			return this.table.apply(gone);
		}
		int order = compare(gone.term(), gone.version());
		if (order < 0) {
			return Verdict.STALE;
		}
		if (order == 0 && !gone.withdrawn()) {
			this.renewals = Math.max(this.renewals, gone.renewals());
			renew();
			return Verdict.STALE;
		}
		return takeOver(present, gone.term());
	}

	private int compare(long theirTerm, long theirVersion) {
		return NodeRecord.compare(theirTerm, theirVersion, this.term, this.version);
	}

	private Verdict takeOver(Advertisement advertisement, long theirTerm) {
		this.term = theirTerm + 1;
		this.version = 0;
		put(advertisement);
		return Verdict.STALE;
	}

	private void claim(Advertisement advertisement) {
		NodeRecord known = this.table.record(this.self.nodeId());
		Gone gone = this.table.gone(this.self.nodeId());
		boolean others = this.yielded || this.version == 0;
		if (known != null && others) {
			this.term = Math.max(this.term, known.term() + 1);
		}
		if (gone != null && (others || gone.term() > this.term)) {
			this.term = Math.max(this.term, gone.term() + 1);
		}
		this.advertised = advertisement;
		this.yielded = false;
		this.accepted = false;
		put(advertisement);
	}

	private void put(Advertisement advertisement) {
		this.version++;
		this.renewedNanos = this.loop.nanoTime();
		this.table.putOwn(NodeRecord.of(advertisement, this.term, this.version), this.renewals);
	}

}
