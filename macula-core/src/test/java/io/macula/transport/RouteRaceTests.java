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
import java.net.SocketException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

import io.macula.Code;
import io.macula.Endpoint;
import io.macula.RpcException;
import io.macula.Status;
import io.macula.udp.Addresses;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

/**
 * Dialling an instance of several addresses, over real QUIC.
 */
class RouteRaceTests {

	private static final Duration TIMEOUT = Duration.ofSeconds(5);

	private TestNet net;

	private QuicListener other;

	@BeforeEach
	void start() {
		this.net = new TestNet();
		this.other = QuicListener.start(this.net.serverTransport, TestNet.TLS, InetAddress.getLoopbackAddress(), 0,
				new TestHandler(), TestNet.node("stranger"));
		this.net.connect();
	}

	@AfterEach
	void close() {
		this.other.close();
		this.net.close();
	}

	@Test
	void whenBothAnswerThenTheFirstIsTaken() {
		Connection connection = connect(List.of(this.net.endpoint(), stranger()), (each) -> null);
		assertThat(connection.endpoint()).isEqualTo(this.net.endpoint());
		assertThat(connect(List.of(stranger(), this.net.endpoint()), (each) -> null).peer().nodeId())
			.isEqualTo("stranger");
	}

	@Test
	void whenTheFirstIsSilentThenTheSecondIsDialledAfterAQuarterOfASecond() throws Exception {
		try (DatagramSocket silent = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
			List<Endpoint> route = List.of(new Endpoint("127.0.0.1", silent.getLocalPort()), this.net.endpoint());
			List<Duration> taken = new ArrayList<>();
			// One of them on a busy machine, too; the first loads classes.
			while (taken.size() < 8 && taken.stream().noneMatch((each) -> each.toMillis() < 350)) {
				long start = System.nanoTime();
				Connection connection = connect(route, (each) -> null);
				taken.add(Duration.ofNanos(System.nanoTime() - start));
				assertThat(connection.endpoint()).isEqualTo(this.net.endpoint());
				assertThat(TestNet.call(connection, "test/echo", new byte[3])).hasSize(3);
			}
			assertThat(taken).allMatch((each) -> each.toMillis() >= 240)
				.last()
				.matches((each) -> each.toMillis() < 350);
			SilentSocket.assertGivenUp(silent);
		}
	}

	@Test
	void whenAStrangerAnswersThenTheNextIsDialledAtOnce() throws Exception {
		List<String> asked = new ArrayList<>();
		long start = System.nanoTime();
		Connection connection = connect(List.of(stranger(), this.net.endpoint()), (each) -> {
			asked.add(each.peer().nodeId());
			return refuseStrangers(each);
		});
		assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(2));
		assertThat(connection.peer().nodeId()).isEqualTo("provider");
		assertThat(asked).contains("stranger");
		assertThat(TestNet.call(connection, "test/echo", new byte[3])).hasSize(3);
	}

	@Test
	void whenANameIsUnknownOrNotResolvedYetThenTheOtherIsDialled() {
		QuicConnector connector = connector(Map.of("gone.example", Mono.error(new UnknownHostException("gone.example")),
				"late.example", Mono.never()));
		for (String name : List.of("gone.example", "late.example")) {
			long start = System.nanoTime();
			Connection connection = connector
				.connect(List.of(new Endpoint(name, 9), this.net.endpoint()), (each) -> null, TIMEOUT)
				.block();
			assertThat(connection).isNotNull();
			assertThat(Duration.ofNanos(System.nanoTime() - start)).as(name).isLessThan(Duration.ofSeconds(2));
			assertThat(connection.endpoint()).isEqualTo(this.net.endpoint());
		}
	}

	@Test
	void whenAFartherNameIsLateThenItIsDialledWhenTheNearerFailed() {
		Mono<List<InetAddress>> late = Mono.delay(Duration.ofMillis(300))
			.thenReturn(List.of(InetAddress.getLoopbackAddress()));
		Connection connection = connector(Map.of("late.example", late))
			.connect(List.of(unused(), new Endpoint("late.example", this.net.listener.port())), (each) -> null, TIMEOUT)
			.block();
		assertThat(connection).isNotNull();
		assertThat(connection.endpoint().host()).isEqualTo("late.example");
	}

	@Test
	void whenNoneCanBeUsedThenTheFailureNamesEach() {
		Endpoint unused = unused();
		QuicConnector connector = connector(Map.of("gone.example", Mono.error(new UnknownHostException("x"))));
		RpcException error = catchThrowableOfType(RpcException.class,
				() -> connector
					.connect(List.of(stranger(), new Endpoint("gone.example", 9), unused),
							RouteRaceTests::refuseStrangers, TIMEOUT)
					.block());
		assertThat(error.status().code()).isEqualTo(Code.UNAVAILABLE);
		assertThat(error.status().message()).startsWith("none of 3 addresses can be used: ")
			.contains("a stranger is at " + stranger(), "host name 'gone.example' cannot be resolved",
					"no connection to " + unused, "nobody listens");
	}

	@Test
	void whenTheTimeIsOverThenTheFailureComesInTime() throws Exception {
		try (DatagramSocket silent = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
			Endpoint first = new Endpoint("127.0.0.1", silent.getLocalPort());
			long start = System.nanoTime();
			RpcException error = catchThrowableOfType(RpcException.class,
					() -> connector(Map.of("late.example", Mono.never()))
						.connect(List.of(first, new Endpoint("late.example", 9)), (each) -> null,
								Duration.ofMillis(600))
						.block());
			assertThat(Duration.ofNanos(System.nanoTime() - start)).isBetween(Duration.ofMillis(500),
					Duration.ofSeconds(3));
			assertThat(error.status().message()).contains("no connection to " + first, "no answer within",
					"no connection to late.example:9");
		}
	}

	private static @Nullable Status refuseStrangers(Connection connection) {
		return connection.peer().nodeId().equals("stranger")
				? Status.notProcessed(Code.UNAVAILABLE, "a stranger is at " + connection.endpoint()) : null;
	}

	private Endpoint stranger() {
		return new Endpoint("127.0.0.1", this.other.port());
	}

	/** A port at which nobody listens. */
	private static Endpoint unused() {
		try (DatagramSocket socket = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
			return new Endpoint("127.0.0.1", socket.getLocalPort());
		}
		catch (SocketException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private Connection connect(List<Endpoint> endpoints, Function<Connection, @Nullable Status> objection) {
		Connection connection = connector(Map.of()).connect(endpoints, objection, TIMEOUT).block();
		assertThat(connection).isNotNull();
		return connection;
	}

	private QuicConnector connector(Map<String, Mono<List<InetAddress>>> names) {
		return new QuicConnector(this.net.clientTransport, TestNet.TLS, TestNet.node("client"),
				(host) -> names.getOrDefault(host, Addresses.resolve(host)));
	}

}
