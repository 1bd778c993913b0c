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

import io.macula.Code;
import io.macula.Endpoint;
import io.macula.Status;

/**
 * How much a payload may weigh on the way to one peer, and whose setting says so.
 * Immutable.
 *
 * @param bytes the limit
 * @param own whether this side's setting is the smaller one
 * @param endpoint the peer
 */
record PayloadLimit(long bytes, boolean own, Endpoint endpoint) {

	static PayloadLimit of(TransportSettings settings, PeerLimits peer, Endpoint endpoint) {
		boolean own = settings.maxPayloadBytes() <= peer.maxPayloadBytes();
		return new PayloadLimit((own) ? settings.maxPayloadBytes() : peer.maxPayloadBytes(), own, endpoint);
	}

	/** Whether a payload of so many bytes may not be sent. */
	boolean exceededBy(int size) {
		return size > this.bytes;
	}

	/**
	 * The caller's fault, whichever instance it asks: nothing was sent.
	 * @param size bytes of the payload
	 */
	Status refusal(int size) {
		return Status.notProcessed(Code.INVALID_ARGUMENT, message("the payload", size));
	}

	/**
	 * The caller's fault, too, but the call is open.
	 * @param size bytes of the element
	 */
	Status elementRefusal(int size) {
		return Status.processed(Code.INVALID_ARGUMENT, message("an element", size));
	}

	private String message(String what, int size) {
		return what + " of " + size + " bytes exceeds the limit of " + this.bytes + " bytes of "
				+ ((this.own) ? "this side" : "the provider " + this.endpoint)
				+ " (its macula.transport.max-payload; maxPayloadBytes of its TransportSettings)";
	}

}
