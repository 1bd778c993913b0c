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

package io.macula.transport;

import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

import io.macula.udp.Addresses;
import org.jspecify.annotations.Nullable;

/**
 * The handshakes of a listener that are under way: a bounded number, apart from the
 * connections, with a share for each source address. Safe for all threads.
 */
final class PendingHandshakes {

	/*
	 * An outsider can begin handshakes and leave them. Up to a number that harms nobody
	 * that is taken as it comes; from there on a client must show by a Retry token that
	 * it receives at its address, so that forged addresses leave nothing behind. Of one
	 * address (a /64 of IPv6, which one host may have all to itself) no more than its
	 * share is under way; beyond it, and when the pool is full, the oldest gives way if
	 * it had time enough to be finished by an honest client, so that whoever is honest
	 * still gets in, even from the address of the attacker (as SYN caches do).
	 */

	/** Beyond it, addresses must be proved. */
	private static final int MAX_UNPROVED = 64;

	/** An address may have one in so many of all places. */
	private static final int SHARE = 8;

	/** Three round trips of a slow path. */
	static final long PATIENCE_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

	private final int max;

	private final int share;

	private final LongSupplier clock;

	/** The oldest first; guarded by this, as what follows. */
	private final Set<Entry> all = new LinkedHashSet<>();

	private final Map<Object, Set<Entry>> byAddress = new HashMap<>();

	PendingHandshakes(int max, LongSupplier clock) {
		this.max = max;
		this.share = Math.max(2, max / SHARE);
		this.clock = clock;
	}

	/** Whether a client at this address must prove it first. */
	synchronized boolean proves(InetSocketAddress address) {
		return this.all.size() >= Math.min(MAX_UNPROVED, this.max / 4) || of(address) >= Math.max(1, this.share / 4);
	}

	/**
	 * Whether another handshake may begin; an old one is given up for it if need be.
	 */
	boolean admit(InetSocketAddress address) {
		Entry old = null;
		synchronized (this) {
			Set<Entry> same = this.byAddress.get(prefix(address));
			Set<Entry> crowded = (same != null && same.size() >= this.share) ? same
					: (this.all.size() >= this.max) ? this.all : null;
			if (crowded != null) {
				old = crowded.iterator().next();
				if (this.clock.getAsLong() - old.since < PATIENCE_NANOS) {
					return false;
				}
				remove(old);
			}
		}
		if (old != null) {
			old.giveUp.run();
		}
		return true;
	}

	/**
	 * A handshake begins.
	 * @param giveUp ends it, from any thread
	 * @return for {@link #over}
	 */
	synchronized Entry begun(@Nullable SocketAddress address, Runnable giveUp) {
		Entry entry = new Entry(prefix(address), this.clock.getAsLong(), giveUp);
		this.all.add(entry);
		this.byAddress.computeIfAbsent(entry.prefix, (each) -> new LinkedHashSet<>()).add(entry);
		return entry;
	}

	/** It succeeded, failed or was given up. */
	synchronized void over(Entry entry) {
		remove(entry);
	}

	private void remove(Entry entry) {
		if (this.all.remove(entry)) {
			Set<Entry> same = this.byAddress.get(entry.prefix);
			if (same != null && same.remove(entry) && same.isEmpty()) {
				this.byAddress.remove(entry.prefix);
			}
		}
	}

	synchronized int size() {
		return this.all.size();
	}

	private int of(InetSocketAddress address) {
		Set<Entry> same = this.byAddress.get(prefix(address));
		return (same != null) ? same.size() : 0;
	}

	private static Object prefix(@Nullable SocketAddress address) {
		return (address instanceof InetSocketAddress internet && internet.getAddress() != null)
				? Addresses.share(internet.getAddress()) : "";
	}

	/**
	 * One handshake; equal to itself only.
	 */
	static final class Entry {

		private final Object prefix;

		private final long since;

		private final Runnable giveUp;

		private Entry(Object prefix, long since, Runnable giveUp) {
			this.prefix = prefix;
			this.since = since;
			this.giveUp = giveUp;
		}

	}

}
