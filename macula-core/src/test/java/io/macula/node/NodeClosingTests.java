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
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

import ch.qos.logback.classic.Level;
import io.macula.testing.LogLines;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests of {@link NodeClosing}.
 */
@Timeout(30)
class NodeClosingTests {

	private static final Duration LIMIT = Duration.ofMillis(50);

	private final List<String> ran = new CopyOnWriteArrayList<>();

	private final NodeClosing closing = new NodeClosing("node1");

	@RegisterExtension
	final LogLines log = LogLines.of(NodeClosing.class).from(Level.INFO);

	@Test
	void whenAStepFailsThenTheNextOnesRunInOrder() {
		this.closing.then("throws", () -> {
			throw new IllegalStateException("told to fail");
		}).then("a", () -> this.ran.add("a")).then("errs", () -> {
			throw new LinkageError("told to fail");
		}).then("b", () -> this.ran.add("b")).close();
		assertThat(this.ran).containsExactly("a", "b");
	}

	@Test
	void whenAStepOfOthersMisbehavesThenTheNextOnesRun() {
		this.closing.then("throws", () -> {
			throw new IllegalStateException("told to fail");
		}, LIMIT)
			.then("null", () -> null, LIMIT)
			.then("fails", () -> Mono.error(new IllegalStateException("told to fail")), LIMIT)
			.then("never completes", Mono::never, LIMIT)
			.then("blocks", () -> Mono.fromRunnable(NodeClosingTests::blockForLong), LIMIT)
			.then("last", () -> this.ran.add("last"))
			.close();
		assertThat(this.ran).containsExactly("last");
		assertThat(this.log.events()).extracting((event) -> event.getThrowableProxy().getMessage())
			.filteredOn((message) -> message.startsWith("it has not ended"))
			.hasSize(2)
			.containsOnly("it has not ended within 50 ms and is left behind");
	}

	@Test
	void whenAllThreadsForBlockingCodeAreOccupiedThenAStepOfOthersRunsAllTheSame() {
		CountDownLatch go = new CountDownLatch(1);
		List<Disposable> occupied = new ArrayList<>();
		try {
			for (int i = 0; i < 2 * Schedulers.DEFAULT_BOUNDED_ELASTIC_SIZE; i++) {
				occupied.add(Schedulers.boundedElastic().schedule(() -> awaitQuietly(go)));
			}
			this.closing
				.then("the directory", () -> Mono.fromRunnable(() -> this.ran.add("the directory")),
						Duration.ofSeconds(5))
				.close();
			assertThat(this.ran).containsExactly("the directory");
		}
		finally {
			go.countDown();
			occupied.forEach(Disposable::dispose);
		}
	}

	@Test
	void whenWhatAStepSubscribesToClosesAgainThenItDoesNotWaitForItself() {
		this.closing.then("closes", () -> Mono.fromRunnable(() -> {
			this.closing.close();
			this.ran.add("closed again");
		}), Duration.ofSeconds(5)).then("last", () -> this.ran.add("last")).close();
		assertThat(this.ran).containsExactly("closed again", "last");
	}

	private static void blockForLong() {
		try {
			new CountDownLatch(1).await(1, TimeUnit.MINUTES);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	@Test
	void whenClosedTwiceThenTheStepsRunOnceAndTheSecondWaitsForThem() throws Exception {
		CountDownLatch begun = new CountDownLatch(1);
		CountDownLatch go = new CountDownLatch(1);
		this.closing.then("waits", () -> {
			begun.countDown();
			awaitQuietly(go);
		}).then("last", () -> this.ran.add("last"));
		CompletableFuture<Void> first = CompletableFuture.runAsync(this.closing::close);
		begun.await();
		CompletableFuture<List<String>> second = CompletableFuture.supplyAsync(() -> {
			this.closing.close();
			return List.copyOf(this.ran);
		});
		assertThat(second).isNotDone();
		go.countDown();
		assertThat(second.get()).containsExactly("last");
		first.get();
		this.closing.close();
		assertThat(this.ran).containsExactly("last");
	}

	@Test
	void whenClosedOnAThreadThatMustNotBlockThenTheStepsRunWithoutIt() throws Exception {
		Scheduler loop = Schedulers.newSingle("loop");
		try {
			CountDownLatch returned = new CountDownLatch(1);
			CompletableFuture<String> last = new CompletableFuture<>();
			this.closing.then("waits", () -> awaitQuietly(returned)).then("last", () -> last.complete("last"));
			loop.schedule(() -> {
				this.closing.close();
				returned.countDown();
			});
			assertThat(last.get(10, TimeUnit.SECONDS)).isEqualTo("last");
		}
		finally {
			loop.dispose();
		}
	}

	@Test
	void whenTheCallerIsInterruptedThenItWaitsForTheLastStepAndKeepsTheInterrupt() {
		AtomicReference<Boolean> stepInterrupted = new AtomicReference<>();
		Thread caller = Thread.currentThread();
		this.closing.then("interrupts", caller::interrupt)
			.then("looks", () -> stepInterrupted.set(Thread.currentThread().isInterrupted()))
			.then("last", () -> this.ran.add("last"))
			.close();
		assertThat(Thread.interrupted()).isTrue();
		assertThat(stepInterrupted).hasValue(false);
		assertThat(this.ran).containsExactly("last");
	}

	@Test
	void whenAStepClosesAgainThenItDoesNotWaitForItself() {
		this.closing.then("closes", this.closing::close).then("last", () -> this.ran.add("last")).close();
		assertThat(this.ran).containsExactly("last");
	}

	private static void awaitQuietly(CountDownLatch latch) {
		try {
			latch.await();
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

}
