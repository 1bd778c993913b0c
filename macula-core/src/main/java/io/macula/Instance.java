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

package io.macula;

import java.util.Map;
import java.util.Objects;

import org.jspecify.annotations.Nullable;

/**
 * One running process of a provider. Immutable.
 *
 * @param nodeId unique in the realm, 1 to 200 characters
 * @param incarnation number that grows with each start of the process; a pooled
 * connection to an older incarnation is a black hole and is evicted
 * @param endpoint address at which the instance listens
 * @param zone place of the instance, or {@code null} where none is set
 * @param priority lower values come first for the strategy {@code first}; default 0
 * @param weight relative share, at least 1; default 100
 * @param metadata free text for the user's own strategies, at most 64 entries
 * @param identity SHA-256 of the public key that it shows in handshakes, in lower-case
 * hexadecimal: no other process at its endpoint gets a call; {@code null} if the
 * directory does not know it
 */
public record Instance(String nodeId, long incarnation, Endpoint endpoint, @Nullable String zone, int priority,
		int weight, Map<String, String> metadata, @Nullable String identity) {

	/** Weight of an instance for which none is set. */
	public static final int DEFAULT_WEIGHT = 100;

	public Instance {
		Objects.requireNonNull(nodeId, "nodeId");
		Objects.requireNonNull(endpoint, "endpoint");
		metadata = Map.copyOf(metadata);
		if (nodeId.isBlank() || nodeId.length() > 200) {
			throw new IllegalArgumentException("Node id '" + nodeId + "' is not valid: expected 1 to 200 characters");
		}
		if (weight < 1) {
			throw new IllegalArgumentException(
					"Weight " + weight + " of node '" + nodeId + "' is not valid: expected at least 1");
		}
		if (metadata.size() > 64) {
			throw new IllegalArgumentException(
					"Node '" + nodeId + "' has " + metadata.size() + " metadata entries: expected at most 64");
		}
	}

	/**
	 * An instance of which the directory does not know the identity.
	 * @param nodeId unique in the realm
	 * @param incarnation number that grows with each start of the process
	 * @param endpoint address at which the instance listens
	 * @param zone place, or {@code null}
	 * @param priority lower values come first
	 * @param weight relative share
	 * @param metadata free text
	 */
	public Instance(String nodeId, long incarnation, Endpoint endpoint, @Nullable String zone, int priority, int weight,
			Map<String, String> metadata) {
		this(nodeId, incarnation, endpoint, zone, priority, weight, metadata, null);
	}

	/**
	 * An instance with default priority and weight and without zone and metadata.
	 * @param nodeId unique in the realm
	 * @param endpoint address at which the instance listens
	 * @return the instance, of incarnation 0
	 */
	public static Instance of(String nodeId, Endpoint endpoint) {
		return new Instance(nodeId, 0, endpoint, null, 0, DEFAULT_WEIGHT, Map.of());
	}

	@Override
	public String toString() {
		return this.nodeId + "@" + this.endpoint;
	}

}
