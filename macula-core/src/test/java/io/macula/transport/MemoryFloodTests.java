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
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

import io.macula.Endpoint;
import io.macula.Metadata;
import io.macula.wire.Frame;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.quic.QuicStreamType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Members that make a provider keep what they send or do not read: what waits stays
 * within the budget, another client's calls go on all the while, and the memory returns.
 */
@Timeout(120)
class MemoryFloodTests {

	private static final TestTls TLS = TestTls.create("a.realm.macula");

	private static final int PAYLOAD = 1 << 20;

	private static final long BUDGET = 8 << 20;

	private final TestHandler handler = new TestHandler();

	private Transport transport;

	private Transport calling;

	private QuicListener listener;

	private Connection honest;

	private long most;

	@BeforeEach
	void listen() {
		TransportSettings defaults = TransportSettings.defaults();
		this.transport = Transport
			.create(new TransportSettings(defaults.idleTimeout(), defaults.keepAlive(), defaults.suspicion(), PAYLOAD,
					defaults.laneThresholdBytes(), 1, 100, defaults.maxInFlightPerConnection(),
					defaults.maxStreamsPerConnection(), 1, defaults.spin(), BUDGET, 100));
		this.calling = Transport.create(defaults);
		this.listener = QuicListener.start(this.transport, TLS, InetAddress.getLoopbackAddress(), 0, this.handler,
				TestNet.node("provider"));
		this.honest = new QuicConnector(this.calling, TLS, TestNet.node("client"))
			.connect(new Endpoint("127.0.0.1", this.listener.port()), Duration.ofSeconds(20))
			.block(Duration.ofSeconds(20));
	}

	@AfterEach
	void close() throws Exception {
		try {
			echo();
			assertThat(this.most).isLessThan(BUDGET + BUDGET / 4);
			await().atMost(20, TimeUnit.SECONDS).until(() -> this.transport.memory().held() < (64 << 10));
		}
		finally {
			this.calling.close();
			this.listener.close();
			this.transport.close();
		}
	}

	private void echo() throws Exception {
		this.most = Math.max(this.most, this.transport.memory().held());
		TestCall call = TestCall.of("test/echo", new byte[10_000]);
		this.honest.send(call);
		assertThat(call.answer.get(5, TimeUnit.SECONDS)).hasSize(10_000);
	}

	@Test
	void framesInPartOnManyStreamsOfManyConnectionsStayWithinTheBudget() throws Exception {
		byte[] whole = FakeQuicStream.bytes(
				new Frame.Call(1, 0, "test/echo", "raw", 0, Frame.Call.ALONE, Metadata.EMPTY, new byte[PAYLOAD - 100]));
		List<RawClient> clients = new ArrayList<>();
		try {
			for (int i = 0; i < 4; i++) {
				clients.add(RawClient.welcomed(this.listener.port(), TLS));
			}
			for (int i = 0; i < 12; i++) {
				for (RawClient client : clients) {
					if (!client.isClosed()) {
						client.open(QuicStreamType.BIDIRECTIONAL)
							.writeSoon(Unpooled.wrappedBuffer(whole, 0, whole.length - 1), client);
					}
					echo();
				}
			}
			// What one connection holds leaves room for the calls of another.
			assertThat(this.most).isGreaterThan(BUDGET / 2);
		}
		finally {
			for (RawClient client : clients) {
				client.close();
			}
		}
	}

	@Test
	void resultsThatNobodyReadsStayWithinTheBudget() throws Exception {
		try (RawClient client = RawClient.welcomed(this.listener.port(), TLS)) {
			client.readNothing();
			RawClient.Stream lane = client.open(QuicStreamType.BIDIRECTIONAL);
			for (int i = 1; i <= 100; i++) {
				lane.send(new Frame.Call(i, 0, "test/large", "raw", 0, 0, Metadata.EMPTY, "1000000".getBytes()));
				echo();
			}
			assertThat(this.handler.calls.get()).isGreaterThanOrEqualTo(200);
		}
	}

	@Test
	void callsThatNobodyAnswersStayWithinTheBudget() throws Exception {
		try (RawClient client = RawClient.welcomed(this.listener.port(), TLS)) {
			for (int i = 1; i <= 40; i++) {
				RawClient.Stream stream = client.open(QuicStreamType.BIDIRECTIONAL);
				stream.send(new Frame.Call(i, 0, "test/keep", "raw", 0, Frame.Call.ALONE, Metadata.EMPTY,
						new byte[500_000]));
				echo();
			}
			assertThat(this.handler.kept.size()).isBetween(5, 12);
		}
	}

}
