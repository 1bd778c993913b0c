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

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;

import io.macula.Code;
import io.macula.Endpoint;
import io.macula.Metadata;
import io.macula.Processed;
import io.macula.Status;
import io.macula.testing.ImpairedLink;
import io.macula.testing.ImpairedLink.Direction;
import io.macula.testing.Impairment;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

/**
 * Calls over a network that fails as told.
 */
@Timeout(120)
class ImpairedTransportTests {

	private static final TestTls TLS = TestTls.create("a.realm.macula");

	private final TestHandler handler = new TestHandler();

	private Transport serving;

	private Transport calling;

	private QuicListener listener;

	private ImpairedLink link;

	@BeforeEach
	void listen() {
		this.serving = Transport.create(TransportSettings.defaults());
		this.calling = Transport.create(TransportSettings.defaults());
		this.listener = QuicListener.start(this.serving, TLS, InetAddress.getLoopbackAddress(), 0, this.handler,
				TestNet.node("provider"));
		this.link = ImpairedLink.to(new InetSocketAddress(InetAddress.getLoopbackAddress(), this.listener.port()), 11);
	}

	@AfterEach
	void close() {
		this.calling.close();
		this.listener.close();
		this.serving.close();
		this.link.close();
	}

	@ParameterizedTest
	@ValueSource(doubles = { 0.05, 0.2 })
	void lossFailsNoCall(double loss) throws Exception {
		this.link.impair(Impairment.NONE.withLoss(loss));
		Connection connection = connect();
		for (int round = 0; round < 20; round++) {
			awaitAll(echo(connection, 16));
		}
		assertThat(this.handler.calls.get()).isEqualTo(320);
		assertThat(this.link.dropped(Direction.TO_TARGET) + this.link.dropped(Direction.TO_CLIENT)).isPositive();
	}

	@Test
	void delayIsNoReasonForSuspicion() throws Exception {
		this.link.impair(Impairment.NONE.withDelay(Duration.ofMillis(100)).withJitter(Duration.ofMillis(20)));
		Connection connection = connect();
		List<Connection.State> states = new ArrayList<>();
		connection.states().subscribe(states::add);
		for (int round = 0; round < 5; round++) {
			awaitAll(echo(connection, 50));
		}
		assertThat(states).containsExactly(Connection.State.READY);
	}

	@Test
	void duplicatedAndReorderedDatagramsRunNoCallTwice() throws Exception {
		this.link.impair(
				Impairment.NONE.withDuplication(0.3).withReorder(0.2).withJitter(Duration.ofMillis(5)).withLoss(0.02));
		Connection connection = connect();
		for (int round = 0; round < 20; round++) {
			awaitAll(echo(connection, 100));
		}
		assertThat(this.handler.calls.get()).isEqualTo(2000);
	}

	@ParameterizedTest
	@ValueSource(ints = { 65_535, 1472 })
	void rebindingLosesNoCallInFlight(int maxBytes) throws Exception {
		this.link.impair(Impairment.NONE.withMaxBytes(maxBytes));
		Connection connection = connect();
		List<TestCall> kept = new ArrayList<>();
		for (int i = 0; i < 1000; i++) {
			TestCall call = TestCall.of("test/keep", new byte[] { (byte) i });
			kept.add(call);
			connection.send(call);
		}
		await().until(() -> this.handler.kept.size() == 1000);
		this.link.rebind();
		TestCall first = TestCall.of("test/echo", new byte[10]);
		connection.send(first);
		assertThat(first.answer.get(5, TimeUnit.SECONDS)).hasSize(10);
		this.handler.kept.forEach((call) -> call.result(call.payload()));
		awaitAll(kept);
	}

	@Test
	void connectionLivesOnWhenItsClientIsReboundManyTimes() throws Exception {
		Connection connection = connect();
		TestCall kept = TestCall.of("test/keep", new byte[10]);
		connection.send(kept);
		await().until(() -> this.handler.kept.size() == 1);
		for (int i = 0; i < 20; i++) {
			this.link.rebind();
			awaitAll(echo(connection, 50));
		}
		this.handler.kept.forEach((call) -> call.result(call.payload()));
		awaitAll(List.of(kept));
		assertThat(connection.state()).isEqualTo(Connection.State.READY);
	}

	@Test
	void streamsMoveWithTheirConnection() throws Exception {
		this.link.impair(Impairment.NONE.withDelay(Duration.ofMillis(5)));
		Connection connection = connect();
		List<CompletableFuture<Long>> counts = new ArrayList<>();
		for (int i = 0; i < 32; i++) {
			counts.add(connection
				.stream(new StreamCall("test/large", "raw", "10".getBytes(), Metadata.EMPTY, StreamCall.NO_DEADLINE,
						null, true))
				.count()
				.toFuture());
		}
		for (int i = 1; i <= 3; i++) {
			int emitted = 60 * i;
			await().until(() -> this.handler.emitted.get() >= emitted);
			this.link.rebind();
		}
		for (CompletableFuture<Long> count : counts) {
			assertThat(count.get(30, TimeUnit.SECONDS)).isEqualTo(10);
		}
		assertThat(connection.state()).isEqualTo(Connection.State.READY);
	}

	@ParameterizedTest
	@EnumSource
	void silentBlackHoleIsSuspectedWithinASecondAndHealed(Direction direction) throws Exception {
		Connection connection = connect();
		awaitAll(echo(connection, 10));
		LoopPauses pauses = new LoopPauses(this.calling);
		this.link.impair(direction, Impairment.BLACK_HOLE);
		long start = System.nanoTime();
		TestCall leaving = TestCall.of("test/echo", new byte[10]);
		TestCall staying = new TestCall("test/echo", new byte[10], Duration.ofSeconds(20), false);
		connection.send(leaving);
		connection.send(staying);
		ExecutionException failed = catchThrowableOfType(ExecutionException.class,
				() -> leaving.answer.get(5, TimeUnit.SECONDS));
		// Pauses of this process are not the peer's silence.
		assertThat(millisSince(start)).isBetween(300L, 1100L + pauses.end());
		FailureException failure = (FailureException) failed.getCause();
		assertThat(failure.status().code()).isEqualTo(Code.UNAVAILABLE);
		assertThat(failure.status().processed()).isEqualTo(Processed.UNKNOWN);
		assertThat(connection.state()).isEqualTo(Connection.State.SUSPECTED);
		assertThat(staying.answer).isNotDone();
		this.link.heal();
		assertThat(staying.answer.get(10, TimeUnit.SECONDS)).hasSize(10);
		await().atMost(5, TimeUnit.SECONDS).until(() -> connection.state() == Connection.State.READY);
		awaitAll(echo(connection, 10));
	}

	@ParameterizedTest
	@EnumSource
	void aStreamWithoutAnAnswerLeavesASilentPeerWithinASecond(Direction direction) throws Exception {
		Connection connection = connect();
		awaitAll(echo(connection, 10));
		Stream leaving = new Stream(connection, "test/never", true);
		await().until(() -> this.handler.calls.get() == 11);
		LoopPauses pauses = new LoopPauses(this.calling);
		this.link.impair(direction, Impairment.BLACK_HOLE);
		long start = System.nanoTime();
		Status status = leaving.failure();
		assertThat(millisSince(start)).isBetween(300L, 1300L + pauses.end());
		assertThat(status.code()).isEqualTo(Code.UNAVAILABLE);
		assertThat(status.processed()).isEqualTo(Processed.UNKNOWN);
		assertThat(status.message()).contains("is suspected");
		assertThat(connection.state()).isEqualTo(Connection.State.SUSPECTED);
		this.link.heal();
		await().until(() -> this.handler.cancelled.get() == 1);
	}

	@Test
	void aStreamThatCannotBeRepeatedOutlivesAShortSilenceButNotALongOne() throws Exception {
		Connection connection = connect();
		Stream begun = new Stream(connection, "test/few", true);
		Stream notRepeatable = new Stream(connection, "test/never", false);
		await().until(() -> begun.elements.get() == 3 && this.handler.calls.get() == 2);
		this.link.blackHole();
		await().until(() -> connection.state() == Connection.State.SUSPECTED);
		this.link.heal();
		await().until(() -> connection.state() == Connection.State.READY);
		assertThat(begun.end).isNotDone();
		assertThat(notRepeatable.end).isNotDone();
		LoopPauses pauses = new LoopPauses(this.calling);
		this.link.blackHole();
		long start = System.nanoTime();
		assertThat(begun.failure().processed()).isEqualTo(Processed.UNKNOWN);
		assertThat(notRepeatable.failure().code()).isEqualTo(Code.UNAVAILABLE);
		assertThat(millisSince(start)).isBetween(1500L, 5000L + pauses.end());
	}

	@Test
	void aStreamThatIsRightlySilentDoesNotFail() throws Exception {
		this.link.impair(Impairment.NONE.withDelay(Duration.ofMillis(100)).withLoss(0.05));
		Connection connection = connect();
		List<Connection.State> states = new ArrayList<>();
		connection.states().subscribe(states::add);
		Stream silent = new Stream(connection, "test/never", true);
		Stream begun = new Stream(connection, "test/few", true);
		assertThat(catchThrowableOfType(TimeoutException.class, () -> silent.end.get(4, TimeUnit.SECONDS))).isNotNull();
		assertThat(begun.elements).hasValue(3);
		assertThat(begun.end).isNotDone();
		assertThat(states).containsExactly(Connection.State.READY);
	}

	@Test
	void largePayloadsPassALossyLink() throws Exception {
		this.link.impair(Impairment.NONE.withLoss(0.05));
		Connection connection = connect();
		TestCall large = TestCall.of("test/echo", new byte[1 << 20]);
		connection.send(large);
		awaitAll(echo(connection, 50));
		assertThat(large.answer.get(60, TimeUnit.SECONDS)).hasSize(1 << 20);
	}

	@Test
	void deadPeerIsDialledInVainNoLongerThanTheTimeout() {
		this.link.blackHole();
		long start = System.nanoTime();
		io.macula.RpcException ex = catchThrowableOfType(io.macula.RpcException.class,
				() -> new QuicConnector(this.calling, TLS, TestNet.node("client"))
					.connect(endpoint(), Duration.ofMillis(600))
					.block(Duration.ofSeconds(5)));
		assertThat(millisSince(start)).isBetween(500L, 2000L);
		assertThat(ex.status().code()).isEqualTo(Code.UNAVAILABLE);
		assertThat(ex.status().processed()).isEqualTo(Processed.NO);
	}

	private Connection connect() {
		Connection connection = new QuicConnector(this.calling, TLS, TestNet.node("client"))
			.connect(endpoint(), Duration.ofSeconds(20))
			.block(Duration.ofSeconds(20));
		assertThat(connection).isNotNull();
		return connection;
	}

	private Endpoint endpoint() {
		return new Endpoint("127.0.0.1", this.link.address().getPort());
	}

	private static List<TestCall> echo(Connection connection, int count) {
		List<TestCall> calls = new ArrayList<>();
		for (int i = 0; i < count; i++) {
			TestCall call = TestCall.of("test/echo", ("call " + i).getBytes());
			calls.add(call);
			connection.send(call);
		}
		return calls;
	}

	private static void awaitAll(List<TestCall> calls)
			throws InterruptedException, ExecutionException, TimeoutException {
		for (TestCall call : calls) {
			assertThat(call.answer.get(20, TimeUnit.SECONDS)).isEqualTo(call.payload());
		}
	}

	private static long millisSince(long start) {
		return (System.nanoTime() - start) / 1_000_000;
	}

	/** A streaming call and what it brought. */
	private static final class Stream {

		private final AtomicInteger elements = new AtomicInteger();

		private final CompletableFuture<Void> end = new CompletableFuture<>();

		Stream(Connection connection, String procedure, boolean leavesSuspectedPeer) {
			connection
				.stream(new StreamCall(procedure, "raw", new byte[0], Metadata.EMPTY, StreamCall.NO_DEADLINE, null,
						true, leavesSuspectedPeer))
				.subscribe((element) -> this.elements.incrementAndGet(), this.end::completeExceptionally,
						() -> this.end.complete(null));
		}

		Status failure() {
			ExecutionException failed = catchThrowableOfType(ExecutionException.class,
					() -> this.end.get(20, TimeUnit.SECONDS));
			return ((FailureException) failed.getCause()).status();
		}

	}

}
