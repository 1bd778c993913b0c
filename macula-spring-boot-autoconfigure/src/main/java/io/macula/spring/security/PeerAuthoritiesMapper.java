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

package io.macula.spring.security;

import java.util.Collection;

import io.macula.tls.PeerIdentity;
import org.springframework.security.core.GrantedAuthority;
import org.springframework.security.core.authority.SimpleGrantedAuthority;

/**
 * Says which authorities a calling node has. A bean of this type takes the place of
 * {@link #names()}. Must be safe for all threads and must not block, for event loops ask.
 */
@FunctionalInterface
public interface PeerAuthoritiesMapper {

	/** What the authorities of {@link #names()} begin with. */
	String PREFIX = "PEER_";

	/**
	 * The authorities of a peer.
	 * @param peer who calls, as its certificate proves
	 * @return its authorities, maybe none
	 */
	Collection<? extends GrantedAuthority> authorities(PeerIdentity peer);

	/**
	 * One authority for each name in the certificate, as entries of
	 * {@code macula.security.allow-call} have it: {@code PEER_spiffe://shop/web},
	 * {@code PEER_web.example.org}, {@code PEER_sha256:} and the hash of the key. A URI
	 * without {@code ://} and a host name that looks like another kind of name give none.
	 * @return the default
	 */
	static PeerAuthoritiesMapper names() {
		return (peer) -> MaculaPeerAuthentication.names(peer)
			.stream()
			.map((name) -> new SimpleGrantedAuthority(PREFIX + name))
			.toList();
	}

}
