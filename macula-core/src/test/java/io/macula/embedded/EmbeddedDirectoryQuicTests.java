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

package io.macula.embedded;

import java.lang.reflect.Type;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;

import io.macula.Endpoint;
import io.macula.codec.JacksonPayloadCodec;
import io.macula.codec.PayloadCodec;
import io.macula.codec.ValueCodec;
import io.macula.node.NodeReport;
import io.macula.node.RealmNode;
import io.macula.server.ProviderSettings;
import io.macula.testing.TestPorts;
import io.macula.tls.RealmSecret;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.PropertyNamingStrategies;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for the embedded directory between whole nodes over real QUIC on loopback.
 */
@Timeout(60)
class EmbeddedDirectoryQuicTests {

	private static final RealmSecret SECRET = RealmSecret.of("Vq3kT8RzX1mWc7Jp0LdYs5HbN2gTf9QeAu6Ko4Ei+rM=",
			"the test");

	private final List<RealmNode> nodes = new ArrayList<>();

	private String[] seeds = {};

	@BeforeEach
	void chooseThreePorts() {
		this.seeds = TestPorts.udp(3)
			.stream()
			.map((port) -> new Endpoint("127.0.0.1", port).toString())
			.toArray(String[]::new);
	}

	@AfterEach
	void closeNodes() {
		this.nodes.forEach(RealmNode::close);
	}

	@Test
	void threeSeedsAndAClientSeeEachOther() {
		List<RealmNode> providers = IntStream.range(0, 3).mapToObj(this::seed).toList();
		RealmNode client = client();
		awaitInstances(client, Duration.ofSeconds(10), "node0", "node1", "node2");
		for (int i = 0; i < 3; i++) {
			RealmNode provider = providers.get(i);
			String self = this.seeds[i];
			Awaitility.await().atMost(Duration.ofSeconds(5)).untilAsserted(() -> {
				NodeReport report = provider.report();
				assertThat(report.directory().nodes()).isEqualTo(3);
				assertThat(report.directory().seeds()).containsEntry(self, "this node");
				assertThat(report.directory().seeds().values()).containsOnly("this node", "linked");
				assertThat(report.provider().lease()).isEqualToIgnoringCase("granted");
			});
		}
		assertThat(client.report().clients().get(0).snapshotAge()).isLessThan(Duration.ofSeconds(5));
	}

	@Test
	void withdrawalReachesTheClientWithinASecond() {
		IntStream.range(0, 3).forEach(this::seed);
		RealmNode client = client();
		awaitInstances(client, Duration.ofSeconds(10), "node0", "node1", "node2");
		long start = System.nanoTime();
		this.nodes.get(1).withdraw().block();
		awaitInstances(client, Duration.ofSeconds(1), "node0", "node2");
		assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(2));
	}

	@Test
	void providerBehindASeedSurvivesTheSeedsRestart() {
		RealmNode seed = seed(0);
		RealmNode behind = provider("behind", 0, this.seeds[0]);
		RealmNode client = client(this.seeds[0]);
		awaitInstances(client, Duration.ofSeconds(10), "behind", "node0");
		seed.close();
		awaitInstances(client, Duration.ofSeconds(2), "behind");
		RealmNode again = seed(0);
		awaitInstances(client, Duration.ofSeconds(5), "behind", "node0");
		Awaitility.await().atMost(Duration.ofSeconds(5)).until(() -> again.report().directory().nodes() == 2);
		Awaitility.await()
			.atMost(Duration.ofSeconds(5))
			.until(() -> "linked".equals(behind.report().directory().seeds().get(this.seeds[0])));
	}

	@Test
	void restartOfAllSeedsAtOnceLosesNoCall() throws InterruptedException {
		List<RealmNode> all = IntStream.range(0, 3).mapToObj(this::seed).toList();
		provider("behind0", 0, this.seeds);
		provider("behind1", 0, this.seeds);
		RealmNode client = client();
		awaitInstances(client, Duration.ofSeconds(10), "behind0", "behind1", "node0", "node1", "node2");
		Echo echo = client.client().proxy(Echo.class, "test.echo");
		AtomicBoolean calling = new AtomicBoolean(true);
		AtomicLong answered = new AtomicLong();
		List<Exception> failures = new CopyOnWriteArrayList<>();
		Thread caller = new Thread(() -> {
			while (calling.get()) {
				try {
					echo.echo("x");
					answered.incrementAndGet();
				}
				catch (RuntimeException ex) {
					failures.add(ex);
				}
			}
		});
		caller.start();
		all.parallelStream().forEach(RealmNode::close);
		long before = answered.get();
		Awaitility.await().atMost(Duration.ofSeconds(5)).until(() -> answered.get() > before + 100);
		assertThat(client.report().clients().get(0).instances()).extracting(NodeReport.InstanceState::nodeId)
			.contains("behind0", "behind1");
		List<RealmNode> again = IntStream.range(0, 3).mapToObj(this::seed).toList();
		awaitInstances(client, Duration.ofSeconds(5), "behind0", "behind1", "node0", "node1", "node2");
		Awaitility.await()
			.atMost(Duration.ofSeconds(5))
			.until(() -> again.stream().allMatch((node) -> node.report().directory().nodes() == 5));
		calling.set(false);
		caller.join();
		assertThat(failures).isEmpty();
	}

	@Test
	void nodesWhoseApplicationsCodeDifferentlyStillShareTheDirectory() {
		PayloadCodec snakeCase = new OtherCbor(
				JacksonPayloadCodec.cborBuilder().naming(PropertyNamingStrategies.SNAKE_CASE).build());
		RealmNode odd = RealmNode.builder("test")
			.nodeId("odd")
			.secret(SECRET)
			.seeds(this.seeds)
			.codecs(List.of(JacksonPayloadCodec.json(), snakeCase))
			.provider(settings(port(1)))
			.service("test.echo", Echo.class, (Echo) (text) -> text)
			.build();
		seed(0);
		start(odd);
		odd.advertise();
		awaitInstances(client(), Duration.ofSeconds(10), "node0", "odd");
		Awaitility.await().atMost(Duration.ofSeconds(5)).until(() -> odd.report().directory().nodes() == 2);
	}

	private RealmNode seed(int index) {
		return provider("node" + index, port(index), this.seeds);
	}

	private RealmNode provider(String nodeId, int port, String... seeds) {
		RealmNode node = RealmNode.builder("test")
			.nodeId(nodeId)
			.secret(SECRET)
			.seeds(seeds)
			.provider(settings(port))
			.service("test.echo", Echo.class, (Echo) (text) -> text)
			.build();
		start(node);
		node.advertise();
		return node;
	}

	private RealmNode client() {
		return client(this.seeds);
	}

	private RealmNode client(String... seeds) {
		RealmNode node = RealmNode.builder("test").nodeId("client").secret(SECRET).seeds(seeds).build();
		start(node);
		node.client().proxy(Echo.class, "test.echo");
		return node;
	}

	private void start(RealmNode node) {
		this.nodes.add(node);
		node.start();
	}

	private int port(int index) {
		return Endpoint.parse(this.seeds[index]).port();
	}

	private static ProviderSettings settings(int port) {
		return new ProviderSettings("127.0.0.1", port, null, 0, 100, Map.of(), 20, 1000, 1000, Duration.ofSeconds(2));
	}

	private static void awaitInstances(RealmNode client, Duration limit, String... nodeIds) {
		Awaitility.await()
			.atMost(limit)
			.pollInterval(Duration.ofMillis(20))
			.untilAsserted(() -> assertThat(client.report().clients().get(0).instances())
				.extracting(NodeReport.InstanceState::nodeId)
				.containsExactly(nodeIds));
	}

	/** Contract of the test. */
	interface Echo {

		String echo(String text);

	}

	/** An application's own codec under the name of the library's. */
	private record OtherCbor(PayloadCodec codec) implements PayloadCodec {

		@Override
		public String name() {
			return "cbor";
		}

		@Override
		public ValueCodec forType(Type type) {
			return this.codec.forType(type);
		}

	}

}
