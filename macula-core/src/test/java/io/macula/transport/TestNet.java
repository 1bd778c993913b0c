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
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import io.macula.Endpoint;
import io.macula.Realm;
import io.macula.Status;
import io.macula.tls.TlsContexts;

/**
 * A provider and a client in this process, on event loops of their own.
 */
final class TestNet implements AutoCloseable {

	static final TestTls TLS = TestTls.create("a.realm.macula");

	final TestHandler handler = new TestHandler();

	final Transport serverTransport;

	final Transport clientTransport;

	final QuicListener listener;

	TestNet() {
		this(TransportSettings.defaults(), TransportSettings.defaults());
	}

	TestNet(TransportSettings server, TransportSettings client) {
		this.serverTransport = Transport.create(server);
		this.clientTransport = Transport.create(client);
		this.listener = QuicListener.start(this.serverTransport, TLS, InetAddress.getLoopbackAddress(), 0, this.handler,
				node("provider"));
	}

	Endpoint endpoint() {
		return new Endpoint("127.0.0.1", this.listener.port());
	}

	Connection connect() {
		return connect(endpoint(), TLS, node("client"));
	}

	Connection connect(Endpoint endpoint, TlsContexts tls, NodeInfo self) {
		Connection connection = new QuicConnector(this.clientTransport, tls, self)
			.connect(endpoint, Duration.ofSeconds(10))
			.block();
		if (connection == null) {
			throw new IllegalStateException("no connection and no error");
		}
		return connection;
	}

	@Override
	public void close() {
		this.clientTransport.close();
		this.listener.close();
		this.serverTransport.close();
	}

	static NodeInfo node(String id) {
		return new NodeInfo(new Realm("a"), id, 1, List.of("raw"));
	}

	static byte[] bytes(String text) {
		return text.getBytes(StandardCharsets.UTF_8);
	}

	static byte[] call(Connection connection, String procedure, byte[] payload) throws Exception {
		TestCall call = TestCall.of(procedure, payload);
		connection.send(call);
		return call.answer.get(20, TimeUnit.SECONDS);
	}

	static Status failure(TestCall call) throws InterruptedException, TimeoutException {
		try {
			call.answer.get(20, TimeUnit.SECONDS);
			throw new AssertionError("expected a failure");
		}
		catch (ExecutionException ex) {
			return ((FailureException) ex.getCause()).status();
		}
	}

}
