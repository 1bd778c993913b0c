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

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

import ch.qos.logback.classic.Level;
import io.macula.Code;
import io.macula.Endpoint;
import io.macula.Instance;
import io.macula.RpcException;
import io.macula.ServiceName;
import io.macula.directory.DirectoryEngine;
import io.macula.directory.StaticDirectory;
import io.macula.server.ProviderSettings;
import io.macula.testing.ImpairedLink;
import io.macula.testing.LogLines;
import io.macula.testing.TestPorts;
import io.macula.tls.RealmSecret;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.tuple;

/**
 * Nodes behind a NAT, which others reach at further addresses, with the embedded
 * directory.
 */
@Timeout(60)
class FurtherAddressTests {

	private static final RealmSecret SECRET = RealmSecret.of("Vq3kT8RzX1mWc7Jp0LdYs5HbN2gTf9QeAu6Ko4Ei+rM=", "test");

	@RegisterExtension
	final LogLines serving = LogLines.of(ServingPart.class);

	private final List<AutoCloseable> open = new ArrayList<>();

	@AfterEach
	void close() throws Exception {
		for (int i = this.open.size() - 1; i >= 0; i--) {
			this.open.get(i).close();
		}
	}

	@Test
	void whenOnlyTheFurtherAddressLeadsToAProviderThenItIsCalledThere() {
		RealmNode seed = seed();
		int port = TestPorts.udp(1).get(0);
		ImpairedLink nat = link(port);
		// Nobody answers at 192.0.2.0/24 (RFC 5737).
		provider(port, "192.0.2.1", seed, at(nat));
		RealmNode client = client(seed);
		Echo echo = client.client().proxy(Echo.class, "test.behind");
		await(echo);
		assertThat(client.report().connections()).extracting(NodeReport.ConnectionState::endpoint)
			.contains(at(nat).toString());
	}

	@Test
	void whenAnotherNodeHasTheFirstAddressThenTheMeantOneIsCalledElsewhere() {
		RealmNode seed = seed();
		int port = TestPorts.udp(1).get(0);
		ImpairedLink outside = link(port);
		RealmNode stranger = node("stranger", settings(port, "127.0.0.2", null), seed);
		RealmNode behind = node("behind", settings(port, "127.0.0.1", "127.0.0.2").withFurther(List.of(at(outside))),
				seed);
		assertThat(stranger.port()).isEqualTo(behind.port());
		Echo echo = client(seed).client().proxy(Echo.class, "test.behind");
		await(echo);
		for (int i = 0; i < 20; i++) {
			assertThat(echo.echo("x")).isEqualTo("x of behind");
		}
	}

	@Test
	void whenThePathDiesThenTheOtherAddressTakesOver() {
		RealmNode seed = seed();
		int port = TestPorts.udp(1).get(0);
		ImpairedLink near = link(port);
		ImpairedLink far = link(port);
		// An address that nobody has stands first.
		provider(port, "192.0.2.1", seed, at(near), at(far));
		RealmNode client = client(seed);
		Echo echo = client.client().proxy(Echo.class, "test.behind");
		await(echo);
		assertThat(endpoints(client)).contains(at(near).toString());
		near.blackHole();
		// A connection is suspected while calls are open.
		CompletableFuture<String> lost = CompletableFuture.supplyAsync(() -> echo.echo("lost"));
		Awaitility.await().atMost(Duration.ofSeconds(15)).until(() -> endpoints(client).contains(at(far).toString()));
		assertThat(echo.echo("x")).isEqualTo("x of behind");
		near.heal();
		assertThat(lost.exceptionally((failure) -> "failed").join()).isIn("lost of behind", "failed");
	}

	@Test
	void aSeedWithFurtherAddressesIsConnectedOnce() {
		int port = TestPorts.udp(1).get(0);
		ImpairedLink outside = link(port);
		RealmNode seed = node("seed", settings(port, "127.0.0.1", null).withFurther(List.of(at(outside))), null);
		RealmNode client = client(seed);
		Echo echo = client.client().proxy(Echo.class, "test.seed");
		await(echo);
		assertThat(endpoints(client)).containsExactly("127.0.0.1:" + port);
		RealmNode provider = node("behind", settings(0, "127.0.0.1", null), seed);
		Echo fromProvider = provider.client().proxy(Echo.class, "test.seed");
		await(fromProvider);
		assertThat(endpoints(provider)).filteredOn((endpoint) -> !endpoint.endsWith(":" + provider.port()))
			.containsExactly("127.0.0.1:" + port);
	}

	@Test
	void aSeedThatIsNamedByItsFurtherAddressIsConnectedOnce() {
		int port = TestPorts.udp(1).get(0);
		ImpairedLink outside = link(port);
		node("seed", settings(port, "127.0.0.1", null).withFurther(List.of(at(outside))), null);
		RealmNode client = RealmNode.builder("test")
			.nodeId("client")
			.secret(SECRET)
			.seeds(at(outside).toString())
			.build();
		start(client);
		Echo echo = client.client().proxy(Echo.class, "test.seed");
		await(echo);
		for (int i = 0; i < 20; i++) {
			assertThat(echo.echo("x")).isEqualTo("x of seed");
		}
		assertThat(endpoints(client)).containsExactly(at(outside).toString());
	}

	@Test
	void aMemberThatCopiesTheAddressesOfAnotherGetsNoneOfItsCalls() {
		RealmNode seed = seed();
		int port = TestPorts.udp(1).get(0);
		ImpairedLink outside = link(port);
		// It listens at the address that the other one has in a network of its own.
		node("rogue", settings(port, "127.0.0.2", null).withFurther(List.of(at(outside))), seed);
		node("behind", settings(port, "127.0.0.1", "127.0.0.2").withFurther(List.of(at(outside))), seed);
		RealmNode client = client(seed);
		Echo rogue = client.client().proxy(Echo.class, "test.rogue");
		await(rogue);
		Echo echo = client.client().proxy(Echo.class, "test.behind");
		await(echo);
		for (int i = 0; i < 20; i++) {
			assertThat(rogue.echo("x")).isEqualTo("x of rogue");
			assertThat(echo.echo("x")).isEqualTo("x of behind");
		}
		assertThat(client.report().connections()).filteredOn((each) -> !each.nodeId().equals("seed"))
			.extracting(NodeReport.ConnectionState::endpoint, NodeReport.ConnectionState::nodeId)
			.containsExactlyInAnyOrder(tuple("127.0.0.2:" + port, "rogue"), tuple(at(outside).toString(), "behind"));
	}

	@Test
	void whoHasAnotherSecretIsRefusedAtEachAddress() {
		RealmNode seed = seed();
		int port = TestPorts.udp(1).get(0);
		ImpairedLink outside = link(port);
		node("behind", settings(port, "127.0.0.1", null).withFurther(List.of(at(outside))), seed);
		RealmNode client = RealmNode.builder("test")
			.nodeId("client")
			.secret(RealmSecret.of("Wq3kT8RzX1mWc7Jp0LdYs5HbN2gTf9QeAu6Ko4Ei+rM=", "test"))
			.directory(DirectoryEngine.of(StaticDirectory.empty()
				.with(new ServiceName("test.behind"),
						List.of(Instance.of("behind", new Endpoint("127.0.0.1", port))
							.withFurther(List.of(at(outside))))),
					null, "a list"))
			.build();
		start(client);
		Echo echo = client.client().proxy(Echo.class, "test.behind");
		assertThatExceptionOfType(RpcException.class).isThrownBy(() -> echo.echo("x")).satisfies((refused) -> {
			assertThat(refused.status().code()).isEqualTo(Code.UNAUTHENTICATED);
			assertThat(refused.getMessage()).contains("none of 2 addresses can be used", "127.0.0.1:" + port,
					at(outside).toString());
		});
	}

	@Test
	void whenAFurtherAddressCannotBeDialledThenTheStartIsRefused() {
		for (String host : List.of("0.0.0.0", "fe80::1")) {
			RealmNode node = RealmNode.builder("test")
				.nodeId("behind")
				.secret(SECRET)
				.provider(settings(0, "127.0.0.1", null).withFurther(List.of(new Endpoint(host, 1))))
				.service("test.behind", Echo.class, (Echo) (text) -> text)
				.build();
			this.open.add(node);
			assertThatIllegalArgumentException().isThrownBy(node::start)
				.withMessageContaining("macula.provider.further-addresses[0] = " + host);
		}
	}

	@Test
	void whenTheDirectoryIsWrittenByOthersThenTheLogSaysThatNobodyIsToldOfThem() {
		RealmNode node = RealmNode.builder("test")
			.nodeId("behind")
			.secret(SECRET)
			.provider(settings(0, "127.0.0.1", null).withFurther(List.of(new Endpoint("192.0.2.1", 30443))))
			.service("test.behind", Echo.class, (Echo) (text) -> text)
			.directory(DirectoryEngine.of(StaticDirectory.empty(), null, "a list"))
			.build();
		start(node);
		assertThat(this.serving.at(Level.WARN))
			.anyMatch((line) -> line.contains("Nobody is told the further addresses [192.0.2.1:30443]")
					&& line.contains("macula.provider.further-addresses") && line.contains("(a list)"));
	}

	private static List<String> endpoints(RealmNode node) {
		return node.report().connections().stream().map(NodeReport.ConnectionState::endpoint).toList();
	}

	private static void await(Echo echo) {
		Awaitility.await()
			.atMost(Duration.ofSeconds(15))
			.ignoreExceptions()
			.until(() -> echo.echo("x").startsWith("x of "));
	}

	private static Endpoint at(ImpairedLink link) {
		return new Endpoint("127.0.0.1", link.address().getPort());
	}

	private ImpairedLink link(int port) {
		ImpairedLink link = ImpairedLink.to(new InetSocketAddress("127.0.0.1", port), 1);
		this.open.add(link);
		return link;
	}

	private RealmNode seed() {
		return node("seed", settings(0, "127.0.0.1", null), null);
	}

	private void provider(int port, String host, RealmNode seed, Endpoint... further) {
		node("behind", settings(port, "127.0.0.1", host).withFurther(List.of(further)), seed);
	}

	private RealmNode node(String nodeId, ProviderSettings settings, @Nullable RealmNode seed) {
		RealmNode node = RealmNode.builder("test")
			.nodeId(nodeId)
			.secret(SECRET)
			.seeds((seed != null) ? new String[] { "127.0.0.1:" + seed.port() } : new String[0])
			.provider(settings)
			.service("test." + nodeId, Echo.class, (Echo) (text) -> text + " of " + nodeId)
			.build();
		start(node);
		node.advertise();
		return node;
	}

	private RealmNode client(RealmNode seed) {
		RealmNode node = RealmNode.builder("test")
			.nodeId("client")
			.secret(SECRET)
			.seeds("127.0.0.1:" + seed.port())
			.build();
		start(node);
		return node;
	}

	private void start(RealmNode node) {
		this.open.add(node);
		node.start();
	}

	private static ProviderSettings settings(int port, String address, @Nullable String host) {
		return new ProviderSettings(address, port, host, 0, 100, Map.of(), 20, 1000, 1000, Duration.ofSeconds(2));
	}

	/** Contract of the test. */
	interface Echo {

		String echo(String text);

	}

}
