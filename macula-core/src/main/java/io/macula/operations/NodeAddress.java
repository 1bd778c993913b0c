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
import java.util.Objects;

import io.macula.Endpoint;
import io.macula.Instance;
import io.macula.transport.NodeInfo;
import org.jspecify.annotations.Nullable;

/**
 * Where a node is asked, and who has to answer there. Immutable.
 *
 * @param endpoint where it listens, as {@code host:port}
 * @param further its further addresses
 * @param nodeId the node, or {@code null} for whoever is there
 * @param incarnation its start, or 0 if it is not known
 * @param identity SHA-256 of its public key, or {@code null} if it is not known
 */
public record NodeAddress(String endpoint, List<String> further, @Nullable String nodeId, long incarnation,
		@Nullable String identity) {

	/** Refuses what is no endpoint. */
	public NodeAddress {
		Endpoint.parse(Objects.requireNonNull(endpoint, "endpoint"));
		further = NodeStatus.copy(further);
	}

	/**
	 * Whoever is at an endpoint, such as a seed.
	 * @param endpoint the endpoint
	 * @return its address
	 */
	public static NodeAddress of(Endpoint endpoint) {
		return new NodeAddress(endpoint.toString(), List.of(), null, 0, null);
	}

	/**
	 * An instance.
	 * @param instance the instance
	 * @return its address
	 */
	public static NodeAddress of(Instance instance) {
		return new NodeAddress(instance.endpoint().toString(),
				instance.further().stream().map(Endpoint::toString).toList(), instance.nodeId(), instance.incarnation(),
				instance.identity());
	}

	/**
	 * Where it is asked when somebody else told of it. Fixed instances, and those of a
	 * name service, have an id that their engine made up: whoever is there is asked, and
	 * says who it is.
	 */
	NodeAddress asked() {
		boolean madeUp = this.incarnation == 0 && this.identity == null && this.further.isEmpty();
		return (madeUp && this.nodeId != null) ? of(Endpoint.parse(this.endpoint)) : this;
	}

	/**
	 * As the pool knows it, or {@code null} for whoever is at the one address. Without
	 * the incarnation: the address may be what a peer tells, and must end no connection
	 * to the process that is there.
	 */
	@Nullable Instance instance() {
		return (this.nodeId != null && !this.further.isEmpty())
				? new Instance(this.nodeId, 0, Endpoint.parse(this.endpoint), null, 0, Instance.DEFAULT_WEIGHT,
						Map.of(), this.identity, this.further.stream().map(Endpoint::parse).toList())
				: null;
	}

	/**
	 * Whether this is who answered. The key may have been renewed since the connection
	 * was made, by the same process.
	 */
	boolean isMeant(NodeInfo peer) {
		return this.nodeId == null || (this.nodeId.equals(peer.nodeId()) && (this.identity == null
				|| this.identity.equals(peer.identity()) || this.incarnation == peer.incarnation()));
	}

	/** For messages. */
	@Override
	public String toString() {
		return (this.nodeId != null) ? "node '" + this.nodeId + "' at " + this.endpoint
				: "the node at " + this.endpoint;
	}

}
