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
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;

import io.macula.Endpoint;
import io.macula.Instance;
import io.macula.ServiceName;
import io.macula.Status;
import io.macula.server.ProviderSettings;
import io.macula.testing.LogLines;
import io.macula.tls.RealmSecret;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests of what the listeners of a node are told.
 */
@Timeout(60)
class NodeEventsTests {

	private static final RealmSecret SECRET = RealmSecret.of("Vq3kT8RzX1mWc7Jp0LdYs5HbN2gTf9QeAu6Ko4Ei+rM=",
			"the test");

	private final List<RealmNode> nodes = new ArrayList<>();

	@RegisterExtension
	final LogLines log = LogLines.of("io.macula.node");

	@AfterEach
	void closeNodes() {
		for (int i = this.nodes.size() - 1; i >= 0; i--) {
			this.nodes.get(i).close();
		}
	}

	@Test
	void aNodeTellsOfItsLeaseItsInstancesAndItsDrain() {
		Recorded served = new Recorded();
		RealmNode provider = provider("node1");
		provider.listen(served);
		provider.start();
		provider.advertise();
		Recorded called = new Recorded();
		RealmNode client = RealmNode.builder("test")
			.nodeId("client")
			.secret(SECRET)
			.seeds("127.0.0.1:" + provider.port())
			.build();
		this.nodes.add(client);
		client.listen(called);
		client.start();
		assertThat(client.client().proxy(Echo.class, "test.echo").echo("a")).isEqualTo("a");
		Awaitility.await().untilAsserted(() -> assertThat(served.events).containsExactly("granted [test.echo]"));
		Awaitility.await()
			.untilAsserted(() -> assertThat(called.events).containsExactly("joined test.echo test.echo node1"));
		provider.stop();
		Awaitility.await()
			.untilAsserted(() -> assertThat(served.events).containsExactly("granted [test.echo]", "drained true"));
		Awaitility.await().untilAsserted(() -> assertThat(called.events).contains("left test.echo test.echo node1"));
		assertThat(called.events).allMatch((event) -> event.matches("(joined|left|lost connection) .*"));
	}

	@Test
	void aConnectionThatBreaksIsTold() {
		RealmNode provider = provider("node1");
		provider.start();
		provider.advertise();
		Recorded called = new Recorded();
		RealmNode client = RealmNode.builder("test")
			.nodeId("client")
			.secret(SECRET)
			.seeds("127.0.0.1:" + provider.port())
			.build();
		this.nodes.add(client);
		client.listen(called);
		client.start();
		assertThat(client.client().proxy(Echo.class, "test.echo").echo("a")).isEqualTo("a");
		String endpoint = "127.0.0.1:" + provider.port();
		provider.abort();
		Awaitility.await()
			.atMost(Duration.ofSeconds(40))
			.untilAsserted(() -> assertThat(called.events)
				.anyMatch((event) -> event.startsWith("lost connection " + endpoint)));
		assertThat(client.report().pool().lostConnections()).isPositive();
	}

	@Test
	void aSlowListenerDelaysNobodyAndWhatIsDroppedIsCounted() throws Exception {
		NodeEvents events = new NodeEvents("node1");
		CountDownLatch go = new CountDownLatch(1);
		CountDownLatch begun = new CountDownLatch(1);
		List<String> told = new CopyOnWriteArrayList<>();
		events.add(new NodeListener() {

			@Override
			public void drained(boolean complete) {
				begun.countDown();
				try {
					go.await();
				}
				catch (InterruptedException ex) {
					Thread.currentThread().interrupt();
				}
				told.add(Thread.currentThread().getName());
				throw new IllegalStateException("a listener's own fault");
			}

		});
		events.drained(true);
		begun.await();
		for (int i = 0; i < NodeEvents.CAPACITY + 7; i++) {
			events.drained(true);
		}
		assertThat(events.figures()).isEqualTo(new EventFigures(0, NodeEvents.CAPACITY, 7));
		assertThat(this.log.events()).extracting((line) -> line.getFormattedMessage())
			.anyMatch((line) -> line.contains("An event of node node1 is dropped: 4096 are waiting"));
		go.countDown();
		Awaitility.await().untilAsserted(() -> assertThat(told).hasSize(NodeEvents.CAPACITY + 1));
		assertThat(told).containsOnly("macula-events-node1");
		Awaitility.await()
			.untilAsserted(
					() -> assertThat(events.figures()).isEqualTo(new EventFigures(NodeEvents.CAPACITY + 1, 0, 7)));
		events.close();
	}

	private RealmNode provider(String id) {
		RealmNode provider = RealmNode.builder("test")
			.nodeId(id)
			.secret(SECRET)
			.provider(
					new ProviderSettings("127.0.0.1", 0, null, 0, 100, Map.of(), 20, 1000, 1000, Duration.ofSeconds(2)))
			.service("test.echo", Echo.class, (Echo) (text) -> text)
			.build();
		this.nodes.add(provider);
		return provider;
	}

	/** A contract. */
	interface Echo {

		String echo(String text);

	}

	/** Writes down what it is told. */
	private static final class Recorded implements NodeListener {

		private final List<String> events = new CopyOnWriteArrayList<>();

		@Override
		public void instanceJoined(String client, ServiceName service, Instance instance) {
			this.events.add("joined " + client + " " + service + " " + instance.nodeId());
		}

		@Override
		public void instanceLeft(String client, ServiceName service, Instance instance) {
			this.events.add("left " + client + " " + service + " " + instance.nodeId());
		}

		@Override
		public void instanceEjected(String client, ServiceName service, Instance instance, String reason,
				Duration time) {
			this.events.add("ejected " + client + " " + service + " " + instance.nodeId() + " " + reason);
		}

		@Override
		public void instanceRestored(String client, ServiceName service, Instance instance) {
			this.events.add("restored " + client + " " + service + " " + instance.nodeId());
		}

		@Override
		public void leaseGranted(Set<ServiceName> services) {
			this.events.add("granted " + services);
		}

		@Override
		public void leaseLost(Set<ServiceName> services) {
			this.events.add("lost " + services);
		}

		@Override
		public void connectionLost(Endpoint endpoint, Status reason) {
			this.events.add("lost connection " + endpoint + " " + reason);
		}

		@Override
		public void drained(boolean complete) {
			this.events.add("drained " + complete);
		}

	}

}
