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

package io.macula.operations;

import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;

/**
 * Nodes that the directory view of a node knows. Immutable.
 *
 * @param nodes in the order of their ids
 * @param more whether there are further ones after the last
 */
public record KnownNodes(List<KnownNode> nodes, boolean more) {

	/** Most nodes in one answer. */
	public static final int MOST = 500;

	/** Keeps a copy. */
	public KnownNodes {
		nodes = NodeStatus.copy(nodes);
	}

	/**
	 * A node.
	 *
	 * @param address where and who it is
	 * @param zone its place, or {@code null}
	 * @param weight its share for weighted strategies
	 * @param services what it serves, as far as it is known, with the digest of the
	 * version of the contract, or an empty text where it is not told
	 */
	public record KnownNode(NodeAddress address, @Nullable String zone, int weight, Map<String, String> services) {

		/** Keeps a copy. */
		public KnownNode {
			services = Map.copyOf(services);
		}

	}

}
