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

package io.macula.transport;

import java.net.InetAddress;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import io.netty.channel.Channel;
import io.netty.util.concurrent.GlobalEventExecutor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import reactor.core.Disposable;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Timers of a transport, before and after its end.
 */
class TransportTests {

	private final Transport transport = Transport.create(FakeNet.settings(1, 1 << 20, 100));

	private final CountDownLatch ran = new CountDownLatch(1);

	@AfterEach
	void close() {
		this.transport.close();
	}

	@Test
	void whenNettyHasNoOtherThreadThenTheSocketsAreClosedAllTheSame() throws Exception {
		CountDownLatch go = new CountDownLatch(1);
		GlobalEventExecutor.INSTANCE.execute(() -> awaitQuietly(go));
		try {
			Channel socket = this.transport.clientSockets()
				.get(this.transport.nextLoop(), InetAddress.getLoopbackAddress())
				.sync()
				.channel();
			this.transport.clientSockets().close().get(10, TimeUnit.SECONDS);
			assertThat(socket.isOpen()).isFalse();
		}
		finally {
			go.countDown();
		}
	}

	private static void awaitQuietly(CountDownLatch latch) {
		try {
			latch.await();
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	@Test
	void whenTheTimeHasComeThenTheActionRuns() throws Exception {
		Disposable scheduled = this.transport.schedule(this.ran::countDown, Duration.ofMillis(1));
		assertThat(this.ran.await(10, TimeUnit.SECONDS)).isTrue();
		assertThat(scheduled.isDisposed()).isTrue();
	}

	@Test
	void whenTheTransportIsClosedThenAnActionRunsAllTheSame() throws Exception {
		this.transport.close();
		this.transport.schedule(this.ran::countDown, Duration.ofMillis(1));
		assertThat(this.ran.await(10, TimeUnit.SECONDS)).isTrue();
	}

	@Test
	void whenTheTransportIsClosedMeanwhileThenTheActionRunsAllTheSame() throws Exception {
		this.transport.schedule(this.ran::countDown, Duration.ofMillis(500));
		this.transport.close();
		assertThat(this.ran.await(10, TimeUnit.SECONDS)).isTrue();
	}

	@Test
	void whenItIsDisposedThenItDoesNotRunEvenAfterTheEndOfTheTransport() throws Exception {
		AtomicInteger runs = new AtomicInteger();
		Disposable before = this.transport.schedule(runs::incrementAndGet, Duration.ofMillis(20));
		before.dispose();
		this.transport.close();
		Disposable after = this.transport.schedule(runs::incrementAndGet, Duration.ofMillis(20));
		after.dispose();
		this.transport.schedule(this.ran::countDown, Duration.ofMillis(60));
		assertThat(this.ran.await(10, TimeUnit.SECONDS)).isTrue();
		assertThat(runs).hasValue(0);
	}

	@Test
	void whenAnActionFailsThenTheNextOneRunsAllTheSame() throws Exception {
		this.transport.schedule(() -> {
			throw new AssertionError("broken");
		}, Duration.ZERO);
		this.transport.schedule(this.ran::countDown, Duration.ofMillis(1));
		assertThat(this.ran.await(10, TimeUnit.SECONDS)).isTrue();
	}

}
