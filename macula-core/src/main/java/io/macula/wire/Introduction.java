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

package io.macula.wire;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * What a node says of itself in HELLO and WELCOME. Immutable.
 *
 * @param version protocol version, see {@link #VERSION}
 * @param realm name of the realm
 * @param nodeId the node's id
 * @param incarnation grows with each start of the node's process
 * @param maxPayloadBytes largest payload that the node accepts
 * @param maxInFlight open calls that the node accepts on this connection
 * @param codecs names of the payload codecs that the node knows, preferred first
 * @param software name and version of the software, for people
 * @param extensions entries for later versions; unknown keys are ignored
 */
public record Introduction(int version, String realm, String nodeId, long incarnation, long maxPayloadBytes,
		long maxInFlight, List<String> codecs, String software, Map<String, String> extensions) {

	/** The protocol version of this document and code. */
	public static final int VERSION = 1;

	/** Extension of a HELLO: the client understands METADATA. */
	static final String METADATA = "metadata";

	public Introduction {
		Objects.requireNonNull(realm, "realm");
		Objects.requireNonNull(nodeId, "nodeId");
		Objects.requireNonNull(software, "software");
		codecs = List.copyOf(codecs);
		extensions = Map.copyOf(extensions);
	}

	/**
	 * An introduction in the present protocol version, without extensions.
	 * @param realm name of the realm
	 * @param nodeId the node's id
	 * @param incarnation grows with each start of the node's process
	 * @param maxPayloadBytes largest payload that the node accepts
	 * @param maxInFlight open calls that the node accepts on this connection
	 * @param codecs names of the payload codecs that the node knows, preferred first
	 * @param software name and version of the software, for people
	 * @return the introduction
	 */
	public static Introduction of(String realm, String nodeId, long incarnation, long maxPayloadBytes, long maxInFlight,
			List<String> codecs, String software) {
		return new Introduction(VERSION, realm, nodeId, incarnation, maxPayloadBytes, maxInFlight, codecs, software,
				Map.of());
	}

	/**
	 * This introduction of a client that understands METADATA.
	 * @return with the extension that says so
	 */
	public Introduction takingMetadata() {
		Map<String, String> more = new HashMap<>(this.extensions);
		more.put(METADATA, "1");
		return new Introduction(this.version, this.realm, this.nodeId, this.incarnation, this.maxPayloadBytes,
				this.maxInFlight, this.codecs, this.software, more);
	}

	/**
	 * Whether METADATA may be sent to the client; one that does not know the frame would
	 * take many of them for a flood.
	 * @return true if it said so
	 */
	public boolean takesMetadata() {
		return this.extensions.containsKey(METADATA);
	}

}
