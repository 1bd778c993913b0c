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

package io.macula.directory;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import java.util.function.Supplier;

import io.macula.ServiceName;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import reactor.core.publisher.Mono;

/**
 * A system that keeps records, within the test. For one thread.
 */
final class FakeStore implements RecordStore {

	/** By service and node id. */
	final Map<String, Kept> records = new TreeMap<>();

	/** What happened, in order. */
	final List<String> log = new ArrayList<>();

	final Set<FakeSession> open = new LinkedHashSet<>();

	final Map<FakeSession, Listener> listeners = new HashMap<>();

	/** Answers nothing. */
	boolean hanging;

	/** Answers a wish for a session with one. */
	boolean granting = true;

	/** Answers a wish for a session once it is cancelled. */
	boolean late;

	/** Steps that are refused, such as "read one" or "put one". */
	Predicate<String> refusing = (step) -> false;

	/** Refuses everything. */
	@Nullable RuntimeException failure;

	Duration notice = Duration.ZERO;

	int opened;

	private int versions;

	@Override
	public Mono<Session> open(Duration lease, Listener listener) {
		if (this.late) {
			return Mono.fromDirect((subscriber) -> subscriber.onSubscribe(new Subscription() {

				private boolean cancelled;

				@Override
				public void request(long count) {
					// Not before the end.
				}

				@Override
				public void cancel() {
					if (!this.cancelled) {
						this.cancelled = true;
						subscriber.onNext(grant(listener));
					}
				}

			}));
		}
		return answer(() -> this.granting ? grant(listener) : null);
	}

	private FakeSession grant(Listener listener) {
		this.opened++;
		FakeSession session = new FakeSession(this.opened);
		this.open.add(session);
		this.listeners.put(session, listener);
		return session;
	}

	@Override
	public Duration departureNotice() {
		return this.notice;
	}

	private <T> Mono<T> answer(Supplier<@Nullable T> answer) {
		return Mono.defer(() -> this.hanging ? Mono.never()
				: (this.failure != null) ? Mono.error(this.failure) : Mono.justOrEmpty(answer.get()));
	}

	private void permit(String step) {
		if (this.refusing.test(step)) {
			throw new IllegalStateException("'" + step + "' is refused by the test");
		}
	}

	FakeSession session() {
		return this.open.iterator().next();
	}

	Listener listener() {
		return this.listeners.get(session());
	}

	/** Somebody else writes. */
	void write(AdvertisementRecord record) {
		this.records.put(record.service() + "/" + record.instance().nodeId(),
				new Kept(record.encode(), null, ++this.versions));
	}

	/** The session ends at the system, which says so or not. */
	void expire(boolean said) {
		FakeSession session = session();
		Listener listener = listener();
		this.open.remove(session);
		this.records.values().removeIf((kept) -> kept.session == session);
		if (said) {
			listener.lost("expired by the test");
		}
	}

	record Kept(byte[] record, @Nullable FakeSession session, int version) {

	}

	final class FakeSession implements Session {

		private final int number;

		int renewals;

		@Nullable BooleanSupplier renewing;

		FakeSession(int number) {
			this.number = number;
		}

		@Override
		public Mono<Held> read(ServiceName service, String nodeId) {
			return answer(() -> {
				permit("read " + service);
				Kept kept = FakeStore.this.records.get(service + "/" + nodeId);
				return (kept != null) ? new Held(kept.record, kept.session == this, kept.version) : null;
			});
		}

		@Override
		public Mono<Boolean> put(ServiceName service, String nodeId, byte[] record, Held expected) {
			return answer(() -> {
				permit("put " + service);
				String key = service + "/" + nodeId;
				Kept kept = FakeStore.this.records.get(key);
				if (!FakeStore.this.open.contains(this)) {
					throw new IllegalStateException("no such session");
				}
				if (((kept != null) ? kept.version : 0) != (int) expected.version()) {
					return false;
				}
				FakeStore.this.records.put(key, new Kept(record, this, ++FakeStore.this.versions));
				boolean departing = AdvertisementRecord.parse(record, service, nodeId).departing();
				FakeStore.this.log.add((departing ? "depart " : "put ") + key);
				return true;
			});
		}

		@Override
		public Mono<Void> delete(ServiceName service, String nodeId) {
			return answer(() -> {
				String key = service + "/" + nodeId;
				Kept kept = FakeStore.this.records.get(key);
				if (kept != null && kept.session == this) {
					FakeStore.this.records.remove(key);
					FakeStore.this.log.add("delete " + key);
				}
				return null;
			});
		}

		@Override
		public Mono<Void> renew() {
			return answer(() -> {
				this.renewals++;
				if (this.renewing != null && !this.renewing.getAsBoolean()) {
					throw new IllegalStateException("not renewed by the test");
				}
				return null;
			});
		}

		@Override
		public Mono<Void> close() {
			return answer(() -> {
				FakeStore.this.open.remove(this);
				FakeStore.this.records.values().removeIf((kept) -> kept.session == this);
				FakeStore.this.log.add("close " + this.number);
				return null;
			});
		}

	}

}
