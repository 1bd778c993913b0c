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

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import io.netty.channel.DefaultEventLoop;
import io.netty.util.concurrent.ScheduledFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import reactor.core.Disposable;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Actions whose event loop ends while they are handed to it.
 */
class ScheduledActionTests {

	private final EndingLoop loop = new EndingLoop();

	private final DefaultEventLoop forgetful = new DefaultEventLoop();

	private final CountDownLatch ran = new CountDownLatch(1);

	@AfterEach
	void close() {
		this.forgetful.shutdownGracefully(0, 0, TimeUnit.MILLISECONDS);
	}

	@Test
	void whenTheLoopEndsBeforeItCanTellThenTheActionRunsAllTheSame() throws Exception {
		schedule(this.ran::countDown, 1);
		assertThat(this.ran.await(10, TimeUnit.SECONDS)).isTrue();
	}

	@Test
	void whenTheLoopNeitherRunsNorCancelsTheActionThenItRunsAllTheSame() throws Exception {
		this.loop.takes = this.forgetful;
		schedule(this.ran::countDown, 1);
		assertThat(this.ran.await(10, TimeUnit.SECONDS)).isTrue();
	}

	@Test
	void whenTheEndOfTheLoopIsNoticedTwiceThenTheActionRunsOnce() throws Exception {
		this.loop.takes = this.forgetful;
		AtomicInteger runs = new AtomicInteger();
		schedule(runs::incrementAndGet, 1);
		this.loop.takes.shutdownGracefully(0, 0, TimeUnit.MILLISECONDS).await();
		ScheduledAction.schedule(this.ran::countDown, Duration.ofMillis(20).toNanos(), this.loop, System::nanoTime);
		assertThat(this.ran.await(10, TimeUnit.SECONDS)).isTrue();
		assertThat(runs).hasValue(1);
	}

	@Test
	void whenItIsDisposedThenItDoesNotRunOnWhateverThreadIsLeft() throws Exception {
		AtomicInteger runs = new AtomicInteger();
		schedule(runs::incrementAndGet, 20).dispose();
		schedule(this.ran::countDown, 60);
		assertThat(this.ran.await(10, TimeUnit.SECONDS)).isTrue();
		assertThat(runs).hasValue(0);
	}

	private Disposable schedule(Runnable action, int millis) {
		return ScheduledAction.schedule(action, Duration.ofMillis(millis).toNanos(), this.loop, System::nanoTime);
	}

	/** Ends as soon as it has taken an action, which it cancels or forgets. */
	private static final class EndingLoop extends DefaultEventLoop {

		/** Stands for the queue of what is forgotten. */
		private DefaultEventLoop takes = this;

		@Override
		public <V> ScheduledFuture<V> schedule(Callable<V> action, long delay, TimeUnit unit) {
			ScheduledFuture<V> taken = (this.takes != this) ? this.takes.schedule(action, 1, TimeUnit.HOURS)
					: super.schedule(action, delay, unit);
			shutdownGracefully(0, 0, TimeUnit.MILLISECONDS);
			terminationFuture().awaitUninterruptibly();
			return taken;
		}

	}

}
