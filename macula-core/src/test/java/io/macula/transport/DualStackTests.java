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

import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Objects;
import java.util.Random;

import io.macula.Endpoint;
import io.macula.udp.Addresses;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/**
 * Tests of a listener of both families with clients of each.
 */
@Timeout(60)
class DualStackTests {

	private final TestHandler handler = new TestHandler();

	private final Transport server = Transport.create(TransportSettings.defaults());

	private final Transport client = Transport.create(TransportSettings.defaults());

	private QuicListener listener;

	@BeforeEach
	void listen() {
		this.listener = QuicListener.start(this.server, TestNet.TLS, Addresses.everywhere(), 0, this.handler,
				TestNet.node("provider"));
	}

	@AfterEach
	void close() {
		this.client.close();
		this.listener.close();
		this.server.close();
	}

	@Test
	void clientsOfIpv4AreServed() throws Exception {
		assertServes("127.0.0.1");
	}

	@Test
	void clientsOfIpv6AreServed() throws Exception {
		assumeTrue(ipv6(), "IPv6 is off here");
		assertThat(this.listener.address()).isEqualTo(Addresses.ANY_6);
		assertServes("::1");
	}

	@Test
	void oneClientServesItselfOverBothFamilies() throws Exception {
		assumeTrue(ipv6(), "IPv6 is off here");
		Connection six = connect("::1");
		Connection four = connect("127.0.0.1");
		assertThat(TestNet.call(six, "test/echo", new byte[3])).hasSize(3);
		assertThat(TestNet.call(four, "test/echo", new byte[3])).hasSize(3);
	}

	private void assertServes(String address) throws Exception {
		Connection connection = connect(address);
		byte[] large = new byte[256 << 10];
		new Random(1).nextBytes(large);
		assertThat(TestNet.call(connection, "test/echo", new byte[3])).hasSize(3);
		assertThat(TestNet.call(connection, "test/echo", large)).isEqualTo(large);
		assertThat(this.listener.connections()).isEqualTo(1);
	}

	private Connection connect(String address) {
		return Objects.requireNonNull(new QuicConnector(this.client, TestNet.TLS, TestNet.node("client"))
			.connect(new Endpoint(address, this.listener.port()), Duration.ofSeconds(10))
			.block());
	}

	private static boolean ipv6() {
		try (DatagramSocket socket = new DatagramSocket(new InetSocketAddress(InetAddress.getByName("::1"), 0))) {
			return socket.isBound();
		}
		catch (java.io.IOException ex) {
			return false;
		}
	}

}
