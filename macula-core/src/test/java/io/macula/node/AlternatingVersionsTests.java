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
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;

import io.macula.server.ProviderSettings;
import io.macula.tls.RealmSecret;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Instances whose version changes while they are called: what the directory tells of them
 * is out of date again and again.
 */
class AlternatingVersionsTests {

	private static final int ROUNDS = 120;

	private final List<RealmNode> nodes = new ArrayList<>();

	private final AtomicBoolean over = new AtomicBoolean();

	private final AtomicLong succeeded = new AtomicLong();

	private final ConcurrentLinkedQueue<Throwable> failures = new ConcurrentLinkedQueue<>();

	interface First {

		String find(String id);

		int size(int a);

	}

	interface Second {

		String find(String id);

		int added(int a);

	}

	interface Third {

		String find(String id);

		int size(int[] all);

	}

	@AfterEach
	void closeNodes() {
		this.over.set(true);
		for (int i = this.nodes.size() - 1; i >= 0; i--) {
			this.nodes.get(i).close();
		}
	}

	private RealmNode provider(String nodeId, String... seeds) {
		RealmNode node = RealmNode.builder("test")
			.nodeId(nodeId)
			.secret(RealmSecret.of("Vq3kT8RzX1mWc7Jp0LdYs5HbN2gTf9QeAu6Ko4Ei+rM=", "the test"))
			.seeds(seeds)
			.provider(
					new ProviderSettings("127.0.0.1", 0, null, 0, 100, Map.of(), 20, 1000, 1000, Duration.ofSeconds(2)))
			.service("own." + nodeId, First.class, first())
			.build();
		this.nodes.add(node);
		node.start();
		node.advertise();
		return node;
	}

	private static First first() {
		return new First() {

			@Override
			public String find(String id) {
				return id;
			}

			@Override
			public int size(int a) {
				return a;
			}

		};
	}

	private static @Nullable ProvidedService provide(RealmNode node, int version) {
		return switch (version) {
			case 1 -> node.provide("changing", First.class, first());
			case 2 -> node.provide("changing", Second.class, new Second() {

				@Override
				public String find(String id) {
					return id;
				}

				@Override
				public int added(int a) {
					return a;
				}

			});
			case 3 -> node.provide("changing", Third.class, new Third() {

				@Override
				public String find(String id) {
					return id;
				}

				@Override
				public int size(int[] all) {
					return all.length;
				}

			});
			default -> null;
		};
	}

	@Test
	void whileAnInstanceStaysTheVersionsThatOthersHadFailNoCall() throws Exception {
		RealmNode settled = provider("settled");
		String seed = "127.0.0.1:" + settled.port();
		List<RealmNode> changing = List.of(provider("a", seed), provider("b", seed));
		settled.provide("changing", First.class, first());
		RealmNode client = RealmNode.builder("test")
			.nodeId("client")
			.secret(RealmSecret.of("Vq3kT8RzX1mWc7Jp0LdYs5HbN2gTf9QeAu6Ko4Ei+rM=", "the test"))
			.seeds(seed)
			.build();
		this.nodes.add(client);
		client.start();
		First proxy = client.client().proxy(First.class, "changing");
		assertThat(proxy.find("x")).isEqualTo("x");
		List<Thread> callers = List.of(caller(() -> proxy.size(7)), caller(() -> proxy.find("x")),
				caller(() -> proxy.size(7)));
		Random random = new Random(3);
		@Nullable ProvidedService[] provided = new ProvidedService[changing.size()];
		for (int i = 0; i < ROUNDS; i++) {
			int which = random.nextInt(changing.size());
			ProvidedService before = provided[which];
			if (before != null) {
				before.withdraw(Duration.ofSeconds(3)).block();
			}
			provided[which] = provide(changing.get(which), random.nextInt(4));
			// Calls meet each state.
			long calls = this.succeeded.get();
			Awaitility.await()
				.pollDelay(Duration.ZERO)
				.pollInterval(Duration.ofMillis(1))
				.until(() -> this.succeeded.get() >= calls + 20 || !this.failures.isEmpty());
		}
		this.over.set(true);
		for (Thread caller : callers) {
			caller.join(10_000);
			assertThat(caller.isAlive()).isFalse();
		}
		assertThat(this.failures).isEmpty();
	}

	private Thread caller(Supplier<Object> call) {
		Thread thread = new Thread(() -> {
			while (!this.over.get()) {
				try {
					call.get();
					this.succeeded.incrementAndGet();
				}
				catch (Throwable ex) {
					this.failures.add(ex);
					return;
				}
			}
		}, "caller");
		thread.setDaemon(true);
		thread.start();
		return thread;
	}

}
