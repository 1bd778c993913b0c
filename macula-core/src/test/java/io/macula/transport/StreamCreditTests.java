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

import io.macula.Metadata;
import io.macula.wire.Frame;
import io.netty.handler.codec.quic.QuicStreamType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * A stream that is over is given back to the client, whatever it carried: a client that
 * cancels early, or opens streams for nothing, can open others for ever.
 */
@Timeout(120)
class StreamCreditTests {

	private static final TestTls TLS = TestTls.create("a.realm.macula");

	private static final int STREAMS = 4;

	/** Beside the control stream. */
	private static final int AT_ONCE = QuicKnobs.LANES + STREAMS;

	private static final int ROUNDS = 10 * AT_ONCE;

	private final TestHandler handler = new TestHandler();

	private Transport transport;

	private QuicListener listener;

	@BeforeEach
	void listen() {
		TransportSettings all = TransportSettings.defaults();
		this.transport = Transport.create(new TransportSettings(all.idleTimeout(), all.keepAlive(), all.suspicion(),
				all.maxPayloadBytes(), all.laneThresholdBytes(), all.lanes(), all.maxConnections(),
				all.maxInFlightPerConnection(), STREAMS, all.eventLoops(), all.spin()));
		this.listener = QuicListener.start(this.transport, TLS, InetAddress.getLoopbackAddress(), 0, this.handler,
				TestNet.node("provider"));
	}

	@AfterEach
	void close() {
		this.listener.close();
		this.transport.close();
	}

	@Test
	void ofStreamsThatCarriedNothing() throws Exception {
		try (RawClient client = RawClient.welcomed(this.listener.port(), TLS)) {
			for (int i = 0; i < ROUNDS; i += AT_ONCE) {
				client.openAndFinish(AT_ONCE);
			}
			assertAllGivenBack(client);
		}
	}

	@Test
	void ofStreamingCallsThatAreCancelledAtOnce() throws Exception {
		try (RawClient client = RawClient.welcomed(this.listener.port(), TLS)) {
			for (int i = 0; i < ROUNDS; i++) {
				RawClient.Stream stream = open(client);
				long id = i + 1;
				stream.send(call(id, "test/never", Frame.Call.EXPECTS_ELEMENTS | Frame.Call.SENDS_ELEMENTS),
						new Frame.Cancel(id));
				stream.finish();
			}
			assertAllGivenBack(client);
			assertThat(this.handler.cancelled.get()).isEqualTo(ROUNDS);
		}
	}

	@Test
	void ofCallsAloneOnTheirStreamThatAreCancelledAtOnce() throws Exception {
		try (RawClient client = RawClient.welcomed(this.listener.port(), TLS)) {
			for (int i = 0; i < ROUNDS; i++) {
				RawClient.Stream stream = open(client);
				long id = i + 1;
				stream.send(call(id, "test/keep", Frame.Call.ALONE), new Frame.Cancel(id));
				stream.finish();
			}
			assertAllGivenBack(client);
		}
	}

	@Test
	void ofCallsThatAreAnswered() throws Exception {
		try (RawClient client = RawClient.welcomed(this.listener.port(), TLS)) {
			for (int i = 0; i < ROUNDS; i++) {
				RawClient.Stream stream = open(client);
				stream.send(call(i + 1, "test/echo", Frame.Call.ALONE));
				stream.finish();
			}
			assertAllGivenBack(client);
		}
	}

	@Test
	void ofCallsWhoseStreamTheClientResets() throws Exception {
		try (RawClient client = RawClient.welcomed(this.listener.port(), TLS)) {
			for (int i = 0; i < ROUNDS; i++) {
				RawClient.Stream stream = open(client);
				stream.send(call(i + 1, "test/keep", Frame.Call.ALONE));
				int arrived = i + 1;
				await().pollInterval(Duration.ofMillis(1)).until(() -> this.handler.calls.get() == arrived);
				stream.reset();
			}
			assertAllGivenBack(client);
			assertThat(this.handler.cancelled.get()).isEqualTo(ROUNDS);
		}
	}

	private static RawClient.Stream open(RawClient client) throws Exception {
		client.awaitStreamCredit();
		return client.open(QuicStreamType.BIDIRECTIONAL);
	}

	/** All at a time, once more: not one was kept. */
	private static void assertAllGivenBack(RawClient client) throws Exception {
		for (int i = 0; i < AT_ONCE; i++) {
			open(client).send(call(ROUNDS + 1 + i, "test/keep", Frame.Call.ALONE));
		}
		assertThat(client.isClosed()).isFalse();
	}

	private static Frame call(long id, String procedure, int flags) {
		return new Frame.Call(id, 0, procedure, "raw", 0, flags, Metadata.EMPTY, new byte[] { 7 });
	}

}
