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
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;

import io.macula.Endpoint;
import io.macula.testing.ImpairedLink;
import io.macula.testing.ImpairedLink.Direction;
import io.macula.testing.Impairment;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Payloads of many datagrams, over paths that carry large ones and over paths that do
 * not.
 */
@Timeout(120)
class DatagramSizeTests {

	private static final int LARGE = 64 << 10;

	private static final int IN_FLIGHT = 16;

	private final Random random = new Random(5);

	private TestNet net;

	private ImpairedLink link;

	@BeforeEach
	void listen() {
		this.net = new TestNet();
		this.link = ImpairedLink.to(new InetSocketAddress(InetAddress.getLoopbackAddress(), this.net.listener.port()),
				3);
	}

	@AfterEach
	void close() {
		this.net.close();
		this.link.close();
	}

	@Test
	void payloadsAroundEveryThresholdArriveUnchanged() throws Exception {
		Connection connection = this.net.connect();
		for (int threshold : new int[] { 1, 1_200, 1_350, 1_472, 2_048, 8_972, 16_000, 16 << 10, 32_000, 65_487, 65_507,
				1 << 16, 44 * 1_472, 128 << 10, 1 << 20 }) {
			List<TestCall> calls = new ArrayList<>();
			for (int size : new int[] { threshold - 1, threshold, threshold + 1 }) {
				calls.add(send(connection, size));
			}
			awaitAll(calls);
		}
	}

	@Test
	void manyLargePayloadsAtOnceArriveUnchanged() throws Exception {
		Connection connection = this.net.connect();
		for (int round = 0; round < 20; round++) {
			awaitAll(sendAll(connection));
		}
		assertThat(connection.state()).isEqualTo(Connection.State.READY);
	}

	@ParameterizedTest
	@ValueSource(ints = { 1_232, 1_350, 1_422, 1_472, 8_972 })
	void pathThatDropsLargerDatagramsLosesNoCall(int largest) throws Exception {
		this.link.impair(Impairment.NONE.withMaxBytes(largest));
		Connection connection = connect();
		for (int round = 0; round < 10; round++) {
			awaitAll(sendAll(connection));
		}
		assertThat(connection.state()).isEqualTo(Connection.State.READY);
		assertThat(this.net.handler.calls.get()).isEqualTo(10 * IN_FLIGHT);
		assertThat(this.link.dropped(Direction.TO_TARGET)).isPositive();
	}

	@Test
	void smallPathWithLossAndDelayLosesNoLargeCall() throws Exception {
		this.link.impair(Impairment.NONE.withMaxBytes(1_350).withLoss(0.03).withDelay(Duration.ofMillis(5)));
		Connection connection = connect();
		for (int round = 0; round < 3; round++) {
			awaitAll(sendAll(connection));
		}
		assertThat(this.net.handler.calls.get()).isEqualTo(3 * IN_FLIGHT);
	}

	@Test
	void whenThePathShrinksUnderALiveConnectionThenLargeCallsFlowOnWithinMoments() throws Exception {
		this.link.impair(Impairment.NONE.withMaxBytes(1_472));
		Connection connection = connect();
		for (int round = 0; round < 10; round++) {
			awaitAll(sendAll(connection));
		}
		this.link.impair(Impairment.NONE.withMaxBytes(1_232));
		long shrunk = System.nanoTime();
		awaitAll(List.of(send(connection, LARGE)));
		Duration stalled = Duration.ofNanos(System.nanoTime() - shrunk);
		awaitAll(sendAll(connection));
		assertThat(stalled).isLessThan(Duration.ofMillis(500));
		assertThat(connection.state()).isEqualTo(Connection.State.READY);
		assertThat(this.link.dropped(Direction.TO_TARGET)).isPositive();
		assertThat(this.link.dropped(Direction.TO_CLIENT)).isPositive();
	}

	@Test
	void whenThePathShrinksThenSmallCallsDoNotNotice() throws Exception {
		this.link.impair(Impairment.NONE.withMaxBytes(1_472));
		Connection connection = connect();
		for (int round = 0; round < 10; round++) {
			awaitAll(sendAll(connection));
		}
		this.link.impair(Impairment.NONE.withMaxBytes(1_232).withDelay(Duration.ofMillis(2)));
		List<TestCall> large = sendAll(connection);
		long worst = 0;
		for (int i = 0; i < 50; i++) {
			long start = System.nanoTime();
			awaitAll(List.of(send(connection, 50)));
			worst = Math.max(worst, System.nanoTime() - start);
		}
		awaitAll(large);
		assertThat(Duration.ofNanos(worst)).isLessThan(Duration.ofMillis(400));
		assertThat(connection.state()).isEqualTo(Connection.State.READY);
	}

	private Connection connect() {
		return this.net.connect(new Endpoint("127.0.0.1", this.link.address().getPort()), TestNet.TLS,
				TestNet.node("client"));
	}

	private List<TestCall> sendAll(Connection connection) {
		List<TestCall> calls = new ArrayList<>();
		for (int i = 0; i < IN_FLIGHT; i++) {
			calls.add(send(connection, LARGE));
		}
		return calls;
	}

	private TestCall send(Connection connection, int size) {
		byte[] payload = new byte[size];
		this.random.nextBytes(payload);
		TestCall call = new TestCall("test/echo", payload, Duration.ofSeconds(30), false);
		connection.send(call);
		return call;
	}

	private static void awaitAll(List<TestCall> calls) throws Exception {
		for (TestCall call : calls) {
			assertThat(call.answer.get(40, TimeUnit.SECONDS)).isEqualTo(call.payload());
		}
	}

}
