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

import io.macula.Endpoint;
import io.macula.Instance;
import io.macula.Realm;
import io.macula.ServiceName;
import io.macula.directory.DirectoryEngine;
import io.macula.directory.DirectoryEngineFactory;
import io.macula.directory.DirectoryReport;
import io.macula.directory.DirectoryState;
import io.macula.directory.InMemoryDirectory;
import io.macula.directory.ServiceResolver;
import io.macula.directory.Snapshot;
import io.macula.server.ProviderSettings;
import io.macula.tls.NodeKey;
import io.macula.tls.RealmSecret;
import io.macula.tls.SecretTls;
import io.macula.tls.TlsContexts;
import io.netty.handler.codec.quic.QuicSslContext;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Tests of nodes with engines that factories make.
 */
@Timeout(60)
class DirectoriesTests {

	private static final Realm REALM = new Realm("test");

	private static final RealmSecret SECRET = RealmSecret.of("Vq3kT8RzX1mWc7Jp0LdYs5HbN2gTf9QeAu6Ko4Ei+rM=",
			"the test");

	private static final ServiceName SERVICE = new ServiceName("test.echo");

	private final InMemoryDirectory map = new InMemoryDirectory();

	private final DirectoryEngineFactory mapped = DirectoryEngineFactory.of("map",
			(context) -> DirectoryEngine.of(this.map, this.map, "a map"));

	private final ServiceResolver resolver = ServiceResolver.watch(this.map, SERVICE);

	private final List<RealmNode> nodes = new ArrayList<>();

	@AfterEach
	void close() {
		this.nodes.forEach(RealmNode::close);
		this.resolver.close();
	}

	@Test
	void anEngineIsMadeForEachLifeAndKnowsTheNode() {
		List<DirectoryEngineFactory.Context> lives = new ArrayList<>();
		RealmNode node = node(RealmNode.builder("test").nodeId("client").secret(SECRET),
				List.of(DirectoryEngineFactory.of("map", (context) -> {
					lives.add(context);
					return this.mapped.create(context);
				})));
		node.start();
		node.stop();
		node.start();
		assertThat(lives).extracting(DirectoryEngineFactory.Context::nodeId).containsExactly("client", "client");
		assertThat(lives).extracting(DirectoryEngineFactory.Context::provider).containsExactly(false, false);
		assertThat(lives.get(0).realm()).isEqualTo(REALM);
		assertThat(lives.get(0).lease()).isEqualTo(Duration.ofSeconds(15));
		assertThat(lives.get(1).incarnation()).isGreaterThan(lives.get(0).incarnation());
	}

	@Test
	void anEngineThatCannotBeMadeFailsTheStart() {
		RealmNode node = node(RealmNode.builder("test").nodeId("client").secret(SECRET),
				List.of(DirectoryEngineFactory.of("map", (context) -> {
					throw new IllegalArgumentException("the map has no name");
				})));
		assertThatIllegalArgumentException().isThrownBy(node::start).withMessage("the map has no name");
	}

	@Test
	void nodesThatMoveFromOneDirectoryToAnotherFindEachOther() {
		RealmNode seed = provider("provider1", SecretTls.of(REALM, "provider1", SECRET),
				List.of(DirectoryEngineFactory.embedded(), this.mapped));
		String[] seeds = { "127.0.0.1:" + seed.port() };
		RealmNode before = node(RealmNode.builder("test").nodeId("before").secret(SECRET).seeds(seeds),
				List.of(DirectoryEngineFactory.embedded()));
		RealmNode between = node(RealmNode.builder("test").nodeId("between").secret(SECRET).seeds(seeds),
				List.of(this.mapped, DirectoryEngineFactory.embedded()));
		RealmNode after = node(RealmNode.builder("test").nodeId("after").secret(SECRET), List.of(this.mapped));
		for (RealmNode node : List.of(before, between, after)) {
			node.start();
			assertThat(node.client().proxy(Echo.class, "test.echo").echo("x")).isEqualTo("x");
		}
		DirectoryState state = seed.report().directory();
		assertThat(state.engines()).extracting(DirectoryReport::engine).containsExactly("embedded", "map");
		assertThat(state.engines()).extracting(DirectoryReport::lease).containsExactly("granted", "granted");
		seed.close();
		assertThat(current().instances()).isEmpty();
	}

	@Test
	void theLeaseOfANodeIsThatOfItsOnlyEngine() {
		RealmNode node = provider("provider1", SecretTls.of(REALM, "provider1", SECRET),
				List.of(DirectoryEngineFactory.embedded()));
		NodeReport report = node.report();
		assertThat(report.directory().engines()).extracting(DirectoryReport::lease)
			.containsExactly(report.provider().lease());
		RealmNode client = node(
				RealmNode.builder("test").nodeId("client").secret(SECRET).seeds("127.0.0.1:" + node.port()),
				List.of(DirectoryEngineFactory.embedded()));
		client.start();
		assertThat(client.report().directory().engines()).extracting(DirectoryReport::lease).containsOnlyNulls();
	}

	@Test
	void whoAnswersAtAnEndpointIsToldToEveryEngine() {
		SecretTls tls = SecretTls.of(REALM, "provider1", SECRET);
		SecretTls renewed = SecretTls.of(REALM, "provider1", SECRET);
		RenewedTls shown = new RenewedTls(tls);
		RealmNode node = provider("provider1", shown, List.of(this.mapped));
		assertThat(current().instances()).extracting(Instance::identity).containsExactly(tls.key().identity().text());
		shown.present = renewed;
		Awaitility.await()
			.atMost(Duration.ofSeconds(10))
			.untilAsserted(() -> assertThat(current().instances()).extracting(Instance::identity)
				.containsExactly(renewed.key().identity().text()));
		Endpoint endpoint = current().instances().get(0).endpoint();
		assertThat(endpoint.port()).isEqualTo(node.port());
		RealmNode client = node(RealmNode.builder("test").nodeId("client").secret(SECRET), List.of(this.mapped));
		client.start();
		assertThat(client.client().proxy(Echo.class, "test.echo").echo("x")).isEqualTo("x");
	}

	private Snapshot current() {
		Snapshot current = this.resolver.current();
		assertThat(current).isNotNull();
		return current;
	}

	private RealmNode provider(String nodeId, TlsContexts tls, List<DirectoryEngineFactory> directories) {
		RealmNode node = node(RealmNode.builder("test")
			.nodeId(nodeId)
			.tls(tls)
			.provider(
					new ProviderSettings("127.0.0.1", 0, null, 0, 100, Map.of(), 20, 1000, 1000, Duration.ofSeconds(2)))
			.service("test.echo", Echo.class, (Echo) (text) -> text), directories);
		node.start();
		node.advertise();
		return node;
	}

	private RealmNode node(RealmNodeBuilder builder, List<DirectoryEngineFactory> directories) {
		RealmNode node = builder.directories(directories).build();
		this.nodes.add(node);
		return node;
	}

	/** Contract of the test. */
	interface Echo {

		String echo(String text);

	}

	/** Contexts that are replaced whole. */
	private static final class RenewedTls implements TlsContexts {

		private volatile TlsContexts present;

		RenewedTls(TlsContexts present) {
			this.present = present;
		}

		@Override
		public QuicSslContext client() {
			return this.present.client();
		}

		@Override
		public QuicSslContext server() {
			return this.present.server();
		}

		@Override
		public @Nullable String peerName() {
			return this.present.peerName();
		}

		@Override
		public NodeKey key() {
			return this.present.key();
		}

		@Override
		public String source() {
			return this.present.source();
		}

	}

}
