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
import java.util.List;
import java.util.concurrent.CompletableFuture;

import io.macula.Code;
import io.macula.Processed;
import io.macula.RpcException;
import io.macula.Status;
import io.macula.transport.FakeConnection;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Tests of {@link WaitingCalls}: how long calls of both kinds wait for an instance, and
 * how their waits end when the client stops.
 */
class WaitingCallsTests {

	private static final Status STOPPED = Status.notProcessed(Code.UNAVAILABLE, "node 'test' is stopped");

	private static final Status LOST = Status.unknown(Code.UNAVAILABLE, "connection lost");

	private final ClientFixture fixture = new ClientFixture();

	private final RealmClient client = this.fixture.client();

	private Calls calls() {
		return this.client.proxy(Calls.class, Calls.SERVICE, Calls.SERVICE, this.fixture.settings);
	}

	private static List<CompletableFuture<?>> bothKinds(Calls calls) {
		return List.of(calls.future("x"), calls.many("x").collectList().toFuture());
	}

	private static RpcException failure(CompletableFuture<?> result) {
		assertThat(result).isCompletedExceptionally();
		return (RpcException) result.handle((value, error) -> error).join();
	}

	private static void allAre(List<CompletableFuture<?>> results, Code code, Processed processed, String message) {
		assertThat(results).allSatisfy((result) -> {
			assertThat(failure(result).code()).isEqualTo(code);
			assertThat(failure(result).status().processed()).isEqualTo(processed);
			assertThat(failure(result)).hasMessageContaining(message);
		});
	}

	@Test
	void whenNothingIsSaidThenACallWaitsTenSecondsForAnInstance() {
		this.fixture.settings = ServiceSettings.defaults();
		this.fixture.known();
		List<CompletableFuture<?>> results = bothKinds(calls());
		this.fixture.pass(Duration.ofMillis(9999));
		assertThat(results).noneMatch(CompletableFuture::isDone);
		this.fixture.pass(Duration.ofMillis(1));
		allAre(results, Code.NOT_FOUND, Processed.NO, "no provider of service 'test.calls' is known in the realm");
	}

	@Test
	void whenThePatienceIsZeroThenACallFailsAtOnce() {
		this.fixture.settings = this.fixture.settings.withPatience(Duration.ZERO);
		this.fixture.known();
		allAre(bothKinds(calls()), Code.NOT_FOUND, Processed.NO, "no provider of service");
	}

	@Test
	void whenThePatienceIsLongerThanTheDeadlineThenTheDeadlineBoundsTheWait() {
		this.fixture.settings = this.fixture.settings.withPatience(Duration.ofMinutes(1));
		this.fixture.known();
		List<CompletableFuture<?>> results = bothKinds(calls());
		this.fixture.pass(Duration.ofSeconds(30));
		assertThat(results).allMatch(CompletableFuture::isDone);
	}

	@Test
	void whenAnotherSettingIsChangedThenThePatienceStays() {
		ServiceSettings patient = ServiceSettings.defaults().withPatience(Duration.ofSeconds(4));
		assertThat(patient.withDeadline(Duration.ofSeconds(5)).patience()).isEqualTo(Duration.ofSeconds(4));
		assertThat(patient.withAttemptTimeout(Duration.ofSeconds(1)).patience()).isEqualTo(Duration.ofSeconds(4));
		assertThat(patient.withFailover(ServiceSettings.Failover.defaults()).patience())
			.isEqualTo(Duration.ofSeconds(4));
		assertThat(patient.withStrategy("mine", patient.strategy()).patience()).isEqualTo(Duration.ofSeconds(4));
	}

	@Test
	void whenThePatienceIsNoDurationThenTheSettingsAreRefused() {
		assertThatIllegalArgumentException()
			.isThrownBy(() -> ServiceSettings.defaults().withPatience(Duration.ofSeconds(-1)))
			.withMessage("patience -1s is not valid: expected 0 or more and at most 365d");
	}

	@Test
	void whenTheOnlyProvidersHaveLeftThenTheServiceIsUnavailableAndNotUnknown() {
		this.fixture.known(1, 2);
		Calls calls = calls();
		this.fixture.known();
		List<CompletableFuture<?>> results = bothKinds(calls);
		this.fixture.pass(Duration.ofSeconds(3));
		allAre(results, Code.UNAVAILABLE, Processed.NO,
				"no provider of service 'test.calls' is known in the realm 'test' any more: it had 2 providers until"
						+ " 3 s ago");
	}

	@Test
	void whenThisNodeWasTheLastProviderAndServesNoLongerThenNobodyWaitsForAnother() {
		Calls calls = calls();
		List<CompletableFuture<?>> early = bothKinds(calls);
		assertThat(early).noneMatch(CompletableFuture::isDone);
		this.fixture.ownEnded = true;
		this.fixture.known();
		String why = "no provider of service 'test.calls' is known in the realm 'test' any more: the last one was this"
				+ " node itself, which is shutting down";
		allAre(early, Code.UNAVAILABLE, Processed.NO, why);
		allAre(bothKinds(calls), Code.UNAVAILABLE, Processed.NO, why);
	}

	@Test
	void whenTheDirectoryMayBeOutOfDateThenTheServiceIsUnavailableAndNotUnknown() {
		this.fixture.trouble = "no seed answers: {10.0.0.9:9443=unreachable}";
		this.fixture.known();
		List<CompletableFuture<?>> results = bothKinds(calls());
		this.fixture.pass(Duration.ofSeconds(3));
		allAre(results, Code.UNAVAILABLE, Processed.NO,
				"the directory may be out of date: no seed answers: {10.0.0.9:9443=unreachable}");
	}

	@Test
	void whenTheDirectoryAnswersButAwaitsSomethingThenTheCallSaysWhat() {
		this.fixture.awaited = "seed 10.0.0.9:9443 has run for less than a lease";
		List<CompletableFuture<?>> results = bothKinds(calls());
		this.fixture.pass(Duration.ofSeconds(3));
		allAre(results, Code.UNAVAILABLE, Processed.NO,
				"no provider of service 'test.calls' is known in the realm 'test' yet: seed 10.0.0.9:9443 has run for"
						+ " less than a lease; check macula.realm.seeds");
	}

	@Test
	void whenNoSeedAnswersThenTheCallSaysThatTheDirectoryHasNotAnswered() {
		this.fixture.trouble = "no seed answers: {10.0.0.9:9443=unreachable}";
		this.fixture.awaited = "this node has just started";
		List<CompletableFuture<?>> results = bothKinds(calls());
		this.fixture.pass(Duration.ofSeconds(3));
		allAre(results, Code.UNAVAILABLE, Processed.NO,
				"the directory has not answered yet, so no provider of service 'test.calls' is known; no seed answers:"
						+ " {10.0.0.9:9443=unreachable}; check macula.realm.seeds");
	}

	@Test
	void whenTheClientStopsThenCallsThatWaitForAnInstanceEnd() {
		this.fixture.known();
		List<CompletableFuture<?>> results = bothKinds(calls());
		this.client.stop(STOPPED);
		allAre(results, Code.UNAVAILABLE, Processed.NO, "node 'test' is stopped");
	}

	@Test
	void whenTheClientStopsThenCallsThatWaitForAConnectionEnd() {
		this.fixture.silent.add(ClientFixture.endpoint(1));
		this.fixture.known(1);
		List<CompletableFuture<?>> results = bothKinds(calls());
		assertThat(results).noneMatch(CompletableFuture::isDone);
		this.client.stop(STOPPED);
		allAre(results, Code.UNAVAILABLE, Processed.NO, "node 'test' is stopped");
	}

	@Test
	void whenTheClientStopsThenCallsInTheirBackOffEndAndNameTheirAttempts() {
		this.fixture.onConnect = (connection) -> {
			connection.onSend = (call) -> connection.fail(call, LOST);
			connection.onStream = (call) -> Flux.error(LOST.toException());
		};
		this.fixture.known(1);
		List<CompletableFuture<?>> results = bothKinds(calls());
		assertThat(results).noneMatch(CompletableFuture::isDone);
		this.client.stop(STOPPED);
		allAre(results, Code.UNAVAILABLE, Processed.UNKNOWN,
				"node 'test' is stopped (after 1 attempt: node1@10.0.0.1:9443 -> UNAVAILABLE: connection lost)");
	}

	@Test
	void whenTheClientStopsThenASentCallEndsWithItsConnectionAndIsNotTriedAgain() {
		this.fixture.known(1, 2);
		List<CompletableFuture<?>> results = List.of(calls().future("x"));
		this.client.stop(STOPPED);
		this.fixture.pool.close();
		for (FakeConnection connection : this.fixture.connections.values()) {
			List.copyOf(connection.open).forEach((call) -> connection.fail(call, LOST));
		}
		allAre(results, Code.UNAVAILABLE, Processed.UNKNOWN, "node 'test' is stopped (after 1 attempt: node");
	}

	@Test
	void whenTheClientStartsAgainThenProxiesGoOnAndOldWaitsAreOver() {
		this.fixture.known();
		Calls calls = calls();
		List<CompletableFuture<?>> before = bothKinds(calls);
		this.client.stop(STOPPED);
		allAre(bothKinds(calls), Code.UNAVAILABLE, Processed.NO, "node 'test' is stopped");
		this.client.start(this.fixture.life());
		this.fixture.onConnect = (connection) -> {
			connection.onSend = (call) -> connection.answer(call, Calls.encoded("a"));
			connection.onStream = (call) -> Flux.just(Calls.encoded("a"));
		};
		List<CompletableFuture<?>> after = bothKinds(calls);
		this.fixture.known(1);
		assertThat(after).allSatisfy((result) -> assertThat(result).isCompleted());
		allAre(before, Code.UNAVAILABLE, Processed.NO, "node 'test' is stopped");
	}

	@Test
	void whenATimerIsRefusedThenTheCallEnds() {
		this.fixture.known();
		Calls calls = calls();
		this.fixture.noTimers = true;
		allAre(bothKinds(calls), Code.INTERNAL, Processed.NO, "could not be carried on");
	}

}
