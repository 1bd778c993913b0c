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

import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.time.Duration;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;

import io.macula.directory.DirectoryEngine;
import io.macula.server.ProviderSettings;
import io.macula.tls.RealmSecret;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import reactor.core.publisher.Mono;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests that {@link RealmNode#close} closes the whole node from anywhere, whatever its
 * directory does.
 */
@Timeout(60)
class RealmNodeCloseTests {

	private static final RealmSecret SECRET = RealmSecret.of("Vq3kT8RzX1mWc7Jp0LdYs5HbN2gTf9QeAu6Ko4Ei+rM=",
			"the test");

	private final Set<Thread> before = threads();

	private final MapEngine engine = new MapEngine();

	private final CountDownLatch entered = new CountDownLatch(1);

	private final CountDownLatch go = new CountDownLatch(1);

	private final AtomicReference<RealmNode> toClose = new AtomicReference<>();

	private final RealmNode provider = node("provider").provider(settings())
		.service("test.closing", Closing.class, new Handler())
		.build();

	private final RealmNode client = RealmNode.builder("test")
		.nodeId("client")
		.secret(SECRET)
		.directory(DirectoryEngine.of(this.engine.directory(), null, "a map"))
		.build();

	private RealmNodeBuilder node(String nodeId) {
		return RealmNode.builder("test").nodeId(nodeId).secret(SECRET).directory(this.engine);
	}

	private static ProviderSettings settings() {
		return new ProviderSettings("127.0.0.1", 0, null, 0, 100, Map.of(), 20, 1000, 1000, Duration.ofMillis(500));
	}

	@AfterEach
	void closeNodes() {
		this.go.countDown();
		this.client.close();
		this.provider.close();
	}

	private Closing started() {
		this.provider.start();
		this.provider.advertise();
		this.client.start();
		return this.client.client().proxy(Closing.class, "test.closing");
	}

	private static boolean free(int port) {
		try (DatagramSocket socket = new DatagramSocket(new InetSocketAddress("127.0.0.1", port))) {
			return socket.isBound();
		}
		catch (SocketException ex) {
			return false;
		}
	}

	/** Nothing runs any more that the nodes of this test have started. */
	private void awaitClosed(int port) {
		this.client.close();
		Awaitility.await().atMost(Duration.ofSeconds(20)).until(() -> free(port));
		Awaitility.await().atMost(Duration.ofSeconds(20)).untilAsserted(() -> {
			Set<Thread> threads = threads();
			threads.removeAll(this.before);
			assertThat(threads).isEmpty();
		});
	}

	/** The event loops, and whoever closes a node. */
	private static Set<Thread> threads() {
		Set<Thread> found = new HashSet<>(Thread.getAllStackTraces().keySet());
		found.removeIf((thread) -> !thread.getName().matches("macula-([0-9]+-|close-).*"));
		return found;
	}

	@ParameterizedTest
	@EnumSource
	void whenTheEngineMisbehavesThenTheNodeIsClosedWhole(Oddity oddity) throws Exception {
		Closing closing = started();
		assertThat(closing.echo(1).get()).isEqualTo(1);
		int port = this.provider.port();
		this.engine.onClose = oddity::mono;
		this.provider.close();
		assertThat(free(port)).isTrue();
		assertThat(this.engine.closed).hasValue(1);
		awaitClosed(port);
	}

	@ParameterizedTest
	@EnumSource
	void whenTheLeaseMisbehavesThenCallsInFlightEndAndTheNodeIsClosedWhole(Oddity oddity) throws Exception {
		Closing closing = started();
		int port = this.provider.port();
		this.engine.onWithdraw = oddity::mono;
		this.engine.onStopServing = () -> {
			this.go.countDown();
			throw new IllegalStateException("told to fail");
		};
		CompletableFuture<Integer> inFlight = closing.later(7);
		this.entered.await();
		this.provider.close();
		assertThat(inFlight.get(5, TimeUnit.SECONDS)).isEqualTo(7);
		assertThat(free(port)).isTrue();
		assertThat(this.engine.closed).hasValue(1);
		awaitClosed(port);
	}

	@ParameterizedTest
	@EnumSource
	void whenTheLeaseMisbehavesThenTheServerIsDrained(Oddity oddity) throws Exception {
		Closing closing = started();
		int port = this.provider.port();
		this.engine.onWithdraw = oddity::mono;
		this.engine.onStopServing = () -> {
			this.go.countDown();
			throw new IllegalStateException("told to fail");
		};
		CompletableFuture<Integer> inFlight = closing.later(7);
		this.entered.await();
		this.provider.drainServer(Duration.ofSeconds(5)).block(Duration.ofSeconds(20));
		assertThat(inFlight.get(5, TimeUnit.SECONDS)).isEqualTo(7);
		assertThat(free(port)).isTrue();
	}

	@Test
	void whenAHandlerOnTheEventLoopClosesItsNodeThenItIsClosedWhole() throws Exception {
		Closing closing = started();
		int port = this.provider.port();
		this.toClose.set(this.provider);
		assertThat(closing.closeLater().get(10, TimeUnit.SECONDS)).isEqualTo(1);
		awaitClosed(port);
		assertThat(this.engine.closed).hasValue(1);
	}

	@Test
	void whenABlockingHandlerClosesItsNodeThenItsAnswerIsSentAndTheNodeIsClosedWhole() {
		Closing closing = started();
		int port = this.provider.port();
		this.toClose.set(this.provider);
		assertThat(closing.close()).isEqualTo(1);
		awaitClosed(port);
		assertThat(this.engine.closed).hasValue(1);
	}

	@Test
	void whenAClientClosesItselfWhenACallIsAnsweredThenItIsClosedWhole() throws Exception {
		Closing closing = started();
		closing.echo(1).whenComplete((answer, failure) -> this.client.close()).get(10, TimeUnit.SECONDS);
		int port = this.provider.port();
		this.provider.close();
		awaitClosed(port);
	}

	/** What a user's code may do instead of closing. */
	enum Oddity {

		THROWS(() -> {
			throw new IllegalStateException("told to fail");
		}), NULL(() -> null), FAILS(() -> Mono.error(new IllegalStateException("told to fail"))), HANGS(Mono::never);

		private final Supplier<@Nullable Mono<Void>> action;

		Oddity(Supplier<@Nullable Mono<Void>> action) {
			this.action = action;
		}

		@Nullable Mono<Void> mono() {
			return this.action.get();
		}

	}

	/** A contract. */
	public interface Closing {

		CompletableFuture<Integer> echo(int number);

		CompletableFuture<Integer> later(int number);

		CompletableFuture<Integer> closeLater();

		int close();

	}

	private final class Handler implements Closing {

		@Override
		public CompletableFuture<Integer> echo(int number) {
			return CompletableFuture.completedFuture(number);
		}

		@Override
		public CompletableFuture<Integer> later(int number) {
			RealmNodeCloseTests.this.entered.countDown();
			return CompletableFuture.supplyAsync(() -> {
				try {
					RealmNodeCloseTests.this.go.await();
				}
				catch (InterruptedException ex) {
					throw new IllegalStateException(ex);
				}
				return number;
			});
		}

		@Override
		public CompletableFuture<Integer> closeLater() {
			RealmNodeCloseTests.this.toClose.get().close();
			return CompletableFuture.completedFuture(1);
		}

		@Override
		public int close() {
			RealmNodeCloseTests.this.toClose.get().close();
			return 1;
		}

	}

}
