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
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;

import io.macula.client.MethodSettings;
import io.macula.client.ServiceSettings;
import io.macula.contract.Hedge;
import io.macula.node.RealmNodeTests.Calculator;
import io.macula.node.RealmNodeTests.CalculatorHandler;
import io.macula.node.RealmNodeTests.Question;
import io.macula.selection.EjectionSettings;
import io.macula.selection.SelectionStrategies;
import io.macula.server.ProviderLimits;
import io.macula.server.ProviderSettings;
import io.macula.tls.RealmSecret;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * Settings and limits that change under load.
 */
class ChangingSettingsTests {

	private static final RealmSecret SECRET = RealmSecret.of("Vq3kT8RzX1mWc7Jp0LdYs5HbN2gTf9QeAu6Ko4Ei+rM=",
			"the test");

	private static final ProviderSettings SETTINGS = new ProviderSettings("127.0.0.1", 0, null, 0, 100, Map.of(), 8,
			1000, 1000, Duration.ofSeconds(2));

	private final List<RealmNode> nodes = new ArrayList<>();

	@AfterEach
	void closeNodes() {
		for (int i = this.nodes.size() - 1; i >= 0; i--) {
			this.nodes.get(i).close();
		}
	}

	private RealmNode node(RealmNodeBuilder builder) {
		RealmNode node = builder.secret(SECRET).build();
		this.nodes.add(node);
		node.start();
		node.advertise();
		return node;
	}

	private RealmNode provider(String id, String... seeds) {
		return node(RealmNode.builder("test")
			.nodeId(id)
			.seeds(seeds)
			.provider(SETTINGS)
			.service("test.calculator", Calculator.class, new CalculatorHandler(id)));
	}

	@Test
	void eachCallIsAnsweredOnceWhileEverythingChanges() throws Exception {
		RealmNode first = provider("node1");
		RealmNode second = provider("node2", "127.0.0.1:" + first.port());
		RealmNode client = node(RealmNode.builder("test").nodeId("client").seeds("127.0.0.1:" + first.port()));
		Calculator calculator = client.client().proxy(Calculator.class, "test.calculator");
		calculator.multiply(new Question(1, 1));
		AtomicBoolean over = new AtomicBoolean();
		ExecutorService threads = Executors.newFixedThreadPool(4);
		try {
			List<Future<Integer>> callers = new ArrayList<>();
			for (int i = 0; i < 4; i++) {
				int mine = i;
				callers.add(threads.submit(() -> call(calculator, mine, over)));
			}
			long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(3);
			int changes = 0;
			while (System.nanoTime() < end) {
				client.client().change(settings(changes), Map.of());
				ProviderLimits limits = new ProviderLimits(4 + changes % 5, 500 + changes % 600, 500 + changes % 700,
						Duration.ofSeconds(1 + changes % 3));
				first.limits(limits);
				second.limits(limits);
				changes++;
				LockSupport.parkNanos(1_000_000);
			}
			over.set(true);
			int calls = 0;
			for (Future<Integer> caller : callers) {
				calls += caller.get(30, TimeUnit.SECONDS);
			}
			assertThat(changes).isGreaterThan(100);
			assertThat(calls).isGreaterThan(100);
		}
		finally {
			threads.shutdownNow();
		}
		assertThat(client.client().clients().get(0).waiting().instance()).isZero();
		assertThat(first.report().provider().inFlight()).isZero();
		assertThat(first.report().provider().refused() + second.report().provider().refused()).isZero();
	}

	private static ServiceSettings settings(int number) {
		ServiceSettings settings = ServiceSettings.defaults()
			.withDeadline(Duration.ofSeconds(20 + number % 10))
			.withFailover(new ServiceSettings.Failover(1 + number % 4, Duration.ofMillis(number % 50),
					Duration.ofSeconds(2), 0.2, 10 + number % 3))
			.withMethods((number % 3 == 0)
					? Map.of("multiply",
							new MethodSettings(Duration.ofSeconds(15), null, 2, Hedge.after(Duration.ofMillis(50))))
					: Map.of());
		EjectionSettings usual = settings.ejection();
		return new ServiceSettings("changing",
				(number % 2 == 0) ? SelectionStrategies.roundRobin() : SelectionStrategies.weightedRandom(), "cbor",
				settings.deadline(), (number % 5 == 0) ? Duration.ofSeconds(10) : null, settings.failover(),
				new EjectionSettings(true, 5 + number % 3, usual.failureRate(), usual.minimumCalls(),
						Duration.ofSeconds(1 + number % 10), usual.baseTime(), usual.maxTime(), usual.maxShare(), 0,
						usual.slowStart()),
				Duration.ofSeconds(5), false, settings.priority(), settings.methods());
	}

	private static int call(Calculator calculator, int mine, AtomicBoolean over) throws Exception {
		int calls = 0;
		while (!over.get()) {
			int number = mine * 1_000_000 + calls;
			assertThat(calculator.multiply(new Question(number, 2)).result()).isEqualTo(2L * number);
			List<CompletableFuture<Integer>> later = new ArrayList<>();
			for (int i = 0; i < 20; i++) {
				later.add(calculator.later(List.of(number, i)));
			}
			for (int i = 0; i < 20; i++) {
				assertThat(later.get(i).get(30, TimeUnit.SECONDS)).isEqualTo(number + i);
			}
			assertThat(calculator.count(5).collectList().block(Duration.ofSeconds(30))).hasSize(5);
			calls += 22;
		}
		return calls;
	}

	@Test
	void limitsHoldInTheNextLife() {
		RealmNode node = provider("node1");
		ProviderLimits limits = new ProviderLimits(3, 30, 300, Duration.ofSeconds(3));
		node.limits(limits);
		assertThat(node.limits()).isEqualTo(limits);
		assertThat(node.report().provider().handlers().maxThreads()).isEqualTo(3);
		node.weight(5);
		node.stop();
		node.start();
		assertThat(node.limits()).isEqualTo(limits);
		assertThat(node.report().provider().handlers().queueCapacity()).isEqualTo(30);
		assertThat(node.report().provider().weight()).isEqualTo(5);
	}

	@Test
	void whoDoesNotServeHasNoLimits() {
		RealmNode client = node(RealmNode.builder("test").nodeId("client").seeds("127.0.0.1:1"));
		assertThat(client.limits()).isNull();
		assertThatIllegalStateException().isThrownBy(() -> client.limits(SETTINGS.limits()))
			.withMessage("The limits of node 'client' cannot be changed: it is no provider: build it with"
					+ " ProviderSettings");
	}

}
