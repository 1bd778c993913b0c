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
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

import io.macula.directory.DirectoryLoop;
import org.jspecify.annotations.Nullable;

/**
 * The order in which peers are told what they ask for, and how much of it: one update
 * each, the one that has had least first, and everything else the loop does comes in
 * between. Owned by the loop.
 */
final class AnswerTurns {

	/*
	 * A question of a few bytes is answered by a record of 64 KiB, one of a few thousand
	 * by the whole table, and all of that is put together and coded by this loop. What
	 * changed is told to all at once; what a peer asks for, or shows that it lacks, waits
	 * for its turn. So whoever asks without an end waits for himself, over how many links
	 * he may ask, and whoever asks for the first time goes before him.
	 */

	/** A peer may ask for the whole table at once, and for this beyond it. */
	static final long LEAST_SHARE = 4 << 20;

	/** Time in which it may do so again. */
	static final Duration PERIOD = Duration.ofMinutes(1);

	/** Bytes of all answers at once. */
	static final long BURST = 64 << 20;

	/** Bytes of all answers in a second from then on. */
	static final long STEADY = 16 << 20;

	/** Between two looks at peers that have all had their share. */
	private static final Duration PAUSE = Duration.ofMillis(100);

	private final DirectoryLoop loop;

	private final NodeTable table;

	/** Those that ask or have had something of late. Of equals, the first goes first. */
	private final Map<Object, Peer> peers = new LinkedHashMap<>();

	private final Plan next;

	private boolean planned;

	private final WorkSavings savings;

	/**
	 * Nobody asks.
	 * @param loop owns the state
	 * @param table what peers ask for
	 */
	AnswerTurns(DirectoryLoop loop, NodeTable table) {
		this.loop = loop;
		this.table = table;
		this.next = new Plan(loop, this::turn);
		this.savings = new WorkSavings(loop.clock(), BURST, STEADY);
	}

	/**
	 * A link has answers for its peer, and its peer has room for them.
	 */
	void ask(DirectoryLink link) {
		assert this.loop.inLoop();
		peer(link).links.add(link);
		if (!this.planned) {
			plan(Duration.ZERO);
		}
	}

	/**
	 * Work for a peer that is no answer counts as one, if the peer may ask for it now.
	 * @param bytes of an answer that costs as much
	 * @return whether it may
	 */
	boolean charge(DirectoryLink link, long bytes) {
		assert this.loop.inLoop();
		Peer peer = peer(link);
		boolean affordable = left(peer) > 0;
		if (affordable) {
			peer.spent += bytes;
		}
		return affordable;
	}

	private Peer peer(DirectoryLink link) {
		return this.peers.computeIfAbsent(link.turnKey(), (key) -> new Peer(this.loop.nanoTime()));
	}

	private double left(Peer peer) {
		long now = this.loop.nanoTime();
		double share = (double) LEAST_SHARE + this.table.cost();
		peer.spent = Math.max(0, peer.spent - share * (now - peer.spentNanos) / PERIOD.toNanos());
		peer.spentNanos = now;
		return share - peer.spent;
	}

	private void plan(Duration delay) {
		this.planned = true;
		this.next.after(delay);
	}

	private void turn() {
		this.planned = false;
		Object first = this.savings.untilNext().isZero() ? first() : null;
		if (first != null) {
			answer(first);
		}
		if (this.peers.values().stream().anyMatch((peer) -> !peer.links.isEmpty())) {
			plan((first != null) ? Duration.ZERO : PAUSE);
		}
	}

	/** Who asks and has had least, or nobody if all have had their share. */
	private @Nullable Object first() {
		Object first = null;
		long least = Long.MAX_VALUE;
		for (Map.Entry<Object, Peer> entry : this.peers.entrySet()) {
			Peer peer = entry.getValue();
			if (!peer.links.isEmpty() && peer.had < least && left(peer) > 0) {
				first = entry.getKey();
				least = peer.had;
			}
		}
		return first;
	}

	private void answer(Object key) {
		Peer peer = this.peers.remove(key);
		this.peers.put(key, peer);
		Iterator<DirectoryLink> links = peer.links.iterator();
		DirectoryLink link = links.next();
		links.remove();
		// If it has more of them, it asks again.
		long bytes = link.closed() ? 0 : link.answer();
		peer.had += bytes;
		peer.spent += bytes;
		this.savings.spend(bytes);
	}

	/**
	 * A link has ended.
	 */
	void forget(DirectoryLink link) {
		assert this.loop.inLoop();
		Peer peer = this.peers.get(link.turnKey());
		if (peer != null) {
			peer.links.remove(link);
		}
	}

	/**
	 * Forget those that have their whole share again.
	 */
	void tick() {
		assert this.loop.inLoop();
		this.peers.values().removeIf((peer) -> peer.links.isEmpty() && left(peer) > 0 && peer.spent == 0);
	}

	/**
	 * Who asks.
	 */
	private static final class Peer {

		private final Set<DirectoryLink> links = new LinkedHashSet<>();

		/** Bytes, without those of so long ago that they do not count any more. */
		private double spent;

		private long spentNanos;

		/** Bytes since it asks for more than its share brings back. */
		private long had;

		private Peer(long now) {
			this.spentNanos = now;
		}

	}

}
