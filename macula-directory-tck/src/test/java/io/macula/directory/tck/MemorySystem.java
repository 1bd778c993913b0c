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

package io.macula.directory.tck;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Supplier;

import io.macula.ServiceName;
import io.macula.directory.AdvertisementRecord;
import io.macula.directory.DirectoryEngine;
import io.macula.directory.EngineClient;
import io.macula.directory.RecordStore;
import io.macula.directory.RemoteEngine;
import io.macula.directory.WatchedService;
import io.macula.directory.WatchedServices;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/**
 * A system that keeps records within the test, with sessions that end when nobody renews
 * them, and clients with a thread of their own.
 */
final class MemorySystem implements DirectoryHarness {

	private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor();

	/** All of the following is guarded by this. */
	private final Map<ServiceName, Map<String, Kept>> records = new HashMap<>();

	private final Map<ServiceName, Long> reads = new HashMap<>();

	private final List<MemoryClient> clients = new ArrayList<>();

	private final List<MemorySession> sessions = new ArrayList<>();

	private final Map<DirectoryEngine, MemoryClient> byEngine = new HashMap<>();

	private boolean reachable = true;

	private long versions;

	MemorySystem() {
		this.clock.scheduleAtFixedRate(this::sweep, 50, 50, TimeUnit.MILLISECONDS);
	}

	@Override
	public synchronized DirectoryEngine engine(Node node) {
		MemoryClient client = new MemoryClient();
		this.clients.add(client);
		DirectoryEngine engine = RemoteEngine.of("memory", client);
		this.byEngine.put(engine, client);
		return engine;
	}

	private synchronized void sweep() {
		long now = System.nanoTime();
		for (MemorySession session : List.copyOf(this.sessions)) {
			if (!this.reachable || session.client.alive) {
				session.renewedNanos = now;
			}
			else if (now - session.renewedNanos > session.lease.toNanos()) {
				session.end();
			}
		}
	}

	@Override
	public synchronized void kill(DirectoryEngine engine) {
		MemoryClient client = this.byEngine.get(engine);
		client.alive = false;
		client.watched.clear();
	}

	@Override
	public synchronized void cut() {
		this.reachable = false;
		for (MemoryClient client : this.clients) {
			client.tell(() -> client.told().lost("cut by the test"));
		}
		this.sessions.forEach((session) -> session.client.tell(() -> session.listener.suspended("cut by the test")));
	}

	@Override
	public synchronized void restore() {
		this.reachable = true;
		for (MemoryClient client : this.clients) {
			client.tell(() -> client.told().heard());
			client.watched.forEach(client::list);
		}
		this.sessions.forEach((session) -> session.client.tell(session.listener::resumed));
	}

	@Override
	public synchronized void wipe() {
		for (MemorySession session : List.copyOf(this.sessions)) {
			session.end();
			session.client.tell(() -> session.listener.lost("wiped by the test"));
		}
	}

	@Override
	public synchronized void write(ServiceName service, String nodeId, byte[] record) {
		put(service, nodeId, record, null);
	}

	@Override
	public synchronized long reads(ServiceName service) {
		return this.reads.getOrDefault(service, 0L);
	}

	@Override
	public synchronized int leases() {
		return this.sessions.size();
	}

	private void put(ServiceName service, String nodeId, byte[] record, @Nullable MemorySession session) {
		records(service).put(nodeId, new Kept(record, session, ++this.versions));
		watchers(service, (client, watched) -> {
			read(service);
			client.tell(() -> watched.put(nodeId, record));
		});
	}

	private void delete(ServiceName service, String nodeId) {
		records(service).remove(nodeId);
		watchers(service, (client, watched) -> client.tell(() -> watched.deleted(nodeId)));
	}

	private Map<String, Kept> records(ServiceName service) {
		return this.records.computeIfAbsent(service, (name) -> new LinkedHashMap<>());
	}

	private void read(ServiceName service) {
		this.reads.merge(service, 1L, Long::sum);
	}

	private void watchers(ServiceName service, BiConsumer<MemoryClient, WatchedService> each) {
		if (this.reachable) {
			for (MemoryClient client : this.clients) {
				WatchedService watched = client.watched.get(service);
				if (watched != null) {
					each.accept(client, watched);
				}
			}
		}
	}

	@Override
	public void close() throws InterruptedException {
		this.clock.shutdownNow();
		this.clock.awaitTermination(5, TimeUnit.SECONDS);
	}

	private record Kept(byte[] record, @Nullable MemorySession session, long version) {

	}

	/** What a node has of the system. */
	private final class MemoryClient implements EngineClient, RecordStore {

		private final ScheduledExecutorService thread = Executors
			.newSingleThreadScheduledExecutor((task) -> new Thread(task, "memory-client"));

		/** Guarded by the system. */
		private final Map<ServiceName, WatchedService> watched = new ConcurrentHashMap<>();

		private boolean alive = true;

		private volatile @Nullable WatchedServices services;

		@Override
		public boolean readsAll() {
			return true;
		}

		@Override
		public Mono<List<AdvertisementRecord>> all() {
			return Mono.fromSupplier(() -> {
				synchronized (MemorySystem.this) {
					List<AdvertisementRecord> all = new ArrayList<>();
					MemorySystem.this.records.forEach((service, kept) -> kept.forEach((nodeId, each) -> {
						AdvertisementRecord record = AdvertisementRecord.present(each.record, service.value(), nodeId);
						if (record != null) {
							all.add(record);
						}
					}));
					return all;
				}
			});
		}

		@Override
		public void start(WatchedServices told) {
			this.services = told;
			synchronized (MemorySystem.this) {
				if (!MemorySystem.this.reachable) {
					told.lost("out of reach");
				}
			}
		}

		WatchedServices told() {
			return Objects.requireNonNull(this.services);
		}

		@Override
		public Disposable watch(WatchedService watch) {
			synchronized (MemorySystem.this) {
				this.watched.put(watch.service(), watch);
				if (MemorySystem.this.reachable && this.alive) {
					list(watch.service(), watch);
				}
			}
			return () -> this.watched.remove(watch.service(), watch);
		}

		private void list(ServiceName service, WatchedService watch) {
			Map<String, byte[]> all = new LinkedHashMap<>();
			records(service).forEach((nodeId, kept) -> {
				read(service);
				all.put(nodeId, kept.record());
			});
			tell(() -> watch.listed(all));
		}

		void tell(Runnable told) {
			if (!this.thread.isShutdown() && this.services != null) {
				this.thread.execute(told);
			}
		}

		@Override
		public RecordStore store() {
			return this;
		}

		@Override
		public Mono<Session> open(Duration lease, Listener listener) {
			return answer(() -> {
				MemorySession session = new MemorySession(this, lease, listener);
				MemorySystem.this.sessions.add(session);
				return session;
			});
		}

		<T> Mono<T> answer(Supplier<@Nullable T> answer) {
			return Mono.<T>fromSupplier(() -> {
				synchronized (MemorySystem.this) {
					if (!MemorySystem.this.reachable || !this.alive) {
						throw new IllegalStateException("out of reach");
					}
					return answer.get();
				}
			}).subscribeOn(Schedulers.fromExecutor(this.thread));
		}

		@Override
		public Mono<Void> close() {
			return Mono.fromRunnable(this.thread::shutdown);
		}

		@Override
		public String hint() {
			return "the memory of the test";
		}

	}

	/** What a node holds in the system. */
	private final class MemorySession implements RecordStore.Session {

		private final MemoryClient client;

		private final Duration lease;

		private final RecordStore.Listener listener;

		private long renewedNanos = System.nanoTime();

		MemorySession(MemoryClient client, Duration lease, RecordStore.Listener listener) {
			this.client = client;
			this.lease = lease;
			this.listener = listener;
		}

		@Override
		public Mono<RecordStore.Held> read(ServiceName service, String nodeId) {
			return this.client.answer(() -> {
				Kept kept = records(service).get(nodeId);
				return (kept != null) ? new RecordStore.Held(kept.record(), kept.session() == this, kept.version())
						: null;
			});
		}

		@Override
		public Mono<Boolean> put(ServiceName service, String nodeId, byte[] record, RecordStore.Held expected) {
			return this.client.answer(() -> {
				Kept kept = records(service).get(nodeId);
				Object version = (kept != null) ? (Object) kept.version() : RecordStore.Held.NONE.version();
				if (!version.equals(expected.version()) || !MemorySystem.this.sessions.contains(this)) {
					return false;
				}
				MemorySystem.this.put(service, nodeId, record, this);
				return true;
			});
		}

		@Override
		public Mono<Void> delete(ServiceName service, String nodeId) {
			return this.client.answer(() -> {
				Kept kept = records(service).get(nodeId);
				if (kept != null && kept.session() == this) {
					MemorySystem.this.delete(service, nodeId);
				}
				return null;
			});
		}

		@Override
		public Mono<Void> close() {
			return this.client.answer(() -> {
				end();
				return null;
			});
		}

		void end() {
			MemorySystem.this.sessions.remove(this);
			for (ServiceName service : Set.copyOf(MemorySystem.this.records.keySet())) {
				for (Map.Entry<String, Kept> entry : List.copyOf(records(service).entrySet())) {
					if (entry.getValue().session() == this) {
						MemorySystem.this.delete(service, entry.getKey());
					}
				}
			}
		}

	}

}
