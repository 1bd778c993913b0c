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
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import io.macula.Endpoint;
import io.macula.RpcException;
import io.macula.tls.NodeKey;
import io.macula.tls.TlsContexts;
import io.netty.handler.codec.quic.QuicSslContext;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import reactor.core.publisher.Mono;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

/**
 * Dialling a name of several addresses (RFC 8305), over real QUIC. Needs all of
 * 127.0.0.0/8 on the loopback interface.
 */
@EnabledOnOs(OS.LINUX)
class AddressRaceTests {

	private TestNet net;

	@BeforeEach
	void start() {
		this.net = new TestNet();
		connect(Duration.ofSeconds(10), "127.0.0.1");
	}

	@AfterEach
	void close() {
		this.net.close();
	}

	@Test
	void whenTheFirstAddressIsSilentThenTheSecondIsDialledAfterAQuarterOfASecond() throws Exception {
		try (DatagramSocket silent = silent("127.0.0.2")) {
			long start = System.nanoTime();
			Connection connection = connect(Duration.ofSeconds(5), "127.0.0.2", "127.0.0.1");
			assertThat(Duration.ofNanos(System.nanoTime() - start)).isBetween(Duration.ofMillis(240),
					Duration.ofSeconds(2));
			assertThat(TestNet.call(connection, "test/echo", new byte[3])).hasSize(3);
			SilentSocket.assertGivenUp(silent);
		}
	}

	@Test
	void whenAddressesRefuseThenTheNextIsDialledAtOnce() throws Exception {
		long start = System.nanoTime();
		Connection connection = connect(Duration.ofSeconds(5), "127.0.0.2", "127.0.0.3", "127.0.0.4", "127.0.0.5",
				"127.0.0.1");
		assertThat(Duration.ofNanos(System.nanoTime() - start)).as("four quarters of a second")
			.isLessThan(Duration.ofMillis(900));
		assertThat(TestNet.call(connection, "test/echo", new byte[3])).hasSize(3);
	}

	@Test
	void whenTheFamilyOfTheFirstAddressIsDeadThenTheOtherAnswers() throws Exception {
		Connection connection = connect(Duration.ofSeconds(5), "::1", "127.0.0.1");
		assertThat(TestNet.call(connection, "test/echo", new byte[3])).hasSize(3);
	}

	@Test
	void whenOneAnswersThenTheOthersAreLeftAlone() throws Exception {
		try (DatagramSocket second = silent("127.0.0.2")) {
			connect(Duration.ofSeconds(5), "127.0.0.1", "127.0.0.2");
			SilentSocket.assertGivenUp(second);
		}
	}

	@Test
	void manyDeadAddressesLeaveTimeForTheLastOne() throws Exception {
		List<DatagramSocket> silent = new ArrayList<>();
		String[] addresses = new String[10];
		try {
			for (int i = 0; i < 9; i++) {
				addresses[i] = "127.0.0." + (i + 2);
				silent.add(silent(addresses[i]));
			}
			addresses[9] = "127.0.0.1";
			Connection connection = connect(Duration.ofSeconds(2), addresses);
			assertThat(TestNet.call(connection, "test/echo", new byte[3])).hasSize(3);
		}
		finally {
			silent.forEach(DatagramSocket::close);
		}
	}

	/** As a cold virtual machine does, which loads classes until the first datagram. */
	@Test
	void whenThisNodeNeedsTheWholeTimeToBeginThenThePeerHasItsOwn() throws Exception {
		Duration timeout = Duration.ofSeconds(1);
		AtomicInteger engines = new AtomicInteger();
		TlsContexts slow = new TlsContexts() {

			@Override
			public QuicSslContext client() {
				if (engines.getAndIncrement() == 0) {
					LockSupport.parkNanos(timeout.plusMillis(100).toNanos());
				}
				return TestNet.TLS.client();
			}

			@Override
			public QuicSslContext server() {
				return TestNet.TLS.server();
			}

			@Override
			public @Nullable String peerName() {
				return TestNet.TLS.peerName();
			}

			@Override
			public NodeKey key() {
				return TestNet.TLS.key();
			}

			@Override
			public String source() {
				return TestNet.TLS.source();
			}

		};
		Connection connection = new QuicConnector(this.net.clientTransport, slow, TestNet.node("client"))
			.connect(this.net.endpoint(), timeout)
			.block(timeout.multipliedBy(10));
		assertThat(connection).isNotNull();
		assertThat(engines).hasPositiveValue();
	}

	@Test
	void whenNoAddressAnswersThenTheFailureComesInTime() throws Exception {
		try (DatagramSocket silent = silent("127.0.0.2")) {
			long start = System.nanoTime();
			RpcException error = catchThrowableOfType(RpcException.class,
					() -> connect(Duration.ofMillis(600), "127.0.0.2", "127.0.0.3"));
			assertThat(Duration.ofNanos(System.nanoTime() - start)).isBetween(Duration.ofMillis(500),
					Duration.ofMillis(1500));
			assertThat(error.status().message()).contains("many.example:" + this.net.listener.port());
			SilentSocket.assertGivenUp(silent);
		}
	}

	@Test
	void whenASilentAddressWasDialledSeveralTimesThenTheFailureTellsOfTheWholeTime() throws Exception {
		try (DatagramSocket silent = silent("127.0.0.2")) {
			for (int i = 0; i < 4; i++) {
				RpcException error = catchThrowableOfType(RpcException.class,
						() -> connect(Duration.ofMillis(900), "127.0.0.2"));
				Matcher waited = Pattern.compile("no answer within (\\d+) ms").matcher(error.status().message());
				assertThat(waited.find()).as(error.status().message()).isTrue();
				assertThat(Integer.parseInt(waited.group(1))).as("milliseconds").isGreaterThan(600);
			}
			SilentSocket.assertGivenUp(silent);
		}
	}

	private Connection connect(Duration timeout, String... addresses) {
		int before = this.net.listener.connections();
		Connection connection = new QuicConnector(this.net.clientTransport, TestNet.TLS, TestNet.node("client"),
				(host) -> Mono.just(addresses(addresses)))
			.connect(new Endpoint("many.example", this.net.listener.port()), timeout)
			.block();
		assertThat(connection).isNotNull();
		Awaitility.await().until(() -> this.net.listener.connections() == before + 1);
		return connection;
	}

	private static List<InetAddress> addresses(String... texts) {
		List<InetAddress> addresses = new ArrayList<>();
		for (String text : texts) {
			addresses.add(address(text));
		}
		return addresses;
	}

	private static InetAddress address(String text) {
		try {
			return InetAddress.getByName(text);
		}
		catch (java.net.UnknownHostException ex) {
			throw new IllegalArgumentException(ex);
		}
	}

	/** A socket at the listener's port of another address that answers nothing. */
	private DatagramSocket silent(String address) throws Exception {
		return new DatagramSocket(this.net.listener.port(), address(address));
	}

}
