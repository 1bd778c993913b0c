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
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicInteger;

import io.macula.CallContext;
import io.macula.CallOptions;
import io.macula.Code;
import io.macula.MaculaCall;
import io.macula.MaculaMethod;
import io.macula.Priority;
import io.macula.Processed;
import io.macula.RpcException;
import io.macula.client.MethodSettings;
import io.macula.client.ServiceSettings;
import io.macula.interceptor.ClientInterceptor;
import io.macula.server.ProviderSettings;
import io.macula.tls.RealmSecret;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Priorities of calls between nodes over QUIC.
 */
@Timeout(60)
class PriorityTests {

	private static final RealmSecret SECRET = RealmSecret.of("Vq3kT8RzX1mWc7Jp0LdYs5HbN2gTf9QeAu6Ko4Ei+rM=",
			"the test");

	private final List<RealmNode> nodes = new ArrayList<>();

	private final CountDownLatch gate = new CountDownLatch(1);

	private final Work work = new Work();

	@AfterEach
	void closeNodes() {
		this.gate.countDown();
		for (int i = this.nodes.size() - 1; i >= 0; i--) {
			this.nodes.get(i).close();
		}
	}

	private void provider(int threads, int queueCapacity, int maxInFlight) {
		RealmNode node = RealmNode.builder("test")
			.nodeId("node1")
			.secret(SECRET)
			.provider(new ProviderSettings("127.0.0.1", 0, null, 0, 100, Map.of(), threads, queueCapacity, maxInFlight,
					Duration.ofSeconds(2)))
			.service("test.jobs", Jobs.class, this.work)
			.build();
		this.nodes.add(node);
		node.start();
		node.advertise();
	}

	private RealmNode client(ServiceSettings settings, ClientInterceptor... interceptors) {
		RealmNode node = RealmNode.builder("test")
			.nodeId("client")
			.secret(SECRET)
			.defaults(settings.withFailover(new ServiceSettings.Failover(1, Duration.ZERO, Duration.ZERO, 0, 0)))
			.clientInterceptors(List.of(interceptors))
			.seeds("127.0.0.1:" + this.nodes.get(0).port())
			.build();
		this.nodes.add(node);
		node.start();
		return node;
	}

	private Jobs jobs(ServiceSettings settings, ClientInterceptor... interceptors) {
		return client(settings, interceptors).client().proxy(Jobs.class, "test.jobs");
	}

	@Test
	void whatACallSaysGoesBeforeSettingsAndContract() {
		provider(4, 100, 1000);
		Jobs jobs = jobs(ServiceSettings.defaults()
			.withPriority(Priority.LOW)
			.withMethods(Map.of("said", new MethodSettings(null, null, 1, null, Priority.HIGH))));
		assertThat(jobs.priority()).isEqualTo("LOW");
		assertThat(jobs.said()).isEqualTo("HIGH");
		assertThat(jobs.urgent()).isEqualTo("HIGH");
		assertThat(jobs.later().block()).isEqualTo("LOW");
		assertThat(jobs.stream().blockLast()).isEqualTo("LOW");
		try (CallOptions.Scope ignored = MaculaCall.priority(Priority.NORMAL).open()) {
			assertThat(jobs.priority()).isEqualTo("NORMAL");
			assertThat(jobs.said()).isEqualTo("NORMAL");
			assertThat(jobs.urgent()).isEqualTo("NORMAL");
			assertThat(jobs.stream().contextWrite(MaculaCall.priority(Priority.HIGH).context()).blockLast())
				.isEqualTo("HIGH");
		}
		assertThat(jobs.later().contextWrite(MaculaCall.priority(Priority.HIGH).context()).block()).isEqualTo("HIGH");
	}

	@Test
	void anInterceptorSeesAndChangesThePriority() {
		provider(4, 100, 1000);
		Queue<String> seen = new ConcurrentLinkedQueue<>();
		Jobs jobs = jobs(ServiceSettings.defaults(), (call) -> {
			seen.add(call.method() + " " + call.metadata().get(Priority.KEY));
			if (call.method().equals("priority")) {
				call.addMetadata(Priority.KEY, "low");
			}
			return call.proceed();
		});
		assertThat(jobs.urgent()).isEqualTo("HIGH");
		assertThat(jobs.priority()).isEqualTo("LOW");
		assertThat(seen).containsExactly("urgent high", "priority null");
	}

	@Test
	void whatIsNotKnownIsNormal() {
		provider(4, 100, 1000);
		Jobs jobs = jobs(ServiceSettings.defaults());
		try (CallOptions.Scope ignored = MaculaCall.with(Priority.KEY, "urgent").open()) {
			assertThat(jobs.priority()).isEqualTo("NORMAL");
		}
		try (CallOptions.Scope ignored = MaculaCall.with(Priority.KEY, "low").open()) {
			assertThat(jobs.urgent()).isEqualTo("LOW");
		}
	}

	/** Thread and subscriber; a call that says something itself is what it says. */
	@Test
	void callsOfAHandlerAreAsImportantAsTheCallThatItServes() {
		provider(4, 100, 1000);
		RealmNode client = client(ServiceSettings.defaults());
		this.work.inner = client.client().proxy(Jobs.class, "test.jobs");
		Jobs jobs = this.work.inner;
		assertThat(jobs.nested()).isEqualTo("NORMAL, NORMAL, HIGH");
		try (CallOptions.Scope ignored = MaculaCall.priority(Priority.LOW).open()) {
			assertThat(jobs.nested()).isEqualTo("LOW, NORMAL, LOW");
			assertThat(jobs.nestedLater().block()).isEqualTo("LOW");
		}
		try (CallOptions.Scope ignored = MaculaCall.priority(Priority.HIGH).open()) {
			assertThat(jobs.nested()).isEqualTo("HIGH, NORMAL, HIGH");
		}
	}

	@Test
	void whenTheQueueIsFullThenCallsOfLowPriorityAreRefusedAndNoOther() throws Exception {
		provider(1, 10, 1000);
		AsyncJobs jobs = client(ServiceSettings.defaults()).client().proxy(AsyncJobs.class, "test.jobs");
		CompletableFuture<String> running = jobs.hold(0);
		await().until(() -> this.work.started.get() == 1);
		List<CompletableFuture<String>> low = new ArrayList<>();
		try (CallOptions.Scope ignored = MaculaCall.priority(Priority.LOW).open()) {
			for (int i = 1; i <= 9; i++) {
				low.add(jobs.hold(i));
			}
		}
		await().until(() -> this.nodes.get(0).report().provider().handlers().queued() == 9);
		List<CompletableFuture<String>> normal = new ArrayList<>();
		for (int i = 11; i <= 16; i++) {
			normal.add(jobs.hold(i));
		}
		await().untilAsserted(() -> assertThat(low).filteredOn(CompletableFuture::isDone).hasSize(5));
		RpcException refusal = failure(low.get(8));
		assertThat(refusal.code()).isEqualTo(Code.RESOURCE_EXHAUSTED);
		assertThat(refusal.status().processed()).isEqualTo(Processed.NO);
		assertThat(refusal).hasMessageContaining(
				"node node1 has no place in its queue left, and refuses calls of low priority first (macula.provider.queue-capacity)");
		assertThat(this.nodes.get(0).report().provider().refused()).isEqualTo(5);
		this.gate.countDown();
		assertThat(running.get()).isEqualTo("0");
		for (CompletableFuture<String> call : normal) {
			assertThat(call.get()).isNotEmpty();
		}
		assertThat(low.get(0).get()).isEqualTo("1");
		assertThat(this.work.order).containsExactly(0, 11, 12, 13, 14, 15, 16, 1, 2, 3, 4);
	}

	@Test
	void whenTooManyAreInFlightThenCallsOfLowPriorityAreRefusedFirst() throws Exception {
		provider(20, 10, 8);
		AsyncJobs jobs = client(ServiceSettings.defaults()).client().proxy(AsyncJobs.class, "test.jobs");
		List<CompletableFuture<String>> calls = new ArrayList<>();
		for (int i = 0; i < 6; i++) {
			calls.add(jobs.hold(i));
		}
		await().until(() -> this.work.started.get() == 6);
		try (CallOptions.Scope ignored = MaculaCall.priority(Priority.LOW).open()) {
			assertThat(failure(jobs.hold(6))).hasMessageContaining("node node1 serves 6 calls already, and keeps the "
					+ "rest of its 8 for calls that are not of low priority (macula.provider.max-in-flight)");
		}
		calls.add(jobs.hold(7));
		await().until(() -> this.work.started.get() == 7);
		this.gate.countDown();
		for (CompletableFuture<String> call : calls) {
			assertThat(call.get()).isNotEmpty();
		}
	}

	@Test
	void ofFewInFlightOneIsKeptFromCallsOfLowPriority() throws Exception {
		provider(20, 10, 3);
		AsyncJobs jobs = client(ServiceSettings.defaults()).client().proxy(AsyncJobs.class, "test.jobs");
		List<CompletableFuture<String>> calls = new ArrayList<>();
		try (CallOptions.Scope ignored = MaculaCall.priority(Priority.LOW).open()) {
			calls.add(jobs.hold(0));
			calls.add(jobs.hold(1));
			await().until(() -> this.work.started.get() == 2);
			assertThat(failure(jobs.hold(2))).hasMessageContaining("node node1 serves 2 calls already, and keeps the "
					+ "rest of its 3 for calls that are not of low priority (macula.provider.max-in-flight)");
		}
		calls.add(jobs.hold(3));
		await().until(() -> this.work.started.get() == 3);
		this.gate.countDown();
		for (CompletableFuture<String> call : calls) {
			assertThat(call.get()).isNotEmpty();
		}
	}

	private static RpcException failure(CompletableFuture<String> call) throws Exception {
		try {
			throw new AssertionError("answered " + call.get());
		}
		catch (ExecutionException ex) {
			assertThat(ex.getCause()).isInstanceOf(RpcException.class);
			return (RpcException) ex.getCause();
		}
	}

	interface Jobs {

		String priority();

		String said();

		@MaculaMethod(priority = Priority.HIGH)
		String urgent();

		Mono<String> later();

		Flux<String> stream();

		String nested();

		Mono<String> nestedLater();

		String hold(int number);

	}

	/** The same as its caller wants it. */
	interface AsyncJobs {

		CompletableFuture<String> hold(int number);

	}

	private final class Work implements Jobs {

		private final Queue<Integer> order = new ConcurrentLinkedQueue<>();

		private final AtomicInteger started = new AtomicInteger();

		private @Nullable Jobs inner;

		private String present() {
			CallContext call = CallContext.current();
			return (call != null) ? call.priority().name() : "none";
		}

		@Override
		public String priority() {
			return present();
		}

		@Override
		public String said() {
			return present();
		}

		@Override
		public String urgent() {
			return present();
		}

		@Override
		public Mono<String> later() {
			return Mono.just(present());
		}

		@Override
		public Flux<String> stream() {
			return Flux.just(present());
		}

		@Override
		public String nested() {
			Jobs jobs = this.inner;
			if (jobs == null) {
				return "none";
			}
			String said;
			try (CallOptions.Scope ignored = MaculaCall.priority(Priority.NORMAL).open()) {
				said = jobs.priority();
			}
			return jobs.priority() + ", " + said + ", " + jobs.urgent();
		}

		@Override
		public Mono<String> nestedLater() {
			Jobs jobs = this.inner;
			return (jobs != null) ? Mono.delay(Duration.ofMillis(1)).flatMap((tick) -> jobs.later()) : Mono.empty();
		}

		@Override
		public String hold(int number) {
			this.started.incrementAndGet();
			this.order.add(number);
			try {
				PriorityTests.this.gate.await();
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
			}
			return Integer.toString(number);
		}

	}

}
