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
import java.time.Duration;
import java.util.concurrent.TimeUnit;

import io.macula.Endpoint;
import io.macula.Metadata;
import io.macula.wire.ErrorCode;
import io.macula.wire.Frame;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.quic.QuicStreamType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A member that floods a provider with frames that carry nothing: its connection is
 * closed with the reason, and another client's calls go on all the while.
 */
@Timeout(120)
class FrameFloodTests {

	private static final TestTls TLS = TestTls.create("a.realm.macula");

	private static final int CHUNK_BYTES = 60_000;

	private final TestHandler handler = new TestHandler();

	private Transport transport;

	private Transport calling;

	private QuicListener listener;

	private Connection honest;

	@BeforeEach
	void listen() {
		this.transport = Transport.create(TransportSettings.defaults());
		this.calling = Transport.create(TransportSettings.defaults());
		this.listener = QuicListener.start(this.transport, TLS, InetAddress.getLoopbackAddress(), 0, this.handler,
				TestNet.node("provider"));
		this.honest = new QuicConnector(this.calling, TLS, TestNet.node("client"))
			.connect(new Endpoint("127.0.0.1", this.listener.port()), Duration.ofSeconds(20))
			.block(Duration.ofSeconds(20));
	}

	@AfterEach
	void othersAreUnaffected() throws Exception {
		try {
			echo();
			assertThat(this.honest.state()).isEqualTo(Connection.State.READY);
		}
		finally {
			this.calling.close();
			this.listener.close();
			this.transport.close();
		}
	}

	private void echo() throws Exception {
		TestCall call = TestCall.of("test/echo", new byte[] { 1, 2, 3 });
		this.honest.send(call);
		assertThat(call.answer.get(20, TimeUnit.SECONDS)).containsExactly(1, 2, 3);
	}

	@ParameterizedTest
	@CsvSource({ "09 05 0102030405060708, PING", "09 06 0102030405060708, PONG", "02 7f 00, of an unknown type",
			"01 7f, of an unknown type", "05 04 01 01 78 00, GOAWAY" })
	void aFloodOnTheControlStreamEndsItsConnection(String hex, String kind) throws Exception {
		try (RawClient client = RawClient.welcomed(this.listener.port(), TLS)) {
			flood(client, client.control, hex);
			assertThat(client.awaitClosed().code()).isEqualTo(ErrorCode.LIMIT);
			assertThat(client.awaitClosed().reason()).contains("too many frames without a call", kind);
		}
	}

	@ParameterizedTest
	@CsvSource({ "02 13 05, CANCEL", "04 07 01 412c, TIME", "01 7f, of an unknown type" })
	void aFloodOnALaneEndsItsConnection(String hex, String kind) throws Exception {
		try (RawClient client = RawClient.welcomed(this.listener.port(), TLS)) {
			flood(client, client.open(QuicStreamType.BIDIRECTIONAL), hex);
			assertThat(client.awaitClosed().code()).isEqualTo(ErrorCode.LIMIT);
			assertThat(client.awaitClosed().reason()).contains("too many frames without a call", kind);
		}
	}

	@ParameterizedTest
	@CsvSource({ "03 16 01 01, CREDIT", "02 15 01, END" })
	void aFloodOnTheStreamOfACallEndsItsConnection(String hex, String kind) throws Exception {
		try (RawClient client = RawClient.welcomed(this.listener.port(), TLS)) {
			RawClient.Stream stream = client.open(QuicStreamType.BIDIRECTIONAL);
			stream.send(new Frame.Call(1, 0, "test/never", "raw", 0,
					Frame.Call.EXPECTS_ELEMENTS + Frame.Call.SENDS_ELEMENTS, Metadata.EMPTY, new byte[0]));
			flood(client, stream, hex);
			assertThat(client.awaitClosed().code()).isEqualTo(ErrorCode.LIMIT);
			assertThat(client.awaitClosed().reason()).contains("too many frames without a call", kind);
		}
	}

	@Test
	void streamsThatCarryNoCallEndTheirConnection() throws Exception {
		try (RawClient client = RawClient.welcomed(this.listener.port(), TLS)) {
			int streams = 10 * FrameAllowance.BURST / FrameAllowance.PER_STREAM;
			for (int i = 0; i < streams && !client.isClosed(); i += 50) {
				client.openAndFinish(50);
			}
			assertThat(client.awaitClosed().reason()).contains("a stream that was opened");
		}
	}

	@Test
	void whoCallsMayCancelAsMuchAsItCalls() throws Exception {
		try (RawClient client = RawClient.welcomed(this.listener.port(), TLS)) {
			RawClient.Stream lane = client.open(QuicStreamType.BIDIRECTIONAL);
			lane.send(call(1, 0));
			assertThat(lane.next()).isInstanceOf(Frame.Result.class);
			for (int i = 0; i < 2 * FrameAllowance.BURST; i += 100) {
				Frame[] frames = new Frame[300];
				for (int k = 0; k < 100; k++) {
					long id = 2 + i + k;
					frames[3 * k] = new Frame.Time(1, id);
					frames[3 * k + 1] = call(id, 1);
					frames[3 * k + 2] = new Frame.Cancel(id);
				}
				lane.send(frames);
			}
			long last = 2 + 2 * FrameAllowance.BURST;
			lane.send(call(last, 1));
			lane.awaitResultOf(last);
			assertThat(client.isClosed()).isFalse();
		}
	}

	/** Each was answered by a buffer of 512 bytes that waited in direct memory. */
	@Test
	void pingsOfAClientThatReadsNothingTakeNoMemory() throws Exception {
		try (RawClient client = RawClient.welcomed(this.listener.port(), TLS)) {
			client.control.readNothing();
			flood(client, client.control, "09 05 0102030405060708");
			echo();
			assertThat(client.awaitClosed().code()).isEqualTo(ErrorCode.LIMIT);
		}
	}

	private static void flood(RawClient client, RawClient.Stream stream, String hex) throws Exception {
		byte[] frame = ByteBufUtil.decodeHexDump(hex.replace(" ", ""));
		byte[] chunk = new byte[CHUNK_BYTES / frame.length * frame.length];
		for (int i = 0; i < chunk.length; i += frame.length) {
			System.arraycopy(frame, 0, chunk, i, frame.length);
		}
		for (int sent = 0; sent < (30 << 20) && !client.isClosed(); sent += chunk.length) {
			stream.writeSoon(Unpooled.wrappedBuffer(chunk), client);
		}
	}

	private static Frame call(long id, int ref) {
		return new Frame.Call(id, ref, (ref == 0) ? "test/echo" : "", (ref == 0) ? "raw" : "", 0, 0, Metadata.EMPTY,
				new byte[] { 7 });
	}

}
