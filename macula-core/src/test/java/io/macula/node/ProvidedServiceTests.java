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
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import io.macula.Code;
import io.macula.Endpoint;
import io.macula.Processed;
import io.macula.RpcException;
import io.macula.ServiceName;
import io.macula.client.ServiceSettings;
import io.macula.directory.DirectoryEngine;
import io.macula.directory.StaticDirectory;
import io.macula.server.ProviderSettings;
import io.macula.tls.RealmSecret;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * Services that come and go while their node lives, over real QUIC on loopback.
 */
@Timeout(60)
class ProvidedServiceTests {

	private static final RealmSecret SECRET = RealmSecret.of("Vq3kT8RzX1mWc7Jp0LdYs5HbN2gTf9QeAu6Ko4Ei+rM=",
			"the test");

	private static final Duration GRACE = Duration.ofSeconds(20);

	private final List<RealmNode> nodes = new ArrayList<>();

	@AfterEach
	void closeNodes() {
		for (int i = this.nodes.size() - 1; i >= 0; i--) {
			this.nodes.get(i).close();
		}
	}

	private RealmNode provider(String nodeId, String... seeds) {
		RealmNode node = RealmNode.builder("test")
			.nodeId(nodeId)
			.secret(SECRET)
			.seeds(seeds)
			.provider(
					new ProviderSettings("127.0.0.1", 0, null, 0, 100, Map.of(), 20, 1000, 1000, Duration.ofSeconds(2)))
			.service("test.always", Echo.class, (Echo) (text) -> nodeId + " " + text)
			.build();
		this.nodes.add(node);
		return node;
	}

	private RealmNode started(RealmNode node) {
		node.start();
		node.advertise();
		return node;
	}

	private RealmNode client(RealmNode seed) {
		RealmNode node = RealmNode.builder("test")
			.nodeId("client")
			.secret(SECRET)
			.seeds("127.0.0.1:" + seed.port())
			.build();
		this.nodes.add(node);
		node.start();
		return node;
	}

	private static Echo echo(RealmNode client) {
		return client.client().proxy(Echo.class, "test.echo");
	}

	private static void awaitInstances(RealmNode client, int count) {
		Awaitility.await().untilAsserted(() -> {
			assertThat(client.report("test.echo").snapshotAge()).isNotNull();
			assertThat(client.report("test.echo").instances()).hasSize(count);
		});
	}

	@Test
	void whenANodeIsStartedThenAFurtherServiceIsAdvertisedAtOnce() {
		RealmNode node = started(provider("node1"));
		RealmNode client = client(node);
		Echo echo = echo(client);
		awaitInstances(client, 0);
		ProvidedService service = node.provide("test.echo", Echo.class, (Echo) (text) -> "echo " + text);
		assertThat(echo.echo("1")).isEqualTo("echo 1");
		assertThat(node.report().provider().services()).extracting(NodeReport.ServedService::name)
			.containsExactly("test.always", "test.echo");
		service.withdraw(GRACE).block();
		awaitInstances(client, 0);
		assertThat(client.client().proxy(Echo.class, "test.always").echo("1")).isEqualTo("node1 1");
		assertThat(node.report().provider().services()).extracting(NodeReport.ServedService::name)
			.containsExactly("test.always");
	}

	@Test
	void whenANodeIsNotAdvertisedThenAFurtherServiceIsNotEither() {
		RealmNode seed = started(provider("seed"));
		RealmNode node = provider("node1", "127.0.0.1:" + seed.port());
		node.start();
		RealmNode client = client(seed);
		Echo echo = echo(client);
		node.provide("test.echo", Echo.class, (Echo) (text) -> "echo " + text);
		awaitInstances(client, 0);
		assertThat(node.client().proxy(Echo.class, "test.echo").echo("own")).isEqualTo("echo own");
		assertThat(node.report().provider().lease()).isNotEqualTo("granted");
		node.advertise();
		assertThat(echo.echo("1")).isEqualTo("echo 1");
	}

	@Test
	void aServiceIsProvidedInAllLivesUntilItIsWithdrawn() {
		RealmNode seed = started(provider("seed"));
		RealmNode node = provider("node1", "127.0.0.1:" + seed.port());
		ProvidedService service = node.provide("test.echo", Echo.class, (Echo) (text) -> "echo " + text);
		RealmNode client = client(seed);
		Echo echo = echo(client);
		for (int life = 1; life <= 2; life++) {
			started(node);
			assertThat(echo.echo("1")).isEqualTo("echo 1");
			node.stop();
		}
		service.withdraw(GRACE).block();
		started(node);
		awaitInstances(client, 0);
		assertThat(node.report().provider().services()).extracting(NodeReport.ServedService::name)
			.containsExactly("test.always");
	}

	@Test
	void whenAServiceIsWithdrawnThenItsCallsInFlightFinish() throws Exception {
		RealmNode node = started(provider("node1"));
		CountDownLatch running = new CountDownLatch(1);
		CountDownLatch release = new CountDownLatch(1);
		ProvidedService service = node.provide("test.echo", Echo.class, (Echo) (text) -> {
			running.countDown();
			await(release);
			return "echo " + text;
		});
		Echo echo = echo(client(node));
		CompletableFuture<String> call = CompletableFuture.supplyAsync(() -> echo.echo("1"));
		assertThat(running.await(10, TimeUnit.SECONDS)).isTrue();
		CompletableFuture<Void> withdrawn = service.withdraw(GRACE).toFuture();
		assertThatExceptionOfType(RpcException.class)
			.isThrownBy(() -> node.client()
				.proxy(Echo.class, "test.echo", "impatient",
						ServiceSettings.defaults().withPatience(Duration.ofSeconds(1)))
				.echo("2"))
			.satisfies((ex) -> assertThat(ex.status().processed()).isEqualTo(Processed.NO));
		assertThat(withdrawn).isNotDone();
		assertThat(call).isNotDone();
		release.countDown();
		assertThat(call.get(10, TimeUnit.SECONDS)).isEqualTo("echo 1");
		withdrawn.get(10, TimeUnit.SECONDS);
	}

	@Test
	void aWithdrawalWaitsNoLongerThanItsGrace() throws Exception {
		RealmNode node = started(provider("node1"));
		CountDownLatch running = new CountDownLatch(1);
		CountDownLatch release = new CountDownLatch(1);
		ProvidedService service = node.provide("test.echo", Echo.class, (Echo) (text) -> {
			running.countDown();
			await(release);
			return "echo " + text;
		});
		Echo echo = echo(client(node));
		CompletableFuture<String> call = CompletableFuture.supplyAsync(() -> echo.echo("1"));
		assertThat(running.await(10, TimeUnit.SECONDS)).isTrue();
		service.withdraw(Duration.ofMillis(1)).block(Duration.ofSeconds(10));
		assertThat(call).isNotDone();
		release.countDown();
		assertThat(call.get(10, TimeUnit.SECONDS)).isEqualTo("echo 1");
		service.withdraw(GRACE).block();
	}

	@Test
	void whenAServiceIsWithdrawnThenCallsOfItGoToAnotherInstance() {
		RealmNode one = started(provider("node1"));
		RealmNode two = started(provider("node2", "127.0.0.1:" + one.port()));
		ProvidedService first = one.provide("test.echo", Echo.class, (Echo) (text) -> "one " + text);
		RealmNode client = client(one);
		Echo echo = echo(client);
		assertThat(echo.echo("1")).isEqualTo("one 1");
		two.provide("test.echo", Echo.class, (Echo) (text) -> "two " + text);
		awaitInstances(client, 2);
		first.withdraw(GRACE).block();
		for (int i = 0; i < 10; i++) {
			assertThat(echo.echo("2")).isEqualTo("two 2");
		}
	}

	@Test
	void whenAServiceIsProvidedAgainThenTheNewHandlerServesTheOldConnection() {
		RealmNode node = started(provider("node1"));
		RealmNode client = client(node);
		Echo echo = echo(client);
		for (int i = 0; i < 3; i++) {
			String handler = "handler" + i + " ";
			ProvidedService service = node.provide("test.echo", Echo.class, (Echo) (text) -> handler + text);
			assertThat(echo.echo("1")).isEqualTo(handler + 1);
			service.withdraw(GRACE).block();
		}
		assertThat(client.report().connections()).hasSize(1);
	}

	@Test
	void whoCallsAWithdrawnServiceIsTold() {
		RealmNode node = started(provider("node1"));
		node.provide("test.echo", Echo.class, (Echo) (text) -> text).withdraw(GRACE).block();
		RealmNode client = RealmNode.builder("test")
			.nodeId("client")
			.secret(SECRET)
			.directory(DirectoryEngine.of(
					StaticDirectory.empty().with(new ServiceName("test.echo"), new Endpoint("127.0.0.1", node.port())),
					null, "a fixed list"))
			.build();
		this.nodes.add(client);
		client.start();
		assertThatExceptionOfType(RpcException.class).isThrownBy(() -> echo(client).echo("1"))
			.satisfies((ex) -> assertThat(ex.code()).isEqualTo(Code.UNAVAILABLE))
			.withMessageContaining("service 'test.echo' is served by node node1 no longer");
	}

	@Test
	void aServiceThatIsServedAlreadyIsRefused() {
		RealmNode node = started(provider("node1"));
		node.provide("test.echo", Echo.class, (Echo) (text) -> text);
		assertThatIllegalArgumentException()
			.isThrownBy(() -> node.provide("test.echo", Echo.class, (Echo) (text) -> text))
			.withMessageContaining("Service 'test.echo' is served twice");
		assertThatIllegalArgumentException()
			.isThrownBy(() -> node.provide("test.always", Echo.class, (Echo) (text) -> text))
			.withMessageContaining("Service 'test.always' is served twice");
	}

	@Test
	void whatCannotServeSaysWhy() {
		RealmNode client = client(started(provider("node1")));
		assertThatIllegalStateException()
			.isThrownBy(() -> client.provide("test.echo", Echo.class, (Echo) (text) -> text))
			.withMessageContaining("is no provider");
		RealmNode closed = provider("node2");
		ProvidedService before = closed.provide("test.echo", Echo.class, (Echo) (text) -> text);
		closed.close();
		assertThatIllegalStateException()
			.isThrownBy(() -> closed.provide("test.more", Echo.class, (Echo) (text) -> text))
			.withMessageContaining("is closed");
		before.withdraw(GRACE).block();
	}

	private static void await(CountDownLatch latch) {
		try {
			latch.await();
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

	/** Answers. */
	interface Echo {

		String echo(String text);

	}

}
