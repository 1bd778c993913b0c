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
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

import io.macula.Code;
import io.macula.Endpoint;
import io.macula.Metadata;
import io.macula.Processed;
import io.macula.Status;
import io.macula.testing.ImpairedLink;
import io.macula.testing.ImpairedLink.Direction;
import io.macula.testing.Impairment;
import io.macula.wire.ErrorCode;
import io.macula.wire.Frame;
import io.netty.buffer.ByteBufUtil;
import io.netty.handler.codec.quic.QuicStreamType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import reactor.core.Disposable;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Clients that break the protocol: only their own connection is closed, with the reason,
 * and nothing is left behind.
 */
@Timeout(120)
class HostileClientTests {

	private static final TestTls TLS = TestTls.create("a.realm.macula");

	private static final int SMALL = 1 << 16;

	private final TestHandler handler = new TestHandler();

	private Transport transport;

	private Transport calling;

	private QuicListener listener;

	private Connection honest;

	@BeforeEach
	void listen() {
		TransportSettings defaults = TransportSettings.defaults();
		TransportSettings settings = new TransportSettings(defaults.idleTimeout(), defaults.keepAlive(),
				defaults.suspicion(), SMALL, defaults.laneThresholdBytes(), defaults.lanes(), defaults.maxConnections(),
				50, defaults.maxStreamsPerConnection(), 1, defaults.spin());
		this.transport = Transport.create(settings);
		this.calling = Transport.create(TransportSettings.defaults());
		this.listener = QuicListener.start(this.transport, TLS, InetAddress.getLoopbackAddress(), 0, this.handler,
				TestNet.node("provider"));
		this.honest = new QuicConnector(this.calling, TLS, TestNet.node("client"))
			.connect(new Endpoint("127.0.0.1", this.listener.port()), Duration.ofSeconds(20))
			.block(Duration.ofSeconds(20));
	}

	@AfterEach
	void othersAreUnaffectedAndNothingIsLeft() throws Exception {
		try {
			TestCall call = TestCall.of("test/echo", new byte[] { 1, 2, 3 });
			this.honest.send(call);
			assertThat(call.answer.get(20, TimeUnit.SECONDS)).containsExactly(1, 2, 3);
			assertThat(this.honest.state()).isEqualTo(Connection.State.READY);
			await().atMost(15, TimeUnit.SECONDS).untilAsserted(() -> {
				assertThat(this.listener.connections()).isEqualTo(1);
				assertThat(this.listener.inFlight()).isZero();
			});
		}
		finally {
			this.calling.close();
			this.listener.close();
			this.transport.close();
		}
	}

	@ParameterizedTest
	@CsvSource({ "00, length 0", "4001, shortest form", "02 1305, CANCEL frame instead of HELLO",
			"0205 01, PING frame is malformed", "bfffffff01, exceeds the limit of 65536", "0201 00, version 0",
			"09 05 0000000000000000, PING frame instead of HELLO" })
	void garbageInsteadOfHelloClosesTheConnection(String hex, String reason) throws Exception {
		try (RawClient client = RawClient.connect(this.listener.port(), TLS)) {
			client.open(QuicStreamType.BIDIRECTIONAL).send(bytes(hex));
			RawClient.Closed closed = client.awaitClosed();
			assertThat(closed.code()).isIn(ErrorCode.PROTOCOL_VIOLATION, ErrorCode.FRAME_TOO_LARGE);
			assertThat(closed.reason()).contains(reason);
		}
	}

	@ParameterizedTest
	@CsvSource({ "00, length 0", "021300, call id 0", "0510 01 4401 00, CALL frame has 1025",
			"0610 01 05 00 00 00, reference 5 to a procedure", "09 05 0000000000000000, PING frame on a stream of",
			"0311 05 00, RESULT frame on a stream of", "bfffffff1405, exceeds the limit",
			"ffffffffffffffff 7f, exceeds the limit", "0a10 01 00 02 c080 00 00 00 00, not UTF-8" })
	void garbageOnALaneClosesTheConnection(String hex, String reason) throws Exception {
		try (RawClient client = RawClient.welcomed(this.listener.port(), TLS)) {
			client.open(QuicStreamType.BIDIRECTIONAL).send(bytes(hex));
			RawClient.Closed closed = client.awaitClosed();
			assertThat(closed.code()).isIn(ErrorCode.PROTOCOL_VIOLATION, ErrorCode.FRAME_TOO_LARGE, ErrorCode.LIMIT);
			assertThat(closed.reason()).contains(reason);
		}
	}

	@Test
	void randomBytesOnALaneDoNoMoreHarm() throws Exception {
		Random random = new Random(3);
		for (int i = 0; i < 20; i++) {
			try (RawClient client = RawClient.welcomed(this.listener.port(), TLS)) {
				byte[] bytes = new byte[2000];
				random.nextBytes(bytes);
				client.open(QuicStreamType.BIDIRECTIONAL).send(bytes);
			}
		}
	}

	@Test
	void stopSendingOnTheStreamOfACallEndsThatCallOnly() throws Exception {
		try (RawClient client = RawClient.welcomed(this.listener.port(), TLS)) {
			RawClient.Stream lane = client.open(QuicStreamType.BIDIRECTIONAL);
			RawClient.Stream elements = client.open(QuicStreamType.BIDIRECTIONAL);
			elements.send(new Frame.Call(1, 0, "test/range", "raw", 0, Frame.Call.EXPECTS_ELEMENTS, Metadata.EMPTY,
					"1000000".getBytes(StandardCharsets.US_ASCII)), new Frame.Credit(1, 100));
			assertThat(elements.next()).isInstanceOf(Frame.Element.class);
			elements.stop();
			elements.send(new Frame.Credit(1, 1000));
			await().untilAsserted(() -> assertThat(this.handler.cancelled).hasValue(1));
			RawClient.Stream alone = client.open(QuicStreamType.BIDIRECTIONAL);
			alone.stop();
			alone.send(new Frame.Call(2, 0, "test/large", "raw", 0, Frame.Call.ALONE, Metadata.EMPTY,
					"100000".getBytes(StandardCharsets.US_ASCII)));
			await().untilAsserted(() -> assertThat(this.handler.calls).hasValue(2));
			lane.send(call(3, 0));
			assertThat(lane.next()).isInstanceOf(Frame.Result.class);
			assertThat(client.isClosed()).isFalse();
		}
	}

	@Test
	void stopSendingOnALaneClosesTheConnection() throws Exception {
		try (RawClient client = RawClient.welcomed(this.listener.port(), TLS)) {
			RawClient.Stream lane = client.open(QuicStreamType.BIDIRECTIONAL);
			lane.stop();
			lane.send(call(1, 0));
			assertThat(client.awaitClosed().code()).isEqualTo(ErrorCode.PROTOCOL_VIOLATION);
		}
	}

	@Test
	void callIdThatDoesNotGrowClosesTheConnection() throws Exception {
		try (RawClient client = RawClient.welcomed(this.listener.port(), TLS)) {
			RawClient.Stream lane = client.open(QuicStreamType.BIDIRECTIONAL);
			lane.send(call(5, 0), call(5, 1));
			assertThat(client.awaitClosed().reason()).contains("call id 5 after 5");
		}
	}

	@Test
	void framesOfAnotherCallOnACallStreamCloseTheConnection() throws Exception {
		for (Frame foreign : List.of(new Frame.Credit(7, 1), new Frame.Element(7, new byte[1]), new Frame.End(7),
				new Frame.Cancel(7), call(7, 0), call(7, 1))) {
			try (RawClient client = RawClient.welcomed(this.listener.port(), TLS)) {
				RawClient.Stream stream = client.open(QuicStreamType.BIDIRECTIONAL);
				stream.send(new Frame.Call(6, 0, "test/range", "raw", 0, Frame.Call.EXPECTS_ELEMENTS, Metadata.EMPTY,
						"10".getBytes(StandardCharsets.US_ASCII)), foreign);
				RawClient.Closed closed = client.awaitClosed();
				assertThat(closed.code()).as("%s", foreign).isEqualTo(ErrorCode.PROTOCOL_VIOLATION);
				assertThat(closed.reason()).as("%s", foreign).contains("call 7", "call 6");
			}
		}
	}

	@Test
	void aCallThatIsToBeAloneIsAloneOnItsStream() throws Exception {
		try (RawClient client = RawClient.welcomed(this.listener.port(), TLS)) {
			RawClient.Stream lane = client.open(QuicStreamType.BIDIRECTIONAL);
			lane.send(call(1, 0), new Frame.Call(2, 0, "test/large", "raw", 0, Frame.Call.ALONE, Metadata.EMPTY,
					"100".getBytes(StandardCharsets.US_ASCII)));
			assertThat(client.awaitClosed().reason()).contains("call 2", "call 1", "alone");
		}
	}

	@Test
	void aProcedureWithALongNameClosesTheConnection() throws Exception {
		try (RawClient client = RawClient.welcomed(this.listener.port(), TLS)) {
			client.open(QuicStreamType.BIDIRECTIONAL).send(literal(1, "test/" + "x".repeat(251), "raw"));
			assertThat(client.open(QuicStreamType.BIDIRECTIONAL)).isNotNull();
			client.open(QuicStreamType.BIDIRECTIONAL).send(literal(2, "test/" + "x".repeat(252), "raw"));
			RawClient.Closed closed = client.awaitClosed();
			assertThat(closed.code()).isEqualTo(ErrorCode.LIMIT);
			assertThat(closed.reason()).contains("257 bytes in the name of the procedure, the limit is 256");
		}
		try (RawClient client = RawClient.welcomed(this.listener.port(), TLS)) {
			client.open(QuicStreamType.BIDIRECTIONAL).send(literal(1, "test/echo", "x".repeat(65)));
			assertThat(client.awaitClosed().reason()).contains("65 bytes in the name of the codec, the limit is 64");
		}
	}

	@Test
	void moreProceduresThatNobodyServesThanTheTableHasCloseTheConnection() throws Exception {
		try (RawClient client = RawClient.welcomed(this.listener.port(), TLS)) {
			RawClient.Stream one = client.open(QuicStreamType.BIDIRECTIONAL);
			RawClient.Stream two = client.open(QuicStreamType.BIDIRECTIONAL);
			for (int i = 1; i <= 1024; i++) {
				one.send(literal(2 * i - 1, "other/" + i, "raw"));
				two.send(literal(2 * i, "other/" + i, "raw"));
			}
			for (int i = 1; i <= 1024; i++) {
				assertThat(one.next()).isInstanceOf(Frame.Failed.class);
				assertThat(two.next()).isInstanceOf(Frame.Failed.class);
			}
			one.send(literal(5000, "other/more", "raw"));
			RawClient.Closed closed = client.awaitClosed();
			assertThat(closed.code()).isEqualTo(ErrorCode.LIMIT);
			assertThat(closed.reason()).contains("1025 calls of procedures that this node does not serve");
		}
	}

	/** As no sender of ours would write it. */
	private static byte[] literal(long callId, String procedure, String codec) {
		io.netty.buffer.ByteBuf body = io.netty.buffer.Unpooled.buffer();
		body.writeByte(0x10);
		number(body, callId);
		body.writeByte(0);
		for (String text : List.of(procedure, codec)) {
			number(body, text.length());
			body.writeCharSequence(text, StandardCharsets.US_ASCII);
		}
		body.writeByte(0).writeByte(0).writeByte(0);
		io.netty.buffer.ByteBuf frame = io.netty.buffer.Unpooled.buffer();
		number(frame, body.readableBytes());
		return ByteBufUtil.getBytes(frame.writeBytes(body));
	}

	private static void number(io.netty.buffer.ByteBuf out, long number) {
		if (number < 64) {
			out.writeByte((int) number);
		}
		else {
			out.writeShort((int) number | 0x4000);
		}
	}

	@Test
	void callsBeforeHelloAreNotProcessed() throws Exception {
		try (RawClient client = RawClient.connect(this.listener.port(), TLS)) {
			client.open(QuicStreamType.BIDIRECTIONAL);
			client.open(QuicStreamType.BIDIRECTIONAL).send(call(1, 0));
			assertThat(client.awaitClosed().code()).isEqualTo(ErrorCode.PROTOCOL_VIOLATION);
			assertThat(this.handler.calls.get()).isZero();
		}
	}

	@Test
	void secondHelloClosesTheConnection() throws Exception {
		try (RawClient client = RawClient.welcomed(this.listener.port(), TLS)) {
			client.control.send(RawClient.hello(1, "a"));
			assertThat(client.awaitClosed().code()).isEqualTo(ErrorCode.PROTOCOL_VIOLATION);
		}
	}

	@ParameterizedTest
	@CsvSource({ "1, b, WRONG_REALM, realm 'b'", "2, a, UNSUPPORTED_VERSION, version 2" })
	void strangerIsRefusedWithTheReason(int version, String realm, ErrorCode code, String reason) throws Exception {
		try (RawClient client = RawClient.connect(this.listener.port(), TLS)) {
			client.open(QuicStreamType.BIDIRECTIONAL).send(RawClient.hello(version, realm));
			RawClient.Closed closed = client.awaitClosed();
			assertThat(closed.code()).isEqualTo(code);
			assertThat(closed.reason()).contains(reason);
		}
	}

	@Test
	void unidirectionalStreamOfAClientClosesTheConnection() throws Exception {
		try (RawClient client = RawClient.welcomed(this.listener.port(), TLS)) {
			client.open(QuicStreamType.UNIDIRECTIONAL).send(call(1, 0));
			assertThat(client.awaitClosed().code()).isEqualTo(ErrorCode.PROTOCOL_VIOLATION);
		}
	}

	@Test
	void unknownFramesAreSkippedEverywhere() throws Exception {
		try (RawClient client = RawClient.welcomed(this.listener.port(), TLS)) {
			client.control.send(bytes("037faabb" + "0905" + "0000000000000007"));
			assertThat(client.control.next()).isEqualTo(new Frame.Pong(7));
			RawClient.Stream lane = client.open(QuicStreamType.BIDIRECTIONAL);
			lane.send(bytes("037faabb"));
			lane.send(call(1, 0));
			assertThat(lane.next()).isInstanceOf(Frame.Result.class);
		}
	}

	@Test
	void bytesThatTrickleInAreFrames() throws Exception {
		try (RawClient client = RawClient.welcomed(this.listener.port(), TLS)) {
			RawClient.Stream lane = client.open(QuicStreamType.BIDIRECTIONAL);
			io.netty.buffer.ByteBuf whole = io.netty.buffer.Unpooled.buffer();
			io.macula.wire.FrameCodec.encode(call(1, 0), whole);
			while (whole.isReadable()) {
				lane.send(new byte[] { whole.readByte() });
			}
			assertThat(lane.next()).isInstanceOf(Frame.Result.class);
		}
	}

	@Test
	void tooLargeCallIsAnsweredAndItsLaneGoesOn() throws Exception {
		try (RawClient client = RawClient.welcomed(this.listener.port(), TLS)) {
			RawClient.Stream lane = client.open(QuicStreamType.BIDIRECTIONAL);
			lane.send(call(1, 0));
			assertThat(lane.next()).isInstanceOf(Frame.Result.class);
			lane.send(new Frame.Call(2, 1, "", "", 0, 0, Metadata.EMPTY, new byte[SMALL * 4]), call(3, 1));
			Frame.Failed failed = (Frame.Failed) lane.next();
			assertThat(failed.callId()).isEqualTo(2);
			assertThat(failed.failure().status().code()).isEqualTo(Code.INVALID_ARGUMENT);
			assertThat(failed.failure().status().processed()).isEqualTo(Processed.NO);
			assertThat(failed.failure().status().message()).contains(String.valueOf(SMALL));
			assertThat(lane.next()).isInstanceOf(Frame.Result.class);
		}
	}

	@Test
	void procedureOfATooLargeCallKeepsItsIndex() throws Exception {
		try (RawClient client = RawClient.welcomed(this.listener.port(), TLS)) {
			RawClient.Stream lane = client.open(QuicStreamType.BIDIRECTIONAL);
			lane.send(new Frame.Call(1, 0, "test/keep", "raw", 0, 0, Metadata.EMPTY, new byte[SMALL * 4]), call(2, 0),
					call(3, 2));
			assertThat(((Frame.Failed) lane.next()).callId()).isEqualTo(1);
			assertThat(((Frame.Result) lane.next()).callId()).isEqualTo(2);
			assertThat(((Frame.Result) lane.next()).callId()).isEqualTo(3);
			lane.send(call(4, 1));
			assertThat(client.awaitClosed().code()).isEqualTo(ErrorCode.PROTOCOL_VIOLATION);
		}
	}

	@Test
	void callsBeyondTheLimitAreRefusedAsNotProcessed() throws Exception {
		try (RawClient client = RawClient.welcomed(this.listener.port(), TLS)) {
			RawClient.Stream lane = client.open(QuicStreamType.BIDIRECTIONAL);
			List<Frame> calls = new ArrayList<>();
			for (int i = 1; i <= 60; i++) {
				calls.add(new Frame.Call(i, 0, "test/keep", "raw", 0, 0, Metadata.EMPTY, new byte[1]));
			}
			lane.send(calls.toArray(Frame[]::new));
			for (int i = 51; i <= 60; i++) {
				Status status = ((Frame.Failed) lane.next()).failure().status();
				assertThat(status.code()).isEqualTo(Code.RESOURCE_EXHAUSTED);
				assertThat(status.processed()).isEqualTo(Processed.NO);
			}
			assertThat(this.listener.inFlight()).isEqualTo(50);
			assertThat(this.handler.kept).noneMatch(InboundCall::cancelled);
		}
		await().untilAsserted(() -> assertThat(this.handler.kept).hasSize(50).allMatch(InboundCall::cancelled));
	}

	@Test
	void silentClientIsClosedAfterAWhile() throws Exception {
		try (RawClient client = RawClient.connect(this.listener.port(), TLS)) {
			assertThat(client.awaitClosed().code()).isEqualTo(ErrorCode.HANDSHAKE_TIMEOUT);
		}
	}

	@Test
	void halfOpenHandshakesLeaveNothingBehind() throws Exception {
		try (ImpairedLink link = ImpairedLink
			.to(new InetSocketAddress(InetAddress.getLoopbackAddress(), this.listener.port()), 5)) {
			link.impair(Direction.TO_CLIENT, Impairment.BLACK_HOLE);
			QuicConnector connector = new QuicConnector(this.calling, TLS, TestNet.node("half"));
			List<Disposable> dials = new ArrayList<>();
			for (int i = 0; i < 200; i++) {
				dials.add(connector.connect(new Endpoint("127.0.0.1", link.address().getPort()), Duration.ofSeconds(2))
					.subscribe((connection) -> {
					}, (error) -> {
					}));
			}
			await().until(() -> link.arrived(Direction.TO_TARGET) >= 200);
			TestCall call = TestCall.of("test/echo", new byte[10]);
			this.honest.send(call);
			assertThat(call.answer.get(2, TimeUnit.SECONDS)).hasSize(10);
			await().atMost(20, TimeUnit.SECONDS).until(() -> dials.stream().allMatch(Disposable::isDisposed));
			await().atMost(20, TimeUnit.SECONDS).until(() -> this.listener.pending() == 0);
		}
	}

	@Test
	void randomDatagramsLeaveNothingBehind() throws Exception {
		Random random = new Random(8);
		try (DatagramSocket socket = new DatagramSocket()) {
			for (int i = 0; i < 3000; i++) {
				byte[] bytes = new byte[random.nextInt(1500)];
				random.nextBytes(bytes);
				if (bytes.length > 5 && random.nextBoolean()) {
					// Long header, version 1: looks like the first packet of a handshake.
					bytes[0] |= (byte) 0xC0;
					bytes[1] = 0;
					bytes[2] = 0;
					bytes[3] = 0;
					bytes[4] = 1;
				}
				socket.send(new DatagramPacket(bytes, bytes.length, InetAddress.getLoopbackAddress(),
						this.listener.port()));
				if (i % 100 == 0) {
					LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(2));
				}
			}
		}
		await().atMost(20, TimeUnit.SECONDS).until(() -> this.listener.pending() == 0);
	}

	private static Frame call(long id, int ref) {
		return new Frame.Call(id, ref, (ref == 0) ? "test/echo" : "", (ref == 0) ? "raw" : "", 0, 0, Metadata.EMPTY,
				new byte[] { 7 });
	}

	private static byte[] bytes(String hex) {
		return ByteBufUtil.decodeHexDump(hex.replace(" ", ""));
	}

}
