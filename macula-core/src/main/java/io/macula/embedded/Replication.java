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

import io.macula.Code;
import io.macula.RpcException;
import io.macula.directory.DirectoryLoop;
import io.macula.Status;
import io.macula.embedded.DirectoryUpdate.Digest;
import io.macula.embedded.DirectoryUpdate.Gone;
import io.macula.embedded.DirectoryUpdate.Renewal;
import io.macula.embedded.DirectoryUpdate.Upsert;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the tables of linked replicas equal: applies what a peer tells, answers it, and
 * passes on what changed here to the other links, to watching clients and to the watches
 * of this node. Owned by the loop.
 */
final class Replication implements SessionOwner<DirectoryLink, DirectoryUpdate>, Claims.Decision {

	static final int MOST_LINKS_OF_A_PEER = 8;

	private final DirectoryLoop loop;

	private final DirectorySelf self;

	private final NodeTable table;

	private final OwnRecord own;

	private final ReplicaLinks links;

	private final WatchingClients clients;

	private final Outbox outbox;

	private final ReplicaLog log;

	private final Claims claims;

	private final RecordTurns turns;

	private final AnswerTurns answers;

	private final Runnable onChange;

	/**
	 * A replication.
	 * @param loop owns the state
	 * @param self this node
	 * @param table what is replicated
	 * @param own the record of this node in it
	 * @param links the other replicas
	 * @param clients watch parts of the table
	 * @param outbox sends
	 * @param dialer asks who is at an endpoint
	 * @param log of the replica
	 * @param onChange called when a link was established or ended, its peer has applied
	 * what it was told of this node or refused it, or another node took this node's id
	 */
	Replication(DirectoryLoop loop, DirectorySelf self, NodeTable table, OwnRecord own, ReplicaLinks links,
			WatchingClients clients, Outbox outbox, SeedDialer dialer, ReplicaLog log, Runnable onChange) {
		this.loop = loop;
		this.self = self;
		this.table = table;
		this.own = own;
		this.links = links;
		this.clients = clients;
		this.outbox = outbox;
		this.log = log;
		this.claims = new Claims(loop, table, dialer, links, this);
		this.turns = new RecordTurns(loop, table, this::closeFlood);
		this.answers = new AnswerTurns(loop, table);
		this.onChange = onChange;
	}

	/**
	 * A new link, for a seed that is being dialled.
	 */
	DirectoryLink open() {
		DirectoryLink link = new DirectoryLink(this.loop, this.self, this.table, false);
		opened(link);
		return link;
	}

	/** One is enough; those that were lost may still be open. */
	@Override
	public void opened(DirectoryLink link) {
		if (this.links.ofPeer(link) >= MOST_LINKS_OF_A_PEER) {
			this.log.dishonest(link.proven(), "it has " + MOST_LINKS_OF_A_PEER + " others already");
			link.fail(Status
				.notProcessed(Code.RESOURCE_EXHAUSTED,
						"this node has " + MOST_LINKS_OF_A_PEER + " links of node '" + link.proven().nodeId()
								+ "' already")
				.toException());
			return;
		}
		this.links.add(link);
		link.answerInTurn(this.answers);
		this.own.wanted();
	}

	/** That the peer says anything proves that it lives, whatever else there is to do. */
	@Override
	public void admit(DirectoryLink link, DirectoryUpdate update, Runnable heard) {
		assert this.loop.inLoop();
		if (!link.closed()) {
			link.arrived();
			this.claims.heard(link);
			this.turns.take(link, update, heard);
		}
	}

	private void closeFlood(DirectoryLink link) {
		this.log.dishonest(link.proven(), "it tells more at once than can be verified");
		close(link);
	}

	@Override
	public void heard(DirectoryLink link, DirectoryUpdate update) {
		assert this.loop.inLoop();
		if (link.closed()) {
			return;
		}
		if (!link.honest(update)) {
			this.log.dishonest(link.proven(), "it speaks in the name of node '" + update.sender() + "'");
			close(link);
			return;
		}
		boolean known = link.established();
		boolean accepted = link.knowsSelf();
		boolean refused = link.refused();
		boolean claimed = this.own.claimed();
		link.heard(update);
		if (link.refused() && !refused) {
			this.log.refused(link.peerId(), link.taken(), link.fault());
		}
		if (link.reachesItself()) {
			if (link.served()) {
				close(link);
			}
			return;
		}
		apply(link, update);
		if (link.closed()) {
			return;
		}
		propagate(link);
		this.outbox.add(link);
		if (!known || accepted != link.knowsSelf() || claimed != this.own.claimed()) {
			this.onChange.run();
		}
		if (known) {
			this.outbox.flushSoon();
		}
		else {
			this.outbox.flush();
		}
	}

	private void apply(DirectoryLink link, DirectoryUpdate update) {
		for (Upsert upsert : update.upserts()) {
			if (link.closed()) {
				// For what it told before; the rest is not looked at.
				return;
			}
			Verdict verdict = apply(link, upsert);
			answer(link, upsert, verdict);
			if (verdict != Verdict.UNPROVEN) {
				// What was left out says nothing, not even whom it is about.
				NodeRecord record = upsert.record();
				link.known(new Renewal(record.nodeId(), record.term(), record.version(), upsert.renewals(), 0));
			}
		}
		update.gone().forEach((gone) -> {
			Verdict verdict = apply(gone);
			if (verdict == Verdict.UNPROVEN) {
				this.log.invalid(gone.nodeId(), link.proven(), "its withdrawal does not come from its owner");
				wasted(link, gone.nodeId());
			}
			else {
				answer(link, gone.nodeId(), verdict);
			}
		});
		update.renewals().forEach((renewal) -> {
			Verdict verdict = apply(link, renewal);
			if (verdict == Verdict.UNPROVEN) {
				this.log.invalid(renewal.nodeId(), link.proven(),
						"its renewal " + renewal.renewals() + " does not come from its owner");
			}
			answer(link, renewal.nodeId(), verdict);
			link.known(renewal);
		});
		update.wanted().forEach((nodeId) -> {
			if (own(nodeId)) {
				this.own.wanted();
			}
			link.answer(nodeId);
		});
		Digest digest = update.digest();
		if (digest != null) {
			link.compare(digest);
		}
	}

	private Verdict apply(DirectoryLink link, Upsert upsert) {
		NodeRecord record = upsert.record();
		try {
			RecordBounds.require(record);
			link.judged(record, this.table.ahead(record));
			return own(record.nodeId()) ? this.own.heard(upsert) : this.table.apply(upsert, link.leadsTo(record));
		}
		catch (RuntimeException ex) {
			String fault = String.valueOf(ex.getMessage());
			this.log.invalid(record.nodeId(), link.proven(), fault);
			link.refuse(record, fault);
			return Verdict.UNPROVEN;
		}
	}

	private Verdict apply(DirectoryLink link, Renewal renewal) {
		if (own(renewal.nodeId())) {
			return this.own.heard(renewal, link.proven());
		}
		NodeRecord held = this.table.record(renewal.nodeId());
		return this.table.apply(renewal, held != null && link.leadsTo(held));
	}

	private Verdict apply(Gone gone) {
		return own(gone.nodeId()) ? this.own.heard(gone) : this.table.apply(gone);
	}

	private boolean own(String nodeId) {
		return nodeId.equals(this.self.nodeId());
	}

	private void answer(DirectoryLink link, Upsert upsert, Verdict verdict) {
		if (verdict == Verdict.CLAIMED) {
			this.claims.examine(upsert, link);
		}
		else {
			answer(link, upsert.record().nodeId(), verdict);
		}
	}

	private void answer(DirectoryLink link, String nodeId, Verdict verdict) {
		switch (verdict) {
			case STALE -> link.answer(nodeId);
			case WANTED -> link.want(nodeId);
			case FULL -> {
				link.refuse(nodeId, false);
				this.log.full(nodeId);
			}
			case CROWDED -> {
				link.refuse(nodeId, false);
				this.log.crowded(nodeId, link.proven());
			}
			case TAKEN -> {
				link.tell(nodeId);
				link.refuse(nodeId, true);
			}
			case UNPROVEN -> {
				link.answer(nodeId);
				wasted(link, nodeId);
			}
			case CHANGED, RENEWED, KNOWN, TOO_OLD, CLAIMED -> {
			}
		}
	}

	/*
	 * Who told of an end that it believes in is not told otherwise: it would tell it
	 * again.
	 */
	private void wasted(DirectoryLink link, String nodeId) {
		if (link.wasted()) {
			this.log.dishonest(link.proven(), "it goes on telling what the owners of the records do not vouch"
					+ " for, the last time of node '" + nodeId + "'");
			close(link);
		}
	}

	@Override
	public void refused(Claims.Claim claim, String why) {
		Upsert claiming = claim.upsert(this.loop.nanoTime());
		this.log.claimRefused(claim.bound(), claiming.record(), claim.links(), why);
		this.links.tellClaim(claim.bound(), claiming);
	}

	@Override
	public void passed(Claims.Claim claim, String why) {
		Upsert upsert = claim.upsert(this.loop.nanoTime());
		try {
			if (this.table.pass(upsert, claim.bound(), claim.seen()) == Verdict.CHANGED) {
				this.log.claimPassed(claim.bound(), upsert.record(), claim.links(), why);
			}
		}
		catch (RuntimeException ex) {
			this.log.invalid(claim.nodeId(), claim.links().get(0).proven(), String.valueOf(ex.getMessage()));
		}
	}

	@Override
	public void over(Claims.Claim claim) {
		claim.links().stream().filter((link) -> !link.closed()).forEach(this.outbox::add);
		claim.rivals().stream().filter((link) -> !link.closed()).forEach(this.outbox::add);
		propagate(null);
		this.onChange.run();
		this.outbox.flushSoon();
	}

	/**
	 * Look after what waits for its time.
	 */
	void tick() {
		this.claims.tick();
		this.turns.tick();
		this.answers.tick();
	}

	/**
	 * Pass on what changed in the table.
	 * @param source the link that told it, or {@code null} if this node found it out
	 * itself
	 */
	void propagate(@Nullable DirectoryLink source) {
		assert this.loop.inLoop();
		TableChanges changes = this.table.takeChanges();
		if (changes.isEmpty()) {
			return;
		}
		this.links.passOn(changes, source);
		this.clients.passOn(changes);
		this.log.conflicts(changes.conflicts());
		this.outbox.changed(changes.services());
		this.outbox.flushSoon();
	}

	/**
	 * Leave the nodes that linked to this one and went silent.
	 */
	void closeSilent() {
		this.links.silent().forEach((link) -> {
			this.log.lost(link.peerId());
			close(link);
		});
	}

	/**
	 * End the links that others opened.
	 */
	void closeServed() {
		this.links.served().forEach(this::close);
	}

	@Override
	public void failed(DirectoryLink link, Throwable error) {
		if (!link.closed() && error instanceof RpcException rpc && rpc.code() == Code.INVALID_ARGUMENT) {
			this.log.dishonest(link.proven(), "what it tells cannot be read: " + rpc.status().message());
		}
		SessionOwner.super.failed(link, error);
	}

	@Override
	public void close(DirectoryLink link) {
		this.answers.forget(link);
		this.turns.forget(link);
		if (this.links.close(link)) {
			this.onChange.run();
		}
	}

	/**
	 * One of the seeds is this node itself.
	 */
	void foundItself() {
		this.onChange.run();
	}

}
