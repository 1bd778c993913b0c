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

package io.macula.embedded;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import io.macula.directory.DirectoryLoop;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link DirectoryLoop}.
 */
@Timeout(30)
class DirectoryLoopTests {

	private final TestLoop test = new TestLoop();

	private final DirectoryLoop loop = this.test.loop;

	private final List<String> ran = new ArrayList<>();

	@Test
	void whenPeriodicTaskThrowsAnErrorThenItGoesOn() {
		this.loop.every(Duration.ofMillis(10), () -> {
			this.ran.add("tick");
			throw new StackOverflowError();
		});
		this.test.time.advanceTimeBy(Duration.ofMillis(35));
		assertThat(this.ran).hasSize(3);
		assertThat(this.test.failures).hasSize(3).allMatch((failure) -> failure instanceof StackOverflowError);
	}

	@Test
	void whenTaskThrowsAnErrorThenOthersGoOn() {
		this.loop.every(Duration.ofMillis(10), () -> this.ran.add("tick"));
		this.loop.execute(() -> {
			throw new AssertionError("expected by the test");
		});
		this.test.time.advanceTimeBy(Duration.ofMillis(25));
		assertThat(this.ran).hasSize(2);
	}

	@Test
	void whenPeriodicTaskThrowsAnErrorOnARealThreadThenItGoesOn() throws InterruptedException {
		DirectoryLoop real = DirectoryLoop.start("macula-directory");
		CountDownLatch ticks = new CountDownLatch(3);
		real.every(Duration.ofMillis(1), () -> {
			ticks.countDown();
			throw new StackOverflowError("expected by the test");
		});
		assertThat(ticks.await(20, TimeUnit.SECONDS)).isTrue();
		real.close();
	}

	@Test
	void whenInATaskThenInLoop() {
		DirectoryLoop other = new TestLoop().loop;
		assertThat(this.loop.inLoop()).isFalse();
		this.test.run(() -> {
			assertThat(this.loop.inLoop()).isTrue();
			assertThat(other.inLoop()).as("that of another one").isFalse();
		});
		assertThat(this.loop.inLoop()).isFalse();
	}

	@Test
	void whenTaskIsDelayedOrPeriodicThenInLoopToo() {
		this.loop.schedule(() -> this.ran.add("delayed " + this.loop.inLoop()), Duration.ofMillis(5));
		this.loop.every(Duration.ofMillis(7), () -> this.ran.add("periodic " + this.loop.inLoop()));
		this.test.pass(Duration.ofMillis(10));
		assertThat(this.ran).containsExactly("delayed true", "periodic true");
	}

	@Test
	void whenClosedInATaskThenThoseAcceptedBeforeStillRun() {
		this.test.run(() -> {
			this.loop.execute(() -> this.ran.add("accepted"));
			this.loop.close();
			this.loop.execute(() -> this.ran.add("late"), () -> this.ran.add("refused"));
		});
		assertThat(this.ran).containsExactly("refused", "accepted");
	}

	@Test
	void whenClosedThenDelayedAndPeriodicTasksEnd() {
		this.loop.schedule(() -> this.ran.add("delayed"), Duration.ofMillis(5));
		this.loop.every(Duration.ofMillis(5), () -> this.ran.add("periodic"));
		this.loop.close();
		this.loop.close();
		assertThat(this.loop.schedule(() -> this.ran.add("late"), Duration.ZERO)).isNull();
		this.loop.every(Duration.ofMillis(5), () -> this.ran.add("late"));
		this.test.pass(Duration.ofSeconds(1));
		assertThat(this.ran).isEmpty();
	}

	@Test
	void whenManyThreadsCallWhileItClosesThenEachTaskRunsOrIsRefused() throws InterruptedException {
		for (int round = 0; round < 20; round++) {
			DirectoryLoop real = DirectoryLoop.start("macula-directory");
			CountDownLatch ended = new CountDownLatch(400);
			AtomicInteger twice = new AtomicInteger();
			List<Thread> threads = new ArrayList<>();
			for (int i = 0; i < 4; i++) {
				threads.add(new Thread(() -> {
					for (int call = 0; call < 100; call++) {
						AtomicInteger ends = new AtomicInteger();
						Runnable end = () -> {
							twice.addAndGet(ends.getAndIncrement());
							ended.countDown();
						};
						real.execute(end, end);
					}
				}));
			}
			threads.forEach(Thread::start);
			real.close();
			assertThat(ended.await(20, TimeUnit.SECONDS)).isTrue();
			assertThat(twice).hasValue(0);
		}
	}

	@Test
	void whenJitteredThenBetweenHalfAndWhole() {
		for (int i = 0; i < 100; i++) {
			assertThat(this.loop.jittered(Duration.ofMillis(10))).isBetween(Duration.ofMillis(5),
					Duration.ofMillis(10));
		}
	}

}
