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

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A client of bare QUIC that must prove its address loses one datagram of the handshake,
 * or each comes twice: it sends the same again, with the same token, and gets in.
 */
@Timeout(60)
class LostHandshakePacketsTests {

	private static final TestTls TLS = TestTls.create("a.realm.macula");

	/** Of one address; from then on its clients need a token. */
	private static final int BEGUN = 2;

	private final List<RawClient> clients = new ArrayList<>();

	private Transport transport;

	private QuicListener listener;

	@BeforeEach
	void listen() throws Exception {
		TransportSettings all = TransportSettings.defaults();
		this.transport = Transport.create(new TransportSettings(all.idleTimeout(), all.keepAlive(), all.suspicion(),
				all.maxPayloadBytes(), all.laneThresholdBytes(), all.lanes(), all.maxConnections(),
				all.maxInFlightPerConnection(), all.maxStreamsPerConnection(), all.eventLoops(), all.spin(), 0, 64));
		this.listener = QuicListener.start(this.transport, TLS, InetAddress.getLoopbackAddress(), 0, new TestHandler(),
				TestNet.node("provider"));
		for (int i = 0; i < BEGUN; i++) {
			this.clients.add(RawClient.connect(this.listener.port(), TLS));
		}
	}

	@AfterEach
	void close() throws Exception {
		for (RawClient client : this.clients) {
			client.close();
		}
		this.listener.close();
		this.transport.close();
	}

	@ParameterizedTest
	@EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "OTHER")
	void oneThatIsLostDelaysTheClientBriefly(Kind lost) throws Exception {
		try (Relay relay = new Relay(this.listener.port(), lost)) {
			long begin = System.nanoTime();
			this.clients.add(RawClient.welcomed(relay.port(), TLS));
			// QUIC sends again a second after what was not answered, then after two.
			assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofMillis(3500));
			assertThat(relay.seen).contains(lost, Kind.RETRY, Kind.INITIAL_WITH_TOKEN);
			assertThat(this.listener.connections()).isEqualTo(1);
		}
	}

	@Test
	void eachThatComesTwiceCountsOnce() throws Exception {
		try (Relay relay = new Relay(this.listener.port(), null)) {
			this.clients.add(RawClient.welcomed(relay.port(), TLS));
			assertThat(relay.seen).contains(Kind.RETRY, Kind.INITIAL_WITH_TOKEN, Kind.CLIENT_HANDSHAKE);
			assertThat(this.listener.connections()).isEqualTo(1);
			assertThat(this.listener.pending()).isEqualTo(BEGUN);
		}
	}

	/** Datagrams, by their first packet. */
	enum Kind {

		INITIAL, RETRY, INITIAL_WITH_TOKEN, ANSWER, CLIENT_HANDSHAKE, OTHER;

		/** RFC 9000, section 17.2. */
		static Kind of(byte[] datagram, boolean toServer) {
			return switch (datagram[0] & 0xF0) {
				case 0xC0 -> (!toServer) ? ANSWER : (tokenBytes(datagram) == 0) ? INITIAL : INITIAL_WITH_TOKEN;
				case 0xE0 -> (toServer) ? CLIENT_HANDSHAKE : OTHER;
				case 0xF0 -> RETRY;
				default -> OTHER;
			};
		}

		private static int tokenBytes(byte[] initial) {
			int source = 6 + initial[5];
			return initial[source + 1 + initial[source]];
		}

	}

	/** Between one client and the server. */
	private static final class Relay implements AutoCloseable {

		private final @Nullable Kind lost;

		final Set<Kind> seen = ConcurrentHashMap.newKeySet();

		private final AtomicReference<SocketAddress> client = new AtomicReference<>();

		private final DatagramSocket outer = new DatagramSocket(0, InetAddress.getLoopbackAddress());

		private final DatagramSocket inner = new DatagramSocket(0, InetAddress.getLoopbackAddress());

		/** Loses the first datagram of a kind, or doubles all. */
		Relay(int target, @Nullable Kind lost) throws IOException {
			this.lost = lost;
			this.inner.connect(InetAddress.getLoopbackAddress(), target);
			start(this.outer, true);
			start(this.inner, false);
		}

		int port() {
			return this.outer.getLocalPort();
		}

		private void start(DatagramSocket from, boolean toServer) {
			Thread thread = new Thread(() -> {
				try {
					while (true) {
						relay(from, toServer);
					}
				}
				catch (IOException ex) {
					// One of the sockets is closed.
					close();
				}
			}, "relay");
			thread.setDaemon(true);
			thread.start();
		}

		private void relay(DatagramSocket from, boolean toServer) throws IOException {
			DatagramPacket packet = new DatagramPacket(new byte[65_536], 65_536);
			from.receive(packet);
			Kind kind = Kind.of(packet.getData(), toServer);
			boolean first = this.seen.add(kind);
			if (toServer) {
				this.client.set(packet.getSocketAddress());
			}
			if (first && kind == this.lost) {
				return;
			}
			for (int copies = (this.lost == null) ? 2 : 1; copies > 0; copies--) {
				if (toServer) {
					this.inner.send(new DatagramPacket(packet.getData(), packet.getLength()));
				}
				else {
					this.outer.send(new DatagramPacket(packet.getData(), packet.getLength(), this.client.get()));
				}
			}
		}

		@Override
		public void close() {
			this.outer.close();
			this.inner.close();
		}

	}

}
