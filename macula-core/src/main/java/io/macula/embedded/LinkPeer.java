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

import org.jspecify.annotations.Nullable;

/**
 * The other end of a link, as far as it has spoken: who it is, when it spoke last, and
 * whether it has applied the latest of this node itself. Owned by the loop.
 */
final class LinkPeer {

	/*
	 * Updates are numbered in the order in which they are sent. The peer knows this node
	 * once it says that it has applied the update that told it so, unless it has said
	 * since that it does not take it: told -> known, told -> refused, known or refused ->
	 * told with each change of this node.
	 */

	private final String selfId;

	private @Nullable String nodeId;

	private long incarnation;

	private long heardNanos;

	/** How many updates the peer has sent. */
	private long received;

	/** How many updates of this node the peer has applied. */
	private long acknowledged;

	/** Number of the update that told the peer of this node itself; 0 for none. */
	private long selfToldAt;

	/** How much the peer had applied when it last did not take this node. */
	private long refusedAt;

	/** Whether it did not because another one has this node's id. */
	private boolean taken;

	/** Or because this is wrong with its record. */
	private @Nullable String fault;

	/**
	 * A peer that has not spoken yet.
	 * @param selfId id of this node
	 * @param now the time
	 */
	LinkPeer(String selfId, long now) {
		this.selfId = selfId;
		this.heardNanos = now;
	}

	void heard(DirectoryUpdate update, long now) {
		this.received++;
		this.heardNanos = now;
		this.nodeId = update.sender();
		this.incarnation = update.senderIncarnation();
		this.acknowledged = Math.max(this.acknowledged, update.received());
		if (update.refused().contains(this.selfId)) {
			this.refusedAt = update.received();
			this.taken = update.taken();
			this.fault = update.fault();
		}
	}

	/**
	 * This node changed, which the peer has yet to be told.
	 */
	void selfChanged() {
		this.selfToldAt = 0;
	}

	/**
	 * The peer is told of this node.
	 * @param number number of the update that tells
	 */
	void selfTold(long number) {
		this.selfToldAt = number;
	}

	/**
	 * Whether the peer has applied the latest of this node itself.
	 */
	boolean knowsSelf() {
		return this.selfToldAt > 0 && this.acknowledged >= this.selfToldAt && this.selfToldAt > this.refusedAt;
	}

	/**
	 * Whether the peer does not take this node.
	 */
	boolean refused() {
		return this.refusedAt > 0 && !knowsSelf();
	}

	/**
	 * Whether it does not because another identity has this node's id there.
	 */
	boolean taken() {
		return this.taken && refused();
	}

	/**
	 * What is wrong with this node's record, as the peer says, if that is the reason.
	 */
	@Nullable String fault() {
		return refused() ? this.fault : null;
	}

	boolean silent(long now) {
		return now - this.heardNanos > DirectoryLink.SILENCE.toNanos();
	}

	/**
	 * This node stood still itself: the peer's silence means nothing.
	 */
	void forgiveSilence(long now) {
		this.heardNanos = now;
	}

	/**
	 * Node id of the peer, or {@code null} as long as it has not spoken.
	 */
	@Nullable String nodeId() {
		return this.nodeId;
	}

	long received() {
		return this.received;
	}

	/**
	 * Whether both are the same process, as far as is known.
	 */
	boolean same(LinkPeer other) {
		return other == this
				|| (this.nodeId != null && this.nodeId.equals(other.nodeId) && this.incarnation == other.incarnation);
	}

	/**
	 * Whether the peer is this process.
	 */
	boolean is(DirectorySelf self) {
		return self.nodeId().equals(this.nodeId) && self.incarnation() == this.incarnation;
	}

}
