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

package io.macula.directory.zookeeper;

import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

import io.macula.node.RealmNode;
import io.macula.node.RealmNodeBuilder;
import io.macula.server.ProviderSettings;
import io.macula.tls.RealmSecret;
import org.awaitility.Awaitility;

/**
 * A provider and a client that calls it again and again, both with their directory on one
 * ensemble.
 */
final class CallingPair implements AutoCloseable {

	final AtomicInteger made = new AtomicInteger();

	final AtomicInteger failed = new AtomicInteger();

	private final String address;

	private final RealmNode provider;

	private final RealmNode client;

	private final Echo echo;

	private volatile boolean stopped;

	private final Thread thread = new Thread(this::run);

	CallingPair(String address) {
		this.address = address;
		RealmSecret secret = RealmSecret
			.of(Base64.getEncoder().encodeToString("a secret of thirty-two characters".getBytes()), "test");
		RealmNode provider = node("provider", secret)
			.provider(
					new ProviderSettings("127.0.0.1", 0, null, 0, 100, Map.of(), 20, 1000, 1000, Duration.ofSeconds(2)))
			.service("test.echo", Echo.class, (Echo) (text) -> "echo " + text)
			.build();
		provider.start();
		provider.advertise();
		RealmNode client = node("caller", secret).build();
		client.start();
		this.client = client;
		this.provider = provider;
		this.echo = client.client().proxy(Echo.class, "test.echo");
		Awaitility.await().atMost(Duration.ofSeconds(20)).ignoreExceptions().until(() -> this.echo.echo("x") != null);
	}

	private RealmNodeBuilder node(String nodeId, RealmSecret secret) {
		return RealmNode.builder("test")
			.nodeId(nodeId)
			.secret(secret)
			.directories(List.of(ZooKeeperDirectory.factory(ZooKeeperSettings.of(this.address))));
	}

	void start() {
		this.thread.start();
	}

	private void run() {
		while (!this.stopped) {
			this.made.incrementAndGet();
			try {
				this.echo.echo("x");
				LockSupport.parkNanos(10_000_000);
			}
			catch (Exception ex) {
				this.failed.incrementAndGet();
			}
		}
	}

	void stop() throws InterruptedException {
		this.stopped = true;
		this.thread.join();
	}

	@Override
	public void close() {
		this.stopped = true;
		this.client.close();
		this.provider.close();
	}

	/** A contract. */
	interface Echo {

		String echo(String text);

	}

}
