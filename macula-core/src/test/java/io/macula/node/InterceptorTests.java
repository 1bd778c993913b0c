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

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

import ch.qos.logback.classic.spi.ILoggingEvent;
import io.macula.CallContext;
import io.macula.CallOptions;
import io.macula.Code;
import io.macula.MaculaCall;
import io.macula.MaculaMethod;
import io.macula.Metadata;
import io.macula.Processed;
import io.macula.ResponseMetadata;
import io.macula.RpcException;
import io.macula.Status;
import io.macula.client.ServiceSettings;
import io.macula.interceptor.ClientAttempt;
import io.macula.interceptor.ClientInterceptor;
import io.macula.interceptor.ClientInvocation;
import io.macula.interceptor.ServerInterceptor;
import io.macula.interceptor.ServerInvocation;
import io.macula.selection.SelectionStrategies;
import io.macula.server.ProviderSettings;
import io.macula.testing.LogLines;
import io.macula.tls.RealmSecret;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * Interceptors, options and response metadata of calls between nodes over QUIC.
 */
@Timeout(60)
class InterceptorTests {

	private static final RealmSecret SECRET = RealmSecret.of("Vq3kT8RzX1mWc7Jp0LdYs5HbN2gTf9QeAu6Ko4Ei+rM=",
			"the test");

	private final List<RealmNode> nodes = new ArrayList<>();

	private final Queue<String> seen = new ConcurrentLinkedQueue<>();

	private final Handler handler = new Handler();

	@RegisterExtension
	final LogLines log = LogLines.of("io.macula");

	@AfterEach
	void closeNodes() {
		for (int i = this.nodes.size() - 1; i >= 0; i--) {
			this.nodes.get(i).close();
		}
	}

	private RealmNode provider(String nodeId, List<ServerInterceptor> interceptors) {
		String[] seeds = this.nodes.isEmpty() ? new String[0]
				: new String[] { "127.0.0.1:" + this.nodes.get(0).port() };
		RealmNode node = RealmNode.builder("test")
			.nodeId(nodeId)
			.secret(SECRET)
			.seeds(seeds)
			.provider(
					new ProviderSettings("127.0.0.1", 0, null, 0, 100, Map.of(), 20, 1000, 1000, Duration.ofSeconds(2)))
			.service("test.talk", Talk.class, this.handler)
			.serverInterceptors(interceptors)
			.build();
		this.nodes.add(node);
		node.start();
		node.advertise();
		return node;
	}

	private RealmNode client(List<ClientInterceptor> interceptors) {
		RealmNode node = RealmNode.builder("test")
			.nodeId("client")
			.secret(SECRET)
			.defaults(ServiceSettings.defaults().withStrategy("first", SelectionStrategies.first()))
			.seeds("127.0.0.1:" + this.nodes.get(0).port())
			.clientInterceptors(interceptors)
			.build();
		this.nodes.add(node);
		node.start();
		return node;
	}

	private Talk talk(ClientInterceptor... interceptors) {
		return client(List.of(interceptors)).client().proxy(Talk.class, "test.talk");
	}

	/** Each shape, called so that what its handler answered comes back. */
	private static Map<String, Callable<@Nullable Object>> shapes(Talk talk) {
		return Map.of("value", () -> talk.value("a"), "optional", () -> talk.optional("a").orElseThrow(), "future",
				() -> talk.future("a").get(), "mono", () -> talk.mono("a").block(), "flux",
				() -> talk.flux("a").blockLast(), "mirror", () -> talk.mirror(Flux.just("a")).blockLast(), "sum",
				() -> talk.sum(Flux.just("a")).block(), "blocking sum", () -> talk.blockingSum(Flux.just("a")));
	}

	private static void failing(String shape, Callable<@Nullable Object> call, Code code, String message) {
		assertThatThrownBy(call::call).as(shape).satisfies((thrown) -> {
			Throwable error = (thrown instanceof ExecutionException && thrown.getCause() != null) ? thrown.getCause()
					: thrown;
			assertThat(error).isInstanceOf(RpcException.class);
			assertThat(((RpcException) error).code()).isEqualTo(code);
			assertThat(error).hasMessageContaining(message);
		});
	}

	// Both ways

	@Test
	void metadataOfAnInterceptorTravelsWithEachShapeAndMetadataComesBack() throws Exception {
		provider("node1", List.of());
		AtomicReference<@Nullable ClientInvocation> last = new AtomicReference<>();
		Talk talk = talk((call) -> {
			call.addMetadata("k", "v of " + call.method());
			last.set(call);
			return call.proceed();
		});
		for (Map.Entry<String, Callable<@Nullable Object>> shape : shapes(talk).entrySet()) {
			ResponseMetadata beside = MaculaCall.capture();
			Object answer = MaculaCall.with(beside).call(shape.getValue());
			ClientInvocation call = last.get();
			assertThat(call).isNotNull();
			assertThat(answer).as(shape.getKey()).isEqualTo("a, v of " + call.method());
			assertThat(beside.get().asMap()).as(shape.getKey()).isEqualTo(Map.of("served-by", "handler"));
			assertThat(call.responseMetadata().get("served-by")).as(shape.getKey()).isEqualTo("handler");
			assertThat(call.service().value()).isEqualTo("test.talk");
			assertThat(call.javaMethod().getDeclaringClass()).isEqualTo(Talk.class);
			assertThat(call.arguments()).hasSize(1);
			assertThatIllegalStateException().isThrownBy(() -> call.addMetadata("late", ""))
				.withMessageContaining("comes too late for the call of test.talk/");
		}
	}

	@Test
	void optionsHoldForCallsOfEachShapeWithoutAnInterceptor() throws Exception {
		provider("node1", List.of());
		Talk talk = talk();
		for (Map.Entry<String, Callable<@Nullable Object>> shape : shapes(talk).entrySet()) {
			try (CallOptions.Scope scope = MaculaCall.with("k", "ambient").open()) {
				assertThat(shape.getValue().call()).as(shape.getKey()).isEqualTo("a, ambient");
				assertThat(scope.responseMetadata().get("served-by")).as(shape.getKey()).isEqualTo("handler");
			}
			assertThat(shape.getValue().call()).as(shape.getKey()).isEqualTo("a, null");
		}
		Mono<String> assembled;
		try (CallOptions.Scope ignored = MaculaCall.with("k", "thread").open()) {
			assembled = talk.mono("a");
		}
		assertThat(assembled.block()).isEqualTo("a, thread");
		assertThat(assembled.contextWrite(MaculaCall.with("k", "subscriber").context()).block())
			.isEqualTo("a, subscriber");
		assertThat(talk.flux("a").contextWrite(MaculaCall.with("k", "subscriber").context()).blockLast())
			.isEqualTo("a, subscriber");
	}

	@Test
	void interceptorsHaveTheLastWordOnOptionsAndAttemptsOnBoth() {
		provider("node1", List.of());
		Talk talk = talk(new ClientInterceptor() {

			@Override
			public @Nullable Object intercept(ClientInvocation call) throws Throwable {
				assertThat(call.metadata().get("k")).isEqualTo("ambient");
				call.addMetadata("k", "interceptor");
				return call.proceed();
			}

			@Override
			public void attempt(ClientAttempt attempt) {
				assertThat(attempt.metadata().get("k")).isEqualTo("interceptor");
				attempt.addMetadata("k", "attempt " + attempt.number() + " at " + attempt.instance().nodeId());
			}

		});
		MaculaCall.with("k", "ambient").run(() -> assertThat(talk.value("a")).isEqualTo("a, attempt 1 at node1"));
	}

	@Test
	void aDeadlineOfACallTakesThePlaceOfTheConfiguredOne() {
		provider("node1", List.of());
		Talk talk = talk();
		// The deadline is that of the calls, not of the handshake before them.
		talk.value("a");
		CallOptions soon = MaculaCall.deadline(Duration.ofMillis(200));
		for (Callable<?> call : List.<Callable<?>>of(() -> talk.value("never"), () -> talk.mono("never").block(),
				() -> talk.future("never").join(), () -> talk.flux("never").blockLast())) {
			assertThatThrownBy(() -> soon.call(call)).satisfies((thrown) -> {
				Throwable error = (thrown instanceof RpcException) ? thrown : thrown.getCause();
				assertThat(((RpcException) error).code()).isEqualTo(Code.DEADLINE_EXCEEDED);
			});
		}
	}

	@Test
	void interceptorsAreNestedInTheirOrder() {
		provider("node1", List.of(named("server1"), named("server2")));
		Talk talk = talk(clientNamed("client1"), clientNamed("client2"));
		assertThat(talk.value("a")).isEqualTo("a, null");
		assertThat(this.seen).containsExactly("client1", "client2", "server1", "server2", "server2 back",
				"server1 back", "client2 back", "client1 back");
	}

	private ServerInterceptor named(String name) {
		return (call) -> {
			this.seen.add(name);
			Object result = call.proceed();
			this.seen.add(name + " back");
			return result;
		};
	}

	private ClientInterceptor clientNamed(String name) {
		return (call) -> {
			this.seen.add(name);
			Object result = call.proceed();
			this.seen.add(name + " back");
			return result;
		};
	}

	@Test
	void callsWithoutAnInterfaceAreInterceptedToo() {
		provider("node1", List.of());
		RealmNode client = client(List.of((call) -> {
			assertThat(call.javaMethod()).isNull();
			assertThat(call.arguments()).containsExactly("a");
			call.addMetadata("k", "dynamic");
			return call.proceed();
		}));
		assertThat(client.client().call("test.talk", "value", "a", String.class)).isEqualTo("a, dynamic");
		assertThat(client.client().callAsync("test.talk", "value", "a", String.class).join()).isEqualTo("a, dynamic");
	}

	@Test
	void theDirectoryIsNotIntercepted() {
		provider("node1", List.of(named("node1")));
		provider("node2", List.of(named("node2")));
		RealmNode client = client(List.of(clientNamed("client")));
		client.client().proxy(Talk.class, "test.talk");
		Awaitility.await().untilAsserted(() -> assertThat(client.report("test.talk").instances()).hasSize(2));
		assertThat(this.seen).isEmpty();
	}

	// The calling side

	@Test
	void whatAnInterceptorThrowsFailsTheCallOfEachShapeAndNothingIsSent() {
		provider("node1", List.of());
		Talk talk = talk((call) -> {
			throw Status.notProcessed(Code.PERMISSION_DENIED, "not from here").toException();
		});
		shapes(talk).forEach((shape, call) -> failing(shape, call, Code.PERMISSION_DENIED, "not from here"));
		assertThat(this.handler.calls).hasValue(0);
	}

	@Test
	void aCheckedExceptionThatTheMethodDoesNotDeclareIsWrapped() {
		provider("node1", List.of());
		Talk talk = talk((call) -> {
			throw new IOException("no token");
		});
		assertThatExceptionOfType(RpcException.class).isThrownBy(() -> talk.value("a"))
			.withCauseInstanceOf(IOException.class)
			.satisfies((ex) -> assertThat(ex.status().processed()).isEqualTo(Processed.NO))
			.withMessageContaining("interceptor io.macula.node.InterceptorTests")
			.withMessageContaining("failed the call of test.talk/value with what it does not declare:"
					+ " java.io.IOException: no token");
		assertThatExceptionOfType(IOException.class).isThrownBy(() -> talk.declared("a")).withMessage("no token");
		assertThatThrownBy(() -> talk.mono("a").block()).hasCauseInstanceOf(IOException.class);
		assertThatThrownBy(() -> talk.future("a").join()).hasCauseInstanceOf(IOException.class);
	}

	@Test
	void anInterceptorAnswersInThePlaceOfTheProvider() {
		provider("node1", List.of());
		for (Object answer : List.of("x", Mono.just("x"), CompletableFuture.completedFuture("x"),
				Mono.just("x").delayElement(Duration.ofMillis(20)))) {
			Talk talk = talk((call) -> call.method().equals("flux") ? Flux.just("x") : answer);
			assertThat(talk.value("a")).isEqualTo("x");
			assertThat(talk.optional("a")).contains("x");
			assertThat(talk.future("a").join()).isEqualTo("x");
			assertThat(talk.mono("a").block()).isEqualTo("x");
			assertThat(talk.flux("a").collectList().block()).containsExactly("x");
			this.nodes.remove(this.nodes.size() - 1).close();
		}
		assertThat(this.handler.calls).hasValue(0);
	}

	@Test
	void anAnswerOfAnotherTypeIsRefusedWithItsInterceptor() {
		provider("node1", List.of());
		Talk talk = talk(new Wrong(7));
		String expected = "Interceptor " + Wrong.class.getName() + " answered ";
		String remedy = "; return what proceed() returned, or an answer of this type";
		assertThatIllegalStateException().isThrownBy(() -> talk.value("a"))
			.withMessage(expected + "Talk.value(String) with a java.lang.Integer: expected java.lang.String" + remedy);
		assertThatIllegalStateException().isThrownBy(() -> talk.mono("a").block())
			.withMessage(expected + "Talk.mono(String) with a java.lang.Integer: expected a Mono of java.lang.String"
					+ remedy);
		assertThatIllegalStateException().isThrownBy(() -> talk.flux("a").blockLast())
			.withMessage(expected
					+ "Talk.flux(String) with a java.lang.Integer: expected a Publisher of java.lang.String" + remedy);
		assertThatThrownBy(() -> talk.future("a").join()).hasCauseInstanceOf(IllegalStateException.class);
		Talk later = talk(new Wrong(Mono.just(7)));
		assertThatIllegalStateException().isThrownBy(() -> later.mono("a").block());
		assertThatThrownBy(() -> later.future("a").join()).hasRootCauseInstanceOf(IllegalStateException.class);
		Talk nothing = talk(new Wrong(null));
		assertThat(nothing.value("a")).isNull();
		assertThat(nothing.optional("a")).isEmpty();
		assertThatIllegalStateException().isThrownBy(() -> nothing.number("a"))
			.withMessage(expected + "Talk.number(String) with null: expected java.lang.Integer" + remedy);
		assertThatIllegalStateException().isThrownBy(() -> nothing.mono("a").block())
			.withMessageContaining("with null: expected a Mono of java.lang.String");
		Talk empty = talk(new Wrong(Optional.of("x")));
		assertThat(empty.optional("a")).contains("x");
		for (Callable<@Nullable Object> call : List.<Callable<@Nullable Object>>of(() -> empty.value("a"),
				() -> empty.number("a"), () -> empty.mono("a").block())) {
			assertThatIllegalStateException().isThrownBy(call::call).withMessageContaining("with a java.util.Optional");
		}
		assertThatThrownBy(() -> empty.future("a").join()).hasCauseInstanceOf(IllegalStateException.class);
	}

	@Test
	void anInterceptorWithoutAnAnswerHoldsABlockingCallUntilItsDeadline() throws Exception {
		provider("node1", List.of());
		CompletableFuture<String> never = new CompletableFuture<>();
		Talk talk = talk((call) -> never);
		assertThatExceptionOfType(RpcException.class)
			.isThrownBy(() -> MaculaCall.deadline(Duration.ofMillis(50)).call(() -> talk.value("a")))
			.withMessageContaining("the deadline of test.talk/value was over before an interceptor had its answer")
			.satisfies((ex) -> assertThat(ex.code()).isEqualTo(Code.DEADLINE_EXCEEDED))
			.satisfies((ex) -> assertThat(ex.status().processed()).isEqualTo(Processed.NO));
		assertThat(never).isCancelled();
		Thread.currentThread().interrupt();
		assertThatExceptionOfType(RpcException.class)
			.isThrownBy(() -> talk((call) -> new CompletableFuture<>()).value("a"))
			.satisfies((ex) -> assertThat(ex.code()).isEqualTo(Code.CANCELLED));
		assertThat(Thread.interrupted()).isTrue();
	}

	@Test
	void anInterceptorCannotRetry() {
		provider("node1", List.of());
		Talk talk = talk((call) -> {
			call.proceed();
			return call.proceed();
		});
		String message = "An interceptor began the call of test.talk/%s a second time: a further attempt is not its"
				+ " business; set failover.max-attempts";
		assertThatIllegalStateException().isThrownBy(() -> talk.value("a")).withMessage(message.formatted("value"));
		assertThat(this.handler.calls).hasValue(1);
		Talk again = talk((call) -> ((Mono<?>) call.proceed()).repeat(1).last());
		assertThatIllegalStateException().isThrownBy(() -> again.mono("a").block())
			.withMessage(message.formatted("mono"));
		assertThat(this.handler.calls).hasValue(2);
	}

	@Test
	void eachSubscriptionIsACallOfItsOwn() {
		provider("node1", List.of());
		AtomicInteger calls = new AtomicInteger();
		Talk talk = talk((call) -> {
			calls.incrementAndGet();
			assertThat(call.reactorContext().<String>get("who")).isEqualTo("subscriber");
			return call.proceed();
		});
		Mono<String> mono = talk.mono("a").contextWrite((context) -> context.put("who", "subscriber"));
		assertThat(calls).hasValue(0);
		assertThat(mono.block()).isEqualTo("a, null");
		assertThat(mono.block()).isEqualTo("a, null");
		assertThat(calls).hasValue(2);
	}

	@Test
	void aCancelReachesTheProviderThroughAnInterceptor() throws Exception {
		provider("node1", List.of());
		Talk talk = talk((call) -> (call.proceed() instanceof CompletableFuture<?> future)
				? future.thenApply((value) -> value) : Mono.empty());
		CompletableFuture<String> future = talk.future("never");
		assertThat(this.handler.begun.await(10, TimeUnit.SECONDS)).isTrue();
		future.cancel(true);
		assertThat(this.handler.cancelled.await(10, TimeUnit.SECONDS)).isTrue();
		Talk reactive = talk((call) -> ((Mono<?>) call.proceed()).map((value) -> value));
		this.handler.reset();
		Disposable subscription = reactive.mono("never").subscribe();
		assertThat(this.handler.begun.await(10, TimeUnit.SECONDS)).isTrue();
		subscription.dispose();
		assertThat(this.handler.cancelled.await(10, TimeUnit.SECONDS)).isTrue();
	}

	@Test
	void whenTheNodeIsClosedDuringAnInterceptThenTheCallEnds() throws Exception {
		provider("node1", List.of());
		CountDownLatch inside = new CountDownLatch(1);
		CountDownLatch closed = new CountDownLatch(1);
		Talk talk = talk((call) -> {
			inside.countDown();
			closed.await();
			return call.proceed();
		});
		CompletableFuture<String> call = CompletableFuture.supplyAsync(() -> talk.value("a"));
		assertThat(inside.await(10, TimeUnit.SECONDS)).isTrue();
		this.nodes.remove(1).close();
		closed.countDown();
		assertThatThrownBy(() -> call.get(10, TimeUnit.SECONDS)).cause()
			.isInstanceOfSatisfying(RpcException.class, (ex) -> {
				assertThat(ex.code()).isEqualTo(Code.UNAVAILABLE);
				assertThat(ex.status().processed()).isEqualTo(Processed.NO);
			});
	}

	// Attempts

	@Test
	void attemptsAreToldWithTheirNumbersAndInstances() {
		provider("node1", List.of((call) -> {
			throw Status.notProcessed(Code.UNAVAILABLE, "not this one").toException();
		}));
		provider("node2", List.of());
		RealmNode client = client(List.of(new Watching()));
		Talk talk = client.client().proxy(Talk.class, "test.talk");
		Awaitility.await().untilAsserted(() -> assertThat(client.report("test.talk").instances()).hasSize(2));
		for (Callable<@Nullable Object> call : List.<Callable<@Nullable Object>>of(() -> talk.value("a"),
				() -> talk.flux("a").blockLast())) {
			this.seen.clear();
			assertThat(call).satisfies((made) -> assertThat(made.call()).isEqualTo("a, 2 at node2"));
			assertThat(this.seen).containsExactly("1 at node1", "2 at node2");
		}
	}

	@Test
	void aHedgeIsToldAsOne() {
		provider("node1", List.of((call) -> {
			if (call.call().method().equals("hedged")) {
				// Until it is given up.
				new CountDownLatch(1).await();
			}
			return call.proceed();
		}));
		provider("node2", List.of());
		RealmNode client = client(List.of(new Watching()));
		Talk talk = client.client().proxy(Talk.class, "test.talk");
		Awaitility.await().untilAsserted(() -> assertThat(client.report("test.talk").instances()).hasSize(2));
		assertThat(talk.hedged("a")).isEqualTo("a, 2 at node2 hedged");
		assertThat(this.seen).containsExactly("1 at node1", "2 at node2 hedged");
	}

	@Test
	void anAttemptThatIsRefusedEndsTheCallNotProcessed() {
		provider("node1", List.of());
		Talk talk = talk(refusing(Status.processed(Code.PERMISSION_DENIED, "not to this instance").toException()));
		shapes(talk).forEach((shape, call) -> failing(shape, call, Code.PERMISSION_DENIED, "not to this instance"));
		assertThatExceptionOfType(RpcException.class).isThrownBy(() -> talk.value("a"))
			.satisfies((ex) -> assertThat(ex.status().processed()).isEqualTo(Processed.NO));
		Talk broken = talk(refusing(new IllegalArgumentException("bug")));
		shapes(broken).forEach((shape, call) -> failing(shape, call, Code.INTERNAL,
				"an interceptor failed the attempt 1 of test.talk/"));
		assertThat(this.handler.calls).hasValue(0);
		assertThat(this.nodes.get(1).report("test.talk").instances().get(0).inFlight()).isZero();
	}

	private static ClientInterceptor refusing(RuntimeException thrown) {
		return new ClientInterceptor() {

			@Override
			public @Nullable Object intercept(ClientInvocation call) throws Throwable {
				return call.proceed();
			}

			@Override
			public void attempt(ClientAttempt attempt) {
				throw thrown;
			}

		};
	}

	// The serving side

	@Test
	void aRefusalBeforeTheHandlerMayBeNotProcessedAndAfterItNever() {
		provider("node1", List.of((call) -> {
			Object result = call.call().metadata().get("after") != null ? call.proceed() : null;
			throw Status.notProcessed(Code.RESOURCE_EXHAUSTED, "quota of " + call.javaMethod().getName() + result)
				.toException();
		}));
		Talk talk = talk();
		assertThatExceptionOfType(RpcException.class).isThrownBy(() -> talk.once("a")).satisfies((ex) -> {
			assertThat(ex.code()).isEqualTo(Code.RESOURCE_EXHAUSTED);
			assertThat(ex.status().processed()).isEqualTo(Processed.NO);
		});
		assertThat(this.handler.calls).hasValue(0);
		MaculaCall.with("after", "")
			.run(() -> assertThatExceptionOfType(RpcException.class).isThrownBy(() -> talk.once("a"))
				.satisfies((ex) -> assertThat(ex.status().processed()).isEqualTo(Processed.YES)));
		assertThat(this.handler.calls).hasValue(1);
	}

	@Test
	void aServerInterceptorAnswersInEachShape() throws Exception {
		provider("node1", List.of((call) -> {
			assertThat(CallContext.current()).isSameAs(call.call());
			assertThat(call.handler()).isSameAs(this.handler);
			assertThat(call.arguments()).hasSize(1);
			call.call().addResponseMetadata("from", "interceptor");
			boolean many = call.javaMethod().getReturnType() == Flux.class;
			return many ? Flux.just("x") : Mono.just("x").delayElement(Duration.ofMillis(10));
		}));
		Talk talk = talk();
		for (Map.Entry<String, Callable<@Nullable Object>> shape : shapes(talk).entrySet()) {
			ResponseMetadata beside = MaculaCall.capture();
			assertThat(MaculaCall.with(beside).<@Nullable Object>call(shape.getValue())).as(shape.getKey())
				.isEqualTo("x");
			assertThat(beside.get().get("from")).as(shape.getKey()).isEqualTo("interceptor");
		}
		assertThat(this.handler.calls).hasValue(0);
	}

	@Test
	void aHandlerThatIsCalledOnAnotherThreadFindsItsCallThere() throws Exception {
		provider("node1", List.of((call) -> {
			if (!call.nonBlocking()) {
				return call.proceed();
			}
			Mono<Long> before = Mono.delay(Duration.ofMillis(10));
			return (call.javaMethod().getReturnType() == Flux.class)
					? before.flatMapMany((tick) -> (Flux<?>) later(call))
					: before.flatMap((tick) -> single(later(call)));
		}));
		Talk talk = talk();
		MaculaCall.with("k", "v").<@Nullable Object>call(() -> {
			assertThat(talk.value("a")).isEqualTo("a, v");
			assertThat(talk.future("a").get()).isEqualTo("a, v");
			assertThat(talk.mono("a").block()).isEqualTo("a, v");
			assertThat(talk.flux("a").blockLast()).isEqualTo("a, v");
			return null;
		});
		assertThat(this.handler.loaders).containsOnly(Handler.class.getClassLoader());
	}

	/** On a thread that knows no call, before and after. */
	private static Object later(ServerInvocation call) {
		assertThat(CallContext.current()).isNull();
		Thread.currentThread().setContextClassLoader(null);
		try {
			return Objects.requireNonNull(call.proceed());
		}
		catch (Throwable ex) {
			throw new IllegalStateException(ex);
		}
		finally {
			assertThat(CallContext.current()).isNull();
			assertThat(Thread.currentThread().getContextClassLoader()).isNull();
		}
	}

	private static Mono<?> single(Object result) {
		return (result instanceof CompletableFuture<?> future) ? Mono.fromFuture(future) : (Mono<?>) result;
	}

	@Test
	void metadataComesBackWithAFailureAndWithALargeAnswer() {
		provider("node1", List.of());
		Talk talk = talk();
		try (CallOptions.Scope scope = MaculaCall.with("k", "v").open()) {
			assertThatExceptionOfType(RpcException.class).isThrownBy(() -> talk.value("fail"));
			assertThat(scope.responseMetadata().get("served-by")).isEqualTo("handler");
		}
		try (CallOptions.Scope scope = MaculaCall.with("k", "v").open()) {
			assertThat(talk.large(200_000)).hasSize(200_000);
			assertThat(scope.responseMetadata().get("served-by")).isEqualTo("handler");
		}
	}

	@Test
	void responseMetadataThatComesTooLateIsRefused() {
		AtomicReference<@Nullable CallContext> served = new AtomicReference<>();
		provider("node1", List.of((call) -> {
			served.set(call.call());
			return call.proceed();
		}));
		Talk talk = talk();
		talk.value("a");
		assertThatIllegalStateException().isThrownBy(() -> served.get().addResponseMetadata("late", "x"))
			.withMessage("Response metadata 'late' comes too late: test.talk/value was answered already, or its first"
					+ " element is on its way");
		List<Throwable> errors = new ArrayList<>();
		talk.flux("a").doOnNext((element) -> {
			try {
				served.get().addResponseMetadata("late", "x");
			}
			catch (IllegalStateException ex) {
				errors.add(ex);
			}
		}).blockLast();
		assertThat(errors).hasSize(1);
	}

	@Test
	void theEndIsToldOnceWhateverItIs() throws Exception {
		Ends ends = new Ends();
		provider("node1", List.of(ends));
		Talk talk = talk();
		talk.value("a");
		talk.flux("a").blockLast();
		assertThatExceptionOfType(RpcException.class).isThrownBy(() -> talk.value("fail"));
		talk.mono("never").timeout(Duration.ofMillis(100), Mono.empty()).block();
		assertThatExceptionOfType(RpcException.class)
			.isThrownBy(() -> this.nodes.get(1).client().call("test.talk", "number", List.of(1), String.class));
		Awaitility.await().untilAsserted(() -> assertThat(ends.told).hasSize(5));
		// Each is told by the thread that ended it, after its caller.
		assertThat(ends.told).containsExactlyInAnyOrder("value OK", "flux OK", "value UNKNOWN", "mono CANCELLED",
				"number INVALID_ARGUMENT");
		assertThat(ends.intercepted).hasValue(4);
		assertThat(this.log.events()).extracting(ILoggingEvent::getFormattedMessage)
			.anySatisfy((line) -> assertThat(line)
				.contains("Interceptor " + Ends.class.getName() + " failed at the end of a call of test.talk/"));
	}

	@Test
	void aServerInterceptorCannotCallTheHandlerTwice() {
		provider("node1", List.of((call) -> {
			call.proceed();
			return call.proceed();
		}));
		assertThatExceptionOfType(RpcException.class).isThrownBy(() -> talk().value("a"));
		assertThat(this.handler.calls).hasValue(1);
		assertThat(this.log.events()).anySatisfy((line) -> assertThat(line.getThrowableProxy().getMessage()).isEqualTo(
				"An interceptor of test.talk/value called proceed() a second time: a handler serves a call once"));
	}

	@Test
	void aWrongAnswerOfAServerInterceptorIsLoggedWithItsName() {
		provider("node1", List.of((call) -> 7));
		assertThatExceptionOfType(RpcException.class).isThrownBy(() -> talk().value("a"));
		assertThat(this.log.events())
			.anySatisfy((line) -> assertThat(line.getThrowableProxy().getMessage()).contains("Interceptor ",
					"answered Talk.value(String) with a java.lang.Integer: expected java.lang.String"));
	}

	/** Counts attempts. */
	private final class Watching implements ClientInterceptor {

		@Override
		public @Nullable Object intercept(ClientInvocation call) throws Throwable {
			return call.proceed();
		}

		@Override
		public void attempt(ClientAttempt attempt) {
			String told = attempt.number() + " at " + attempt.instance().nodeId() + (attempt.hedged() ? " hedged" : "");
			attempt.addMetadata("k", told);
			InterceptorTests.this.seen.add(told);
		}

	}

	/** Is told the ends of calls, and fails. */
	private static final class Ends implements ServerInterceptor {

		final Queue<String> told = new ConcurrentLinkedQueue<>();

		final AtomicInteger intercepted = new AtomicInteger();

		@Override
		public @Nullable Object intercept(ServerInvocation call) throws Throwable {
			this.intercepted.incrementAndGet();
			return call.proceed();
		}

		@Override
		public void ended(CallContext call, Status status, Duration took) {
			assertThat(took).isPositive();
			this.told.add(call.method() + " " + status.code());
			throw new IllegalStateException("too bad");
		}

	}

	/** Answers what does not fit. */
	private record Wrong(@Nullable Object answer) implements ClientInterceptor {

		@Override
		public @Nullable Object intercept(ClientInvocation call) {
			return this.answer;
		}

	}

	interface Talk {

		@MaculaMethod(idempotent = true)
		@Nullable String value(String text);

		@MaculaMethod(idempotent = true)
		Optional<String> optional(String text);

		@MaculaMethod(idempotent = true)
		CompletableFuture<String> future(String text);

		@MaculaMethod(idempotent = true)
		Mono<String> mono(String text);

		@MaculaMethod(idempotent = true)
		Flux<String> flux(String text);

		Flux<String> mirror(Flux<String> texts);

		Mono<String> sum(Flux<String> texts);

		String blockingSum(Flux<String> texts);

		int number(String text);

		String once(String text);

		@MaculaMethod(idempotent = true, hedge = "100ms")
		String hedged(String text);

		byte[] large(int bytes);

		String declared(String text) throws IOException;

	}

	/** Answers with what came beside the call. */
	private static final class Handler implements Talk {

		final AtomicInteger calls = new AtomicInteger();

		final Queue<ClassLoader> loaders = new ConcurrentLinkedQueue<>();

		volatile CountDownLatch begun = new CountDownLatch(1);

		volatile CountDownLatch cancelled = new CountDownLatch(1);

		void reset() {
			this.begun = new CountDownLatch(1);
			this.cancelled = new CountDownLatch(1);
		}

		private String told(String text) {
			this.calls.incrementAndGet();
			this.loaders.add(Thread.currentThread().getContextClassLoader());
			CallContext call = CallContext.current();
			Metadata metadata = call.metadata();
			call.addResponseMetadata("served-by", "handler");
			if (text.equals("fail")) {
				throw new IllegalStateException("as it was told");
			}
			return text + ", " + metadata.get("k");
		}

		@Override
		public String value(String text) {
			if (text.equals("never")) {
				try {
					new CountDownLatch(1).await();
				}
				catch (InterruptedException ex) {
					this.cancelled.countDown();
				}
			}
			return told(text);
		}

		@Override
		public Optional<String> optional(String text) {
			return Optional.of(told(text));
		}

		@Override
		public CompletableFuture<String> future(String text) {
			return mono(text).toFuture();
		}

		@Override
		public Mono<String> mono(String text) {
			String told = told(text);
			return !text.equals("never") ? Mono.just(told)
					: Mono.<String>never()
						.doOnSubscribe((subscription) -> this.begun.countDown())
						.doOnCancel(this.cancelled::countDown);
		}

		@Override
		public Flux<String> flux(String text) {
			String told = told(text);
			return text.equals("never") ? Flux.never() : Flux.just(told);
		}

		@Override
		public Flux<String> mirror(Flux<String> texts) {
			String told = told("");
			return texts.map((text) -> text + told);
		}

		@Override
		public Mono<String> sum(Flux<String> texts) {
			String told = told("");
			return texts.collectList().map((all) -> String.join("", all) + told);
		}

		@Override
		public String blockingSum(Flux<String> texts) {
			return String.join("", texts.collectList().block()) + told("");
		}

		@Override
		public int number(String text) {
			return text.length();
		}

		@Override
		public String once(String text) {
			return told(text);
		}

		@Override
		public String hedged(String text) {
			return told(text);
		}

		@Override
		public byte[] large(int bytes) {
			told("");
			return new byte[bytes];
		}

		@Override
		public String declared(String text) {
			return told(text);
		}

	}

}
