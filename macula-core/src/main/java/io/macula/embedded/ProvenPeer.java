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

import io.macula.CallContext;
import org.jspecify.annotations.Nullable;

/**
 * Who the other end of a link is, as its connection proves. Immutable.
 *
 * @param nodeId its node id, which it has told in the handshake
 * @param identity hash of the public key that it showed there, as
 * {@link io.macula.tls.NodeIdentity#text} has it; {@code null} if that is not known
 */
record ProvenPeer(@Nullable String nodeId, @Nullable String identity) {

	/** Nothing is known. */
	static final ProvenPeer UNKNOWN = new ProvenPeer(null, null);

	/** The caller of a call that is served here. */
	static ProvenPeer of(@Nullable CallContext call) {
		return (call != null) ? new ProvenPeer(call.callerNodeId(), call.callerIdentity()) : UNKNOWN;
	}

	/**
	 * Whether it may speak in the name of a node.
	 */
	boolean mayBe(String sender) {
		return this.nodeId == null || this.nodeId.equals(sender);
	}

	/**
	 * Whether it is the owner of a record.
	 */
	boolean owns(NodeRecord record) {
		return this.identity != null && record.nodeId().equals(this.nodeId)
				&& this.identity.equals(record.identityText());
	}

	/**
	 * Whether it has the id of a record and is another than its owner.
	 */
	boolean isNamesake(NodeRecord record) {
		return this.identity != null && record.nodeId().equals(this.nodeId)
				&& !this.identity.equals(record.identityText());
	}

}
