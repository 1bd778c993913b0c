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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

import io.macula.MaculaMethod;
import io.macula.RpcException;
import io.macula.observation.AttemptObservationContext;
import io.macula.server.ProviderSettings;
import io.macula.tls.RealmSecret;
import io.macula.transport.TransportSettings;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationHandler;
import io.micrometer.observation.ObservationRegistry;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests of payloads that are too large, for either side, in each direction and shape:
 * what fails names the setting, and is tried once although every method is idempotent and
 * a second provider is there.
 */
@Timeout(60)
class OversizePayloadTests {

	private static final RealmSecret SECRET = RealmSecret.of("Vq3kT8RzX1mWc7Jp0LdYs5HbN2gTf9QeAu6Ko4Ei+rM=",
			"the test");

	private static final int SMALL = 64 << 10;

	private static final String LARGE = "x".repeat(SMALL + 1);

	private final List<RealmNode> nodes = new ArrayList<>();

	private final AtomicInteger attempts = new AtomicInteger();

	@AfterEach
	void closeNodes() {
		for (int i = this.nodes.size() - 1; i >= 0; i--) {
			this.nodes.get(i).close();
		}
	}

	/** Which side has the limit: this client, its providers, both. */
	static Stream<int[]> limits() {
		int large = 1 << 20;
		return Stream.of(new int[] { SMALL, large }, new int[] { large, SMALL }, new int[] { SMALL, SMALL });
	}

	private static TransportSettings transport(int maxPayloadBytes) {
		TransportSettings all = TransportSettings.defaults();
		return new TransportSettings(all.idleTimeout(), all.keepAlive(), all.suspicion(), maxPayloadBytes,
				all.laneThresholdBytes(), all.lanes(), all.maxConnections(), all.maxInFlightPerConnection(),
				all.maxStreamsPerConnection(), all.eventLoops(), all.spin());
	}

	private RealmNode start(RealmNodeBuilder builder) {
		RealmNode node = builder.secret(SECRET).build();
		this.nodes.add(node);
		node.start();
		return node;
	}

	private RealmNode provider(String nodeId, int limit, String... seeds) {
		RealmNode node = start(RealmNode.builder("test")
			.nodeId(nodeId)
			.transport(transport(limit))
			.seeds(seeds)
			.provider(
					new ProviderSettings("127.0.0.1", 0, null, 0, 100, Map.of(), 20, 1000, 1000, Duration.ofSeconds(2)))
			.service("test.bodies", Bodies.class, new Handler()));
		node.advertise();
		return node;
	}

	private Bodies client(int limit, int providersLimit) {
		RealmNode first = provider("node1", providersLimit);
		provider("node2", providersLimit, "127.0.0.1:" + first.port());
		ObservationRegistry observations = ObservationRegistry.create();
		observations.observationConfig().observationHandler(new ObservationHandler<>() {

			@Override
			public void onStart(Observation.Context context) {
				OversizePayloadTests.this.attempts.incrementAndGet();
			}

			@Override
			public boolean supportsContext(Observation.Context context) {
				return context instanceof AttemptObservationContext;
			}

		});
		RealmNode client = start(RealmNode.builder("test")
			.nodeId("client")
			.transport(transport(limit))
			.observations(observations)
			.seeds("127.0.0.1:" + first.port()));
		Bodies bodies = client.client().proxy(Bodies.class, "test.bodies");
		Awaitility.await().until(() -> client.report().clients().get(0).instances().size() == 2);
		return bodies;
	}

	@ParameterizedTest
	@MethodSource("limits")
	void whenAPayloadIsTooLargeThenItNamesTheSettingAndIsTriedOnce(int[] limit) throws Exception {
		Bodies bodies = client(limit[0], limit[1]);
		assertThat(bodies.value("a")).isEqualTo("a");
		Map<String, Callable<?>> calls = new LinkedHashMap<>();
		calls.put("argument", () -> bodies.value(LARGE));
		calls.put("argument of a future", () -> bodies.future(LARGE).get());
		calls.put("argument of a Mono", () -> bodies.mono(LARGE).block());
		calls.put("argument of a Flux", () -> bodies.flux(LARGE).collectList().block());
		calls.put("result", () -> bodies.value("large"));
		calls.put("result of a future", () -> bodies.future("large").get());
		calls.put("result of a Mono", () -> bodies.mono("large").block());
		calls.put("element of a result", () -> bodies.flux("large").collectList().block());
		calls.put("element of an argument", () -> bodies.all(Flux.just("a", LARGE)).block());
		for (String what : calls.keySet()) {
			this.attempts.set(0);
			Throwable thrown = failure(calls.get(what));
			assertThat(thrown).as(what)
				.isInstanceOf(RpcException.class)
				.hasMessageContaining("macula.transport.max-payload")
				.hasMessageContaining(String.valueOf(SMALL));
			assertThat(this.attempts).as(what).hasValueLessThanOrEqualTo(1);
			assertThat(bodies.value("a")).as("after %s", what).isEqualTo("a");
		}
	}

	private static Throwable failure(Callable<?> call) {
		try {
			return new AssertionError("it returned " + String.valueOf(call.call()).length() + " characters");
		}
		catch (ExecutionException ex) {
			return ex.getCause();
		}
		catch (Throwable ex) {
			return ex;
		}
	}

	/** A contract. */
	interface Bodies {

		@MaculaMethod(idempotent = true)
		String value(String body);

		@MaculaMethod(idempotent = true)
		CompletableFuture<String> future(String body);

		@MaculaMethod(idempotent = true)
		Mono<String> mono(String body);

		@MaculaMethod(idempotent = true)
		Flux<String> flux(String body);

		@MaculaMethod(idempotent = true)
		Mono<String> all(Flux<String> bodies);

	}

	private static final class Handler implements Bodies {

		@Override
		public String value(String body) {
			return body.equals("large") ? LARGE : body;
		}

		@Override
		public CompletableFuture<String> future(String body) {
			return CompletableFuture.completedFuture(value(body));
		}

		@Override
		public Mono<String> mono(String body) {
			return Mono.just(value(body));
		}

		@Override
		public Flux<String> flux(String body) {
			return Flux.just("a", value(body));
		}

		@Override
		public Mono<String> all(Flux<String> bodies) {
			return bodies.last();
		}

	}

}
