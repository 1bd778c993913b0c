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

/**
 * How many records a table may hold, and how much memory these may take. Owned by the
 * table.
 */
final class TableRoom {

	private final int maxNodes;

	private final long maxCost;

	private long cost;

	/**
	 * Room without records.
	 * @param maxNodes most nodes
	 * @param maxCost most of all {@link RecordBounds#cost}
	 */
	TableRoom(int maxNodes, long maxCost) {
		this.maxNodes = maxNodes;
		this.maxCost = maxCost;
	}

	/**
	 * Room for so many nodes in a process with so much memory as this one.
	 */
	static TableRoom of(int maxNodes) {
		return new TableRoom(maxNodes, RecordBounds.room(maxNodes, Runtime.getRuntime().maxMemory()));
	}

	void add(NodeRecord record) {
		this.cost += RecordBounds.cost(record);
	}

	void remove(NodeRecord record) {
		this.cost -= RecordBounds.cost(record);
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
