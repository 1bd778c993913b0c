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

import java.util.Collection;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.function.Consumer;

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

	private final DirectorySelf self;

	private final NodeTable table;

	/** Whether the peer dialled; this node is its seed then. */
	private final boolean served;

	/** Nodes of which the peer is told the record or the end. */
	private final Set<String> due = new LinkedHashSet<>();

	/** Nodes of which the peer is told the record with the next batch. */
	private final Set<String> dueLater = new LinkedHashSet<>();

	/** Nodes of which the peer is told the renewal with the next batch. */
	private final Set<String> renewalsDue = new LinkedHashSet<>();

	private final Set<String> wanted = new LinkedHashSet<>();

	private boolean hello = true;

	private boolean compared;

	private boolean answerDue;

	private boolean digestDue;

	private boolean batchDue;

	/** The peer has to hear that there is no room for it here. */
	private boolean refusalDue;

	/** How much the peer had applied when it last had no room for this node. */
	private long refusedAt;

	/** Rest of an account that is being told. */
	private @Nullable Iterator<String> account;

	private boolean accountBegins;

	/** Node ids of an account that is being heard. */
	private @Nullable Set<String> accountHeard;

	private long received;

	private long heardNanos;

	private @Nullable String peerId;

	private long peerIncarnation;

	/** Number of the update that told the peer of this node itself; 0 for none. */
	private long selfToldAt;

	private long acknowledged;

	DirectoryLink(DirectoryLoop loop, DirectorySelf self, NodeTable table, boolean served) {
		super(loop);
		this.self = self;
		this.table = table;
		this.served = served;
		this.heardNanos = loop.nanoTime();
	}

	/**
	 * Note the arrival of an update.
	 */
	void heard(DirectoryUpdate update) {
		this.received++;
		this.heardNanos = loop().nanoTime();
		this.peerId = update.sender();
		this.peerIncarnation = update.senderIncarnation();
		this.acknowledged = Math.max(this.acknowledged, update.received());
		this.answerDue |= update.deservesAnswer();
		if (update.refused().contains(this.self.nodeId())) {
			this.refusedAt = update.received();
		}
		if (update.begins()) {
			this.accountHeard = new HashSet<>();
		}
		Set<String> heard = this.accountHeard;
		if (heard != null) {
			update.upserts().forEach((upsert) -> heard.add(upsert.record().nodeId()));
			update.renewals().forEach((renewal) -> heard.add(renewal.nodeId()));
			if (update.ends()) {
				this.table.nodeIds().stream().filter((nodeId) -> !heard.contains(nodeId)).forEach(this.due::add);
				this.accountHeard = null;
			}
		}
	}

	/**
	 * The peer gets what this table knows of a node: its record or its end.
	 */
	void tell(String nodeId) {
		this.due.add(nodeId);
		if (nodeId.equals(this.self.nodeId())) {
			this.selfToldAt = 0;
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
			this.dueLater.add(nodeId);
		}
	}

	/**
	 * The peer told of a node: if that is the latest, it needs not be told in turn.
	 */
	void known(Renewal theirs) {
		if (this.table.upToDate(theirs)) {
			this.due.remove(theirs.nodeId());
			this.dueLater.remove(theirs.nodeId());
			this.renewalsDue.remove(theirs.nodeId());
		}
	}

	void tellRenewals(Collection<String> nodeIds) {
		this.renewalsDue.addAll(nodeIds);
	}

	void want(String nodeId) {
		this.wanted.add(nodeId);
	}

	/**
	 * The peer told its digest: if it differs, tell all leases. One account is enough, so
	 * at the start it is up to the end that dialled.
	 */
	void compare(Digest theirs) {
		boolean first = !this.compared;
		this.compared = true;
		if (this.account == null && !(first && this.served) && !theirs.equals(this.table.digest())) {
			this.account = this.table.nodeIds().iterator();
			this.accountBegins = true;
		}
	}

	/**
	 * There is no room for a node: the node itself is told so.
	 */
	void refuse(String nodeId) {
		this.refusalDue |= nodeId.equals(this.peerId);
	}

	void tellDigest() {
		this.digestDue = true;
	}

	/**
	 * The moment to send the renewals that have gathered.
	 */
	void batch() {
		this.batchDue = true;
		this.due.addAll(this.dueLater);
		this.dueLater.clear();
	}

	@Override
	@Nullable DirectoryUpdate next() {
		if (this.hello) {
			this.hello = false;
			this.due.remove(this.self.nodeId());
			return build(describe(new Draft(), this.self.nodeId()).digest(this.table.digest()));
		}
		if (!this.due.isEmpty()) {
			Draft draft = new Draft();
			take(this.due, DirectoryUpdate.MAX_RECORDS, (nodeId) -> describe(draft, nodeId));
			return build(draft);
		}
		if (!this.wanted.isEmpty()) {
			Draft draft = new Draft();
			take(this.wanted, DirectoryUpdate.MAX_ENTRIES, draft::wanted);
			return build(draft);
		}
		if (this.account != null) {
			return nextOfAccount(this.account);
		}
		if (this.batchDue && !this.renewalsDue.isEmpty()) {
			Draft draft = new Draft();
			take(this.renewalsDue, DirectoryUpdate.MAX_ENTRIES, (nodeId) -> renew(draft, nodeId));
			return build(draft);
		}
		this.batchDue = false;
		if (this.answerDue || this.digestDue || this.refusalDue || heartbeatDue()) {
			Draft draft = new Draft();
			if (this.digestDue) {
				this.digestDue = false;
				draft.digest(this.table.digest());
			}
			return build(draft);
		}
		return null;
	}

	private DirectoryUpdate nextOfAccount(Iterator<String> rest) {
		Draft draft = new Draft();
		for (int i = 0; i < DirectoryUpdate.MAX_ENTRIES && rest.hasNext(); i++) {
			draft.renewal(this.table.renewal(rest.next()));
		}
		draft.account(this.accountBegins, !rest.hasNext(), 0);
		this.accountBegins = false;
		if (!rest.hasNext()) {
			this.account = null;
		}
		return build(draft);
	}

	/* A peer that has no room is asked again with each renewal. */
	private void renew(Draft draft, String nodeId) {
		draft.renewal(this.table.renewal(nodeId));
		if (refused() && nodeId.equals(this.self.nodeId())) {
			this.selfToldAt = sent() + 1;
		}
	}

	private Draft describe(Draft draft, String nodeId) {
		this.renewalsDue.remove(nodeId);
		this.dueLater.remove(nodeId);
		Upsert upsert = this.table.upsert(nodeId);
		if (nodeId.equals(this.self.nodeId())) {
			this.selfToldAt = sent() + 1;
		}
		return (upsert != null) ? draft.upsert(upsert) : draft.gone(this.table.gone(nodeId));
	}

	private DirectoryUpdate build(Draft draft) {
		this.answerDue = false;
		if (this.refusalDue && this.peerId != null) {
			this.refusalDue = false;
			draft.refused(this.peerId);
		}
		return draft.build(this.self, this.received);
	}

	private static void take(Set<String> from, int limit, Consumer<String> action) {
		Iterator<String> iterator = from.iterator();
		for (int i = 0; i < limit && iterator.hasNext(); i++) {
			String nodeId = iterator.next();
			iterator.remove();
			action.accept(nodeId);
		}
	}

	/**
	 * Whether the peer has applied the latest news of this node itself.
	 */
	boolean knowsSelf() {
		return this.selfToldAt > 0 && this.acknowledged >= this.selfToldAt && this.selfToldAt > this.refusedAt;
	}

	/**
	 * Whether the peer has no room for this node.
	 */
	boolean refused() {
		return this.refusedAt > 0 && !knowsSelf();
	}

	/**
	 * Whether the peer has spoken.
	 */
	boolean established() {
		return this.peerId != null && !closed();
	}

	boolean silent() {
		return loop().nanoTime() - this.heardNanos > SILENCE.toNanos();
	}

	/**
	 * This node stood still itself: the peer's silence means nothing.
	 */
	void forgiveSilence() {
		this.heardNanos = loop().nanoTime();
	}

	@Nullable String peerId() {
		return this.peerId;
	}

	/**
	 * Whether another link leads to the same process: each of two nodes may have dialled
	 * the other.
	 */
	boolean samePeer(DirectoryLink other) {
		return other == this || (this.peerId != null && this.peerId.equals(other.peerId)
				&& this.peerIncarnation == other.peerIncarnation);
	}

	boolean reachesItself() {
		return this.self.nodeId().equals(this.peerId) && this.self.incarnation() == this.peerIncarnation;
	}

}
