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
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

import io.macula.Endpoint;
import io.macula.Realm;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Unary calls over real QUIC on loopback.
 */
class QuicTransportTests {

	private static final TestTls TLS = TestTls.create("a.realm.macula");

	private final TestHandler handler = new TestHandler();

	private Transport transport;

	private QuicListener listener;

	private Connection connection;

	@BeforeEach
	void connect() throws Exception {
		this.transport = Transport.create(TransportSettings.defaults());
		this.listener = QuicListener.start(this.transport, TLS, InetAddress.getLoopbackAddress(), 0, this.handler,
				node("provider"));
		this.connection = new QuicConnector(this.transport, TLS, node("client"))
			.connect(new Endpoint("127.0.0.1", this.listener.port()), Duration.ofSeconds(10))
			.block();
	}

	@AfterEach
	void close() {
		this.listener.close();
		this.transport.close();
	}

	@Test
	void aCallComesBackWithItsResult() throws Exception {
		assertThat(echo("hello")).isEqualTo("hello");
		assertThat(this.connection.peer().nodeId()).isEqualTo("provider");
		assertThat(this.connection.state()).isEqualTo(Connection.State.READY);
		assertThat(this.connection.inFlight()).isZero();
	}

	@Test
	void manyCallsOfManyThreadsAreAllAnswered() throws Exception {
		List<Thread> threads = new ArrayList<>();
		List<TestCall> calls = new ArrayList<>();
		for (int t = 0; t < 8; t++) {
			List<TestCall> mine = new ArrayList<>();
			for (int i = 0; i < 1000; i++) {
				mine.add(TestCall.of("test/echo", ("call " + t + "/" + i).getBytes(StandardCharsets.UTF_8)));
			}
			calls.addAll(mine);
			Thread thread = new Thread(() -> mine.forEach(this.connection::send));
			threads.add(thread);
			thread.start();
		}
		for (Thread thread : threads) {
			thread.join();
		}
		for (TestCall call : calls) {
			assertThat(call.answer.get(20, TimeUnit.SECONDS)).isEqualTo(call.payload());
		}
		assertThat(this.handler.reads.get()).isLessThan(this.handler.calls.get());
	}

	private String echo(String text) throws Exception {
		TestCall call = TestCall.of("test/echo", text.getBytes(StandardCharsets.UTF_8));
		this.connection.send(call);
		return new String(call.answer.get(20, TimeUnit.SECONDS), StandardCharsets.UTF_8);
	}

	static NodeInfo node(String id) {
		return new NodeInfo(new Realm("a"), id, 1, List.of("raw"));
	}

}
