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

package io.macula.directory.etcd;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;

import io.macula.directory.RecordStore;
import io.macula.log.DurationText;
import io.macula.log.LogLimit;
import io.macula.log.PrintableLogger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import reactor.core.publisher.Mono;

/**
 * Where etcd keeps the records of this node: in one lease. Safe for all threads.
 */
final class EtcdStore implements RecordStore {

	private static final Duration SHORTEST = Duration.ofSeconds(2);

	private static final Logger logger = PrintableLogger.of(EtcdStore.class);

	private final LogLimit limit = LogLimit.ofPeers(System::nanoTime, 1);

	/** What was granted, where that was told. */
	private final AtomicLong told = new AtomicLong();

	private final EtcdConnection connection;

	private final EtcdKeys keys;

	EtcdStore(EtcdConnection connection, EtcdKeys keys) {
		this.connection = connection;
		this.keys = keys;
	}

	/*
	 * etcd looks every half second for leases that are over, and then ends them by
	 * consensus: with a second less they are gone when the node's own lease says so. It
	 * grants whole seconds, and with its usual timing two at least.
	 */
	static long seconds(Duration lease) {
		long whole = lease.plusNanos(999_999_999).toSeconds();
		return Math.max(SHORTEST.toSeconds(), whole - 1);
	}

	@Override
	public Mono<Session> open(Duration lease, Listener listener) {
		return Mono.defer(() -> {
			this.connection.keeps(lease);
			return Mono.<Session>create((sink) -> {
				AtomicBoolean wanted = new AtomicBoolean(true);
				// Nobody gets a session that is granted while the wish for it is
				// cancelled, and nobody else would end it.
				AtomicReference<@Nullable EtcdSession> granted = new AtomicReference<>();
				sink.onCancel(() -> {
					wanted.set(false);
					leave(granted);
				});
				this.connection.call((client) -> client.getLeaseClient().grant(seconds(lease))).subscribe((answer) -> {
					EtcdSession session = new EtcdSession(this.connection, this.keys, answer.getID(),
							Duration.ofSeconds(answer.getTTL()), listener);
					tell(lease, answer.getTTL());
					granted.set(session);
					if (wanted.get()) {
						session.start();
						sink.success(session);
					}
					else {
						leave(granted);
					}
				}, sink::error);
			});
		});
	}

	private static void leave(AtomicReference<@Nullable EtcdSession> granted) {
		EtcdSession left = granted.getAndSet(null);
		if (left != null) {
			left.close().onErrorComplete().subscribe();
		}
	}

	/* With a second less than the lease it is kept to. */
	private void tell(Duration lease, long seconds) {
		Duration given = Duration.ofSeconds(seconds);
		Duration kept = given.plusSeconds(1);
		if (kept.compareTo(lease) <= 0 || this.told.getAndSet(seconds) == seconds) {
			return;
		}
		this.limit.log("lease", (suppressed) -> logger.warn(
				"etcd ends the lease of this node {} after its last sign of life, the shortest that its servers grant (2 s, or one and a half times their election-timeout): when it dies it may be seen for longer than its lease of {}: set macula.directory.lease to {} or more{}",
				DurationText.of(given), DurationText.of(lease), DurationText.setting(kept), suppressed));
	}

}
