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

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

import io.macula.Endpoint;
import io.macula.Instance;
import io.macula.Realm;
import io.macula.ServiceName;
import io.macula.directory.Advertisement;
import io.macula.directory.DirectoryEngine;
import io.macula.directory.DirectoryEngineFactory;
import io.macula.directory.Lease;
import io.macula.directory.Registry;
import io.macula.directory.tck.Figures;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.extension.RegisterExtension;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What measurements are made of: an ensemble of three real processes, nodes on it, and
 * lines of the table of figures.
 */
abstract class EnsembleSteps {

	static final Realm REALM = new Realm("test");

	static final Duration LEASE = Duration.ofSeconds(3);

	static final Duration DEFAULT_LEASE = Duration.ofSeconds(15);

	static final ServiceName SERVICE = new ServiceName("shop.orders");

	static TestEnsemble ensemble;

	@RegisterExtension
	final Figures figures = Figures.of("zookeeper");

	final List<DirectoryEngine> engines = new ArrayList<>();

	final List<AutoCloseable> opened = new ArrayList<>();

	static void begin(Map<String, String> tls) throws IOException {
		ensemble = new TestEnsemble(tls);
		ensemble.startAll();
	}

	@AfterAll
	static void stop() throws Exception {
		ensemble.close();
	}

	@AfterEach
	void close() throws Exception {
		List<Thread> closing = new ArrayList<>();
		for (DirectoryEngine engine : this.engines) {
			Thread thread = new Thread(() -> engine.close().block());
			closing.add(thread);
			thread.start();
		}
		for (Thread thread : closing) {
			thread.join();
		}
		for (AutoCloseable closed : this.opened) {
			closed.close();
		}
	}

	static boolean granted(List<Lease> leases) {
		return leases.stream().allMatch((lease) -> lease.state() == Lease.State.GRANTED);
	}

	DirectoryEngine create(String nodeId, Duration lease, String address) {
		return create(nodeId, lease, ZooKeeperSettings.of(address));
	}

	DirectoryEngine create(String nodeId, Duration lease, ZooKeeperSettings settings) {
		DirectoryEngine engine = ZooKeeperDirectory.factory(settings)
			.create(new DirectoryEngineFactory.Context(REALM, nodeId, 1, true, null, lease));
		this.engines.add(engine);
		return engine;
	}

	WatchingClient watch(Duration lease) {
		WatchingClient watch = new WatchingClient(create("client", lease, ensemble.address()), SERVICE);
		watch.engine.start(null);
		return watch;
	}

	/** A node behind a network of its own. */
	TestProxy advertise(String nodeId, Duration lease) {
		int server = 1 + Math.floorMod(nodeId.hashCode(), 3);
		TestProxy proxy = new TestProxy(ensemble.port(server));
		this.opened.add(proxy);
		lease(nodeId, lease, proxy.address());
		return proxy;
	}

	Lease lease(String nodeId, Duration lease) {
		return lease(nodeId, lease, ensemble.address());
	}

	Lease lease(String nodeId, Duration lease, String address) {
		return lease(create(nodeId, lease, address), nodeId, lease);
	}

	static Lease lease(DirectoryEngine engine, String nodeId, Duration lease) {
		engine.start(null);
		Registry registry = engine.registry();
		assertThat(registry).isNotNull();
		return registry.advertise(advertisement(nodeId, lease, SERVICE));
	}

	static Advertisement advertisement(String nodeId, Duration lease, ServiceName service) {
		return new Advertisement(instance(nodeId, Instance.DEFAULT_WEIGHT), Set.of(service), lease);
	}

	static Instance instance(String nodeId, int weight) {
		return new Instance(nodeId, 1, new Endpoint("10.0.0.1", 9443), "zone-a", 0, weight,
				Map.of("version", "1.2.3", "team", "orders"), "0123456789abcdef".repeat(4));
	}

}
