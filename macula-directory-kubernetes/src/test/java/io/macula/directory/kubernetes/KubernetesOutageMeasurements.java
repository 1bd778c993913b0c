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

package io.macula.directory.kubernetes;

import java.io.IOException;
import java.net.Inet4Address;
import java.net.NetworkInterface;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

import io.macula.directory.DirectoryEngineFactory;
import io.macula.directory.DirectoryReport;
import io.macula.directory.tck.Figures;
import io.macula.node.RealmNode;
import io.macula.server.ProviderSettings;
import io.macula.tls.RealmSecret;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

import static io.macula.directory.kubernetes.RealApi.SOON;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * What holds while the control plane is gone. Needs one that may be stopped: the system
 * property {@code engines.kubernetes.directory} names a folder with {@code run/*.pid} of
 * its processes. Run by {@code scripts/engines.sh}.
 */
@Tag("engines")
@Timeout(900)
class KubernetesOutageMeasurements {

	private static final RealmSecret SECRET = RealmSecret.of("a-secret-of-measurements-0123456789", "test");

	private static final Duration OUTAGE = Duration.ofSeconds(Figures.SHORT ? 20 : 120);

	private static final int CLIENTS = Figures.SHORT ? 50 : 200;

	private static final String API_DOWN = "API server killed for " + OUTAGE.toSeconds()
			+ " s under load: failed calls";

	private static final String TOLD = "meanwhile the state says so, and the age of what is known";

	private static final String API_BACK = "API server back: the client is in touch again";

	private static final String ETCD_STOPPED = "etcd behind it stopped for " + OUTAGE.toSeconds()
			+ " s under load: failed calls";

	private static final String ETCD_BACK = "etcd goes on: a new provider is known";

	private static final String ALL_BACK = "API server killed and back: all of " + CLIENTS
			+ " clients are in touch again (nodes have no lease; the default is 15 s)";

	private static final String HERD = "no herd: the most of these watches opened again within 100 ms";

	private static final String LATE = "who started while it was killed knows all providers";

	@RegisterExtension
	final Figures figures = Figures.of("kubernetes");

	private final List<RealmNode> realm = new ArrayList<>();

	private final List<KubeProcess> processes = new ArrayList<>();

	private RealApi api;

	private @Nullable Path run;

	@BeforeEach
	void open() throws IOException {
		this.api = RealApi.open();
		String directory = System.getProperty("engines.kubernetes.directory", "");
		this.run = directory.isEmpty() ? null : Path.of(directory, "run");
	}

	@AfterEach
	void close() throws Exception {
		for (KubeProcess process : this.processes) {
			process.restore();
		}
		this.realm.forEach(RealmNode::close);
		if (this.api != null) {
			this.api.close();
		}
	}

	private KubeProcess process(String name, String... rows) throws IOException {
		if (this.run == null) {
			this.figures.skip(
					"it may not be stopped: engines.kubernetes.directory (--control-plane) names no control plane",
					rows);
		}
		Path pid = Objects.requireNonNull(this.run).resolve(name + ".pid");
		if (!Files.exists(pid)) {
			this.figures.skip("there is no " + pid, rows);
		}
		KubeProcess process = new KubeProcess(this.run, name);
		this.processes.add(process);
		return process;
	}

	@Test
	void apiServerKilledUnderLoad() throws Exception {
		KubeProcess server = process("kube-apiserver", API_DOWN, TOLD, API_BACK);
		Load load = load(API_DOWN, TOLD, API_BACK);
		server.kill();
		long begin = System.nanoTime();
		Figures.pass(OUTAGE);
		long down = Duration.ofNanos(System.nanoTime() - begin).toSeconds();
		DirectoryReport report = load.report();
		String trouble = String.valueOf(report.trouble());
		long age = Objects.requireNonNull(report.age()).toSeconds();
		server.start();
		this.api.awaitAnswer();
		begin = System.nanoTime();
		Awaitility.await()
			.pollInterval(Duration.ofMillis(10))
			.atMost(SOON)
			.until(() -> load.report().trouble() == null);
		long back = Figures.millisSince(begin);
		this.figures.row(API_DOWN, "0", load.end(), load.failed() == 0 && load.calls() > 0);
		this.figures.row(TOLD, "names the API server; the outage or more",
				trouble.substring(Math.max(0, trouble.indexOf("no answer"))) + "; " + age + " s",
				trouble.contains("no answer from the API server at " + this.api.admin().getMasterUrl()) && age >= down);
		this.figures.row(API_BACK, "<= 15 s", back + " ms", back <= 15_000);
	}

	@Test
	void etcdStoppedUnderLoad() throws Exception {
		KubeProcess etcd = process("etcd", ETCD_STOPPED, ETCD_BACK);
		Load load = load(ETCD_STOPPED, ETCD_BACK);
		Seen seen = new Seen(this.api.engine(), "test.calculator");
		seen.await(SOON);
		etcd.pause();
		Figures.pass(OUTAGE);
		etcd.resume();
		this.api.awaitAnswer();
		Awaitility.await().atMost(SOON).ignoreExceptions().untilAsserted(() -> this.api.slice("calc-0", "10.1.0.1"));
		long begin = System.nanoTime();
		seen.await(SOON, "calc-0");
		long known = Figures.millisSince(begin);
		this.figures.row(ETCD_STOPPED, "0", load.end(), load.failed() == 0 && load.calls() > 0);
		this.figures.row(ETCD_BACK, "<= 15 s", known + " ms", known <= 15_000);
	}

	@Test
	void apiServerBack() throws Exception {
		KubeProcess server = process("kube-apiserver", ALL_BACK, HERD, LATE);
		this.api.slice("calc-0", "10.1.0.1");
		this.api.slice("calc-1", "10.1.0.2");
		List<KubernetesEngine> engines = new ArrayList<>();
		List<Seen> seen = new ArrayList<>();
		for (int i = 0; i < CLIENTS; i++) {
			engines.add(this.api.engine());
			seen.add(new Seen(engines.get(i), "test.calculator"));
		}
		seen.forEach((each) -> each.await(SOON, "calc-0", "calc-1"));
		// The client takes the end of a watch of less than 2 seconds for a version that
		// is
		// forgotten.
		Figures.pass(Duration.ofSeconds(3));
		server.kill();
		Awaitility.await().atMost(SOON).until(() -> engines.stream().allMatch((engine) -> engine.trouble() != null));
		Seen late = new Seen(this.api.engine(), "test.calculator");
		Figures.pass(Duration.ofSeconds(Figures.SHORT ? 5 : 30));
		assertThat(late.count()).isZero();
		assertThat(seen).allMatch((each) -> each.ids().equals(List.of("calc-0", "calc-1")));
		server.start();
		List<Long> times = reopened(engines);
		this.api.awaitAnswer();
		late.await(SOON, "calc-0", "calc-1");
		int most = times.stream()
			.mapToInt((at) -> (int) times.stream().filter((other) -> other >= at && other - at < 100_000_000L).count())
			.max()
			.orElse(0);
		long all = (Collections.max(times) - Collections.min(times)) / 1_000_000;
		this.figures.row(ALL_BACK, "<= 15 s", all + " ms after the first", all <= 15_000);
		this.figures.row(HERD, "<= half", most + " of " + CLIENTS, most <= CLIENTS / 2);
		this.figures.row(LATE, "all", late.size() + " of 2", late.size() == 2);
	}

	/** When each of them was in touch again; the first when the API server answered. */
	private static List<Long> reopened(List<KubernetesEngine> engines) {
		List<KubernetesEngine> waiting = new ArrayList<>(engines);
		List<Long> times = new ArrayList<>();
		Awaitility.await().pollInterval(Duration.ofMillis(5)).atMost(SOON.multipliedBy(2)).until(() -> {
			waiting.removeIf((engine) -> engine.trouble() == null && times.add(System.nanoTime()));
			return waiting.isEmpty();
		});
		return times;
	}

	/** Calls without a pause, of one node to another, all the while. */
	private Load load(String... rows) throws Exception {
		String address = address();
		if (address == null) {
			this.figures.skip("this machine has no address but loopback ones, which no EndpointSlice may have", rows);
		}
		RealmNode provider = RealmNode.builder("test")
			.nodeId("provider")
			.secret(SECRET)
			.provider(new ProviderSettings(address, 0, null, 0, 100, Map.of(), 20, 1000, 1000, Duration.ofSeconds(2)))
			.service("test.echo", Echo.class, (Echo) (text) -> text)
			.directories(List.of(factory()))
			.build();
		RealmNode client = RealmNode.builder("test")
			.nodeId("client")
			.secret(SECRET)
			.directories(List.of(factory()))
			.build();
		this.realm.addAll(List.of(client, provider));
		provider.start();
		provider.advertise();
		this.api.slices()
			.resource(Slices.of("echo", "echo")
				.carrying("test.echo")
				.ports(Slices.port("macula", "UDP", provider.port()))
				.pod("provider", address)
				.build())
			.create();
		client.start();
		return new Load(client);
	}

	private DirectoryEngineFactory factory() {
		return DirectoryEngineFactory.of(KubernetesEngine.TYPE,
				(context) -> this.api.engine(this.api.admin(), context.realm()));
	}

	private static @Nullable String address() throws IOException {
		return NetworkInterface.networkInterfaces()
			.flatMap(NetworkInterface::inetAddresses)
			.filter((address) -> address instanceof Inet4Address && !address.isLoopbackAddress()
					&& !address.isLinkLocalAddress())
			.map((address) -> address.getHostAddress())
			.findFirst()
			.orElse(null);
	}

	/** One thread that calls. */
	private static final class Load {

		private final RealmNode client;

		private final AtomicInteger calls = new AtomicInteger();

		private final AtomicInteger failed = new AtomicInteger();

		private final AtomicBoolean ended = new AtomicBoolean();

		private final Thread thread;

		Load(RealmNode client) {
			this.client = client;
			Echo echo = client.client().proxy(Echo.class, "test.echo");
			assertThat(echo.echo("x")).isEqualTo("x");
			this.thread = new Thread(() -> {
				while (!this.ended.get()) {
					call(echo);
				}
			}, "load");
			this.thread.start();
		}

		private void call(Echo echo) {
			try {
				echo.echo("x");
				this.calls.incrementAndGet();
			}
			catch (RuntimeException ex) {
				this.failed.incrementAndGet();
			}
		}

		DirectoryReport report() {
			return this.client.report().directory().engines().get(0);
		}

		int calls() {
			return this.calls.get();
		}

		int failed() {
			return this.failed.get();
		}

		String end() throws InterruptedException {
			this.ended.set(true);
			this.thread.join();
			return failed() + " of " + (calls() + failed());
		}

	}

	/** Contract of the calls. */
	interface Echo {

		String echo(String text);

	}

}
