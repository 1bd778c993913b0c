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
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.function.Consumer;

import io.macula.directory.DirectoryLoop;
import io.macula.embedded.DirectoryUpdate.Digest;
import io.macula.embedded.DirectoryUpdate.Renewal;
import io.macula.embedded.DirectoryUpdate.Upsert;
import org.jspecify.annotations.Nullable;

/**
 * One end of a link between two replicas, whoever dialled. Owned by the loop.
 */
final class DirectoryLink extends DirectorySession {

	/*
	 * A link opens with a hello from both ends: own record and digest. Where digests
	 * differ, then and every ten seconds or so, one end tells an account of all leases
	 * that it holds, without the records; the other end asks for the records that it
	 * lacks and sends those that the account lacks. In between, each end tells what
	 * changed.
	 */

	/**
	 * More than a third of the usual lease, so that renewals are all that is sent while
	 * nothing changes; each update costs two datagrams.
	 */
	static final Duration HEARTBEAT = Duration.ofMillis(5600);

	/** A peer that was silent for this long is left. */
	static final Duration SILENCE = HEARTBEAT.plusMillis(1400);

	/**
	 * Share of a lease from which on a renewal waits for no batch. With a renewal each
	 * third, a lease lasts over a handful of nodes in a row.
	 */
	private static final double URGENT_SHARE = 0.4;

	/** Records asked for at once; later renewals ask for the others. */
	private static final int MOST_WANTED = 10_000;

	/** Faults of a peer that are put up with in {@link #WASTE_PERIOD}. */
	static final int MOST_WASTED = 20;

	/** To look for a node in an account costs as much as to tell so many bytes. */
	private static final int BYTES_PER_COMPARISON = 8;

	private static final Duration WASTE_PERIOD = Duration.ofSeconds(10);

	private final DirectorySelf self;

	private final NodeTable table;

	/** Whether the peer dialled; this node is its seed then. */
	private final boolean served;

	private final LinkPeer peer;

	private final DueNodes due = new DueNodes();

	private final LeaseAccounts accounts;

	private final Set<String> wanted = new LinkedHashSet<>();

	/** Gives the turns to tell the peer what it asked for; set before it speaks. */
	private @Nullable AnswerTurns turns;

	/** Whether this is that turn. */
	private boolean turn;

	/** Bytes that were told in it. */
	private long answered;

	/** Another identity's claim to the peer's id, which the peer is told. */
	private @Nullable Upsert claim;

	private boolean hello = true;

	private boolean answerDue;

	private boolean digestDue;

	private boolean batchDue;

	/** The peer has to hear that it is not taken here. */
	private boolean refusalDue;

	/** The reason of that: another identity has its id. */
	private boolean taken;

	/** Or this is wrong with its record. */
	private @Nullable String fault;

	private ProvenPeer proven;

	/** Whether the peer's own record is too far ahead of this node's clock. */
	private boolean ahead;

	/** Whether it is not decided yet if the peer has its id. */
	private boolean undecided;

	/** How many updates of the peer count as applied meanwhile. */
	private long appliedBefore;

	/** Work that the peer caused by telling what nobody vouches for. */
	private int wasted;

	private long wastedNanos;

	DirectoryLink(DirectoryLoop loop, DirectorySelf self, NodeTable table, boolean served) {
		this(loop, self, table, served, ProvenPeer.UNKNOWN);
	}

	/**
	 * A link.
	 * @param served whether the peer dialled
	 * @param proven who the peer is, if that is known already
	 */
	DirectoryLink(DirectoryLoop loop, DirectorySelf self, NodeTable table, boolean served, ProvenPeer proven) {
		super(loop);
		this.self = self;
		this.table = table;
		this.served = served;
		this.proven = proven;
		this.peer = new LinkPeer(self.nodeId(), loop.nanoTime());
		this.accounts = new LeaseAccounts(table, served);
	}

	/**
	 * What the peer asks for, it is told by {@link #answer()} only.
	 * @param turns asked for it
	 */
	void answerInTurn(AnswerTurns turns) {
		assert loop().inLoop();
		this.turns = turns;
	}

	/**
	 * The connection beneath tells who the peer is.
	 */
	void met(ProvenPeer peer) {
		assert loop().inLoop();
		this.proven = peer;
	}

	/**
	 * Whether the peer may speak in the name of the one that it says it is.
	 */
	boolean honest(DirectoryUpdate update) {
		String before = this.peer.nodeId();
		return this.proven.mayBe(update.sender()) && (before == null || before.equals(update.sender()));
	}

	/**
	 * Whether the peer is the owner of a record.
	 */
	boolean leadsTo(NodeRecord record) {
		return this.proven.owns(record);
	}

	/**
	 * A record came, over this link of its owner perhaps.
	 * @param ahead whether it is too far ahead of this node's clock
	 */
	void judged(NodeRecord record, boolean ahead) {
		if (leadsTo(record)) {
			this.ahead = ahead;
		}
	}

	/**
	 * Whether what the peer says of itself is too far ahead of this node's clock.
	 */
	boolean ahead() {
		return this.ahead && established();
	}

	ProvenPeer proven() {
		return this.proven;
	}

	/**
	 * What is equal for links of one peer, as far as that is proven. A link that this
	 * node dialled is one by itself.
	 */
	Object turnKey() {
		return (this.served && this.proven.identity() != null) ? this.proven : this;
	}

	/**
	 * The peer said something, which is perhaps not heard at once.
	 */
	void arrived() {
		this.peer.forgiveSilence(loop().nanoTime());
	}

	/**
	 * The peer told something that costs work and that nobody vouches for.
	 * @return whether it did so more often than a fault of its own explains
	 */
	boolean wasted() {
		long now = loop().nanoTime();
		if (now - this.wastedNanos > WASTE_PERIOD.toNanos()) {
			this.wastedNanos = now;
			this.wasted = 0;
		}
		return ++this.wasted > MOST_WASTED;
	}

	/**
	 * Note the arrival of an update.
	 */
	void heard(DirectoryUpdate update) {
		assert loop().inLoop();
		this.peer.heard(update, loop().nanoTime());
		heartbeat(update.patient() ? HEARTBEAT : IMPATIENT);
		this.answerDue |= update.deservesAnswer();
		if (update.ends() && this.turns != null
				&& !this.turns.charge(this, (long) this.table.size() * BYTES_PER_COMPARISON)) {
			this.accounts.drop();
		}
		this.accounts.hear(update).forEach(this.due::addAsked);
	}

	/**
	 * The peer gets what this table knows of a node: its record or its end.
	 */
	void tell(String nodeId) {
		tell(nodeId, this.due::add);
	}

	/**
	 * The same in its turn, because the peer asks for it or does not have the latest.
	 */
	void answer(String nodeId) {
		tell(nodeId, this.due::addAsked);
	}

	private void tell(String nodeId, Consumer<String> teller) {
		assert loop().inLoop();
		if (this.table.record(nodeId) == null && this.table.gone(nodeId) == null) {
			return;
		}
		teller.accept(nodeId);
		if (nodeId.equals(this.self.nodeId())) {
			this.peer.selfChanged();
		}
	}

	/**
	 * It is the turn of this link: tell the next part of what the peer asked for.
	 * @return bytes that were told
	 */
	long answer() {
		assert loop().inLoop();
		this.turn = true;
		this.answered = 0;
		send();
		this.turn = false;
		return this.answered;
	}

	/**
	 * Pass on a record that came over another link. A seed is not in a hurry to hear it
	 * from those that it serves: most likely it knows by the next batch.
	 */
	void passOn(String nodeId) {
		if (this.served || this.table.record(nodeId) == null) {
			tell(nodeId);
		}
		else {
			this.due.addLater(nodeId);
		}
	}

	/**
	 * The peer told of a node: if that is the latest, it needs not be told in turn.
	 */
	void known(Renewal theirs) {
		if (this.table.upToDate(theirs)) {
			this.due.remove(theirs.nodeId());
		}
	}

	/**
	 * Leases were renewed. Those of others that a seed knows come from it: it is told
	 * them only if it seems not to hear of them itself. Its own, a seed is told at once,
	 * so that the batches of seeds are all that waits.
	 */
	void tellRenewals(Collection<String> nodeIds) {
		for (String nodeId : nodeIds) {
			boolean own = nodeId.equals(this.self.nodeId());
			this.due.addRenewal(nodeId, (own && !this.served) || urgent(nodeId));
		}
	}

	private boolean urgent(String nodeId) {
		return this.table.renewedLongAgo(nodeId, URGENT_SHARE);
	}

	void want(String nodeId) {
		if (this.wanted.size() < MOST_WANTED) {
			this.wanted.add(nodeId);
		}
	}

	/**
	 * The peer told its digest: if it differs, one end tells all its leases.
	 */
	void compare(Digest theirs) {
		this.accounts.compare(theirs);
	}

	/**
	 * A node is not taken: the node itself is told so.
	 * @param taken whether because another identity has its id; otherwise there is no
	 * room
	 */
	void refuse(String nodeId, boolean taken) {
		if (nodeId.equals(this.peer.nodeId())) {
			this.refusalDue = true;
			this.taken = taken;
			this.fault = null;
		}
	}

	/**
	 * A record is not valid: the node itself is told so, if it is the peer that proved to
	 * be its owner.
	 */
	void refuse(NodeRecord record, String fault) {
		if (record.nodeId().equals(this.peer.nodeId()) && (this.proven.identity() == null || leadsTo(record))) {
			this.refusalDue = true;
			this.taken = false;
			this.fault = fault;
		}
	}

	/**
	 * It is yet to be found out whether a node has its id. Until then, the node itself is
	 * not told that what it says is applied.
	 */
	void undecided(String nodeId) {
		if (nodeId.equals(this.peer.nodeId()) && !this.undecided) {
			this.undecided = true;
			this.appliedBefore = this.peer.received() - 1;
		}
	}

	/**
	 * It was found out.
	 * @param refused whether another identity has the id
	 */
	void decided(String nodeId, boolean refused) {
		if (nodeId.equals(this.peer.nodeId())) {
			this.undecided = false;
			this.answerDue = true;
		}
		if (refused) {
			refuse(nodeId, true);
			tell(nodeId);
		}
	}

	/**
	 * Another identity claims the id of the peer, which has it.
	 */
	void claimed(Upsert claim) {
		assert loop().inLoop();
		this.claim = claim;
	}

	/**
	 * The peer is told the digest, with the next renewals or at the moment of the batch.
	 */
	void tellDigest() {
		this.digestDue = true;
	}

	/**
	 * The moment to send the renewals that have gathered.
	 */
	void batch() {
		this.batchDue = true;
		this.due.batch((nodeId) -> this.served || urgent(nodeId));
	}

	@Override
	@Nullable DirectoryUpdate next() {
		UpdateDraft draft = nextDraft();
		return (draft != null) ? build(draft) : null;
	}

	private @Nullable UpdateDraft nextDraft() {
		UpdateDraft draft = new UpdateDraft();
		if (this.hello) {
			this.hello = false;
			this.due.remove(this.self.nodeId());
			describe(draft, this.self.nodeId());
			return draft.digest(this.table.digest());
		}
		if (this.claim != null) {
			draft.upsert(this.claim);
			this.claim = null;
			return draft;
		}
		if (this.due.hasRecords()) {
			this.due.takeRecords(draft::full, (nodeId) -> describe(draft, nodeId));
			return draft;
		}
		if (!this.wanted.isEmpty()) {
			DueNodes.take(this.wanted, DirectoryUpdate.MAX_ENTRIES, draft::wanted);
			return draft;
		}
		if (this.due.hasAsked() || this.accounts.telling()) {
			if (this.turn) {
				return nextAnswer(draft);
			}
			if (this.turns != null) {
				this.turns.ask(this);
			}
		}
		boolean renewals = this.due.hasRenewals();
		this.due.takeRenewals((nodeId) -> renew(draft, nodeId));
		boolean digest = this.digestDue && (this.batchDue || renewals);
		this.batchDue = false;
		if (digest) {
			this.digestDue = false;
			draft.digest(this.table.digest());
		}
		if (renewals || digest) {
			return draft;
		}
		return (this.answerDue || this.refusalDue || heartbeatDue()) ? draft : null;
	}

	private UpdateDraft nextAnswer(UpdateDraft draft) {
		this.turn = false;
		if (this.due.hasAsked()) {
			this.due.takeAsked(draft::full, (nodeId) -> describe(draft, nodeId));
		}
		else {
			this.accounts.tell(draft);
		}
		this.answered = draft.bytes();
		return draft;
	}

	private void describe(UpdateDraft draft, String nodeId) {
		Upsert upsert = this.table.upsert(nodeId);
		if (nodeId.equals(this.self.nodeId())) {
			this.peer.selfTold(sent() + 1);
		}
		if (upsert != null) {
			draft.upsert(upsert);
		}
		else {
			draft.gone(this.table.gone(nodeId));
		}
	}

	/* A peer that did not take this node is asked again with each renewal. */
	private void renew(UpdateDraft draft, String nodeId) {
		draft.renewal(this.table.renewal(nodeId));
		if (refused() && nodeId.equals(this.self.nodeId())) {
			this.peer.selfTold(sent() + 1);
		}
	}

	/* What each update carries, whatever it tells: the acknowledgement, a refusal. */
	private DirectoryUpdate build(UpdateDraft draft) {
		this.answerDue = false;
		String peerId = this.peer.nodeId();
		if (this.refusalDue && peerId != null) {
			this.refusalDue = false;
			draft.refused(peerId, this.taken, this.fault);
		}
		return draft.build(this.self, this.undecided ? this.appliedBefore : this.peer.received());
	}

	/**
	 * Whether the peer has applied the latest of this node itself.
	 */
	boolean knowsSelf() {
		return this.peer.knowsSelf();
	}

	/**
	 * Whether the peer does not take this node.
	 */
	boolean refused() {
		return this.peer.refused();
	}

	/**
	 * Whether it does not because another identity has this node's id there.
	 */
	boolean taken() {
		return this.peer.taken();
	}

	/**
	 * What is wrong with this node's record, as the peer says, if that is the reason.
	 */
	@Nullable String fault() {
		return this.peer.fault();
	}

	/**
	 * The state of the link for people.
	 */
	String describe() {
		if (!refused()) {
			return ahead() ? "linked, but too far ahead of this node's clock: its record is not taken" : "linked";
		}
		String fault = fault();
		if (fault != null) {
			return "refused: " + fault;
		}
		return taken() ? "taken: another node has the id of this node there" : "full: has no room for this node";
	}

	/**
	 * Whether the peer has spoken.
	 */
	boolean established() {
		return this.peer.nodeId() != null && !closed();
	}

	boolean silent() {
		return this.peer.silent(loop().nanoTime());
	}

	/**
	 * This node stood still itself: the peer's silence means nothing.
	 */
	void forgiveSilence() {
		this.peer.forgiveSilence(loop().nanoTime());
	}

	boolean served() {
		return this.served;
	}

	@Nullable String peerId() {
		return this.peer.nodeId();
	}

	/**
	 * Whether another link leads to the same process: each of two nodes may have dialled
	 * the other.
	 */
	boolean samePeer(DirectoryLink other) {
		return this.peer.same(other.peer);
	}

	boolean reachesItself() {
		return this.peer.is(this.self);
	}

}
