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

import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

import io.macula.Endpoint;
import io.macula.ServiceName;
import io.macula.embedded.SimulatedRealm.Node;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for the embedded directory at the size that it is made for: 200 nodes with 50
 * services each, and 1,000 watching clients.
 */
class EmbeddedDirectoryScaleTests {

	private static final List<Endpoint> SEEDS = SimulatedRealm.seeds("seed0", "seed1", "seed2");

	private final SimulatedRealm realm = new SimulatedRealm(11);

	@Test
	void tenThousandAdvertisementsSpreadAndSettle() {
		List<Node> providers = providers(200, 50, 1);
		this.realm.until(Duration.ofSeconds(5),
				() -> providers.stream().allMatch((node) -> node.nodes().size() == 200));
		this.realm.pass(Duration.ofSeconds(20));
		long updates = updates(providers);
		long cpu = cpuMillis();
		this.realm.pass(Duration.ofSeconds(30));
		long perSecond = (updates(providers) - updates) / 30;
		System.out.printf("200 nodes x 50 services: %d updates/s sent by all dialling ends, %d ms CPU per second of"
				+ " the whole realm%n", perSecond, (cpuMillis() - cpu) / 30);
		assertThat(perSecond).as("600 links, a renewal each 5 s, a heartbeat each 1.5 s").isLessThan(1500);
		assertThat(providers).allMatch((node) -> node.nodes().size() == 200);
	}

	@Test
	void aChangeReachesAThousandWatchersWithinASecond() {
		List<Node> providers = providers(20, 500, 1);
		List<Node> clients = new ArrayList<>();
		for (int i = 0; i < 1000; i++) {
			Node client = this.realm.client("client" + i, SEEDS);
			client.watch(new ServiceName("service-7"));
			clients.add(client);
		}
		this.realm.until(Duration.ofSeconds(5), () -> clients.stream().allMatch((node) -> node.nodes().size() == 20));
		this.realm.pass(Duration.ofSeconds(20));
		long cpu = cpuMillis();
		providers.get(10).lease.withdraw().subscribe();
		Duration reached = this.realm.until(Duration.ofSeconds(1),
				() -> clients.stream().allMatch((node) -> node.nodes().size() == 19));
		System.out.printf("a withdrawal reached 1000 watchers within %d ms of virtual time and %d ms of CPU%n",
				reached.toMillis(), cpuMillis() - cpu);
		assertThat(cpuMillis() - cpu).as("CPU of all seeds and clients together").isLessThan(5000);
	}

	@Test
	void fiftyNodesRestartingAtOnceAreBackWithinFiveSeconds() {
		List<Node> providers = providers(50, 10, 1);
		Node client = this.realm.client("client", SEEDS);
		this.realm.until(Duration.ofSeconds(5), () -> client.nodes().size() == 50);
		providers.forEach(this.realm::kill);
		client.seen.clear();
		List<Node> again = providers(50, 10, 2);
		this.realm.until(Duration.ofSeconds(5),
				() -> again.stream().allMatch((node) -> node.nodes().size() == 50) && !client.seen.isEmpty()
						&& client.seen.get(client.seen.size() - 1)
							.instances()
							.stream()
							.allMatch((instance) -> instance.incarnation() == 2));
		assertThat(client.seen).allMatch((snapshot) -> snapshot.instances().size() == 50);
	}

	@Test
	void aSeedThatReturnsIsFoundByAllAndNotOverwhelmed() {
		List<Node> providers = providers(3, 1, 1);
		List<Node> clients = new ArrayList<>();
		for (int i = 0; i < 1000; i++) {
			clients.add(this.realm.client("client" + i, SEEDS));
		}
		this.realm.until(Duration.ofSeconds(5), () -> clients.stream().allMatch((node) -> node.nodes().size() == 3));
		providers.forEach(this.realm::crash);
		this.realm.pass(Duration.ofSeconds(60));
		this.realm.reached.clear();
		this.realm.provider("seed0", SEEDS, 2);
		this.realm.until(Duration.ofSeconds(5),
				() -> clients.stream().allMatch((node) -> "watching".equals(seedState(node))));
		Map<Long, Long> perTenth = this.realm.reached.get(SimulatedRealm.endpoint("seed0"))
			.stream()
			.collect(Collectors.groupingBy((at) -> at.toMillis() / 100, Collectors.counting()));
		System.out.println("watches that reached the returned seed, by tenths of a second: " + perTenth.values());
		assertThat(perTenth.values()).as("1,000 clients, of which each dials at a moment of its own")
			.allMatch((calls) -> calls < 150);
		assertThat(perTenth.values().stream().mapToLong(Long::longValue).sum()).as("each client once").isEqualTo(1000);
	}

	private static String seedState(Node node) {
		return node.directory.state().seeds().get(SimulatedRealm.endpoint("seed0").toString());
	}

	private List<Node> providers(int count, int servicesEach, long incarnation) {
		Set<ServiceName> services = new HashSet<>(Set.of(SimulatedRealm.SERVICE));
		for (int i = 1; i < servicesEach; i++) {
			services.add(new ServiceName("service-" + i));
		}
		List<Node> providers = new ArrayList<>();
		for (int i = 0; i < count; i++) {
			String nodeId = (i < 3) ? "seed" + i : "node" + i;
			providers.add(this.realm.provider(nodeId, SimulatedRealm.endpoint(nodeId), SEEDS, incarnation, services));
		}
		return providers;
	}

	private static long updates(List<Node> nodes) {
		return nodes.stream().mapToLong((node) -> node.updatesSent).sum();
	}

	private static long cpuMillis() {
		return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() / 1_000_000;
	}

}
