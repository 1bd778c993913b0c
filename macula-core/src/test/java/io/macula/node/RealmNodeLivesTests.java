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

import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

import com.sun.management.UnixOperatingSystemMXBean;
import io.macula.Code;
import io.macula.MaculaMethod;
import io.macula.Processed;
import io.macula.RpcException;
import io.macula.client.ServiceSettings;
import io.macula.directory.DirectoryEngine;
import io.macula.directory.InMemoryDirectory;
import io.macula.server.ProviderSettings;
import io.macula.tls.RealmSecret;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

/**
 * Tests of the lives of a {@link RealmNode}: start, stop, start again, close, from
 * anywhere, and what calls are told meanwhile. Over real QUIC on loopback.
 */
@Timeout(60)
class RealmNodeLivesTests {

	private static final RealmSecret SECRET = RealmSecret.of("Vq3kT8RzX1mWc7Jp0LdYs5HbN2gTf9QeAu6Ko4Ei+rM=",
			"the test");

	private static final String SERVICE = "test.lives";

	private final Set<Thread> before = threads();

	private final InMemoryDirectory shared = new InMemoryDirectory();

	private final CountDownLatch go = new CountDownLatch(1);

	private final AtomicInteger entered = new AtomicInteger();

	private final AtomicReference<Runnable> told = new AtomicReference<>(() -> {
	});

	private final List<RealmNode> nodes = new ArrayList<>();

	@AfterEach
	void nothingIsLeft() {
		this.go.countDown();
		this.nodes.forEach(RealmNode::close);
		nothingRuns();
	}

	private void nothingRuns() {
		Awaitility.await().atMost(Duration.ofSeconds(20)).untilAsserted(() -> {
			Set<Thread> threads = threads();
			threads.removeAll(this.before);
			assertThat(threads).isEmpty();
		});
	}

	private static Set<Thread> threads() {
		Set<Thread> found = new HashSet<>(Thread.getAllStackTraces().keySet());
		found.removeIf(
				(thread) -> !thread.getName().startsWith("macula-") || thread.getName().startsWith("macula-warm-up"));
		return found;
	}

	private static long descriptors() {
		return ManagementFactory.getPlatformMXBean(UnixOperatingSystemMXBean.class).getOpenFileDescriptorCount();
	}

	private RealmNodeBuilder builder(String nodeId) {
		return RealmNode.builder("test")
			.nodeId(nodeId)
			.secret(SECRET)
			.defaults(ServiceSettings.defaults().withPatience(Duration.ofSeconds(2)))
			.directory(DirectoryEngine.of(this.shared, this.shared, "a map"));
	}

	private RealmNode node(RealmNodeBuilder builder) {
		RealmNode node = builder.build();
		this.nodes.add(node);
		return node;
	}

	private RealmNode provider(RealmNodeBuilder builder) {
		return node(builder
			.provider(new ProviderSettings("127.0.0.1", 0, null, 0, 100, Map.of(), 20, 9000, 9000,
					Duration.ofMillis(500)))
			.service(SERVICE, Lives.class, new Handler()));
	}

	private RealmNode provider() {
		return provider(builder("provider"));
	}

	private static Lives proxy(RealmNode node) {
		return node.client().proxy(Lives.class, SERVICE);
	}

	/** Each shape of call, from the proxy of a node to its failure. */
	enum Shape {

		BLOCKING {
			@Override
			Object call(RealmNode node, Lives lives) {
				return lives.value(1);
			}
		},
		FUTURE {
			@Override
			Object call(RealmNode node, Lives lives) throws Exception {
				return join(lives.future(1));
			}
		},
		MONO {
			@Override
			Object call(RealmNode node, Lives lives) throws Exception {
				return join(lives.mono(1).toFuture());
			}
		},
		FLUX {
			@Override
			Object call(RealmNode node, Lives lives) throws Exception {
				return join(lives.flux(1).collectList().toFuture());
			}
		},
		ARGUMENTS {
			@Override
			Object call(RealmNode node, Lives lives) throws Exception {
				return join(lives.sum(Flux.just(1)).toFuture());
			}
		},
		BLOCKING_ARGUMENTS {
			@Override
			Object call(RealmNode node, Lives lives) {
				return lives.blockingSum(Flux.just(1));
			}
		},
		DYNAMIC {
			@Override
			Object call(RealmNode node, Lives lives) {
				return node.client().call(SERVICE, "value", 1, Integer.class);
			}
		},
		DYNAMIC_FUTURE {
			@Override
			Object call(RealmNode node, Lives lives) throws Exception {
				return join(node.client().callAsync(SERVICE, "value", 1, Integer.class));
			}
		};

		abstract Object call(RealmNode node, Lives lives) throws Exception;

		private static Object join(CompletableFuture<?> result) throws Exception {
			try {
				return result.get(20, TimeUnit.SECONDS);
			}
			catch (ExecutionException ex) {
				throw (Exception) ex.getCause();
			}
		}

	}

	private static void refused(Shape shape, RealmNode node, Lives lives, String why) {
		long begin = System.nanoTime();
		Throwable thrown = catchThrowable(() -> shape.call(node, lives));
		assertThat(thrown).isInstanceOfSatisfying(RpcException.class, (ex) -> {
			assertThat(ex.code()).isEqualTo(Code.UNAVAILABLE);
			assertThat(ex.status().processed()).isEqualTo(Processed.NO);
		}).hasMessageContaining(why);
		assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(1));
	}

	@ParameterizedTest
	@EnumSource
	void whenANodeHasNoLifeThenEachCallEndsAtOnceAndSaysWhy(Shape shape) throws Exception {
		RealmNode node = provider(builder("provider").startedBy("the test starts it in a moment"));
		Lives lives = proxy(node);
		refused(shape, node, lives, "node 'provider' is not started yet: the test starts it in a moment");
		node.start();
		assertThat(shape.call(node, lives)).isNotNull();
		node.stop();
		refused(shape, node, lives, "node 'provider' is stopped: RealmNode.start() starts it again");
		node.start();
		assertThat(shape.call(node, lives)).isNotNull();
		node.close();
		refused(shape, node, lives, "node 'provider' is closed");
		refused(shape, node, proxy(node), "node 'provider' is closed");
	}

	@Test
	void whenANodeIsStartedAgainThenProxiesGoOnInALifeWithAHigherIncarnation() {
		RealmNode provider = provider();
		RealmNode client = node(builder("client"));
		Lives lives = proxy(client);
		long incarnation = 0;
		for (int life = 0; life < 3; life++) {
			provider.start();
			provider.advertise();
			client.start();
			assertThat(lives.value(life)).isEqualTo(life);
			assertThat(provider.report().incarnation()).isGreaterThan(incarnation);
			incarnation = provider.report().incarnation();
			assertThat(provider.report().provider().lease()).isEqualTo("granted");
			if (life == 1) {
				client.stop();
			}
			int port = provider.port();
			assertThat(port).isPositive();
			provider.stop();
			assertThat(provider.port()).isEqualTo(-1);
			assertThat(provider.report().provider().lease()).isEqualTo("none");
			assertThat(provider.report().provider().services()).hasSize(1);
			assertThat(provider.report().connections()).isEmpty();
		}
	}

	@Test
	void whenNodesOfTheEmbeddedDirectoryAreStartedAgainThenTheyFindEachOther() {
		RealmNode provider = node(RealmNode.builder("test")
			.nodeId("provider")
			.secret(SECRET)
			.provider(new ProviderSettings("127.0.0.1", 0, null, 0, 100, Map.of(), 20, 1000, 1000,
					Duration.ofMillis(500)))
			.service(SERVICE, Lives.class, new Handler()));
		for (int life = 0; life < 2; life++) {
			provider.start();
			provider.advertise();
			RealmNode client = node(RealmNode.builder("test")
				.nodeId("client" + life)
				.secret(SECRET)
				.seeds("127.0.0.1:" + provider.port()));
			Lives lives = proxy(client);
			client.start();
			assertThat(lives.value(1)).isEqualTo(1);
			client.stop();
			client.start();
			assertThat(lives.value(2)).isEqualTo(2);
			provider.stop();
		}
	}

	@Test
	void whenALifeIsOverThenNothingOfItIsLeft() {
		RealmNode node = provider();
		Lives lives = proxy(node);
		oneLife(node, lives);
		long open = descriptors();
		for (int life = 0; life < 5; life++) {
			oneLife(node, lives);
			nothingRuns();
		}
		assertThat(descriptors()).isLessThan(open + 5);
	}

	private static void oneLife(RealmNode node, Lives lives) {
		node.start();
		node.advertise();
		assertThat(lives.value(1)).isEqualTo(1);
		node.stop();
	}

	@Test
	void aNodeTellsWhereItIsInItsLife() throws Exception {
		RealmNode node = provider();
		RealmNode client = node(builder("client"));
		isIn(node, NodeState.NEW, "new");
		node.start();
		isIn(node, NodeState.STARTED, "started");
		node.advertise();
		client.start();
		CompletableFuture<Integer> call = proxy(client).hang(1);
		Awaitility.await().until(() -> this.entered.get() == 1);
		CompletableFuture<Void> stop = CompletableFuture.runAsync(node::stop);
		Awaitility.await()
			.pollInterval(Duration.ofMillis(5))
			.untilAsserted(() -> isIn(node, NodeState.STOPPING, "stopping"));
		stop.get();
		isIn(node, NodeState.STOPPED, "stopped");
		Awaitility.await().until(call::isDone);
		node.start();
		isIn(node, NodeState.STARTED, "started");
		node.close();
		isIn(node, NodeState.CLOSED, "closed");
	}

	private static void isIn(RealmNode node, NodeState state, String text) {
		assertThat(node.state()).isEqualTo(state);
		assertThat(node.report().state()).isEqualTo(text);
	}

	@ParameterizedTest
	@EnumSource
	void whenANodeThatWasTheLastProviderDrainsThenItsOwnCallsEndAtOnceAndSayWhy(Shape shape) throws Exception {
		RealmNode node = provider(
				builder("provider").defaults(ServiceSettings.defaults().withPatience(Duration.ofSeconds(20))));
		Lives lives = proxy(node);
		node.start();
		node.advertise();
		assertThat(shape.call(node, lives)).isNotNull();
		node.drainServer(Duration.ofSeconds(1)).block();
		refused(shape, node, lives, "no provider of service 'test.lives' is known in the realm 'test' any more: the"
				+ " last one was this node itself, which is shutting down and serves no longer in this life");
	}

	@Test
	void whenANodeDrainsWithoutHavingCalledItselfThenItsFirstCallEndsAtOnceToo() {
		RealmNode node = provider(
				builder("provider").defaults(ServiceSettings.defaults().withPatience(Duration.ofSeconds(20))));
		node.start();
		node.drainServer(Duration.ofSeconds(1)).block();
		refused(Shape.BLOCKING, node, proxy(node), "the last one was this node itself, which is shutting down");
	}

	@Test
	void whenAnotherProviderComesAfterTheDrainThenItIsCalled() throws Exception {
		RealmNode node = provider();
		Lives lives = proxy(node);
		node.start();
		node.advertise();
		node.drainServer(Duration.ofSeconds(1)).block();
		refused(Shape.BLOCKING, node, lives, "the last one was this node itself, which is shutting down");
		RealmNode other = provider(builder("other"));
		other.start();
		other.advertise();
		Awaitility.await().untilAsserted(() -> assertThat(lives.value(1)).isEqualTo(1));
		other.stop();
		assertThat(catchThrowable(() -> lives.value(1))).hasMessageContaining("start one again");
	}

	@Test
	void whenServicesAreRegisteredBetweenLivesThenTheNextOneServesThemToo() {
		RealmNode node = provider();
		node.start();
		assertThatIllegalStateException().isThrownBy(() -> node.service("test.more", Lives.class, new Handler()))
			.withMessageContaining("is started: register services before start(), or between stop() and start()");
		node.stop();
		node.service("test.more", Lives.class, new Handler());
		node.start();
		assertThat(node.client().proxy(Lives.class, "test.more").value(3)).isEqualTo(3);
		assertThat(proxy(node).value(4)).isEqualTo(4);
		node.close();
		assertThatIllegalStateException().isThrownBy(() -> node.service("test.late", Lives.class, new Handler()))
			.withMessageContaining("is closed");
		assertThatIllegalStateException().isThrownBy(node::start).withMessageContaining("is closed");
	}

	@Test
	void whenAnEngineWasGivenAsOneInstanceThenASecondStartNamesTheRemedy() {
		MapEngine engine = new MapEngine();
		RealmNode node = provider(builder("provider").directory(engine));
		node.start();
		node.stop();
		assertThat(engine.closed).hasValue(1);
		assertThatIllegalStateException().isThrownBy(node::start)
			.withMessageContaining(MapEngine.class.getName())
			.withMessageContaining("give RealmNodeBuilder.directory a factory");
		refused(Shape.BLOCKING, node, proxy(node), "is stopped");
		node.close();
		assertThat(engine.closed).hasValue(1);
	}

	@Test
	void whenAFactoryOfEnginesIsGivenThenEachLifeHasItsOwn() {
		List<MapEngine> engines = new ArrayList<>();
		RealmNode node = provider(builder("provider").directory(() -> {
			engines.add(new MapEngine());
			return engines.get(engines.size() - 1);
		}));
		assertThat(engines).isEmpty();
		oneLife(node, proxy(node));
		oneLife(node, proxy(node));
		node.close();
		assertThat(engines).hasSize(2).allSatisfy((engine) -> assertThat(engine.closed).hasValue(1));
	}

	@Test
	void whenANodeThatWasNeverStartedIsClosedThenTheEngineThatItWasGivenIsClosed() {
		MapEngine engine = new MapEngine();
		RealmNode node = provider(builder("provider").directory(engine));
		node.stop();
		node.close();
		node.close();
		node.stop();
		assertThat(engine.closed).hasValue(1);
		refused(Shape.BLOCKING, node, proxy(node), "is closed");
	}

	@Test
	void whenTheStartFailsThenNothingStaysOpenAndTheNodeCanBeStartedAgain() {
		MapEngine engine = new MapEngine();
		RealmNode first = provider();
		first.start();
		RealmNode second = node(builder("second").directory(engine)
			.provider(new ProviderSettings("127.0.0.1", first.port(), null, 0, 100, Map.of(), 20, 1000, 1000,
					Duration.ofMillis(500)))
			.service(SERVICE, Lives.class, new Handler()));
		assertThatThrownBy(second::start).isInstanceOf(RpcException.class);
		refused(Shape.BLOCKING, second, proxy(second), "is not started yet");
		assertThat(engine.closed).hasValue(0);
		first.stop();
		nothingRuns();
		second.start();
		assertThat(proxy(second).value(1)).isEqualTo(1);
	}

	/** Where a node may be told to stop. */
	enum Place {

		INTERRUPTED, EVENT_LOOP, BLOCKING_HANDLER, NON_BLOCKING_HANDLER, STRATEGY, ENGINE_START, ENGINE_CLOSE

	}

	@ParameterizedTest
	@EnumSource
	void whenANodeIsStoppedFromAnywhereThenItIsStoppedWholeAndStartsAgain(Place place) throws Exception {
		anywhere(place, RealmNode::stop);
	}

	@ParameterizedTest
	@EnumSource
	void whenANodeIsClosedFromAnywhereThenItIsClosedWhole(Place place) throws Exception {
		anywhere(place, RealmNode::close);
	}

	private void anywhere(Place place, java.util.function.Consumer<RealmNode> end) throws Exception {
		AtomicReference<MapEngine> engine = new AtomicReference<>();
		AtomicReference<RealmNode> ended = new AtomicReference<>();
		AtomicBoolean once = new AtomicBoolean();
		Runnable action = () -> {
			if (once.compareAndSet(false, true)) {
				end.accept(ended.get());
			}
		};
		RealmNode node = provider(builder("provider").directory(() -> {
			MapEngine made = new MapEngine();
			switch (place) {
				case ENGINE_START -> made.onStart = action;
				case ENGINE_CLOSE -> made.onClose = () -> {
					action.run();
					return Mono.empty();
				};
				default -> {
				}
			}
			engine.set(made);
			return made;
		}).defaults(ServiceSettings.defaults().withStrategy("test", (candidates, context) -> {
			if (place == Place.STRATEGY) {
				action.run();
			}
			return candidates.get(0);
		})));
		ended.set(node);
		this.told.set(action);
		Lives lives = proxy(node);
		node.start();
		if (place != Place.ENGINE_START) {
			node.advertise();
			switch (place) {
				case INTERRUPTED -> {
					Thread.currentThread().interrupt();
					action.run();
					assertThat(Thread.interrupted()).isTrue();
				}
				case EVENT_LOOP -> lives.future(1).thenRun(action).get(20, TimeUnit.SECONDS);
				case BLOCKING_HANDLER -> assertThat(lives.blockingEnd(1)).isEqualTo(1);
				case NON_BLOCKING_HANDLER -> lives.end(1).handle((value, error) -> 0).get(20, TimeUnit.SECONDS);
				case STRATEGY -> assertThat(catchThrowable(() -> lives.value(1))).isNotNull();
				default -> node.stop();
			}
		}
		Awaitility.await().atMost(Duration.ofSeconds(20)).until(() -> node.port() == -1);
		nothingRuns();
		assertThat(engine.get().closed).hasValue(1);
		if (catchThrowable(node::start) == null) {
			assertThat(lives.value(5)).isEqualTo(5);
		}
		else {
			refused(Shape.BLOCKING, node, lives, "is closed");
		}
	}

	@Test
	void whenAHandlerStartsItsNodeAgainThenItIsRefusedRatherThanWaitedForByTheDrain() throws Exception {
		RealmNode node = provider();
		AtomicReference<Throwable> refusal = new AtomicReference<>();
		this.told.set(() -> {
			node.stop();
			refusal.set(catchThrowable(node::start));
		});
		node.start();
		assertThat(proxy(node).blockingEnd(1)).isEqualTo(1);
		assertThat(refusal.get()).isInstanceOf(IllegalStateException.class).hasMessageContaining("is stopping");
		Awaitility.await().until(() -> node.state() == NodeState.STOPPED);
		node.start();
		assertThat(proxy(node).value(1)).isEqualTo(1);
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void whenManyThreadsStartStopAndCloseANodeThenItEndsWhole(boolean embedded) throws Exception {
		RealmNodeBuilder builder = RealmNode.builder("test").nodeId("provider").secret(SECRET);
		RealmNode node = provider(
				embedded ? builder : builder.directory(DirectoryEngine.of(this.shared, this.shared, "a map")));
		List<Thread> threads = new ArrayList<>();
		List<Throwable> failures = new ArrayList<>();
		for (int i = 0; i < 6; i++) {
			int number = i;
			threads.add(new Thread(() -> {
				for (int round = 0; round < 4; round++) {
					if (number % 2 == 0) {
						node.start();
						node.advertise();
						node.withdraw().block(Duration.ofSeconds(5));
					}
					else {
						node.stop();
					}
				}
			}));
		}
		for (Thread thread : threads) {
			thread.setUncaughtExceptionHandler((failed, ex) -> {
				synchronized (failures) {
					failures.add(ex);
				}
			});
			thread.start();
		}
		for (Thread thread : threads) {
			thread.join();
		}
		assertThat(failures).isEmpty();
		node.start();
		assertThat(proxy(node).value(1)).isEqualTo(1);
		node.close();
		nothingRuns();
	}

	@Test
	void whenANodeListensThenItsOwnServicesCanBeCalledBeforeTheyAreAdvertised() {
		RealmNode node = provider(builder("provider").directory(new MapEngine()));
		Lives lives = proxy(node);
		node.start();
		assertThat(lives.value(1)).isEqualTo(1);
		assertThat(node.report().clients().get(0).instances()).hasSize(1);
		node.advertise();
		assertThat(lives.value(2)).isEqualTo(2);
		assertThat(node.report().clients().get(0).instances()).hasSize(1);
		node.withdraw().block(Duration.ofSeconds(5));
		assertThat(lives.value(3)).isEqualTo(3);
		node.drainServer(Duration.ofSeconds(1)).block(Duration.ofSeconds(10));
		assertThat(node.report().clients().get(0).instances()).isEmpty();
	}

	@Test
	void whenALeaseThrowsThenAWithdrawalDoesNot() {
		MapEngine engine = new MapEngine();
		engine.onWithdraw = () -> {
			throw new IllegalStateException("told to fail");
		};
		RealmNode node = provider(builder("provider").directory(engine));
		node.start();
		node.advertise();
		node.withdraw().block(Duration.ofSeconds(5));
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void whenANodeEndsWhileCallsRunThenEachEndsAtOnce(boolean closed) throws Exception {
		RealmNode provider = provider();
		provider.start();
		provider.advertise();
		RealmNode client = node(builder("client"));
		client.start();
		Lives lives = proxy(client);
		lives.value(1);
		List<CompletableFuture<?>> results = new ArrayList<>();
		List<Thread> callers = new ArrayList<>();
		List<RpcException> ends = new ArrayList<>();
		for (int i = 0; i < 300; i++) {
			Thread caller = new Thread(() -> {
				try {
					while (true) {
						lives.value(1);
					}
				}
				catch (RpcException ex) {
					synchronized (ends) {
						ends.add(ex);
					}
				}
			});
			caller.start();
			callers.add(caller);
		}
		for (int i = 0; i < 1000; i++) {
			results.add(lives.hang(i));
			results.add(lives.hedgedHang(i));
			results.add(lives.twice(i));
			results.add(client.client().callAsync("test.unknown", "x", 1, Integer.class));
		}
		for (int i = 0; i < 20; i++) {
			results.add(lives.endless(i).collectList().toFuture());
			results.add(lives.sum(Flux.never()).toFuture());
		}
		Awaitility.await().atMost(Duration.ofSeconds(20)).until(() -> this.entered.get() >= 1000);
		long begin = System.nanoTime();
		if (closed) {
			client.close();
		}
		else {
			client.stop();
		}
		for (Thread caller : callers) {
			caller.join(10_000);
			assertThat(caller.isAlive()).isFalse();
		}
		assertThat(ends).hasSize(300).allSatisfy((ex) -> assertThat(ex.code()).isEqualTo(Code.UNAVAILABLE));
		for (CompletableFuture<?> result : results) {
			Throwable error = result.handle((value, failure) -> failure).get(10, TimeUnit.SECONDS);
			assertThat(error).isInstanceOfSatisfying(RpcException.class, (ex) -> {
				assertThat(ex.code()).isEqualTo(Code.UNAVAILABLE);
				assertThat(ex).hasMessageContaining(closed ? "node 'client' is closed" : "node 'client' is stopped");
			});
		}
		assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(5));
	}

	/** A contract. */
	public interface Lives {

		@MaculaMethod(idempotent = true)
		int value(int number);

		@MaculaMethod(idempotent = true)
		CompletableFuture<Integer> future(int number);

		Mono<Integer> mono(int number);

		Flux<Integer> flux(int number);

		Mono<Integer> sum(Flux<Integer> numbers);

		int blockingSum(Flux<Integer> numbers);

		CompletableFuture<Integer> hang(int number);

		@MaculaMethod(idempotent = true, hedge = "10ms")
		CompletableFuture<Integer> hedgedHang(int number);

		@MaculaMethod(idempotent = true)
		CompletableFuture<Integer> twice(int number);

		Flux<Integer> endless(int number);

		int blockingEnd(int number);

		CompletableFuture<Integer> end(int number);

	}

	private final class Handler implements Lives {

		@Override
		public int value(int number) {
			return number;
		}

		@Override
		public CompletableFuture<Integer> future(int number) {
			return CompletableFuture.completedFuture(number);
		}

		@Override
		public Mono<Integer> mono(int number) {
			return Mono.just(number);
		}

		@Override
		public Flux<Integer> flux(int number) {
			return Flux.just(number);
		}

		@Override
		public Mono<Integer> sum(Flux<Integer> numbers) {
			return numbers.reduce(0, Integer::sum);
		}

		@Override
		public int blockingSum(Flux<Integer> numbers) {
			Integer sum = numbers.reduce(0, Integer::sum).block();
			return (sum != null) ? sum : 0;
		}

		@Override
		public CompletableFuture<Integer> hang(int number) {
			RealmNodeLivesTests.this.entered.incrementAndGet();
			return new CompletableFuture<>();
		}

		@Override
		public CompletableFuture<Integer> hedgedHang(int number) {
			return new CompletableFuture<>();
		}

		@Override
		public CompletableFuture<Integer> twice(int number) {
			return new CompletableFuture<>();
		}

		@Override
		public Flux<Integer> endless(int number) {
			return Flux.just(number).concatWith(Flux.never());
		}

		@Override
		public int blockingEnd(int number) {
			RealmNodeLivesTests.this.told.get().run();
			return number;
		}

		@Override
		public CompletableFuture<Integer> end(int number) {
			RealmNodeLivesTests.this.told.get().run();
			return CompletableFuture.completedFuture(number);
		}

	}

}
