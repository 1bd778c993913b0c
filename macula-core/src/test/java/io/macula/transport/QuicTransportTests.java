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

package io.macula.transport;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;

import io.macula.Code;
import io.macula.Processed;
import io.macula.Status;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Unary calls over real QUIC on loopback.
 */
class QuicTransportTests {

	private TestNet net;

	private Connection connection;

	@BeforeEach
	void connect() {
		this.net = new TestNet();
		this.connection = this.net.connect();
	}

	@AfterEach
	void close() {
		this.net.close();
	}

	@Test
	void aCallComesBackWithItsResult() throws Exception {
		assertThat(TestNet.call(this.connection, "test/echo", TestNet.bytes("hello"))).asString().isEqualTo("hello");
		assertThat(TestNet.call(this.connection, "test/thread", TestNet.bytes("hello"))).asString().isEqualTo("hello");
		assertThat(TestNet.call(this.connection, "test/echo", new byte[0])).isEmpty();
		assertThat(this.connection.peer().nodeId()).isEqualTo("provider");
		assertThat(this.connection.state()).isEqualTo(Connection.State.READY);
		assertThat(this.connection.inFlight()).isZero();
		assertThat(this.net.listener.connections()).isEqualTo(1);
	}

	@Test
	void anUnknownProcedureIsAnsweredByTheHandler() throws Exception {
		TestCall call = TestCall.of("other/thing", new byte[0]);
		this.connection.send(call);
		assertThat(TestNet.failure(call).code()).isEqualTo(Code.UNIMPLEMENTED);
	}

	@Test
	void manyCallsOfManyThreadsAreAllAnsweredAndMerged() throws Exception {
		List<Thread> threads = new ArrayList<>();
		List<TestCall> calls = new ArrayList<>();
		for (int t = 0; t < 8; t++) {
			List<TestCall> mine = new ArrayList<>();
			for (int i = 0; i < 2000; i++) {
				mine.add(TestCall.of((i % 2 == 0) ? "test/echo" : "test/thread", TestNet.bytes("call " + t + "/" + i)));
			}
			calls.addAll(mine);
			Thread thread = new Thread(() -> mine.forEach(this.connection::send));
			threads.add(thread);
			thread.start();
		}
		for (Thread thread : threads) {
			thread.join();
		}
		for (TestCall call : calls) {
			assertThat(call.answer.get(20, TimeUnit.SECONDS)).isEqualTo(call.payload());
		}
		assertThat(this.net.handler.reads.get()).isLessThan(this.net.handler.calls.get());
		Awaitility.await().until(() -> this.net.listener.inFlight() == 0 && this.connection.inFlight() == 0);
	}

	@Test
	void callsThatAreSentFromAnswersOfABurstAreAllAnswered() throws Exception {
		List<TestCall> second = Collections.synchronizedList(new ArrayList<>());
		List<TestCall> first = new ArrayList<>();
		for (int i = 0; i < 3000; i++) {
			byte[] payload = TestNet.bytes("a call of a burst that is decoded in slices, number " + i);
			TestCall call = TestCall.of("test/echo", payload);
			call.answer.thenRun(() -> {
				TestCall next = TestCall.of("test/echo", payload);
				second.add(next);
				this.connection.send(next);
			});
			first.add(call);
		}
		first.forEach(this.connection::send);
		for (TestCall call : first) {
			assertThat(call.answer.get(20, TimeUnit.SECONDS)).isEqualTo(call.payload());
		}
		Awaitility.await().until(() -> second.size() == first.size());
		for (TestCall call : second) {
			assertThat(call.answer.get(20, TimeUnit.SECONDS)).isEqualTo(call.payload());
		}
		Awaitility.await().until(() -> this.net.listener.inFlight() == 0 && this.connection.inFlight() == 0);
	}

	@Test
	void answersThatArriveTogetherWithTheCloseCount() throws Exception {
		List<TestCall> calls = new ArrayList<>();
		for (int i = 0; i < 100; i++) {
			calls.add(TestCall.of("test/keep", new byte[0]));
		}
		calls.forEach(this.connection::send);
		Awaitility.await().until(() -> this.net.handler.kept.size() == calls.size());
		// Enough to be decoded in slices, little enough to be sent at once.
		this.net.handler.kept.forEach((call) -> call.result(new byte[80]));
		this.net.listener.close();
		for (TestCall call : calls) {
			assertThat(call.answer.get(20, TimeUnit.SECONDS)).hasSize(80);
		}
	}

	@Test
	void callsFromAnAnswerAreSentAtTheEndOfTheRead() throws Exception {
		TestCall second = TestCall.of("test/echo", TestNet.bytes("second"));
		TestCall first = TestCall.of("test/echo", TestNet.bytes("first"));
		first.answer.thenRun(() -> this.connection.send(second));
		this.connection.send(first);
		assertThat(second.answer.get(20, TimeUnit.SECONDS)).asString().isEqualTo("second");
	}

	@Test
	void whenTheTimeIsOverThenTheCallFailsAndThePeerIsTold() throws Exception {
		TestCall call = new TestCall("test/keep", new byte[0], Duration.ofMillis(60), true);
		long start = System.nanoTime();
		this.connection.send(call);
		Status status = TestNet.failure(call);
		assertThat(status.code()).isEqualTo(Code.DEADLINE_EXCEEDED);
		assertThat(status.processed()).isEqualTo(Processed.UNKNOWN);
		assertThat(status.message()).contains(this.connection.endpoint().toString());
		assertThat(Duration.ofNanos(System.nanoTime() - start)).isBetween(Duration.ofMillis(55),
				Duration.ofMillis(500));
		Awaitility.await().until(() -> this.net.handler.cancelled.get() == 1);
		assertThat(this.connection.inFlight()).isZero();
		assertThat(this.net.handler.kept.element().cancelled()).isTrue();
		this.net.handler.kept.element().result(new byte[1]);
		assertThat(TestNet.call(this.connection, "test/echo", TestNet.bytes("on"))).asString().isEqualTo("on");
	}

	@Test
	void aCallWhoseTimeIsOverBeforeTheWriteWasNotProcessed() throws Exception {
		TestCall call = new TestCall("test/echo", new byte[0], Duration.ofNanos(-1), true);
		this.connection.send(call);
		assertThat(TestNet.failure(call).processed()).isEqualTo(Processed.NO);
	}

	@Test
	void aCancelledCallIsForgottenAndThePeerIsTold() {
		TestCall call = TestCall.of("test/keep", new byte[0]);
		this.connection.send(call);
		Awaitility.await().until(() -> this.net.handler.kept.size() == 1);
		this.connection.cancel(call);
		Awaitility.await().until(() -> this.net.handler.cancelled.get() == 1);
		assertThat(call.answer).isNotDone();
		assertThat(this.connection.inFlight()).isZero();
		assertThat(this.net.listener.inFlight()).isZero();
	}

	@Test
	void largePayloadsTravelBothWaysBesideSmallOnes() throws Exception {
		byte[] large = new byte[5_000_000];
		large[4_999_999] = 7;
		TestCall up = TestCall.of("test/echo", large);
		TestCall down = TestCall.of("test/large", TestNet.bytes("3000000"));
		this.connection.send(up);
		this.connection.send(down);
		for (int i = 0; i < 100; i++) {
			assertThat(TestNet.call(this.connection, "test/echo", TestNet.bytes("small"))).hasSize(5);
		}
		assertThat(up.answer.get(20, TimeUnit.SECONDS)).isEqualTo(large);
		assertThat(down.answer.get(20, TimeUnit.SECONDS)).hasSize(3_000_000);
	}

	@ParameterizedTest
	@ValueSource(booleans = { false, true })
	void whenTheStreamOfALargeCallEndsWithoutAnAnswerThenTheCallFailsAtOnce(boolean reset) throws Exception {
		TestCall large = TestCall.of("test/keep", new byte[100_000]);
		TestCall small = TestCall.of("test/keep", new byte[1]);
		this.connection.send(large);
		Awaitility.await().until(() -> this.net.handler.kept.size() == 1);
		this.connection.send(small);
		Awaitility.await().until(() -> this.net.handler.kept.size() == 2);
		FrameStream stream = ((ServerCall) this.net.handler.kept.element()).stream();
		stream.channel().eventLoop().execute(() -> {
			if (reset) {
				stream.channel().shutdownOutput(7);
			}
			else {
				stream.finish();
			}
		});
		Status status = TestNet.failure(large);
		assertThat(status.code()).isEqualTo(Code.UNAVAILABLE);
		assertThat(status.processed()).isEqualTo(Processed.UNKNOWN);
		assertThat(status.message()).contains("test/keep", "without an answer");
		assertThat(small.answer).isNotDone();
		assertThat(TestNet.call(this.connection, "test/echo", new byte[2])).hasSize(2);
	}

	@Test
	void largeAnswersOfLargeCallsAreNotOvertakenByTheEndOfTheirStream() throws Exception {
		for (int i = 0; i < 200; i++) {
			assertThat(TestNet.call(this.connection, "test/echo", new byte[20_000 + i * 500]))
				.hasSize(20_000 + i * 500);
		}
	}

	@Test
	void manyLargePayloadsDoNotExhaustTheStreams() throws Exception {
		List<TestCall> calls = new ArrayList<>();
		for (int i = 0; i < 3000; i++) {
			TestCall call = TestCall.of("test/echo", new byte[20_000 + i]);
			calls.add(call);
			this.connection.send(call);
			if (i % 500 == 499) {
				call.answer.get(20, TimeUnit.SECONDS);
			}
		}
		for (TestCall call : calls) {
			assertThat(call.answer.get(20, TimeUnit.SECONDS)).hasSize(call.payload().length);
		}
	}

	@Test
	void anAnswerOnceGivenIsFinal() throws Exception {
		TestCall call = TestCall.of("test/keep", new byte[0]);
		this.connection.send(call);
		Awaitility.await().until(() -> this.net.handler.kept.size() == 1);
		InboundCall inbound = this.net.handler.kept.element();
		inbound.result(new byte[] { 1 });
		inbound.result(new byte[] { 2 });
		assertThat(call.answer.get(20, TimeUnit.SECONDS)).containsExactly(1);
		assertThat(inbound.cancelled()).isFalse();
		assertThat(inbound.peer().nodeId()).isEqualTo("client");
	}

	@Test
	void statsTellWhatHappened() throws Exception {
		TestNet.call(this.connection, "test/echo", new byte[100]);
		this.connection.stats();
		Awaitility.await().until(() -> this.connection.stats().bytesReceived() > 0);
		Connection.Stats stats = this.connection.stats();
		assertThat(stats.callsSent()).isEqualTo(1);
		assertThat(stats.handshake()).isPositive();
		assertThat(stats.roundTrip()).isBetween(Duration.ofNanos(1), Duration.ofSeconds(1));
	}

	@Test
	void whenTheConnectionIsClosedThenCallsFailWithTheReason() throws Exception {
		TestCall call = TestCall.of("test/keep", new byte[0]);
		this.connection.send(call);
		Awaitility.await().until(() -> this.net.handler.kept.size() == 1);
		this.connection.close(Status.unknown(Code.UNAVAILABLE, "because"));
		Status status = TestNet.failure(call);
		assertThat(status.message()).isEqualTo("because");
		assertThat(status.processed()).isEqualTo(Processed.UNKNOWN);
		assertThat(this.connection.closed().block(Duration.ofSeconds(5))).isNotNull();
		assertThat(this.connection.states().collectList().block(Duration.ofSeconds(5)))
			.containsExactly(Connection.State.CLOSED);
		TestCall late = TestCall.of("test/echo", new byte[0]);
		this.connection.send(late);
		assertThat(TestNet.failure(late).processed()).isEqualTo(Processed.NO);
		Awaitility.await().until(() -> this.net.handler.cancelled.get() == 1 && this.net.listener.connections() == 0);
	}

}
