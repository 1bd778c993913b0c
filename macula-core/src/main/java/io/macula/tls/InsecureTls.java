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

import javax.net.ssl.SSLEngine;

import io.macula.Realm;
import io.macula.log.PrintableLogger;
import io.netty.handler.codec.quic.QuicSslContext;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/**
 * Encryption without authentication: trusts every peer. Only nodes that verify nobody
 * either talk to it. Says loudly in the log that it is there. Safe for all threads.
 */
public final class InsecureTls implements TlsContexts {

	private static final Logger logger = PrintableLogger.of(InsecureTls.class);

	private final Realm realm;

	private final String peerName;

	private final RealmContexts contexts;

	private InsecureTls(Realm realm, String peerName, RealmContexts contexts) {
		this.realm = realm;
		this.peerName = peerName;
		this.contexts = contexts;
	}

	/**
	 * The TLS side of a node that trusts everybody.
	 * @param realm the realm
	 * @param nodeId the node
	 * @return new contexts with a new key
	 */
	public static InsecureTls of(Realm realm, String nodeId) {
		logger.warn(
				"*** VERIFICATION OF PEERS IS OFF *** Node '{}' of realm '{}' trusts everybody who reaches it and whoever answers it: never do this in production",
				nodeId, realm);
		RealmAuthority authority = RealmAuthority.of(realm, RealmSecret.random());
		InstantSource clock = InstantSource.system();
		return new InsecureTls(realm, authority.peerName(),
				new RealmContexts(authority, nodeId, RealmAuthority.newKey(), new TrustEverybody(clock), clock));
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
		return this.peerName;
	}

	@Override
	public NodeKey key() {
		return this.contexts.key();
	}

	@Override
	public @Nullable String nodeId(X509Certificate certificate) {
		return NodeUri.nodeId(certificate, this.realm);
	}

	@Override
	public String source() {
		return "realm '" + this.realm + "', verification of peers is off";
	}

	@Override
	public String toString() {
		return "TLS of " + source();
	}

	private static final class TrustEverybody extends PeerTrust {

		TrustEverybody(InstantSource clock) {
			super(clock);
		}

		@Override
		void verify(X509Certificate[] chain, String authType, SSLEngine engine) {
			// Asked for, and announced.
		}

	}

}
