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

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import ch.qos.logback.classic.Level;
import io.macula.Endpoint;
import io.macula.node.NodeReport;
import io.macula.node.RealmNode;
import io.macula.pool.ConnectionPool;
import io.macula.pool.PoolSettings;
import io.macula.server.ProviderSettings;
import io.macula.testing.ImpairedLink;
import io.macula.testing.Impairment;
import io.macula.testing.LogLines;
import io.macula.testing.TestPorts;
import io.macula.tls.RealmSecret;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.extension.RegisterExtension;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for a client whose seeds take so long to answer, as on a machine under load, that
 * it dials one after the other before the first speaks. Whole nodes over real QUIC,
 * behind links that delay.
 */
@Timeout(60)
@EnabledOnOs(value = OS.LINUX, disabledReason = "two addresses of the loopback interface")
class SlowSeedsTests {

	private static final RealmSecret SECRET = RealmSecret.of("Vq3kT8RzX1mWc7Jp0LdYs5HbN2gTf9QeAu6Ko4Ei+rM=",
			"the test");

	/** A handshake and the first word take more than two seconds together. */
	private static final Impairment SLOW = Impairment.NONE.withDelay(Duration.ofMillis(300));

	@RegisterExtension
	final LogLines dials = LogLines.of(ConnectionPool.class).from(Level.INFO);

	private final List<Integer> ports = TestPorts.udp(3);

	private final List<ImpairedLink> links = new ArrayList<>();

	private final List<RealmNode> nodes = new ArrayList<>();

	@AfterEach
	void close() {
		this.nodes.forEach(RealmNode::close);
		this.links.forEach(ImpairedLink::close);
	}

	@Test
	void seedsThatAreDialledBeforeTheFirstSpeaksAreNotDialledAgainForCalls() {
		for (int port : this.ports) {
			ImpairedLink link = ImpairedLink.at(new InetSocketAddress("127.0.0.1", port),
					new InetSocketAddress("127.0.0.2", port), port);
			this.links.add(link);
			seed(port);
		}
		Awaitility.await()
			.atMost(Duration.ofSeconds(10))
			.until(() -> this.nodes.stream().allMatch((node) -> node.report().directory().nodes() == 3));
		this.links.forEach((link) -> link.impair(SLOW));
		this.dials.clear();
		RealmNode client = RealmNode.builder("test")
			.nodeId("client")
			.secret(SECRET)
			.seeds(addresses("127.0.0.1"))
			.pool(new PoolSettings(1, Duration.ofMinutes(5), 100, 1000, Duration.ofSeconds(10)))
			.build();
		this.nodes.add(client);
		client.start();
		Echo echo = client.client().proxy(Echo.class, "test.echo");
		Awaitility.await()
			.atMost(Duration.ofSeconds(15))
			.until(() -> client.report().clients().get(0).instances().size() == 3);
		assertThat(created()).as("the first did not speak before the next was dialled").hasSizeGreaterThan(1);
		this.links.forEach((link) -> link.impair(Impairment.NONE));
		for (int i = 0; i < 12; i++) {
			echo.echo("x");
		}
		assertThat(client.report().clients().get(0).instances()).extracting(NodeReport.InstanceState::nodeId)
			.hasSize(3);
		assertThat(created()).containsExactlyInAnyOrder(addresses("127.0.0.1"));
	}

	private String[] addresses(String host) {
		return this.ports.stream().map((port) -> new Endpoint(host, port).toString()).toArray(String[]::new);
	}

	/** The client reaches it over the link only. */
	private void seed(int port) {
		RealmNode node = RealmNode.builder("test")
			.nodeId("node" + port)
			.secret(SECRET)
			.seeds(addresses("127.0.0.2"))
			.provider(new ProviderSettings("127.0.0.2", port, "127.0.0.1", 0, 100, Map.of(), 20, 1000, 1000,
					Duration.ofSeconds(2)))
			.service("test.echo", Echo.class, (Echo) (text) -> text)
			.build();
		this.nodes.add(node);
		node.start();
		node.advertise();
	}

	/** Endpoints to which a connection was made, each as often as that. */
	private List<String> created() {
		String line = "Creating connection to endpoint ";
		return this.dials.at(Level.INFO)
			.stream()
			.filter((text) -> text.startsWith(line))
			.map((text) -> text.substring(line.length()))
			.toList();
	}

	/** Contract of the test. */
	interface Echo {

		String echo(String text);

	}

}
