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
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

class DrainingHandlerExecutorTests {

	private DrainingHandlerExecutor executor = executor(50, 10_000);

	private final AtomicInteger ran = new AtomicInteger();

	private final AtomicInteger dropped = new AtomicInteger();

	private final CountDownLatch release = new CountDownLatch(1);

	@AfterEach
	void close() {
		this.release.countDown();
		this.executor.close();
		await().until(() -> this.executor.figures().threads() == 0);
	}

	private DrainingHandlerExecutor executor(int maxThreads, int queueCapacity) {
		return new DrainingHandlerExecutor(maxThreads, queueCapacity, Duration.ofMillis(200));
	}

	private void reset(int maxThreads, int queueCapacity) {
		this.executor.close();
		this.executor = executor(maxThreads, queueCapacity);
	}

	@Test
	void fastTasksNeedOneThread() {
		for (int round = 0; round < 100; round++) {
			submit(tasks(50, this.ran::incrementAndGet));
			int expected = 50 * (round + 1);
			await().pollDelay(Duration.ZERO).pollInterval(Duration.ofMillis(1)).until(() -> this.ran.get() == expected);
		}
		assertThat(this.executor.figures().threads()).isLessThanOrEqualTo(3);
	}

	@Test
	void oneSlowTaskDelaysTheOthersOfItsBatchByMillisecondsOnly() throws Exception {
		long quickest = Long.MAX_VALUE;
		// The quickest of a few rounds: the machine may be busy with something else.
		for (int round = 0; round < 10; round++) {
			CountDownLatch fast = new CountDownLatch(200);
			List<Task> batch = tasks(1, this::block);
			batch.addAll(tasks(200, fast::countDown));
			long start = System.nanoTime();
			submit(batch);
			assertThat(fast.await(10, TimeUnit.SECONDS)).isTrue();
			quickest = Math.min(quickest, System.nanoTime() - start);
		}
		assertThat(Duration.ofNanos(quickest)).isLessThan(Duration.ofMillis(100));
	}

	@Test
	void manySlowTasksOfABatchRunAtOnceUpToTheBoundOfThreads() {
		submit(tasks(120, this::block));
		await().untilAsserted(() -> assertThat(this.executor.figures().active()).isEqualTo(50));
		assertThat(this.executor.figures().threads()).isEqualTo(50);
		assertThat(this.executor.figures().queued()).isEqualTo(70);
		this.release.countDown();
		await().untilAsserted(() -> assertThat(this.ran).hasValue(120));
	}

	@Test
	void taskThatIsKnownToBeSlowHandsTheQueueOnBeforeItRuns() throws Exception {
		CountDownLatch fast = new CountDownLatch(1);
		List<Task> batch = tasks(1, this::block);
		batch.get(0).slow = true;
		batch.addAll(tasks(1, fast::countDown));
		submit(batch);
		assertThat(fast.await(2, TimeUnit.SECONDS)).isTrue();
		assertThat(batch.get(0).nanos.get()).as("found by the scout").isZero();
	}

	@Test
	void tasksBeyondTheCapacityAreNotTaken() {
		reset(1, 10);
		submit(tasks(1, this::block));
		await().until(() -> this.executor.figures().active() == 1);
		assertThat(submit(tasks(15, this.ran::incrementAndGet))).isEqualTo(10);
		assertThat(submit(tasks(1, this.ran::incrementAndGet))).isZero();
		assertThat(this.executor.figures()).isEqualTo(new HandlerFigures(1, 1, 10, 6));
		this.release.countDown();
		await().untilAsserted(() -> assertThat(this.ran).hasValue(11));
		assertThat(submit(tasks(10, this.ran::incrementAndGet))).isEqualTo(10);
	}

	@Test
	void idleThreadsEndExceptTheLast() {
		submit(tasks(20, this::block));
		await().until(() -> this.executor.figures().active() == 20);
		this.release.countDown();
		await().untilAsserted(() -> assertThat(this.executor.figures().threads()).isEqualTo(1));
		submit(tasks(1, this.ran::incrementAndGet));
		await().untilAsserted(() -> assertThat(this.ran).hasValue(21));
	}

	@Test
	void failingTaskHarmsNobody() {
		submit(tasks(3, () -> {
			throw new IllegalStateException("expected by the test");
		}));
		submit(tasks(1, this.ran::incrementAndGet));
		await().untilAsserted(() -> assertThat(this.ran).hasValue(1));
	}

	@Test
	void interruptOfOneTaskDoesNotReachTheNext() {
		reset(1, 100);
		AtomicInteger interrupted = new AtomicInteger();
		List<Task> batch = tasks(1, () -> Thread.currentThread().interrupt());
		batch.addAll(tasks(1, () -> interrupted.addAndGet(Thread.currentThread().isInterrupted() ? 1 : 0)));
		batch.addAll(tasks(1, this.ran::incrementAndGet));
		submit(batch);
		await().untilAsserted(() -> assertThat(this.ran).hasValue(1));
		assertThat(interrupted).hasValue(0);
	}

	@Test
	void closeDropsWhatWaitsAndTakesNothingMore() {
		reset(1, 100);
		submit(tasks(1, this::block));
		await().until(() -> this.executor.figures().active() == 1);
		submit(tasks(5, this.ran::incrementAndGet));
		this.executor.close();
		assertThat(this.dropped).hasValue(5);
		assertThat(submit(tasks(1, this.ran::incrementAndGet))).isZero();
	}

	@Test
	void everyTaskOfManyProducersRunsExactlyOnce() throws Exception {
		reset(8, 300);
		int perProducer = 50_000;
		List<Thread> producers = new ArrayList<>();
		AtomicInteger taken = new AtomicInteger();
		List<Task> odd = new ArrayList<>();
		for (int producer = 0; producer < 3; producer++) {
			Thread thread = new Thread(() -> {
				for (int sent = 0; sent < perProducer; sent += 10) {
					List<Task> batch = tasks(9, this.ran::incrementAndGet);
					// A few that block a little, so that threads come and go.
					batch.addAll(tasks(1, () -> {
						if (this.ran.incrementAndGet() % 1000 == 0) {
							LockSupport.parkNanos(3_000_000);
						}
					}));
					taken.addAndGet(submit(batch));
					for (Task task : batch) {
						if (task.runs.get() > 1) {
							odd.add(task);
						}
					}
				}
			});
			producers.add(thread);
			thread.start();
		}
		for (Thread producer : producers) {
			producer.join();
		}
		await().untilAsserted(() -> assertThat(this.ran).hasValue(taken.get()));
		assertThat(taken.get() + this.executor.figures().refused()).isEqualTo(3L * perProducer);
		assertThat(this.executor.figures().queued()).isZero();
		assertThat(odd).isEmpty();
	}

	private void block() {
		try {
			this.release.await();
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
		this.ran.incrementAndGet();
	}

	private List<Task> tasks(int count, Runnable work) {
		List<Task> tasks = new ArrayList<>();
		for (int i = 0; i < count; i++) {
			tasks.add(new Task(work));
		}
		return tasks;
	}

	private int submit(List<Task> tasks) {
		return this.executor.submit(tasks.toArray(new HandlerTask[0]), tasks.size());
	}

	private final class Task extends HandlerTask {

		private final Runnable work;

		private final AtomicInteger runs = new AtomicInteger();

		private final AtomicInteger nanos = new AtomicInteger();

		private volatile boolean slow;

		Task(Runnable work) {
			this.work = work;
		}

		@Override
		void run(long now) {
			this.runs.incrementAndGet();
			this.work.run();
		}

		@Override
		void drop() {
			DrainingHandlerExecutorTests.this.dropped.incrementAndGet();
		}

		@Override
		void abort() {
			DrainingHandlerExecutorTests.this.release.countDown();
		}

		@Override
		boolean slow() {
			return this.slow;
		}

		@Override
		void took(long nanos) {
			this.nanos.set((int) nanos);
		}

	}

}
