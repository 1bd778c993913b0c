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

import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

import io.macula.Attempt;
import io.macula.Code;
import io.macula.MaculaMethod;
import io.macula.Processed;
import io.macula.RpcException;
import io.macula.Status;
import io.macula.codec.JacksonPayloadCodec;
import io.macula.selection.EjectionSettings;
import io.macula.transport.Connection;
import io.macula.transport.FakeConnection;
import io.macula.transport.OutboundCall;
import io.macula.transport.StreamCall;
import io.macula.wire.Failure;
import io.macula.wire.FailureDetail;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * Tests of {@link RealmClient}, its pipeline and its proxies over connections that the
 * test answers.
 */
class RealmClientTests {

	private static final Status LOST = Status.unknown(Code.UNAVAILABLE, "connection lost");

	private final ClientFixture fixture = new ClientFixture();

	private static byte[] encoded(Object value) {
		return JacksonPayloadCodec.cbor().forData(value.getClass()).encode(value);
	}

	private static ServiceSettings withoutEjection(ServiceSettings settings) {
		EjectionSettings usual = settings.ejection();
		return new ServiceSettings(settings.strategyName(), settings.strategy(), settings.codec(), settings.deadline(),
				settings.attemptTimeout(), settings.failover(),
				new EjectionSettings(false, usual.consecutiveFailures(), usual.failureRate(), usual.minimumCalls(),
						usual.interval(), usual.baseTime(), usual.maxTime(), usual.maxShare(), usual.latencyFactor(),
						usual.slowStart()),
				settings.patience(), settings.zoneAware());
	}

	private Echo echo() {
		return this.fixture.client().proxy(Echo.class, "test.echo");
	}

	private void answerAll() {
		this.fixture.onConnect = (connection) -> connection.onSend = (call) -> connection.answer(call,
				encoded("from " + connection.endpoint().host()));
	}

	@Test
	void whenConnectionIsThereThenCallIsAnsweredOnCallersThread() {
		answerAll();
		this.fixture.known(1);
		Echo echo = echo();
		assertThat(echo.say("a")).isEqualTo("from 10.0.0.1");
		assertThat(echo.say("b")).isEqualTo("from 10.0.0.1");
		assertThat(this.fixture.dialled).hasSize(1);
	}

	@Test
	void roundRobinIsExactlyEvenOverThreeInstances() {
		answerAll();
		this.fixture.known(1, 2, 3);
		Echo echo = echo();
		List<String> answers = new ArrayList<>();
		for (int i = 0; i < 9; i++) {
			answers.add(echo.say("x"));
		}
		assertThat(answers).containsSubsequence("from 10.0.0.1", "from 10.0.0.2", "from 10.0.0.3");
		for (int i = 1; i <= 3; i++) {
			assertThat(this.fixture.connection(i).sent).isEqualTo(3);
		}
	}

	@Test
	void whenProviderCannotBeReachedThenCallGoesToAnotherWithoutCountingAsRetry() {
		answerAll();
		this.fixture.refuse(1);
		this.fixture.known(1, 2);
		assertThat(echo().say("x")).isEqualTo("from 10.0.0.2");
		assertThat(this.fixture.retries.retry("test.echo").getMetrics().getNumberOfSuccessfulCallsWithoutRetryAttempt())
			.isEqualTo(1);
	}

	@Test
	void whenConnectionIsLostThenIdempotentCallGoesOnElsewhereThroughTheRetry() {
		this.fixture.onConnect = (connection) -> connection.onSend = (call) -> {
			if (connection.endpoint().equals(ClientFixture.endpoint(1))) {
				connection.lose(LOST);
			}
			else {
				connection.answer(call, encoded("saved"));
			}
		};
		this.fixture.known(1, 2);
		assertThat(echo().say("x")).isEqualTo("saved");
		assertThat(this.fixture.retries.retry("test.echo").getMetrics().getNumberOfSuccessfulCallsWithRetryAttempt())
			.isEqualTo(1);
	}

	@Test
	void whenConnectionIsLostThenNonIdempotentCallFailsAsUnknown() {
		this.fixture.onConnect = (connection) -> connection.onSend = (call) -> connection.lose(LOST);
		this.fixture.known(1, 2);
		assertThatThrownBy(() -> echo().write("x")).isInstanceOfSatisfying(RpcException.class, (ex) -> {
			assertThat(ex.code()).isEqualTo(Code.UNAVAILABLE);
			assertThat(ex.status().processed()).isEqualTo(Processed.UNKNOWN);
		});
		assertThat(this.fixture.dialled).hasSize(1);
	}

	@Test
	void whenRefusedAsNotProcessedThenEvenNonIdempotentCallGoesOn() {
		this.fixture.onConnect = (connection) -> connection.onSend = (call) -> {
			if (connection.endpoint().equals(ClientFixture.endpoint(1))) {
				connection.fail(call, Status.notProcessed(Code.RESOURCE_EXHAUSTED, "queue full"));
			}
			else {
				connection.answer(call, encoded("done"));
			}
		};
		this.fixture.known(1, 2);
		assertThat(echo().write("x")).isEqualTo("done");
	}

	@Test
	void whenAllProvidersFailThenErrorNamesEachOfThem() {
		for (int i = 1; i <= 3; i++) {
			this.fixture.refuse(i);
		}
		this.fixture.known(1, 2, 3);
		CompletableFuture<String> future = echo().later("x");
		this.fixture.pass(Duration.ofSeconds(10));
		assertThatThrownBy(future::join).isInstanceOf(CompletionException.class)
			.cause()
			.isInstanceOfSatisfying(RpcException.class, (ex) -> {
				assertThat(ex.code()).isEqualTo(Code.UNAVAILABLE);
				assertThat(ex.status().processed()).isEqualTo(Processed.NO);
				assertThat(ex).hasMessageContaining("all providers failed")
					.hasMessageContaining("node1@10.0.0.1:9443")
					.hasMessageContaining("node2@10.0.0.2:9443")
					.hasMessageContaining("node3@10.0.0.3:9443");
			});
	}

	@Test
	void whenMaxAttemptsIsOneThenNothingIsRepeated() {
		this.fixture.settings = ClientFixture.settings(1, Duration.ofSeconds(1));
		this.fixture.refuse(1);
		this.fixture.known(1, 2);
		assertThatThrownBy(() -> echo().say("x")).isInstanceOf(RpcException.class).hasMessageContaining("10.0.0.1");
		assertThat(this.fixture.dialled).containsExactly(ClientFixture.endpoint(1));
	}

	@Test
	void attemptsAreBoundedByMaxAttempts() {
		this.fixture.onConnect = (connection) -> connection.onSend = (call) -> connection.fail(call,
				Status.notProcessed(Code.RESOURCE_EXHAUSTED, "queue full"));
		this.fixture.known(1, 2, 3, 4, 5);
		assertThatThrownBy(() -> echo().say("x")).isInstanceOfSatisfying(RpcException.class,
				(ex) -> assertThat(ex.code()).isEqualTo(Code.RESOURCE_EXHAUSTED));
		assertThat(this.fixture.connections.values().stream().mapToInt((connection) -> connection.sent).sum())
			.isEqualTo(3);
	}

	@Test
	void whenNoProviderIsKnownThenCallWaitsForOne() {
		answerAll();
		this.fixture.known();
		CompletableFuture<String> future = echo().later("x");
		this.fixture.pass(Duration.ofSeconds(1));
		assertThat(future).isNotDone();
		this.fixture.known(1);
		assertThat(future.join()).isEqualTo("from 10.0.0.1");
	}

	@Test
	void whenNoProviderComesThenCallFailsAndSaysSo() {
		this.fixture.known();
		CompletableFuture<String> future = echo().later("x");
		this.fixture.pass(Duration.ofSeconds(4));
		assertThatThrownBy(future::join).cause().isInstanceOfSatisfying(RpcException.class, (ex) -> {
			assertThat(ex.code()).isEqualTo(Code.NOT_FOUND);
			assertThat(ex).hasMessageContaining("test.echo").hasMessageContaining("realm 'test'");
		});
	}

	@Test
	void whenFutureIsCancelledThenAttemptIsCancelled() {
		this.fixture.known(1);
		CompletableFuture<String> future = echo().later("x");
		FakeConnection connection = this.fixture.connection(1);
		assertThat(connection.open).hasSize(1);
		future.cancel(true);
		assertThat(connection.cancelled).isEqualTo(1);
	}

	@Test
	void whenMonoIsCancelledThenAttemptIsCancelled() {
		this.fixture.known(1);
		StepVerifier.create(echo().soon("x")).thenCancel().verify();
		assertThat(this.fixture.connection(1).cancelled).isEqualTo(1);
	}

	@Test
	void eachSubscriptionOfMonoIsOneCall() {
		answerAll();
		this.fixture.known(1);
		Mono<String> mono = echo().soon("x");
		assertThat(this.fixture.dialled).isEmpty();
		mono.block();
		mono.block();
		assertThat(this.fixture.connection(1).sent).isEqualTo(2);
	}

	@Test
	void optionalAndVoidAreAnswered() {
		this.fixture.onConnect = (connection) -> connection.onSend = (call) -> connection.answer(call,
				JacksonPayloadCodec.cbor().forType(String.class).encode(null));
		this.fixture.known(1);
		assertThat(echo().maybe("x")).isEqualTo(Optional.empty());
	}

	@Test
	void hedgeStartsSecondAttemptAndFirstResultWins() {
		this.fixture.known(1, 2);
		CompletableFuture<String> future = echo().hedged("x");
		FakeConnection first = this.fixture.connection(1);
		assertThat(this.fixture.connection(2)).isNull();
		this.fixture.pass(Duration.ofMillis(150));
		FakeConnection second = this.fixture.connection(2);
		assertThat(second.open).hasSize(1);
		second.answer(second.open.get(0), encoded("fast"));
		assertThat(future.join()).isEqualTo("fast");
		assertThat(first.cancelled).isEqualTo(1);
	}

	@Test
	void whenHedgedAttemptFailsThenFirstOneStillCounts() {
		this.fixture.known(1, 2);
		CompletableFuture<String> future = echo().hedged("x");
		this.fixture.pass(Duration.ofMillis(150));
		FakeConnection second = this.fixture.connection(2);
		second.fail(second.open.get(0), LOST);
		assertThat(future).isNotDone();
		FakeConnection first = this.fixture.connection(1);
		first.answer(first.open.get(0), encoded("slow"));
		assertThat(future.join()).isEqualTo("slow");
	}

	@Test
	void whenHedgedAttemptsFailThenEachHasItsOwnNumber() {
		this.fixture.known(1, 2);
		CompletableFuture<String> future = echo().hedged("x");
		this.fixture.pass(Duration.ofMillis(150));
		FakeConnection second = this.fixture.connection(2);
		second.fail(second.open.get(0), LOST);
		FakeConnection first = this.fixture.connection(1);
		first.fail(first.open.get(0), Status.processed(Code.UNKNOWN, "it failed"));
		assertThatThrownBy(future::join).cause().isInstanceOfSatisfying(RpcException.class, (ex) -> {
			assertThat(ex.service()).isEqualTo("test.echo");
			assertThat(ex.method()).isEqualTo("hedged");
			assertThat(ex.attempts()).containsExactly(
					new Attempt(1, "node1", ClientFixture.endpoint(1), Status.processed(Code.UNKNOWN, "it failed")),
					new Attempt(2, "node2", ClientFixture.endpoint(2), LOST));
		});
	}

	@Test
	void whenSeveralAttemptsFailThenEachIsToldInOrder() {
		this.fixture.onConnect = (connection) -> connection.onSend = (call) -> connection.fail(call,
				Status.notProcessed(Code.RESOURCE_EXHAUSTED, "queue full"));
		this.fixture.known(1, 2, 3);
		assertThatThrownBy(() -> echo().say("x")).isInstanceOfSatisfying(RpcException.class, (ex) -> {
			assertThat(ex.attempts()).extracting(Attempt::number).containsExactly(1, 2, 3);
			assertThat(ex.attempts()).extracting(Attempt::instanceId)
				.containsExactlyInAnyOrder("node1", "node2", "node3");
			assertThat(ex.attempts()).extracting((attempt) -> attempt.status().message()).containsOnly("queue full");
		});
	}

	@Test
	void whenArgumentsAreRefusedWithDetailThenNoOtherInstanceIsAsked() {
		this.fixture.onConnect = (connection) -> connection.onSend = (call) -> connection.fail(call, FailureDetail
			.with(Status.notProcessed(Code.INVALID_ARGUMENT, "odd"), null, Map.of("text", "must not be blank")));
		this.fixture.known(1, 2, 3);
		assertThatThrownBy(() -> echo().say("x")).isInstanceOfSatisfying(RpcException.class, (ex) -> {
			assertThat(ex.status().processed()).isEqualTo(Processed.NO);
			assertThat(ex.detail()).containsExactly(Map.entry("text", "must not be blank"));
			assertThat(ex.attempts()).hasSize(1);
		});
	}

	@Test
	void whenTheBudgetIsSpentThenNothingIsHedged() {
		ServiceSettings settings = ClientFixture.settings(3, Duration.ofSeconds(10));
		this.fixture.settings = settings
			.withFailover(new ServiceSettings.Failover(3, Duration.ofMillis(50), Duration.ofSeconds(2), 0, 0.1));
		this.fixture.known(1, 2);
		Echo echo = echo();
		echo.hedged("x");
		this.fixture.pass(Duration.ofMillis(150));
		assertThat(this.fixture.connection(2).sent).as("one in ten seconds").isEqualTo(1);
		CompletableFuture<String> second = echo.hedged("x");
		this.fixture.pass(Duration.ofMillis(150));
		assertThat(this.fixture.connection(1).sent + this.fixture.connection(2).sent).isEqualTo(3);
		assertThat(second).isNotDone();
	}

	@Test
	void whenMaxAttemptsIsOneThenNothingIsHedged() {
		this.fixture.settings = ClientFixture.settings(1, Duration.ofSeconds(10));
		this.fixture.known(1, 2);
		CompletableFuture<String> future = echo().hedged("x");
		this.fixture.pass(Duration.ofSeconds(5));
		assertThat(this.fixture.connection(1).sent).isOne();
		assertThat(this.fixture.connection(2)).isNull();
		assertThat(future).isNotDone();
	}

	@Test
	void whenAHedgedCallIsCancelledThenBothAttemptsAre() {
		this.fixture.known(1, 2);
		CompletableFuture<String> future = echo().hedged("x");
		this.fixture.pass(Duration.ofMillis(150));
		future.cancel(true);
		assertThat(this.fixture.connection(1).cancelled).isEqualTo(1);
		assertThat(this.fixture.connection(2).cancelled).isEqualTo(1);
	}

	@Test
	void theDeadlineOfAStreamBoundsTheWaitForAConnection() {
		this.fixture.silent.add(ClientFixture.endpoint(1));
		this.fixture.silent.add(ClientFixture.endpoint(2));
		this.fixture.known(1, 2);
		CompletableFuture<List<String>> stream = echo().bounded("x").collectList().toFuture();
		this.fixture.pass(Duration.ofMillis(190));
		assertThat(stream).isNotDone();
		this.fixture.pass(Duration.ofMillis(20));
		assertThat(stream).isCompletedExceptionally();
		assertThatThrownBy(stream::join).hasCauseInstanceOf(RpcException.class)
			.hasMessageContaining("the deadline of 200 ms")
			.hasMessageContaining("while connecting to");
	}

	@Test
	void onlyIdempotentCallsLeaveSuspectedPeer() {
		this.fixture.known(1);
		Echo echo = echo();
		echo.later("x");
		echo.writeLater("x");
		FakeConnection connection = this.fixture.connection(1);
		List<OutboundCall> open = connection.open;
		assertThat(open).hasSize(2);
		assertThat(connection.leavesSuspectedPeer(open.get(0))).isTrue();
		assertThat(connection.leavesSuspectedPeer(open.get(1))).isFalse();
	}

	@Test
	void onlyStreamsThatMayBeRepeatedLeaveSuspectedPeer() {
		List<StreamCall> calls = new ArrayList<>();
		this.fixture.onConnect = (connection) -> connection.onStream = (call) -> {
			calls.add(call);
			return Flux.empty();
		};
		this.fixture.known(1);
		Echo echo = echo();
		echo.many("x").blockLast();
		echo.append("x").blockLast();
		echo.mirror(Flux.just("x")).blockLast();
		assertThat(calls).extracting(StreamCall::leavesSuspectedPeer).containsExactly(true, false, false);
	}

	@Test
	void learnedTimeoutBoundsOnlyCallsThatMayBeRepeated() {
		this.fixture.settings = ClientFixture.settings(3, null);
		this.fixture.known(1);
		Echo echo = echo();
		echo.later("x");
		echo.writeLater("x");
		List<OutboundCall> open = this.fixture.connection(1).open;
		long now = this.fixture.now.get();
		assertThat(this.fixture.connection(1).deadlineNanoTime(open.get(0)) - now)
			.isLessThanOrEqualTo(Duration.ofSeconds(10).toNanos());
		assertThat(this.fixture.connection(1).deadlineNanoTime(open.get(1)) - now)
			.isEqualTo(Duration.ofSeconds(30).toNanos());
	}

	@Test
	void whenTheBudgetIsSpentThenAnAttemptWaitsOnForItsAnswer() {
		this.fixture.settings = withoutEjection(ClientFixture.settings(3, null));
		this.fixture.known(1, 2);
		Echo echo = echo();
		List<CompletableFuture<String>> results = new ArrayList<>();
		for (int i = 0; i < 200; i++) {
			results.add(echo.later("x"));
		}
		FakeConnection first = this.fixture.connection(1);
		FakeConnection second = this.fixture.connection(2);
		List<OutboundCall> ofFirst = List.copyOf(first.open);
		List<OutboundCall> ofSecond = List.copyOf(second.open);
		assertThat(ofFirst.size() + ofSecond.size()).isEqualTo(200);
		ofFirst.forEach(first::overdue);
		ofSecond.forEach(second::overdue);
		// The budget: a fifth of 200, and ten each second.
		assertThat(first.cancelled + second.cancelled).isEqualTo(40 + 100);
		assertThat(results).noneMatch(CompletableFuture::isDone);
		OutboundCall waiting = ofSecond.get(ofSecond.size() - 1);
		assertThat(second.deadlineNanoTime(waiting) - this.fixture.now.get())
			.isEqualTo(Duration.ofSeconds(30).toNanos());
		second.overdue(waiting);
		assertThat(results).filteredOn(CompletableFuture::isCompletedExceptionally).hasSize(1);
		second.answer(ofSecond.get(ofSecond.size() - 2), encoded("late"));
		assertThat(results)
			.filteredOn(
					(result) -> result.isDone() && !result.isCompletedExceptionally() && result.join().equals("late"))
			.hasSize(1);
	}

	@Test
	void whileThereIsNoOtherInstanceALearnedTimeEndsNoAttempt() {
		this.fixture.settings = ClientFixture.settings(3, null);
		this.fixture.known(1);
		CompletableFuture<String> slow = echo().later("x");
		CompletableFuture<String> moving = echo().later("x");
		FakeConnection only = this.fixture.connection(1);
		OutboundCall waiting = only.open.get(0);
		OutboundCall leaving = only.open.get(1);
		for (int i = 0; i < 50; i++) {
			only.overdue(waiting);
			only.overdue(leaving);
		}
		assertThat(only.cancelled).isZero();
		only.answer(waiting, encoded("late"));
		assertThat(slow).isCompletedWithValue("late");
		this.fixture.known(1, 2);
		only.overdue(leaving);
		assertThat(only.cancelled).as("now there is another one").isOne();
		this.fixture.connection(2).answer(this.fixture.connection(2).open.get(0), encoded("other"));
		assertThat(moving).isCompletedWithValue("other");
	}

	@Test
	void whileInstancesHaveNoRoomAnAttemptWaitsOnForItsAnswer() {
		this.fixture.settings = ClientFixture.settings(3, null);
		this.fixture.known(1, 2);
		Echo echo = echo();
		CompletableFuture<String> slow = echo.later("x");
		CompletableFuture<String> refused = echo.later("x");
		FakeConnection first = this.fixture.connection(1);
		FakeConnection second = this.fixture.connection(2);
		second.fail(second.open.get(0), Status.notProcessed(Code.RESOURCE_EXHAUSTED, "queue full"));
		first.fail(first.open.get(1), Status.notProcessed(Code.RESOURCE_EXHAUSTED, "queue full"));
		OutboundCall waiting = first.open.get(0);
		first.overdue(waiting);
		assertThat(first.cancelled).isZero();
		first.answer(waiting, encoded("late"));
		assertThat(slow).isCompletedWithValue("late");
		assertThat(refused).isNotCompleted();
		this.fixture.now.addAndGet(Duration.ofSeconds(1).toNanos());
		echo.later("x");
		FakeConnection third = first.open.isEmpty() ? second : first;
		third.overdue(third.open.get(0));
		assertThat(third.cancelled).as("the refusals are long ago").isOne();
	}

	@Test
	void anAttemptOfFixedTimeNeverWaitsOn() {
		this.fixture.settings = ClientFixture.settings(3, Duration.ofMillis(100));
		this.fixture.known(1);
		echo().later("x");
		FakeConnection connection = this.fixture.connection(1);
		connection.overdue(connection.open.get(0));
		assertThat(connection.cancelled).isOne();
	}

	@Test
	void suspectedProviderGetsNoNewCallsWhileAnotherIsThere() {
		answerAll();
		this.fixture.known(1, 2);
		Echo echo = echo();
		echo.say("x");
		echo.say("x");
		this.fixture.refuse(1);
		this.fixture.connection(1).state(Connection.State.SUSPECTED);
		for (int i = 0; i < 4; i++) {
			assertThat(echo.say("x")).isEqualTo("from 10.0.0.2");
		}
		this.fixture.connection(1).state(Connection.State.READY);
		List<String> answers = new ArrayList<>();
		for (int i = 0; i < 4; i++) {
			answers.add(echo.say("x"));
		}
		assertThat(answers).contains("from 10.0.0.1");
	}

	@Test
	void brokenProviderIsDialledAgainByItself() {
		answerAll();
		this.fixture.known(1, 2);
		Echo echo = echo();
		echo.say("x");
		this.fixture.refuse(1);
		this.fixture.connection(1).lose(LOST);
		this.fixture.pass(Duration.ofSeconds(2));
		this.fixture.refusals.clear();
		this.fixture.dialled.clear();
		this.fixture.pass(Duration.ofSeconds(2));
		assertThat(this.fixture.dialled).containsExactly(ClientFixture.endpoint(1));
	}

	@Test
	void aProbeOfAnUnreachableInstanceDoesNotWaitForItsConnection() {
		answerAll();
		this.fixture.known(1, 2);
		Echo echo = echo();
		echo.say("x");
		echo.say("x");
		this.fixture.refuse(1);
		this.fixture.connection(1).lose(LOST);
		this.fixture.silent.add(ClientFixture.endpoint(1));
		this.fixture.pass(Duration.ofSeconds(13));
		List<CompletableFuture<String>> results = new ArrayList<>();
		for (int i = 0; i < 4; i++) {
			results.add(echo.later("x"));
		}
		assertThat(results).filteredOn((result) -> !result.isDone()).as("the probe").hasSize(1);
		this.fixture.pass(Duration.ofMillis(100));
		assertThat(results).allSatisfy((result) -> assertThat(result).isCompletedWithValue("from 10.0.0.2"));
	}

	@Test
	void whenStreamFailsBeforeFirstElementThenIdempotentStreamGoesOnElsewhere() {
		this.fixture.onConnect = (
				connection) -> connection.onStream = (call) -> (connection.endpoint().equals(ClientFixture.endpoint(1)))
						? Flux.error(LOST.toException()) : Flux.just(encoded("a"), encoded("b"));
		this.fixture.known(1, 2);
		StepVerifier.create(echo().many("x")).expectNext("a", "b").verifyComplete();
	}

	@Test
	void whenStreamFailsAfterAnElementThenItFails() {
		this.fixture.onConnect = (connection) -> connection.onStream = (call) -> Flux.just(encoded("a"))
			.concatWith(Flux.error(LOST.toException()));
		this.fixture.known(1, 2);
		StepVerifier.create(echo().many("x")).expectNext("a").expectError(RpcException.class).verify();
		assertThat(this.fixture.dialled).hasSize(1);
	}

	@Test
	void defaultMethodsRunLocally() {
		answerAll();
		this.fixture.known(1);
		assertThat(echo().twice("x")).isEqualTo("from 10.0.0.1from 10.0.0.1");
		assertThat(echo().toString()).contains("test.echo");
	}

	@Test
	void sameNameWithOtherSettingsIsRefused() {
		RealmClient client = this.fixture.client();
		client.proxy(Echo.class, "test.echo");
		assertThatThrownBy(() -> client.proxy(Echo.class, "test.echo", "test.echo",
				ClientFixture.settings(2, Duration.ofSeconds(1))))
			.hasMessageContaining("test.echo")
			.hasMessageContaining("another name");
	}

	@Test
	void dynamicCallNeedsNoInterface() {
		answerAll();
		this.fixture.known(1);
		assertThat(this.fixture.client().call("test.echo", "say", "x", String.class)).isEqualTo("from 10.0.0.1");
	}

	@Test
	void whenADeclaredExceptionCannotBeRebuiltThenTheCallerGetsItsTypeName() {
		this.fixture.onConnect = (connection) -> connection.onSend = (call) -> connection.fail(call,
				new Failure(Status.processed(Code.UNKNOWN, "java.io.UncheckedIOException: disk full"),
						"java.io.UncheckedIOException", new byte[0]));
		this.fixture.known(1);
		Files files = this.fixture.client().proxy(Files.class, "test.files");
		assertThatThrownBy(files::read).isInstanceOfSatisfying(RpcException.class, (error) -> {
			assertThat(error.code()).isEqualTo(Code.UNKNOWN);
			assertThat(error.remoteType()).isEqualTo("java.io.UncheckedIOException");
		});
	}

	@Test
	void anUnknownSubclassOfADeclaredExceptionArrivesAsThatWithItsTypeNamed() {
		byte[] detail = encoded(Map.of("message", "sold out", "left", 3));
		this.fixture.onConnect = (connection) -> connection.onSend = (call) -> connection.fail(call,
				new Failure(Status.processed(Code.APPLICATION, "sold out"),
						"com.acme.Discontinued " + SoldOut.class.getName(), detail));
		this.fixture.known(1);
		Shop shop = this.fixture.client().proxy(Shop.class, "test.shop");
		assertThatThrownBy(shop::buy).isExactlyInstanceOf(SoldOut.class)
			.hasMessage("sold out")
			.satisfies((error) -> assertThat(error.getSuppressed())
				.filteredOn((suppressed) -> suppressed instanceof RpcException)
				.singleElement()
				.isInstanceOfSatisfying(RpcException.class, (rpc) -> {
					assertThat(rpc.remoteType()).isEqualTo("com.acme.Discontinued");
					assertThat(rpc).hasMessageContaining("thrown as com.acme.Discontinued, which is not known here");
				}));
		assertThatThrownBy(() -> this.fixture.client().call("test.shop", "buy", null, Map.class))
			.isInstanceOfSatisfying(RpcException.class,
					(error) -> assertThat(error.remoteType()).isEqualTo("com.acme.Discontinued"));
	}

	@Test
	void whatCannotBeCodedIsRefusedWithMethodAndPath() {
		assertThatThrownBy(() -> this.fixture.client().proxy(Open.class, "test.open")).hasMessageContaining(
				"The result of Open.find(): Values of java.util.List<java.lang.Object> cannot be coded as cbor: List<Object>[] is of type Object");
	}

	/** Declares an exception that may be subclassed. */
	public interface Shop {

		String buy() throws SoldOut;

	}

	/** The declared one. */
	public static class SoldOut extends Exception {

		private static final long serialVersionUID = 1L;

		public SoldOut(String message) {
			super(message);
		}

	}

	/** Leaves open what comes. */
	public interface Open {

		List<Object> find();

	}

	/** Declares an exception that has no constructor for its message alone. */
	public interface Files {

		String read() throws UncheckedIOException;

	}

	/** A contract. */
	public interface Echo {

		@MaculaMethod(idempotent = true)
		String say(String text);

		String write(String text);

		CompletableFuture<String> writeLater(String text);

		@MaculaMethod(idempotent = true)
		CompletableFuture<String> later(String text);

		@MaculaMethod(idempotent = true, hedge = "100ms")
		CompletableFuture<String> hedged(String text);

		Mono<String> soon(String text);

		Optional<String> maybe(String text);

		@MaculaMethod(idempotent = true)
		Flux<String> many(String text);

		Flux<String> append(String text);

		@MaculaMethod(idempotent = true, deadline = "200ms")
		Flux<String> bounded(String text);

		@MaculaMethod(idempotent = true)
		Flux<String> mirror(Flux<String> texts);

		default String twice(String text) {
			return say(text) + say(text);
		}

	}

}
