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

import io.macula.directory.Advertisement;
import io.macula.directory.DirectoryLoop;
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
	 * States: absent -> claimed (advertise), claimed -> yielded (another live node of the
	 * same identity took the id), yielded -> claimed (that one is gone), each -> absent
	 * (withdraw).
	 *
	 * Who owns the id, among those that show the same key: the greater term. A node that
	 * has just started takes over whatever it finds, because it is the later one; so does
	 * a node that finds an earlier life of its own address. A node that was accepted
	 * before yields to a greater term.
	 *
	 * What another identity says of the id changes nothing here. Each replica decides
	 * which of the two it takes (Claims), and tells the other one so; so does this node,
	 * once it was accepted.
	 */

	/**
	 * How far ahead of this process the term of an earlier life may be that is said to
	 * have ended; nobody proves that to this node.
	 */
	private static final long MOST_AHEAD_MILLIS = Duration.ofDays(1).toMillis();

	/** Between two renewals that peers ask for. */
	private static final Duration SHORTEST_RENEWAL = Duration.ofSeconds(1);

	private final DirectorySelf self;

	private final NodeTable table;

	private final DirectoryLoop loop;

	private final OwnSeal seal;

	private final TakeoverLimit takeovers;

	/** What is claimed, or would be if the id were free; {@code null} if absent. */
	private @Nullable Advertisement advertised;

	private boolean yielded;

	private boolean accepted;

	private long term;

	private long version;

	private long renewals;

	private long renewedNanos;

	OwnRecord(DirectorySelf self, OwnSeal seal, NodeTable table, DirectoryLoop loop) {
		this.self = self;
		this.seal = seal;
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
			this.table.removeOwn(
					new Gone(this.self.nodeId(), this.term, this.version, this.renewals, true, this.seal.withdraw()));
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
		if (this.seal.outdated()) {
			// The certificates were renewed, with another key.
			put(present);
		}
		else if (this.loop.nanoTime() - this.renewedNanos >= present.ttl().toNanos() / 3) {
			renew();
		}
	}

	/**
	 * A peer asks for the record, or opened a link: a renewal proves that this node
	 * lives, whoever else claims its id. No more often than once in a while, so that
	 * nobody can use up the renewals.
	 */
	void wanted() {
		assert this.loop.inLoop();
		if (this.loop.nanoTime() - this.renewedNanos >= SHORTEST_RENEWAL.toNanos()) {
			renew();
		}
	}

	/**
	 * Renew the lease now, for example because a new link stands: a peer that believes it
	 * expired takes only a later renewal.
	 */
	void renew() {
		assert this.loop.inLoop();
		Advertisement present = this.advertised;
		if (present == null || this.yielded) {
			return;
		}
		if (this.renewals == ProofChain.RENEWALS) {
			put(present);
			return;
		}
		this.renewals++;
		this.renewedNanos = this.loop.nanoTime();
		this.table.renewOwn(this.self.nodeId(), this.renewals, this.seal.renewal(this.renewals));
	}

	/**
	 * A peer, or this node as its own seed, has accepted the record.
	 */
	void accepted() {
		this.accepted = true;
	}

	/**
	 * A peer holds a record of this node id.
	 * @throws IllegalArgumentException if it is not demonstrably its owner's
	 */
	Verdict heard(Upsert upsert) {
		assert this.loop.inLoop();
		NodeRecord theirs = upsert.record();
		NodeRecord mine = this.table.record(this.self.nodeId());
		Advertisement present = this.advertised;
		if (present == null || this.yielded || mine == null) {
			return this.table.apply(upsert);
		}
		if (!theirs.sameOwner(mine)) {
			return heardOther(upsert, mine);
		}
		int order = compare(theirs.term(), theirs.version());
		if (order <= 0) {
			return (order < 0) ? Verdict.STALE : Verdict.KNOWN;
		}
		this.table.require(upsert);
		boolean sameAddress = theirs.address().equals(mine.address());
		if (sameAddress && theirs.incarnation() == mine.incarnation()) {
			return takeOver(present, theirs.term());
		}
		boolean earlierLife = sameAddress || !this.accepted;
		if (earlierLife && this.takeovers.count(present.ttl().toNanos())) {
			return takeOver(present, theirs.term());
		}
		this.yielded = true;
		return this.table.apply(upsert);
	}

	/*
	 * An earlier life of this process, or another node; only the latter is of interest.
	 */
	private Verdict heardOther(Upsert upsert, NodeRecord mine) {
		this.table.require(upsert);
		if (!upsert.record().address().equals(mine.address())) {
			this.table.conflict(mine.nodeId(), upsert.record().owner() + " and " + mine.owner());
		}
		return this.accepted ? Verdict.TAKEN : Verdict.STALE;
	}

	/**
	 * A peer renewed a lease of this node id.
	 * @param peer told it
	 */
	Verdict heard(Renewal renewal, ProvenPeer peer) {
		assert this.loop.inLoop();
		if (!claimed()) {
			return this.table.apply(renewal);
		}
		NodeRecord mine = this.table.record(this.self.nodeId());
		if (this.accepted && mine != null && peer.isNamesake(mine)) {
			// Without its record: asked for that, it would hear yes before it hears no.
			return Verdict.TAKEN;
		}
		int order = compare(renewal.term(), renewal.version());
		if (order == 0) {
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
		if (order == 0 && !gone.withdrawn()) {
			wanted();
			return Verdict.STALE;
		}
		if (order > 0 && !this.accepted && plausible(gone) && this.takeovers.count(present.ttl().toNanos())) {
			return takeOver(present, gone.term());
		}
		if (!this.accepted) {
			// Perhaps the id is free now: a renewal makes the peer ask for the record.
			wanted();
		}
		return Verdict.STALE;
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
		// Another life may have taken the id since it was withdrawn here.
		if (known != null && (others || known.term() > this.term) && this.seal.signs(known)) {
			this.term = Math.max(this.term, known.term() + 1);
		}
		if (gone != null && plausible(gone) && (others || gone.term() > this.term)) {
			this.term = Math.max(this.term, gone.term() + 1);
		}
		this.advertised = advertisement;
		this.yielded = false;
		this.accepted = false;
		put(advertisement);
	}

	private boolean plausible(Gone gone) {
		return gone.term() - this.self.incarnation() <= MOST_AHEAD_MILLIS;
	}

	private void put(Advertisement advertisement) {
		this.version++;
		this.renewals = 0;
		this.renewedNanos = this.loop.nanoTime();
		NodeRecord signed = this.seal.sign(NodeRecord.of(advertisement, this.term, this.version));
		this.table.putOwn(signed, 0, this.seal.renewal(0));
	}

}
