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
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

class BatchingHandlerExecutorTests {

	private BatchingHandlerExecutor executor = executor(50, 10_000);

	private final AtomicInteger ran = new AtomicInteger();

	private final AtomicInteger dropped = new AtomicInteger();

	private final CountDownLatch release = new CountDownLatch(1);

	@AfterEach
	void close() {
		this.release.countDown();
		this.executor.close();
		await().until(() -> this.executor.figures().threads() == 0);
	}

	private BatchingHandlerExecutor executor(int maxThreads, int queueCapacity) {
		return new BatchingHandlerExecutor(maxThreads, queueCapacity, Duration.ofMillis(200));
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
	void whenNoThreadCanBeHadThenWhatWaitsIsRunAsSoonAsOneCan() {
		for (Throwable thrown : List.of(new OutOfMemoryError("unable to create native thread"),
				new IllegalStateException("expected by the test"))) {
			BrokenFactory factory = new BrokenFactory(thrown);
			this.executor.close();
			this.executor = new BatchingHandlerExecutor(50, 100, Duration.ofMillis(200), factory);
			this.ran.set(0);
			assertThat(submit(tasks(3, this.ran::incrementAndGet))).isEqualTo(3);
			await().until(() -> factory.failed.get() >= 3);
			assertThat(this.executor.figures()).isEqualTo(new HandlerFigures(0, 0, 3, 0));
			factory.broken = false;
			await().untilAsserted(() -> assertThat(this.ran).hasValue(3));
		}
	}

	@Test
	void whenAThreadCannotBeStartedThenWhatWaitsIsRunAsSoonAsOneCan() {
		AtomicInteger failed = new AtomicInteger();
		this.executor.close();
		this.executor = new BatchingHandlerExecutor(50, 100, Duration.ofMillis(200), (work) -> new Thread(work) {

			@Override
			public synchronized void start() {
				if (failed.incrementAndGet() < 4) {
					throw new OutOfMemoryError("unable to create native thread");
				}
				super.start();
			}

		});
		assertThat(submit(tasks(3, this.ran::incrementAndGet))).isEqualTo(3);
		await().untilAsserted(() -> assertThat(this.ran).hasValue(3));
		assertThat(failed.get()).isGreaterThanOrEqualTo(4);
	}

	@Test
	void whenThreadsCannotBeHadAndTheExecutorClosesThenWhatWaitsIsDropped() {
		this.executor.close();
		this.executor = new BatchingHandlerExecutor(50, 100, Duration.ofMillis(200),
				new BrokenFactory(new OutOfMemoryError("unable to create native thread")));
		submit(tasks(3, this.ran::incrementAndGet));
		this.executor.close();
		assertThat(this.dropped).hasValue(3);
	}

	@Test
	void whenATaskThrowsAnErrorThenItsThreadGoesOn() {
		reset(1, 100);
		submit(tasks(3, () -> {
			throw new NoClassDefFoundError("expected by the test");
		}));
		submit(tasks(1, this.ran::incrementAndGet));
		await().untilAsserted(() -> assertThat(this.ran).hasValue(1));
		assertThat(this.executor.figures().threads()).isEqualTo(1);
	}

	@Test
	void whenAThreadBreaksOutsideOfItsTaskThenAnotherOneTakesItsPlace() {
		reset(1, 100);
		List<Task> batch = tasks(1, this.ran::incrementAndGet);
		batch.get(0).breaking = true;
		batch.addAll(tasks(2, this.ran::incrementAndGet));
		submit(batch);
		await().untilAsserted(() -> assertThat(this.ran).hasValue(3));
		submit(tasks(1, this.ran::incrementAndGet));
		await().untilAsserted(() -> assertThat(this.ran).hasValue(4));
		assertThat(this.executor.figures().threads()).isEqualTo(1);
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

	@Test
	void moreThreadsComeAsSoonAsTheyMay() {
		reset(2, 1000);
		submit(tasks(20, this::block));
		await().untilAsserted(() -> assertThat(this.executor.figures().active()).isEqualTo(2));
		this.executor.limits(new ProviderLimits(8, 1000, 1, Duration.ZERO));
		await().untilAsserted(() -> assertThat(this.executor.figures().active()).isEqualTo(8));
		this.release.countDown();
		await().untilAsserted(() -> assertThat(this.ran).hasValue(20));
	}

	@Test
	void threadsThatAreTooManyEndAfterTheirTaskAndTheQueueGoesOn() {
		reset(8, 1000);
		submit(tasks(200, this::block));
		await().untilAsserted(() -> assertThat(this.executor.figures().active()).isEqualTo(8));
		this.executor.limits(new ProviderLimits(2, 1000, 1, Duration.ZERO));
		assertThat(this.executor.figures().active()).isEqualTo(8);
		this.release.countDown();
		await().untilAsserted(() -> assertThat(this.ran).hasValue(200));
		await().untilAsserted(() -> assertThat(this.executor.figures().threads()).isLessThanOrEqualTo(2));
		assertThat(this.dropped).hasValue(0);
	}

	@Test
	void whatWaitsStaysInAQueueThatBecomesSmaller() {
		reset(1, 1000);
		submit(tasks(1, this::block));
		await().untilAsserted(() -> assertThat(this.executor.figures().active()).isEqualTo(1));
		assertThat(submit(tasks(900, this.ran::incrementAndGet))).isEqualTo(900);
		this.executor.limits(new ProviderLimits(1, 10, 1, Duration.ZERO));
		assertThat(submit(tasks(5, this.ran::incrementAndGet))).isZero();
		this.executor.limits(new ProviderLimits(1, 2000, 1, Duration.ZERO));
		assertThat(submit(tasks(5, this.ran::incrementAndGet))).isEqualTo(5);
		this.release.countDown();
		await().untilAsserted(() -> assertThat(this.ran).hasValue(906));
		assertThat(this.dropped).hasValue(0);
	}

	@Test
	void eachTaskRunsOnceWhileTheLimitsChange() throws Exception {
		reset(4, 100_000);
		Thread changing = new Thread(() -> {
			for (int i = 0; i < 300; i++) {
				this.executor.limits(new ProviderLimits(1 + i % 7, 100_000, 1, Duration.ZERO));
				LockSupport.parkNanos(200_000);
			}
		});
		changing.start();
		int taken = 0;
		for (int i = 0; i < 500; i++) {
			taken += submit(tasks(20, () -> {
				LockSupport.parkNanos(20_000);
				this.ran.incrementAndGet();
			}));
		}
		changing.join();
		int all = taken;
		assertThat(all).isEqualTo(10_000);
		await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> assertThat(this.ran).hasValue(all));
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

	private final class Task implements HandlerTask {

		private final Runnable work;

		private final AtomicInteger runs = new AtomicInteger();

		private final AtomicInteger nanos = new AtomicInteger();

		private volatile boolean slow;

		private volatile boolean breaking;

		Task(Runnable work) {
			this.work = work;
		}

		@Override
		public void run(long now) {
			this.runs.incrementAndGet();
			this.work.run();
		}

		@Override
		public void drop() {
			BatchingHandlerExecutorTests.this.dropped.incrementAndGet();
		}

		@Override
		public void abort() {
			BatchingHandlerExecutorTests.this.release.countDown();
		}

		@Override
		public boolean slow() {
			return this.slow;
		}

		@Override
		public void took(long nanos) {
			this.nanos.set((int) nanos);
			if (this.breaking) {
				throw new OutOfMemoryError("expected by the test");
			}
		}

	}

	/** Has no threads to give. */
	private static final class BrokenFactory implements ThreadFactory {

		private final Throwable thrown;

		private final AtomicInteger failed = new AtomicInteger();

		private volatile boolean broken = true;

		BrokenFactory(Throwable thrown) {
			this.thrown = thrown;
		}

		@Override
		public Thread newThread(Runnable work) {
			if (!this.broken) {
				return new Thread(work);
			}
			this.failed.incrementAndGet();
			if (this.thrown instanceof Error error) {
				throw error;
			}
			throw (RuntimeException) this.thrown;
		}

	}

}
