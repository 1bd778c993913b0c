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

package io.macula.benchmarks.scale;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.stream.IntStream;

import io.macula.Endpoint;
import io.macula.benchmarks.scale.DirectoryProtocol.Gone;
import io.macula.benchmarks.scale.DirectoryProtocol.Interest;
import io.macula.benchmarks.scale.DirectoryProtocol.Node;
import io.macula.benchmarks.scale.DirectoryProtocol.Renewal;
import io.macula.benchmarks.scale.DirectoryProtocol.Update;
import io.macula.benchmarks.scale.DirectoryProtocol.Upsert;
import io.macula.harness.Clock;
import io.macula.node.RealmNode;
import io.macula.tls.TlsContexts;
import io.macula.transport.Connection;
import io.macula.transport.QuicConnector;
import io.macula.transport.Transport;
import io.macula.transport.TransportSettings;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Sinks;

/**
 * 1,000 providers of 10 services each, simulated by one link to a seed, and 1,000 clients
 * that watch one of the services, each over a connection of its own. The three seeds are
 * real; a change is told to one of them.
 */
final class Watchers {

	private static final int SERVICES = 100;

	private static final int SERVICES_EACH = 10;

	private static final String WATCHED = "scale.service-7";

	private static final long LEASE_MILLIS = 15_000;

	private static final int CHANGES = 10;

	private static final double BOUND_MILLIS = 1000;

	private static final Duration PATIENCE = Duration.ofMinutes(1);

	private final TlsContexts tls = ScaleRealm.tls("watchers");

	private final List<SignedNode> nodes = new ArrayList<>();

	private final Sinks.Many<Update> told = Sinks.many().unicast().onBackpressureBuffer();

	private final AtomicLong received = new AtomicLong();

	private final long[] renewals = new long[ScaleRealm.ENDPOINTS];

	private final AtomicInteger accounts = new AtomicInteger();

	/** When each client heard of the present change. */
	private final AtomicLongArray heardNanos = new AtomicLongArray(ScaleRealm.CLIENTS);

	private final AtomicIntegerArray instancesKnown = new AtomicIntegerArray(ScaleRealm.CLIENTS);

	private volatile CountDownLatch everyone = new CountDownLatch(0);

	private volatile long awaitedVersion = -1;

	/** All is measured: streams may end. */
	private volatile boolean over;

	private Watchers() {
		for (int i = 0; i < ScaleRealm.ENDPOINTS; i++) {
			List<String> services = new ArrayList<>();
			for (int j = 0; j < SERVICES_EACH; j++) {
				services.add("scale.service-" + (i * SERVICES_EACH + j) % SERVICES);
			}
			// One key may have few nodes.
			String nodeId = "node" + (10_000 + i);
			this.nodes.add(SignedNode.of(new Node(nodeId, 1, 1, 1, "127.0.0.1", 10_000 + i, null, 0, 100, Map.of(),
					services, LEASE_MILLIS, null), ScaleRealm.tls(nodeId).key()));
		}
	}

	public static void main(String[] args) throws Exception {
		new Watchers().run(Arrays.stream(args[0].split(",")).map(Endpoint::parse).toList());
	}

	private void run(List<Endpoint> seeds) throws Exception {
		TransportSettings defaults = TransportSettings.defaults();
		try (Transport transport = Transport.create(defaults)) {
			QuicConnector connector = new QuicConnector(transport, this.tls, ScaleRealm.info("watchers"));
			feed(connect(connector, seeds.get(0)));
			long start = System.nanoTime();
			for (int i = 0; i < ScaleRealm.CLIENTS; i++) {
				watch(i, connect(connector, seeds.get(i % seeds.size())));
			}
			Clock.await("each client has its account", PATIENCE,
					() -> this.accounts.get() >= ScaleRealm.CLIENTS && IntStream.range(0, ScaleRealm.CLIENTS)
						.allMatch((client) -> this.instancesKnown.get(client) >= watchedNodes()));
			Figure
				.shown("1000 clients connected one after the other and told of " + watchedNodes() + " instances",
						(System.nanoTime() - start) / 1e6, "ms")
				.tell();
			changes();
			realClient(seeds);
			this.over = true;
		}
		System.exit(0);
	}

	private static Connection connect(QuicConnector connector, Endpoint seed) {
		Connection connection = connector.connect(seed, Duration.ofSeconds(5)).block();
		if (connection == null) {
			throw new IllegalStateException("no connection to " + seed);
		}
		return connection;
	}

	private int watchedNodes() {
		return (int) this.nodes.stream().filter((node) -> node.node().services().contains(WATCHED)).count();
	}

	/** Tell all records, and renew them as providers do. */
	private void feed(Connection seed) {
		DirectoryProtocol.link(seed, this.told.asFlux())
			.subscribe((update) -> this.received.incrementAndGet(), this::failed);
		for (int i = 0; i < this.nodes.size(); i += 200) {
			tell(this.nodes.subList(i, i + 200).stream().map(Watchers::news).toList(), List.of(), List.of());
		}
		Flux.interval(Duration.ofMillis(LEASE_MILLIS / 30)).subscribe(this::renewTenth, this::failed);
	}

	private static Upsert news(SignedNode node) {
		return new Upsert(node.node(), 0, 0, node.renewals().get(0));
	}

	private synchronized void renewTenth(long turn) {
		List<Renewal> renewed = new ArrayList<>();
		for (int i = (int) (turn % 10); i < this.nodes.size(); i += 10) {
			SignedNode node = this.nodes.get(i);
			this.renewals[i]++;
			renewed.add(new Renewal(node.node().nodeId(), node.node().term(), node.node().version(), this.renewals[i],
					0, node.renewals().get((int) this.renewals[i])));
		}
		tell(List.of(), renewed, List.of());
	}

	private synchronized void tell(List<Upsert> upserts, List<Renewal> renewed, List<Gone> gone) {
		this.told.emitNext(new Update("watchers", 1, true, false, false, 0, this.received.get(), null, upserts, renewed,
				gone, List.of()), Sinks.EmitFailureHandler.FAIL_FAST);
	}

	private void watch(int client, Connection seed) {
		DirectoryProtocol.watch(seed, Flux.concat(Flux.just(new Interest(1, List.of(WATCHED))), Flux.<Interest>never()))
			.subscribe((update) -> heard(client, update), this::failed);
	}

	private void heard(int client, Update update) {
		this.instancesKnown.addAndGet(client, update.upserts().size());
		if (update.ends()) {
			this.accounts.incrementAndGet();
		}
		long awaited = this.awaitedVersion;
		boolean changed = update.gone().stream().anyMatch((gone) -> gone.version() == awaited)
				|| update.upserts().stream().anyMatch((upsert) -> upsert.record().version() == awaited);
		if (changed && this.heardNanos.compareAndSet(client, 0, System.nanoTime())) {
			this.everyone.countDown();
		}
	}

	/** A provider of the watched service leaves and returns, again and again. */
	private void changes() throws InterruptedException {
		int index = 0;
		while (!this.nodes.get(index).node().services().contains(WATCHED)) {
			index++;
		}
		double[] worst = new double[CHANGES];
		double[] median = new double[CHANGES];
		for (int i = 0; i < CHANGES; i++) {
			long[] micros = change(index, i % 2 == 0, 2 + i);
			Arrays.sort(micros);
			worst[i] = micros[micros.length - 1] / 1000.0;
			median[i] = micros[micros.length / 2] / 1000.0;
		}
		Arrays.sort(worst);
		Arrays.sort(median);
		Figure.shown("a change reaches a client, median of 1000, median of 10 changes", median[CHANGES / 2], "ms")
			.tell();
		Figure
			.judged("a change has reached all 1000 clients, the slowest of 10 changes", worst[CHANGES - 1], "ms",
					BOUND_MILLIS)
			.tell();
	}

	/** Microseconds until each client knew. */
	private long[] change(int index, boolean leaves, long version) throws InterruptedException {
		for (int i = 0; i < ScaleRealm.CLIENTS; i++) {
			this.heardNanos.set(i, 0);
		}
		CountDownLatch latch = new CountDownLatch(ScaleRealm.CLIENTS);
		this.everyone = latch;
		this.awaitedVersion = version;
		long start;
		synchronized (this) {
			SignedNode present = this.nodes.get(index);
			Node before = present.node();
			Gone gone = new Gone(before.nodeId(), 1, version, this.renewals[index], true, present.withdrawal());
			SignedNode node = SignedNode.of(
					new Node(before.nodeId(), before.term(), version, before.incarnation(), before.host(),
							before.port(), null, 0, 100, Map.of(), before.services(), LEASE_MILLIS, null),
					this.tls.key());
			this.nodes.set(index, node);
			this.renewals[index] = 0;
			start = System.nanoTime();
			if (leaves) {
				tell(List.of(), List.of(), List.of(gone));
			}
			else {
				tell(List.of(news(node)), List.of(), List.of());
			}
		}
		if (!latch.await(10, TimeUnit.SECONDS)) {
			throw new IllegalStateException(latch.getCount() + " clients heard nothing of a change within 10 seconds");
		}
		/* Changes of a realm do not come in step with this loop. */
		Clock.pause(Duration.ofMillis(300));
		long[] micros = new long[ScaleRealm.CLIENTS];
		for (int i = 0; i < micros.length; i++) {
			micros[i] = (this.heardNanos.get(i) - start) / 1000;
		}
		return micros;
	}

	/** A real client of all services: what its directory, trackers and pools hold. */
	private void realClient(List<Endpoint> seeds) {
		RealmNode node = RealmNode.builder(ScaleRealm.REALM.name())
			.nodeId("client")
			.secret(ScaleRealm.SECRET)
			.seeds(seeds.stream().map(Endpoint::toString).toArray(String[]::new))
			.build();
		node.start();
		node.client().proxy(ScaleRealm.Echo.class, "scale.seed");
		Clock.await("a real client knows the seeds", PATIENCE,
				() -> node.report().clients().get(0).instances().size() == 3);
		long before = ScaleRealm.heapBytes();
		for (int i = 0; i < SERVICES; i++) {
			node.client().proxy(ScaleRealm.Echo.class, "scale.service-" + i);
		}
		int advertisements = ScaleRealm.ENDPOINTS * SERVICES_EACH;
		Clock.await("it knows all instances of all services", PATIENCE,
				() -> node.report()
					.clients()
					.stream()
					.mapToInt((client) -> client.instances().size())
					.sum() >= advertisements + 3 - SERVICES_EACH);
		double kib = (ScaleRealm.heapBytes() - before) / 1024.0 / ScaleRealm.ENDPOINTS;
		Figure.judged("memory per endpoint of a client that watches all 10000 advertisements, heap", kib, "KiB", 64)
			.tell();
		node.close();
	}

	private void failed(Throwable error) {
		if (!this.over) {
			error.printStackTrace();
			System.exit(1);
		}
	}

}
