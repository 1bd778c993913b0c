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

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Callers that share the threads of a node: the many calls of one do not starve those of
 * another.
 */
@Timeout(60)
class FairShareTests {

	private static final int THREADS = 16;

	private final Callers callers = new Callers();

	private final Caller first = this.callers.connected(null);

	private final Caller second = this.callers.connected(null);

	private final AtomicInteger running = new AtomicInteger();

	private final AtomicInteger ran = new AtomicInteger();

	@Test
	void whenOneCallerHasManyTasksThenCallersTakeTurns() {
		HandlerQueue queue = new HandlerQueue(100_000, THREADS);
		add(queue, this.first, 5000, false);
		add(queue, this.second, 3, false);
		List<@Nullable Caller> order = new ArrayList<>();
		for (HandlerTask task = queue.take(); task != null; task = queue.take()) {
			order.add(task.caller());
		}
		assertThat(order).hasSize(5003);
		assertThat(order.subList(0, HandlerQueue.RING)).containsOnly(this.first);
		assertThat(order.subList(HandlerQueue.RING, HandlerQueue.RING + 6)).containsExactly(this.first, this.second,
				this.first, this.second, this.first, this.second);
		assertThat(queue.size()).isZero();
		assertThat(queue.isEmpty()).isTrue();
	}

	@Test
	void whenTheTasksOfACallerAreSlowThenSomeThreadsAreLeftForAnother() {
		HandlerQueue queue = new HandlerQueue(100_000, THREADS);
		add(queue, this.first, 5000, true);
		List<HandlerTask> taken = takeAll(queue);
		assertThat(taken).hasSize(THREADS * 7 / 8);
		assertThat(queue.isEmpty()).isTrue();
		assertThat(queue.size()).isEqualTo(5000 - taken.size());
		add(queue, this.second, 5, true);
		assertThat(queue.isEmpty()).isFalse();
		assertThat(takeAll(queue)).hasSize(2).allMatch((task) -> task.caller() == this.second);
		queue.left(taken.get(0));
		assertThat(takeAll(queue)).singleElement().matches((task) -> task.caller() == this.second);
	}

	@Test
	void ofFewThreadsTheLastGoesToWhoHasNone() {
		for (int threads = 2; threads < 8; threads++) {
			HandlerQueue queue = new HandlerQueue(100_000, threads);
			Caller third = this.callers.connected(null);
			Caller fourth = this.callers.connected(null);
			add(queue, third, 100, true);
			assertThat(takeAll(queue)).hasSize(threads - 1);
			add(queue, fourth, 5, true);
			assertThat(takeAll(queue)).singleElement().matches((task) -> task.caller() == fourth);
		}
	}

	@Test
	void whenACallerIsAloneThenItHasAllThreadsAndTheWholeQueue() {
		this.callers.left(this.second);
		HandlerQueue queue = new HandlerQueue(10_000, THREADS);
		assertThat(add(queue, this.first, 12_000, true)).isEqualTo(10_000);
		assertThat(takeAll(queue)).hasSize(10_000);
	}

	@Test
	void whenACallerFillsTheQueueThenThereIsAPlaceForAnother() {
		HandlerQueue queue = new HandlerQueue(10_000, THREADS);
		assertThat(add(queue, this.first, 20_000, false)).isBetween(8_700, 9_000);
		assertThat(add(queue, this.second, 100, false)).isEqualTo(100);
	}

	@Test
	void whenTasksAreRefusedThenThoseOfOthersInTheirBatchAreNot() {
		HandlerQueue queue = new HandlerQueue(1000, THREADS);
		add(queue, this.first, 2000, false);
		HandlerTask[] batch = { new Task(this.first, false), new Task(this.second, false), new Task(this.first, false),
				new Task(this.second, false) };
		assertThat(queue.add(batch, 4)).isEqualTo(2);
		assertThat(batch[0].caller()).isSameAs(this.second);
		assertThat(batch[1].caller()).isSameAs(this.second);
		assertThat(batch[2].caller()).isSameAs(this.first);
		assertThat(batch[3].caller()).isSameAs(this.first);
	}

	@Test
	void whenTheQueueIsClosedThenTasksThatMayNotRunAreDroppedToo() {
		HandlerQueue queue = new HandlerQueue(100_000, THREADS);
		add(queue, this.first, 2000, true);
		int taken = takeAll(queue).size();
		int dropped = 0;
		while (queue.takeAny() != null) {
			dropped++;
		}
		assertThat(taken + dropped).isEqualTo(2000);
		assertThat(queue.size()).isZero();
	}

	/** In a plain queue this call would wait for all of them: 14 seconds. */
	@Test
	void tenThousandSlowCallsOfOneDelayThoseOfAnotherByMoments() throws Exception {
		BatchingHandlerExecutor executor = new BatchingHandlerExecutor(THREADS, 20_000, Duration.ofSeconds(30));
		try {
			for (int i = 0; i < 10_150; i += 50) {
				HandlerTask[] batch = new HandlerTask[50];
				for (int k = 0; k < batch.length; k++) {
					batch[k] = new SlowTask(this.first, true, 200);
				}
				assertThat(executor.submit(batch, batch.length)).isEqualTo(batch.length);
			}
			await().until(() -> this.running.get() == THREADS * 7 / 8);
			for (int i = 0; i < 20; i++) {
				Awaited call = new Awaited(this.second);
				assertThat(executor.submit(new HandlerTask[] { call }, 1)).isOne();
				assertThat(call.done.await(100, TimeUnit.MILLISECONDS)).as("call %d in time", i).isTrue();
			}
			assertThat(this.ran.get()).isLessThan(10_000);
		}
		finally {
			executor.close();
		}
	}

	/** Whoever mixes slow calls with fast ones makes their kind look fast. */
	@Test
	void slowCallsThatLookFastDelayThoseOfAnotherByMoments() throws Exception {
		BatchingHandlerExecutor executor = new BatchingHandlerExecutor(THREADS, 20_000, Duration.ofSeconds(30));
		try {
			for (int i = 0; i < 10_150; i += 50) {
				HandlerTask[] batch = new HandlerTask[50];
				for (int k = 0; k < batch.length; k++) {
					batch[k] = (k % 10 == 0) ? new SlowTask(this.first, false, 10_000) : new Quick(this.first, false);
				}
				assertThat(executor.submit(batch, batch.length)).isEqualTo(batch.length);
			}
			await().until(() -> this.running.get() >= THREADS * 7 / 8);
			for (int i = 0; i < 20; i++) {
				Awaited call = new Awaited(this.second);
				assertThat(executor.submit(new HandlerTask[] { call }, 1)).isOne();
				assertThat(call.done.await(100, TimeUnit.MILLISECONDS)).as("call %d in time", i).isTrue();
			}
		}
		finally {
			executor.close();
		}
	}

	@Test
	void whenATaskTurnsOutToBeSlowThenItCountsUntilItIsOver() {
		HandlerQueue queue = new HandlerQueue(100_000, THREADS);
		add(queue, this.first, 100, false);
		List<HandlerTask> taken = IntStream.range(0, THREADS * 7 / 8).mapToObj((i) -> queue.take()).toList();
		taken.forEach(queue::occupied);
		taken.forEach(queue::occupied);
		assertThat(queue.take()).isNull();
		add(queue, this.second, 1, false);
		assertThat(queue.take()).isNotNull().matches((task) -> task.caller() == this.second);
		queue.left(taken.get(0));
		queue.occupied(taken.get(0));
		queue.left(taken.get(0));
		HandlerTask next = queue.take();
		assertThat(next).isNotNull().matches((task) -> task.caller() == this.first);
		queue.occupied(next);
		assertThat(queue.take()).isNull();
		taken.forEach(queue::left);
		assertThat(takeAll(queue)).hasSize(100 - taken.size() - 1);
	}

	@Test
	void whenACallerFillsAnExecutorOfTheUserThenThereIsAPlaceForAnother() {
		List<Runnable> handed = new ArrayList<>();
		DelegatingHandlerExecutor executor = new DelegatingHandlerExecutor(handed::add, 800);
		int taken = 0;
		for (int i = 0; i < 500; i++) {
			HandlerTask[] batch = { new Quick(this.first, false), new Quick(this.first, false) };
			taken += executor.submit(batch, batch.length);
		}
		assertThat(taken).isEqualTo(700);
		HandlerTask[] batch = { new Quick(this.first, false), new Quick(this.second, false) };
		assertThat(executor.submit(batch, batch.length)).isOne();
		assertThat(batch[0].caller()).isSameAs(this.second);
		assertThat(batch[1].caller()).isSameAs(this.first);
		handed.forEach(Runnable::run);
		handed.clear();
		this.callers.left(this.second);
		for (int i = 0; i < 1000; i++) {
			executor.submit(new HandlerTask[] { new Quick(this.first, false) }, 1);
		}
		assertThat(handed).hasSize(800);
		assertThat(executor.figures().refused()).isEqualTo(300 + 1 + 200);
	}

	@Test
	void allTasksOfAllCallersRunOnce() {
		BatchingHandlerExecutor executor = new BatchingHandlerExecutor(THREADS, 20_000, Duration.ofSeconds(30));
		try {
			for (int i = 0; i < 1000; i++) {
				HandlerTask[] batch = { new Quick(this.first, true), new Quick(this.second, false),
						new Quick(this.first, false), new Quick(this.second, true), new Quick(null, false) };
				assertThat(executor.submit(batch, batch.length)).isEqualTo(batch.length);
			}
			await().until(() -> this.ran.get() == 5000);
			assertThat(executor.figures().queued()).isZero();
		}
		finally {
			executor.close();
		}
	}

	@Test
	void connectionsOfOneHostAreOneCallerButThoseOfThisMachineAreNot() throws Exception {
		Caller host = this.callers.connected(address("10.0.0.7", 1));
		assertThat(this.callers.connected(address("10.0.0.7", 2))).isSameAs(host);
		assertThat(this.callers.connected(address("10.0.0.8", 1))).isNotSameAs(host);
		Caller network = this.callers.connected(address("2001:db8::1", 1));
		assertThat(this.callers.connected(address("2001:db8::ffff:2", 1))).isSameAs(network);
		Caller local = this.callers.connected(address("127.0.0.1", 1));
		assertThat(this.callers.connected(address("127.0.0.1", 2))).isNotSameAs(local);
		this.callers.left(host);
		assertThat(this.callers.connected(address("10.0.0.7", 3))).isSameAs(host);
		this.callers.left(host);
		this.callers.left(host);
		assertThat(this.callers.connected(address("10.0.0.7", 4))).isNotSameAs(host);
	}

	private static InetSocketAddress address(String host, int port) throws Exception {
		return new InetSocketAddress(InetAddress.getByName(host), port);
	}

	private static List<HandlerTask> takeAll(HandlerQueue queue) {
		List<HandlerTask> taken = new ArrayList<>();
		for (HandlerTask task = queue.take(); task != null; task = queue.take()) {
			taken.add(task);
		}
		return taken;
	}

	private static int add(HandlerQueue queue, Caller caller, int count, boolean slow) {
		int taken = 0;
		for (int i = 0; i < count; i++) {
			taken += queue.add(new HandlerTask[] { new Task(caller, slow) }, 1);
		}
		return taken;
	}

	private static class Task implements HandlerTask {

		private final @Nullable Caller caller;

		private final boolean slow;

		private byte occupancy;

		Task(@Nullable Caller caller, boolean slow) {
			this.caller = caller;
			this.slow = slow;
		}

		@Override
		public void run(long now) {
			// Nothing to do.
		}

		@Override
		public void drop() {
			// Nothing to do.
		}

		@Override
		public void abort() {
			// Nothing to do.
		}

		@Override
		public boolean slow() {
			return this.slow;
		}

		@Override
		public void took(long nanos) {
			// Nothing to do.
		}

		@Override
		public @Nullable Caller caller() {
			return this.caller;
		}

		@Override
		public byte occupancy() {
			return this.occupancy;
		}

		@Override
		public void occupancy(byte occupancy) {
			this.occupancy = occupancy;
		}

	}

	private final class Quick extends Task {

		Quick(@Nullable Caller caller, boolean slow) {
			super(caller, slow);
		}

		@Override
		public void run(long now) {
			FairShareTests.this.ran.incrementAndGet();
		}

	}

	private static final class Awaited extends Task {

		private final CountDownLatch done = new CountDownLatch(1);

		Awaited(Caller caller) {
			super(caller, false);
		}

		@Override
		public void run(long now) {
			this.done.countDown();
		}

	}

	/** Of a method that waits. */
	private final class SlowTask extends Task {

		private final CountDownLatch aborted = new CountDownLatch(1);

		private final long millis;

		SlowTask(Caller caller, boolean known, long millis) {
			super(caller, known);
			this.millis = millis;
		}

		@Override
		public void run(long now) {
			FairShareTests.this.running.incrementAndGet();
			try {
				this.aborted.await(this.millis, TimeUnit.MILLISECONDS);
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
			}
			FairShareTests.this.running.decrementAndGet();
			FairShareTests.this.ran.incrementAndGet();
		}

		@Override
		public void abort() {
			this.aborted.countDown();
		}

	}

}
