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
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

import io.macula.Endpoint;
import io.macula.Instance;
import io.macula.Realm;
import io.macula.ServiceName;
import io.macula.directory.Advertisement;
import io.macula.directory.DirectoryEngine;
import io.macula.directory.Lease;
import io.macula.directory.RemoteEngine;
import io.macula.directory.Snapshot;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Engines of nodes of one realm, as tests need them.
 */
final class TestNodes implements AutoCloseable {

	static final Realm REALM = new Realm("test");

	static final ServiceName SERVICE = new ServiceName("test.orders");

	static final Duration LEASE = Duration.ofSeconds(3);

	private static final Duration SOON = Duration.ofSeconds(20);

	private final List<DirectoryEngine> engines = new CopyOnWriteArrayList<>();

	private final Map<DirectoryEngine, EtcdClient> clients = new ConcurrentHashMap<>();

	DirectoryEngine engine(EtcdSettings settings) {
		EtcdClient client = new EtcdClient(settings, REALM);
		DirectoryEngine engine = RemoteEngine.of(EtcdDirectory.TYPE, client);
		this.engines.add(engine);
		this.clients.put(engine, client);
		engine.start(null);
		return engine;
	}

	static Lease advertise(DirectoryEngine engine, String nodeId, int weight, Set<ServiceName> services) {
		Instance instance = new Instance(nodeId, 1, new Endpoint("10.0.0.1", 9443), null, 0, weight, Map.of(), null);
		return Objects.requireNonNull(engine.registry())
			.advertise(new Advertisement(instance, services, Map.of(), LEASE));
	}

	Lease granted(DirectoryEngine engine, String nodeId) {
		Lease lease = advertise(engine, nodeId, 100, Set.of(SERVICE));
		Awaitility.await().atMost(SOON).until(() -> lease.state() == Lease.State.GRANTED);
		return lease;
	}

	/** As if its process were killed: nothing is revoked. */
	void kill(DirectoryEngine engine) {
		Objects.requireNonNull(this.clients.get(engine)).close().block(SOON);
	}

	static Seen watch(DirectoryEngine engine, ServiceName service) {
		Seen seen = new Seen();
		Flux<Snapshot> snapshots = engine.directory().watch(service);
		snapshots.subscribe(seen.snapshots::add);
		return seen;
	}

	@Override
	public void close() {
		List<Mono<Void>> closing = new ArrayList<>();
		this.engines.forEach((engine) -> closing.add(engine.close()));
		Mono.whenDelayError(closing).block(Duration.ofMinutes(1));
	}

	/**
	 * What a watch told.
	 */
	static final class Seen {

		private final List<Snapshot> snapshots = new CopyOnWriteArrayList<>();

		@Nullable Snapshot latest() {
			return this.snapshots.isEmpty() ? null : this.snapshots.get(this.snapshots.size() - 1);
		}

		Set<String> ids() {
			Snapshot latest = latest();
			Set<String> ids = new TreeSet<>();
			if (latest != null) {
				latest.instances().forEach((instance) -> ids.add(instance.nodeId()));
			}
			return ids;
		}

		/** Whether a node was in all snapshots since the first that had it. */
		boolean always(String nodeId) {
			return this.snapshots.stream()
				.dropWhile((snapshot) -> !has(snapshot, nodeId))
				.allMatch((snapshot) -> has(snapshot, nodeId));
		}

		private static boolean has(Snapshot snapshot, String nodeId) {
			return snapshot.instances().stream().anyMatch((instance) -> instance.nodeId().equals(nodeId));
		}

		void awaitIds(String... ids) {
			Awaitility.await().atMost(SOON).until(() -> ids().equals(Set.of(ids)));
		}

	}

}
