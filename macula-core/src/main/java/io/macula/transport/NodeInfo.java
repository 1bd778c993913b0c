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

package io.macula.transport;

import java.util.List;
import java.util.Objects;

import io.macula.Realm;
import io.macula.tls.PeerIdentity;
import org.jspecify.annotations.Nullable;

/**
 * What one end tells the other in HELLO or WELCOME. Immutable.
 *
 * @param realm the realm
 * @param nodeId the node's id
 * @param incarnation grows with each start of the node's process
 * @param codecs names of the payload codecs that the node knows, preferred first
 * @param identity of a peer, as its certificate proves it: SHA-256 of its public key, in
 * lower-case hexadecimal; {@code null} for this node itself, which does not say it
 * @param proof of a peer: the key and the names in its certificate
 */
public record NodeInfo(Realm realm, String nodeId, long incarnation, List<String> codecs, @Nullable String identity,
		@Nullable PeerIdentity proof) {

	public NodeInfo {
		Objects.requireNonNull(realm, "realm");
		Objects.requireNonNull(nodeId, "nodeId");
		codecs = List.copyOf(codecs);
	}

	/**
	 * What a node says of itself.
	 * @param realm the realm
	 * @param nodeId the node's id
	 * @param incarnation grows with each start of the node's process
	 * @param codecs names of the payload codecs that the node knows, preferred first
	 */
	public NodeInfo(Realm realm, String nodeId, long incarnation, List<String> codecs) {
		this(realm, nodeId, incarnation, codecs, null, null);
	}

	/**
	 * A peer of which the identity is known and nothing else.
	 * @param realm the realm
	 * @param nodeId the node's id
	 * @param incarnation grows with each start of the node's process
	 * @param codecs names of the payload codecs that the node knows, preferred first
	 * @param identity SHA-256 of its public key, or {@code null}
	 */
	public NodeInfo(Realm realm, String nodeId, long incarnation, List<String> codecs, @Nullable String identity) {
		this(realm, nodeId, incarnation, codecs, identity, null);
	}

}
