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
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import java.util.stream.Stream;

import io.macula.MaculaMethod;
import io.macula.client.RetryFigures;
import io.macula.client.ServiceSettings;
import io.macula.node.TracingBridge.Finished;
import io.macula.server.ProviderSettings;
import io.macula.tls.RealmSecret;
import io.micrometer.observation.Observation;
import io.micrometer.observation.contextpropagation.ObservationThreadLocalAccessor;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import reactor.core.publisher.Mono;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests of the trace of a call that needs a second attempt, after the first or beside it:
 * both hang below the call, and what each instance served below its own attempt.
 */
@Timeout(60)
class TracedAttemptsTests {

	private static final RealmSecret SECRET = RealmSecret.of("Vq3kT8RzX1mWc7Jp0LdYs5HbN2gTf9QeAu6Ko4Ei+rM=",
			"the test");

	private final List<RealmNode> nodes = new ArrayList<>();

	private final CountDownLatch over = new CountDownLatch(1);

	@AfterEach
	void closeNodes() {
		this.over.countDown();
		for (int i = this.nodes.size() - 1; i >= 0; i--) {
			this.nodes.get(i).close();
		}
	}

	static Stream<Arguments> calls() {
		Map<String, Function<Quotes, String>> calls = Map.of("retry", (quotes) -> quotes.retried("a"), "reactive retry",
				(quotes) -> quotes.retriedMono("a").block(), "hedge", (quotes) -> quotes.hedged("a"), "reactive hedge",
				(quotes) -> quotes.hedgedMono("a").block());
		return Stream.of(TracingBridge.brave(), TracingBridge.otel())
			.flatMap((bridge) -> calls.entrySet()
				.stream()
				.map((call) -> Arguments.of(bridge, call.getKey(), call.getValue())));
	}

	@ParameterizedTest(name = "{0}: {1}")
	@MethodSource("calls")
	void whenACallNeedsTwoAttemptsThenBothHangBelowIt(TracingBridge bridge, String kind,
			Function<Quotes, String> call) {
		bridge.spans().clear();
		Quotes quotes = quotes(bridge, kind.contains("retry") ? Duration.ofSeconds(1) : Duration.ofSeconds(20));
		Observation outer = Observation.start("outer", bridge.registry());
		assertThat(outer.scoped(() -> call.apply(quotes))).isEqualTo("A");
		outer.stop();
		this.over.countDown();
		RetryFigures figures = this.nodes.get(2).report("test.quotes").retries();
		assertThat(figures.retries()).isEqualTo(kind.contains("retry") ? 1 : 0);
		assertThat(figures.hedges()).isEqualTo(kind.contains("hedge") ? 1 : 0);
		assertThat(figures.budgetRefused()).isZero();
		Awaitility.await().untilAsserted(() -> assertThat(bridge.spans()).hasSize(6));
		Finished root = below(bridge, null).get(0);
		assertThat(bridge.spans()).extracting(Finished::trace).containsOnly(root.trace());
		assertThat(root.name()).isEqualTo("outer");
		List<Finished> calls = below(bridge, root);
		assertThat(calls).hasSize(1);
		List<Finished> attempts = below(bridge, calls.get(0));
		assertThat(attempts).hasSize(2).extracting(Finished::remote).containsExactlyInAnyOrder(address(0), address(1));
		assertThat(attempts)
			.allSatisfy((attempt) -> assertThat(below(bridge, attempt)).as("served below %s", attempt).hasSize(1));
	}

	private static List<Finished> below(TracingBridge bridge, Finished parent) {
		return bridge.spans()
			.stream()
			.filter((span) -> (parent != null) ? parent.id().equals(span.parent()) : span.parent() == null)
			.toList();
	}

	private String address(int node) {
		return "127.0.0.1:" + this.nodes.get(node).port();
	}

	private Quotes quotes(TracingBridge bridge, Duration attemptTimeout) {
		ObservationThreadLocalAccessor.getInstance().setObservationRegistry(bridge.registry());
		Handler handler = new Handler(this.over);
		for (int i = 1; i <= 2; i++) {
			RealmNodeBuilder builder = RealmNode.builder("test")
				.nodeId("node" + i)
				.secret(SECRET)
				.observations(bridge.registry())
				.provider(new ProviderSettings("127.0.0.1", 0, null, 0, 100, Map.of(), 20, 1000, 1000,
						Duration.ofSeconds(2)))
				.service("test.quotes", Quotes.class, handler);
			if (i == 2) {
				builder.seeds(address(0));
			}
			this.nodes.add(builder.build());
			this.nodes.get(i - 1).start();
			this.nodes.get(i - 1).advertise();
		}
		RealmNode client = RealmNode.builder("test")
			.nodeId("client")
			.secret(SECRET)
			.observations(bridge.registry())
			.defaults(ServiceSettings.defaults().withAttemptTimeout(attemptTimeout))
			.seeds(address(0), address(1))
			.build();
		this.nodes.add(client);
		client.start();
		Quotes quotes = client.client().proxy(Quotes.class, "test.quotes");
		Awaitility.await().untilAsserted(() -> assertThat(client.report().clients().get(0).instances()).hasSize(2));
		return quotes;
	}

	/** A contract whose methods may all run twice. */
	interface Quotes {

		@MaculaMethod(idempotent = true)
		String retried(String text);

		@MaculaMethod(idempotent = true)
		Mono<String> retriedMono(String text);

		@MaculaMethod(idempotent = true, hedge = "50ms")
		String hedged(String text);

		@MaculaMethod(idempotent = true, hedge = "50ms")
		Mono<String> hedgedMono(String text);

	}

	/** Does not answer the first call, whichever instance gets it. */
	private static final class Handler implements Quotes {

		private final CountDownLatch over;

		private final AtomicBoolean called = new AtomicBoolean();

		Handler(CountDownLatch over) {
			this.over = over;
		}

		@Override
		public String retried(String text) {
			if (this.called.compareAndSet(false, true)) {
				try {
					this.over.await();
				}
				catch (InterruptedException ex) {
					Thread.currentThread().interrupt();
				}
			}
			return text.toUpperCase(java.util.Locale.ROOT);
		}

		@Override
		public Mono<String> retriedMono(String text) {
			return this.called.compareAndSet(false, true) ? Mono.never()
					: Mono.just(text.toUpperCase(java.util.Locale.ROOT));
		}

		@Override
		public String hedged(String text) {
			return retried(text);
		}

		@Override
		public Mono<String> hedgedMono(String text) {
			return retriedMono(text);
		}

	}

}
