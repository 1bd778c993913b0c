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

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import io.macula.Code;
import io.macula.Endpoint;
import io.macula.Realm;
import io.macula.RpcException;
import io.macula.codec.Codecs;
import io.macula.node.RealmNode;
import io.macula.pool.ConnectionPool;
import io.macula.pool.Connector;
import io.macula.pool.PoolListener;
import io.macula.pool.PoolSettings;
import io.macula.server.ProviderSettings;
import io.macula.testing.TestPorts;
import io.macula.tls.RealmSecret;
import io.macula.tls.SecretTls;
import io.macula.transport.NodeInfo;
import io.macula.transport.QuicConnector;
import io.macula.transport.Transport;
import io.macula.transport.TransportSettings;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for {@link RpcSeedDialer}: who is at the addresses of a node, over real QUIC.
 */
@Timeout(60)
class PeersAtAddressesTests {

	private static final Realm REALM = new Realm("test");

	private static final RealmSecret SECRET = RealmSecret.of("Vq3kT8RzX1mWc7Jp0LdYs5HbN2gTf9QeAu6Ko4Ei+rM=", "test");

	private static final Duration LONG = Duration.ofSeconds(10);

	private final List<RealmNode> nodes = new ArrayList<>();

	private final Transport transport = Transport.create(TransportSettings.defaults());

	private final RpcSeedDialer dialer = dialer();

	private Endpoint one;

	private Endpoint two;

	@BeforeEach
	void start() {
		this.one = provider("one");
		this.two = provider("two");
	}

	@AfterEach
	void close() {
		this.nodes.forEach(RealmNode::close);
		this.transport.close();
	}

	@Test
	void whoIsLookedForIsFoundBehindAnother() {
		assertThat(ids(List.of(this.one, this.two), "two")).containsExactly("one", "two");
		assertThat(ids(List.of(unused(), this.two), "two")).containsExactly("two");
	}

	@Test
	void whenTheFirstIsEnoughThenTheOthersAreNotDialled() {
		assertThat(ids(List.of(this.one, this.two), "one")).containsExactly("one");
		assertThat(ids(List.of(this.one), "two")).containsExactly("one");
	}

	@Test
	void whenNobodyIsEnoughThenAllAreTold() {
		assertThat(ids(List.of(this.one, unused(), this.two), "three")).containsExactlyInAnyOrder("one", "two");
	}

	@Test
	void whenNobodyAnswersThenItFails() {
		for (List<Endpoint> addresses : List.of(List.of(unused()), List.of(unused(), unused()))) {
			assertThatExceptionOfType(RpcException.class).isThrownBy(() -> ids(addresses, "one"))
				.satisfies((failure) -> assertThat(failure.status().code()).isEqualTo(Code.UNAVAILABLE));
		}
	}

	@Test
	void noConnectionStays() {
		assertThat(ids(List.of(this.one, this.two), "two")).hasSize(2);
		Awaitility.await()
			.atMost(LONG)
			.until(() -> this.nodes.stream().allMatch((node) -> node.report().provider().connections() == 0));
	}

	private List<String> ids(List<Endpoint> addresses, String enough) {
		return this.dialer.peersAt(addresses, (shown) -> enough.equals(shown.nodeId()))
			.map((shown) -> String.valueOf(shown.nodeId()))
			.collectList()
			.block(LONG);
	}

	private static Endpoint unused() {
		return new Endpoint("127.0.0.1", TestPorts.udp(1).get(0));
	}

	private RpcSeedDialer dialer() {
		Connector connector = Connector.of(new QuicConnector(this.transport, SecretTls.of(REALM, "looks", SECRET),
				new NodeInfo(REALM, "looks", 1, Codecs.defaults().names())));
		ConnectionPool pool = new ConnectionPool(PoolSettings.defaults(), connector, this.transport::schedule,
				System::nanoTime, PoolListener.SILENT);
		return new RpcSeedDialer(pool, connector, true, Codecs.defaults());
	}

	private Endpoint provider(String nodeId) {
		RealmNode node = RealmNode.builder(REALM.name())
			.nodeId(nodeId)
			.secret(SECRET)
			.provider(
					new ProviderSettings("127.0.0.1", 0, null, 0, 100, Map.of(), 20, 1000, 1000, Duration.ofSeconds(2)))
			.build();
		this.nodes.add(node);
		node.start();
		return new Endpoint("127.0.0.1", node.port());
	}

}
