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

import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

import io.macula.Code;
import io.macula.Endpoint;
import io.macula.Metadata;
import io.macula.Processed;
import io.macula.Status;
import io.macula.wire.Failure;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A client that stood still or is late, over real QUIC on loopback; its clock jumps as
 * the test says.
 */
class OwnPauseTests {

	private static final Duration DEADLINE = Duration.ofSeconds(20);

	private final AtomicLong jumpNanos = new AtomicLong();

	private final LongSupplier clock = () -> System.nanoTime() + this.jumpNanos.get();

	private final TestHandler handler = new TestHandler();

	private final Transport providerTransport = Transport.create(TransportSettings.defaults());

	private final Transport transport = Transport.create(TransportSettings.defaults(), this.clock);

	private final QuicListener listener = QuicListener.start(this.providerTransport, TestNet.TLS,
			InetAddress.getLoopbackAddress(), 0, this.handler, TestNet.node("provider"));

	@AfterEach
	void close() {
		this.transport.close();
		this.listener.close();
		this.providerTransport.close();
	}

	@Test
	void whenTheClientStoodStillAndThePeerAnswersThenTheConnectionGoesOn() throws Exception {
		Connection connection = connect();
		send(connection, "test/echo").get(20, TimeUnit.SECONDS);
		this.jumpNanos.set(Duration.ofSeconds(12).toNanos());
		assertThat(send(connection, "test/echo").get(20, TimeUnit.SECONDS)).isNull();
		assertThat(connection.state()).isEqualTo(Connection.State.READY);
		assertThat(this.handler.calls).hasValue(2);
	}

	@Test
	void whenTheClientStoodStillAndThePeerIsGoneThenWhatWasWrittenIsUnknownAndTheRestWasNotProcessed()
			throws Exception {
		Connection connection = connect();
		CompletableFuture<Status> written = send(connection, "test/keep");
		while (this.handler.kept.isEmpty()) {
			Thread.onSpinWait();
		}
		this.listener.sockets().forEach((socket) -> socket.close().syncUninterruptibly());
		this.jumpNanos.set(Duration.ofSeconds(12).toNanos());
		CompletableFuture<Status> held = send(connection, "test/keep");
		Status first = written.get(20, TimeUnit.SECONDS);
		Status second = held.get(20, TimeUnit.SECONDS);
		assertThat(first.code()).isEqualTo(Code.UNAVAILABLE);
		assertThat(first.processed()).isEqualTo(Processed.UNKNOWN);
		assertThat(second.code()).isEqualTo(Code.UNAVAILABLE);
		assertThat(second.processed()).isEqualTo(Processed.NO);
		assertThat(this.handler.calls).hasValue(1);
	}

	@Test
	void whenABurstIsQueuedBehindABusyLoopThenALearnedTimeEndsNoCall() throws Exception {
		Connection connection = connect();
		send(connection, "test/echo").get(20, TimeUnit.SECONDS);
		long busyUntil = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(700);
		((ClientConnection) connection).loop().execute(() -> {
			while (System.nanoTime() - busyUntil < 0) {
				Thread.onSpinWait();
			}
		});
		List<CompletableFuture<Status>> burst = new ArrayList<>();
		for (int i = 0; i < 15_000; i++) {
			Call call = new Call("test/echo", Duration.ofMillis(500));
			burst.add(call.outcome);
			connection.send(call);
		}
		for (CompletableFuture<Status> outcome : burst) {
			assertThat(outcome.get(20, TimeUnit.SECONDS)).isNull();
		}
	}

	@Test
	void whenTheClientStoodStillDuringADialThenItsTimeBeginsAnew() throws Exception {
		try (DatagramSocket silent = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
			long start = System.nanoTime();
			CompletableFuture<Connection> dial = new QuicConnector(this.transport, TestNet.TLS, TestNet.node("client"))
				.connect(new Endpoint("127.0.0.1", silent.getLocalPort()), Duration.ofSeconds(1))
				.toFuture();
			silent.receive(new DatagramPacket(new byte[2000], 2000));
			// Before the address is dialled again.
			this.jumpNanos.set(Duration.ofSeconds(12).toNanos());
			assertThat(dial).failsWithin(Duration.ofSeconds(10))
				.withThrowableThat()
				.withMessageNotContaining("no answer within 0 ms");
			assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThan(Duration.ofSeconds(1));
		}
	}

	private Connection connect() {
		return new QuicConnector(this.transport, TestNet.TLS, TestNet.node("client"))
			.connect(new Endpoint("127.0.0.1", this.listener.port()), Duration.ofSeconds(10))
			.blockOptional()
			.orElseThrow();
	}

	/** A call that must not be repeated. */
	private CompletableFuture<Status> send(Connection connection, String procedure) {
		Call call = new Call(procedure, DEADLINE);
		connection.send(call);
		return call.outcome;
	}

	/**
	 * A call whose outcome is its failure, or {@code null}.
	 */
	private final class Call extends OutboundCall {

		private final CompletableFuture<Status> outcome = new CompletableFuture<>();

		private final long last;

		Call(String procedure, Duration learned) {
			super(procedure, "raw", new byte[10], Metadata.EMPTY, OwnPauseTests.this.clock.getAsLong(),
					OwnPauseTests.this.clock.getAsLong() + learned.toNanos());
			this.last = OwnPauseTests.this.clock.getAsLong() + DEADLINE.toNanos();
		}

		@Override
		protected long lastDeadlineNanoTime() {
			return this.last;
		}

		@Override
		protected long tryWaitOn() {
			return TO_THE_LAST;
		}

		@Override
		protected boolean leavesSuspectedPeer() {
			return false;
		}

		@Override
		public void onResult(byte[] payload) {
			this.outcome.complete(null);
		}

		@Override
		protected void onFailure(Failure failure) {
			this.outcome.complete(failure.status());
		}

	}

}
