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
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedKeyManager;
import javax.net.ssl.X509ExtendedTrustManager;

import io.netty.handler.codec.quic.QuicSslContext;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Configured keys and certificates, such as those of a Spring SSL bundle, which can be
 * replaced at any time: connections made from then on use the new ones. Safe for all
 * threads.
 */
public final class BundleTls implements TlsContexts {

	private static final Logger logger = LoggerFactory.getLogger(BundleTls.class);

	private static final List<String> KEY_TYPES = List.of("EC", "RSA");

	private final String source;

	private final HostVerification verification;

	private final InstantSource clock;

	private volatile Present present;

	private BundleTls(String source, HostVerification verification, InstantSource clock, Present present) {
		this.source = source;
		this.verification = verification;
		this.clock = clock;
		this.present = present;
		present.expiry.check();
	}

	/**
	 * The TLS side of a node.
	 * @param source name of the configuration, for messages, for example
	 * {@code SSL bundle 'shop'}
	 * @param verification which name a dialled peer must have
	 * @param keys what this node shows, as a server and as a client
	 * @param password of the private key, or {@code null} for none
	 * @param trust whom this node trusts
	 * @return the contexts
	 * @throws IllegalArgumentException if there is no usable key or trust manager; the
	 * message names the source
	 */
	public static BundleTls of(String source, HostVerification verification, KeyManagerFactory keys,
			@Nullable String password, TrustManagerFactory trust) {
		return of(source, verification, keys, password, trust, InstantSource.system());
	}

	/**
	 * The TLS side of a node with a clock of its own, for messages: the trust manager
	 * judges by the system's.
	 */
	static BundleTls of(String source, HostVerification verification, KeyManagerFactory keys, @Nullable String password,
			TrustManagerFactory trust, InstantSource clock) {
		Objects.requireNonNull(source, "source");
		Objects.requireNonNull(verification, "verification");
		if (!verification.enabled()) {
			logger.warn(
					"*** VERIFICATION OF HOST NAMES IS OFF *** With {} every holder of a certificate that it trusts can pose as any provider: never do this in production",
					source);
		}
		return new BundleTls(source, verification, clock, present(source, verification, keys, password, trust, clock));
	}

	/**
	 * Replace keys and trust. If they cannot be used the present ones stay.
	 * @param keys what this node shows from now on
	 * @param password of the private key, or {@code null} for none
	 * @param trust whom this node trusts from now on
	 * @throws IllegalArgumentException if there is no usable key or trust manager; the
	 * message names the source
	 */
	public void update(KeyManagerFactory keys, @Nullable String password, TrustManagerFactory trust) {
		Present renewed = present(this.source, this.verification, keys, password, trust, this.clock);
		this.present = renewed;
		logger.info("{} was renewed: new connections use it; its certificate ends at {}", this.source,
				Validity.text(renewed.expiry.end()));
		renewed.expiry.check();
	}

	private static Present present(String source, HostVerification verification, KeyManagerFactory keys,
			@Nullable String password, TrustManagerFactory trust, InstantSource clock) {
		ExpiryWarning expiry = new ExpiryWarning(requireKey(source, keys), source, clock);
		PeerTrust peerTrust = new BundleTrust(trustManager(source, trust), clock);
		return new Present(QuicContexts.of(keys, password, peerTrust, verification.enabled()), expiry);
	}

	/** What would otherwise fail in every handshake fails here, with its name. */
	private static List<X509Certificate> requireKey(String source, KeyManagerFactory keys) {
		List<X509Certificate> usable = new ArrayList<>();
		for (KeyManager manager : keys.getKeyManagers()) {
			if (manager instanceof X509ExtendedKeyManager extended) {
				KEY_TYPES.forEach((type) -> collect(extended, extended.getServerAliases(type, null), usable));
			}
		}
		if (usable.isEmpty()) {
			throw new IllegalArgumentException(source
					+ " has no EC or RSA key with its certificate that can be exported: nodes authenticate each other, so that each needs a key store");
		}
		return usable;
	}

	private static void collect(X509ExtendedKeyManager manager, String @Nullable [] aliases,
			List<X509Certificate> usable) {
		for (String alias : (aliases != null) ? aliases : new String[0]) {
			X509Certificate[] chain = manager.getCertificateChain(alias);
			boolean exportable = manager.getPrivateKey(alias) != null
					&& manager.getPrivateKey(alias).getEncoded() != null;
			if (chain != null && chain.length > 0 && exportable) {
				usable.addAll(List.of(chain));
			}
		}
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
		return this.present.contexts.client();
	}

	@Override
	public QuicSslContext server() {
		return this.present.contexts.server();
	}

	@Override
	public @Nullable String peerName() {
		return this.verification.name();
	}

	@Override
	public String source() {
		return this.source + " (certificate until " + Validity.text(this.present.expiry.end()) + "), "
				+ this.verification;
	}

	@Override
	public void warnOfExpiry() {
		this.present.expiry.check();
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
	 */
	private record Present(QuicContexts contexts, ExpiryWarning expiry) {
	}

}
