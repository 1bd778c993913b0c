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
import java.time.Instant;

import io.netty.handler.codec.quic.QuicSslContext;
import org.jspecify.annotations.Nullable;

/**
 * The TLS side of a node: what it shows and what it trusts. Asked again for every
 * connection, so that new certificates need no restart. Safe for all threads.
 */
public interface TlsContexts {

	/** Name of the protocol in the handshake (ALPN, RFC 7301). */
	String PROTOCOL = "macula/1";

	/**
	 * Context for dialling; shows this node's certificate.
	 * @return the present context
	 */
	QuicSslContext client();

	/**
	 * Context for listening; demands and verifies the peer's certificate.
	 * @return the present context
	 */
	QuicSslContext server();

	/**
	 * Name that the peer's certificate must carry, sent as SNI.
	 * @return the name, or {@code null} to verify the dialled host
	 */
	@Nullable String peerName();

	/**
	 * The key that this node shows in both roles, from which its identity follows. With a
	 * realm secret it is the same for the life of this object; configured certificates
	 * may bring another one when they are renewed.
	 * @return the key that handshakes of now use
	 */
	NodeKey key();

	/**
	 * The node that the certificate of a trusted peer is for.
	 * @param certificate the peer's own, verified by a handshake
	 * @return the only node id that its holder may have, or {@code null} if the
	 * certificates of this realm name no nodes
	 */
	default @Nullable String nodeId(X509Certificate certificate) {
		return null;
	}

	/**
	 * Where trust comes from and what to check when it fails, for messages.
	 * @return for example {@code realm 'shop', secret from macula.realm.secret}
	 */
	String source();

	/**
	 * When the first of the certificates ends that this node shows and that are not
	 * renewed by themselves.
	 * @return the time, or {@code null} where all are renewed by themselves; the default
	 */
	default @Nullable Instant expiry() {
		return null;
	}

	/**
	 * Tell the operator of a certificate that ends soon and is not renewed by itself, at
	 * most once a day. The node calls this every hour.
	 */
	default void warnOfExpiry() {
		// Most certificates are renewed by themselves.
	}

}
