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

	private final DirectorySelf self;

	private final NodeTable table;

	/** Whether the peer dialled; this node is its seed then. */
	private final boolean served;

	private final LinkPeer peer;

	private final DueNodes due = new DueNodes();

	private final LeaseAccounts accounts;

	private final Set<String> wanted = new LinkedHashSet<>();

	private boolean hello = true;

	private boolean answerDue;

	private boolean digestDue;

	private boolean batchDue;

	/** The peer has to hear that there is no room for it here. */
	private boolean refusalDue;

	DirectoryLink(DirectoryLoop loop, DirectorySelf self, NodeTable table, boolean served) {
		super(loop);
		this.self = self;
		this.table = table;
		this.served = served;
		this.peer = new LinkPeer(self.nodeId(), loop.nanoTime());
		this.accounts = new LeaseAccounts(table, served);
	}

	/**
	 * Note the arrival of an update.
	 */
	void heard(DirectoryUpdate update) {
		assert loop().inLoop();
		this.peer.heard(update, loop().nanoTime());
		heartbeat(update.patient() ? HEARTBEAT : IMPATIENT);
		this.answerDue |= update.deservesAnswer();
		this.accounts.hear(update).forEach(this.due::add);
	}

	/**
	 * The peer gets what this table knows of a node: its record or its end.
	 */
	void tell(String nodeId) {
		assert loop().inLoop();
		this.due.add(nodeId);
		if (nodeId.equals(this.self.nodeId())) {
			this.peer.selfChanged();
		}
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
		this.wanted.add(nodeId);
	}

	/**
	 * The peer told its digest: if it differs, one end tells all its leases.
	 */
	void compare(Digest theirs) {
		this.accounts.compare(theirs);
	}

	/**
	 * There is no room for a node: the node itself is told so.
	 */
	void refuse(String nodeId) {
		this.refusalDue |= nodeId.equals(this.peer.nodeId());
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
		if (this.due.hasRecords()) {
			this.due.takeRecords(draft::full, (nodeId) -> describe(draft, nodeId));
			return draft;
		}
		if (!this.wanted.isEmpty()) {
			DueNodes.take(this.wanted, DirectoryUpdate.MAX_ENTRIES, draft::wanted);
			return draft;
		}
		if (this.accounts.telling()) {
			this.accounts.tell(draft);
			return draft;
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

	/* A peer that has no room is asked again with each renewal. */
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
			draft.refused(peerId);
		}
		return draft.build(this.self, this.peer.received());
	}

	/**
	 * Whether the peer has applied the latest of this node itself.
	 */
	boolean knowsSelf() {
		return this.peer.knowsSelf();
	}

	/**
	 * Whether the peer has no room for this node.
	 */
	boolean refused() {
		return this.peer.refused();
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
