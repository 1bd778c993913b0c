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
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;

import io.macula.Endpoint;
import io.macula.benchmarks.scale.DirectoryProtocol.Interest;
import io.macula.directory.tck.Figures;
import io.macula.harness.FreePorts;
import io.macula.node.NodeReport;
import io.macula.node.RealmNode;
import io.macula.tls.TlsContexts;
import io.macula.transport.Connection;
import io.macula.transport.QuicConnector;
import io.macula.transport.Transport;
import io.macula.transport.TransportSettings;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What a large realm must hold, of the directory that lives in the nodes themselves:
 * three seeds in processes of their own, over QUIC on the loopback interface.
 */
@Tag("engines")
@Timeout(900)
class EmbeddedMeasurements {

	private static final int SERVICES = 20;

	private static final int NODES = 500;

	/** Fresh clients, one after the other. */
	private static final int TIMES = 5;

	private static final Duration SOON = Duration.ofSeconds(60);

	private static final Duration LEASE = Duration.ofSeconds(3);

	private static final Duration USUAL_LEASE = Duration.ofSeconds(15);

	private static final String SERVICE = ScaleRealm.ALL;

	@RegisterExtension
	final Figures figures = Figures.of("embedded");

	private final List<AutoCloseable> closed = Collections.synchronizedList(new ArrayList<>());

	private final TlsContexts tls = ScaleRealm.tls("measurements");

	private List<Endpoint> seeds = List.of();

	private Transport transport;

	private QuicConnector connector;

	@BeforeEach
	void choosePorts() {
		this.seeds = FreePorts.udp(3).stream().map((port) -> new Endpoint("127.0.0.1", port)).toList();
		this.transport = closing(Transport.create(TransportSettings.defaults()));
		this.connector = new QuicConnector(this.transport, this.tls, ScaleRealm.info("measurements"));
	}

	@AfterEach
	void closeAll() throws Exception {
		Collections.reverse(this.closed);
		for (AutoCloseable each : this.closed) {
			each.close();
		}
	}

	private <T extends AutoCloseable> T closing(T opened) {
		this.closed.add(opened);
		return opened;
	}

	/** All three in one process. */
	private NodeProcess seeds(Duration lease) {
		return closing(NodeProcess.start(lease, this.seeds, IntStream.range(0, 3).mapToObj(this::seed).toList()));
	}

	private String seed(int index) {
		return "seed" + index + ":" + this.seeds.get(index).port();
	}

	private Connection connect(Endpoint seed) {
		Connection connection = this.connector.connect(seed, Duration.ofSeconds(5)).retry(10).block();
		if (connection == null) {
			throw new IllegalStateException("no connection to " + seed);
		}
		return connection;
	}

	private static String service(int index) {
		return String.format(Locale.ROOT, "scale.service-%02d", index);
	}

	private long loaded(int services) throws Exception {
		try (WatchingNode client = new WatchingNode("fresh", this.seeds, USUAL_LEASE)) {
			Figures.await(client::connected);
			long begin = System.nanoTime();
			for (int i = 0; i < services; i++) {
				client.watch(service(i));
			}
			return Figures.nanosUntil(begin, () -> client.instances() == services * NODES);
		}
	}

	@Test
	void largeRealm() throws Exception {
		seeds(USUAL_LEASE).awaitReady();
		List<String> services = IntStream.range(0, SERVICES).mapToObj(EmbeddedMeasurements::service).toList();
		ToldNodes told = closing(new ToldNodes("measurements", NODES, services));
		told.tell(connect(this.seeds.get(0)));
		/* The code of all runtimes is warm, and the seeds have run for a lease. */
		for (int i = 0; i < 3; i++) {
			loaded(SERVICES);
		}
		Figures.pass(USUAL_LEASE);
		List<Long> some = new ArrayList<>();
		List<Long> all = new ArrayList<>();
		for (int i = 0; i < TIMES; i++) {
			some.add(loaded(3));
			all.add(loaded(SERVICES));
		}
		this.figures.row("10,000 advertisements (500 nodes x 20 services) loaded by a fresh client after connect",
				"< 1 s", Figures.spread(all), Collections.max(all) < 1_000_000_000L);
		this.figures.row("of a client that uses 3 services: 1,500 of them, and no others", "< 200 ms",
				Figures.spread(some), Collections.max(some) < 200_000_000L);
		List<String> few = services.subList(0, 3);
		Set<String> names = new HashSet<>();
		DirectoryProtocol.watch(connect(this.seeds.get(1)), interest(few))
			.takeUntil(DirectoryProtocol.Update::ends)
			.doOnNext((update) -> update.upserts().forEach((upsert) -> names.addAll(upsert.record().services())))
			.blockLast(SOON);
		assertThat(names).isEqualTo(Set.copyOf(few));
	}

	private static Flux<Interest> interest(List<String> services) {
		return Flux.concat(Flux.just(new Interest(1, services)), Flux.<Interest>never());
	}

	/** Node ids that a seed tells one connection, each with when it did. */
	private Map<String, Long> told(Connection connection) {
		Map<String, Long> told = new ConcurrentHashMap<>();
		DirectoryProtocol.watch(connection, interest(List.of(SERVICE))).subscribe((update) -> {
			long now = System.nanoTime();
			update.upserts().forEach((upsert) -> told.putIfAbsent(upsert.record().nodeId(), now));
			update.gone().forEach((gone) -> told.remove(gone.nodeId()));
		}, (error) -> {
		});
		return told;
	}

	@Test
	void manyWatchers() {
		seeds(USUAL_LEASE).awaitReady();
		int nodes = 50;
		int connections = Figures.SHORT ? 250 : 950;
		RealmNode leaving = provider("leaving", USUAL_LEASE);
		List<WatchingNode> clients = new ArrayList<>();
		for (int i = 0; i < nodes; i++) {
			clients.add(closing(new WatchingNode("client" + i, this.seeds, USUAL_LEASE)));
			clients.get(i).watch(SERVICE);
		}
		List<Map<String, Long>> watching = new ArrayList<>();
		for (int i = 0; i < connections; i++) {
			watching.add(told(connect(this.seeds.get(i % 3))));
		}
		BooleanSupplier known = () -> watching.stream().allMatch((each) -> each.containsKey("leaving"))
				&& clients.stream().allMatch((client) -> client.ids(SERVICE).contains("leaving"));
		List<Long> reached = new ArrayList<>();
		for (int i = 0; i < TIMES; i++) {
			Figures.await(known);
			long begin = System.nanoTime();
			leaving.withdraw().subscribe();
			reached
				.add(Figures.nanosUntil(begin, () -> watching.stream().noneMatch((each) -> each.containsKey("leaving"))
						&& clients.stream().noneMatch((client) -> client.ids(SERVICE).contains("leaving"))));
			leaving.advertise();
		}
		this.figures.row("graceful change known to " + String.format(Locale.ROOT, "%,d", nodes + connections)
				+ " watchers (50 nodes, the others speak the protocol only; each has a QUIC connection of its own)",
				"< 1 s", Figures.spread(reached), Collections.max(reached) < 1_000_000_000L);
	}

	private RealmNode provider(String nodeId, Duration lease) {
		return closing(MeasuredNodes.start(nodeId, 0, this.seeds, lease, SERVICE));
	}

	@Test
	void killedNode() {
		seeds(LEASE).awaitReady();
		int times = Figures.SHORT ? 5 : 20;
		List<Integer> ports = FreePorts.udp(times);
		List<NodeProcess> processes = new ArrayList<>();
		for (int i = 0; i < times; i++) {
			processes.add(closing(NodeProcess.start(LEASE, this.seeds, List.of("node" + i + ":" + ports.get(i)))));
		}
		processes.forEach(NodeProcess::awaitReady);
		List<WatchingNode> clients = new ArrayList<>();
		for (int i = 0; i < 3; i++) {
			clients.add(closing(new WatchingNode("client" + i, List.of(this.seeds.get(i)), LEASE)));
			clients.get(i).watch(SERVICE);
		}
		Figures.await(() -> clients.stream().allMatch((client) -> client.ids(SERVICE).size() == times + 3));
		List<Long> gone = new ArrayList<>();
		for (int i = 0; i < times; i++) {
			String id = "node" + i;
			processes.get(i).close();
			gone.add(Figures.nanosUntil(System.nanoTime(),
					() -> clients.stream().noneMatch((client) -> client.ids(SERVICE).contains(id))));
		}
		this.figures.row("killed instance leaves every snapshot (lease 3 s)", "<= 3 s", Figures.spread(gone),
				Collections.max(gone) <= LEASE.toNanos());
	}

	@Test
	void seedsDownUnderLoad() throws Exception {
		NodeProcess first = seeds(USUAL_LEASE).awaitReady();
		closing(MeasuredNodes.start("provider", 0, this.seeds, USUAL_LEASE, ScaleRealm.ONE));
		WatchingNode client = closing(new WatchingNode("client", this.seeds, USUAL_LEASE));
		ScaleRealm.Echo echo = client.node().client().proxy(ScaleRealm.Echo.class, ScaleRealm.ONE);
		Figures.await(() -> client.node().report().clients().get(0).instances().size() == 1);
		AtomicInteger calls = new AtomicInteger();
		AtomicInteger failed = new AtomicInteger();
		AtomicBoolean ended = new AtomicBoolean();
		Thread load = new Thread(() -> {
			while (!ended.get()) {
				try {
					echo.echo("x").get(30, TimeUnit.SECONDS);
					calls.incrementAndGet();
				}
				catch (Exception ex) {
					failed.incrementAndGet();
				}
			}
		}, "load");
		load.start();
		Figures.await(() -> calls.get() > 1000);
		first.close();
		long down = Figures.SHORT ? 20 : 120;
		long begin = System.nanoTime();
		Figures.pass(Duration.ofSeconds(down));
		NodeReport report = client.node().report();
		long elapsed = (System.nanoTime() - begin) / 1_000_000_000L;
		String state = report.directory().toString();
		Duration age = report.clients().get(0).snapshotAge();
		seeds(USUAL_LEASE);
		long back = Figures.nanosUntil(firstAnswer(), client::connected);
		ended.set(true);
		load.join();
		this.figures.row("all seeds down for " + down + " s under load: failed calls", "0",
				failed.get() + " of " + (calls.get() + failed.get()), failed.get() == 0 && calls.get() > 0);
		boolean said = state.contains("no seed answers");
		this.figures.row("meanwhile the state says so", "no seed answers", said ? "said" : state, said);
		this.figures.row("meanwhile the age of what is known", "grows from the last word of a seed",
				age.toSeconds() + " s after " + elapsed + " s", age.toSeconds() >= elapsed - 9);
		this.figures.row("a client watches again once seeds answer", "<= 5 s", Figures.seconds(back),
				back <= 5_000_000_000L);
	}

	/** When the first of the seeds answers a handshake. */
	private long firstAnswer() {
		CompletableFuture<Long> answered = new CompletableFuture<>();
		Flux.interval(Duration.ZERO, Duration.ofMillis(20))
			.onBackpressureDrop()
			.takeWhile((turn) -> !answered.isDone())
			.flatMap((turn) -> this.connector.connect(this.seeds.get((int) (turn % 3)), Duration.ofSeconds(1))
				.doOnNext((connection) -> answered.complete(System.nanoTime()))
				.onErrorComplete(), 1)
			.subscribe();
		return answered.orTimeout(60, TimeUnit.SECONDS).join();
	}

	@Test
	void seedsBack() {
		int providers = Figures.SHORT ? 30 : 100;
		NodeProcess first = seeds(USUAL_LEASE).awaitReady();
		Set<String> ids = new HashSet<>();
		List<RealmNode> nodes = new ArrayList<>();
		for (int i = 0; i < providers; i++) {
			ids.add("node" + i);
			nodes.add(provider("node" + i, USUAL_LEASE));
		}
		Map<String, Long> before = told(connect(this.seeds.get(0)));
		Figures.await(() -> before.keySet().containsAll(ids));
		first.close();
		Figures.pass(Figures.SHORT ? Duration.ofSeconds(10) : Duration.ofSeconds(30));
		Figures.await(() -> granted(nodes) == 0);
		Map<RealmNode, Long> grantedNanos = new ConcurrentHashMap<>();
		Disposable sampling = Flux.interval(Duration.ofMillis(50))
			.onBackpressureDrop()
			.subscribe((turn) -> nodes.stream()
				.filter((node) -> !grantedNanos.containsKey(node) && "granted".equals(lease(node)))
				.forEach((node) -> grantedNanos.put(node, System.nanoTime())));
		NodeProcess second = seeds(USUAL_LEASE);
		long answered = firstAnswer();
		second.awaitReady();
		List<Map<String, Long>> told = this.seeds.stream().map((seed) -> told(connect(seed))).toList();
		long nanos = Figures.nanosUntil(answered, () -> grantedNanos.size() == providers
				&& told.stream().allMatch((each) -> each.keySet().containsAll(ids)));
		sampling.dispose();
		/* The first of the nodes may have been answered before. */
		nanos += Math.max(0, answered - Collections.min(grantedNanos.values()));
		this.figures.row(
				"seeds back, empty: all of " + providers + " real nodes are advertised again at each (lease 15 s)",
				"<= 15 s", Figures.seconds(nanos), nanos <= USUAL_LEASE.toNanos());
		List<Long> times = List.copyOf(grantedNanos.values());
		int most = 0;
		for (long at : times) {
			most = Math.max(most,
					(int) times.stream().filter((other) -> other >= at && other - at < 100_000_000L).count());
		}
		this.figures.row("no herd: the most of them that a seed takes within 100 ms", "<= half",
				most + " of " + providers, most <= providers / 2);
	}

	private static int granted(List<RealmNode> nodes) {
		return (int) nodes.stream().filter((node) -> "granted".equals(lease(node))).count();
	}

	private static String lease(RealmNode node) {
		NodeReport.Provider provider = node.report().provider();
		return (provider != null) ? provider.lease() : "none";
	}

	@Test
	void quarterLost() {
		massLoss(20, 5);
	}

	@Test
	void mostLost() {
		massLoss(20, 12);
	}

	/** Some of the nodes are in one process, which is killed. */
	private void massLoss(int count, int lost) {
		RealmNode seed = closing(
				MeasuredNodes.start("seed", this.seeds.get(0).port(), this.seeds.subList(0, 1), USUAL_LEASE, SERVICE));
		List<Integer> ports = FreePorts.udp(count);
		List<String> nodes = IntStream.range(0, count).mapToObj((i) -> "node" + i + ":" + ports.get(i)).toList();
		NodeProcess dying = closing(NodeProcess.start(USUAL_LEASE, this.seeds.subList(0, 1), nodes.subList(0, lost)));
		closing(NodeProcess.start(USUAL_LEASE, this.seeds.subList(0, 1), nodes.subList(lost, count))).awaitReady();
		dying.awaitReady();
		WatchingNode client = closing(new WatchingNode("client", this.seeds.subList(0, 1), USUAL_LEASE));
		client.watch(SERVICE);
		Figures.await(() -> client.ids(SERVICE).size() == count + 1);
		dying.close();
		String what = lost + " of " + count + " leases lost at once: instances in snapshots";
		String bound = "all " + (count + 1) + ", and said";
		long begin = System.nanoTime();
		Figures.await(() -> seed.report().directory().selfPreservation()
				|| System.nanoTime() - begin > USUAL_LEASE.plusSeconds(5).toNanos());
		int kept = client.ids(SERVICE).size();
		boolean said = seed.report().directory().selfPreservation();
		this.figures.row(what, bound,
				kept + (said ? ", overdue " + seed.report().directory().overdue().size() : ", not said"),
				said && kept == count + 1);
	}

	@Test
	void seedKilled() {
		List<NodeProcess> processes = IntStream.range(0, 3)
			.mapToObj((i) -> closing(NodeProcess.start(USUAL_LEASE, this.seeds, List.of(seed(i)))))
			.toList();
		processes.forEach(NodeProcess::awaitReady);
		provider("staying", USUAL_LEASE);
		List<WatchingNode> clients = new ArrayList<>();
		for (int i = 0; i < 6; i++) {
			clients.add(closing(new WatchingNode("client" + i, this.seeds, USUAL_LEASE)));
			clients.get(i).watch(SERVICE);
		}
		Figures.await(() -> clients.stream().allMatch((client) -> client.ids(SERVICE).contains("staying")));
		processes.get(0).close();
		long begin = System.nanoTime();
		provider("coming", USUAL_LEASE);
		long nanos = Figures.nanosUntil(begin, () -> clients.stream()
			.allMatch((client) -> client.ids(SERVICE).containsAll(Set.of("staying", "coming"))));
		this.figures.row("one of three seeds killed: until a change is known to all, and nobody left", "< 10 s",
				Figures.seconds(nanos), nanos < 10_000_000_000L);
	}

}
