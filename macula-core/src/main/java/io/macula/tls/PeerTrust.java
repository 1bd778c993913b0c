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

import java.net.Socket;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.InstantSource;

import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;

import org.jspecify.annotations.Nullable;

/**
 * Decides whether a peer is trusted, and remembers why it is not, because the TLS
 * implementation keeps an alert number only.
 */
abstract class PeerTrust extends X509ExtendedTrustManager {

	private final InstantSource clock;

	PeerTrust(InstantSource clock) {
		this.clock = clock;
	}

	/** The present, by this machine's clock. */
	final Instant now() {
		return this.clock.instant();
	}

	/**
	 * Verify a peer.
	 * @param chain the peer's certificates, its own first
	 * @param authType how keys are exchanged
	 * @param engine the handshake; its client mode tells this node's role
	 * @throws PeerRefusedException if the peer is not trusted
	 */
	abstract void verify(X509Certificate[] chain, String authType, SSLEngine engine) throws PeerRefusedException;

	@Override
	public final void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
			throws CertificateException {
		check(chain, authType, engine);
	}

	@Override
	public final void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
			throws CertificateException {
		check(chain, authType, engine);
	}

	private void check(X509Certificate[] chain, String authType, SSLEngine engine) throws CertificateException {
		TlsFailures.rememberClock(engine, this.clock);
		try {
			if (chain.length == 0) {
				throw new PeerRefusedException(PeerRefusedException.Fault.OTHER, "it showed no certificate", null);
			}
			verify(chain, authType, engine);
		}
		catch (PeerRefusedException ex) {
			TlsFailures.remember(engine, ex);
			throw ex.toCertificateException();
		}
	}

	@Override
	public final void checkClientTrusted(X509Certificate[] chain, String authType) throws CertificateException {
		throw new CertificateException("A peer is only verified during a QUIC handshake");
	}

	@Override
	public final void checkServerTrusted(X509Certificate[] chain, String authType) throws CertificateException {
		throw new CertificateException("A peer is only verified during a QUIC handshake");
	}

	@Override
	public final void checkClientTrusted(X509Certificate[] chain, String authType, @Nullable Socket socket)
			throws CertificateException {
		throw new CertificateException("A peer is only verified during a QUIC handshake");
	}

	@Override
	public final void checkServerTrusted(X509Certificate[] chain, String authType, @Nullable Socket socket)
			throws CertificateException {
		throw new CertificateException("A peer is only verified during a QUIC handshake");
	}

	/**
	 * None, so that a client always shows its certificate and can be told what is wrong
	 * with it, instead of silently showing none.
	 */
	@Override
	public final X509Certificate[] getAcceptedIssuers() {
		return new X509Certificate[0];
	}

}
