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
final class Replication implements SessionOwner<DirectoryLink, DirectoryUpdate> {

	private final DirectoryLoop loop;

	private final DirectorySelf self;

	private final NodeTable table;

	private final OwnRecord own;

	private final ReplicaLinks links;

	private final WatchingClients clients;

	private final Outbox outbox;

	private final ReplicaLog log;

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
	 * @param log of the replica
	 * @param onChange called when a link was established or ended, its peer has applied
	 * what it was told of this node or refused it, or another node took this node's id
	 */
	Replication(DirectoryLoop loop, DirectorySelf self, NodeTable table, OwnRecord own, ReplicaLinks links,
			WatchingClients clients, Outbox outbox, ReplicaLog log, Runnable onChange) {
		this.loop = loop;
		this.self = self;
		this.table = table;
		this.own = own;
		this.links = links;
		this.clients = clients;
		this.outbox = outbox;
		this.log = log;
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

	@Override
	public void opened(DirectoryLink link) {
		this.links.add(link);
		this.own.renew();
	}

	@Override
	public void heard(DirectoryLink link, DirectoryUpdate update) {
		assert this.loop.inLoop();
		if (link.closed()) {
			return;
		}
		boolean known = link.established();
		boolean accepted = link.knowsSelf();
		boolean refused = link.refused();
		boolean claimed = this.own.claimed();
		link.heard(update);
		if (link.refused() && !refused) {
			this.log.refused(link.peerId());
		}
		if (link.reachesItself()) {
			if (link.served()) {
				close(link);
			}
			return;
		}
		apply(link, update);
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
		update.upserts().forEach((upsert) -> {
			NodeRecord record = upsert.record();
			answer(link, record.nodeId(), apply(upsert));
			link.known(new Renewal(record.nodeId(), record.term(), record.version(), upsert.renewals(), 0));
		});
		update.gone().forEach((gone) -> answer(link, gone.nodeId(), apply(gone)));
		update.renewals().forEach((renewal) -> {
			answer(link, renewal.nodeId(), apply(renewal));
			link.known(renewal);
		});
		update.wanted().forEach(link::tell);
		Digest digest = update.digest();
		if (digest != null) {
			link.compare(digest);
		}
	}

	private Verdict apply(Upsert upsert) {
		try {
			return own(upsert.record().nodeId()) ? this.own.heard(upsert) : this.table.apply(upsert);
		}
		catch (RuntimeException ex) {
			this.log.invalid(upsert.record().nodeId(), ex);
			return Verdict.KNOWN;
		}
	}

	private Verdict apply(Renewal renewal) {
		return own(renewal.nodeId()) ? this.own.heard(renewal) : this.table.apply(renewal);
	}

	private Verdict apply(Gone gone) {
		return own(gone.nodeId()) ? this.own.heard(gone) : this.table.apply(gone);
	}

	private boolean own(String nodeId) {
		return nodeId.equals(this.self.nodeId());
	}

	private void answer(DirectoryLink link, String nodeId, Verdict verdict) {
		switch (verdict) {
			case STALE -> link.tell(nodeId);
			case WANTED -> link.want(nodeId);
			case FULL -> {
				link.refuse(nodeId);
				this.log.full(nodeId);
			}
			case CHANGED, RENEWED, KNOWN, TOO_OLD -> {
			}
		}
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
	public void close(DirectoryLink link) {
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
