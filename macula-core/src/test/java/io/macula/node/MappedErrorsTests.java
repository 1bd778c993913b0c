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
import java.lang.reflect.UndeclaredThrowableException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;

import ch.qos.logback.classic.Level;
import io.macula.Code;
import io.macula.Processed;
import io.macula.RpcException;
import io.macula.client.ErrorMapper;
import io.macula.server.ExceptionMapper;
import io.macula.server.MethodGuard;
import io.macula.server.ProviderSettings;
import io.macula.testing.LogLines;
import io.macula.tls.RealmSecret;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

/**
 * Tests of what a caller sees of a failure, and of the mappers at both ends, from the
 * handler of one node to the caller at another.
 */
@Timeout(30)
class MappedErrorsTests {

	private static final RealmSecret SECRET = RealmSecret.of("Vq3kT8RzX1mWc7Jp0LdYs5HbN2gTf9QeAu6Ko4Ei+rM=",
			"the test");

	private static final String HIDDEN = " failed with what its contract does not declare; the provider's log says more"
			+ " (its macula.provider.expose-messages is false)";

	@RegisterExtension
	final LogLines clientLog = LogLines.of("io.macula.client.CallErrors");

	@RegisterExtension
	final LogLines providerLog = LogLines.of("io.macula.server.HandlerFailures");

	private final Handler handler = new Handler();

	private final List<ExceptionMapper> exceptionMappers = new ArrayList<>();

	private final List<ErrorMapper> errorMappers = new ArrayList<>();

	private final List<MethodGuard.Factory> guards = new ArrayList<>();

	private boolean exposed;

	private RealmNode provider;

	private RealmNode client;

	private Orders orders;

	private void start() {
		RealmNodeBuilder serving = RealmNode.builder("test")
			.nodeId("provider")
			.secret(SECRET)
			.provider(
					new ProviderSettings("127.0.0.1", 0, null, 0, 100, Map.of(), 20, 1000, 1000, Duration.ofSeconds(2))
						.withExposeMessages(this.exposed))
			.service("test.orders", Orders.class, this.handler);
		this.exceptionMappers.forEach(serving::exceptionMapper);
		this.guards.forEach(serving::methodGuards);
		this.provider = serving.build();
		this.provider.start();
		this.provider.advertise();
		RealmNodeBuilder calling = RealmNode.builder("test")
			.nodeId("client")
			.secret(SECRET)
			.seeds("127.0.0.1:" + this.provider.port());
		this.errorMappers.forEach(calling::errorMapper);
		this.client = calling.build();
		this.client.start();
		this.orders = this.client.client().proxy(Orders.class, "test.orders");
	}

	@AfterEach
	void close() {
		if (this.client != null) {
			this.client.close();
		}
		if (this.provider != null) {
			this.provider.close();
		}
	}

	@Test
	void whenNothingIsMappedThenNoShapeTellsClassOrMessage() {
		start();
		this.handler.fails = new IllegalStateException("table ORDERS of host db7");
		failures().forEach((method, thrown) -> assertThat(thrown).isInstanceOfSatisfying(RpcException.class, (ex) -> {
			assertThat(ex).hasMessage("UNKNOWN: test.orders/" + method + HIDDEN);
			assertThat(ex.remoteType()).isNull();
			assertThat(ex.detail()).isEmpty();
			assertThat(ex.status().processed()).isEqualTo(Processed.YES);
		}));
	}

	@Test
	void whenMessagesAreExposedThenEveryShapeTellsClassAndMessage() {
		this.exposed = true;
		start();
		this.handler.fails = new IllegalStateException("table ORDERS of host db7");
		failures().forEach((method, thrown) -> assertThat(thrown).isInstanceOfSatisfying(RpcException.class, (ex) -> {
			assertThat(ex).hasMessage("UNKNOWN: java.lang.IllegalStateException: table ORDERS of host db7");
			assertThat(ex.remoteType()).isEqualTo("java.lang.IllegalStateException");
		}));
	}

	@Test
	void whenAHandlerThrowsAStatusThenItsDetailArrivesInItsOrderInEveryShape() {
		start();
		this.handler.fails = RpcException.of(Code.NOT_FOUND, "no such order")
			.withDetail("order", "A-1")
			.withDetail("hint", "was it archived?");
		failures().forEach((method, thrown) -> assertThat(thrown).isInstanceOfSatisfying(RpcException.class, (ex) -> {
			assertThat(ex).hasMessage("NOT_FOUND: no such order");
			assertThat(ex.detail()).containsExactly(Map.entry("order", "A-1"), Map.entry("hint", "was it archived?"));
			assertThat(ex.remoteType()).isNull();
		}));
	}

	@Test
	void whenAHandlerThrowsTheCodeOfDeclaredExceptionsThenItsDetailArrives() {
		start();
		this.handler.fails = RpcException.of(Code.APPLICATION, "sold out").withDetail("sku", "A-1");
		failures().values().forEach((thrown) -> assertThat(thrown).isInstanceOfSatisfying(RpcException.class, (ex) -> {
			assertThat(ex).hasMessage("APPLICATION: sold out");
			assertThat(ex.detail()).containsExactly(Map.entry("sku", "A-1"));
		}));
	}

	@Test
	void whenACallFailsThenTheExceptionTellsServiceMethodAndAttempts() {
		start();
		this.handler.fails = new IllegalStateException("odd");
		failures().forEach((method, thrown) -> assertThat(thrown).isInstanceOfSatisfying(RpcException.class, (ex) -> {
			assertThat(ex.service()).isEqualTo("test.orders");
			assertThat(ex.method()).isEqualTo(method);
			assertThat(ex.attempts()).singleElement().satisfies((attempt) -> {
				assertThat(attempt.number()).isEqualTo(1);
				assertThat(attempt.instanceId()).isEqualTo("provider");
				assertThat(attempt.endpoint().port()).isEqualTo(this.provider.port());
				assertThat(attempt.status()).isEqualTo(ex.status());
			});
		}));
	}

	@Test
	void whenACallFailsBeforeItsFirstAttemptThenTheExceptionTellsServiceAndMethod() {
		start();
		assertThatThrownBy(() -> this.orders.elements(null)).isInstanceOfSatisfying(RpcException.class, (ex) -> {
			assertThat(ex.service()).isEqualTo("test.orders");
			assertThat(ex.method()).isEqualTo("elements");
			assertThat(ex.attempts()).isEmpty();
		});
		this.client.close();
		assertThat(failure(this.orders.fine())).isInstanceOfSatisfying(RpcException.class, (ex) -> {
			assertThat(ex.code()).isEqualTo(Code.UNAVAILABLE);
			assertThat(ex.service()).isEqualTo("test.orders");
			assertThat(ex.method()).isEqualTo("fine");
			assertThat(ex.attempts()).isEmpty();
		});
	}

	@Test
	void whenAMapperKnowsTheExceptionThenItSaysWhatTheCallerIsToldInEveryShape() {
		List<String> asked = new CopyOnWriteArrayList<>();
		this.exceptionMappers.add((call, thrown) -> {
			asked.add(call.service() + "/" + call.method() + " of " + call.callerNodeId());
			return null;
		});
		this.exceptionMappers.add((call, thrown) -> (thrown instanceof IllegalStateException)
				? RpcException.of(Code.RESOURCE_EXHAUSTED, "no stock").withDetail("sku", "A-1") : null);
		this.exceptionMappers.add((call, thrown) -> RpcException.of(Code.INTERNAL, "never asked"));
		start();
		this.handler.fails = new IllegalStateException("table ORDERS of host db7");
		Map<String, Throwable> failures = failures();
		failures.forEach((method, thrown) -> {
			assertThat(thrown).isInstanceOfSatisfying(RpcException.class, (ex) -> {
				assertThat(ex).hasMessage("RESOURCE_EXHAUSTED: no stock");
				assertThat(ex.detail()).containsExactly(Map.entry("sku", "A-1"));
				assertThat(ex.status().processed()).isEqualTo(Processed.YES);
			});
			assertThat(asked).containsOnlyOnce("test.orders/" + method + " of client");
		});
		assertThat(this.providerLog.events()).isEmpty();
	}

	@Test
	void whenAMapperFailsThenItIsLoggedAndTheDefaultHolds() {
		this.exceptionMappers.add((call, thrown) -> {
			throw new IllegalArgumentException("odd mapper");
		});
		start();
		this.handler.fails = new IllegalStateException("secret");
		assertThat(catchThrowable(() -> this.orders.value("A-1"))).hasMessage("UNKNOWN: test.orders/value" + HIDDEN);
		assertThat(this.providerLog.at(Level.WARN)).anySatisfy((line) -> assertThat(line)
			.contains("failed at java.lang.IllegalStateException of test.orders/value; its caller is told what it would"
					+ " be without mappers"));
	}

	@Test
	void whenTheContractDeclaresTheExceptionThenNoMapperIsAsked() {
		this.exceptionMappers.add((call, thrown) -> RpcException.of(Code.INTERNAL, "asked"));
		this.errorMappers.add((failure) -> new OddException("asked"));
		start();
		this.handler.fails = new Declared("sold out");
		failures().values()
			.forEach((thrown) -> assertThat(thrown).isExactlyInstanceOf(Declared.class).hasMessage("sold out"));
	}

	@Test
	void whenAMapperMapsAStatusOfTheHandlerThenThatIsTold() {
		this.exceptionMappers.add((call, thrown) -> (thrown instanceof RpcException ex)
				? RpcException.of(Code.UNAVAILABLE, "the warehouse says " + ex.code()) : null);
		start();
		this.handler.fails = RpcException.of(Code.NOT_FOUND, "gone");
		assertThat(catchThrowable(() -> this.orders.value("A-1")))
			.hasMessage("UNAVAILABLE: the warehouse says NOT_FOUND");
	}

	@Test
	void whenAnErrorMapperKnowsTheFailureThenTheCallerIsThrownItsExceptionInEveryShape() {
		List<RpcException> asked = new CopyOnWriteArrayList<>();
		this.errorMappers.add((failure) -> {
			asked.add(failure);
			return null;
		});
		this.errorMappers.add((failure) -> (failure.code() == Code.NOT_FOUND)
				? new OddException(failure.method() + " " + failure.detail().get("order")) : null);
		start();
		this.handler.fails = RpcException.of(Code.NOT_FOUND, "no such order").withDetail("order", "A-1");
		Map<String, Throwable> failures = failures();
		failures.forEach((method, thrown) -> {
			assertThat(thrown).isExactlyInstanceOf(OddException.class)
				.hasMessage(method + " A-1")
				.cause()
				.isInstanceOfSatisfying(RpcException.class,
						(ex) -> assertThat(ex).hasMessage("NOT_FOUND: no such order"));
		});
		assertThat(asked).hasSameSizeAs(failures.keySet());
		asked.clear();
		assertThatThrownBy(() -> this.client.client().call("test.orders", "value", "A-1", String.class))
			.isExactlyInstanceOf(OddException.class)
			.hasMessage("value A-1");
		assertThat(failure(this.client.client().callAsync("test.orders", "value", "A-1", String.class)))
			.isExactlyInstanceOf(OddException.class)
			.hasMessage("value A-1");
		assertThat(asked).hasSize(2);
	}

	@Test
	void whenNoErrorMapperKnowsTheFailureThenTheCallerIsThrownTheFailure() {
		this.errorMappers.add((failure) -> null);
		start();
		this.handler.fails = RpcException.of(Code.NOT_FOUND, "no such order");
		failures().values().forEach((thrown) -> assertThat(thrown).hasMessage("NOT_FOUND: no such order"));
	}

	@Test
	void whenAnErrorMapperMakesACheckedExceptionThenItIsThrownOnlyWhereItIsDeclared() {
		this.errorMappers.add((failure) -> (failure.code() == Code.NOT_FOUND) ? new Declared("made of it")
				: new IOException("made of it"));
		start();
		this.handler.fails = RpcException.of(Code.NOT_FOUND, "no such order");
		assertThat(catchThrowable(() -> this.orders.value("A-1"))).isExactlyInstanceOf(Declared.class)
			.hasMessage("made of it")
			.hasCauseInstanceOf(RpcException.class);
		this.handler.fails = RpcException.of(Code.UNAVAILABLE, "no warehouse");
		failures().forEach((method, thrown) -> {
			assertThat(thrown).isExactlyInstanceOf(UndeclaredThrowableException.class)
				.hasMessageMatching("ErrorMapper .*MappedErrorsTests\\$.* made java.io.IOException of a failure of"
						+ " test.orders/" + method + ", which is a checked exception that the method does not declare:"
						+ " declare it in the contract, or make an unchecked one");
			assertThat(thrown.getCause()).isExactlyInstanceOf(IOException.class).hasCauseInstanceOf(RpcException.class);
		});
	}

	@Test
	void whenAnErrorMapperFailsThenItIsLoggedAndTheCallerIsThrownTheFailure() {
		this.errorMappers.add((failure) -> {
			throw new IllegalArgumentException("odd mapper");
		});
		start();
		this.handler.fails = RpcException.of(Code.NOT_FOUND, "no such order");
		failures().forEach((method, thrown) -> {
			assertThat(thrown).hasMessage("NOT_FOUND: no such order");
			assertThat(thrown.getSuppressed()).singleElement()
				.satisfies((suppressed) -> assertThat(suppressed).hasMessage("odd mapper"));
		});
		assertThat(this.clientLog.at(Level.WARN)).anySatisfy((line) -> assertThat(line)
			.contains("failed at a failure of test.orders/value; its caller is thrown the failure itself"));
	}

	@Test
	void whenAnErrorMapperKeepsNothingOrTheSameExceptionThenTheFailureIsFoundAndNothingGathers() {
		OddException constant = new OddException("constant");
		this.errorMappers.add((failure) -> switch (failure.code()) {
			case NOT_FOUND -> new OddException("with a cause", new IOException("odd"));
			case UNAVAILABLE -> new OddException("without one", null);
			case INTERNAL -> RpcException.of(Code.CANCELLED, "a status");
			default -> constant;
		});
		start();
		this.handler.fails = RpcException.of(Code.NOT_FOUND, "gone");
		assertThat(catchThrowable(() -> this.orders.value("A-1")).getSuppressed()).singleElement()
			.satisfies((kept) -> assertThat(kept).hasMessage("NOT_FOUND: gone"));
		this.handler.fails = RpcException.of(Code.UNAVAILABLE, "gone");
		assertThat(catchThrowable(() -> this.orders.value("A-1")).getSuppressed()).singleElement()
			.satisfies((kept) -> assertThat(kept).hasMessage("UNAVAILABLE: gone"));
		this.handler.fails = RpcException.of(Code.INTERNAL, "gone");
		Throwable status = catchThrowable(() -> this.orders.value("A-1"));
		assertThat(status).hasMessage("CANCELLED: a status");
		assertThat(status.getSuppressed()).singleElement()
			.satisfies((kept) -> assertThat(kept).hasMessage("INTERNAL: gone"));
		this.handler.fails = RpcException.of(Code.UNKNOWN, "gone");
		for (int i = 0; i < 3; i++) {
			assertThat(catchThrowable(() -> this.orders.value("A-1"))).isSameAs(constant)
				.hasNoSuppressedExceptions()
				.hasCauseInstanceOf(RpcException.class);
		}
	}

	@Test
	void whenAGuardRefusesArgumentsThenNoMethodRunsAndNoOtherInstanceIsAsked() {
		this.guards.add((service, handler, method) -> new MethodGuard() {

			@Override
			public RpcException refuseArguments(Object[] arguments) {
				return RpcException.of(Code.INVALID_ARGUMENT, "guarded").withDetail("sku", "odd");
			}

		});
		this.exceptionMappers.add((call, thrown) -> RpcException.of(Code.INTERNAL, "asked"));
		start();
		this.handler.fails = new IllegalStateException("it ran");
		failures().forEach((method, thrown) -> assertThat(thrown).isInstanceOfSatisfying(RpcException.class, (ex) -> {
			assertThat(ex.code()).isEqualTo(Code.INVALID_ARGUMENT);
			assertThat(ex.status().processed()).isEqualTo(Processed.NO);
			assertThat(ex.getMessage())
				.startsWith("INVALID_ARGUMENT: guarded ('" + method + "' of service 'test.orders' at ")
				.endsWith("; not processed)");
			assertThat(ex.detail()).containsExactly(Map.entry("sku", "odd"));
			assertThat(ex.attempts()).hasSize(1);
		}));
	}

	@Test
	void whenAGuardRefusesTheAnswerThenItIsTheProvidersFault() {
		this.guards.add((service, handler, method) -> new MethodGuard() {

			@Override
			public String refuseResult(Object result) {
				return "secret fault of " + result;
			}

		});
		start();
		assertThat(failure(this.orders.fine())).hasMessage("INTERNAL: the result of test.orders/fine is not valid; the"
				+ " provider's log says more (its macula.provider.expose-messages is false)");
		assertThat(this.providerLog.at(Level.WARN)).anySatisfy((line) -> assertThat(line)
			.contains("the result of test.orders/fine is not valid: secret fault of fine"));
	}

	@Test
	void whenAMappedFutureIsCancelledThenItsCallIs() {
		this.errorMappers.add((failure) -> new OddException("mapped"));
		start();
		CompletableFuture<String> open = this.orders.never();
		await().until(() -> this.handler.asked);
		assertThat(open.cancel(true)).isTrue();
		assertThat(open).isCancelled();
		assertThatThrownBy(open::join).isInstanceOf(CancellationException.class);
		await().untilAsserted(() -> assertThat(this.handler.cancelled).isTrue());
		assertThat(this.orders.fine().join()).isEqualTo("fine");
	}

	/** What each method fails with, by its name. */
	private Map<String, Throwable> failures() {
		try {
			return failuresOfAll();
		}
		catch (Declared ex) {
			throw new AssertionError("thrown before the call", ex);
		}
	}

	private Map<String, Throwable> failuresOfAll() throws Declared {
		Map<String, Throwable> failures = new LinkedHashMap<>();
		failures.put("value", catchThrowable(() -> this.orders.value("A-1")));
		failures.put("nothing", catchThrowable(() -> this.orders.nothing("A-1")));
		failures.put("optional", catchThrowable(() -> this.orders.optional("A-1")));
		failures.put("future", failure(this.orders.future("A-1")));
		failures.put("later", failure(this.orders.later("A-1")));
		failures.put("mono", failure(this.orders.mono("A-1").toFuture()));
		failures.put("failing", failure(this.orders.failing("A-1").toFuture()));
		failures.put("flux", failure(this.orders.flux("A-1").collectList().toFuture()));
		failures.put("elements", catchThrowable(() -> this.orders.elements(Flux.just("A-1"))));
		failures.put("echoed", failure(this.orders.echoed(Flux.just("A-1")).collectList().toFuture()));
		failures.put("counted", failure(this.orders.counted(Flux.just("A-1"))));
		return failures;
	}

	private static Throwable failure(CompletableFuture<?> result) {
		Throwable thrown = catchThrowable(result::join);
		return (thrown instanceof CompletionException) ? thrown.getCause() : thrown;
	}

	interface Orders {

		String value(String sku) throws Declared;

		void nothing(String sku) throws Declared;

		Optional<String> optional(String sku) throws Declared;

		CompletableFuture<String> future(String sku) throws Declared;

		CompletableFuture<String> later(String sku) throws Declared;

		Mono<String> mono(String sku) throws Declared;

		Mono<String> failing(String sku) throws Declared;

		Flux<String> flux(String sku) throws Declared;

		String elements(Flux<String> skus) throws Declared;

		Flux<String> echoed(Flux<String> skus) throws Declared;

		CompletableFuture<Integer> counted(Flux<String> skus) throws Declared;

		CompletableFuture<String> never();

		CompletableFuture<String> fine();

	}

	static final class Handler implements Orders {

		volatile Exception fails = new IllegalStateException("not set");

		volatile boolean asked;

		volatile boolean cancelled;

		@Override
		public String value(String sku) throws Declared {
			throw fail();
		}

		@Override
		public void nothing(String sku) throws Declared {
			throw fail();
		}

		@Override
		public Optional<String> optional(String sku) throws Declared {
			throw fail();
		}

		@Override
		public CompletableFuture<String> future(String sku) throws Declared {
			throw fail();
		}

		@Override
		public CompletableFuture<String> later(String sku) {
			return CompletableFuture.<String>failedFuture(this.fails).thenApply(Function.identity());
		}

		@Override
		public Mono<String> mono(String sku) throws Declared {
			throw fail();
		}

		@Override
		public Mono<String> failing(String sku) {
			return Mono.error(this.fails);
		}

		@Override
		public Flux<String> flux(String sku) {
			return Flux.concat(Flux.just("first"), Flux.error(this.fails));
		}

		@Override
		public String elements(Flux<String> skus) throws Declared {
			skus.blockLast();
			throw fail();
		}

		@Override
		public Flux<String> echoed(Flux<String> skus) {
			return skus.flatMap((sku) -> Flux.error(this.fails));
		}

		@Override
		public CompletableFuture<Integer> counted(Flux<String> skus) {
			return skus.then(Mono.<Integer>error(this.fails)).toFuture();
		}

		@Override
		public CompletableFuture<String> never() {
			this.asked = true;
			return Mono.<String>never().doOnCancel(() -> this.cancelled = true).toFuture();
		}

		@Override
		public CompletableFuture<String> fine() {
			return CompletableFuture.completedFuture("fine");
		}

		private RuntimeException fail() throws Declared {
			if (this.fails instanceof Declared declared) {
				throw declared;
			}
			return (RuntimeException) this.fails;
		}

	}

	/** Declared by the contract. */
	static final class Declared extends Exception {

		Declared(String message) {
			super(message);
		}

	}

	/** Of the client's application. */
	static final class OddException extends RuntimeException {

		OddException(String message) {
			super(message);
		}

		OddException(String message, Throwable cause) {
			super(message, cause);
		}

	}

}
