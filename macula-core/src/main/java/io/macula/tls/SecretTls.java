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

import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.List;
import java.util.stream.Collectors;

import io.macula.Realm;
import io.macula.log.PrintableLogger;
import io.netty.handler.codec.quic.QuicSslContext;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/**
 * Mutual trust of all nodes that know the realm's name and secret, without certificates
 * to configure. Safe for all threads.
 *
 * <p>
 * Realm and secret give a certificate authority, the same in every process. It signs the
 * certificate of a key that this process makes for itself and keeps in memory only. A
 * node of another realm, or with another secret, is refused in the handshake by both
 * sides. Whoever knows the secret can pose as any node of the realm; whoever sees a
 * certificate can try to guess a weak secret, hence what is refused as weak.
 *
 * <p>
 * Several secrets may be accepted at a time, so that a realm can change its secret while
 * it works: each node shows the first and accepts all. They can be replaced at any time,
 * for connections made from then on; the node's key stays.
 *
 * <p>
 * A node's certificate lives for days and is renewed by itself, also when the clock
 * jumps; the authority does not depend on any clock and ends in 2120. The clocks of two
 * nodes may be three days apart.
 */
public final class SecretTls implements TlsContexts {

	/** Most secrets that are accepted at a time, the one that is shown included. */
	public static final int MAX_SECRETS = 4;

	private static final Logger logger = PrintableLogger.of(SecretTls.class);

	private final Realm realm;

	private final String nodeId;

	private final InstantSource clock;

	/** The node's identity: whatever else is renewed, this stays. */
	private final KeyPair pair = RealmAuthority.newKey();

	private volatile Present present;

	private volatile @Nullable String fault;

	private SecretTls(Realm realm, String nodeId, List<RealmSecret> secrets, InstantSource clock) {
		this.realm = realm;
		this.nodeId = nodeId;
		this.clock = clock;
		this.present = present(secrets);
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
		return new SecretTls(realm, nodeId, List.of(secret), clock);
	}

	/**
	 * The TLS side of a node in a realm that changes its secret.
	 * @param realm the realm
	 * @param nodeId the node
	 * @param secrets what is accepted, from 1 to {@value #MAX_SECRETS}; the first is
	 * shown
	 * @return new contexts with a new key
	 * @throws IllegalArgumentException if there are none or too many
	 */
	public static SecretTls of(Realm realm, String nodeId, List<RealmSecret> secrets) {
		return new SecretTls(realm, nodeId, secrets, InstantSource.system());
	}

	/**
	 * Replace the secrets. Connections that exist stay, also those that a secret vouched
	 * for which is accepted no more.
	 * @param secrets what is accepted from now on; the first is shown
	 * @return whether that is another list than before
	 * @throws IllegalArgumentException if there are none or too many; nothing is replaced
	 * then
	 */
	public synchronized boolean update(List<RealmSecret> secrets) {
		if (this.present.secrets.equals(distinct(secrets))) {
			this.fault = null;
			return false;
		}
		this.present = present(secrets);
		this.fault = null;
		logger.info("Node '{}' has other secrets for new connections: {}", this.nodeId, source());
		return true;
	}

	/**
	 * Say that newer secrets cannot be used, until the next {@link #update}.
	 * @param reason a sentence that shows none of them
	 */
	public synchronized void fault(String reason) {
		this.fault = reason;
	}

	/**
	 * Why newer secrets cannot be used.
	 * @return the reason, or {@code null} if there are none
	 */
	public @Nullable String fault() {
		return this.fault;
	}

	private Present present(List<RealmSecret> given) {
		List<RealmSecret> secrets = distinct(given);
		if (secrets.isEmpty() || secrets.size() > MAX_SECRETS) {
			throw new IllegalArgumentException("The realm '" + this.realm + "' has " + secrets.size()
					+ " secrets: expected 1 that is shown, and at most " + (MAX_SECRETS - 1) + " more");
		}
		List<RealmAuthority> authorities = secrets.stream()
			.map((secret) -> RealmAuthority.of(this.realm, secret))
			.toList();
		RealmAuthority shown = authorities.get(0);
		RealmTrust trust = new RealmTrust(authorities, this.clock);
		return new Present(secrets, shown, new RealmContexts(shown, this.nodeId, this.pair, trust, this.clock),
				source(authorities));
	}

	private static List<RealmSecret> distinct(List<RealmSecret> secrets) {
		return secrets.stream().distinct().toList();
	}

	private String source(List<RealmAuthority> authorities) {
		RealmAuthority shown = authorities.get(0);
		String source = "realm '" + this.realm + "', secret from " + shown.origin();
		return (authorities.size() == 1) ? source + " (fingerprint " + shown.fingerprint() + ")"
				: source + " (shown, fingerprint " + shown.fingerprint() + "); " + authorities.size()
						+ " are accepted, also "
						+ authorities.stream()
							.skip(1)
							.map((one) -> one.fingerprint() + " from " + one.origin())
							.collect(Collectors.joining(", "));
	}

	@Override
	public QuicSslContext client() {
		return this.present.contexts.present().client();
	}

	@Override
	public QuicSslContext server() {
		return this.present.contexts.present().server();
	}

	@Override
	public String peerName() {
		return this.present.authority.peerName();
	}

	@Override
	public NodeKey key() {
		return this.present.contexts.key();
	}

	@Override
	public @Nullable String nodeId(X509Certificate certificate) {
		return NodeUri.nodeId(certificate, this.realm);
	}

	@Override
	public String source() {
		String reason = this.fault;
		return (reason != null) ? this.present.source + "; newer ones cannot be used: " + reason : this.present.source;
	}

	/**
	 * The authority's certificate, for other TLS implementations that have to trust this
	 * realm's nodes.
	 * @return equal in subject, serial number, validity and key in every process
	 */
	public X509Certificate authority() {
		return this.present.authority.certificate();
	}

	/**
	 * Which secret a certificate says that it was issued with, for people: whoever made
	 * the certificate could have it say anything.
	 * @param certificate a node's own
	 * @return the fingerprint of the secret, as messages have it, or {@code null} if it
	 * was issued with none
	 */
	public static @Nullable String fingerprint(X509Certificate certificate) {
		return RealmAuthority.fingerprint(certificate);
	}

	@Override
	public String toString() {
		return "TLS of " + source();
	}

	/**
	 * What is used for new connections.
	 *
	 * @param secrets what is accepted
	 * @param authority of the first
	 * @param contexts show what it signed
	 * @param source for messages
	 */
	private record Present(List<RealmSecret> secrets, RealmAuthority authority, RealmContexts contexts, String source) {
	}

}
