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

package io.macula.directory;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import io.macula.Endpoint;
import io.macula.Instance;
import io.macula.ServiceName;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link RemoteEngine}. What it does with a system is the contract of
 * directories, which macula-directory-tck runs against it.
 */
@Timeout(30)
class RemoteEngineTests {

	private static final ServiceName SERVICE = new ServiceName("test.calculator");

	private static final ServiceName OTHER = new ServiceName("test.other");

	private final TestClient client = new TestClient();

	private final RemoteEngine engine = RemoteEngine.of("test", this.client);

	@Test
	void anEngineThatWasNeverStartedDisconnectsNothing() {
		this.engine.close().block();
		assertThat(this.client.calls).isEmpty();
		this.engine.start(null);
		assertThat(this.client.calls).isEmpty();
	}

	@Test
	void anEngineIsStartedAndClosedOnce() {
		this.engine.start(null);
		this.engine.start(null);
		this.engine.close().block();
		this.engine.close().block();
		assertThat(this.client.calls).containsExactly("start", "close");
	}

	@Test
	void aClientThatCannotBeStartedIsToldOf() {
		this.client.failure = new IllegalStateException("expected by the test");
		this.engine.start(null);
		Awaitility.await()
			.until(() -> "test cannot be asked: its client cannot be started: expected by the test"
				.equals(this.engine.trouble()));
		assertThat(this.engine.state().fault()).isEqualTo(this.engine.trouble());
		assertThat(this.engine.state().engines()).singleElement().satisfies((report) -> {
			assertThat(report.engine()).isEqualTo("test");
			assertThat(report.reachable()).isFalse();
			assertThat(report.trouble()).isEqualTo(this.engine.trouble());
			assertThat(report.age()).isNull();
		});
		this.engine.close().block();
	}

	@Test
	void aClientThatDoesNotCloseIsNotWaitedFor() {
		this.client.closing = Mono.never();
		this.engine.start(null);
		long begin = System.nanoTime();
		this.engine.close().block();
		assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(5));
	}

	@Test
	void aSystemThatIsOnlyReadHasNoRegistry() {
		assertThat(this.engine.registry()).isNull();
		assertThat(this.engine.hint()).isEqualTo("the test");
		this.engine.close().block();
	}

	/** Not even one that holds up its subscription for good. */
	@Test
	void aSubscriberThatBlocksHoldsUpNoLease() throws InterruptedException {
		FakeStore store = new FakeStore();
		TestClient writing = new TestClient();
		writing.store = store;
		RemoteEngine provider = RemoteEngine.of("test", writing);
		CountDownLatch entered = new CountDownLatch(1);
		CountDownLatch released = new CountDownLatch(1);
		provider.start(null);
		provider.directory().watch(SERVICE).subscribe((snapshot) -> {
			entered.countDown();
			await(released);
		});
		List<Snapshot> others = Collections.synchronizedList(new ArrayList<>());
		provider.directory().watch(OTHER).subscribe(others::add);
		Awaitility.await().until(() -> writing.watched.size() == 2);
		writing.watched.forEach((watched) -> watched.listed(Map.of()));
		assertThat(entered.await(10, TimeUnit.SECONDS)).isTrue();
		Registry registry = provider.registry();
		assertThat(registry).isNotNull();
		Lease lease = registry.advertise(
				new Advertisement(Instance.of("a", new Endpoint("h", 1)), Set.of(SERVICE), Advertisement.DEFAULT_TTL));
		Awaitility.await().until(() -> lease.state() == Lease.State.GRANTED && !others.isEmpty());
		released.countDown();
		provider.close().block();
		this.engine.close().block();
	}

	private static void await(CountDownLatch latch) {
		try {
			latch.await();
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	private static final class TestClient implements EngineClient {

		private final List<String> calls = Collections.synchronizedList(new ArrayList<>());

		private final List<WatchedService> watched = Collections.synchronizedList(new ArrayList<>());

		private Mono<Void> closing = Mono.empty();

		private @Nullable RuntimeException failure;

		private @Nullable RecordStore store;

		@Override
		public void start(WatchedServices services) {
			this.calls.add("start");
			if (this.failure != null) {
				throw this.failure;
			}
		}

		@Override
		public Disposable watch(WatchedService watch) {
			this.watched.add(watch);
			return () -> {
			};
		}

		@Override
		public @Nullable RecordStore store() {
			return this.store;
		}

		@Override
		public Mono<Void> close() {
			this.calls.add("close");
			return this.closing;
		}

		@Override
		public String hint() {
			return "the test";
		}

	}

}
