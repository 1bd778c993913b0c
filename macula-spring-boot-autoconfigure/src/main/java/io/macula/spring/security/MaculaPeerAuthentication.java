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

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

import io.macula.tls.PeerIdentity;
import org.jspecify.annotations.Nullable;
import org.springframework.security.authentication.AbstractAuthenticationToken;
import org.springframework.security.core.GrantedAuthority;

/**
 * A node that makes a call, as its certificate proves. Its principal is the
 * {@link PeerIdentity}; its name the first URI with {@code ://} in the certificate, else
 * the first host name, else {@code sha256:} and the hash of the key. What the node says
 * of itself, such as its id, is no part of it.
 */
public final class MaculaPeerAuthentication extends AbstractAuthenticationToken {

	private static final long serialVersionUID = 1L;

	private final transient PeerIdentity peer;

	private final String name;

	/**
	 * An authenticated peer.
	 * @param peer who calls
	 * @param authorities what it may do
	 */
	public MaculaPeerAuthentication(PeerIdentity peer, Collection<? extends GrantedAuthority> authorities) {
		super(authorities);
		this.peer = peer;
		this.name = names(peer).get(0);
		setAuthenticated(true);
	}

	/** Each kind has a form of its own, so that none can be taken for another. */
	static List<String> names(PeerIdentity peer) {
		List<String> names = new ArrayList<>();
		for (String uri : peer.uris()) {
			if (uri.contains("://")) {
				names.add(uri);
			}
		}
		for (String host : peer.dnsNames()) {
			if (!host.isEmpty() && host.indexOf(':') < 0) {
				names.add(host);
			}
		}
		names.add("sha256:" + peer.publicKeyHash());
		return names;
	}

	@Override
	public PeerIdentity getPrincipal() {
		return this.peer;
	}

	/** A certificate shows no secret. */
	@Override
	public @Nullable Object getCredentials() {
		return null;
	}

	@Override
	public String getName() {
		return this.name;
	}

}
