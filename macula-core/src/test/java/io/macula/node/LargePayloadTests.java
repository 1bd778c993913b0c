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
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;

import io.macula.RpcException;
import io.macula.server.ProviderSettings;
import io.macula.tls.RealmSecret;
import io.macula.transport.LargePayloads;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Where payloads are decoded: small ones where they arrive, on an event loop, large ones
 * never there, on provider and client, in each shape.
 */
@Timeout(60)
class LargePayloadTests {

	/** Threads that made a body of what came. */
	private static final List<String> decoders = new CopyOnWriteArrayList<>();

	private static final RealmSecret SECRET = RealmSecret.of("Vq3kT8RzX1mWc7Jp0LdYs5HbN2gTf9QeAu6Ko4Ei+rM=",
			"the test");

	private static final Body SMALL = new Body("x");

	private static final Body LARGE = new Body("x".repeat(LargePayloads.THRESHOLD));

	private final List<RealmNode> nodes = new ArrayList<>();

	private Bodies bodies = new Handler();

	private String seed = "";

	private RealmNode client;

	@BeforeEach
	void start() {
		RealmNode provider = provider("provider", "test.bodies");
		this.seed = "127.0.0.1:" + provider.port();
		this.client = node(RealmNode.builder("test").nodeId("client").seeds(this.seed));
		this.bodies = this.client.client().proxy(Bodies.class, "test.bodies");
		this.bodies.mono(SMALL).block();
		decoders.clear();
	}

	private RealmNode provider(String nodeId, String service, String... seeds) {
		RealmNode provider = node(RealmNode.builder("test")
			.nodeId(nodeId)
			.seeds(seeds)
			.provider(
					new ProviderSettings("127.0.0.1", 0, null, 0, 100, Map.of(), 20, 1000, 1000, Duration.ofSeconds(2)))
			.service(service, Bodies.class, new Handler()));
		provider.advertise();
		return provider;
	}

	private RealmNode node(RealmNodeBuilder builder) {
		RealmNode node = builder.secret(SECRET).build();
		this.nodes.add(node);
		node.start();
		return node;
	}

	@AfterEach
	void close() {
		for (int i = this.nodes.size() - 1; i >= 0; i--) {
			this.nodes.get(i).close();
		}
	}

	@Test
	void smallOnesWhereTheyArrive() throws Exception {
		this.bodies.mono(SMALL).block();
		this.bodies.future(SMALL).get();
		this.bodies.back(Flux.just(SMALL, SMALL)).collectList().block();
		assertThat(decoders).hasSize(8).noneMatch((thread) -> thread.startsWith("macula-decode-"));
	}

	@Test
	void largeOnesNowhereNearAnEventLoop() throws Exception {
		assertThat(this.bodies.mono(LARGE).block()).isEqualTo(LARGE);
		assertThat(this.bodies.future(LARGE).get()).isEqualTo(LARGE);
		assertThat(this.bodies.last(Flux.just(LARGE, LARGE)).block()).isEqualTo(LARGE);
		assertThat(this.bodies.back(Flux.just(LARGE, LARGE)).collectList().block()).containsExactly(LARGE, LARGE);
		assertThat(decoders).hasSize(11).allMatch((thread) -> thread.startsWith("macula-decode-"));
		assertThatExceptionOfType(RuntimeException.class).isThrownBy(() -> this.bodies.refuse("x").block())
			.withCauseInstanceOf(TooMuch.class);
		assertThat(decoders).hasSize(12).allMatch((thread) -> thread.startsWith("macula-decode-"));
	}

	@Test
	void whatABlockingCallGetsIsDecodedByItsCaller() {
		assertThat(this.bodies.value(LARGE)).isEqualTo(LARGE);
		assertThat(decoders).hasSize(2)
			.anyMatch((thread) -> thread.equals(Thread.currentThread().getName()))
			.noneMatch((thread) -> thread.startsWith("macula-decode-"));
	}

	@Test
	void smallAndLargeElementsKeepTheirOrder() {
		List<Body> sent = IntStream.range(0, 300)
			.mapToObj((i) -> new Body(i + ((i % 3 == 0) ? "x".repeat(LargePayloads.THRESHOLD + i) : "")))
			.toList();
		List<Body> back = this.bodies.back(Flux.fromIterable(sent)).collectList().block(Duration.ofSeconds(30));
		assertThat(back).isEqualTo(sent);
		List<Body> slowly = this.bodies.back(Flux.fromIterable(sent).limitRate(3))
			.publishOn(Schedulers.single(), 2)
			.collectList()
			.block(Duration.ofSeconds(30));
		assertThat(slowly).isEqualTo(sent);
	}

	@Test
	void aLargeElementThatCannotBeDecodedFailsItsCallOnly() {
		Body bomb = new Body("bomb" + "x".repeat(LargePayloads.THRESHOLD));
		assertThatExceptionOfType(RpcException.class)
			.isThrownBy(() -> this.bodies.back(Flux.just(SMALL, bomb, SMALL)).collectList().block())
			.withMessageContaining("too much");
		assertThatExceptionOfType(RpcException.class).isThrownBy(() -> this.bodies.mono(bomb).block());
		assertThat(this.bodies.mono(LARGE).block()).isEqualTo(LARGE);
	}

	@Test
	void aStreamThatIsCancelledAtALargeElementEnds() {
		for (int i = 0; i < 20; i++) {
			assertThat(this.bodies.back(Flux.just(SMALL, LARGE, LARGE).repeat()).skip(i).blockFirst()).isNotNull();
		}
		assertThat(this.bodies.mono(SMALL).block()).isEqualTo(SMALL);
	}

	@Test
	void largeResultsOfOneProviderDelayThoseOfAnotherByAFew() throws Exception {
		provider("other", "test.others", this.seed);
		Bodies others = this.client.client().proxy(Bodies.class, "test.others");
		assertThat(others.make("quick").block(Duration.ofSeconds(30))).isNotNull();
		List<CompletableFuture<Body>> many = IntStream.range(0, 40)
			.mapToObj((i) -> this.bodies.make("slow").toFuture())
			.toList();
		CompletableFuture.allOf(many.subList(0, 6).toArray(CompletableFuture[]::new)).get(30, TimeUnit.SECONDS);
		assertThat(others.make("quick").block(Duration.ofSeconds(30))).isNotNull();
		assertThat(many.stream().filter(CompletableFuture::isDone).count()).isBetween(6L, 24L);
		CompletableFuture.allOf(many.toArray(CompletableFuture[]::new)).get(30, TimeUnit.SECONDS);
	}

	record Body(String text) {

		Body {
			decoders.add(Thread.currentThread().getName());
			if (text.startsWith("slow") && Thread.currentThread().getName().startsWith("macula-decode-")) {
				// What is dear to decode.
				LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(100));
			}
			if (text.startsWith("bomb") && Thread.currentThread().getName().startsWith("macula-decode-")) {
				throw new IllegalStateException("too much");
			}
		}

	}

	static final class TooMuch extends Exception {

		private static final long serialVersionUID = 1L;

		private final Body body;

		TooMuch(String message, Body body) {
			super(message);
			this.body = body;
		}

		public Body getBody() {
			return this.body;
		}

	}

	interface Bodies {

		Body value(Body body);

		Mono<Body> mono(Body body);

		CompletableFuture<Body> future(Body body);

		Mono<Body> last(Flux<Body> all);

		Flux<Body> back(Flux<Body> all);

		Mono<String> refuse(String text) throws TooMuch;

		Mono<Body> make(String text);

	}

	static final class Handler implements Bodies {

		@Override
		public Body value(Body body) {
			return body;
		}

		@Override
		public Mono<Body> mono(Body body) {
			return Mono.just(body);
		}

		@Override
		public CompletableFuture<Body> future(Body body) {
			return CompletableFuture.completedFuture(body);
		}

		@Override
		public Mono<Body> last(Flux<Body> all) {
			return all.last();
		}

		@Override
		public Flux<Body> back(Flux<Body> all) {
			return all;
		}

		@Override
		public Mono<String> refuse(String text) {
			return Mono.error(new TooMuch(text, LARGE));
		}

		@Override
		public Mono<Body> make(String text) {
			return Mono.just(new Body(text + LARGE.text()));
		}

	}

}
