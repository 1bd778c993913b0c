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
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;

import io.macula.log.PrintableLogger;
import org.slf4j.Logger;

/**
 * The contexts of a node whose certificate comes from a realm's authority in this
 * process; they are made anew, for the same key, when the wall clock is more than
 * {@link #RENEWAL} away from where it was when they were made, in either direction. Safe
 * for all threads.
 */
final class RealmContexts {

	/*
	 * Asked for each handshake, dialled or accepted, so that no timer is needed: the age
	 * by the wall clock covers the days that pass and the clock that jumps alike. With
	 * the certificate go the sessions that the old contexts could have resumed.
	 * Connections that exist hold engines of their own and live on.
	 */

	/** How far from its making a certificate is still shown. */
	static final Duration RENEWAL = Duration.ofDays(1);

	private static final Logger logger = PrintableLogger.of(RealmContexts.class);

	private final RealmAuthority authority;

	private final String nodeId;

	/** The node's identity; in memory only. */
	private final KeyPair pair;

	private final PeerTrust trust;

	private final InstantSource clock;

	private volatile Issued issued;

	/**
	 * New contexts.
	 * @param authority signs the certificates
	 * @param nodeId the node that is certified
	 * @param pair its key
	 * @param trust whom the node trusts
	 * @param clock the wall clock
	 */
	RealmContexts(RealmAuthority authority, String nodeId, KeyPair pair, PeerTrust trust, InstantSource clock) {
		this.authority = authority;
		this.nodeId = nodeId;
		this.pair = pair;
		this.trust = trust;
		this.clock = clock;
		this.issued = issue(clock.instant());
	}

	/**
	 * The contexts for a handshake that begins now.
	 */
	QuicContexts present() {
		Issued present = this.issued;
		Instant now = this.clock.instant();
		return present.freshAt(now) ? present.contexts : renewed(now);
	}

	private synchronized QuicContexts renewed(Instant now) {
		Issued old = this.issued;
		if (old.freshAt(now)) {
			return old.contexts;
		}
		Issued fresh = issue(now);
		this.issued = fresh;
		logger.info("The certificate of node '{}' was renewed: the last one was made at {}, the clock now says {}",
				this.nodeId, Validity.text(old.at), Validity.text(now));
		return fresh.contexts;
	}

	private Issued issue(Instant now) {
		X509Certificate certificate = this.authority.issue(this.nodeId, this.pair.getPublic(), now);
		SingleKeyManager keys = new SingleKeyManager(this.pair.getPrivate(), List.of(certificate));
		return new Issued(QuicContexts.of(keys, this.trust, false), NodeKey.of(this.pair.getPrivate(), certificate),
				now);
	}

	/** What certificates are made for. */
	NodeKey key() {
		return this.issued.key;
	}

	/**
	 * The contexts of one certificate.
	 *
	 * @param contexts show it
	 * @param key it is for
	 * @param at when it was made, by the wall clock
	 */
	private record Issued(QuicContexts contexts, NodeKey key, Instant at) {

		boolean freshAt(Instant now) {
			return Duration.between(this.at, now).abs().compareTo(RENEWAL) <= 0;
		}

	}

}
