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
import io.macula.Status;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * Tests for {@link RemoteEngine} with a client that has defects: they are the client's
 * alone, and told of.
 */
@Timeout(60)
class FaultyEngineTests {

	private static final ServiceName SERVICE = new ServiceName("test.calculator");

	private static final ServiceName OTHER = new ServiceName("test.other");

	private final FaultyClient client = new FaultyClient();

	private final CountDownLatch released = new CountDownLatch(1);

	private @Nullable RemoteEngine engine;

	private RemoteEngine engine() {
		RemoteEngine present = this.engine;
		if (present == null) {
			present = RemoteEngine.of("test", this.client);
			this.engine = present;
		}
		return present;
	}

	@AfterEach
	void close() {
		this.released.countDown();
		if (this.engine != null) {
			this.engine.close().block(Duration.ofSeconds(10));
		}
	}

	private List<Snapshot> watch(ServiceName service) {
		List<Snapshot> seen = Collections.synchronizedList(new ArrayList<>());
		engine().directory().watch(service).subscribe(seen::add);
		return seen;
	}

	private static Advertisement advertisement(ServiceName... services) {
		return new Advertisement(Instance.of("a", new Endpoint("h", 1)), Set.of(services), Advertisement.DEFAULT_TTL);
	}

	/** For example since a jar of the client's library is missing, or an older one. */
	@Test
	void anErrorAtTheStartIsToldOf() {
		this.client.onStart = () -> {
			throw new NoClassDefFoundError("expected/by/the/Test");
		};
		watch(SERVICE);
		engine().start(null);
		Awaitility.await().until(() -> engine().trouble() != null);
		assertThat(engine().trouble()).contains("its client cannot be started").contains("expected/by/the/Test");
		Awaitility.await().untilAsserted(() -> assertThat(this.client.watched).isNotEmpty());
	}

	@Test
	void anErrorOfAWatchIsToldOfAndTheWatchOpenedAgain() {
		this.client.onWatch = () -> {
			throw new NoSuchMethodError("expected by the test");
		};
		List<Snapshot> seen = watch(SERVICE);
		engine().start(null);
		Awaitility.await().until(() -> engine().trouble() != null);
		assertThat(engine().trouble()).contains("test.calculator").contains("expected by the test");
		this.client.onWatch = () -> {
		};
		Awaitility.await().until(() -> !this.client.watched.isEmpty());
		this.client.watched.get(this.client.watched.size() - 1).listed(Map.of());
		Awaitility.await().until(() -> !seen.isEmpty());
	}

	@Test
	void whenTheEndOfAWatchFailsThenItIsOpenedAgain() {
		this.client.onEnd = () -> {
			throw new IllegalStateException("expected by the test");
		};
		watch(SERVICE);
		engine().start(null);
		Awaitility.await().until(() -> this.client.watched.size() == 1);
		this.client.watched.get(0).failed("expected by the test");
		Awaitility.await().until(() -> this.client.watched.size() == 2);
		assertThat(this.client.watched.get(1).service()).isEqualTo(SERVICE);
	}

	@Test
	void whenTheEndOfAWatchFailsThenTheEngineClosesAllTheSame() {
		this.client.onEnd = () -> {
			throw new IllegalStateException("expected by the test");
		};
		watch(SERVICE);
		watch(OTHER);
		engine().start(null);
		Awaitility.await().until(() -> this.client.watched.size() == 2);
		engine().close().block(Duration.ofSeconds(10));
		assertThat(this.client.closed).isTrue();
		assertThat(this.client.ended).isEqualTo(2);
	}

	@ParameterizedTest
	@ValueSource(strings = { "start", "watch", "end" })
	void aClientThatBlocksDoesNotKeepTheEngineFromItsEnd(String where) {
		Runnable block = () -> await(this.released);
		switch (where) {
			case "start" -> this.client.onStart = block;
			case "watch" -> this.client.onWatch = block;
			default -> this.client.onEnd = block;
		}
		this.client.store = new FakeStore();
		watch(SERVICE);
		engine().start(null);
		Registry registry = engine().registry();
		assertThat(registry).isNotNull();
		registry.advertise(advertisement(SERVICE));
		Awaitility.await().until(() -> this.client.started);
		long begin = System.nanoTime();
		engine().close().block(Duration.ofSeconds(20));
		assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(5));
	}

	@Test
	void whatTheClientSaysOfItselfMayFail() {
		this.client.failing = true;
		engine().start(null);
		assertThat(engine().hint()).contains("expected by the test");
		assertThat(engine().obstacle()).isNull();
		assertThat(engine().state().engines()).singleElement()
			.satisfies((report) -> assertThat(report.details()).isEmpty());
	}

	@Test
	void aClientThatCannotBeAskedForItsStoreLeavesNoThread() {
		this.client.storeFailure = new IllegalStateException("expected by the test");
		for (int i = 0; i < 3; i++) {
			assertThatIllegalStateException().isThrownBy(() -> RemoteEngine.of("storeless", this.client));
		}
		Awaitility.await()
			.until(() -> Thread.getAllStackTraces()
				.keySet()
				.stream()
				.noneMatch((thread) -> thread.getName().contains("macula-directory-storeless")));
	}

	/** Such as calls of the application that wait for the very snapshot. */
	@Test
	void whenTheThreadsForBlockingCodeAreOccupiedThenSnapshotsArrive() throws InterruptedException {
		int threads = Schedulers.DEFAULT_BOUNDED_ELASTIC_SIZE;
		CountDownLatch occupied = new CountDownLatch(threads);
		for (int i = 0; i < threads; i++) {
			Schedulers.boundedElastic().schedule(() -> {
				occupied.countDown();
				await(this.released);
			});
		}
		assertThat(occupied.await(10, TimeUnit.SECONDS)).isTrue();
		List<Snapshot> seen = watch(SERVICE);
		engine().start(null);
		Awaitility.await().until(() -> !this.client.watched.isEmpty());
		this.client.watched.get(0).listed(Map.of());
		Awaitility.await().until(() -> !seen.isEmpty());
	}

	private static void await(CountDownLatch latch) {
		try {
			latch.await();
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	private static final class FaultyClient implements EngineClient {

		private final List<WatchedService> watched = Collections.synchronizedList(new ArrayList<>());

		private volatile Runnable onStart = () -> {
		};

		private volatile Runnable onWatch = () -> {
		};

		private volatile Runnable onEnd = () -> {
		};

		private volatile boolean started;

		private volatile boolean failing;

		private volatile boolean closed;

		private volatile int ended;

		private @Nullable RecordStore store;

		private @Nullable RuntimeException storeFailure;

		@Override
		public void start(WatchedServices services) {
			this.started = true;
			this.onStart.run();
		}

		@Override
		public Disposable watch(WatchedService watch) {
			this.onWatch.run();
			this.watched.add(watch);
			return () -> {
				this.ended++;
				this.onEnd.run();
			};
		}

		@Override
		public @Nullable RecordStore store() {
			if (this.storeFailure != null) {
				throw this.storeFailure;
			}
			return this.store;
		}

		@Override
		public Mono<Void> close() {
			this.closed = true;
			return Mono.empty();
		}

		@Override
		public String hint() {
			fail();
			return "the test";
		}

		@Override
		public Map<String, String> servers() {
			fail();
			return Map.of();
		}

		@Override
		public @Nullable Status obstacle() {
			fail();
			return null;
		}

		private void fail() {
			if (this.failing) {
				throw new IllegalStateException("expected by the test");
			}
		}

	}

}
