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

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

import io.macula.ServiceName;
import org.jspecify.annotations.Nullable;

/**
 * Who may call, or provide, one service: decisions of a {@link PeerAuthorizer}, kept for
 * a few seconds, so that a call costs one look. Safe for all threads.
 */
public final class PeerDecisions {

	/** How long a decision holds. */
	public static final int RENEWAL_SECONDS = 10;

	/** Identities; beyond them all are asked for again. */
	static final int MOST_KEPT = 10_000;

	private static final long RENEWAL_NANOS = TimeUnit.SECONDS.toNanos(RENEWAL_SECONDS);

	private final PeerAccess access;

	private final ServiceName service;

	private final boolean call;

	private final ConcurrentHashMap<PeerIdentity, Decision> kept = new ConcurrentHashMap<>();

	PeerDecisions(PeerAccess access, ServiceName service, boolean call) {
		this.access = access;
		this.service = service;
		this.call = call;
	}

	/**
	 * Why a peer may not; counts and logs it.
	 * @param peer the peer, or {@code null} if it proved nothing
	 * @return a text that names it, or {@code null} if it may
	 */
	public @Nullable String refusal(@Nullable PeerIdentity peer) {
		String reason = reason(peer);
		if (reason == null) {
			return null;
		}
		String who = (peer != null) ? peer.toString() : "without a certificate";
		this.access.refused(who, this.service, this.call, reason);
		// Those who call need not know by which list they are refused.
		return "peer " + who + " may not " + (this.call ? "call service '" + this.service + "'"
				: "provide service '" + this.service + "': " + reason);
	}

	/**
	 * Whether a peer may, for those who only ask: nothing is counted.
	 * @param peer the peer, or {@code null} if it proved nothing
	 * @return whether it may
	 */
	public boolean allows(@Nullable PeerIdentity peer) {
		return reason(peer) == null;
	}

	/** Why not, or {@code null} if it may. */
	private @Nullable String reason(@Nullable PeerIdentity peer) {
		if (peer == null) {
			return "it did not prove who it is";
		}
		long now = this.access.now();
		Decision decision = this.kept.get(peer);
		if (decision == null || now - decision.nanos() > RENEWAL_NANOS) {
			decision = new Decision(this.access.ask(peer, this.service, this.call), now);
			if (this.kept.size() >= MOST_KEPT) {
				this.kept.clear();
			}
			this.kept.put(peer, decision);
		}
		return decision.refusal();
	}

	int kept() {
		return this.kept.size();
	}

	/**
	 * An answer.
	 *
	 * @param refusal why not, or {@code null} for yes
	 * @param nanos when it was given
	 */
	private record Decision(@Nullable String refusal, long nanos) {
	}

}
