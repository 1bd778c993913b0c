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

package io.macula.spring.propagation;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;

/** A token endpoint over HTTP, which gives t1, t2 and so on. */
final class Issuer implements AutoCloseable {

	final AtomicInteger asked = new AtomicInteger();

	/** What was sent to it. */
	final Queue<String> bodies = new ConcurrentLinkedQueue<>();

	volatile int status = 200;

	volatile String error = "";

	volatile int seconds = 3600;

	/** Answers wait for it. */
	volatile CountDownLatch answers = new CountDownLatch(0);

	private final ExecutorService threads = Executors.newCachedThreadPool();

	private final HttpServer server;

	Issuer() {
		try {
			this.server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
		}
		catch (IOException ex) {
			throw new IllegalStateException(ex);
		}
		this.server.setExecutor(this.threads);
		this.server.createContext("/token", this::answer);
		this.server.start();
	}

	private void answer(HttpExchange exchange) throws IOException {
		int number = this.asked.incrementAndGet();
		this.bodies.add(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
		try {
			this.answers.await();
		}
		catch (InterruptedException ex) {
			exchange.close();
			return;
		}
		String body = (this.status == 200)
				? "{\"access_token\":\"t" + number + "\",\"token_type\":\"Bearer\",\"expires_in\":" + this.seconds + "}"
				: "{\"error\":\"" + this.error + "\"}";
		byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
		exchange.getResponseHeaders().add("Content-Type", "application/json");
		exchange.sendResponseHeaders(this.status, bytes.length);
		exchange.getResponseBody().write(bytes);
		exchange.close();
	}

	String uri() {
		return "http://127.0.0.1:" + this.server.getAddress().getPort() + "/token";
	}

	@Override
	public void close() {
		this.server.stop(0);
		this.threads.shutdownNow();
	}

}
