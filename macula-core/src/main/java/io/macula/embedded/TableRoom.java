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

import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;

import io.macula.tls.NodeKey;
import org.jspecify.annotations.Nullable;

/**
 * How many records a table may hold, how many of them one identity may have, and how much
 * memory these may take. Owned by the table.
 */
final class TableRoom {

	/*
	 * A key that a node made for itself is that of one node, of another one perhaps while
	 * it changes its id. A key from a file may be that of all processes of a service, or
	 * of the realm: whoever has the same as this node is not counted.
	 */

	/** Nodes of an identity whose key is its own. */
	static final int NODES_OF_A_KEY = 4;

	/** An identity whose key many may have has one in so many of all places, or these. */
	private static final int SHARE = 8;

	private static final int LEAST_SHARE = 64;

	private final Map<String, Integer> nodesOf = new HashMap<>();

	/** The key of this node; {@code null} where the peer is trusted. */
	private final @Nullable Supplier<NodeKey> own;

	private final int maxNodes;

	private final long maxCost;

	private long cost;

	/**
	 * Room without records.
	 * @param maxNodes most nodes
	 * @param maxCost most of all {@link RecordBounds#cost}
	 * @param own key of this node, or {@code null} if no identity is bounded
	 */
	TableRoom(int maxNodes, long maxCost, @Nullable Supplier<NodeKey> own) {
		this.own = own;
		this.maxNodes = maxNodes;
		this.maxCost = maxCost;
	}

	/**
	 * Room for so many nodes in a process with so much memory as this one.
	 */
	static TableRoom of(int maxNodes, @Nullable Supplier<NodeKey> own) {
		return new TableRoom(maxNodes, RecordBounds.room(maxNodes, Runtime.getRuntime().maxMemory()), own);
	}

	void add(NodeRecord record) {
		this.cost += RecordBounds.cost(record);
		String identity = identity(record);
		if (identity != null) {
			this.nodesOf.merge(identity, 1, Integer::sum);
		}
	}

	void remove(NodeRecord record) {
		this.cost -= RecordBounds.cost(record);
		String identity = identity(record);
		if (identity != null) {
			this.nodesOf.computeIfPresent(identity, (key, nodes) -> (nodes > 1) ? nodes - 1 : null);
		}
	}

	private @Nullable String identity(NodeRecord record) {
		return (this.own != null) ? record.identityText() : null;
	}

	/**
	 * Memory that the records take, at least the bytes of all of them where they travel.
	 */
	long cost() {
		return this.cost;
	}

	/**
	 * Whether the owner of a record has as many nodes as one identity may have.
	 */
	boolean crowded(NodeRecord record) {
		String identity = identity(record);
		if (this.own == null || identity == null) {
			return false;
		}
		NodeKey key = this.own.get();
		int most = key.shared() ? Math.max(LEAST_SHARE, this.maxNodes / SHARE) : NODES_OF_A_KEY;
		return this.nodesOf.getOrDefault(identity, 0) >= most
				&& !(key.shared() && identity.equals(key.identity().text()));
	}

	/**
	 * Whether there is none for a further node.
	 * @param nodes how many there are
	 */
	boolean full(int nodes) {
		return nodes >= this.maxNodes || this.cost >= this.maxCost;
	}

	/**
	 * Whether there is room for a later version of a record.
	 */
	boolean holds(NodeRecord before, NodeRecord next) {
		int more = RecordBounds.cost(next) - RecordBounds.cost(before);
		return more <= 0 || this.cost + more <= this.maxCost;
	}

}
