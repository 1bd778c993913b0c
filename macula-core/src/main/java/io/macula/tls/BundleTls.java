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
import java.time.InstantSource;
import java.util.Objects;

import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;

import io.macula.log.PrintableLogger;
import io.netty.handler.codec.quic.QuicSslContext;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/**
 * Configured keys and certificates, such as those of a Spring SSL bundle, which can be
 * replaced at any time: connections made from then on use the new ones. Safe for all
 * threads.
 */
public final class BundleTls implements TlsContexts {

	private static final Logger logger = PrintableLogger.of(BundleTls.class);

	private static final boolean[] ROLES = { true, false };

	private final String source;

	private final HostVerification verification;

	private final InstantSource clock;

	private volatile State state;

	private BundleTls(String source, HostVerification verification, InstantSource clock, Present present) {
		this.source = source;
		this.verification = verification;
		this.clock = clock;
		this.state = new State(present, null);
		present.expiry.check();
	}

	/**
	 * The TLS side of a node.
	 * @param source name of the configuration, for messages, for example
	 * {@code SSL bundle 'shop'}
	 * @param verification which name a dialled peer must have
	 * @param keys what this node shows, as a server and as a client
	 * @param trust whom this node trusts
	 * @return the contexts
	 * @throws IllegalArgumentException if there is no usable key or trust manager; the
	 * message names the source
	 */
	public static BundleTls of(String source, HostVerification verification, KeyManagerFactory keys,
			TrustManagerFactory trust) {
		return of(source, verification, keys, trust, InstantSource.system());
	}

	/**
	 * The TLS side of a node with a clock of its own, for messages: the trust manager
	 * judges by the system's.
	 */
	static BundleTls of(String source, HostVerification verification, KeyManagerFactory keys, TrustManagerFactory trust,
			InstantSource clock) {
		Objects.requireNonNull(source, "source");
		Objects.requireNonNull(verification, "verification");
		if (!verification.enabled()) {
			logger.warn(
					"*** VERIFICATION OF HOST NAMES IS OFF *** With {} every holder of a certificate that it trusts can pose as any provider: never do this in production",
					source);
		}
		return new BundleTls(source, verification, clock, present(source, verification, keys, trust, clock));
	}

	/**
	 * Replace keys and trust. If they cannot be used, or have expired while the present
	 * ones are valid, the present ones stay. If they are not valid yet, they are used
	 * from then on, or when the present ones end.
	 * @param keys what this node shows from now on
	 * @param trust whom this node trusts from now on
	 * @throws IllegalArgumentException if there is no usable key or trust manager, or a
	 * key that does not belong to its certificate, or the certificate has expired; the
	 * message names the source
	 */
	public synchronized void update(KeyManagerFactory keys, TrustManagerFactory trust) {
		Present renewed = present(this.source, this.verification, keys, trust, this.clock);
		Present present = present();
		Instant now = this.clock.instant();
		Validity validity = Validity.of(renewed.own);
		if (Validity.of(present.own).holds(now) && !validity.holds(now)) {
			String subject = "the certificate '" + renewed.own.getSubjectX500Principal().getName() + "'";
			if (now.isAfter(validity.until())) {
				throw new IllegalArgumentException(this.source + ": " + subject + " has expired (" + validity.at(now)
						+ "); renew it, or correct the clock");
			}
			this.state = new State(present, renewed);
			logger.warn("{} was renewed before its time: {} is not valid yet ({}); the present one is used until then",
					this.source, subject, validity.at(now));
			return;
		}
		this.state = new State(renewed, null);
		logger.info("{} was renewed: new connections use it; its certificate ends at {}", this.source,
				Validity.text(renewed.expiry.end()));
		renewed.expiry.check();
	}

	/** For a handshake that begins now. */
	private Present present() {
		State state = this.state;
		return (state.next != null && due(state, state.next)) ? promoted() : state.present;
	}

	private boolean due(State state, Present next) {
		Instant now = this.clock.instant();
		return Validity.of(next.own).holds(now) || !Validity.of(state.present.own).holds(now);
	}

	private synchronized Present promoted() {
		State state = this.state;
		if (state.next == null || !due(state, state.next)) {
			return state.present;
		}
		this.state = new State(state.next, null);
		logger.info("{} was renewed: the certificate that was not valid yet is used now", this.source);
		return state.next;
	}

	private static Present present(String source, HostVerification verification, KeyManagerFactory keys,
			TrustManagerFactory trust, InstantSource clock) {
		ShownCertificates shown = ShownCertificates.of(source, keys);
		SingleKeyManager own = new SingleKeyManager(shown.key(), shown.chain());
		X509ExtendedTrustManager trustManager = trustManager(source, trust);
		BundleTrust.requireAnchors(source, trustManager, shown.own());
		for (boolean server : ROLES) {
			if (!KeyUsages.allow(shown.own(), server)) {
				logger.warn(
						"The certificate '{}' of {} may not be used by {} ({} is not in its extended key usage): {}",
						shown.own().getSubjectX500Principal().getName(), source, server ? "servers" : "clients",
						server ? "serverAuth" : "clientAuth", server ? "this node can call, but not provide"
								: "this node can neither call nor reach other seeds");
			}
		}
		return new Present(QuicContexts.of(own, new BundleTrust(trustManager, clock), verification.enabled()),
				new ExpiryWarning(shown.chain(), source, clock), shown.own(),
				NodeKey.of(shown.key(), shown.own()).ofManyNodes());
	}

	private static X509ExtendedTrustManager trustManager(String source, TrustManagerFactory trust) {
		for (TrustManager manager : trust.getTrustManagers()) {
			if (manager instanceof X509ExtendedTrustManager extended) {
				return extended;
			}
		}
		throw new IllegalArgumentException(source + " has no X509ExtendedTrustManager: expected a trust store");
	}

	@Override
	public QuicSslContext client() {
		return present().contexts.client();
	}

	@Override
	public QuicSslContext server() {
		return present().contexts.server();
	}

	@Override
	public @Nullable String peerName() {
		return this.verification.name();
	}

	@Override
	public NodeKey key() {
		return present().key;
	}

	@Override
	public String source() {
		return this.source + " (certificate until " + Validity.text(present().expiry.end()) + "), " + this.verification;
	}

	@Override
	public Instant expiry() {
		return present().expiry.end();
	}

	@Override
	public void warnOfExpiry() {
		present().expiry.check();
	}

	@Override
	public String toString() {
		return "TLS of " + source();
	}

	/**
	 * What is used for new connections.
	 *
	 * @param contexts show and trust it
	 * @param expiry warns of its end
	 * @param own the node's certificate
	 * @param key its key
	 */
	private record Present(QuicContexts contexts, ExpiryWarning expiry, X509Certificate own, NodeKey key) {
	}

	/**
	 * What is used and what follows.
	 *
	 * @param present for connections of now
	 * @param next waits for its time to come, or {@code null}
	 */
	private record State(Present present, @Nullable Present next) {
	}

}
