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

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;

import io.macula.ServiceName;
import io.macula.client.ServiceSettings;
import io.macula.directory.Directory;
import io.macula.directory.DirectoryEngine;
import io.macula.directory.InMemoryDirectory;
import io.macula.directory.Registry;
import io.macula.selection.SelectionStrategies;
import io.macula.server.ProviderSettings;
import io.macula.node.RealmNodeTests.Calculator;
import io.macula.node.RealmNodeTests.CalculatorHandler;
import io.macula.node.RealmNodeTests.Question;
import io.macula.tls.RealmSecret;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.offset;

/**
 * Weights that change while a node runs.
 */
class WeightTests {

	private static final RealmSecret SECRET = RealmSecret.of("Vq3kT8RzX1mWc7Jp0LdYs5HbN2gTf9QeAu6Ko4Ei+rM=",
			"the test");

	private final List<RealmNode> nodes = new ArrayList<>();

	@AfterEach
	void closeNodes() {
		for (int i = this.nodes.size() - 1; i >= 0; i--) {
			this.nodes.get(i).close();
		}
	}

	@Test
	void everyClientTakesAWeightThatChangesWithinASecond() {
		RealmNode canary = provider("node1");
		provider("node2", seed(canary));
		provider("node3", seed(canary));
		List<RealmNode> clients = List.of(client("client1", canary), client("client2", canary));
		clients.forEach((client) -> awaitWeight(client, "node1", 100, Duration.ofSeconds(10)));
		for (int weight : new int[] { 1, 10_000 }) {
			canary.weight(weight);
			assertThat(canary.report().provider().weight()).isEqualTo(weight);
			clients.forEach((client) -> awaitWeight(client, "node1", weight, Duration.ofSeconds(1)));
			clients.forEach((client) -> {
				double share = share(client, "node1");
				assertThat(share).isEqualTo(weight / (weight + 200.0), offset(0.05));
			});
		}
		clients.forEach((client) -> assertThat(client.report().clients().get(0).instances())
			.allMatch((instance) -> instance.failures().isEmpty()));
	}

	@Test
	void theWeightHoldsInTheNextLife() {
		RealmNode node = provider("node1");
		node.weight(7);
		node.stop();
		assertThat(node.report().provider().weight()).isEqualTo(7);
		node.weight(8);
		node.start();
		assertThat(node.report().provider().weight()).isEqualTo(8);
		node.advertise();
		awaitWeight(client("client", node), "node1", 8, Duration.ofSeconds(10));
	}

	@Test
	void aRegistryThatFailedToTakeAWeightIsToldItAgain() {
		InMemoryDirectory directory = new InMemoryDirectory();
		AtomicBoolean failing = new AtomicBoolean();
		RealmNode node = inMemory(directory, (advertisement) -> {
			if (failing.get()) {
				throw new IllegalStateException("expected by the test");
			}
			return directory.advertise(advertisement);
		});
		failing.set(true);
		assertThatIllegalStateException().isThrownBy(() -> node.weight(7));
		failing.set(false);
		node.weight(7);
		assertThat(weight(directory)).isEqualTo(7);
	}

	@Test
	void ofManyWhoSetAWeightTheLastOneIsAdvertised() throws Exception {
		InMemoryDirectory directory = new InMemoryDirectory();
		RealmNode node = inMemory(directory, directory);
		ExecutorService threads = Executors.newFixedThreadPool(8);
		try {
			List<Callable<Void>> tasks = new ArrayList<>();
			for (int i = 1; i <= 8; i++) {
				int from = i * 1000;
				tasks.add(() -> {
					for (int weight = from; weight < from + 300; weight++) {
						node.weight(weight);
					}
					return null;
				});
			}
			for (Future<Void> done : threads.invokeAll(tasks)) {
				done.get();
			}
		}
		finally {
			threads.shutdownNow();
		}
		assertThat(weight(directory)).isEqualTo(node.report().provider().weight()).isGreaterThanOrEqualTo(1000);
	}

	@Test
	void aWeightThatIsSetWhileTheNodeStartsIsAdvertised() throws Exception {
		for (int i = 0; i < 20; i++) {
			InMemoryDirectory directory = new InMemoryDirectory();
			RealmNode node = inMemory(directory, directory);
			node.stop();
			Thread starting = new Thread(() -> {
				node.start();
				node.advertise();
			});
			starting.start();
			for (int weight = 2; weight <= 50; weight++) {
				node.weight(weight);
			}
			starting.join();
			assertThat(node.report().provider().weight()).isEqualTo(50);
			assertThat(weight(directory)).isEqualTo(50);
			node.close();
		}
	}

	private static int weight(InMemoryDirectory directory) {
		return directory.watch(new ServiceName("test.calculator")).blockFirst().instances().get(0).weight();
	}

	private RealmNode inMemory(Directory directory, Registry registry) {
		RealmNode node = RealmNode.builder("test")
			.nodeId("node1")
			.secret(SECRET)
			.provider(
					new ProviderSettings("127.0.0.1", 0, null, 0, 100, Map.of(), 20, 1000, 1000, Duration.ofSeconds(2)))
			.service("test.calculator", Calculator.class, new CalculatorHandler("node1"))
			.directory(DirectoryEngine.of(directory, registry, "the test"))
			.build();
		this.nodes.add(node);
		node.start();
		node.advertise();
		return node;
	}

	@Test
	void aWeightOutOfRangeIsRefused() {
		RealmNode node = provider("node1");
		for (int weight : new int[] { 0, -1, 10_001 }) {
			assertThatIllegalArgumentException().isThrownBy(() -> node.weight(weight))
				.withMessage("weight " + weight + " of node 'node1' is not valid: expected 1 to 10000; to get no calls "
						+ "at all, let the node withdraw its services");
		}
		assertThat(node.report().provider().weight()).isEqualTo(100);
	}

	@Test
	void whoDoesNotServeHasNoWeight() {
		RealmNode client = client("client", provider("node1"));
		assertThatIllegalStateException().isThrownBy(() -> client.weight(5))
			.withMessageContaining("The weight of node 'client' cannot be set to 5: it is no provider");
	}

	private static double share(RealmNode client, String node) {
		Calculator calculator = client.client().proxy(Calculator.class, "test.calculator");
		int hits = 0;
		for (int i = 0; i < 600; i++) {
			hits += calculator.multiply(new Question(1, 1)).node().equals(node) ? 1 : 0;
		}
		return hits / 600.0;
	}

	private static void awaitWeight(RealmNode client, String node, int weight, Duration limit) {
		client.client().proxy(Calculator.class, "test.calculator");
		Awaitility.await()
			.atMost(limit)
			.pollInterval(Duration.ofMillis(10))
			.until(() -> client.report()
				.clients()
				.get(0)
				.instances()
				.stream()
				.anyMatch((instance) -> instance.nodeId().equals(node) && instance.weight() == weight));
	}

	private RealmNode provider(String nodeId, String... seeds) {
		RealmNode node = RealmNode.builder("test")
			.nodeId(nodeId)
			.secret(SECRET)
			.seeds(seeds)
			.provider(
					new ProviderSettings("127.0.0.1", 0, null, 0, 100, Map.of(), 20, 1000, 1000, Duration.ofSeconds(2)))
			.service("test.calculator", Calculator.class, new CalculatorHandler(nodeId))
			.build();
		this.nodes.add(node);
		node.start();
		node.advertise();
		return node;
	}

	private RealmNode client(String nodeId, RealmNode seed) {
		RealmNode node = RealmNode.builder("test")
			.nodeId(nodeId)
			.secret(SECRET)
			.seeds(seed(seed))
			.defaults(ServiceSettings.defaults().withStrategy("weighted_random", SelectionStrategies.weightedRandom()))
			.build();
		this.nodes.add(node);
		node.start();
		return node;
	}

	private static String seed(RealmNode node) {
		return "127.0.0.1:" + node.port();
	}

}
