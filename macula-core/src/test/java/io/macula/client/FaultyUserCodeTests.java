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

package io.macula.client;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

import com.fasterxml.jackson.annotation.JsonValue;
import io.github.resilience4j.retry.Retry;
import io.macula.CallOptions;
import io.macula.Code;
import io.macula.MaculaCall;
import io.macula.Metadata;
import io.macula.Priority;
import io.macula.RpcException;
import io.macula.Status;
import io.macula.observation.AttemptObservationContext;
import io.macula.selection.LatencyWindow;
import io.macula.transport.FakeConnection;
import io.macula.transport.OutboundCall;
import io.macula.wire.Failure;
import io.micrometer.common.KeyValues;
import io.micrometer.observation.GlobalObservationConvention;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationHandler;
import io.micrometer.observation.ObservationRegistry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.test.publisher.TestPublisher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * Tests of calls beside code of the user that fails: each of them ends, once, and with
 * its own outcome wherever there is one.
 */
class FaultyUserCodeTests {

	private static final Status LOST = Status.unknown(Code.UNAVAILABLE, "connection lost");

	private static final Status REJECTED = Status.processed(Code.INTERNAL, "rejected");

	private final ClientFixture fixture = new ClientFixture();

	private Calls calls() {
		return this.fixture.client().proxy(Calls.class, Calls.SERVICE, Calls.SERVICE, this.fixture.settings);
	}

	private void answer() {
		this.fixture.onConnect = (connection) -> {
			connection.onSend = (call) -> connection.answer(call, Calls.encoded("a"));
			connection.onStream = (call) -> Flux.just(Calls.encoded("a"));
		};
	}

	private void fail(Status status) {
		this.fixture.onConnect = (connection) -> {
			connection.onSend = (call) -> connection.fail(call, status);
			connection.onStream = (call) -> Flux.error(status.toException());
		};
	}

	private void observe(Fault... faults) {
		this.fixture.observations = ObservationRegistry.create();
		this.fixture.observations.observationConfig().observationHandler(new FaultyHandler(Set.of(faults)));
	}

	private static List<CompletableFuture<?>> everyShape(Calls calls) {
		return List.of(calls.future("x"), calls.mono("x").toFuture(), calls.hedged("x"),
				calls.many("x").collectList().toFuture(), calls.sum(Flux.just("x")),
				calls.monoSum(Flux.just("x")).toFuture());
	}

	private static RpcException failure(CompletableFuture<?> result) {
		assertThat(result).isCompletedExceptionally();
		return (RpcException) result.handle((value, error) -> error).join();
	}

	@ParameterizedTest
	@EnumSource
	void whenAnObservationHandlerFailsThenACallOfEveryShapeHasItsResult(Fault fault) {
		observe(fault);
		answer();
		this.fixture.known(1);
		Calls calls = calls();
		assertThat(everyShape(calls)).allMatch(CompletableFuture::isDone)
			.noneMatch(CompletableFuture::isCompletedExceptionally);
		assertThat(calls.value("x")).isEqualTo("a");
		assertThat(calls.optional("x")).contains("a");
		assertThat(calls.blockingSum(Flux.just("x"))).isEqualTo("a");
	}

	@ParameterizedTest
	@EnumSource
	void whenAnObservationHandlerFailsThenACallOfEveryShapeHasItsFailure(Fault fault) {
		observe(fault);
		fail(REJECTED);
		this.fixture.known(1);
		Calls calls = calls();
		assertThat(everyShape(calls)).allSatisfy((result) -> assertThat(failure(result).status()).isEqualTo(REJECTED));
		assertThatThrownBy(() -> calls.value("x")).isInstanceOfSatisfying(RpcException.class,
				(ex) -> assertThat(ex.status()).isEqualTo(REJECTED));
	}

	@ParameterizedTest
	@EnumSource
	void whenAnObservationHandlerFailsThenADeadlineEndsTheCall(Fault fault) {
		observe(fault);
		this.fixture.known(1);
		CompletableFuture<String> result = calls().future("x");
		FakeConnection connection = this.fixture.connection(1);
		OutboundCall attempt = connection.open.get(0);
		this.fixture.pass(Duration.ofSeconds(30));
		connection.overdue(attempt);
		assertThat(failure(result).code()).isEqualTo(Code.DEADLINE_EXCEEDED);
	}

	@ParameterizedTest
	@EnumSource
	void whenAnObservationHandlerFailsThenACancelEndsTheAttempt(Fault fault) {
		observe(fault);
		TestPublisher<byte[]> elements = TestPublisher.create();
		this.fixture.onConnect = (connection) -> connection.onStream = (call) -> elements.flux();
		this.fixture.known(1);
		Calls calls = calls();
		calls.future("x").cancel(true);
		calls.many("x").subscribe().dispose();
		elements.assertCancelled();
		assertThat(this.fixture.connection(1).cancelled).isOne();
	}

	@Test
	void whenAStartedObservationFailsToBeToldThenItIsStoppedAllTheSame() {
		observe(Fault.ERROR);
		List<String> stopped = new ArrayList<>();
		this.fixture.observations.observationConfig().observationHandler(new ObservationHandler<>() {

			@Override
			public void onStop(Observation.Context context) {
				stopped.add(context.getName());
			}

			@Override
			public boolean supportsContext(Observation.Context context) {
				return true;
			}

		});
		fail(REJECTED);
		this.fixture.known(1);
		failure(calls().future("x"));
		assertThat(stopped).hasSize(2);
	}

	@Test
	void whenAnObservationConventionFailsThenTheCallDoesNot() {
		observe();
		this.fixture.observations.observationConfig().observationConvention(new FaultyConvention());
		answer();
		this.fixture.known(1);
		assertThat(everyShape(calls())).allMatch(CompletableFuture::isDone)
			.noneMatch(CompletableFuture::isCompletedExceptionally);
	}

	@Test
	void whenATracerLeavesMetadataThatCannotBeSentThenTheCallGoesWithoutThem() {
		observe();
		this.fixture.observations.observationConfig().observationHandler(new ObservationHandler<>() {

			@Override
			public void onStart(Observation.Context context) {
				if (context instanceof AttemptObservationContext attempt) {
					attempt.setCarrier(null);
				}
			}

			@Override
			public boolean supportsContext(Observation.Context context) {
				return true;
			}

		});
		List<Metadata> sent = new ArrayList<>();
		this.fixture.onConnect = (connection) -> connection.onStream = (call) -> {
			sent.add(call.metadata());
			return Flux.just(Calls.encoded("a"));
		};
		this.fixture.known(1);
		assertThat(calls().many("x").collectList().toFuture()).isCompletedWithValue(List.of("a"));
		assertThat(sent).containsExactly(Metadata.EMPTY);
	}

	@Test
	void whenATracerLeavesMoreThanThereIsRoomForThenTheCallGoesWithWhatFits() {
		observe();
		this.fixture.observations.observationConfig().observationHandler(new ObservationHandler<>() {

			@Override
			public void onStart(Observation.Context context) {
				if (context instanceof AttemptObservationContext attempt) {
					attempt.getSetter().set(attempt.getCarrier(), "traceparent", "00-1");
					attempt.getSetter().set(attempt.getCarrier(), "large", "x".repeat(64 << 10));
					for (int i = 0; i < 20; i++) {
						attempt.getSetter().set(attempt.getCarrier(), "baggage-" + i, "b");
					}
				}
			}

			@Override
			public boolean supportsContext(Observation.Context context) {
				return true;
			}

		});
		List<Metadata> sent = new ArrayList<>();
		this.fixture.onConnect = (connection) -> connection.onStream = (call) -> {
			sent.add(call.metadata());
			return Flux.just(Calls.encoded("a"));
		};
		this.fixture.known(1);
		CallOptions options = MaculaCall.with("k0", "v");
		for (int i = 1; i < Metadata.MAX_ENTRIES; i++) {
			options = options.with("k" + i, "v");
		}
		assertThat(calls().many("x").contextWrite(options.context()).collectList().toFuture())
			.isCompletedWithValue(List.of("a"));
		assertThat(sent).hasSize(1);
		assertThat(sent.get(0).asMap()).hasSize(128)
			.containsKeys("k0", "k119", "traceparent", "baggage-0", "baggage-6")
			.doesNotContainKeys("large", "baggage-7");
	}

	@Test
	void whenARetryListenerFailsThenTheCallHasItsResultAndItsFailure() {
		answer();
		this.fixture.known(1);
		Calls calls = faultyRetryListener();
		assertThat(everyShape(calls)).allMatch(CompletableFuture::isDone)
			.noneMatch(CompletableFuture::isCompletedExceptionally);
		FakeConnection connection = this.fixture.connection(1);
		connection.onSend = (call) -> connection.fail(call, REJECTED);
		connection.onStream = (call) -> Flux.error(REJECTED.toException());
		assertThat(everyShape(calls)).allSatisfy((result) -> assertThat(failure(result).status()).isEqualTo(REJECTED));
	}

	@Test
	void whenARetryListenerFailsThenAttemptsFollowAsManyAsOtherwise() {
		fail(LOST);
		this.fixture.known(1);
		CompletableFuture<String> result = faultyRetryListener().future("x");
		this.fixture.pass(Duration.ofSeconds(5));
		assertThat(failure(result)).hasMessageContaining("after 3 attempts");
		assertThat(this.fixture.connection(1).sent).isEqualTo(3);
	}

	private Calls faultyRetryListener() {
		Calls calls = calls();
		Retry retry = this.fixture.retries.retry(Calls.SERVICE);
		retry.getEventPublisher().onEvent((event) -> {
			throw new IllegalStateException("odd listener");
		});
		return calls;
	}

	@Test
	void whenTheExceptionCannotBeMadeThenTheStatusIsTold() {
		Procedure procedure = new Procedure("a/b", "a", "b", null, "cbor", false, Duration.ofSeconds(1),
				Priority.NORMAL, null, new LatencyWindow(this.fixture.now::get), null, (failure, call) -> {
					throw new NoClassDefFoundError("odd exception");
				});
		Failure failure = new Failure(REJECTED, "com.acme.Odd", new byte[0]);
		AttemptFailure attempt = new AttemptFailure(1, ClientFixture.instance(1), REJECTED, false);
		assertThat(Failures.last(procedure, failure, List.of(attempt), false, false).error().get())
			.isInstanceOfSatisfying(RpcException.class, (ex) -> {
				assertThat(ex.status()).isEqualTo(REJECTED);
				assertThat(ex.remoteType()).isEqualTo("com.acme.Odd");
				assertThat(ex).hasCauseInstanceOf(NoClassDefFoundError.class);
			});
	}

	@Test
	void whenAResultCannotBeDecodedForAnErrorThenTheCallFails() {
		answer();
		this.fixture.known(1);
		Fragiles calls = this.fixture.client()
			.proxy(Fragiles.class, Calls.SERVICE, Calls.SERVICE, this.fixture.settings);
		List<CompletableFuture<?>> results = List.of(calls.future("x"), calls.mono("x").toFuture(),
				calls.many("x").collectList().toFuture());
		assertThat(results).allSatisfy((result) -> {
			assertThat(failure(result).code()).isEqualTo(Code.INTERNAL);
			assertThat(failure(result)).hasMessageContaining("cannot be decoded");
		});
		assertThatThrownBy(() -> calls.value("x")).isInstanceOf(RpcException.class);
	}

	@Test
	void whenAnElementCannotBeEncodedForAnErrorThenTheStreamFails() {
		this.fixture.onConnect = (connection) -> connection.onStream = (call) -> Flux.from(call.elements());
		this.fixture.known(1);
		Fragiles calls = this.fixture.client()
			.proxy(Fragiles.class, Calls.SERVICE, Calls.SERVICE, this.fixture.settings);
		TestPublisher<Unreadable> elements = TestPublisher.create();
		CompletableFuture<String> result = calls.sum(elements.flux());
		elements.next(new Unreadable());
		elements.assertCancelled();
		assertThat(failure(result).code()).isEqualTo(Code.INTERNAL);
	}

	@Test
	void whenTheStrategyFailsWithAnErrorThenTheCallEnds() {
		fail(LOST);
		this.fixture.settings = this.fixture.settings.withStrategy("odd", (candidates, context) -> {
			if (context.attempt() > 1) {
				throw new NoClassDefFoundError("odd strategy");
			}
			return candidates.get(0);
		});
		this.fixture.known(1, 2);
		Calls calls = calls();
		assertThat(List.of(calls.future("x"), calls.many("x").collectList().toFuture()))
			.allSatisfy((result) -> assertThat(failure(result).code()).isEqualTo(Code.INTERNAL));
		this.fixture.settings = this.fixture.settings.withStrategy("odder", (candidates, context) -> {
			throw new StackOverflowError();
		});
		Calls others = this.fixture.client().proxy(Calls.class, "other", Calls.SERVICE, this.fixture.settings);
		assertThat(List.of(others.future("x"), others.many("x").collectList().toFuture()))
			.allSatisfy((result) -> assertThat(failure(result).code()).isEqualTo(Code.INTERNAL));
	}

	@Test
	void whenTheStrategyFailsForAHedgeThenTheFirstAttemptGoesOn() {
		this.fixture.settings = this.fixture.settings.withStrategy("odd", (candidates, context) -> {
			if (context.attempt() > 1) {
				throw new NoClassDefFoundError("odd strategy");
			}
			return candidates.get(0);
		});
		this.fixture.known(1, 2);
		CompletableFuture<String> result = calls().hedged("x");
		this.fixture.pass(Duration.ofMillis(100));
		FakeConnection first = this.fixture.connection(1);
		first.answer(first.open.get(0), Calls.encoded("a"));
		assertThat(result).isCompletedWithValue("a");
	}

	@Test
	void whenASubscriberFailsThenItsConnectionDoesNotSeeIt() {
		TestPublisher<byte[]> elements = TestPublisher.create();
		this.fixture.onConnect = (connection) -> connection.onStream = (call) -> elements.flux();
		this.fixture.known(1);
		Calls calls = calls();
		FaultySubscriber<String> unary = new FaultySubscriber<>();
		calls.mono("x").subscribe(unary);
		FakeConnection connection = this.fixture.connection(1);
		connection.answer(connection.open.get(0), Calls.encoded("a"));
		FaultySubscriber<String> streaming = new FaultySubscriber<>();
		calls.many("x").subscribe(streaming);
		elements.next(Calls.encoded("a"), Calls.encoded("b"));
		elements.assertCancelled();
		assertThat(streaming.told).containsExactly("a", "odd subscriber");
		FaultySubscriber<String> failing = new FaultySubscriber<>();
		calls.mono("x").subscribe(failing);
		connection.fail(connection.open.get(0), REJECTED);
		assertThat(failing.told).hasSize(1);
	}

	@Test
	void whenALastSignalOfAStreamFindsAFaultySubscriberThenItsConnectionDoesNotSeeIt() {
		TestPublisher<byte[]> elements = TestPublisher.create();
		TestPublisher<byte[]> others = TestPublisher.create();
		this.fixture.onConnect = (connection) -> connection.onStream = (call) -> call.procedure().endsWith("many")
				? elements.flux() : others.flux();
		this.fixture.known(1);
		Calls calls = calls();
		FaultySubscriber<String> completed = new FaultySubscriber<>();
		calls.many("x").subscribe(completed);
		elements.complete();
		FaultySubscriber<String> failed = new FaultySubscriber<>();
		calls.once("x").subscribe(failed);
		others.error(REJECTED.toException());
		assertThat(completed.told).containsExactly("completed");
		assertThat(failed.told).hasSize(1);
	}

	/** What a faulty handler throws, and when. */
	enum Fault {

		START, ERROR, STOP, START_ERROR, ERROR_ERROR, STOP_ERROR, SCOPE, SUPPORTS

	}

	/**
	 * Throws whenever it is told to.
	 */
	private record FaultyHandler(Set<Fault> faults) implements ObservationHandler<Observation.Context> {

		private void perhaps(Fault exception, Fault error) {
			if (this.faults.contains(exception)) {
				throw new IllegalStateException("odd handler");
			}
			if (this.faults.contains(error)) {
				throw new NoClassDefFoundError("odd handler");
			}
		}

		@Override
		public void onStart(Observation.Context context) {
			perhaps(Fault.START, Fault.START_ERROR);
		}

		@Override
		public void onError(Observation.Context context) {
			perhaps(Fault.ERROR, Fault.ERROR_ERROR);
		}

		@Override
		public void onScopeOpened(Observation.Context context) {
			perhaps(Fault.SCOPE, Fault.SCOPE);
		}

		@Override
		public void onStop(Observation.Context context) {
			perhaps(Fault.STOP, Fault.STOP_ERROR);
		}

		@Override
		public boolean supportsContext(Observation.Context context) {
			perhaps(Fault.SUPPORTS, Fault.SUPPORTS);
			return true;
		}

	}

	/**
	 * Fails when it names what is observed.
	 */
	private static final class FaultyConvention implements GlobalObservationConvention<AttemptObservationContext> {

		@Override
		public KeyValues getLowCardinalityKeyValues(AttemptObservationContext context) {
			throw new IllegalStateException("odd convention");
		}

		@Override
		public boolean supportsContext(Observation.Context context) {
			return context instanceof AttemptObservationContext;
		}

	}

	/**
	 * Throws at every signal.
	 */
	private static final class FaultySubscriber<T> implements CoreSubscriber<T> {

		private final List<String> told = new ArrayList<>();

		@Override
		public void onSubscribe(Subscription subscription) {
			subscription.request(Long.MAX_VALUE);
		}

		@Override
		public void onNext(T value) {
			this.told.add(value.toString());
			throw new IllegalStateException("odd subscriber");
		}

		@Override
		public void onError(Throwable error) {
			this.told.add(String.valueOf(error.getMessage()));
			throw new IllegalStateException("odd subscriber");
		}

		@Override
		public void onComplete() {
			this.told.add("completed");
			throw new IllegalStateException("odd subscriber");
		}

	}

	/**
	 * A value that cannot be made on this side.
	 */
	public static final class Fragile {

		public Fragile(String text) {
			throw new NoClassDefFoundError("odd " + text);
		}

		@JsonValue
		public String text() {
			return "odd";
		}

	}

	/**
	 * A value that cannot be read on this side.
	 */
	public static final class Unreadable {

		public String getText() {
			throw new NoClassDefFoundError("odd");
		}

	}

	/**
	 * Carries what cannot be made or read.
	 */
	public interface Fragiles {

		CompletableFuture<Fragile> future(String text);

		Mono<Fragile> mono(String text);

		Flux<Fragile> many(String text);

		Fragile value(String text);

		CompletableFuture<String> sum(Flux<Unreadable> elements);

	}

}
