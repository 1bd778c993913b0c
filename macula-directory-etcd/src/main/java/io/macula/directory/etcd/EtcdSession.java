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
import java.util.Objects;

import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.KeyValue;
import io.etcd.jetcd.op.Cmp;
import io.etcd.jetcd.op.CmpTarget;
import io.etcd.jetcd.op.Op;
import io.etcd.jetcd.options.DeleteOption;
import io.etcd.jetcd.options.GetOption;
import io.etcd.jetcd.options.PutOption;
import io.macula.ServiceName;
import io.macula.directory.RecordStore.Held;
import io.macula.directory.RecordStore.Listener;
import io.macula.directory.RecordStore.Session;
import reactor.core.publisher.Mono;

/**
 * One lease at etcd, and the records in it. Safe for all threads; all state is owned by
 * the connection's thread.
 * <p>
 * States: KEPT, and SUSPENDED while etcd does not answer, to ENDED from both: when etcd
 * says that the lease is over, or when it is closed. That etcd is silent for longer than
 * the lease does not end it: etcd lets no lease expire while it has no leader, and each
 * new leader gives all leases their full time again.
 */
final class EtcdSession implements Session {

	private static final long MOST_PATIENCE_MILLIS = 2000;

	private static final int MOST_FAILURES = 2;

	private final EtcdConnection connection;

	private final EtcdKeys keys;

	private final EtcdFailure.Keys asked;

	private final long id;

	private final long ttlMillis;

	private final Duration patience;

	private final Listener listener;

	private int failures;

	private boolean suspended;

	private boolean ended;

	EtcdSession(EtcdConnection connection, EtcdKeys keys, long id, Duration ttl, Listener listener) {
		this.connection = connection;
		this.keys = keys;
		this.asked = new EtcdFailure.Keys(keys.realm(), false);
		this.id = id;
		this.ttlMillis = ttl.toMillis();
		this.patience = Duration.ofMillis(Math.min(MOST_PATIENCE_MILLIS, ttl.toMillis() / 5));
		this.listener = listener;
	}

	/**
	 * Keep it from now on. Called by the owning thread.
	 */
	void start() {
		keepLater(this.ttlMillis / 4);
	}

	/* Nodes that opened their leases together spread out. */
	private void keepLater(long millis) {
		Mono.delay(Duration.ofMillis(millis / 2)).subscribe((now) -> this.connection.later(this::keep, millis / 2));
	}

	private void keep() {
		if (this.ended) {
			return;
		}
		this.connection.call((client) -> client.getLeaseClient().keepAliveOnce(this.id), this.patience, this.asked)
			.subscribe((kept) -> kept(), (error) -> notKept(error));
	}

	private void kept() {
		if (this.ended) {
			return;
		}
		this.failures = 0;
		if (this.suspended) {
			this.suspended = false;
			/* The connection has come back at a random moment already. */
			this.connection.later(() -> {
				if (!this.suspended && !this.ended) {
					this.listener.resumed();
				}
			}, this.ttlMillis / 8);
		}
		keepLater(this.ttlMillis / 4);
	}

	private void notKept(Throwable error) {
		if (this.ended) {
			return;
		}
		EtcdFailure failure = this.connection.failure(error, this.asked);
		if (failure.kind() == EtcdFailure.Kind.LEASE_GONE) {
			lost(failure);
			return;
		}
		this.failures++;
		if (this.failures >= MOST_FAILURES && !this.suspended) {
			this.suspended = true;
			this.listener.suspended(failure.text());
		}
		this.connection.later(this::keep, this.ttlMillis / 8);
	}

	private void lost(EtcdFailure failure) {
		this.ended = true;
		this.listener.lost(failure.text());
	}

	@Override
	public Mono<Held> read(ServiceName service, String nodeId) {
		ByteSequence key = this.keys.record(service, nodeId);
		return this.connection.call((client) -> client.getKVClient().get(key, GetOption.DEFAULT))
			.flatMap((answer) -> answer.getKvs().isEmpty() ? Mono.empty() : Mono.just(held(answer.getKvs().get(0))));
	}

	private Held held(KeyValue read) {
		return new Held(read.getValue().getBytes(), read.getLease() == this.id, read.getModRevision());
	}

	@Override
	public Mono<Boolean> put(ServiceName service, String nodeId, byte[] record, Held expected) {
		ByteSequence key = this.keys.record(service, nodeId);
		PutOption bound = PutOption.builder().withLeaseId(this.id).build();
		Op put = Op.put(key, ByteSequence.from(record), bound);
		return this.connection
			.call((client) -> client.getKVClient().txn().If(unchanged(key, expected)).Then(put).commit())
			.map((answer) -> answer.isSucceeded())
			.doOnError(this::gone);
	}

	private static Cmp unchanged(ByteSequence key, Held expected) {
		CmpTarget<?> target = (expected == Held.NONE) ? CmpTarget.createRevision(0)
				: CmpTarget.modRevision((Long) expected.version());
		return new Cmp(key, Cmp.Op.EQUAL, target);
	}

	private void gone(Throwable error) {
		EtcdFailure failure = this.connection.failure(error, this.asked);
		if (failure.kind() == EtcdFailure.Kind.LEASE_GONE) {
			this.connection.execute(() -> {
				if (!this.ended) {
					lost(failure);
				}
			});
		}
	}

	@Override
	public Mono<Void> delete(ServiceName service, String nodeId) {
		ByteSequence key = this.keys.record(service, nodeId);
		Op delete = Op.delete(key, DeleteOption.DEFAULT);
		return read(service, nodeId).filter(Held::bound)
			.flatMap((held) -> this.connection
				.call((client) -> client.getKVClient().txn().If(unchanged(key, held)).Then(delete).commit()))
			.then();
	}

	@Override
	public Mono<Void> close() {
		this.connection.execute(() -> this.ended = true);
		return this.connection.call((client) -> client.getLeaseClient().revoke(this.id))
			.then()
			.onErrorResume((error) -> (this.connection.failure(error, this.asked).kind() == EtcdFailure.Kind.LEASE_GONE)
					? Mono.empty() : Mono.error(Objects.requireNonNull(error)));
	}

}
