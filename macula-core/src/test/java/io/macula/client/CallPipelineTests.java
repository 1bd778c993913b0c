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
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.stream.IntStream;

import io.github.resilience4j.retry.Retry;
import io.macula.Code;
import io.macula.Processed;
import io.macula.RpcException;
import io.macula.Status;
import io.macula.transport.FakeConnection;
import io.macula.transport.OutboundCall;
import io.macula.wire.Failure;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * Tests of what calls of both kinds have in common: how they wait, go on and end.
 */
class CallPipelineTests {

	private static final Status LOST = Status.unknown(Code.UNAVAILABLE, "connection lost");

	private static final Status TOO_LARGE = Status.notProcessed(Code.INVALID_ARGUMENT, "the payload is too large");

	private static final Status NO_ROOM = Status.notProcessed(Code.RESOURCE_EXHAUSTED, "queue full");

	private final ClientFixture fixture = new ClientFixture();

	private final RealmClient client = this.fixture.client();

	/** The two kinds of call, as results to come. */
	private List<CompletableFuture<?>> bothKinds(Calls calls) {
		return List.of(calls.future("x"), calls.many("x").collectList().toFuture());
	}

	private Calls calls() {
		return this.client.proxy(Calls.class, Calls.SERVICE, Calls.SERVICE, this.fixture.settings);
	}

	/** Every attempt at an instance fails; both kinds of call. */
	private void fail(int number, Status status) {
		Consumer<FakeConnection> before = this.fixture.onConnect;
		this.fixture.onConnect = (connection) -> {
			before.accept(connection);
			if (connection.endpoint().equals(ClientFixture.endpoint(number))) {
				connection.onSend = (call) -> connection.fail(call, status);
				connection.onStream = (call) -> Flux.error(status.toException());
			}
		};
	}

	private static RpcException failure(CompletableFuture<?> result) {
		assertThat(result).isCompletedExceptionally();
		return (RpcException) result.handle((value, error) -> error).join();
	}

	@Test
	void bothKindsWaitForTheFirstInstance() {
		this.fixture.onConnect = (connection) -> {
			connection.onSend = (call) -> connection.answer(call, Calls.encoded("a"));
			connection.onStream = (call) -> Flux.just(Calls.encoded("a"));
		};
		this.fixture.known();
		List<CompletableFuture<?>> results = bothKinds(calls());
		this.fixture.pass(Duration.ofMillis(2900));
		assertThat(results).noneMatch(CompletableFuture::isDone);
		this.fixture.known(1);
		assertThat(results).allMatch(CompletableFuture::isDone).noneMatch(CompletableFuture::isCompletedExceptionally);
	}

	@Test
	void whenNoInstanceComesThenBothKindsFailAfterTheSameTime() {
		this.fixture.known();
		List<CompletableFuture<?>> results = bothKinds(calls());
		this.fixture.pass(Duration.ofMillis(2999));
		assertThat(results).noneMatch(CompletableFuture::isDone);
		this.fixture.pass(Duration.ofMillis(1));
		assertThat(results).allSatisfy((result) -> {
			assertThat(failure(result).code()).isEqualTo(Code.NOT_FOUND);
			assertThat(failure(result).status().processed()).isEqualTo(Processed.NO);
			assertThat(failure(result)).hasMessageContaining(Calls.SERVICE);
		});
	}

	@Test
	void whenTheDirectoryIsSilentThenBothKindsSaySo() {
		List<CompletableFuture<?>> results = bothKinds(calls());
		this.fixture.pass(Duration.ofSeconds(3));
		assertThat(results).allSatisfy((result) -> {
			assertThat(failure(result).code()).isEqualTo(Code.UNAVAILABLE);
			assertThat(failure(result)).hasMessageContaining("the directory has not answered yet");
		});
	}

	@Test
	void whenTheClientIsClosedThenWhoWaitsForAnInstanceIsToldSo() {
		this.fixture.known();
		List<CompletableFuture<?>> results = bothKinds(calls());
		this.client.close();
		assertThat(results).allSatisfy((result) -> {
			assertThat(failure(result).code()).isEqualTo(Code.UNAVAILABLE);
			assertThat(failure(result).status().processed()).isEqualTo(Processed.NO);
			assertThat(failure(result)).hasMessageContaining("closed");
		});
	}

	@Test
	void whenTheClientIsClosedThenAnotherCallDoesNotWait() {
		this.fixture.known();
		Calls calls = calls();
		this.client.close();
		assertThat(bothKinds(calls)).allSatisfy((result) -> assertThat(failure(result)).hasMessageContaining("closed"));
	}

	/** An attempt of unknown fate, then no instance any more. */
	private List<CompletableFuture<?>> lostThenNobody() {
		fail(1, LOST);
		this.fixture.known(1);
		List<CompletableFuture<?>> results = List.of(calls().brief("x"), calls().future("x"),
				calls().briefly("x").collectList().toFuture(), calls().many("x").collectList().toFuture());
		this.fixture.known();
		this.fixture.pass(Duration.ofMillis(100));
		assertThat(results).noneMatch(CompletableFuture::isDone);
		return results;
	}

	private static void tellsOfTheLostAttempt(RpcException failure) {
		assertThat(failure.status().processed()).isEqualTo(Processed.UNKNOWN);
		assertThat(failure).hasMessageContaining("node1@10.0.0.1:9443 -> UNAVAILABLE: connection lost");
		assertThat(failure.getSuppressed()).singleElement()
			.isInstanceOfSatisfying(RpcException.class, (attempt) -> assertThat(attempt.status()).isEqualTo(LOST));
	}

	@Test
	void whenTheDirectoryIsEmptiedAfterAnAttemptThenTheAttemptIsNotForgotten() {
		List<CompletableFuture<?>> results = lostThenNobody();
		this.fixture.pass(Duration.ofSeconds(4));
		assertThat(results).allSatisfy((result) -> tellsOfTheLostAttempt(failure(result)));
		assertThat(List.of(results.get(1), results.get(3))).allSatisfy((result) -> {
			assertThat(failure(result).code()).isEqualTo(Code.UNAVAILABLE);
			assertThat(failure(result)).hasMessageContaining("no provider of service");
		});
	}

	@Test
	void whenTheDeadlineIsOverWhileACallWaitsForInstancesThenItsAttemptIsNotForgotten() {
		List<CompletableFuture<?>> results = lostThenNobody();
		this.fixture.pass(Duration.ofSeconds(1));
		assertThat(List.of(results.get(0), results.get(2))).allSatisfy((result) -> {
			tellsOfTheLostAttempt(failure(result));
			assertThat(failure(result).code()).isEqualTo(Code.DEADLINE_EXCEEDED);
			assertThat(failure(result)).hasMessageContaining("the deadline of 1 s");
		});
	}

	@Test
	void whenTheClientIsClosedAfterAnAttemptThenTheAttemptIsNotForgotten() {
		List<CompletableFuture<?>> results = lostThenNobody();
		this.client.close();
		assertThat(results).allSatisfy((result) -> {
			tellsOfTheLostAttempt(failure(result));
			assertThat(failure(result)).hasMessageContaining("closed");
		});
	}

	@Test
	void whenTheLastFailureIsFinalThenEarlierAttemptsOfUnknownFateStillCount() {
		fail(1, LOST);
		fail(2, TOO_LARGE);
		this.fixture.known(1, 2);
		this.fixture.settings = this.fixture.settings.withStrategy("first", (candidates, context) -> candidates.get(0));
		assertThat(bothKinds(calls())).allSatisfy((result) -> {
			tellsOfTheLostAttempt(failure(result));
			assertThat(failure(result).code()).isEqualTo(Code.INVALID_ARGUMENT);
			assertThat(failure(result)).hasMessageContaining("the payload is too large");
		});
	}

	// Whose time was over

	@Test
	void whenAnAttemptTimeoutOfTheUserIsOverThenTheCallIsNotBeyondItsDeadline() {
		this.fixture.settings = ClientFixture.settings(2, Duration.ofMillis(500));
		this.fixture.known(1, 2);
		CompletableFuture<String> result = calls().future("x");
		for (int attempt = 1; attempt <= 2; attempt++) {
			assertThat(result).isNotDone();
			FakeConnection connection = this.fixture.connections.values()
				.stream()
				.filter((each) -> !each.open.isEmpty())
				.findFirst()
				.orElseThrow();
			this.fixture.pass(Duration.ofMillis(501));
			connection.overdue(connection.open.get(0));
		}
		assertThat(failure(result).code()).isEqualTo(Code.UNAVAILABLE);
		assertThat(failure(result).status().processed()).isEqualTo(Processed.UNKNOWN);
		assertThat(failure(result))
			.hasMessageContaining("UNAVAILABLE: no answer in time: the attempt-timeout of 500 ms was over");
	}

	@Test
	void whenTheAttemptTimeoutEndsWithTheDeadlineThenTheDeadlineIsOver() {
		this.fixture.settings = ClientFixture.settings(2, Duration.ofSeconds(10));
		this.fixture.known(1);
		CompletableFuture<String> result = calls().brief("x");
		FakeConnection connection = this.fixture.connections.get(ClientFixture.endpoint(1));
		this.fixture.pass(Duration.ofMillis(1001));
		connection.overdue(connection.open.get(0));
		assertThat(failure(result).code()).isEqualTo(Code.DEADLINE_EXCEEDED);
	}

	@Test
	void whenThisNodeStoodStillThenNoInstanceIsBlamed() {
		this.fixture.settings = ClientFixture.settings(1, Duration.ofSeconds(10));
		this.fixture.known(1);
		this.fixture.onConnect = (connection) -> connection.stoodStillNanos = 40_000_000_000L;
		Calls calls = calls();
		List<CompletableFuture<String>> results = IntStream.range(0, 20).mapToObj((i) -> calls.brief("x")).toList();
		FakeConnection connection = this.fixture.connections.get(ClientFixture.endpoint(1));
		this.fixture.pass(Duration.ofMillis(1001));
		List.copyOf(connection.open).forEach(connection::overdue);
		assertThat(results)
			.allSatisfy((result) -> assertThat(failure(result).code()).isEqualTo(Code.DEADLINE_EXCEEDED));
		assertThat(this.client.clients().get(0).instances()).singleElement().satisfies((tracker) -> {
			assertThat(tracker.failures()).isEmpty();
			assertThat(tracker.ejected()).isFalse();
			assertThat(tracker.inFlight()).isZero();
			assertThat(tracker.latencyNanos()).isZero();
		});
	}

	@Test
	void whenThisNodeLostMoreOfAShortDeadlineThanThePeerHadThenNoInstanceIsBlamed() {
		assertThat(failuresToldOf(Duration.ofMillis(501))).isEmpty();
		assertThat(failuresToldOf(Duration.ofMillis(499))).containsEntry(Code.DEADLINE_EXCEEDED, 20L);
	}

	/** Of calls that had no answer within a second, of which so much was lost here. */
	private Map<Code, Long> failuresToldOf(Duration stall) {
		ClientFixture own = new ClientFixture();
		own.settings = ClientFixture.settings(1, Duration.ofSeconds(10));
		own.known(1);
		own.onConnect = (connection) -> connection.stoodStillNanos = stall.toNanos();
		RealmClient with = own.client();
		Calls calls = with.proxy(Calls.class, Calls.SERVICE, Calls.SERVICE, own.settings);
		IntStream.range(0, 20).forEach((i) -> calls.brief("x"));
		FakeConnection connection = own.connection(1);
		own.pass(Duration.ofMillis(1000));
		List.copyOf(connection.open).forEach(connection::overdue);
		return with.clients().get(0).instances().get(0).failures();
	}

	@Test
	void whenManyCallsWereNeverWrittenThenGoingOnCostsNoBudget() {
		this.fixture.known(1);
		this.fixture.onConnect = (connection) -> connection.onSend = (call) -> {
			if (connection.sent <= 100) {
				connection.fail(call, Status.notProcessed(Code.UNAVAILABLE, "suspected and replaced"));
			}
			else {
				connection.answer(call, Calls.encoded("y"));
			}
		};
		Calls calls = calls();
		List<CompletableFuture<String>> results = IntStream.range(0, 100).mapToObj((i) -> calls.future("x")).toList();
		this.fixture.pass(Duration.ofSeconds(1));
		assertThat(results).allSatisfy((result) -> assertThat(result).isCompletedWithValue("y"));
	}

	/** After one attempt: what failed, which method, where. */
	private static void isToldOf(Status attempt, RpcException failure) {
		assertThat(failure.code()).isEqualTo(attempt.code());
		assertThat(failure.status().processed()).isEqualTo(attempt.processed());
		assertThat(failure.status().message()).matches(
				attempt.message() + " \\('(future|many)' of service 'test.calls' at node[12]@10.0.0.[12]:9443; .*\\)");
	}

	@Test
	void whenAnAttemptIsTooLargeThenItIsTheOnlyOne() {
		fail(1, TOO_LARGE);
		fail(2, TOO_LARGE);
		this.fixture.known(1, 2);
		assertThat(bothKinds(calls())).allSatisfy((result) -> {
			isToldOf(TOO_LARGE, failure(result));
			assertThat(failure(result)).hasMessageEndingWith("; not processed)");
			assertThat(failure(result).getSuppressed()).isEmpty();
		});
		long attempts = this.client.clients().get(0).instances().stream().mapToLong((tracker) -> tracker.calls()).sum();
		assertThat(attempts).as("one per call").isEqualTo(2);
	}

	@Test
	void whenTheBudgetIsSpentThenASingleFailureIsToldAsItIs() {
		Failure failure = new Failure(LOST, "com.acme.OutOfStock", new byte[0]);
		this.fixture.onConnect = (connection) -> {
			connection.onSend = (call) -> connection.fail(call, failure);
			connection.onStream = (call) -> Flux.error(new io.macula.transport.FailureException(failure));
		};
		this.fixture.settings = ClientFixture.withoutBudget();
		this.fixture.known(1, 2);
		Calls calls = calls();
		Retry retry = this.fixture.retries.retry(Calls.SERVICE);
		List<String> events = new ArrayList<>();
		retry.getEventPublisher().onEvent((event) -> events.add(event.getEventType().name()));
		assertThat(bothKinds(calls)).allSatisfy((result) -> {
			isToldOf(LOST, failure(result));
			assertThat(failure(result)).hasMessageContaining("; it may have been processed")
				.hasMessageContaining("see max-attempts");
			assertThat(failure(result).remoteType()).isEqualTo("com.acme.OutOfStock");
		});
		assertThat(events).containsExactly("IGNORED_ERROR", "IGNORED_ERROR");
		assertThat(retry.getMetrics().getNumberOfFailedCallsWithoutRetryAttempt()).isEqualTo(2);
	}

	@Test
	void bothKindsAreCountedByTheRetryInTheSameWay() {
		fail(1, LOST);
		Consumer<FakeConnection> failing = this.fixture.onConnect;
		this.fixture.onConnect = (connection) -> {
			connection.onSend = (call) -> connection.answer(call, Calls.encoded("a"));
			connection.onStream = (call) -> Flux.just(Calls.encoded("a"));
			failing.accept(connection);
		};
		this.fixture.settings = this.fixture.settings.withStrategy("first", (candidates, context) -> candidates.get(0));
		this.fixture.known(1, 2);
		Calls calls = calls();
		Retry retry = this.fixture.retries.retry(Calls.SERVICE);
		List<String> events = new ArrayList<>();
		retry.getEventPublisher().onEvent((event) -> events.add(event.getEventType().name()));
		assertThat(calls.future("x")).isCompletedWithValue("a");
		assertThat(events).containsExactly("RETRY", "SUCCESS");
		assertThat(calls.many("x").collectList().block()).containsExactly("a");
		assertThat(events).containsExactly("RETRY", "SUCCESS", "RETRY", "SUCCESS");
		this.fixture.known(2);
		assertThat(calls.future("x")).isCompletedWithValue("a");
		assertThat(calls.many("x").collectList().block()).containsExactly("a");
		assertThat(retry.getMetrics().getNumberOfSuccessfulCallsWithRetryAttempt()).isEqualTo(2);
		assertThat(retry.getMetrics().getNumberOfSuccessfulCallsWithoutRetryAttempt()).isEqualTo(2);
	}

	@Test
	void whenAllAttemptsFailThenBothKindsNameEachOfThem() {
		for (int i = 1; i <= 3; i++) {
			fail(i, LOST);
		}
		this.fixture.known(1, 2, 3);
		Calls calls = calls();
		Retry retry = this.fixture.retries.retry(Calls.SERVICE);
		assertThat(bothKinds(calls)).allSatisfy((result) -> {
			assertThat(failure(result)).hasMessageContaining("all providers failed")
				.hasMessageContaining("after 3 attempts")
				.hasMessageContaining("node1")
				.hasMessageContaining("node2")
				.hasMessageContaining("node3");
			assertThat(failure(result).getSuppressed()).hasSize(3);
		});
		assertThat(retry.getMetrics().getNumberOfFailedCallsWithRetryAttempt()).isEqualTo(2);
	}

	@Test
	void whenThereWereMoreAttemptsThanMaxAttemptsThenItIsSaidWhy() {
		fail(1, Status.notProcessed(Code.UNAVAILABLE, "refused by the test"));
		for (int i = 2; i <= 4; i++) {
			fail(i, LOST);
		}
		this.fixture.settings = this.fixture.settings.withStrategy("first", (candidates, context) -> candidates.get(0));
		this.fixture.known(1, 2, 3, 4);
		assertThat(failure(calls().future("x"))).hasMessageContaining("after 4 attempts (max-attempts is 3: what was"
				+ " not processed is not counted while an untried instance is left, so a round over all of them may count"
				+ " once): node1");
	}

	@Test
	void anAnswerThatIsTooLargeDoesNotMarkTheServiceAsOverloaded() {
		this.fixture.settings = ClientFixture.settings(3, null);
		this.fixture.known(1, 2);
		Calls calls = calls();
		calls.future("x");
		calls.future("x");
		FakeConnection connection = this.fixture.connection(1);
		FakeConnection other = this.fixture.connection(2);
		other.fail(other.open.get(0),
				Status.processed(Code.RESOURCE_EXHAUSTED, "the result of 99 bytes exceeds the limit"));
		connection.overdue(connection.open.get(0));
		assertThat(connection.cancelled).as("it did not wait on").isOne();
	}

	@Test
	void aStreamThatFindsNoRoomMarksTheServiceAsOverloaded() {
		this.fixture.settings = ClientFixture.settings(3, null);
		this.fixture.known(1);
		Calls calls = calls();
		calls.future("x");
		FakeConnection connection = this.fixture.connection(1);
		connection.onStream = (call) -> Flux.error(NO_ROOM.toException());
		calls.many("x").subscribe((element) -> {
		}, (error) -> {
		});
		OutboundCall waiting = connection.open.get(0);
		connection.overdue(waiting);
		assertThat(connection.cancelled).as("it waits on").isZero();
	}

	@Test
	void whenTheStrategyFailsOnAFurtherAttemptThenTheCallEndsAndSaysSo() {
		fail(1, LOST);
		fail(2, LOST);
		this.fixture.settings = this.fixture.settings.withStrategy("odd", (candidates, context) -> {
			if (context.attempt() > 1) {
				throw new IllegalStateException("odd");
			}
			return candidates.get(0);
		});
		this.fixture.known(1, 2);
		assertThat(bothKinds(calls())).allSatisfy((result) -> {
			tellsOfTheLostAttempt(failure(result));
			assertThat(failure(result).code()).isEqualTo(Code.INTERNAL);
		});
	}

	@Test
	void whenTheStrategyFailsAtOnceThenTheResultFails() {
		this.fixture.settings = this.fixture.settings.withStrategy("odd", (candidates, context) -> {
			throw new IllegalStateException("odd");
		});
		this.fixture.known(1, 2);
		Calls calls = calls();
		assertThat(bothKinds(calls))
			.allSatisfy((result) -> assertThat(failure(result).code()).isEqualTo(Code.INTERNAL));
		assertThatThrownBy(() -> calls.value("x")).isInstanceOfSatisfying(RpcException.class,
				(ex) -> assertThat(ex.code()).isEqualTo(Code.INTERNAL));
	}

	@Test
	void aCallThatWaitedForItsInstanceIsHedgedToo() {
		this.fixture.known();
		CompletableFuture<String> result = calls().hedged("x");
		this.fixture.known(1, 2);
		this.fixture.pass(Duration.ofMillis(100));
		assertThat(this.fixture.connection(1).open).hasSize(1);
		assertThat(this.fixture.connection(2).open).hasSize(1);
		FakeConnection second = this.fixture.connection(2);
		second.answer(second.open.get(0), Calls.encoded("a"));
		assertThat(result).isCompletedWithValue("a");
	}

	@Test
	void whenTheFinalFailureIsThatOfAHedgeThenTheOtherAttemptsFateIsUnknown() {
		this.fixture.known(1, 2);
		CompletableFuture<String> result = calls().hedged("x");
		this.fixture.pass(Duration.ofMillis(100));
		FakeConnection second = this.fixture.connection(2);
		second.fail(second.open.get(0), TOO_LARGE);
		assertThat(this.fixture.connection(1).cancelled).isOne();
		assertThat(failure(result).code()).isEqualTo(Code.INVALID_ARGUMENT);
		assertThat(failure(result).status().processed()).isEqualTo(Processed.UNKNOWN);
	}

	@Test
	void whenOnlyTheHedgeIsLeftThenItWaitsOnWhileTheServiceIsOverloaded() {
		this.fixture.settings = ClientFixture.settings(3, null);
		this.fixture.known(1, 2);
		CompletableFuture<String> result = calls().hedged("x");
		this.fixture.pass(Duration.ofMillis(100));
		FakeConnection first = this.fixture.connection(1);
		FakeConnection second = this.fixture.connection(2);
		OutboundCall hedge = second.open.get(0);
		first.fail(first.open.get(0), NO_ROOM);
		second.overdue(hedge);
		assertThat(second.cancelled).as("it waits on").isZero();
		second.answer(hedge, Calls.encoded("late"));
		assertThat(result).isCompletedWithValue("late");
	}

	@Test
	void whenTheClockMovesWhileACallBeginsThenItsDeadlineIsToldAsItWasSet() {
		this.fixture.silent.add(ClientFixture.endpoint(1));
		this.fixture.known(1);
		Calls calls = calls();
		this.fixture.onClock = () -> this.fixture.now.addAndGet(300);
		CompletableFuture<String> result = calls.brief("x");
		this.fixture.pass(Duration.ofSeconds(2));
		assertThat(failure(result)).hasMessageContaining("the deadline of 1 s");
	}

	@Test
	void whenTheDeadlineIsOverDuringADialThenTheCallSaysWhatFailedBefore() {
		this.fixture.refuse(1);
		this.fixture.known(1);
		Calls calls = calls();
		calls.brief("x");
		this.fixture.silent.add(ClientFixture.endpoint(1));
		this.fixture.pass(Duration.ofSeconds(10));
		CompletableFuture<String> result = calls.brief("x");
		this.fixture.pass(Duration.ofSeconds(2));
		assertThat(failure(result))
			.hasMessageContaining("the deadline was over while connecting to " + ClientFixture.endpoint(1)
					+ "; before that: connecting to " + ClientFixture.endpoint(1) + " failed: port unreachable");
	}

	@Test
	void whenADeadlineOverflowsNanosecondsThenTheSettingsAreRefused() {
		assertThatIllegalArgumentException()
			.isThrownBy(() -> ServiceSettings.defaults().withDeadline(Duration.ofDays(365L * 400)))
			.withMessage("deadline 146000d is not valid: expected more than 0 and at most 365d");
	}

	@Test
	void aCancelledCallWaitsForNothing() {
		this.fixture.known();
		Calls calls = calls();
		int before = this.fixture.tasks.size();
		calls.future("x").cancel(true);
		calls.many("x").subscribe().dispose();
		assertThat(this.fixture.tasks).hasSize(before);
		this.fixture.silent.add(ClientFixture.endpoint(1));
		this.fixture.known(1);
		assertThat(this.fixture.dialled).isEmpty();
		before = this.fixture.tasks.size();
		calls.future("x").cancel(true);
		calls.many("x").subscribe().dispose();
		assertThat(this.fixture.tasks).hasSize(before);
		assertThat(this.client.clients().get(0).instances().get(0).inFlight()).isZero();
	}

}
