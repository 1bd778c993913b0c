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

package io.macula.server;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

import io.macula.Code;
import io.macula.Processed;
import io.macula.Realm;
import io.macula.codec.Codecs;
import io.macula.codec.JacksonPayloadCodec;
import io.macula.transport.NodeInfo;
import io.micrometer.observation.ObservationRegistry;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Limits of a provider that change while calls are served.
 */
class ChangedLimitsTests {

	private final HandlerExecutor executor = HandlerExecutor.batching(4, 100);

	private final CompletableFuture<String> answer = new CompletableFuture<>();

	@AfterEach
	void close() {
		this.executor.close();
	}

	private FakeCall call() {
		return new FakeCall("test.waiting/future", "");
	}

	@Test
	void anotherLimitInFlightHoldsFromTheNextCallOn() throws Exception {
		Dispatcher dispatcher = new Dispatcher(new NodeInfo(new Realm("test"), "node1", 1, List.of("json")),
				Codecs.of(List.of(JacksonPayloadCodec.json(), JacksonPayloadCodec.cbor())), this.executor, 2, false,
				ObservationRegistry.NOOP);
		dispatcher.register(ServiceDefinition.of("test.waiting", Waiting.class, (Waiting) () -> this.answer));
		List<FakeCall> calls = List.of(call().arrive(dispatcher), call().arrive(dispatcher));
		dispatcher.maxInFlight(1);
		call().arrive(dispatcher)
			.awaitFailure(Code.RESOURCE_EXHAUSTED, Processed.NO, "1 calls", "macula.provider.max-in-flight");
		dispatcher.maxInFlight(10);
		FakeCall third = call().arrive(dispatcher);
		this.answer.complete("done");
		assertThat(third.awaitResult()).isEqualTo("\"done\"");
		for (FakeCall call : calls) {
			assertThat(call.awaitResult()).isEqualTo("\"done\"");
		}
		assertThat(dispatcher.inFlight()).isZero();
	}

	@Test
	void anExecutorOfTheUserIsBoundedAnewToo() {
		ExecutorService users = Executors.newFixedThreadPool(1);
		CountDownLatch release = new CountDownLatch(1);
		HandlerExecutor delegating = HandlerExecutor.of(users, 2);
		try {
			HandlerTask[] tasks = { task(release), task(release), task(release) };
			assertThat(delegating.submit(tasks, 3)).isEqualTo(2);
			delegating.limits(new ProviderLimits(1, 2, 1, Duration.ZERO));
			assertThat(delegating.submit(new HandlerTask[] { task(release), task(release) }, 2)).isEqualTo(1);
			delegating.limits(new ProviderLimits(1, 1, 1, Duration.ZERO));
			assertThat(delegating.submit(new HandlerTask[] { task(release) }, 1)).isZero();
		}
		finally {
			release.countDown();
			users.shutdown();
		}
	}

	private static HandlerTask task(CountDownLatch release) {
		return new HandlerTask() {

			@Override
			public void run(long now) {
				try {
					release.await();
				}
				catch (InterruptedException ex) {
					Thread.currentThread().interrupt();
				}
			}

			@Override
			public void drop() {
				// Nobody waits for it.
			}

			@Override
			public void abort() {
				release.countDown();
			}

			@Override
			public boolean slow() {
				return false;
			}

			@Override
			public void took(long nanos) {
				// Nobody asks.
			}

		};
	}

	@Test
	void limitsOutOfRangeAreRefused() {
		assertThatIllegalArgumentException().isThrownBy(() -> new ProviderLimits(0, 1, 1, Duration.ZERO))
			.withMessage("maxThreads 0 is not valid: expected at least 1");
		assertThatIllegalArgumentException().isThrownBy(() -> new ProviderLimits(1, 0, 1, Duration.ZERO))
			.withMessage("queueCapacity 0 is not valid: expected at least 1");
		assertThatIllegalArgumentException().isThrownBy(() -> new ProviderLimits(1, 1, 0, Duration.ZERO))
			.withMessage("maxInFlight 0 is not valid: expected at least 1");
		assertThatIllegalArgumentException().isThrownBy(() -> new ProviderLimits(1, 1, 1, Duration.ofSeconds(-1)))
			.withMessage("grace -1s is not valid: expected 0 or more");
	}

	/** The contract. */
	public interface Waiting {

		CompletableFuture<String> future();

	}

}
