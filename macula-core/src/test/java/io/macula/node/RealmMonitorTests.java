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

package io.macula.node;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

import io.macula.Endpoint;
import io.macula.operations.NodeAddress;
import io.macula.operations.OperationsAccess;
import io.macula.operations.OperationsAccess.Level;
import io.macula.operations.RealmEvent;
import io.macula.operations.RealmMonitor;
import io.macula.operations.RealmPicture;
import io.macula.server.ProviderSettings;
import io.macula.testing.ImpairedLink;
import io.macula.testing.TestPorts;
import io.macula.tls.RealmSecret;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * Tests of {@link RealmMonitor}, with nodes of this process and one of its own that is
 * killed.
 */
@Timeout(120)
class RealmMonitorTests {

	private static final String KEY = "Vq3kT8RzX1mWc7Jp0LdYs5HbN2gTf9QeAu6Ko4Ei+rM=";

	private static final RealmSecret SECRET = RealmSecret.of(KEY, "the test");

	private static final RealmPicture.Settings QUICK = new RealmPicture.Settings(Duration.ofMillis(300),
			Duration.ofSeconds(1), 100);

	private static final Duration PATIENCE = Duration.ofSeconds(30);

	private final List<AutoCloseable> open = new ArrayList<>();

	private final List<RealmEvent> events = new CopyOnWriteArrayList<>();

	private final List<RealmPicture> pictures = new CopyOnWriteArrayList<>();

	@AfterEach
	void closeAll() throws Exception {
		for (int i = this.open.size() - 1; i >= 0; i--) {
			this.open.get(i).close();
		}
	}

	@Test
	void findsNodesWhoServesWhatAndWhoCallsWhomHowOften() {
		RealmNode first = provider("node1", "greeter");
		RealmNode second = provider("node2", "middle", first);
		Greeter greeter = greeter(second);
		Greeter only = greeter(client("caller", first));
		RealmMonitor monitor = monitor(QUICK, first);
		await().pollInterval(Duration.ofMillis(20)).untilAsserted(() -> {
			greeter.greet("Ada");
			only.greet("Bob");
			RealmPicture realm = monitor.state();
			assertThat(realm.complete()).isTrue();
			assertThat(realm.trouble()).isNull();
			assertThat(realm.realm()).isEqualTo("monitored");
			assertThat(realm.nodes()).extracting(RealmPicture.Node::nodeId).containsExactly("caller", "node1", "node2");
			assertThat(realm.node("caller").state()).isEqualTo("calls-only");
			assertThat(realm.node("node1")).satisfies((node) -> {
				assertThat(node.state()).isEqualTo("serving");
				assertThat(node.reachable()).isTrue();
				assertThat(node.rate().calls()).isGreaterThan(2);
				assertThat(node.rate().p99()).isPositive();
			});
			assertThat(realm.service("greeter")).satisfies((service) -> {
				assertThat(service.instances()).containsOnlyKeys("node1");
				assertThat(service.skew()).isFalse();
				assertThat(service.rate().calls()).isGreaterThan(2);
				assertThat(service.methods().get("greet").calls()).isGreaterThan(2);
			});
			assertThat(realm.edges()).filteredOn((edge) -> edge.rate().calls() > 0)
				.extracting((edge) -> edge.from() + " " + edge.to() + " " + edge.service())
				.containsExactlyInAnyOrder("caller node1 greeter", "node2 node1 greeter");
			assertThat(realm.instances()).singleElement().satisfies((instance) -> {
				assertThat(instance.caller()).isEqualTo("node2");
				assertThat(instance.status().nodeId()).isEqualTo("node1");
				assertThat(instance.attempts()).isGreaterThan(1);
				assertThat(instance.failures()).isZero();
			});
			assertThat(realm.connections()).filteredOn((connection) -> connection.from().equals("node2"))
				.anySatisfy((connection) -> assertThat(connection.sent()).isPositive());
		});
		// It is quiet again.
		await().untilAsserted(() -> {
			assertThat(monitor.state().edges()).allSatisfy((edge) -> assertThat(edge.rate().calls()).isZero());
			assertThat(monitor.state().service("greeter").rate().calls()).isZero();
		});
		assertThat(this.events).extracting(RealmEvent::kind).doesNotContain("joined", "unreachable");
	}

	@Test
	void nodeThatJoinsAndOneThatLeavesAreTold() {
		RealmNode first = provider("node1", "greeter");
		RealmMonitor monitor = monitor(new RealmPicture.Settings(Duration.ofMillis(300), Duration.ofMinutes(5), 100),
				first);
		await().until(() -> monitor.state().complete());
		RealmNode second = provider("node2", "greeter", first);
		await().until(() -> serving(monitor, "node2"));
		assertThat(kinds("node2")).containsExactly("joined");
		second.close();
		await().untilAsserted(() -> assertThat(monitor.state().node("node2").state()).isEqualTo("left"));
		assertThat(kinds("node2")).contains("left").doesNotContain("unreachable");
		assertThat(monitor.state().service("greeter").instances()).containsOnlyKeys("node1");
	}

	@Test
	void nodeThatLeftAndIsStartedAgainIsShownAtOnce() {
		RealmNode first = provider("node1", "greeter");
		RealmMonitor monitor = monitor(QUICK, first);
		RealmNode second = provider("node2", "greeter", first);
		await().until(() -> serving(monitor, "node2"));
		second.close();
		await().untilAsserted(() -> assertThat(monitor.state().node("node2").state()).isEqualTo("left"));
		provider("node2", "greeter", first);
		// Sooner than one that left is forgotten.
		await().atMost(Duration.ofSeconds(15)).until(() -> serving(monitor, "node2"));
	}

	@Test
	void steeringIsTold() {
		RealmNode first = provider("node1", "greeter");
		RealmMonitor monitor = monitor(QUICK, first);
		await().until(() -> serving(monitor, "node1"));
		NodeAddress address = monitor.state().node("node1").address();
		first.operations().weight(address, 7).block();
		first.operations().drain(address).block();
		await().untilAsserted(() -> assertThat(monitor.state().node("node1").state()).isEqualTo("drained"));
		first.operations().resume(address).block();
		await().until(() -> serving(monitor, "node1"));
		assertThat(kinds("node1")).contains("weight", "drained", "resumed");
		assertThat(this.events).filteredOn((event) -> event.kind().equals("weight"))
			.extracting(RealmEvent::detail)
			.containsExactly("100 to 7");
	}

	@Test
	void nodeThatCannotBeHeardIsUnreachableWithinTwoIntervalsAndComesBack() {
		int port = TestPorts.udp(1).get(0);
		ImpairedLink link = ImpairedLink.at(new InetSocketAddress("127.0.0.5", port),
				new InetSocketAddress("127.0.0.1", port), 1);
		this.open.add(link);
		RealmNode first = provider("node1", "greeter");
		provider("node2", "greeter", port, "127.0.0.5", first);
		// Whoever is found later than at the first look is said to have joined.
		await().until(() -> first.report().directory().nodes() == 2);
		RealmMonitor monitor = monitor(RealmPicture.Settings.defaults(), first);
		await().until(() -> serving(monitor, "node2"));
		link.blackHole();
		long silent = System.nanoTime();
		await().pollInterval(Duration.ofMillis(10))
			.until(() -> monitor.state().node("node2").state().equals("unreachable"));
		assertThat(Duration.ofNanos(System.nanoTime() - silent)).isLessThan(Duration.ofMillis(2500));
		assertThat(monitor.state().node("node2").reason()).isNotBlank();
		assertThat(monitor.state().service("greeter").instances()).containsOnlyKeys("node1");
		link.heal();
		await().until(() -> serving(monitor, "node2"));
		assertThat(kinds("node2")).containsExactly("unreachable", "reachable");
	}

	@Test
	void nodeThatIsKilledIsUnreachableAndCountsAnewOnceItIsThereAgain() throws Exception {
		RealmNode first = provider("node1", "middle");
		int port = TestPorts.udp(1).get(0);
		Process victim = victim(port, first.port());
		RealmMonitor monitor = monitor(RealmPicture.Settings.defaults(), first);
		Greeter greeter = greeter(first);
		await().untilAsserted(() -> {
			assertThat(greeter.greet("Ada")).isEqualTo("Hello Ada");
			assertThat(serving(monitor, "victim")).isTrue();
			assertThat(monitor.state().node("victim").rate().calls()).isPositive();
		});
		victim.destroyForcibly();
		long dead = System.nanoTime();
		await().pollInterval(Duration.ofMillis(10))
			.until(() -> monitor.state().node("victim").state().equals("unreachable"));
		assertThat(Duration.ofNanos(System.nanoTime() - dead)).isLessThan(Duration.ofMillis(2500));
		victim.waitFor();
		victim(port, first.port());
		await().until(() -> serving(monitor, "victim"));
		assertThat(kinds("victim")).containsSubsequence("unreachable", "joined");
		assertThat(this.pictures).flatExtracting(RealmPicture::nodes)
			.allSatisfy((node) -> assertThat(node.rate().calls()).isNotNegative());
	}

	@Test
	void nodeThatLetsNobodyLookIsKnownButUnknown() {
		RealmNode first = provider("node1", "greeter");
		provider("node2", "greeter", Level.NONE, first);
		RealmMonitor monitor = monitor(QUICK, first);
		await().untilAsserted(() -> {
			assertThat(monitor.state().node("node2")).isNotNull().satisfies((node) -> {
				assertThat(node.state()).isEqualTo("unknown");
				assertThat(node.reachable()).isTrue();
				assertThat(node.reason()).contains("macula.operations.access is 'none'");
			});
			assertThat(monitor.state().complete()).isTrue();
		});
	}

	@Test
	void nobodyThere() {
		RealmNode tool = client("tool");
		RealmMonitor monitor = new RealmMonitor(tool.operations(),
				List.of(NodeAddress.of(Endpoint.parse("127.0.0.1:" + TestPorts.udp(1).get(0)))), QUICK);
		this.open.add(monitor);
		monitor.start();
		await().untilAsserted(() -> assertThat(monitor.state().trouble()).contains("no node answers", "127.0.0.1:"));
		assertThat(monitor.state().complete()).isFalse();
	}

	@Test
	void moreNodesThanAreWatched() {
		RealmNode first = provider("node1", "greeter");
		provider("node2", "greeter", first);
		provider("node3", "greeter", first);
		RealmMonitor monitor = monitor(new RealmPicture.Settings(Duration.ofMillis(300), Duration.ofSeconds(1), 2),
				first);
		await().untilAsserted(() -> assertThat(monitor.state().trouble()).contains("there are more than 2 nodes"));
		await().untilAsserted(() -> assertThat(monitor.state().nodes()).hasSize(2));
	}

	@Test
	void closedLeavesNothingBehind() {
		RealmNode first = provider("node1", "greeter");
		RealmNode tool = client("tool", first);
		RealmMonitor monitor = new RealmMonitor(tool.operations(), List.of(), QUICK);
		// It follows the directory of the provider.
		await().until(() -> inFlight(tool) > 0);
		int before = inFlight(tool);
		List<String> ends = new CopyOnWriteArrayList<>();
		Set<Thread> own = ConcurrentHashMap.newKeySet();
		monitor.pictures()
			.subscribe((picture) -> own.add(Thread.currentThread()), (ex) -> ends.add("error"),
					() -> ends.add("pictures"));
		monitor.events().subscribe((event) -> {
		}, (ex) -> ends.add("error"), () -> ends.add("events"));
		monitor.start();
		assertThatIllegalStateException().isThrownBy(monitor::start);
		await().until(() -> serving(monitor, "node1"));
		monitor.close();
		monitor.close();
		assertThat(own).hasSize(1);
		assertThat(ends).containsExactlyInAnyOrder("pictures", "events");
		await().until(() -> own.stream().noneMatch(Thread::isAlive));
		await().until(() -> inFlight(tool) <= before);
		long number = monitor.state().number();
		assertThatIllegalStateException().isThrownBy(monitor::start);
		assertThat(monitor.state().number()).isEqualTo(number);
	}

	@Test
	void closedByWhoIsToldSomething() {
		RealmNode first = provider("node1", "greeter");
		RealmMonitor monitor = new RealmMonitor(first.operations(), List.of(at(first)), QUICK);
		Consumer<RealmPicture> closing = (picture) -> monitor.close();
		monitor.pictures().subscribe(closing);
		monitor.start();
		monitor.pictures().blockLast(PATIENCE);
	}

	private static ConditionFactory await() {
		return Awaitility.await().atMost(PATIENCE);
	}

	private static int inFlight(RealmNode node) {
		return node.report().connections().stream().mapToInt(NodeReport.ConnectionState::inFlight).sum();
	}

	private boolean serving(RealmMonitor monitor, String nodeId) {
		RealmPicture.Node node = monitor.state().node(nodeId);
		return node != null && node.state().equals("serving");
	}

	private List<String> kinds(String nodeId) {
		return this.events.stream()
			.filter((event) -> event.nodeId().equals(nodeId) && event.other() == null)
			.map(RealmEvent::kind)
			.filter((kind) -> !kind.startsWith("lease") && !kind.startsWith("connection"))
			.toList();
	}

	private RealmMonitor monitor(RealmPicture.Settings settings, RealmNode first) {
		RealmMonitor monitor = new RealmMonitor(client("monitor", first).operations(), List.of(), settings);
		this.open.add(monitor);
		monitor.events().subscribe(this.events::add);
		monitor.pictures().subscribe(this.pictures::add);
		return monitor.start();
	}

	private static NodeAddress at(RealmNode node) {
		return NodeAddress.of(new Endpoint("127.0.0.1", node.port()));
	}

	private static Greeter greeter(RealmNode node) {
		return node.client().proxy(Greeter.class, "greeter");
	}

	private RealmNode provider(String nodeId, String service, RealmNode... seeds) {
		return provider(nodeId, service, Level.WRITE, seeds);
	}

	private RealmNode provider(String nodeId, String service, Level level, RealmNode... seeds) {
		return keep(provider(nodeId, service, level, 0, null, seeds(seeds)));
	}

	private void provider(String nodeId, String service, int port, String host, RealmNode... seeds) {
		keep(provider(nodeId, service, Level.WRITE, port, host, seeds(seeds)));
	}

	private RealmNode keep(RealmNode node) {
		this.open.add(node);
		node.start();
		node.advertise();
		return node;
	}

	private static RealmNode provider(String nodeId, String service, Level level, int port, @Nullable String host,
			String... seeds) {
		return RealmNode.builder("monitored")
			.nodeId(nodeId)
			.secret(SECRET)
			.seeds(seeds)
			.operations(OperationsAccess.of(level))
			.provider(new ProviderSettings("127.0.0.1", port, host, 0, 100, Map.of(), 10, 100, 1000,
					Duration.ofSeconds(1)))
			.service(service, Greeter.class, (Greeter) (name) -> "Hello " + name)
			.build();
	}

	private RealmNode client(String nodeId, RealmNode... seeds) {
		RealmNode node = RealmNode.builder("monitored").nodeId(nodeId).secret(SECRET).seeds(seeds(seeds)).build();
		this.open.add(node);
		node.start();
		return node;
	}

	private static String[] seeds(RealmNode... nodes) {
		return List.of(nodes).stream().map((node) -> "127.0.0.1:" + node.port()).toArray(String[]::new);
	}

	private Process victim(int port, int seed) throws IOException {
		Process process = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
				"-Xmx200m", "-XX:TieredStopAtLevel=1", "-cp", System.getProperty("java.class.path"),
				Victim.class.getName(), String.valueOf(port), String.valueOf(seed))
			.redirectError(ProcessBuilder.Redirect.DISCARD)
			.start();
		this.open.add(process::destroyForcibly);
		BufferedReader lines = new BufferedReader(
				new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
		String line = lines.readLine();
		while (line != null && !line.equals("there")) {
			line = lines.readLine();
		}
		assertThat(line).isEqualTo("there");
		return process;
	}

	/** Something to call. */
	@FunctionalInterface
	interface Greeter {

		String greet(String name);

	}

	/** A process that is killed. */
	static final class Victim {

		private Victim() {
		}

		public static void main(String[] args) throws InterruptedException {
			RealmNode node = provider("victim", "greeter", Level.WRITE, Integer.parseInt(args[0]), null,
					"127.0.0.1:" + args[1]);
			node.start();
			node.advertise();
			System.out.println("there");
			// Ends by itself, should nobody kill it.
			new CountDownLatch(1).await(2, TimeUnit.MINUTES);
		}

	}

}
