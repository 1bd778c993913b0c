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

package io.macula.directory.zookeeper;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

import io.macula.directory.RecordStore;
import io.macula.log.DurationText;
import io.macula.log.LogLimit;
import io.macula.log.PrintableLogger;
import org.slf4j.Logger;
import reactor.core.publisher.Mono;

/**
 * Where the records of one node are put: ephemeral nodes of a session of its own, which
 * ends with the lease.
 */
final class ZooKeeperStore implements RecordStore {

	private static final Logger logger = PrintableLogger.of(ZooKeeperStore.class);

	/** A watch says that a record changed; who is told reads it then. */
	private static final Duration DEPARTURE_NOTICE = Duration.ofMillis(200);

	private static final Duration LONGEST_PATIENCE = Duration.ofMillis(4500);

	private final LogLimit limit = LogLimit.ofPeers(System::nanoTime, 1);

	private final ZooKeeperClients clients;

	private final RecordPaths paths;

	ZooKeeperStore(ZooKeeperClients clients, RecordPaths paths) {
		this.clients = clients;
		this.paths = paths;
	}

	@Override
	public Mono<Session> open(Duration lease, Listener listener) {
		Duration wanted = ZooKeeperClients.session(lease);
		return Mono.defer(() -> {
			long begin = System.nanoTime();
			ZooKeeperSession session = new ZooKeeperSession(this.clients, this.paths, wanted, listener);
			Mono<Session> granted = Mono.create((sink) -> session.open((given) -> {
				tell(lease, wanted, given);
				Mono.delay(pause(lease, Duration.ofNanos(System.nanoTime() - begin)))
					.subscribe((tick) -> sink.success(session));
			}, sink::error));
			// Also one that is granted at that moment, of which nobody would hear.
			return granted
				.timeout(patience(lease),
						Mono.error(() -> new IllegalStateException(this.clients.settings().unreachable())))
				.doOnError((error) -> leave(session))
				.doOnCancel(() -> leave(session));
		});
	}

	private static void leave(ZooKeeperSession session) {
		session.close().onErrorComplete().subscribe();
	}

	/* A little less than the registry's, which knows no better reason. */
	private static Duration patience(Duration lease) {
		Duration patience = lease.dividedBy(3);
		return (patience.compareTo(LONGEST_PATIENCE) < 0) ? patience.multipliedBy(9).dividedBy(10) : LONGEST_PATIENCE;
	}

	/*
	 * An ensemble that took long to answer was away, for others as well: the clients of
	 * all who wait for it connect within the second in which it is back. What they write
	 * then is spread over a sixth of a lease, as far as this attempt has time.
	 */
	private static Duration pause(Duration lease, Duration waited) {
		Duration patience = patience(lease);
		Duration left = patience.minus(waited).dividedBy(2);
		Duration longest = (left.compareTo(lease.dividedBy(6)) < 0) ? left : lease.dividedBy(6);
		if (waited.compareTo(patience.dividedBy(4)) < 0 || longest.isNegative() || longest.isZero()) {
			return Duration.ZERO;
		}
		return Duration.ofNanos(ThreadLocalRandom.current().nextLong(longest.toNanos()));
	}

	private void tell(Duration lease, Duration wanted, Duration given) {
		if (given.compareTo(wanted) > 0) {
			this.limit.log("session", (suppressed) -> logger.warn(
					"ZooKeeper ends the session of this node {} after its last sign of life instead of {}, the shortest that its servers grant (minSessionTimeout, by default twice the tickTime): when it dies it may be seen for longer than its lease of {} (macula.directory.lease){}",
					DurationText.of(given), DurationText.of(wanted), DurationText.of(lease), suppressed));
		}
	}

	@Override
	public Duration departureNotice() {
		return DEPARTURE_NOTICE;
	}

}
