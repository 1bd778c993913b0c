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
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

import io.macula.Endpoint;
import io.macula.Instance;
import io.macula.Realm;
import io.macula.ServiceName;
import io.macula.directory.Advertisement;
import io.macula.directory.AdvertisementRecord;
import io.macula.directory.DirectoryEngine;
import io.macula.directory.DirectoryEngineFactory;
import io.macula.directory.Lease;
import io.macula.directory.Registry;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.CuratorFrameworkFactory;
import org.apache.curator.retry.RetryNTimes;
import org.apache.zookeeper.CreateMode;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer.MethodName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What is promised of the engine, measured on an ensemble of three real processes. Prints
 * a line for each row of the table of figures.
 */
@Tag("engines")
@Timeout(600)
@TestMethodOrder(MethodName.class)
class ZooKeeperEngineTests {

	private static final boolean SHORT = Boolean.getBoolean("engines.short");

	private static final Realm REALM = new Realm("test");

	private static final Duration LEASE = Duration.ofSeconds(3);

	private static final ServiceName SERVICE = new ServiceName("shop.orders");

	private static TestEnsemble ensemble;

	private final List<DirectoryEngine> engines = new ArrayList<>();

	private final List<AutoCloseable> opened = new ArrayList<>();

	private final List<String> failures = new ArrayList<>();

	@BeforeAll
	static void start() throws Exception {
		ensemble = new TestEnsemble();
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
		assertThat(this.failures).isEmpty();
	}

	@Test
	void a10000AdvertisementsAreLoaded() throws Exception {
		int nodes = 500;
		List<ServiceName> services = new ArrayList<>();
		for (int i = 0; i < 20; i++) {
			services.add(new ServiceName("load.s" + i));
		}
		write(nodes, services);
		List<Load> all = new ArrayList<>();
		List<Load> three = new ArrayList<>();
		for (int i = 0; i < 6; i++) {
			all.add(load(nodes, services));
			three.add(load(nodes, services.subList(0, 3)));
		}
		row("10,000 advertisements loaded by a fresh client after connect; the first in a process", "< 1 s",
				all.get(0).text(), all.get(0).millis < 1000);
		row("10,000 advertisements loaded by a fresh client after connect; median of 5 more", "< 1 s",
				median(all).text(), median(all).millis < 1000);
		row("of a client of 3 services: only theirs, after connect; median of 5", "< 200 ms", median(three).text(),
				median(three).millis < 200);
	}

	private static Load median(List<Load> loads) {
		return loads.stream().skip(1).sorted(Comparator.comparing(Load::millis)).toList().get((loads.size() - 1) / 2);
	}

	private void write(int nodes, List<ServiceName> services) throws Exception {
		CuratorFramework writer = CuratorFrameworkFactory.newClient(ensemble.address(), new RetryNTimes(3, 500));
		this.opened.add(writer);
		writer.start();
		CountDownLatch written = new CountDownLatch(nodes * services.size());
		RecordPaths paths = new RecordPaths(ZooKeeperSettings.DEFAULT_PREFIX, REALM);
		for (ServiceName service : services) {
			writer.create().creatingParentContainersIfNeeded().forPath(paths.of(service));
			for (int i = 0; i < nodes; i++) {
				Advertisement advertisement = advertisement("node-" + i, Duration.ofSeconds(15), service);
				writer.create()
					.withMode(CreateMode.EPHEMERAL)
					.inBackground((client, event) -> written.countDown())
					.forPath(paths.of(service, "node-" + i), AdvertisementRecord.of(advertisement, service).encode());
			}
		}
		written.await();
	}

	private Load load(int nodes, List<ServiceName> services) throws Exception {
		DirectoryEngine engine = create("client", LEASE, ensemble.address());
		CountDownLatch loaded = new CountDownLatch(services.size());
		for (ServiceName service : services) {
			engine.directory()
				.watch(service)
				.filter((snapshot) -> snapshot.instances().size() == nodes)
				.take(1)
				.subscribe((snapshot) -> loaded.countDown());
		}
		long begin = System.nanoTime();
		engine.start(null);
		while (!engine.state().engines().get(0).details().containsValue("connected")) {
			Thread.onSpinWait();
		}
		long connected = System.nanoTime();
		loaded.await();
		return new Load((connected - begin) / 1_000_000, millisSince(connected));
	}

	@Test
	void bAGracefulChangeIsKnownToWatchers() {
		int watchers = SHORT ? 200 : 1000;
		for (int i = 0; i < 4; i++) {
			advertise("n" + i, LEASE);
		}
		DirectoryEngine leaving = create("leaving", LEASE, ensemble.address());
		leaving.start(null);
		Registry registry = leaving.registry();
		assertThat(registry).isNotNull();
		Lease lease = registry.advertise(advertisement("leaving", LEASE, SERVICE));
		List<WatchingClient> watches = new ArrayList<>();
		for (int i = 0; i < watchers; i++) {
			watches.add(watch(Duration.ofSeconds(15)));
		}
		await(() -> watches.stream().allMatch((watch) -> watch.count() == 5));
		long changed = System.nanoTime();
		registry.advertise(new Advertisement(instance("leaving", WatchingClient.OTHER_WEIGHT), Set.of(SERVICE), LEASE));
		await(() -> watches.stream().allMatch((watch) -> watch.weighs(WatchingClient.OTHER_WEIGHT)));
		long weight = watches.stream().mapToLong((watch) -> watch.weighedNanos - changed).max().orElseThrow()
				/ 1_000_000;
		row("another weight known to " + watchers + " watchers with connections of their own", "< 1 s", weight + " ms",
				weight < 1000);
		long begin = System.nanoTime();
		leaving.close().block();
		await(() -> watches.stream().allMatch((watch) -> watch.count() == 4));
		long gone = watches.stream().mapToLong((watch) -> watch.lessNanos - begin).max().orElseThrow() / 1_000_000;
		row("graceful end known to " + watchers + " watchers with connections of their own", "< 1 s", gone + " ms",
				gone < 1000);
		assertThat(lease.state()).isEqualTo(Lease.State.RELEASED);
	}

	@Test
	void cAKilledNodeLeavesWithinItsLease() {
		WatchingClient watch = watch(LEASE);
		for (int i = 0; i < 9; i++) {
			advertise("n" + i, LEASE);
		}
		List<Long> gone = new ArrayList<>();
		for (int i = 0; i < 4; i++) {
			TestProxy proxy = advertise("killed" + i, LEASE);
			await(() -> watch.count() == 10);
			long begin = System.nanoTime();
			proxy.tear();
			await(() -> watch.count() == 9);
			gone.add((watch.lessNanos - begin) / 1_000_000);
		}
		row("killed node leaves every snapshot, lease of 3 s, tick of 500 ms", "<= 3000 ms", gone + " ms",
				gone.stream().allMatch((millis) -> millis <= 3000));
	}

	@Test
	void dLostNodesAreKeptWhenTheyAreTooMany() {
		WatchingClient watch = watch(LEASE);
		List<TestProxy> dying = new ArrayList<>();
		for (int i = 0; i < 20; i++) {
			TestProxy proxy = advertise("n" + i, LEASE);
			if (i < 5) {
				dying.add(proxy);
			}
		}
		await(() -> watch.count() == 20);
		dying.forEach(TestProxy::tear);
		await(() -> watch.engine.state().selfPreservation());
		boolean kept = watch.count() == 20 && watch.engine.state().overdue().size() == 5;
		row("5 of 20 leases (25 %) lost at once", "snapshots are kept, told in the state",
				watch.count() + " instances, overdue " + watch.engine.state().overdue(), kept);
	}

	@Test
	void eTheLeaderIsKilledAndTheQuorumIsLost() throws Exception {
		WatchingClient watch = watch(Duration.ofSeconds(15));
		List<Lease> leases = new ArrayList<>();
		for (int i = 0; i < 10; i++) {
			leases.add(lease("n" + i, Duration.ofSeconds(15)));
		}
		await(() -> watch.count() == 10);
		int least = watch.snapshots.size();
		int leader = ensemble.leader();
		ensemble.kill(leader);
		long begin = System.nanoTime();
		leases.add(lease("late", Duration.ofSeconds(15)));
		await(() -> watch.count() == 11);
		row("leader killed: an advertisement that is made then is seen",
				"within a lease of 15 s, nobody lost meanwhile", millisSince(begin) + " ms",
				millisSince(begin) < 15_000 && watch.least(least) >= 10);
		ensemble.start(leader);
		LockSupport.parkNanos(Duration.ofSeconds(3).toNanos());
		await(() -> leases.stream().allMatch((lease) -> lease.state() == Lease.State.GRANTED));
		int other = ensemble.leader();
		int third = 6 - leader - other;
		ensemble.kill(leader);
		ensemble.kill(third);
		await(() -> watch.engine.trouble() != null);
		LockSupport.parkNanos(Duration.ofSeconds(SHORT ? 5 : 20).toNanos());
		boolean kept = watch.count() == 11;
		String trouble = String.valueOf(watch.engine.trouble());
		ensemble.start(leader);
		ensemble.start(third);
		ensemble.awaitQuorum();
		long back = System.nanoTime();
		await(() -> watch.engine.trouble() == null
				&& leases.stream().allMatch((lease) -> lease.state() == Lease.State.GRANTED));
		row("quorum lost for " + (SHORT ? 5 : 20) + " s and back", "nobody leaves; all granted within a lease of 15 s",
				"granted and up to date after " + millisSince(back) + " ms; meanwhile: " + trouble,
				kept && watch.least(least) >= 10 && millisSince(back) < 15_000);
	}

	@Test
	void fTheEnsembleIsWhollyDownAndBack() throws Exception {
		Duration lease = Duration.ofSeconds(15);
		int nodes = 50;
		CallingPair calls = new CallingPair(ensemble.address());
		this.opened.add(calls);
		WatchingClient watch = watch(lease);
		List<Lease> leases = new ArrayList<>();
		for (int i = 0; i < nodes; i++) {
			leases.add(lease("n" + i, lease));
		}
		await(() -> watch.count() == nodes && leases.stream().allMatch((each) -> each.state() == Lease.State.GRANTED));
		int least = watch.snapshots.size();
		calls.start();
		for (int i = 1; i <= 3; i++) {
			ensemble.kill(i);
		}
		int down = SHORT ? 20 : 120;
		LockSupport.parkNanos(Duration.ofSeconds(down).toNanos());
		long age = (System.nanoTime() - watch.engine.directory().confirmedNanoTime(watch.latest())) / 1_000_000_000;
		String trouble = String.valueOf(watch.engine.trouble());
		row("ensemble wholly down for " + down + " s: snapshot and its age", "stays, age told",
				watch.count() + " instances, age " + age + " s, " + trouble,
				watch.count() == nodes && age >= down - 15 && trouble.contains("answers"));
		AtomicInteger granted = new AtomicInteger();
		List<Long> times = new CopyOnWriteArrayList<>();
		for (int i = 1; i <= 3; i++) {
			ensemble.start(i);
		}
		ensemble.awaitQuorum();
		long back = System.nanoTime();
		Set<Lease> seen = ConcurrentHashMap.newKeySet();
		await(() -> {
			leases.stream().filter((each) -> each.state() == Lease.State.GRANTED && seen.add(each)).forEach((each) -> {
				granted.incrementAndGet();
				times.add(millisSince(back));
			});
			return granted.get() == nodes;
		});
		long last = times.get(times.size() - 1);
		long most = times.stream()
			.mapToLong((time) -> times.stream().filter((each) -> each >= time && each < time + 500).count())
			.max()
			.orElseThrow();
		row("ensemble back: " + nodes + " nodes advertised again", "within one lease of 15 s", last + " ms",
				last < 15_000);
		row("ensemble back: no herd", "at most 2 of 5 nodes within half a second", most + " of " + nodes,
				most <= nodes * 2 / 5);
		calls.stop();
		row("calls of a node pair while the ensemble was down for " + down + " s and came back", "0 failed",
				calls.failed.get() + " of " + calls.made.get() + " failed",
				calls.failed.get() == 0 && calls.made.get() > 0);
		row("instances lost from snapshots meanwhile", "0", String.valueOf(nodes - watch.least(least)),
				watch.least(least) == nodes);
	}

	private void row(String what, String bound, String figure, boolean holds) {
		System.out.println("ENGINE-ROW|zookeeper|" + what + "|" + bound + "|" + figure.replace('|', '/') + "|"
				+ (holds ? "ok" : "FAILED"));
		if (!holds) {
			this.failures.add(what + ": " + figure);
		}
	}

	private static long millisSince(long begin) {
		return (System.nanoTime() - begin) / 1_000_000;
	}

	private static void await(Callable<Boolean> condition) {
		Awaitility.await().atMost(Duration.ofSeconds(120)).pollInterval(Duration.ofMillis(20)).until(condition);
	}

	private DirectoryEngine create(String nodeId, Duration lease, String address) {
		DirectoryEngine engine = ZooKeeperDirectory.factory(ZooKeeperSettings.of(address))
			.create(new DirectoryEngineFactory.Context(REALM, nodeId, 1, true, null, lease));
		this.engines.add(engine);
		return engine;
	}

	private WatchingClient watch(Duration lease) {
		WatchingClient watch = new WatchingClient(create("client", lease, ensemble.address()), SERVICE);
		watch.engine.start(null);
		return watch;
	}

	/** A node behind a network of its own. */
	private TestProxy advertise(String nodeId, Duration lease) {
		int server = 1 + Math.floorMod(nodeId.hashCode(), 3);
		TestProxy proxy = new TestProxy(ensemble.port(server));
		this.opened.add(proxy);
		lease(nodeId, lease, proxy.address());
		return proxy;
	}

	private Lease lease(String nodeId, Duration lease) {
		return lease(nodeId, lease, ensemble.address());
	}

	private Lease lease(String nodeId, Duration lease, String address) {
		DirectoryEngine engine = create(nodeId, lease, address);
		engine.start(null);
		Registry registry = engine.registry();
		assertThat(registry).isNotNull();
		return registry.advertise(advertisement(nodeId, lease, SERVICE));
	}

	private static Advertisement advertisement(String nodeId, Duration lease, ServiceName service) {
		return new Advertisement(instance(nodeId, Instance.DEFAULT_WEIGHT), Set.of(service), lease);
	}

	private static Instance instance(String nodeId, int weight) {
		return new Instance(nodeId, 1, new Endpoint("10.0.0.1", 9443), "zone-a", 0, weight,
				Map.of("version", "1.2.3", "team", "orders"), "0123456789abcdef".repeat(4));
	}

	/** How long it took until a client had a connection, and from then on. */
	private record Load(long connecting, long millis) {

		String text() {
			return this.millis + " ms (and " + this.connecting + " ms to connect)";
		}

	}

}
