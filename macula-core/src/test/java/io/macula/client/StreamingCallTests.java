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
import java.util.concurrent.CompletableFuture;

import io.macula.Code;
import io.macula.RpcException;
import io.macula.Status;
import io.macula.observation.AttemptObservationContext;
import io.macula.observation.CallObservationContext;
import io.macula.selection.InstanceTracker;
import io.macula.transport.FakeConnection;
import io.macula.transport.StreamCall;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationHandler;
import io.micrometer.observation.ObservationRegistry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Flux;
import reactor.test.StepVerifier;
import reactor.test.publisher.TestPublisher;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests of what streaming calls alone have: elements, credit and cancellation.
 */
class StreamingCallTests {

	private static final Status LOST = Status.unknown(Code.UNAVAILABLE, "connection lost");

	private final ClientFixture fixture = new ClientFixture();

	private final RealmClient client = this.fixture.client();

	private Calls calls() {
		return this.client.proxy(Calls.class, Calls.SERVICE, Calls.SERVICE, this.fixture.settings);
	}

	private InstanceTracker tracker(int number) {
		return this.client.clients().get(0).instances().get(number - 1);
	}

	/**
	 * Whatever is done between two reads of the clock, the directory may interrupt it.
	 */
	@ParameterizedTest
	@ValueSource(ints = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12 })
	void whenTheLastUntriedInstanceLeavesThenAStreamStartsOver(int reading) {
		List<FakeConnection> attempts = new ArrayList<>();
		int[] readings = new int[1];
		this.fixture.onConnect = (connection) -> connection.onStream = (call) -> {
			attempts.add(connection);
			if (attempts.size() > 1) {
				return Flux.just(Calls.encoded("a"));
			}
			this.fixture.onClock = () -> {
				if (++readings[0] == reading) {
					this.fixture.known(1);
				}
			};
			return Flux.error(LOST.toException());
		};
		this.fixture.known(1, 2);
		CompletableFuture<List<String>> result = calls().many("x").collectList().toFuture();
		this.fixture.pass(Duration.ofSeconds(1));
		assertThat(result).isCompletedWithValue(List.of("a"));
		assertThat(attempts).hasSize(2);
	}

	/**
	 * The one result is not the end: who took it for that cancelled what had succeeded.
	 */
	@Test
	void whenElementsAreAnsweredByOneResultThenTheCallSucceedsAndNothingIsCancelled() {
		TestPublisher<byte[]> answer = TestPublisher.create();
		List<Object> codes = new ArrayList<>();
		this.fixture.observations = ObservationRegistry.create();
		this.fixture.observations.observationConfig().observationHandler(new ObservationHandler<>() {

			@Override
			public void onStop(Observation.Context context) {
				codes.add((context instanceof CallObservationContext call) ? call.code()
						: ((AttemptObservationContext) context).getResponse());
			}

			@Override
			public boolean supportsContext(Observation.Context context) {
				return true;
			}

		});
		this.fixture.onConnect = (connection) -> connection.onStream = (call) -> answer.flux();
		this.fixture.known(1);
		Calls observed = this.fixture.client().proxy(Calls.class, Calls.SERVICE, Calls.SERVICE, this.fixture.settings);
		CompletableFuture<String> future = observed.sum(Flux.just("x"));
		answer.next(Calls.encoded("a"));
		assertThat(future).isNotDone();
		answer.complete();
		assertThat(future).isCompletedWithValue("a");
		answer.assertNotCancelled();
		assertThat(codes).containsExactly(Code.OK, Code.OK);
	}

	@Test
	void demandIsKeptOverAFailover() {
		TestPublisher<byte[]> first = TestPublisher.create();
		TestPublisher<byte[]> second = TestPublisher.create();
		this.fixture.onConnect = (connection) -> connection.onStream = (
				call) -> (connection.endpoint().equals(ClientFixture.endpoint(1))) ? first.flux() : second.flux();
		this.fixture.known(1, 2);
		StepVerifier.create(calls().many("x"), 0)
			.thenRequest(2)
			.then(() -> first.assertMinRequested(2).error(LOST.toException()))
			.then(() -> second.assertMinRequested(2).assertMaxRequested(2).next(Calls.encoded("a")))
			.expectNext("a")
			.thenRequest(3)
			.then(() -> second.next(Calls.encoded("b"), Calls.encoded("c"), Calls.encoded("d")).complete())
			.expectNext("b", "c", "d")
			.verifyComplete();
	}

	@Test
	void demandOfAWaitingStreamReachesItsConnection() {
		TestPublisher<byte[]> elements = TestPublisher.create();
		this.fixture.onConnect = (connection) -> connection.onStream = (call) -> elements.flux();
		this.fixture.known();
		StepVerifier.create(calls().many("x"), 0)
			.thenRequest(1)
			.thenRequest(1)
			.then(() -> this.fixture.known(1))
			.then(() -> elements.assertMaxRequested(2).next(Calls.encoded("a"), Calls.encoded("b")))
			.expectNext("a", "b")
			.then(elements::complete)
			.verifyComplete();
	}

	@Test
	void anInvalidDemandIsRefused() {
		this.fixture.onConnect = (connection) -> connection.onStream = (call) -> Flux.range(1, 3).map(Calls::encoded);
		this.fixture.known(1);
		List<Throwable> dropped = new ArrayList<>();
		reactor.core.publisher.Hooks.onErrorDropped(dropped::add);
		try {
			StepVerifier.create(calls().many("x"), 0).thenRequest(0).thenCancel().verify();
		}
		catch (IllegalArgumentException expected) {
			dropped.add(expected);
		}
		finally {
			reactor.core.publisher.Hooks.resetOnErrorDropped();
		}
		assertThat(tracker(1).inFlight()).isZero();
	}

	@Test
	void whenTheCallersElementsWereAskedForThenTheStreamIsNotRepeated() {
		this.fixture.onConnect = (connection) -> connection.onStream = (call) -> Flux.from(call.elements())
			.thenMany(Flux.error(LOST.toException()));
		this.fixture.known(1, 2);
		StepVerifier.create(calls().mirror(Flux.just("a"))).expectErrorSatisfies((error) -> {
			assertThat(error).isInstanceOf(RpcException.class);
			assertThat(((RpcException) error).status().processed()).isEqualTo(LOST.processed());
			assertThat(error).hasMessage("UNAVAILABLE: connection lost ('mirror' of service 'test.calls' at"
					+ " node1@10.0.0.1:9443; it may have been processed, so it was not tried again:"
					+ " elements were exchanged already)");
		}).verify();
		assertThat(this.fixture.dialled).hasSize(1);
	}

	@Test
	void whenAStreamIsCancelledThenItsAttemptIs() {
		TestPublisher<byte[]> elements = TestPublisher.create();
		this.fixture.onConnect = (connection) -> connection.onStream = (call) -> elements.flux();
		this.fixture.known(1);
		StepVerifier.create(calls().many("x")).thenAwait().thenCancel().verify();
		elements.assertCancelled();
		assertThat(tracker(1).inFlight()).isZero();
		assertThat(tracker(1).failures()).isEmpty();
	}

	@Test
	void afterACancelNothingIsTold() {
		TestPublisher<byte[]> elements = TestPublisher.createNoncompliant(TestPublisher.Violation.CLEANUP_ON_TERMINATE);
		this.fixture.onConnect = (connection) -> connection.onStream = (call) -> elements.flux();
		this.fixture.known(1);
		List<String> told = new ArrayList<>();
		var subscription = calls().many("x").subscribe(told::add, (error) -> told.add(error.toString()));
		elements.next(Calls.encoded("a"));
		subscription.dispose();
		elements.next(Calls.encoded("b"));
		elements.error(LOST.toException());
		assertThat(told).containsExactly("a");
	}

	@Test
	void eachSubscriptionIsACallOfItsOwn() {
		this.fixture.onConnect = (connection) -> connection.onStream = (call) -> Flux.just(Calls.encoded("a"));
		this.fixture.known(1);
		Flux<String> many = calls().many("x");
		assertThat(this.fixture.dialled).isEmpty();
		StepVerifier.create(many).expectNext("a").verifyComplete();
		StepVerifier.create(many).expectNext("a").verifyComplete();
		assertThat(tracker(1).calls()).isEqualTo(2);
		assertThat(tracker(1).inFlight()).isZero();
	}

	@Test
	void theTimeOfAnAttemptIsMeasuredByTheClientsClock() {
		TestPublisher<byte[]> elements = TestPublisher.create();
		this.fixture.onConnect = (connection) -> connection.onStream = (call) -> elements.flux();
		this.fixture.known(1);
		calls().once("x").subscribe((element) -> {
		}, (error) -> {
		});
		this.fixture.pass(Duration.ofSeconds(7));
		elements.error(Status.unknown(Code.DEADLINE_EXCEEDED, "no answer in time").toException());
		assertThat(tracker(1).latencyNanos()).isEqualTo(Duration.ofSeconds(7).toNanos());
	}

	@Test
	void aStreamWithoutDeadlineDoesNotWaitForAConnectionForEver() {
		this.fixture.silent.add(ClientFixture.endpoint(1));
		this.fixture.known(1);
		CompletableFuture<List<String>> result = calls().many("x").collectList().toFuture();
		this.fixture.pass(Duration.ofSeconds(31));
		assertThat(result).isCompletedExceptionally();
		assertThat(tracker(1).inFlight()).isZero();
	}

	@Test
	void aProbeOfAnUnreachableInstanceDoesNotHoldAStreamUp() {
		this.fixture.onConnect = (connection) -> connection.onStream = (call) -> Flux.just(Calls.encoded("a"));
		this.fixture.known(1, 2);
		Calls calls = calls();
		calls.many("x").blockLast();
		calls.many("x").blockLast();
		this.fixture.refuse(1);
		this.fixture.connection(1).lose(LOST);
		this.fixture.silent.add(ClientFixture.endpoint(1));
		this.fixture.pass(Duration.ofSeconds(13));
		List<CompletableFuture<List<String>>> results = new ArrayList<>();
		for (int i = 0; i < 4; i++) {
			results.add(calls.many("x").collectList().toFuture());
		}
		this.fixture.pass(Duration.ofMillis(100));
		assertThat(results).allSatisfy((result) -> assertThat(result).isCompletedWithValue(List.of("a")));
	}

	@Test
	void manyUnreachableInstancesAreSkippedOneAfterAnother() {
		int[] numbers = java.util.stream.IntStream.rangeClosed(1, 250).toArray();
		this.fixture.onConnect = (connection) -> connection.onStream = (call) -> Flux.just(Calls.encoded("a"));
		this.fixture.settings = this.fixture.settings.withStrategy("first", (candidates, context) -> candidates.get(0));
		for (int number : numbers) {
			if (number < 250) {
				this.fixture.refuse(number);
			}
		}
		this.fixture.known(numbers);
		StepVerifier.create(calls().many("x")).expectNext("a").verifyComplete();
	}

	@Test
	void aStreamTellsItsMetadataAndBounds() {
		List<StreamCall> sent = new ArrayList<>();
		this.fixture.onConnect = (connection) -> connection.onStream = (call) -> {
			sent.add(call);
			return Flux.empty();
		};
		this.fixture.known(1);
		calls().many("x").blockLast();
		calls().briefly("x").blockLast();
		assertThat(sent).extracting(StreamCall::deadlineNanoTime)
			.containsExactly(StreamCall.NO_DEADLINE, this.fixture.now.get() + 1_000_000_000L);
		assertThat(sent).extracting(StreamCall::procedure).containsExactly("test.calls/many", "test.calls/briefly");
	}

}
