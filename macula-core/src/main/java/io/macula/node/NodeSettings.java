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

package io.macula.node;

import java.time.Duration;
import java.util.List;
import java.util.Objects;

import io.macula.Endpoint;
import io.macula.Instance;
import io.macula.NodeIds;
import io.macula.Realm;
import org.jspecify.annotations.Nullable;

/**
 * Who a node is and how it joins its realm. Immutable.
 *
 * @param realm the realm
 * @param nodeId unique in the realm, see {@link NodeIds}
 * @param zone place of the node, or {@code null}
 * @param seeds nodes to contact first; a provider without seeds is a seed itself
 * @param lease time after which this node's advertisement expires unless renewed; default
 * 15 seconds
 * @param maxNodes most nodes that this node keeps in its directory if it is a provider;
 * further ones are refused
 */
public record NodeSettings(Realm realm, String nodeId, @Nullable String zone, List<Endpoint> seeds, Duration lease,
		int maxNodes) {

	/** Default of the most nodes. */
	public static final int DEFAULT_MAX_NODES = 10_000;

	public NodeSettings {
		Objects.requireNonNull(realm, "realm");
		NodeIds.require(nodeId);
		Instance.requireZone(zone);
		seeds = List.copyOf(seeds);
		if (maxNodes < 1) {
			throw new IllegalArgumentException("Directory of at most " + maxNodes + " nodes: expected 1 or more");
		}
	}

	/**
	 * Settings with the default bound of the directory.
	 * @param realm the realm
	 * @param nodeId unique in the realm
	 * @param zone place of the node, or {@code null}
	 * @param seeds nodes to contact first
	 * @param lease time after which this node's advertisement expires unless renewed
	 */
	public NodeSettings(Realm realm, String nodeId, @Nullable String zone, List<Endpoint> seeds, Duration lease) {
		this(realm, nodeId, zone, seeds, lease, DEFAULT_MAX_NODES);
	}

}
