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

package io.macula.directory.zookeeper;

import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import io.macula.Realm;
import io.macula.ServiceName;
import io.macula.directory.DirectoryEngine;
import io.macula.directory.EngineClient;
import io.macula.directory.RecordStore;
import io.macula.directory.RemoteEngine;
import io.macula.directory.WatchedService;
import io.macula.directory.WatchedServices;
import org.apache.zookeeper.AsyncCallback;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.ZooKeeper;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.mockito.Mockito;
import org.mockito.invocation.InvocationOnMock;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.publisher.Mono;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Records of a client whose answers come at a bad moment.
 */
@Timeout(60)
class ServiceRecordsTests {

	private static final ServiceName SERVICE = new ServiceName("shop.orders");

	private static final String PATH = "/macula/test/shop.orders";

	/**
	 * A client of ZooKeeper that loses its connection tells its callers so while it holds
	 * the lock that each question to it needs.
	 */
	@Test
	void nobodyWaitsForAnAnswerWhileAWatchEnds() throws Exception {
		ZooKeeperClients clients = new ZooKeeperClients(ZooKeeperSettings.of("127.0.0.1:1"), (builder) -> {
		});
		ZooKeeperClient client = new ZooKeeperClient(clients, new RecordPaths("/macula", new Realm("test")),
				Duration.ofSeconds(3));
		Watching watching = new Watching();
		DirectoryEngine engine = RemoteEngine.of("test", watching);
		engine.start(null);
		Disposable subscription = engine.directory().watch(SERVICE).subscribe();
		try {
			LockingZooKeeper connection = new LockingZooKeeper();
			ServiceRecords records = new ServiceRecords(client, watching.opened.get(10, TimeUnit.SECONDS), PATH);
			records.list(connection.client);
			Thread disposing = new Thread(records::dispose);
			Thread answering = new Thread(() -> connection.refuse(disposing));
			answering.start();
			answering.join(10_000);
			disposing.join(10_000);
			assertThat(answering.isAlive() || disposing.isAlive()).as("two threads that wait for each other").isFalse();
			assertThat(connection.removed.getCount()).isZero();
		}
		finally {
			subscription.dispose();
			engine.close().block(Duration.ofSeconds(10));
		}
	}

	/** A client of ZooKeeper that has one lock, as the real one has. */
	private static final class LockingZooKeeper {

		private final ZooKeeper client = Mockito.mock(ZooKeeper.class, this::called);

		private final Object lock = new Object();

		private final CountDownLatch removing = new CountDownLatch(1);

		private final CountDownLatch removed = new CountDownLatch(1);

		private volatile AsyncCallback.@Nullable ChildrenCallback asked;

		private @Nullable Object called(InvocationOnMock call) {
			switch (call.getMethod().getName()) {
				case "getChildren" -> this.asked = call.getArgument(2);
				case "removeAllWatches" -> {
					this.removing.countDown();
					synchronized (this.lock) {
						this.removed.countDown();
					}
				}
				default -> {
				}
			}
			return null;
		}

		void refuse(Thread disposing) {
			synchronized (this.lock) {
				disposing.start();
				try {
					this.removing.await();
				}
				catch (InterruptedException ex) {
					Thread.currentThread().interrupt();
				}
				Objects.requireNonNull(this.asked).processResult(Code.AUTHFAILED.intValue(), PATH, null, null);
			}
		}

	}

	/**
	 * Gives away the watch that an engine opens.
	 */
	private static final class Watching implements EngineClient {

		private final CompletableFuture<WatchedService> opened = new CompletableFuture<>();

		@Override
		public void start(WatchedServices services) {
			// Nothing is told.
		}

		@Override
		public Disposable watch(WatchedService watched) {
			this.opened.complete(watched);
			return Disposables.disposed();
		}

		@Override
		public @Nullable RecordStore store() {
			return null;
		}

		@Override
		public Mono<Void> close() {
			return Mono.empty();
		}

		@Override
		public String hint() {
			return "a test";
		}

		@Override
		public Map<String, String> servers() {
			return Map.of();
		}

	}

}
