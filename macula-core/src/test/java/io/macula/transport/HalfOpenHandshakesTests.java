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
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

import io.macula.Endpoint;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Handshakes that are begun and left: they take no place of a connection, and an honest
 * client gets in, even from the same address.
 */
@Timeout(120)
class HalfOpenHandshakesTests {

	private static final TestTls TLS = TestTls.create("a.realm.macula");

	private static final int PENDING = 24;

	@Test
	void whoeverIsHonestGetsInFromTheSameAddress() throws Exception {
		TransportSettings defaults = TransportSettings.defaults();
		Transport transport = Transport.create(new TransportSettings(defaults.idleTimeout(), defaults.keepAlive(),
				defaults.suspicion(), defaults.maxPayloadBytes(), defaults.laneThresholdBytes(), 1, 2,
				defaults.maxInFlightPerConnection(), defaults.maxStreamsPerConnection(), 1, defaults.spin(), 0,
				PENDING));
		Transport calling = Transport.create(defaults);
		List<CompletableFuture<RawClient>> silent = new ArrayList<>();
		ExecutorService threads = Executors.newFixedThreadPool(6);
		try (QuicListener listener = QuicListener.start(transport, TLS, InetAddress.getLoopbackAddress(), 0,
				new TestHandler(), TestNet.node("provider"))) {
			for (int i = 0; i < 12; i++) {
				silent.add(CompletableFuture.supplyAsync(() -> connect(listener.port()), threads));
			}
			await().until(() -> listener.pending() == PENDING / 8);
			Connection honest = new QuicConnector(calling, TLS, TestNet.node("client"))
				.connect(new Endpoint("127.0.0.1", listener.port()), Duration.ofSeconds(10))
				.block();
			assertThat(honest.state()).isEqualTo(Connection.State.READY);
			assertThat(listener.connections()).isEqualTo(1);
			assertThat(listener.pending()).isLessThanOrEqualTo(PENDING / 8);
			await().atMost(40, TimeUnit.SECONDS)
				.until(() -> silent.stream().allMatch(CompletableFuture::isDone) && listener.pending() == 0);
		}
		finally {
			threads.shutdown();
			for (CompletableFuture<RawClient> client : silent) {
				if (client.isDone() && !client.isCompletedExceptionally()) {
					client.join().close();
				}
			}
			calling.close();
			transport.close();
		}
	}

	private static RawClient connect(int port) {
		try {
			return RawClient.connect(port, TLS);
		}
		catch (Exception ex) {
			throw new IllegalStateException(ex);
		}
	}

}
