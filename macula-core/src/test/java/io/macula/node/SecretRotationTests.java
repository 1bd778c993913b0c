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

package io.macula.node;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

import io.macula.Realm;
import io.macula.server.ProviderSettings;
import io.macula.tls.RealmSecret;
import io.macula.tls.SecretTls;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * A realm of three nodes changes its secret while a client calls.
 */
@Timeout(120)
class SecretRotationTests {

	private static final RealmSecret OLD = RealmSecret.of("Vq3kT8RzX1mWc7Jp0LdYs5HbN2gTf9QeAu6Ko4Ei+rM=", "old");

	private static final RealmSecret NEW = RealmSecret.of("m7Zt2Xc9Lq4WvRb1Ny8Kd5Gs0Pj3Hf6Ta+Ue2Io7Yx4=", "new");

	/**
	 * The procedure of docs/security.md; each node takes a step before any takes the
	 * next.
	 */
	private static final List<List<RealmSecret>> STEPS = List.of(List.of(OLD, NEW), List.of(NEW, OLD), List.of(NEW));

	private final Realm realm = new Realm("test");

	private final List<RealmNode> providers = new ArrayList<>();

	private final List<SecretTls> trust = new ArrayList<>();

	private final Queue<Throwable> failures = new ConcurrentLinkedQueue<>();

	private final AtomicInteger answered = new AtomicInteger();

	private final SecretTls clientTrust = SecretTls.of(this.realm, "client", OLD);

	private RealmNode client;

	private volatile boolean ended;

	@AfterEach
	void close() {
		this.ended = true;
		if (this.client != null) {
			this.client.close();
		}
		this.providers.forEach(RealmNode::close);
	}

	private RealmNode provider(int number, int port, SecretTls tls, String... seeds) {
		RealmNode node = RealmNode.builder("test")
			.nodeId("node" + number)
			.tls(tls)
			.seeds(seeds)
			.provider(new ProviderSettings("127.0.0.1", port, null, 0, 100, Map.of(), 20, 1000, 1000,
					Duration.ofSeconds(5)))
			.service("test.counter", Counter.class, new CounterHandler())
			.build();
		node.start();
		node.advertise();
		return node;
	}

	private void start(List<RealmSecret> secrets) {
		for (int i = 0; i < 3; i++) {
			SecretTls tls = SecretTls.of(this.realm, "node" + i, secrets);
			this.trust.add(tls);
			this.providers.add(provider(i, 0, tls, (i == 0) ? new String[0] : new String[] { seeds()[0] }));
		}
		this.client = RealmNode.builder("test").nodeId("client").tls(this.clientTrust).seeds(seeds()).build();
		this.client.start();
	}

	private String[] seeds() {
		return this.providers.stream().map((node) -> "127.0.0.1:" + node.port()).toArray(String[]::new);
	}

	private Thread callAllTheWhile() {
		Counter counter = this.client.client().proxy(Counter.class, "test.counter");
		counter.next(0);
		Thread caller = new Thread(() -> {
			for (int i = 0; !this.ended; i++) {
				try {
					if (counter.next(i) == i + 1) {
						this.answered.incrementAndGet();
					}
				}
				catch (RuntimeException ex) {
					this.failures.add(ex);
				}
			}
		}, "caller");
		caller.start();
		return caller;
	}

	private void assertAFreshClientCalls(RealmSecret secret) {
		try (RealmNode fresh = RealmNode.builder("test").nodeId("fresh").secret(secret).seeds(seeds()).build()) {
			fresh.start();
			assertThat(fresh.client().proxy(Counter.class, "test.counter").next(6)).isEqualTo(7);
		}
	}

	private void awaitCalls() {
		int before = this.answered.get();
		Awaitility.await().atMost(Duration.ofSeconds(20)).until(() -> this.answered.get() > before + 20);
	}

	@Test
	void whenTheNodesAreRestartedOneByOneThenNoCallIsLost() throws Exception {
		start(List.of(OLD));
		Thread caller = callAllTheWhile();
		for (List<RealmSecret> step : STEPS) {
			for (int i = 0; i < 3; i++) {
				int port = this.providers.get(i).port();
				String[] others = seeds();
				this.providers.get(i).close();
				this.providers.set(i, provider(i, port, SecretTls.of(this.realm, "node" + i, step), others));
				awaitInstances();
				awaitCalls();
			}
			this.clientTrust.update(step);
			awaitCalls();
			assertAFreshClientCalls(step.get(0));
		}
		end(caller);
	}

	@Test
	void whenTheSecretsAreReplacedInPlaceThenNoCallIsLost() throws Exception {
		start(List.of(OLD));
		Thread caller = callAllTheWhile();
		for (List<RealmSecret> step : STEPS) {
			for (SecretTls tls : this.trust) {
				tls.update(step);
				awaitCalls();
			}
			this.clientTrust.update(step);
			awaitCalls();
			assertAFreshClientCalls(step.get(0));
		}
		end(caller);
		assertThat(this.providers.get(0).report().security())
			.matches("realm 'test', secret from new \\(fingerprint [0-9a-f]{8}\\)");
		try (RealmNode late = RealmNode.builder("test").nodeId("late").secret(OLD).seeds(seeds()).build()) {
			late.start();
			Counter counter = late.client().proxy(Counter.class, "test.counter");
			assertThatThrownBy(() -> counter.next(1)).hasMessageContaining("another secret for the realm 'test'");
		}
	}

	private void awaitInstances() {
		Awaitility.await()
			.atMost(Duration.ofSeconds(20))
			.until(() -> this.client.report().clients().get(0).instances().size() == 3);
	}

	private void end(Thread caller) throws InterruptedException {
		this.ended = true;
		caller.join();
		assertThat(this.failures).isEmpty();
		assertThat(this.answered).hasValueGreaterThan(200);
	}

	/** Counts; not idempotent, so that nothing repeats a call that may have been run. */
	interface Counter {

		int next(int number);

	}

	/** Counts. */
	static final class CounterHandler implements Counter {

		@Override
		public int next(int number) {
			return number + 1;
		}

	}

}
