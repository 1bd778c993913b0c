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

import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;

import io.macula.embedded.DirectoryUpdate.Upsert;

/**
 * The order in which updates are heard whose records have to be verified first: peers
 * take turns, one signature each, and everything else the loop does comes in between.
 * Owned by the loop.
 */
final class RecordTurns {

	/*
	 * Who tells of nodes makes work, most of all by signatures. An update that brings
	 * none to verify is heard at once. The others wait, each behind those of the same
	 * peer only, so that whoever floods this node with records waits for himself. All
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
	private static final int SHARE_OF_HEAP = 32;

	private final DirectoryLoop loop;

	private final NodeTable table;

	private final Consumer<DirectoryLink> tooMuch;

	private final long mostBytes;

	/** By peer; never an empty queue. The first has its turn. */
	private final Map<Object, Deque<Waiting>> waiting = new LinkedHashMap<>();

	private final Plan next;

	private long bytes;

	private final WorkSavings savings;

	/**
	 * Nobody waits.
	 * @param loop owns the state
	 * @param table takes the records
	 * @param tooMuch told of the link that told most, when too much waits
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
	}

	/**
	 * An update came.
	 * @param link told it
	 * @param heard brings it to where it is heard; called now or later
	 */
	void take(DirectoryLink link, DirectoryUpdate update, Runnable heard) {
		assert this.loop.inLoop();
		Object peer = link.turnKey();
		Deque<Waiting> queue = this.waiting.get(peer);
		if (queue == null && update.upserts().stream().noneMatch(this.table::unverified)) {
			heard.run();
			return;
		}
		Waiting added = new Waiting(link, update.upserts().iterator(), size(update), heard);
		this.waiting.computeIfAbsent(peer, (key) -> new ArrayDeque<>()).add(added);
		this.bytes += added.bytes;
		if (this.bytes > this.mostBytes) {
			leaveLargest();
		}
		if (this.waiting.size() == 1 && queue == null) {
			plan();
		}
	}

	private static long size(DirectoryUpdate update) {
		long bytes = 0;
		for (Upsert upsert : update.upserts()) {
			bytes += RecordBounds.bytes(upsert.record());
		}
		return bytes;
	}

	/* Those that this node dials it needs; the others come back. */
	private void leaveLargest() {
		this.waiting.values()
			.stream()
			.filter((queue) -> queue.element().link.served() && !queue.element().link.closed())
			.max(Comparator.comparingLong((queue) -> queue.stream().mapToLong((update) -> update.bytes).sum()))
			.ifPresent((queue) -> this.tooMuch.accept(queue.element().link));
	}

	private void plan() {
		if (!this.waiting.isEmpty()) {
			this.next.after(this.savings.untilNext());
		}
	}

	private void turn() {
		Iterator<Map.Entry<Object, Deque<Waiting>>> first = this.waiting.entrySet().iterator();
		Map.Entry<Object, Deque<Waiting>> entry = first.next();
		Object peer = entry.getKey();
		Deque<Waiting> queue = entry.getValue();
		first.remove();
		Waiting update = queue.element();
		boolean ready = update.link.closed() || !verifyNext(update.rest) || !update.rest.hasNext();
		if (ready) {
			queue.remove();
			this.bytes -= update.bytes;
		}
		if (!queue.isEmpty()) {
			this.waiting.put(peer, queue);
		}
		plan();
		if (ready) {
			update.heard.run();
		}
	}

	/** Whether there was one. */
	private boolean verifyNext(Iterator<Upsert> records) {
		while (records.hasNext()) {
			Upsert upsert = records.next();
			if (this.table.unverified(upsert)) {
				this.savings.spend(1 + RecordBounds.bytes(upsert.record()) / BYTES_PER_UNIT);
				this.table.verify(upsert);
				return true;
			}
		}
		return false;
	}

	/**
	 * An update that waits.
	 *
	 * @param rest its records that are not verified yet
	 */
	private record Waiting(DirectoryLink link, Iterator<Upsert> rest, long bytes, Runnable heard) {

	}

}
