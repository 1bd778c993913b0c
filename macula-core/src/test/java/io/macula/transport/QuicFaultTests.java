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

import java.io.File;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

import io.macula.Code;
import io.macula.Endpoint;
import io.macula.Metadata;
import io.macula.Processed;
import io.macula.Realm;
import io.macula.RpcException;
import io.macula.Status;
import io.macula.testing.ImpairedLink;
import io.macula.testing.Impairment;
import io.macula.tls.NodeKey;
import io.macula.tls.TlsContexts;
import io.macula.wire.Failure;
import io.macula.wire.FrameCodec;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

/**
 * What goes wrong between two nodes, over real QUIC on loopback.
 */
class QuicFaultTests {

	private TestNet net;

	@BeforeEach
	void start() {
		this.net = new TestNet();
	}

	@AfterEach
	void close() {
		this.net.close();
	}

	// Connecting

	@Test
	void anotherAuthorityIsRefusedByTheClient() {
		Status status = refused(this.net.endpoint(), TestTls.create("a.realm.macula"), TestNet.node("stranger"));
		assertThat(status.code()).isEqualTo(Code.UNAUTHENTICATED);
		assertThat(status.processed()).isEqualTo(Processed.NO);
		assertThat(status.message()).contains(this.net.endpoint().toString(), "test authority", "secret");
	}

	@Test
	void aClientOfAnotherAuthorityIsRefusedByTheServer() {
		Status status = refused(this.net.endpoint(), TestNet.TLS.admirer(), TestNet.node("stranger"));
		assertThat(status.code()).isEqualTo(Code.UNAUTHENTICATED);
		assertThat(status.message()).contains("TLS alert");
		Awaitility.await().until(() -> this.net.listener.connections() == 0);
	}

	@Test
	void anotherNameIsRefusedByTheClient() {
		TlsContexts other = new TlsContexts() {

			@Override
			public io.netty.handler.codec.quic.QuicSslContext client() {
				return TestNet.TLS.client();
			}

			@Override
			public io.netty.handler.codec.quic.QuicSslContext server() {
				return TestNet.TLS.server();
			}

			@Override
			public String peerName() {
				return "b.realm.macula";
			}

			@Override
			public NodeKey key() {
				return TestNet.TLS.key();
			}

			@Override
			public String source() {
				return "test";
			}

		};
		assertThat(refused(this.net.endpoint(), other, TestNet.node("stranger")).code())
			.isEqualTo(Code.UNAUTHENTICATED);
	}

	@Test
	void anotherRealmIsRefused() {
		Status status = refused(this.net.endpoint(), TestNet.TLS,
				new NodeInfo(new Realm("b"), "stranger", 1, List.of()));
		assertThat(status.code()).isEqualTo(Code.UNAUTHENTICATED);
		assertThat(status.message()).contains("realm 'a'", "realm 'b'");
		Awaitility.await().until(() -> this.net.listener.connections() == 0);
	}

	@Test
	void aPortWhereNobodyListensFailsFast() throws Exception {
		int port;
		try (DatagramSocket socket = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
			port = socket.getLocalPort();
		}
		long start = System.nanoTime();
		Status status = refused(new Endpoint("127.0.0.1", port), TestNet.TLS, TestNet.node("client"));
		assertThat(status.code()).isEqualTo(Code.UNAVAILABLE);
		assertThat(status.message()).contains("127.0.0.1:" + port, "nobody listens", "HANDSHAKE");
		assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(1));
	}

	@Test
	void aPortThatNeverAnswersFailsInTime() throws Exception {
		try (DatagramSocket socket = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
			RpcException error = catchThrowableOfType(RpcException.class,
					() -> new QuicConnector(this.net.clientTransport, TestNet.TLS, TestNet.node("client"))
						.connect(new Endpoint("127.0.0.1", socket.getLocalPort()), Duration.ofMillis(300))
						.block());
			assertThat(error.code()).isEqualTo(Code.UNAVAILABLE);
			assertThat(error.status().message()).contains("no answer within", "HANDSHAKE", "timeout");
		}
	}

	@Test
	void aLostFirstPacketDelaysAConnectByAQuarterOfASecondOnly() throws Exception {
		this.net.connect();
		try (ImpairedLink link = ImpairedLink
			.to(new InetSocketAddress(InetAddress.getLoopbackAddress(), this.net.listener.port()), 1)) {
			link.blackHole();
			long start = System.nanoTime();
			CompletableFuture<Connection> connecting = CompletableFuture.supplyAsync(() -> this.net
				.connect(new Endpoint("127.0.0.1", link.address().getPort()), TestNet.TLS, TestNet.node("client")));
			Awaitility.await()
				.pollInterval(Duration.ofMillis(10))
				.until(() -> link.dropped(ImpairedLink.Direction.TO_TARGET) > 0);
			link.heal();
			assertThat(TestNet.call(connecting.get(5, TimeUnit.SECONDS), "test/echo", new byte[2])).hasSize(2);
			assertThat(Duration.ofNanos(System.nanoTime() - start)).as("QUIC itself waits a second")
				.isBetween(Duration.ofMillis(240), Duration.ofMillis(900));
		}
	}

	@Test
	void anUnknownHostFails() {
		Status status = refused(new Endpoint("no-such-host.invalid", 9443), TestNet.TLS, TestNet.node("client"));
		assertThat(status.code()).isEqualTo(Code.UNAVAILABLE);
		assertThat(status.message()).contains("host name 'no-such-host.invalid' cannot be resolved")
			.contains("; check the name");
	}

	@Test
	void aNameIsResolved() throws Exception {
		Connection connection = this.net.connect(new Endpoint("localhost", this.net.listener.port()), TestNet.TLS,
				TestNet.node("client"));
		assertThat(TestNet.call(connection, "test/echo", new byte[3])).hasSize(3);
	}

	@Test
	void aConnectThatIsGivenUpLeavesNothing() {
		Disposable connecting = new QuicConnector(this.net.clientTransport, TestNet.TLS, TestNet.node("client"))
			.connect(this.net.endpoint(), Duration.ofSeconds(5))
			.subscribe();
		connecting.dispose();
		Awaitility.await().pollDelay(Duration.ofMillis(200)).until(() -> this.net.listener.connections() == 0);
	}

	@Test
	void aFullListenerRefusesWithTheReason() {
		this.net.close();
		this.net = new TestNet(settings(1, 20_000, 1000), TransportSettings.defaults());
		this.net.connect();
		Status status = refused(this.net.endpoint(), TestNet.TLS, TestNet.node("late"));
		assertThat(status.code()).isEqualTo(Code.UNAVAILABLE);
		assertThat(status.message()).contains("maxConnections");
	}

	@Test
	void garbageAtThePortDisturbsNobody() throws Exception {
		Connection connection = this.net.connect();
		Random random = new Random(7);
		try (DatagramSocket socket = new DatagramSocket()) {
			for (int i = 0; i < 2000; i++) {
				byte[] garbage = new byte[1 + random.nextInt(1400)];
				random.nextBytes(garbage);
				socket.send(new DatagramPacket(garbage, garbage.length,
						new InetSocketAddress(InetAddress.getLoopbackAddress(), this.net.listener.port())));
			}
		}
		assertThat(TestNet.call(connection, "test/echo", new byte[3])).hasSize(3);
		assertThat(this.net.listener.connections()).isEqualTo(1);
	}

	@Test
	void severalEventLoopsShareThePort() throws Exception {
		this.net.close();
		TransportSettings three = TransportSettings.defaults();
		three = new TransportSettings(three.idleTimeout(), three.keepAlive(), three.suspicion(),
				three.maxPayloadBytes(), three.laneThresholdBytes(), 2, 100, 1000, 1000, 3, three.spin());
		this.net = new TestNet(three, three);
		List<Connection> connections = new ArrayList<>();
		for (int i = 0; i < 12; i++) {
			connections.add(this.net.connect());
		}
		for (int i = 0; i < 200; i++) {
			assertThat(TestNet.call(connections.get(i % 12), (i % 5 == 0) ? "test/thread" : "test/echo",
					new byte[i * 200]))
				.hasSize(i * 200);
		}
		assertThat(this.net.listener.sockets()).hasSize(3);
		assertThat(this.net.listener.connections()).isEqualTo(12);
	}

	// Limits

	@Test
	void callsBeyondTheLimitAreRefusedUnprocessed() throws Exception {
		this.net.close();
		this.net = new TestNet(settings(10, 10, 1000), TransportSettings.defaults());
		Connection connection = this.net.connect();
		List<TestCall> calls = new ArrayList<>();
		for (int i = 0; i < 15; i++) {
			TestCall call = TestCall.of("test/keep", new byte[0]);
			calls.add(call);
			connection.send(call);
		}
		for (TestCall call : calls.subList(10, 15)) {
			Status status = TestNet.failure(call);
			assertThat(status.code()).isEqualTo(Code.RESOURCE_EXHAUSTED);
			assertThat(status.processed()).isEqualTo(Processed.NO);
			assertThat(status.message()).contains("maxInFlightPerConnection");
		}
		Awaitility.await().until(() -> this.net.handler.kept.size() == 10);
		this.net.handler.kept.forEach((call) -> call.result(new byte[0]));
		assertThat(calls.get(9).answer.get(5, TimeUnit.SECONDS)).isEmpty();
	}

	@Test
	void payloadsBeyondTheLimitAreRefused() throws Exception {
		this.net.close();
		this.net = new TestNet(withPayload(100_000), TransportSettings.defaults());
		Connection connection = this.net.connect();
		TestCall up = TestCall.of("test/echo", new byte[100_001]);
		TestCall down = TestCall.of("test/large", TestNet.bytes("100001"));
		connection.send(up);
		connection.send(down);
		assertThat(TestNet.failure(up).code()).isEqualTo(Code.INVALID_ARGUMENT);
		assertThat(TestNet.failure(up).processed()).isEqualTo(Processed.NO);
		assertThat(TestNet.failure(down).code()).isEqualTo(Code.RESOURCE_EXHAUSTED);
		assertThat(TestNet.failure(down).processed()).isEqualTo(Processed.YES);
		assertThat(TestNet.call(connection, "test/large", TestNet.bytes("100000"))).hasSize(100_000);
		assertThat(this.net.handler.calls.get()).isEqualTo(2);
	}

	@Test
	void streamsBeyondTheLimitWaitForTheirTurn() throws Exception {
		this.net.close();
		this.net = new TestNet(settings(10, 1000, 4), TransportSettings.defaults());
		Connection connection = this.net.connect();
		List<TestCall> calls = new ArrayList<>();
		for (int i = 0; i < 200; i++) {
			TestCall call = TestCall.of("test/echo", new byte[30_000]);
			calls.add(call);
			connection.send(call);
		}
		for (TestCall call : calls) {
			assertThat(call.answer.get(20, TimeUnit.SECONDS)).hasSize(30_000);
		}
	}

	// Ends

	@Test
	void aDrainLosesNoCall() throws Exception {
		Connection connection = this.net.connect();
		AtomicBoolean stop = new AtomicBoolean();
		AtomicInteger answered = new AtomicInteger();
		List<Status> lost = new ArrayList<>();
		Thread[] threads = new Thread[4];
		for (int t = 0; t < threads.length; t++) {
			threads[t] = new Thread(() -> {
				while (!stop.get()) {
					try {
						TestNet.call(connection, "test/thread", new byte[10]);
						answered.incrementAndGet();
					}
					catch (ExecutionException ex) {
						Status status = ((FailureException) ex.getCause()).status();
						if (status.processed() != Processed.NO) {
							lost.add(status);
						}
						return;
					}
					catch (Exception ex) {
						throw new CompletionException(ex);
					}
				}
			});
			threads[t].start();
		}
		TestCall slow = TestCall.of("test/keep", new byte[0]);
		connection.send(slow);
		Awaitility.await().until(() -> answered.get() > 500 && this.net.handler.kept.size() == 1);
		AtomicBoolean drained = new AtomicBoolean();
		this.net.listener.drain(Duration.ofSeconds(10)).subscribe((nothing) -> {
		}, (error) -> {
		}, () -> drained.set(true));
		Awaitility.await().until(() -> connection.state() == Connection.State.DRAINING);
		assertThat(connection.closeReason()).isNotNull();
		for (Thread thread : threads) {
			thread.join(10_000);
			assertThat(thread.isAlive()).isFalse();
		}
		assertThat(lost).isEmpty();
		assertThat(drained).isFalse();
		this.net.handler.kept.element().result(new byte[] { 9 });
		assertThat(slow.answer.get(5, TimeUnit.SECONDS)).containsExactly(9);
		Awaitility.await().untilTrue(drained);
		assertThat(connection.state()).isEqualTo(Connection.State.CLOSED);
		stop.set(true);
	}

	@Test
	void whenTheGracePeriodIsOverThenCallsInFlightFail() throws Exception {
		Connection connection = this.net.connect();
		TestCall slow = TestCall.of("test/keep", new byte[0]);
		connection.send(slow);
		Awaitility.await().until(() -> this.net.handler.kept.size() == 1);
		this.net.listener.drain(Duration.ofMillis(200)).block(Duration.ofSeconds(10));
		Status status = TestNet.failure(slow);
		assertThat(status.code()).isEqualTo(Code.UNAVAILABLE);
		assertThat(status.processed()).isEqualTo(Processed.UNKNOWN);
		assertThat(status.message()).contains("DRAINED");
		assertThat(this.net.handler.cancelled.get()).isEqualTo(1);
	}

	/** Its CLOSE and the word of the kernel that its port is shut come together. */
	@RepeatedTest(30)
	void whenAPeerLeavesInOrderThenItIsNotCalledUnreachable() throws Exception {
		Connection connection = this.net.connect();
		TestCall slow = TestCall.of("test/keep", new byte[0]);
		connection.send(slow);
		Awaitility.await().pollInterval(Duration.ofMillis(5)).until(() -> this.net.handler.kept.size() == 1);
		this.net.listener.drain(Duration.ofMillis(20)).block(Duration.ofSeconds(10));
		assertThat(TestNet.failure(slow).message()).contains("DRAINED");
	}

	@Test
	void whatALaneCarriedBeyondTheLastAcceptedCallWasNotProcessed() throws Exception {
		try (ImpairedLink link = ImpairedLink
			.to(new InetSocketAddress(InetAddress.getLoopbackAddress(), this.net.listener.port()), 1)) {
			Connection connection = this.net.connect(new Endpoint("127.0.0.1", link.address().getPort()), TestNet.TLS,
					TestNet.node("client"));
			TestCall accepted = new TestCall("test/keep", new byte[0], Duration.ofSeconds(10), false);
			connection.send(accepted);
			Awaitility.await().until(() -> this.net.handler.kept.size() == 1);
			link.impair(ImpairedLink.Direction.TO_TARGET, Impairment.BLACK_HOLE);
			TestCall late = new TestCall("test/keep", new byte[0], Duration.ofSeconds(10), false);
			connection.send(late);
			Awaitility.await().until(() -> link.dropped(ImpairedLink.Direction.TO_TARGET) > 0);
			this.net.listener.close();
			assertThat(TestNet.failure(late).processed()).isEqualTo(Processed.NO);
			assertThat(TestNet.failure(accepted).processed()).isEqualTo(Processed.UNKNOWN);
			assertThat(this.net.handler.calls.get()).isEqualTo(1);
		}
	}

	@Test
	void aCallIsNotCalledUnprocessedHoweverManyStreamsAreOpen() throws Exception {
		this.net.close();
		this.net = new TestNet(settings(10, 5000, 1500), settings(10, 5000, 1500));
		Connection connection = this.net.connect();
		TestCall accepted = TestCall.of("test/keep", new byte[0]);
		connection.send(accepted);
		for (int i = 0; i < 1400; i++) {
			connection
				.stream(new StreamCall("test/mirror", "raw", new byte[0], Metadata.EMPTY, StreamCall.NO_DEADLINE,
						Flux.never(), true))
				.subscribe((element) -> {
				}, (error) -> {
				});
		}
		Awaitility.await().until(() -> this.net.handler.calls.get() == 1401);
		this.net.listener.close();
		assertThat(TestNet.failure(accepted).processed()).isEqualTo(Processed.UNKNOWN);
	}

	@Test
	void aDrainingListenerRefusesNewConnections() {
		Connection connection = this.net.connect();
		connection.send(TestCall.of("test/keep", new byte[0]));
		Awaitility.await().until(() -> this.net.handler.kept.size() == 1);
		this.net.listener.drain(Duration.ofSeconds(2)).subscribe();
		Status status = refused(this.net.endpoint(), TestNet.TLS, TestNet.node("late"));
		assertThat(status.code()).isEqualTo(Code.UNAVAILABLE);
		assertThat(status.message()).contains("draining");
	}

	@Test
	void aClientThatDrainsFinishesItsCalls() throws Exception {
		Connection connection = this.net.connect();
		TestCall slow = TestCall.of("test/keep", new byte[0]);
		connection.send(slow);
		Awaitility.await().until(() -> this.net.handler.kept.size() == 1);
		connection.drain();
		Awaitility.await().until(() -> connection.state() == Connection.State.DRAINING);
		TestCall late = TestCall.of("test/echo", new byte[0]);
		connection.send(late);
		assertThat(TestNet.failure(late).processed()).isEqualTo(Processed.NO);
		this.net.handler.kept.element().result(new byte[] { 9 });
		assertThat(slow.answer.get(5, TimeUnit.SECONDS)).containsExactly(9);
		assertThat(connection.closed().block(Duration.ofSeconds(5)).code()).isEqualTo(Code.OK);
	}

	// Silence

	@Test
	void whenThePeerIsKilledThenCallsThatMayMoveOnDoSoAtOnce() throws Exception {
		Connection connection = this.net.connect();
		TestNet.call(connection, "test/echo", new byte[1]);
		TestCall stays = new TestCall("test/keep", new byte[0], Duration.ofSeconds(10), false);
		TestCall leaves = new TestCall("test/keep", new byte[0], Duration.ofSeconds(10), true);
		connection.send(stays);
		connection.send(leaves);
		Awaitility.await().until(() -> this.net.handler.kept.size() == 2);
		this.net.listener.sockets().forEach((socket) -> socket.close().syncUninterruptibly());
		long start = System.nanoTime();
		Status status = TestNet.failure(leaves);
		Duration moved = Duration.ofNanos(System.nanoTime() - start);
		assertThat(status.code()).isEqualTo(Code.UNAVAILABLE);
		assertThat(status.processed()).isEqualTo(Processed.UNKNOWN);
		assertThat(moved).isLessThan(Duration.ofMillis(300));
		assertThat(TestNet.failure(stays).processed()).isEqualTo(Processed.UNKNOWN);
		assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofMillis(800));
		assertThat(connection.state()).isEqualTo(Connection.State.CLOSED);
	}

	@Test
	void aSilentPeerIsSuspectedUntilItIsHeardAgain() throws Exception {
		try (ImpairedLink link = ImpairedLink
			.to(new InetSocketAddress(InetAddress.getLoopbackAddress(), this.net.listener.port()), 1)) {
			Connection connection = this.net.connect(new Endpoint("127.0.0.1", link.address().getPort()), TestNet.TLS,
					TestNet.node("client"));
			TestNet.call(connection, "test/echo", new byte[1]);
			link.blackHole();
			TestCall stays = new TestCall("test/echo", new byte[] { 5 }, Duration.ofSeconds(10), false);
			TestCall leaves = new TestCall("test/echo", new byte[0], Duration.ofSeconds(10), true);
			connection.send(stays);
			connection.send(leaves);
			long start = System.nanoTime();
			Status status = TestNet.failure(leaves);
			assertThat(Duration.ofNanos(System.nanoTime() - start)).isBetween(Duration.ofMillis(600),
					Duration.ofMillis(1500));
			assertThat(status.code()).isEqualTo(Code.UNAVAILABLE);
			assertThat(status.processed()).isEqualTo(Processed.UNKNOWN);
			assertThat(connection.state()).isEqualTo(Connection.State.SUSPECTED);
			assertThat(stays.answer).isNotDone();
			link.heal();
			assertThat(stays.answer.get(10, TimeUnit.SECONDS)).containsExactly(5);
			Awaitility.await().until(() -> connection.state() == Connection.State.READY);
		}
	}

	@Test
	void aSlowHandshakeDoesNotDelayTheSuspicionOfABusyPeer() throws Exception {
		try (ImpairedLink link = ImpairedLink
			.to(new InetSocketAddress(InetAddress.getLoopbackAddress(), this.net.listener.port()), 1)) {
			link.impair(Impairment.NONE.withDelay(Duration.ofMillis(200)));
			Connection connection = new QuicConnector(this.net.clientTransport, TestNet.TLS, TestNet.node("client"))
				.connect(new Endpoint("127.0.0.1", link.address().getPort()), Duration.ofSeconds(5))
				.block();
			assertThat(connection).isNotNull();
			link.heal();
			// So busy that no PING is needed.
			Duration roundTrip;
			int calls = 0;
			do {
				TestNet.call(connection, "test/echo", new byte[1]);
				roundTrip = connection.stats().roundTrip();
			}
			while (calls++ < 1_000_000 && (roundTrip.isZero() || roundTrip.toMillis() >= 50));
			link.blackHole();
			TestCall leaves = new TestCall("test/echo", new byte[0], Duration.ofSeconds(10), true);
			long start = System.nanoTime();
			connection.send(leaves);
			assertThat(TestNet.failure(leaves).message()).contains("is suspected");
			assertThat(Duration.ofNanos(System.nanoTime() - start)).isBetween(Duration.ofMillis(600),
					Duration.ofMillis(1300));
		}
	}

	@Test
	void aSlowMethodIsNoReasonForSuspicion() throws Exception {
		Connection connection = this.net.connect();
		TestCall slow = TestCall.of("test/keep", new byte[0]);
		connection.send(slow);
		List<Connection.State> states = new ArrayList<>();
		connection.states().subscribe(states::add);
		Awaitility.await().pollDelay(Duration.ofMillis(1500)).until(() -> this.net.handler.kept.size() == 1);
		this.net.handler.kept.element().result(new byte[] { 1 });
		assertThat(slow.answer.get(5, TimeUnit.SECONDS)).containsExactly(1);
		assertThat(states).containsExactly(Connection.State.READY);
	}

	@Test
	void anAnswerToACallThatWasNotSentClosesTheConnection() throws Exception {
		Connection connection = this.net.connect();
		TestCall kept = new TestCall("test/keep", new byte[0], Duration.ofSeconds(10), false);
		connection.send(kept);
		Awaitility.await().until(() -> this.net.handler.kept.size() == 1);
		ServerCall call = (ServerCall) this.net.handler.kept.element();
		call.stream().channel().eventLoop().execute(() -> {
			FrameCodec.writeResult(call.stream().out(), 999, new byte[0]);
			call.result(new byte[1]);
		});
		Status status = TestNet.failure(kept);
		assertThat(status.code()).isEqualTo(Code.UNAVAILABLE);
		assertThat(status.processed()).isEqualTo(Processed.UNKNOWN);
		assertThat(status.message()).contains(this.net.endpoint().toString(), "an answer to call 999", "was not sent");
		assertThat(connection.state()).isEqualTo(Connection.State.CLOSED);
		assertThat(TestNet.call(this.net.connect(), "test/echo", new byte[] { 3 })).containsExactly(3);
	}

	@Test
	void anAttemptThatMayWaitOnIsAnsweredAfterItsTime() throws Exception {
		Connection connection = this.net.connect();
		AtomicInteger asked = new AtomicInteger();
		List<String> outcomes = new CopyOnWriteArrayList<>();
		long now = System.nanoTime();
		connection.send(new OutboundCall("test/keep", "raw", new byte[0], Metadata.EMPTY,
				now + Duration.ofMillis(50).toNanos()) {

			@Override
			protected long lastDeadlineNanoTime() {
				return now + Duration.ofSeconds(10).toNanos();
			}

			@Override
			protected long tryWaitOn() {
				asked.incrementAndGet();
				return TO_THE_LAST;
			}

			@Override
			protected boolean leavesSuspectedPeer() {
				return true;
			}

			@Override
			public void onResult(byte[] payload) {
				outcomes.add("result of " + payload.length);
			}

			@Override
			protected void onFailure(Failure failure) {
				outcomes.add(failure.toString());
			}

		});
		Awaitility.await().until(() -> asked.get() == 1 && this.net.handler.kept.size() == 1);
		InboundCall call = this.net.handler.kept.element();
		assertThat(call.deadlineNanoTime() - now).as("the call's time, not the attempt's")
			.isGreaterThan(Duration.ofSeconds(9).toNanos());
		call.result(new byte[7]);
		Awaitility.await().until(() -> outcomes.size() == 1);
		assertThat(outcomes).containsExactly("result of 7");
		assertThat(this.net.handler.cancelled).hasValue(0);
		assertThat(asked).hasValue(1);
	}

	@Test
	void aConnectionSurvivesLossDelayAndReordering() throws Exception {
		try (ImpairedLink link = ImpairedLink
			.to(new InetSocketAddress(InetAddress.getLoopbackAddress(), this.net.listener.port()), 2)) {
			Connection connection = this.net.connect(new Endpoint("127.0.0.1", link.address().getPort()), TestNet.TLS,
					TestNet.node("client"));
			link.impair(Impairment.NONE.withDelay(Duration.ofMillis(5)).withLoss(0.05).withReorder(0.05));
			for (int i = 0; i < 60; i++) {
				TestCall call = new TestCall("test/echo", new byte[] { (byte) i }, Duration.ofSeconds(10), false);
				connection.send(call);
				assertThat(call.answer.get(10, TimeUnit.SECONDS)).containsExactly((byte) i);
			}
			assertThat(connection.state()).isEqualTo(Connection.State.READY);
		}
	}

	// Leaks

	@Test
	@EnabledOnOs(OS.LINUX)
	void fiftyConnectsLeaveNoDescriptor() throws Exception {
		TestNet.call(this.net.connect(), "test/echo", new byte[1]);
		long before = descriptors();
		for (int i = 0; i < 50; i++) {
			Connection connection = this.net.connect();
			TestNet.call(connection, "test/echo", new byte[1]);
			connection.close(Status.unknown(Code.UNAVAILABLE, "enough"));
			connection.closed().block(Duration.ofSeconds(5));
		}
		Awaitility.await().until(() -> this.net.listener.connections() == 1);
		Awaitility.await().untilAsserted(() -> assertThat(descriptors()).isLessThanOrEqualTo(before + 2));
	}

	private Status refused(Endpoint endpoint, TlsContexts tls, NodeInfo self) {
		RpcException error = catchThrowableOfType(RpcException.class, () -> this.net.connect(endpoint, tls, self));
		assertThat(error).isNotNull();
		assertThat(error.status().processed()).isEqualTo(Processed.NO);
		return error.status();
	}

	private static long descriptors() throws Exception {
		File folder = new File("/proc/self/fd");
		try (Stream<Path> files = Files.list(folder.toPath())) {
			return files.count();
		}
	}

	private static TransportSettings settings(int connections, int inFlight, int streams) {
		TransportSettings defaults = TransportSettings.defaults();
		return new TransportSettings(defaults.idleTimeout(), defaults.keepAlive(), defaults.suspicion(),
				defaults.maxPayloadBytes(), defaults.laneThresholdBytes(), 1, connections, inFlight, streams, 0,
				defaults.spin());
	}

	private static TransportSettings withPayload(int maxPayloadBytes) {
		TransportSettings defaults = TransportSettings.defaults();
		return new TransportSettings(defaults.idleTimeout(), defaults.keepAlive(), defaults.suspicion(),
				maxPayloadBytes, defaults.laneThresholdBytes(), 1, 100, 1000, 1000, 0, defaults.spin());
	}

}
