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

import java.security.cert.X509Certificate;
import java.time.InstantSource;

import io.macula.Realm;
import io.netty.handler.codec.quic.QuicSslContext;
import org.jspecify.annotations.Nullable;

/**
 * Mutual trust of all nodes that know the realm's name and secret, without certificates
 * to configure. Safe for all threads.
 *
 * <p>
 * Realm and secret give a certificate authority, the same in every process. It signs the
 * certificate of a key that this process makes for itself and keeps in memory only. A
 * node of another realm, or with another secret, is refused in the handshake by both
 * sides. Whoever knows the secret can pose as any node of the realm; whoever sees a
 * certificate can try to guess a weak secret, hence the least length.
 *
 * <p>
 * A node's certificate lives for days and is renewed by itself, also when the clock
 * jumps; the authority does not depend on any clock and ends in 2120. The clocks of two
 * nodes may be three days apart.
 */
public final class SecretTls implements TlsContexts {

	private final RealmAuthority authority;

	private final RealmContexts contexts;

	private final String source;

	private SecretTls(RealmAuthority authority, RealmContexts contexts, String source) {
		this.authority = authority;
		this.contexts = contexts;
		this.source = source;
	}

	/**
	 * The TLS side of a node.
	 * @param realm the realm
	 * @param nodeId the node
	 * @param secret the realm's secret
	 * @return new contexts with a new key
	 */
	public static SecretTls of(Realm realm, String nodeId, RealmSecret secret) {
		return of(realm, nodeId, secret, InstantSource.system());
	}

	/**
	 * The TLS side of a node with a clock of its own.
	 * @param realm the realm
	 * @param nodeId the node
	 * @param secret the realm's secret
	 * @param clock the wall clock by which certificates are made and judged
	 * @return new contexts with a new key
	 */
	public static SecretTls of(Realm realm, String nodeId, RealmSecret secret, InstantSource clock) {
		RealmAuthority authority = RealmAuthority.of(realm, secret);
		return new SecretTls(authority, new RealmContexts(authority, nodeId, new RealmTrust(authority, clock), clock),
				"realm '" + realm + "', " + "secret from " + secret.origin());
	}

	@Override
	public QuicSslContext client() {
		return this.contexts.present().client();
	}

	@Override
	public QuicSslContext server() {
		return this.contexts.present().server();
	}

	@Override
	public String peerName() {
		return this.authority.peerName();
	}

	@Override
	public NodeKey key() {
		return this.contexts.key();
	}

	@Override
	public @Nullable String nodeId(X509Certificate certificate) {
		return NodeUri.nodeId(certificate, this.authority.realm());
	}

	@Override
	public String source() {
		return this.source;
	}

	/**
	 * The authority's certificate, for other TLS implementations that have to trust this
	 * realm's nodes.
	 * @return equal in subject, serial number, validity and key in every process
	 */
	public X509Certificate authority() {
		return this.authority.certificate();
	}

	@Override
	public String toString() {
		return "TLS of " + this.source;
	}

}
