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
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.stream.IntStream;

import io.macula.Endpoint;
import io.macula.udp.Addresses;
import io.netty.channel.epoll.Epoll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/**
 * Tests for {@link ListenerSockets} with connections over real sockets.
 */
@Timeout(60)
class ListenerSocketsTests {

	/** The kernel answers from 127.0.0.1 unless told otherwise. */
	private static final String FURTHER = "127.0.0.2";

	private final TestHandler handler = new TestHandler();

	private final Transport client = Transport.create(TransportSettings.defaults());

	private Transport server = Transport.create(TransportSettings.defaults());

	@AfterEach
	void close() {
		this.client.close();
		this.server.close();
	}

	@ParameterizedTest
	@ValueSource(ints = { 1, 3 })
	void whenAnotherNodeHasThePortThenItIsRefusedHoweverManyEventLoopsThereAre(int loops) {
		assumeTrue(Epoll.isAvailable(), "only epoll shares ports");
		loops(loops);
		Transport other = Transport.create(settings(loops));
		try (QuicListener first = listen(this.server, Addresses.everywhere(), 0)) {
			first.answerFrom(List.of(address(FURTHER)));
			assertThatThrownBy(() -> listen(other, Addresses.everywhere(), first.port()))
				.hasMessageContaining("cannot be bound")
				.hasMessageContaining("macula.provider.port");
			assertThatThrownBy(() -> listen(other, address(FURTHER), first.port()))
				.hasMessageContaining("cannot be bound");
		}
		finally {
			other.close();
		}
	}

	@ParameterizedTest
	@ValueSource(ints = { 1, 3 })
	void whenAClientDialsAFurtherAddressThenItIsAnsweredFromThere(int loops) throws Exception {
		assumeTrue(Epoll.isAvailable(), "only epoll shares ports");
		loops(loops);
		try (QuicListener listener = listen(this.server, Addresses.everywhere(), 0)) {
			listener.answerFrom(List.of(address(FURTHER)));
			for (String host : List.of("127.0.0.1", FURTHER, "127.0.0.1", FURTHER)) {
				assertServes(listener, host);
			}
			assertThat(listener.sockets()).hasSize(2 * loops);
			assertThat(listener.address().isAnyLocalAddress()).isTrue();
		}
	}

	@Test
	void whenAnAddressIsServedOrNotOfThisMachineThenNothingChanges() {
		try (QuicListener listener = listen(this.server, Addresses.everywhere(), 0)) {
			List<InetAddress> addresses = List.of(address(FURTHER), address(FURTHER), address("192.0.2.1"));
			listener.answerFrom(addresses);
			int sockets = listener.sockets().size();
			listener.answerFrom(addresses);
			assertThat(listener.sockets()).hasSize(sockets);
		}
		try (QuicListener listener = listen(this.server, InetAddress.getLoopbackAddress(), 0)) {
			int sockets = listener.sockets().size();
			listener.answerFrom(List.of(address(FURTHER)));
			assertThat(listener.sockets()).hasSize(sockets);
		}
	}

	@Test
	void whenThereAreVeryManyAddressesThenSocketsAreBoundedAndThoseOfGoneAddressesMakeRoom() throws Exception {
		try (QuicListener listener = listen(this.server, Addresses.everywhere(), 0)) {
			int own = listener.sockets().size();
			listener.answerFrom(IntStream.range(2, 60).mapToObj((i) -> address("127.0.0." + i)).toList());
			assertThat(listener.sockets()).hasSize(own * (1 + 32));
			List<InetAddress> others = IntStream.range(70, 80).mapToObj((i) -> address("127.0.0." + i)).toList();
			listener.answerFrom(others);
			assertThat(listener.sockets()).hasSize(own * (1 + 32));
			assertServes(listener, "127.0.0.1");
			assertServes(listener, "127.0.0.79");
			assertServes(listener, "127.0.0.30");
		}
	}

	private void loops(int loops) {
		this.server.close();
		this.server = Transport.create(settings(loops));
	}

	private static TransportSettings settings(int loops) {
		TransportSettings usual = TransportSettings.defaults();
		return new TransportSettings(usual.idleTimeout(), usual.keepAlive(), usual.suspicion(), usual.maxPayloadBytes(),
				usual.laneThresholdBytes(), usual.lanes(), usual.maxConnections(), usual.maxInFlightPerConnection(),
				usual.maxStreamsPerConnection(), loops, usual.spin());
	}

	private QuicListener listen(Transport transport, InetAddress address, int port) {
		return QuicListener.start(transport, TestNet.TLS, address, port, this.handler, TestNet.node("provider"));
	}

	private void assertServes(QuicListener listener, String host) throws Exception {
		Connection connection = Objects
			.requireNonNull(new QuicConnector(this.client, TestNet.TLS, TestNet.node("client"))
				.connect(new Endpoint(host, listener.port()), Duration.ofSeconds(5))
				.block());
		byte[] large = new byte[256 << 10];
		new Random(1).nextBytes(large);
		assertThat(TestNet.call(connection, "test/echo", new byte[3])).hasSize(3);
		assertThat(TestNet.call(connection, "test/echo", large)).isEqualTo(large);
	}

	private static InetAddress address(String text) {
		return Objects.requireNonNull(Addresses.literal(text));
	}

}
