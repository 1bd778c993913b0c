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
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

import io.macula.directory.DirectoryLoop;
import io.macula.embedded.DirectoryUpdate.Upsert;
import org.jspecify.annotations.Nullable;

/**
 * The links of a replica to other replicas, whoever dialled: what is passed on over them
 * and when. Owned by the loop, but for {@link #connected()} and
 * {@link #connectedNanoTime()}.
 */
final class ReplicaLinks {

	/** Renewals are gathered for this time, or a fifth of a lease if that is shorter. */
	private static final Duration RENEWAL_BATCH = Duration.ofSeconds(3);

	/** Mean time between two digests. */
	private static final Duration ANTI_ENTROPY = Duration.ofSeconds(10);

	private final DirectoryLoop loop;

	private final Outbox outbox;

	private final long batchNanos;

	private final Set<DirectoryLink> links = new LinkedHashSet<>();

	private long batchedNanos;

	private long digestNanos;

	private volatile boolean connected;

	private volatile long connectedNanos;

	/**
	 * No links yet.
	 * @param lease duration of a lease
	 */
	ReplicaLinks(DirectoryLoop loop, Outbox outbox, Duration lease) {
		this.loop = loop;
		this.outbox = outbox;
		this.batchNanos = Math.min(RENEWAL_BATCH.toNanos(), lease.toNanos() / 5);
		long now = loop.nanoTime();
		this.batchedNanos = now;
		this.digestNanos = now;
		this.connectedNanos = now;
	}

	void add(DirectoryLink link) {
		assert this.loop.inLoop();
		this.links.add(link);
	}

	/**
	 * How many links lead to the peer of another one, as far as that is proven.
	 */
	long ofPeer(DirectoryLink link) {
		assert this.loop.inLoop();
		Object peer = link.turnKey();
		return this.links.stream().filter((other) -> other.turnKey().equals(peer)).count();
	}

	/**
	 * End a link.
	 * @return whether it was among these
	 */
	boolean close(DirectoryLink link) {
		assert this.loop.inLoop();
		link.close();
		this.outbox.remove(link);
		return this.links.remove(link);
	}

	/**
	 * Nodes changed or were renewed.
	 * @param source the link that told it, or {@code null} if this node found it out
	 * itself; the peer behind it knows already
	 */
	void passOn(TableChanges changes, @Nullable DirectoryLink source) {
		assert this.loop.inLoop();
		List<DirectoryLink> dialled = this.links.stream()
			.filter((link) -> !link.served() && link.established())
			.toList();
		for (DirectoryLink link : this.links) {
			if (source == null || !source.samePeer(link)) {
				Consumer<String> telling = (source != null) ? link::passOn : link::tell;
				changes.nodes().keySet().forEach(telling);
				/*
				 * Of two links to one peer the one that this node dialled carries them.
				 */
				if (!link.served() || dialled.stream().noneMatch(link::samePeer)) {
					link.tellRenewals(changes.renewed());
				}
				this.outbox.add(link);
			}
		}
	}

	/**
	 * Let all send what is due by now: renewals in batches, digests, heartbeats.
	 */
	void tick(long now) {
		assert this.loop.inLoop();
		if (now - this.batchedNanos >= this.batchNanos) {
			this.batchedNanos = now;
			this.links.forEach(DirectoryLink::batch);
		}
		if (now - this.digestNanos >= 0) {
			this.digestNanos = now + this.loop.jittered(ANTI_ENTROPY.multipliedBy(4).dividedBy(3)).toNanos();
			this.links.forEach(DirectoryLink::tellDigest);
		}
		this.links.forEach(this.outbox::add);
	}

	/**
	 * This node stood still itself: silence means nothing.
	 */
	void forgiveSilence() {
		assert this.loop.inLoop();
		this.links.forEach(DirectoryLink::forgiveSilence);
	}

	/**
	 * Ask the owner of a record over its own links for a sign of life.
	 * @return whether it has one
	 */
	boolean challenge(NodeRecord record) {
		assert this.loop.inLoop();
		boolean linked = false;
		for (DirectoryLink link : this.links) {
			if (link.leadsTo(record)) {
				linked = true;
				link.want(record.nodeId());
				this.outbox.add(link);
			}
		}
		this.outbox.flushSoon();
		return linked;
	}

	/**
	 * Tell the owner of a record over its own links who else claims its id: it may be
	 * linked to others than the one that claims.
	 */
	void tellClaim(NodeRecord record, Upsert claim) {
		assert this.loop.inLoop();
		for (DirectoryLink link : this.links) {
			if (link.leadsTo(record)) {
				link.claimed(claim);
				this.outbox.add(link);
			}
		}
	}

	/**
	 * Whether this node's clock is behind those of most of the nodes that it is linked
	 * to, so far that it does not take what they say of themselves.
	 */
	boolean clockIsBehind() {
		return 2 * ahead() > this.links.stream().filter(DirectoryLink::established).count();
	}

	/**
	 * The same, for people.
	 */
	String clockFault() {
		return "it does not take the records of " + ahead() + " of the nodes that it is linked to, among them "
				+ this.links.stream().filter(DirectoryLink::ahead).map(DirectoryLink::peerId).limit(3).toList()
				+ ", because they are more than " + RecordCheck.TOLERANCE.toDays()
				+ " days ahead of this node's clock: correct the clock of this machine";
	}

	private long ahead() {
		return this.links.stream().filter(DirectoryLink::ahead).count();
	}

	/**
	 * Links that others opened and that went silent.
	 */
	List<DirectoryLink> silent() {
		return this.links.stream().filter((link) -> link.served() && link.silent()).toList();
	}

	/**
	 * Links that others opened.
	 */
	List<DirectoryLink> served() {
		return this.links.stream().filter(DirectoryLink::served).toList();
	}

	/**
	 * Whether a peer has applied the latest of this node itself.
	 */
	boolean knowSelf() {
		return this.links.stream().anyMatch(DirectoryLink::knowsSelf);
	}

	/**
	 * A link was established or ended.
	 */
	void changed() {
		assert this.loop.inLoop();
		this.connected = this.links.stream().anyMatch(DirectoryLink::established);
		if (this.connected) {
			this.connectedNanos = this.loop.nanoTime();
		}
	}

	/**
	 * Whether a link stood when they last changed. Safe for all threads.
	 */
	boolean connected() {
		return this.connected;
	}

	/**
	 * When a change last found a link standing. Safe for all threads.
	 */
	long connectedNanoTime() {
		return this.connectedNanos;
	}

}
