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
import java.util.List;
import java.util.function.Supplier;

import io.macula.Endpoint;
import io.macula.Realm;
import io.macula.tls.NodeKey;

/**
 * How a node takes part in the embedded directory. Immutable.
 *
 * @param realm the realm
 * @param nodeId this node
 * @param incarnation of this process; grows with each start
 * @param key the key that this node shows in handshakes, whenever it is asked
 * @param seeds nodes to contact first; this node may be among them
 * @param lease time after which all living nodes have made themselves known
 * @param maxNodes most nodes that a replica keeps, at least 1; further ones are refused
 */
public record EmbeddedSettings(Realm realm, String nodeId, long incarnation, Supplier<NodeKey> key,
		List<Endpoint> seeds, Duration lease, int maxNodes) {

	public EmbeddedSettings {
		seeds = List.copyOf(seeds);
		if (maxNodes < 1) {
			throw new IllegalArgumentException("Directory of at most " + maxNodes + " nodes: expected 1 or more");
		}
	}

}
