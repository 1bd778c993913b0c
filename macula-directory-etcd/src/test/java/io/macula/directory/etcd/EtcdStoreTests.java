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

package io.macula.directory.etcd;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;

import io.macula.directory.DirectoryEngine;
import io.macula.directory.RecordStore;
import io.macula.directory.RemoteEngine;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.scheduler.Schedulers;
import reactor.util.retry.Retry;

/**
 * Sessions at one real server of etcd.
 */
@EnabledIf(value = EtcdServers.INSTALLED, disabledReason = "etcd is not installed (Debian's package etcd-server)")
class EtcdStoreTests {

	private static final String HOOK = EtcdStoreTests.class.getName();

	private static final Duration SOON = Duration.ofSeconds(20);

	private EtcdServers servers;

	private EtcdClient client;

	private DirectoryEngine engine;

	@BeforeEach
	void start() throws Exception {
		this.servers = EtcdServers.of(1);
		this.client = new EtcdClient(EtcdSettings.of(this.servers.addresses()), TestNodes.REALM);
		this.engine = RemoteEngine.of(EtcdDirectory.TYPE, this.client);
		this.engine.start(null);
	}

	@AfterEach
	void stop() {
		Schedulers.resetOnScheduleHook(HOOK);
		this.engine.close().block(Duration.ofSeconds(10));
		this.servers.close();
	}

	/** At the very moment from which its lease is kept. */
	@Test
	void aSessionThatIsGrantedWhileTheWishForItIsCancelledIsEnded() {
		BaseSubscriber<RecordStore.Session> wish = new BaseSubscriber<>() {
		};
		AtomicBoolean cancelled = new AtomicBoolean();
		Schedulers.onScheduleHook(HOOK, (task) -> {
			if (startsSession() && cancelled.compareAndSet(false, true)) {
				wish.cancel();
			}
			return task;
		});
		// The first question to a server that has just started may take too long.
		this.client.store()
			.open(TestNodes.LEASE, new Deaf())
			.retryWhen(Retry.fixedDelay(100, Duration.ofMillis(100)))
			.subscribe(wish);
		Awaitility.await().atMost(SOON).untilTrue(cancelled);
		Awaitility.await().atMost(SOON).until(() -> this.servers.leases() == 0);
	}

	private static boolean startsSession() {
		return StackWalker.getInstance()
			.walk((frames) -> frames.anyMatch((frame) -> frame.getClassName().equals(EtcdSession.class.getName())));
	}

	/** Hears nothing. */
	private static final class Deaf implements RecordStore.Listener {

		@Override
		public void suspended(String reason) {
			// Not told.
		}

		@Override
		public void resumed() {
			// Not told.
		}

		@Override
		public void lost(String reason) {
			// Not told.
		}

		@Override
		public void disturbed() {
			// Not told.
		}

	}

}
