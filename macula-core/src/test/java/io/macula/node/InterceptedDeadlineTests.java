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
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicInteger;

import io.macula.Code;
import io.macula.Deadline;
import io.macula.MaculaCall;
import io.macula.MaculaMethod;
import io.macula.Processed;
import io.macula.RpcException;
import io.macula.client.RealmClient;
import io.macula.client.ServiceSettings;
import io.macula.interceptor.ClientInterceptor;
import io.macula.interceptor.ClientInvocation;
import io.macula.server.ProviderSettings;
import io.macula.tls.RealmSecret;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** What interceptors know of a call's deadline, and that they cannot stretch it. */
@Timeout(60)
class InterceptedDeadlineTests {

	private static final RealmSecret SECRET = RealmSecret.of("Vq3kT8RzX1mWc7Jp0LdYs5HbN2gTf9QeAu6Ko4Ei+rM=",
			"the test");

	private final List<RealmNode> nodes = new ArrayList<>();

	private final AtomicInteger served = new AtomicInteger();

	@AfterEach
	void closeNodes() {
		for (int i = this.nodes.size() - 1; i >= 0; i--) {
			this.nodes.get(i).close();
		}
	}

	private RealmClient client(ClientInterceptor interceptor) {
		RealmNode provider = RealmNode.builder("test")
			.secret(SECRET)
			.provider(new ProviderSettings("127.0.0.1", 0, null, 0, 100, Map.of(), 4, 100, 100, Duration.ofSeconds(2)))
			.service("test.talk", Talk.class, new Handler(this.served))
			.build();
		this.nodes.add(provider);
		provider.start();
		provider.advertise();
		RealmNode node = RealmNode.builder("test")
			.secret(SECRET)
			.seeds("127.0.0.1:" + provider.port())
			.clientInterceptors(List.of(interceptor))
			.build();
		this.nodes.add(node);
		node.start();
		return node.client();
	}

	@Test
	void timeThatAnInterceptorTakesIsTakenFromTheCall() {
		Talk talk = client(InterceptedDeadlineTests::linger).proxy(Talk.class, "test.talk");
		for (Callable<?> call : List.<Callable<?>>of(() -> talk.value("a"), () -> talk.future("a").get(),
				() -> talk.mono("a").block(),
				() -> MaculaCall.deadline(Duration.ofMillis(30))
					.call(() -> talk.flux("a"))
					.contextWrite(MaculaCall.deadline(Duration.ofMillis(30)).context())
					.blockLast())) {
			assertThatThrownBy(call::call).satisfies((thrown) -> {
				RpcException error = (RpcException) ((thrown instanceof ExecutionException) ? thrown.getCause()
						: thrown);
				assertThat(error.code()).isEqualTo(Code.DEADLINE_EXCEEDED);
				assertThat(error.status().processed()).isEqualTo(Processed.NO);
				assertThat(error).hasMessageMatching("DEADLINE_EXCEEDED: the deadline of test.talk/\\w+ was over"
						+ " before its interceptors passed it on.*");
			});
		}
		assertThat(this.served).hasValue(0);
	}

	private static @Nullable Object linger(ClientInvocation call) throws Throwable {
		Deadline deadline = call.deadline();
		if (deadline != null) {
			Awaitility.await().until(() -> deadline.over(System.nanoTime()));
		}
		return call.proceed();
	}

	@Test
	void anInterceptorKnowsClientDeadlineAndWhetherItMayWait() throws Exception {
		Queue<String> seen = new ConcurrentLinkedQueue<>();
		Talk talk = client((call) -> {
			Deadline deadline = call.deadline();
			long seconds = (deadline != null) ? Math.round(deadline.remainingNanos(System.nanoTime()) / 1e9) : -1;
			seen.add(call.client() + " of " + call.service() + " " + call.method() + " " + seconds + "s "
					+ (call.nonBlocking() ? "must not wait" : "may wait"));
			return call.proceed();
		}).proxy(Talk.class, "test.talk", "talk-of-mine", ServiceSettings.defaults());
		MaculaCall.deadline(Duration.ofMinutes(2)).run(() -> {
			talk.value("a");
			talk.future("a").join();
		});
		talk.mono("a").contextWrite(MaculaCall.deadline(Duration.ofMinutes(1)).context()).block();
		talk.flux("a").blockLast();
		assertThat(seen).containsExactly("talk-of-mine of test.talk value 120s may wait",
				"talk-of-mine of test.talk future 120s must not wait",
				"talk-of-mine of test.talk mono 60s must not wait", "talk-of-mine of test.talk flux -1s must not wait");
	}

	interface Talk {

		@MaculaMethod(deadline = "30ms")
		String value(String text);

		@MaculaMethod(deadline = "30ms")
		CompletableFuture<String> future(String text);

		@MaculaMethod(deadline = "30ms")
		Mono<String> mono(String text);

		Flux<String> flux(String text);

	}

	private record Handler(AtomicInteger served) implements Talk {

		@Override
		public String value(String text) {
			this.served.incrementAndGet();
			return text;
		}

		@Override
		public CompletableFuture<String> future(String text) {
			return CompletableFuture.completedFuture(value(text));
		}

		@Override
		public Mono<String> mono(String text) {
			return Mono.just(value(text));
		}

		@Override
		public Flux<String> flux(String text) {
			return Flux.just(value(text));
		}

	}

}
