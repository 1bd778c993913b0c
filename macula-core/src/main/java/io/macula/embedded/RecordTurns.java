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
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

import io.macula.directory.DirectoryLoop;
import io.macula.embedded.DirectoryUpdate.Upsert;
import io.macula.tls.NodeIdentity;

/**
 * The order in which updates are heard whose records have to be verified first: peers
 * take turns, one signature each, and everything else the loop does comes in between.
 * Owned by the loop.
 */
final class RecordTurns {

	/*
	 * Who tells of nodes makes work, most of all by signatures. An update that brings
	 * none to verify is heard at once. The others wait, each behind those of the same
	 * peer only, so that whoever floods this node with records waits for himself. Peers
	 * take turns, but every other turn is that of the one that has had least of late: a
	 * node that was restarted, and has one record, goes before a thousand that flood. All
	 * together may cause so much work at once as a start in a large realm takes, and a
	 * third of a processor from then on.
	 */

	/** Signatures at once: as many as a full directory has, and a half. */
	private static final int BURST = 15_000;

	/** Signatures in a second from then on. */
	private static final int STEADY = 250;

	/** A record of this size costs its readers as much as another signature. */
	private static final int BYTES_PER_UNIT = 2048;

	/** Share of the heap that may wait. */
	private static final int SHARE_OF_HEAP = 12;

	/** Memory of a renewal, an end or a node id. */
	private static final int ENTRY_COST = 300;

	/** After this time, what a peer had counts half. */
	static final Duration HALF_LIFE = Duration.ofSeconds(30);

	private final DirectoryLoop loop;

	private final NodeTable table;

	private final Consumer<DirectoryLink> tooMuch;

	private final long mostBytes;

	/** By peer; never an empty queue. Who had a turn is the last. */
	private final Map<Object, Deque<Waiting>> waiting = new LinkedHashMap<>();

	/** By peer: units of late. */
	private final Map<Object, Long> had = new HashMap<>();

	private long halvedNanos;

	/** Whether the next turn is that of the peer which has had least. */
	private boolean leastIsNext;

	private final Plan next;

	private long bytes;

	private final WorkSavings savings;

	/**
	 * Nobody waits.
	 * @param loop owns the state
	 * @param table takes the records
	 * @param tooMuch closes the link that told most, when too much waits
	 */
	RecordTurns(DirectoryLoop loop, NodeTable table, Consumer<DirectoryLink> tooMuch) {
		this(loop, table, tooMuch, Runtime.getRuntime().maxMemory() / SHARE_OF_HEAP);
	}

	RecordTurns(DirectoryLoop loop, NodeTable table, Consumer<DirectoryLink> tooMuch, long mostBytes) {
		this.loop = loop;
		this.table = table;
		this.tooMuch = tooMuch;
		this.mostBytes = mostBytes;
		this.next = new Plan(loop, this::turn);
		this.savings = new WorkSavings(loop.clock(), BURST, STEADY);
		this.halvedNanos = loop.nanoTime();
	}

	/**
	 * An update came.
	 * @param link told it
	 * @param heard brings it to where it is heard; called now or later, or never if the
	 * link is closed
	 */
	void take(DirectoryLink link, DirectoryUpdate update, Runnable heard) {
		assert this.loop.inLoop();
		Object peer = link.turnKey();
		if (!this.waiting.containsKey(peer) && update.upserts().stream().noneMatch(this.table::unverified)) {
			heard.run();
			return;
		}
		boolean idle = this.waiting.isEmpty();
		Waiting added = new Waiting(link, update.upserts().iterator(), size(update), heard);
		this.waiting.computeIfAbsent(peer, (key) -> new ArrayDeque<>()).add(added);
		this.bytes += added.bytes;
		makeRoom();
		if (idle) {
			plan();
		}
	}

	private static long size(DirectoryUpdate update) {
		long entries = 1L + update.renewals().size() + update.gone().size() + update.wanted().size()
				+ update.refused().size();
		long bytes = entries * ENTRY_COST;
		for (Upsert upsert : update.upserts()) {
			bytes += RecordBounds.cost(upsert.record());
		}
		return bytes;
	}

	/* Those that this node dials it needs; the others come back. */
	private void makeRoom() {
		while (this.bytes > this.mostBytes) {
			Optional<DirectoryLink> largest = this.waiting.values()
				.stream()
				.filter((queue) -> queue.element().link.served())
				.max(Comparator.comparingLong((queue) -> queue.stream().mapToLong(Waiting::bytes).sum()))
				.map((queue) -> queue.element().link);
			if (largest.isEmpty()) {
				return;
			}
			this.tooMuch.accept(largest.get());
			forget(largest.get());
		}
	}

	/**
	 * A link has ended: nothing of it is heard any more.
	 */
	void forget(DirectoryLink link) {
		assert this.loop.inLoop();
		Object peer = link.turnKey();
		Deque<Waiting> queue = this.waiting.get(peer);
		if (queue != null) {
			queue.stream().filter((update) -> update.link == link).forEach((update) -> this.bytes -= update.bytes);
			queue.removeIf((update) -> update.link == link);
			if (queue.isEmpty()) {
				this.waiting.remove(peer);
			}
		}
	}

	private void plan() {
		if (!this.waiting.isEmpty()) {
			this.next.after(this.savings.untilNext());
		}
	}

	private void turn() {
		if (this.waiting.isEmpty()) {
			return;
		}
		Object peer = whoseTurn();
		Deque<Waiting> queue = this.waiting.remove(peer);
		Waiting update = queue.element();
		boolean ready = true;
		try {
			ready = !verifyNext(peer, update.rest) || !update.rest.hasNext();
		}
		finally {
			if (ready) {
				queue.remove();
				this.bytes -= update.bytes;
			}
			if (!queue.isEmpty()) {
				this.waiting.put(peer, queue);
			}
			plan();
		}
		if (ready) {
			update.heard.run();
		}
	}

	private Object whoseTurn() {
		this.leastIsNext = !this.leastIsNext;
		Object turn = this.waiting.keySet().iterator().next();
		if (this.leastIsNext) {
			long least = Long.MAX_VALUE;
			for (Object peer : this.waiting.keySet()) {
				long units = this.had.getOrDefault(peer, 0L);
				if (units < least) {
					least = units;
					turn = peer;
				}
			}
		}
		return turn;
	}

	/** Whether there was one. */
	private boolean verifyNext(Object peer, Iterator<Upsert> records) {
		while (records.hasNext()) {
			Upsert upsert = records.next();
			if (this.table.unverified(upsert)) {
				long units = units(upsert.record());
				this.savings.spend(units);
				this.had.merge(peer, units, Long::sum);
				this.table.verify(upsert);
				return true;
			}
		}
		return false;
	}

	private static long units(NodeRecord record) {
		NodeSeal seal = record.seal();
		int signature = (seal != null) ? NodeIdentity.verificationCost(seal.key()) : 0;
		return signature + RecordBounds.bytes(record) / BYTES_PER_UNIT;
	}

	/**
	 * Forget what peers had long ago.
	 */
	void tick() {
		assert this.loop.inLoop();
		if (this.loop.nanoTime() - this.halvedNanos >= HALF_LIFE.toNanos()) {
			this.halvedNanos = this.loop.nanoTime();
			this.had.replaceAll((peer, units) -> units / 2);
			this.had.values().removeIf((units) -> units == 0);
		}
	}

	/**
	 * An update that waits.
	 *
	 * @param rest its records that are not verified yet
	 */
	private record Waiting(DirectoryLink link, Iterator<Upsert> rest, long bytes, Runnable heard) {

	}

}
