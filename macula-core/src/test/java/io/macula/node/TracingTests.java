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
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Stream;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.spi.ILoggingEvent;
import io.macula.node.TracingBridge.Finished;
import io.macula.server.ProviderSettings;
import io.macula.testing.LogLines;
import io.macula.tls.RealmSecret;
import io.micrometer.observation.Observation;
import io.micrometer.observation.contextpropagation.ObservationThreadLocalAccessor;
import io.micrometer.tracing.BaggageInScope;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.slf4j.MDC;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Hooks;
import reactor.core.publisher.Mono;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests of nodes that are traced through the bridges of Micrometer: one trace from the
 * caller to the handler for each shape of a method, and the caller's context on both
 * sides of it.
 */
@Timeout(60)
class TracingTests {

	private static final RealmSecret SECRET = RealmSecret.of("Vq3kT8RzX1mWc7Jp0LdYs5HbN2gTf9QeAu6Ko4Ei+rM=",
			"the test");

	private final List<RealmNode> nodes = new ArrayList<>();

	@RegisterExtension
	final LogLines log = LogLines.of("io");

	@AfterEach
	void closeNodes() {
		Hooks.disableAutomaticContextPropagation();
		for (int i = this.nodes.size() - 1; i >= 0; i--) {
			this.nodes.get(i).close();
		}
	}

	static Stream<TracingBridge> bridges() {
		return Stream.of(TracingBridge.brave(), TracingBridge.braveWithB3(), TracingBridge.otel());
	}

	private Shapes shapes(TracingBridge bridge) {
		ObservationThreadLocalAccessor.getInstance().setObservationRegistry(bridge.registry());
		RealmNode provider = RealmNode.builder("test")
			.nodeId("node1")
			.secret(SECRET)
			.observations(bridge.registry())
			.provider(
					new ProviderSettings("127.0.0.1", 0, null, 0, 100, Map.of(), 20, 1000, 1000, Duration.ofSeconds(2)))
			.service("test.shapes", Shapes.class, new Handler(bridge))
			.build();
		this.nodes.add(provider);
		provider.start();
		provider.advertise();
		RealmNode client = RealmNode.builder("test")
			.nodeId("client")
			.secret(SECRET)
			.observations(bridge.registry())
			.seeds("127.0.0.1:" + provider.port())
			.build();
		this.nodes.add(client);
		client.start();
		return client.client().proxy(Shapes.class, "test.shapes");
	}

	/**
	 * Each shape of a method, called so that what its handler saw comes back.
	 * @param here gets what the caller's own operators see
	 */
	private static Map<String, Call> calls(Shapes shapes, TracingBridge bridge, Collection<String> here) {
		return Map.of("value", () -> List.of(shapes.value("a")), "optional",
				() -> List.of(shapes.optional("a").orElseThrow()), "future", () -> List.of(shapes.future("a").get()),
				"mono", () -> List.of(see(shapes.mono("a"), bridge, here).block()), "flux",
				() -> see(shapes.flux("a"), bridge, here).collectList().block(), "value of flux",
				() -> List.of(shapes.valueOf(elements(bridge, here))), "future of flux",
				() -> List.of(shapes.futureOf(elements(bridge, here)).get()), "mono of flux",
				() -> List.of(see(shapes.monoOf(elements(bridge, here)), bridge, here).block()), "flux of flux",
				() -> see(shapes.fluxOf(elements(bridge, here)), bridge, here).collectList().block());
	}

	private static <T> Flux<T> see(Flux<T> results, TracingBridge bridge, Collection<String> here) {
		return results.doOnNext((result) -> here.add(seen(bridge)));
	}

	private static <T> Mono<T> see(Mono<T> result, TracingBridge bridge, Collection<String> here) {
		return result.doOnNext((value) -> here.add(seen(bridge)));
	}

	private static Flux<String> elements(TracingBridge bridge, Collection<String> here) {
		return see(Flux.range(0, 2).map((number) -> "e" + number), bridge, here);
	}

	private Finished traced(TracingBridge bridge, Callable<?> work) throws Exception {
		Observation outer = Observation.start("outer", bridge.registry());
		try (Observation.Scope ignored = outer.openScope();
				BaggageInScope baggage = bridge.tracer().createBaggageInScope(TracingBridge.USER, "alice")) {
			work.call();
		}
		outer.stop();
		Awaitility.await().untilAsserted(() -> assertThat(bridge.spans()).extracting(Finished::name).contains("outer"));
		return named(bridge, "outer");
	}

	private static Finished named(TracingBridge bridge, String name) {
		return bridge.spans().stream().filter((span) -> span.name().equals(name)).findFirst().orElseThrow();
	}

	@ParameterizedTest
	@MethodSource("bridges")
	void whenACallIsTracedThenItsSpansHangInOneLine(TracingBridge bridge) throws Exception {
		Map<String, Call> calls = calls(shapes(bridge), bridge, new ArrayList<>());
		for (String shape : calls.keySet()) {
			bridge.spans().clear();
			Finished outer = traced(bridge, calls.get(shape));
			Awaitility.await().untilAsserted(() -> assertThat(bridge.spans()).as(shape).hasSize(4));
			assertThat(bridge.spans()).as(shape).extracting(Finished::trace).containsOnly(outer.trace());
			assertThat(line(bridge.spans(), outer)).as("%s: %s", shape, bridge.spans()).hasSize(4);
		}
		assertThat(this.log.events()).filteredOn((line) -> line.getLevel().isGreaterOrEqual(Level.WARN))
			.extracting(ILoggingEvent::getFormattedMessage)
			.isEmpty();
	}

	private static List<Finished> line(List<Finished> spans, Finished first) {
		List<Finished> line = new ArrayList<>(List.of(first));
		Optional<Finished> next = Optional.of(first);
		while (next.isPresent()) {
			String parent = next.get().id();
			next = spans.stream().filter((span) -> parent.equals(span.parent())).findFirst();
			next.ifPresent(line::add);
		}
		return line;
	}

	@ParameterizedTest
	@MethodSource("bridges")
	void whenACallIsTracedThenItsAttemptNamesTheAddress(TracingBridge bridge) throws Exception {
		Shapes shapes = shapes(bridge);
		Finished outer = traced(bridge, () -> shapes.value("a"));
		Finished attempt = line(bridge.spans(), outer).get(2);
		assertThat(attempt.remote()).isEqualTo("127.0.0.1:" + this.nodes.get(0).port());
	}

	@ParameterizedTest
	@MethodSource("bridges")
	void whenContextsPropagateThenBothSidesOfAllShapesSeeTheirs(TracingBridge bridge) throws Exception {
		Hooks.enableAutomaticContextPropagation();
		Collection<String> here = new ConcurrentLinkedQueue<>();
		Map<String, Call> calls = calls(shapes(bridge), bridge, here);
		for (String shape : calls.keySet()) {
			bridge.spans().clear();
			here.clear();
			List<String> there = new ArrayList<>();
			Finished outer = traced(bridge, () -> there.addAll(calls.get(shape).call()));
			Awaitility.await().untilAsserted(() -> assertThat(line(bridge.spans(), outer)).as(shape).hasSize(4));
			String server = outer.trace() + " " + line(bridge.spans(), outer).get(3).id() + " alice";
			assertThat(there).as("handler, %s", shape)
				.isNotEmpty()
				.allSatisfy((each) -> assertThat(each.split(", ")).containsOnly(server));
			boolean reactive = shape.contains("flux") || shape.contains("mono");
			assertThat(here).as("caller, %s", shape)
				.hasSizeGreaterThanOrEqualTo((reactive) ? 1 : 0)
				.allSatisfy((each) -> assertThat(each).isEqualTo(outer.trace() + " " + outer.id() + " alice"));
		}
	}

	@ParameterizedTest
	@MethodSource("bridges")
	void whenNobodyPropagatesThenHandlersAreInTheirCallAndReactorsHaveItInTheirContext(TracingBridge bridge)
			throws Exception {
		Map<String, Call> calls = calls(shapes(bridge), bridge, new ConcurrentLinkedQueue<>());
		for (String shape : calls.keySet()) {
			bridge.spans().clear();
			List<String> there = new ArrayList<>();
			Finished outer = traced(bridge, () -> there.addAll(calls.get(shape).call()));
			Awaitility.await().untilAsserted(() -> assertThat(line(bridge.spans(), outer)).as(shape).hasSize(4));
			String server = outer.trace() + " " + line(bridge.spans(), outer).get(3).id() + " alice";
			assertThat(there).as(shape).isNotEmpty().allSatisfy((each) -> assertThat(each).startsWith(server));
		}
	}

	@ParameterizedTest
	@MethodSource("bridges")
	void whenASubscriberCarriesAnObservationThenItsCallsBelongToIt(TracingBridge bridge) throws Exception {
		Shapes shapes = shapes(bridge);
		Map<String, Mono<?>> subscribed = Map.of("mono", shapes.mono("a"), "flux", shapes.flux("a").collectList(),
				"mono of flux", shapes.monoOf(Flux.just("a")), "flux of flux",
				shapes.fluxOf(Flux.just("a")).collectList());
		for (String shape : subscribed.keySet()) {
			bridge.spans().clear();
			Observation carried = Observation.start("carried", bridge.registry());
			Finished outer = traced(bridge,
					() -> subscribed.get(shape)
						.contextWrite((context) -> context.put(ObservationThreadLocalAccessor.KEY, carried))
						.block());
			carried.stop();
			Finished parent = named(bridge, "carried");
			Awaitility.await()
				.untilAsserted(
						() -> assertThat(line(bridge.spans(), parent)).as("%s: %s", shape, bridge.spans()).hasSize(4));
			assertThat(line(bridge.spans(), outer)).hasSize(1);
		}
	}

	private static String seen(TracingBridge bridge) {
		return MDC.get("traceId") + " " + MDC.get("spanId") + " "
				+ bridge.tracer().getBaggage(TracingBridge.USER).get();
	}

	/** A call, and what came of it. */
	private interface Call extends Callable<List<String>> {

	}

	/** A contract with a method of each shape. */
	interface Shapes {

		String value(String text);

		Optional<String> optional(String text);

		CompletableFuture<String> future(String text);

		Mono<String> mono(String text);

		Flux<String> flux(String text);

		String valueOf(Flux<String> elements);

		CompletableFuture<String> futureOf(Flux<String> elements);

		Mono<String> monoOf(Flux<String> elements);

		Flux<String> fluxOf(Flux<String> elements);

	}

	/** Tells what its methods see, and what they see later on other threads. */
	private record Handler(TracingBridge bridge) implements Shapes {

		private static final Duration LATER = Duration.ofMillis(2);

		@Override
		public String value(String text) {
			return seen(this.bridge);
		}

		@Override
		public Optional<String> optional(String text) {
			return Optional.of(seen(this.bridge));
		}

		@Override
		public CompletableFuture<String> future(String text) {
			return CompletableFuture.completedFuture(seen(this.bridge));
		}

		@Override
		public Mono<String> mono(String text) {
			String first = seen(this.bridge);
			return Mono.fromCallable(() -> first + ", " + seen(this.bridge))
				.delayElement(LATER)
				.map((before) -> before + ", " + seen(this.bridge));
		}

		@Override
		public Flux<String> flux(String text) {
			String first = seen(this.bridge);
			return Flux.range(0, 3)
				.map((number) -> first + ", " + seen(this.bridge))
				.delayElements(LATER)
				.map((before) -> before + ", " + seen(this.bridge));
		}

		@Override
		public String valueOf(Flux<String> elements) {
			String first = seen(this.bridge);
			return first + ", " + all(elements).block();
		}

		@Override
		public CompletableFuture<String> futureOf(Flux<String> elements) {
			String first = seen(this.bridge);
			return all(elements).map((text) -> first + ", " + text).contextCapture().toFuture();
		}

		@Override
		public Mono<String> monoOf(Flux<String> elements) {
			String first = seen(this.bridge);
			return all(elements).map((text) -> first + ", " + text);
		}

		@Override
		public Flux<String> fluxOf(Flux<String> elements) {
			String first = seen(this.bridge);
			return elements.map((element) -> first + ", " + seen(this.bridge));
		}

		private Mono<String> all(Flux<String> elements) {
			return elements.map((element) -> seen(this.bridge)).collectList().map((all) -> String.join(", ", all));
		}

	}

}
