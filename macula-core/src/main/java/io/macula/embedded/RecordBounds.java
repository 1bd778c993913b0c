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

import java.util.List;

import io.macula.Utf8;
import io.macula.directory.Advertisement;
import io.macula.log.Printable;
import org.jspecify.annotations.Nullable;

/**
 * How large the record of a node may be, and how much of all records this node keeps:
 * whoever tells of nodes pays with the memory of all others.
 */
final class RecordBounds {

	/** Most bytes of a record where it travels. */
	static final int MAX_BYTES = 64 * 1024;

	/** Names and numbers of a record, and of the list that it is in. */
	private static final int FRAME_BYTES = 400;

	/** What is in a seal beside key and signature. */
	private static final int SEAL_BYTES = 120;

	/** Length and kind of a text. */
	private static final int TEXT_BYTES = 3;

	/** What a record takes in memory beside its texts. */
	private static final int FRAME_COST = 1000;

	/** What a service takes in memory beside its name: it is found by it. */
	private static final int SERVICE_COST = 200;

	private static final int ENTRY_COST = 150;

	/** Memory for a node, on average; one with twenty services takes less. */
	private static final int COST_PER_NODE = 8 * 1024;

	private static final long LEAST_ROOM = 4 << 20;

	/** Share of the heap that the records of others may take. */
	private static final int SHARE_OF_HEAP = 4;

	private RecordBounds() {
	}

	/**
	 * Demand a record that this node can take.
	 * @throws IllegalArgumentException if it must be left out; the message says why
	 */
	static void require(NodeRecord record) {
		int bytes = bytes(record);
		if (bytes > MAX_BYTES) {
			throw new IllegalArgumentException(
					"it has " + bytes + " bytes, with " + record.metadata().size() + " entries of metadata and "
							+ record.services().size() + " services: expected at most " + MAX_BYTES);
		}
		if (record.services().size() > Advertisement.MAX_SERVICES) {
			throw new IllegalArgumentException("it names " + record.services().size() + " services: expected at most "
					+ Advertisement.MAX_SERVICES);
		}
		record.instance();
		requireWhole("service", record.services());
		requireWhole("fingerprint", record.fingerprints());
	}

	/** Nobody could be told of it otherwise, nor of the records beside it. */
	private static void requireWhole(String what, List<String> texts) {
		for (String text : texts) {
			if (!Utf8.travels(text)) {
				throw new IllegalArgumentException(what + " '" + Printable.text(text, 200)
						+ "' is not valid: it has half of a surrogate pair, which is no character");
			}
		}
	}

	/**
	 * Bytes of a record where it travels, or a few more.
	 */
	static int bytes(NodeRecord record) {
		long bytes = FRAME_BYTES + text(record.nodeId()) + text(record.host()) + text(record.zone())
				+ texts(record.services()) + texts(record.fingerprints());
		for (var entry : record.metadata().entrySet()) {
			bytes += text(entry.getKey()) + text(entry.getValue());
		}
		NodeSeal seal = record.seal();
		if (seal != null) {
			bytes += SEAL_BYTES + seal.key().length + seal.signature().length;
		}
		return (int) Math.min(Integer.MAX_VALUE, bytes);
	}

	/**
	 * Bytes that a record takes in the memory of this node, about.
	 */
	static int cost(NodeRecord record) {
		return FRAME_COST + bytes(record) + SERVICE_COST * record.services().size()
				+ ENTRY_COST * record.metadata().size();
	}

	/**
	 * Bytes of memory for the records of others.
	 * @param maxNodes most nodes
	 * @param heap most bytes of all memory
	 */
	static long room(int maxNodes, long heap) {
		return Math.max(LEAST_ROOM, Math.min((long) maxNodes * COST_PER_NODE, heap / SHARE_OF_HEAP));
	}

	private static long texts(List<String> texts) {
		long bytes = 0;
		for (String text : texts) {
			bytes += text(text);
		}
		return bytes;
	}

	private static long text(@Nullable String text) {
		return (text != null) ? TEXT_BYTES + Utf8.bytes(text) : 1;
	}

}
