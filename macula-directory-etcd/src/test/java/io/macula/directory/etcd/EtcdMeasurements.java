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

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntFunction;

import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.Client;
import io.etcd.jetcd.op.Op;
import io.etcd.jetcd.options.PutOption;
import io.etcd.jetcd.options.WatchOption;
import io.macula.Endpoint;
import io.macula.Instance;
import io.macula.ServiceName;
import io.macula.directory.AdvertisementRecord;
import io.macula.directory.DirectoryEngine;
import io.macula.directory.DirectoryEngineFactory;
import io.macula.directory.Lease;
import io.macula.directory.tck.Figures;
import io.macula.node.RealmNode;
import io.macula.server.ProviderSettings;
import io.macula.tls.RealmSecret;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.extension.RegisterExtension;
import reactor.core.publisher.Flux;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What a large realm must hold, measured with real servers of etcd. Run by
 * {@code scripts/engines.sh}, which reads the lines that begin with {@code ENGINE-ROW}.
 */
@Tag("engines")
@Timeout(900)
@EnabledIf(value = EtcdServers.INSTALLED, disabledReason = "etcd is not installed (Debian's package etcd-server)")
class EtcdMeasurements {

	private static final int SERVICES = 20;

	private static final int NODES = 500;

	/** Fresh clients, one after the other. */
	private static final int TIMES = 5;

	private static final Duration SOON = Duration.ofSeconds(60);

	private static final RealmSecret SECRET = RealmSecret.of("a-secret-of-measurements-0123456789", "test");

	@RegisterExtension
	final Figures figures = Figures.of("etcd");

	private final TestNodes nodes = new TestNodes();

	private final List<RealmNode> realm = new ArrayList<>();

	private EtcdServers servers;

	@AfterEach
	void stop() {
		for (int i = 0; i < this.servers.size(); i++) {
			this.servers.thawIfRunning(i);
		}
		this.realm.forEach(RealmNode::close);
		this.nodes.close();
		this.servers.close();
	}

	private EtcdSettings start(int count) throws IOException {
		this.servers = EtcdServers.of(count);
		return EtcdSettings.of(this.servers.addresses());
	}

	private static Instance instance(String nodeId, int port) {
		return new Instance(nodeId, 1, new Endpoint("10.0.0.1", port), "a", 0, 100, Map.of("version", "1"), null);
	}

	private static ServiceName service(int index) {
		return new ServiceName("load.service" + index);
	}

	/* As nodes would have written them, but faster. */
	private static void load(Client client) throws Exception {
		long lease = client.getLeaseClient().grant(600).get(10, TimeUnit.SECONDS).getID();
		PutOption bound = PutOption.builder().withLeaseId(lease).build();
		EtcdKeys keys = EtcdKeys.of(EtcdSettings.DEFAULT_PREFIX, TestNodes.REALM);
		IntFunction<ServiceName> name = EtcdMeasurements::service;
		for (int node = 0; node < NODES; node++) {
			String id = "node-" + node;
			Op[] puts = new Op[SERVICES];
			for (int i = 0; i < SERVICES; i++) {
				byte[] record = AdvertisementRecord.of(name.apply(i), instance(id, 1000 + node)).encode();
				puts[i] = Op.put(keys.record(name.apply(i), id), ByteSequence.from(record), bound);
			}
			client.getKVClient().txn().Then(puts).commit().get(10, TimeUnit.SECONDS);
		}
	}

	private static Client raw(EtcdServers servers) {
		return Client.builder().endpoints("http://" + servers.addresses().get(0)).build();
	}

	private long loaded(EtcdSettings settings, int services) {
		DirectoryEngine client = this.nodes.engine(settings);
		Awaitility.await()
			.pollInterval(Duration.ofMillis(5))
			.atMost(SOON)
			.until(() -> client.state().toString().contains("answers"));
		AtomicInteger instances = new AtomicInteger();
		CompletableFuture<Void> all = new CompletableFuture<>();
		long begin = System.nanoTime();
		for (int i = 0; i < services; i++) {
			client.directory().watch(service(i)).next().subscribe((snapshot) -> {
				if (instances.addAndGet(snapshot.instances().size()) == services * NODES) {
					all.complete(null);
				}
			});
		}
		all.orTimeout(60, TimeUnit.SECONDS).join();
		return System.nanoTime() - begin;
	}

	@Test
	void largeRealm() throws Exception {
		EtcdSettings settings = start(3);
		try (Client client = raw(this.servers)) {
			load(client);
		}
		/* The code of the runtime is warm, as in an application that has started. */
		for (int i = 0; i < 3; i++) {
			loaded(settings, SERVICES);
		}
		List<Long> some = new ArrayList<>();
		List<Long> all = new ArrayList<>();
		for (int i = 0; i < TIMES; i++) {
			some.add(loaded(settings, 3));
			all.add(loaded(settings, SERVICES));
		}
		this.figures.row("10,000 advertisements (500 nodes x 20 services) loaded by a fresh client after connect",
				"< 1 s", Figures.spread(all), Collections.max(all) < 1_000_000_000L);
		this.figures.row("of a client that uses 3 services: 1,500 of them, and no others", "< 200 ms",
				Figures.spread(some), Collections.max(some) < 200_000_000L);
	}

	/* As many streams as so many clients have; their connections are shared by some. */
	@Test
	void manyWatchers() throws Exception {
		EtcdSettings settings = start(3);
		int watchers = 1000;
		DirectoryEngine provider = this.nodes.engine(settings);
		Lease lease = this.nodes.granted(provider, "a");
		List<Client> clients = new ArrayList<>();
		AtomicInteger told = new AtomicInteger();
		AtomicInteger opened = new AtomicInteger();
		ByteSequence key = EtcdKeys.of(settings.prefix(), TestNodes.REALM).record(TestNodes.SERVICE, "a");
		List<TestNodes.Seen> seen = new ArrayList<>();
		try {
			for (int i = 0; i < 50; i++) {
				seen.add(TestNodes.watch(this.nodes.engine(settings), TestNodes.SERVICE));
			}
			for (int i = 0; i < (watchers - 50) / 95; i++) {
				Client client = Client.builder().endpoints("http://" + this.servers.addresses().get(i % 3)).build();
				clients.add(client);
				WatchOption option = WatchOption.builder().withCreateNotify(true).build();
				for (int j = 0; j < 95; j++) {
					client.getWatchClient().watch(key, option, (response) -> {
						if (response.isCreatedNotify()) {
							opened.incrementAndGet();
						}
						else {
							told.incrementAndGet();
						}
					});
				}
			}
			Awaitility.await().atMost(SOON).until(() -> opened.get() == watchers - 50);
			seen.forEach((each) -> each.awaitIds("a"));
			CompletableFuture<Void> withdrawn = lease.withdraw().toFuture();
			long nanos = Figures.nanosUntil(
					() -> told.get() >= watchers - 50 && seen.stream().allMatch((each) -> each.ids().isEmpty()));
			withdrawn.get(10, TimeUnit.SECONDS);
			this.figures.row(
					"graceful change known to 1,000 watchers (simulated: 50 engines, and 950 streams of 10 clients)",
					"< 1 s", Figures.seconds(nanos), nanos < 1_000_000_000L);
		}
		finally {
			clients.forEach(Client::close);
		}
	}

	@Test
	void killedNode() throws Exception {
		EtcdSettings settings = start(3);
		TestNodes.Seen seen = TestNodes.watch(this.nodes.engine(settings), TestNodes.SERVICE);
		List<Long> gone = new ArrayList<>();
		int times = Figures.SHORT ? 5 : 20;
		for (int i = 0; i < times; i++) {
			DirectoryEngine provider = this.nodes.engine(settings);
			String id = "node-" + i;
			this.nodes.granted(provider, id);
			Awaitility.await().atMost(SOON).until(() -> seen.ids().contains(id));
			this.nodes.kill(provider);
			gone.add(Figures.nanosUntil(() -> !seen.ids().contains(id)));
		}
		this.figures.row("killed instance leaves every snapshot (lease 3 s)", "<= 3 s", Figures.spread(gone),
				Collections.max(gone) <= 3_000_000_000L);
	}

	private DirectoryEngineFactory factory(EtcdSettings settings) {
		return DirectoryEngineFactory.of(EtcdDirectory.TYPE,
				(context) -> EtcdDirectory.engine(settings, context.realm()));
	}

	@Test
	void etcdDownUnderLoad() throws Exception {
		EtcdSettings settings = start(3);
		RealmNode provider = RealmNode.builder("calls")
			.nodeId("provider")
			.secret(SECRET)
			.provider(
					new ProviderSettings("127.0.0.1", 0, null, 0, 100, Map.of(), 20, 1000, 1000, Duration.ofSeconds(2)))
			.service("test.echo", Echo.class, (Echo) (text) -> text)
			.directories(List.of(factory(settings)))
			.build();
		RealmNode client = RealmNode.builder("calls")
			.nodeId("client")
			.secret(SECRET)
			.directories(List.of(factory(settings)))
			.build();
		this.realm.addAll(List.of(client, provider));
		provider.start();
		provider.advertise();
		client.start();
		Echo echo = client.client().proxy(Echo.class, "test.echo");
		assertThat(echo.echo("x")).isEqualTo("x");
		AtomicInteger calls = new AtomicInteger();
		AtomicInteger failed = new AtomicInteger();
		AtomicBoolean ended = new AtomicBoolean();
		Thread load = new Thread(() -> {
			while (!ended.get()) {
				try {
					echo.echo("x");
					calls.incrementAndGet();
				}
				catch (RuntimeException ex) {
					failed.incrementAndGet();
				}
			}
		}, "load");
		load.start();
		this.servers.killAll();
		int down = Figures.SHORT ? 20 : 120;
		Figures.pass(Duration.ofSeconds(down));
		String state = client.report().directory().toString();
		this.servers.startAll();
		Awaitility.await()
			.atMost(SOON)
			.until(() -> !client.report().directory().toString().contains("cannot be asked"));
		ended.set(true);
		load.join();
		this.figures.row("etcd wholly down for " + down + " s under load: failed calls", "0",
				failed.get() + " of " + (calls.get() + failed.get()), failed.get() == 0 && calls.get() > 0);
		boolean said = state.contains("cannot be asked: server 127.0.0.1");
		this.figures.row("meanwhile the state says so", "names a server that does not answer", said ? "said" : state,
				said);
	}

	/* Each with a connection and a lease of its own. */
	@Test
	void etcdBack() throws Exception {
		EtcdSettings settings = start(3);
		int providers = Figures.SHORT ? 50 : 200;
		TestNodes.Seen seen = TestNodes.watch(this.nodes.engine(settings), TestNodes.SERVICE);
		Set<String> ids = new HashSet<>();
		List<Lease> leases = new ArrayList<>();
		for (int i = 0; i < providers; i++) {
			ids.add("node-" + i);
			leases.add(TestNodes.advertise(this.nodes.engine(settings), "node-" + i, 100, Set.of(TestNodes.SERVICE)));
		}
		Awaitility.await().atMost(SOON).until(() -> seen.ids().equals(ids));
		this.servers.killAll();
		Awaitility.await().atMost(SOON).until(() -> granted(leases) == 0);
		long answered = this.servers.startAllAndAwaitAnswer();
		long half = Figures.nanosUntil(answered, () -> granted(leases) >= providers / 2);
		long back = Figures.nanosUntil(answered, () -> granted(leases) == providers);
		this.figures.row("etcd back with its data: all of " + providers + " nodes are advertised (lease 3 s)", "<= 3 s",
				Figures.seconds(back) + ", half of them " + Figures.seconds(half), back <= 3_000_000_000L);
		Awaitility.await().atMost(SOON).until(() -> seen.ids().equals(ids));
		this.servers.lose();
		Awaitility.await().atMost(SOON).until(() -> granted(leases) == 0);
		long empty = this.servers.startAllAndAwaitAnswer();
		List<Long> times = new ArrayList<>();
		long all = Figures.nanosUntil(empty, () -> {
			int granted = granted(leases);
			while (times.size() < granted) {
				times.add(System.nanoTime());
			}
			return granted == providers;
		});
		this.figures.row("etcd back without its data: all of " + providers + " nodes are advertised again (lease 3 s)",
				"<= 3 s", Figures.seconds(all), all <= 3_000_000_000L);
		int most = 0;
		for (long at : times) {
			most = Math.max(most,
					(int) times.stream().filter((other) -> other >= at && other - at < 100_000_000L).count());
		}
		this.figures.row("no herd: the most of them that came back within 100 ms", "<= half", most + " of " + providers,
				most <= providers / 2);
		Awaitility.await().atMost(SOON).until(() -> seen.ids().equals(ids));
	}

	private static int granted(List<Lease> leases) {
		return (int) leases.stream().filter((lease) -> lease.state() == Lease.State.GRANTED).count();
	}

	@Test
	void massLoss() throws Exception {
		EtcdSettings settings = start(3);
		int providers = 20;
		DirectoryEngine client = this.nodes.engine(settings);
		TestNodes.Seen seen = TestNodes.watch(client, TestNodes.SERVICE);
		List<DirectoryEngine> dying = new ArrayList<>();
		for (int i = 0; i < providers; i++) {
			DirectoryEngine provider = this.nodes.engine(settings);
			this.nodes.granted(provider, "node-" + i);
			if (i < providers / 2) {
				dying.add(provider);
			}
		}
		Awaitility.await().atMost(SOON).until(() -> seen.ids().size() == providers);
		dying.forEach(this.nodes::kill);
		Awaitility.await().atMost(SOON).until(() -> client.state().selfPreservation());
		int kept = seen.ids().size();
		this.figures.row("half of 20 leases lost at once: instances in snapshots", "all 20, and said",
				kept + ", overdue " + client.state().overdue().size(), kept == providers);
	}

	@Test
	void leaderKilled() throws Exception {
		failure("leader killed: until a change is known again, and nobody left",
				() -> this.servers.kill(this.servers.leader()));
	}

	@Test
	void leaderFrozen() throws Exception {
		failure("leader cut off (frozen, its connections stay): until a change is known again, and nobody left",
				() -> this.servers.freeze(this.servers.leader()));
	}

	private void failure(String what, Runnable failing) throws Exception {
		EtcdSettings settings = start(3);
		DirectoryEngine provider = this.nodes.engine(settings);
		this.nodes.granted(provider, "a");
		DirectoryEngine changing = this.nodes.engine(settings);
		this.nodes.granted(changing, "b");
		List<TestNodes.Seen> seen = new ArrayList<>();
		for (int i = 0; i < 6; i++) {
			seen.add(TestNodes.watch(this.nodes.engine(settings), TestNodes.SERVICE));
		}
		seen.forEach((each) -> each.awaitIds("a", "b"));
		failing.run();
		TestNodes.advertise(changing, "b", 7, Set.of(TestNodes.SERVICE));
		long nanos = Figures.nanosUntil(() -> seen.stream().allMatch((each) -> weight(each) == 7));
		boolean always = seen.stream().allMatch((each) -> each.always("a") && each.always("b"));
		this.figures.row(what, "< 10 s", Figures.seconds(nanos) + (always ? "" : ", and some left"),
				nanos < 10_000_000_000L && always);
	}

	private static int weight(TestNodes.Seen seen) {
		return Flux.fromIterable(Objects.requireNonNull(seen.latest()).instances())
			.filter((instance) -> instance.nodeId().equals("b"))
			.map(Instance::weight)
			.blockFirst(Duration.ofSeconds(1));
	}

	@Test
	void quorumLost() throws Exception {
		EtcdSettings settings = start(3);
		Lease lease = this.nodes.granted(this.nodes.engine(settings), "a");
		DirectoryEngine client = this.nodes.engine(settings);
		TestNodes.Seen seen = TestNodes.watch(client, TestNodes.SERVICE);
		seen.awaitIds("a");
		this.servers.kill(0);
		this.servers.kill(1);
		Awaitility.await().atMost(SOON).until(() -> client.trouble() != null && lease.state() == Lease.State.PENDING);
		Figures.pass(Duration.ofSeconds(10));
		this.servers.start(0);
		this.servers.start(1);
		long answered = this.servers.awaitAnswer();
		long nanos = Figures.nanosUntil(answered, () -> lease.state() == Lease.State.GRANTED);
		long heard = Figures.nanosUntil(answered, () -> client.trouble() == null);
		this.figures.row("majority lost for 10 s and back: until nodes are advertised, and nobody left (lease 3 s)",
				"<= 3 s", Figures.seconds(nanos), nanos <= 3_000_000_000L && seen.always("a"));
		this.figures.row("majority lost for 10 s and back: until who only watches is in touch (default lease 15 s)",
				"<= 15 s", Figures.seconds(heard), heard <= 15_000_000_000L);
	}

	/** Contract of the calls. */
	interface Echo {

		String echo(String text);

	}

}
