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

import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;

import io.netty.handler.codec.quic.QuicSslContext;
import io.netty.handler.codec.quic.QuicSslContextBuilder;
import io.netty.handler.ssl.ClientAuth;

/**
 * The two contexts of one identity: TLS 1.3, as QUIC demands, mutual authentication, no
 * early data (it could be replayed). Immutable.
 *
 * @param client for dialling
 * @param server for listening
 */
record QuicContexts(QuicSslContext client, QuicSslContext server) {

	private static final String VERIFY_HOST = "HTTPS";

	private static final String VERIFY_NO_HOST = "";

	/**
	 * The contexts of a node's key.
	 */
	static QuicContexts of(SingleKeyManager keys, PeerTrust trust, boolean verifyHost) {
		return new QuicContexts(
				client(QuicSslContextBuilder.forClient().keyManager(keys, null), trust,
						verifyHost ? VERIFY_HOST : VERIFY_NO_HOST),
				server(QuicSslContextBuilder.forServer(keys, null), trust));
	}

	private static QuicSslContext client(QuicSslContextBuilder builder, PeerTrust trust, String verification) {
		return builder.trustManager(trust)
			.endpointIdentificationAlgorithm(verification)
			.applicationProtocols(TlsContexts.PROTOCOL)
			.earlyData(false)
			.build();
	}

	/**
	 * The SNI mapping always leads back to the context itself: it is there to have the
	 * name told, as an event, before the handshake can fail.
	 */
	private static QuicSslContext server(QuicSslContextBuilder builder, PeerTrust trust) {
		AtomicReference<QuicSslContext> self = new AtomicReference<>();
		QuicSslContext context = builder.trustManager(trust)
			.clientAuth(ClientAuth.REQUIRE)
			.applicationProtocols(TlsContexts.PROTOCOL)
			.earlyData(false)
			.sni((name) -> Objects.requireNonNull(self.get()))
			.build();
		self.set(context);
		return context;
	}

}
