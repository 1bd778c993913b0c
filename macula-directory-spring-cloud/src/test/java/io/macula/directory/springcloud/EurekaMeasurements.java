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

package io.macula.directory.springcloud;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import io.macula.Endpoint;
import io.macula.Instance;
import io.macula.Realm;
import io.macula.ServiceName;
import io.macula.client.RealmClient;
import io.macula.directory.Advertisement;
import io.macula.directory.DirectoryReport;
import io.macula.directory.tck.Figures;
import io.macula.node.RealmNode;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.cloud.client.discovery.DiscoveryClient;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.event.ContextClosedEvent;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Applications in a real Eureka, whose server has its own JVM. Run by
 * {@code scripts/engines.sh}, which reads the lines that begin with {@code ENGINE-ROW}.
 */
@Tag("engines")
@Timeout(1200)
@EnabledIf(value = EurekaServer.PRESENT,
		disabledReason = "Eureka's server is not on the class path: run with -Peureka -Denforcer.skip")
class EurekaMeasurements {

	private static final Realm REALM = new Realm("test");

	private static final int SERVICES = 20;

	private static final int NODES = 500;

	@TempDir
	@SuppressWarnings("NullAway.Init")
	private static Path directory;

	@SuppressWarnings("NullAway.Init")
	private static EurekaServer server;

	@RegisterExtension
	final Figures figures = Figures.of("spring-cloud");

	private final List<AutoCloseable> started = new ArrayList<>();

	@BeforeAll
	static void start() {
		server = new EurekaServer(directory.resolve("eureka.log"));
		server.start();
		server.awaitHealthy();
	}

	@AfterAll
	static void stop() {
		server.close();
	}

	@AfterEach
	void close() throws Exception {
		for (int i = this.started.size() - 1; i >= 0; i--) {
			this.started.get(i).close();
		}
	}

	private ConfigurableApplicationContext run(String name, Class<?> configuration, String... settings) {
		ConfigurableApplicationContext context = EurekaApplication.run(server.url(), name, configuration, settings);
		this.started.add(context);
		return context;
	}

	private static Applications.Echo echo(ConfigurableApplicationContext client) {
		return client.getBean(RealmClient.class).proxy(Applications.Echo.class, "test.echo");
	}

	private static boolean answered(ConfigurableApplicationContext client) {
		try {
			return echo(client).echo("x").equals("echo x");
		}
		catch (RuntimeException ex) {
			return false;
		}
	}

	private static DirectoryReport report(ConfigurableApplicationContext context) {
		return context.getBean(RealmNode.class).report().directory().engines().get(0);
	}

	@Test
	void changesAndEnds() throws Exception {
		ConfigurableApplicationContext provider = run("shop", Applications.Provider.class);
		ConfigurableApplicationContext client = run("web", Applications.Client.class);
		long found = Figures.nanosUntil(() -> answered(client));
		assertThat(provider.getBean(RealmNode.class).report().provider().lease()).isEqualTo("granted");
		this.figures.row("a provider that has started is known, and called", "none", Figures.seconds(found), true);
		Weights weights = new Weights(client);
		provider.getBean(RealmNode.class).weight(7);
		long weighed = Figures.nanosUntil(() -> weights.of("shop") == 7);
		this.figures.row("changed weight known to a client (all intervals of Eureka are 1 s)", "< 1 s",
				Figures.seconds(weighed), weighed < 1_000_000_000L);
		long begin = System.nanoTime();
		provider.close();
		Figures.nanosUntil(() -> report(client).nodes() == 0);
		this.figures.row("graceful stop known to a client (all intervals of Eureka are 1 s), from its begin", "none",
				Figures.seconds(System.nanoTime() - begin), true);
		Process killed = EurekaServer.jvm(directory.resolve("provider.log"), EurekaApplication.class, server.url(),
				"mortal");
		this.started.add(() -> killed.destroyForcibly().waitFor(10, TimeUnit.SECONDS));
		Awaitility.await().atMost(Duration.ofMinutes(8)).until(() -> report(client).nodes() == 1);
		run("survivor", Applications.Provider.class);
		Figures.nanosUntil(() -> report(client).nodes() == 2);
		Load load = new Load(client);
		long at = System.nanoTime();
		killed.destroyForcibly();
		long gone = Figures.nanosUntil(() -> report(client).nodes() == 1);
		load.end();
		this.figures.row("killed instance leaves every snapshot (lease 3 s at Eureka, which takes it twice)", "<= 3 s",
				Figures.seconds(gone), gone <= 3_000_000_000L);
		long last = Math.max(0, load.lastFailureNanos - at);
		this.figures.row("calls left it long before: the last that failed", "< 3 s",
				(load.failed.get() == 0) ? "none of " + load.made : Figures.seconds(last), last < 3_000_000_000L);
	}

	@Test
	void serverDownUnderLoad() throws Exception {
		run("shop", Applications.Provider.class);
		ConfigurableApplicationContext client = run("web", Applications.Client.class);
		Figures.nanosUntil(() -> answered(client));
		Load load = new Load(client);
		server.kill();
		int down = Figures.SHORT ? 20 : 120;
		long begin = System.nanoTime();
		Awaitility.await()
			.pollInterval(Duration.ofMillis(500))
			.atMost(Duration.ofSeconds(down + 60))
			.until(() -> System.nanoTime() - begin > down * 1_000_000_000L);
		DirectoryReport meanwhile = report(client);
		int failed = load.failed.get();
		this.figures.row("server gone for " + down + " s under load: failed calls", "0", failed + " of " + load.made,
				failed == 0 && load.made.get() > 0);
		Duration age = meanwhile.age();
		this.figures.row("meanwhile the report says so, with the age of what is known", "said",
				meanwhile.reachable() ? "not said"
						: meanwhile.trouble() + "; age " + ((age != null) ? age.toSeconds() + " s" : "unknown"),
				!meanwhile.reachable() && age != null && age.toSeconds() > 0);
		server.start();
		server.awaitHealthy();
		long again = Figures.nanosUntil(() -> server.applications().contains("macula-services"));
		this.figures.row("server back, without its data: the node is registered again (lease 3 s)", "<= 3 s",
				Figures.seconds(again), again <= 3_000_000_000L);
		Figures.nanosUntil(() -> report(client).reachable() && report(client).nodes() == 1);
		load.settle();
		load.end();
		failed = load.failed.get() - failed;
		this.figures.row("from then until all is known again: failed calls", "0", String.valueOf(failed), failed == 0);
	}

	private static Map<String, String> metadata(String nodeId, int port, int services) {
		Set<ServiceName> names = IntStream.range(0, services)
			.mapToObj((index) -> new ServiceName("load.service" + index))
			.collect(Collectors.toSet());
		return DiscoveryMetadata
			.write(new Advertisement(new Instance(nodeId, 1, new Endpoint("10.0.0.1", port), "a", 0, 100, Map.of()),
					names, Duration.ofSeconds(3)), REALM);
	}

	private void register(String application, int count, int services) {
		for (int i = 0; i < count; i++) {
			String id = application + "-" + i;
			server.register(application, id, metadata(id, 1000 + i, services));
			this.started.add(() -> server.cancel(application, id));
		}
	}

	private SpringCloudEngine engine(ConfigurableApplicationContext context) {
		DiscoverySettings settings = new DiscoverySettings(REALM, Duration.ofSeconds(5), Duration.ofSeconds(10),
				Map.of(), 0, Duration.ofSeconds(3), true);
		DiscoveryClient client = context.getBean(DiscoveryClient.class);
		SpringCloudEngine engine = new SpringCloudEngine(ClientSource.of(client, () -> null), settings, null, () -> {
		});
		DiscoveryEvents events = context.getBean(DiscoveryEvents.class);
		events.add(engine);
		this.started.add(() -> {
			events.remove(engine);
			engine.close().block(Duration.ofSeconds(10));
		});
		return engine;
	}

	private long loaded(ConfigurableApplicationContext context, int services) {
		SpringCloudEngine engine = engine(context);
		AtomicInteger instances = new AtomicInteger();
		CompletableFuture<Void> all = new CompletableFuture<>();
		long begin = System.nanoTime();
		for (int i = 0; i < services; i++) {
			engine.directory().watch(new ServiceName("load.service" + i)).next().subscribe((snapshot) -> {
				if (instances.addAndGet(snapshot.instances().size()) == services * NODES) {
					all.complete(null);
				}
			});
		}
		engine.start(null);
		all.orTimeout(60, TimeUnit.SECONDS).join();
		return System.nanoTime() - begin;
	}

	@Test
	void largeRealm() {
		register("load", NODES, SERVICES);
		ConfigurableApplicationContext client = run("web", Applications.Client.class);
		DiscoveryClient source = client.getBean(DiscoveryClient.class);
		Figures.nanosUntil(() -> source.getInstances("load").size() == NODES);
		/* The code of the runtime is warm, as in an application that has started. */
		loaded(client, SERVICES);
		long some = loaded(client, 3);
		long all = loaded(client, SERVICES);
		this.figures.row(
				"10,000 advertisements (500 nodes x 20 services) loaded by a fresh client after Eureka's has fetched them",
				"< 1 s", Figures.seconds(all), all < 1_000_000_000L);
		this.figures.row("of a client that uses 3 services: 1,500 of them, and no others", "< 200 ms",
				Figures.seconds(some), some < 200_000_000L);
	}

	/* As many engines as so many clients have; they share one client of Eureka. */
	@Test
	void manyWatchers() {
		register("load", NODES, 1);
		ConfigurableApplicationContext client = run("web", Applications.Client.class);
		DiscoveryClient source = client.getBean(DiscoveryClient.class);
		Figures.nanosUntil(() -> source.getInstances("load").size() == NODES);
		List<AtomicInteger> seen = new ArrayList<>();
		for (int i = 0; i < 50; i++) {
			SpringCloudEngine engine = engine(client);
			for (int j = 0; j < 20; j++) {
				AtomicInteger size = new AtomicInteger();
				seen.add(size);
				engine.directory()
					.watch(new ServiceName("load.service0"))
					.subscribe((snapshot) -> size.set(snapshot.instances().size()));
			}
			engine.start(null);
		}
		Figures.nanosUntil(() -> seen.stream().allMatch((size) -> size.get() == NODES));
		server.cancel("load", "load-0");
		Figures.nanosUntil(() -> source.getInstances("load").size() == NODES - 1);
		long told = Figures.nanosUntil(() -> seen.stream().allMatch((size) -> size.get() == NODES - 1));
		this.figures.row("graceful change known to 1,000 watchers (50 engines), after Eureka's client has fetched it",
				"< 1 s", Figures.seconds(told), told < 1_000_000_000L);
	}

	@Test
	void massLoss() {
		int count = 20;
		register("load", count, 1);
		ConfigurableApplicationContext client = run("web", Applications.Client.class);
		SpringCloudEngine engine = engine(client);
		AtomicInteger size = new AtomicInteger();
		engine.directory()
			.watch(new ServiceName("load.service0"))
			.subscribe((snapshot) -> size.set(snapshot.instances().size()));
		engine.start(null);
		Figures.nanosUntil(() -> size.get() == count);
		for (int i = 0; i < count / 2; i++) {
			server.cancel("load", "load-" + i);
		}
		Figures.nanosUntil(() -> engine.state().selfPreservation());
		int kept = size.get();
		this.figures.row("half of 20 registrations lost at once: instances in snapshots", "all 20, and said",
				kept + ", overdue " + engine.state().overdue().size(), kept == count);
	}

	/** What a client knows of the weights. */
	private static final class Weights {

		private volatile Map<String, Integer> latest = Map.of();

		Weights(ConfigurableApplicationContext client) {
			SpringCloudEngine engine = new SpringCloudEngine(
					ClientSource.of(client.getBean(DiscoveryClient.class), () -> null), new DiscoverySettings(REALM,
							Duration.ofSeconds(1), Duration.ofSeconds(10), Map.of(), 0, Duration.ofSeconds(3), true),
					null, () -> {
					});
			client.getBean(DiscoveryEvents.class).add(engine);
			client.addApplicationListener((ContextClosedEvent event) -> engine.close().subscribe());
			engine.directory()
				.watch(new ServiceName("test.echo"))
				.subscribe((snapshot) -> this.latest = snapshot.instances()
					.stream()
					.collect(Collectors.toMap(Instance::nodeId, Instance::weight)));
			engine.start(null);
		}

		int of(String nodeId) {
			return this.latest.getOrDefault(nodeId, 0);
		}

	}

	/** Calls, one after the other. */
	private static final class Load {

		private final AtomicInteger made = new AtomicInteger();

		private final AtomicInteger failed = new AtomicInteger();

		private final Applications.Echo echo;

		private final Thread thread = new Thread(this::run, "load");

		private volatile long lastFailureNanos;

		private volatile boolean ended;

		Load(ConfigurableApplicationContext client) {
			this.echo = echo(client);
			this.lastFailureNanos = System.nanoTime();
			this.thread.start();
		}

		private void run() {
			while (!this.ended) {
				try {
					this.echo.echo("x");
				}
				catch (RuntimeException ex) {
					this.failed.incrementAndGet();
					this.lastFailureNanos = System.nanoTime();
				}
				this.made.incrementAndGet();
				LockSupport.parkNanos(5_000_000);
			}
		}

		/** A hundred calls more. */
		void settle() {
			int before = this.made.get();
			Figures.nanosUntil(() -> this.made.get() > before + 100);
		}

		void end() throws InterruptedException {
			this.ended = true;
			this.thread.join();
		}

	}

}
