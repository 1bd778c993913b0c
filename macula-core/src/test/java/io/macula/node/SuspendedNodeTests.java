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
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;

import io.macula.RpcException;
import io.macula.client.ServiceSettings;
import io.macula.operations.NodeStatus;
import io.macula.operations.RealmCrawl;
import io.macula.server.ProviderSettings;
import io.macula.tls.RealmSecret;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests of providers that an operator drains and resumes.
 */
@Timeout(60)
class SuspendedNodeTests {

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
	void whatIsSuspendedGetsNoCallsUntilItIsResumed() {
		RealmNode first = provider("node1");
		RealmNode second = provider("node2");
		Who client = client();
		Awaitility.await()
			.untilAsserted(() -> assertThat(answering(client)).containsExactlyInAnyOrder("node1", "node2"));
		first.suspend().block();
		// Nobody has to wait until clients heard of it: what comes goes on elsewhere.
		assertThat(answering(client)).containsExactly("node2");
		assertThat(first.report().provider()).satisfies((provider) -> {
			assertThat(provider.draining()).isTrue();
			assertThat(provider.suspended()).isTrue();
			assertThat(provider.lease()).isEqualTo("released");
		});
		// The application has its own reasons; the operator's hold all the same.
		first.advertise();
		assertThat(first.report().provider().lease()).isEqualTo("released");
		first.resume();
		Awaitility.await()
			.untilAsserted(() -> assertThat(answering(client)).containsExactlyInAnyOrder("node1", "node2"));
		assertThat(first.report().provider().suspended()).isFalse();
		assertThat(second.report().provider().suspended()).isFalse();
	}

	@Test
	void itStaysSuspendedInItsNextLife() {
		RealmNode node = provider("node1");
		Who client = client(Duration.ofSeconds(2));
		assertThat(client.who()).isEqualTo("node1");
		node.suspend().block();
		assertThatExceptionOfType(RpcException.class).isThrownBy(client::who);
		node.stop();
		assertThat(node.report().provider().suspended()).isTrue();
		node.start();
		node.advertise();
		assertThat(node.report().provider().lease()).isEqualTo("none");
		node.resume();
		Awaitility.await().untilAsserted(() -> assertThat(node.report().provider().lease()).isEqualTo("granted"));
	}

	@Test
	void whoeverIsLastDecidesWhenSeveralSuspendAndResume() throws Exception {
		RealmNode node = provider("node1");
		ExecutorService operators = Executors.newFixedThreadPool(2);
		try {
			for (int i = 0; i < 100; i++) {
				CyclicBarrier both = new CyclicBarrier(2);
				Future<?> suspending = operators.submit(() -> {
					both.await();
					return node.suspend().block();
				});
				Future<?> resuming = operators.submit(() -> {
					both.await();
					node.resume();
					return null;
				});
				suspending.get();
				resuming.get();
				NodeReport.Provider provider = node.report().provider();
				assertThat(provider.lease().equals("released")).isEqualTo(provider.suspended());
				node.resume();
				provider = node.report().provider();
				assertThat(provider.suspended()).isFalse();
				assertThat(provider.lease()).isNotEqualTo("released");
			}
		}
		finally {
			operators.shutdownNow();
		}
	}

	@Test
	void operatorsFindWhatIsSuspendedOrNotReady() {
		RealmNode seed = provider("seed");
		RealmNode node = provider("node1");
		client();
		RealmNode operator = this.nodes.get(2);
		node.suspend().block();
		Awaitility.await().untilAsserted(() -> assertThat(states(operator)).containsEntry("node1", "drained"));
		node.stop();
		Awaitility.await().untilAsserted(() -> assertThat(states(operator)).doesNotContainKey("node1"));
		node.start();
		node.advertise();
		Awaitility.await().untilAsserted(() -> assertThat(states(operator)).containsEntry("node1", "drained"));
		node.resume();
		Awaitility.await().untilAsserted(() -> assertThat(states(operator)).containsEntry("node1", "serving"));
		node.withdraw().block();
		Awaitility.await().untilAsserted(() -> assertThat(states(operator)).containsEntry("node1", "withdrawn"));
		assertThat(seed.report().provider().lease()).isEqualTo("granted");
		assertThat(node.report().provider().lease()).isEqualTo("released");
		assertThat(operator.operations().crawl(RealmCrawl.Bounds.defaults()).block().nodes())
			.allSatisfy((status) -> assertThat(status.services()).extracting(NodeStatus.ServiceStatus::name)
				.containsExactly("test.who"));
	}

	private static Map<String, String> states(RealmNode operator) {
		return operator.operations()
			.crawl(RealmCrawl.Bounds.defaults())
			.block()
			.nodes()
			.stream()
			.collect(Collectors.toMap((status) -> status.node().nodeId(), (status) -> status.life().state()));
	}

	@Test
	void whoIsNoProviderIsRefused() {
		client();
		assertThatExceptionOfType(IllegalStateException.class).isThrownBy(() -> this.nodes.get(0).suspend())
			.withMessage("Node 'client' cannot be drained: it is no provider: build it with ProviderSettings");
	}

	private static Set<String> answering(Who client) {
		Set<String> answering = new HashSet<>();
		for (int i = 0; i < 20; i++) {
			answering.add(client.who());
		}
		return answering;
	}

	private RealmNode provider(String id) {
		RealmNodeBuilder builder = RealmNode.builder("test")
			.nodeId(id)
			.secret(SECRET)
			.provider(
					new ProviderSettings("127.0.0.1", 0, null, 0, 100, Map.of(), 20, 1000, 1000, Duration.ofSeconds(2)))
			.service("test.who", Who.class, (Who) () -> id);
		if (!this.nodes.isEmpty()) {
			builder.seeds("127.0.0.1:" + this.nodes.get(0).port());
		}
		RealmNode provider = builder.build();
		this.nodes.add(provider);
		provider.start();
		provider.advertise();
		return provider;
	}

	private Who client() {
		return client(Duration.ofSeconds(30));
	}

	private Who client(Duration patience) {
		RealmNodeBuilder builder = RealmNode.builder("test")
			.nodeId("client")
			.secret(SECRET)
			.defaults(ServiceSettings.defaults().withPatience(patience));
		this.nodes.forEach((node) -> builder.seeds("127.0.0.1:" + node.port()));
		RealmNode client = builder.build();
		this.nodes.add(client);
		client.start();
		return client.client().proxy(Who.class, "test.who");
	}

	/** A contract. */
	interface Who {

		String who();

	}

}
