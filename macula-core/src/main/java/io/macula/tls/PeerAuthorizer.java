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

package io.macula.tls;

import io.macula.ServiceName;

/**
 * Decides what a peer may do that belongs to the realm. Asked when a peer first calls a
 * service, or is first to be called for it, and again every
 * {@value PeerDecisions#RENEWAL_SECONDS} seconds while it goes on; answers hold for that
 * long. Must be safe for all threads and must not block, for event loops ask; who cannot
 * decide at once decides in the background. An exception refuses.
 * <p>
 * The product's own services, such as the directory, are not asked for.
 */
public interface PeerAuthorizer {

	/**
	 * Whether a peer may call a service of this node; asked before a payload is decoded.
	 * @param peer who calls, as its certificate proves
	 * @param service what it calls
	 * @return true by default
	 */
	default boolean mayCall(PeerIdentity peer, ServiceName service) {
		return true;
	}

	/**
	 * Whether a peer may provide a service that this node calls; asked before anything is
	 * sent to it.
	 * @param peer an instance of the service, as its certificate proves
	 * @param service what it provides
	 * @return true by default
	 */
	default boolean mayProvide(PeerIdentity peer, ServiceName service) {
		return true;
	}

	/**
	 * What both allow.
	 * @param other a further one
	 * @return asks this one first
	 */
	default PeerAuthorizer and(PeerAuthorizer other) {
		PeerAuthorizer first = this;
		return new PeerAuthorizer() {

			@Override
			public boolean mayCall(PeerIdentity peer, ServiceName service) {
				return first.mayCall(peer, service) && other.mayCall(peer, service);
			}

			@Override
			public boolean mayProvide(PeerIdentity peer, ServiceName service) {
				return first.mayProvide(peer, service) && other.mayProvide(peer, service);
			}

		};
	}

}
