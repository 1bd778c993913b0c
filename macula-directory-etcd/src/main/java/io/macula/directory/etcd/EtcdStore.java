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

import io.macula.directory.RecordStore;
import reactor.core.publisher.Mono;

/**
 * Where etcd keeps the records of this node: in one lease. Safe for all threads.
 */
final class EtcdStore implements RecordStore {

	private static final Duration SHORTEST = Duration.ofSeconds(2);

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
			AtomicBoolean wanted = new AtomicBoolean(true);
			this.connection.keeps(lease);
			return Mono.<Session>create((sink) -> {
				sink.onCancel(() -> wanted.set(false));
				this.connection.call((client) -> client.getLeaseClient().grant(seconds(lease))).subscribe((granted) -> {
					EtcdSession session = new EtcdSession(this.connection, this.keys, granted.getID(),
							Duration.ofSeconds(granted.getTTL()), listener);
					if (wanted.get()) {
						session.start();
						sink.success(session);
					}
					else {
						session.close().onErrorComplete().subscribe();
					}
				}, sink::error);
			});
		});
	}

}
