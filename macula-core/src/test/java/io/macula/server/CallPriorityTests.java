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
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;

import io.macula.Priority;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Important tasks go first, and unimportant ones give way.
 */
@Timeout(60)
class CallPriorityTests {

	private final Callers callers = new Callers();

	private final Caller first = this.callers.connected(null);

	private final Caller second = this.callers.connected(null);

	private final List<Task> shed = Collections.synchronizedList(new ArrayList<>());

	@Test
	void whatIsOfLowPriorityWaitsForAllElse() {
		HandlerQueue queue = new HandlerQueue(100, 4);
		add(queue, this.first, Priority.LOW, 3, false);
		add(queue, this.second, Priority.NORMAL, 3, false);
		add(queue, this.first, Priority.HIGH, 3, false);
		add(queue, this.second, Priority.LOW, 2, false);
		assertThat(queue.size()).isEqualTo(11);
		List<Priority> order = order(queue);
		assertThat(order.subList(6, 11)).containsOnly(Priority.LOW);
		assertThat(order.subList(0, 5)).contains(Priority.HIGH, Priority.HIGH, Priority.HIGH);
		assertThat(queue.isEmpty()).isTrue();
		assertThat(queue.size()).isZero();
		assertThat(queue.taken()).isEqualTo(queue.added()).isEqualTo(11);
	}

	@Test
	void whatIsOfHighPriorityOvertakesTheCallersOwnTasksAndNoShareOfOthers() {
		HandlerQueue queue = new HandlerQueue(100_000, 4);
		add(queue, this.first, Priority.NORMAL, HandlerQueue.RING + 10, false);
		for (int i = 0; i < HandlerQueue.RING; i++) {
			assertThat(queue.take()).isNotNull();
		}
		add(queue, this.second, Priority.NORMAL, 3, false);
		add(queue, this.first, Priority.HIGH, 500, false);
		List<HandlerTask> taken = takeAll(queue);
		assertThat(taken.subList(0, 6)).filteredOn((task) -> task.caller() == this.second).hasSize(3);
		assertThat(taken.subList(0, 503)).filteredOn((task) -> task.priority() == Priority.HIGH).hasSize(500);
	}

	@Test
	void whenUrgentTasksKeepComingThenWhatCameBeforeThemIsRunNevertheless() {
		HandlerQueue queue = new HandlerQueue(100, 4);
		add(queue, this.first, Priority.NORMAL, 5, false);
		int normal = 0;
		for (int i = 0; i < 20; i++) {
			add(queue, this.second, Priority.HIGH, 1, false);
			HandlerTask task = queue.take();
			assertThat(task).isNotNull();
			normal += (task.priority() == Priority.NORMAL) ? 1 : 0;
		}
		assertThat(normal).isEqualTo(5);
	}

	@Test
	void whenThereIsNoPlaceThenTheLatestOfLowPriorityGiveTheirs() {
		this.callers.left(this.second);
		HandlerQueue queue = new HandlerQueue(10, 4);
		List<Task> low = add(queue, this.first, Priority.LOW, 7, false);
		assertThat(low).hasSize(7);
		assertThat(add(queue, this.first, Priority.NORMAL, 6, false)).hasSize(6);
		assertThat(this.shed).containsExactly(low.get(6), low.get(5), low.get(4));
		assertThat(add(queue, this.first, Priority.HIGH, 2, false)).hasSize(2);
		assertThat(add(queue, this.first, Priority.LOW, 1, false)).isEmpty();
		assertThat(add(queue, this.first, Priority.HIGH, 5, false)).hasSize(2);
		assertThat(queue.size()).isEqualTo(10);
		assertThat(queue.shed()).isEqualTo(7);
		assertThat(order(queue)).hasSize(10).doesNotContain(Priority.LOW);
	}

	@Test
	void whenThoseThatGiveWayAreBlockedThenTheyDoToo() {
		HandlerQueue queue = new HandlerQueue(1000, 8);
		List<Task> low = add(queue, this.first, Priority.LOW, 100, true);
		List<HandlerTask> running = takeAll(queue);
		assertThat(running).hasSize(7);
		List<Task> normal = add(queue, this.second, Priority.NORMAL, 2000, false);
		assertThat(normal).hasSizeGreaterThan(870);
		assertThat(this.shed).hasSizeGreaterThan(low.size() - running.size() - 130);
		running.forEach(queue::left);
		assertThat(takeAll(queue)).hasSize(normal.size() + low.size() - running.size() - this.shed.size());
		assertThat(queue.size()).isZero();
	}

	/** Even of a caller that has everything for itself. */
	@Test
	void slowTasksOfLowPriorityLeaveAThread() {
		this.callers.left(this.second);
		HandlerQueue queue = new HandlerQueue(1000, 16);
		add(queue, this.first, Priority.LOW, 100, true);
		List<HandlerTask> running = takeAll(queue);
		assertThat(running).hasSize(14);
		add(queue, this.first, Priority.NORMAL, 2, true);
		assertThat(takeAll(queue)).hasSize(2).allMatch((task) -> task.priority() == Priority.NORMAL);
		queue.left(running.get(0));
		assertThat(takeAll(queue)).hasSize(1);
	}

	/** Many callers together, too. */
	@Test
	void slowTasksOfLowPriorityOfAllCallersLeaveAThread() {
		for (int threads = 2; threads < 20; threads++) {
			HandlerQueue queue = new HandlerQueue(1000, threads);
			Caller third = this.callers.connected(null);
			Caller fourth = this.callers.connected(null);
			add(queue, third, Priority.LOW, 100, true);
			add(queue, fourth, Priority.LOW, 100, true);
			int most = threads * 7 / 8;
			List<HandlerTask> running = takeAll(queue);
			assertThat(running).hasSize(most);
			add(queue, fourth, Priority.NORMAL, 1, true);
			assertThat(takeAll(queue)).singleElement().matches((task) -> task.priority() == Priority.NORMAL);
			running.forEach(queue::left);
			assertThat(takeAll(queue)).isNotEmpty().hasSizeLessThanOrEqualTo(most);
		}
	}

	@Test
	void aSingleThreadRunsEachPriority() {
		HandlerQueue queue = new HandlerQueue(10, 1);
		add(queue, this.first, Priority.LOW, 1, true);
		assertThat(takeAll(queue)).hasSize(1);
	}

	@Test
	void whenTheQueueIsClosedThenAllAreDropped() {
		HandlerQueue queue = new HandlerQueue(1000, 8);
		for (Priority priority : Priority.values()) {
			add(queue, this.first, priority, 20, true);
		}
		int taken = takeAll(queue).size();
		int dropped = 0;
		while (queue.takeAny() != null) {
			dropped++;
		}
		assertThat(taken + dropped).isEqualTo(60);
		assertThat(queue.size()).isZero();
	}

	@Test
	void onAnExecutorOfTheUserLowPriorityLeavesAQuarter() {
		this.callers.left(this.second);
		List<Runnable> handed = new ArrayList<>();
		DelegatingHandlerExecutor executor = new DelegatingHandlerExecutor(handed::add, 80);
		for (int i = 0; i < 100; i++) {
			executor.submit(new HandlerTask[] { new Task(this.first, Priority.LOW, false) }, 1);
		}
		assertThat(handed).hasSize(60);
		for (int i = 0; i < 100; i++) {
			executor.submit(new HandlerTask[] { new Task(this.first, Priority.NORMAL, false) }, 1);
		}
		assertThat(handed).hasSize(80);
		handed.forEach(Runnable::run);
		executor.close();
	}

	@Test
	void eachTaskIsRunOrGivesWayOnceUnderLoad() throws Exception {
		BatchingHandlerExecutor executor = new BatchingHandlerExecutor(8, 50, Duration.ofSeconds(30));
		AtomicInteger refused = new AtomicInteger();
		List<Task> all = Collections.synchronizedList(new ArrayList<>());
		var producers = Executors.newFixedThreadPool(3);
		try {
			for (int p = 0; p < 3; p++) {
				Caller caller = (p == 0) ? this.first : this.second;
				producers.execute(() -> {
					for (int i = 0; i < 5000; i++) {
						HandlerTask[] batch = new HandlerTask[3];
						for (int k = 0; k < batch.length; k++) {
							Priority priority = Priority.values()[ThreadLocalRandom.current().nextInt(3)];
							Task task = new Task(caller, priority, k == 0);
							all.add(task);
							batch[k] = task;
						}
						int taken = executor.submit(batch, batch.length);
						for (int k = taken; k < batch.length; k++) {
							((Task) batch[k]).ended.incrementAndGet();
							refused.incrementAndGet();
						}
					}
				});
			}
			producers.shutdown();
			await().until(producers::isTerminated);
			await().until(() -> all.stream().allMatch((task) -> task.ended.get() == 1));
			assertThat(executor.figures().queued()).isZero();
			assertThat(executor.figures().refused()).isEqualTo(refused.get() + this.shed.size());
			assertThat(this.shed).allMatch((task) -> task.priority() == Priority.LOW);
		}
		finally {
			producers.shutdownNow();
			executor.close();
		}
	}

	private List<Task> add(HandlerQueue queue, Caller caller, Priority priority, int count, boolean slow) {
		List<Task> taken = new ArrayList<>();
		for (int i = 0; i < count; i++) {
			Task task = new Task(caller, priority, slow);
			if (queue.add(new HandlerTask[] { task }, 1) == 1) {
				taken.add(task);
			}
		}
		return taken;
	}

	private static List<HandlerTask> takeAll(HandlerQueue queue) {
		List<HandlerTask> taken = new ArrayList<>();
		for (HandlerTask task = queue.take(); task != null; task = queue.take()) {
			taken.add(task);
		}
		return taken;
	}

	private static List<Priority> order(HandlerQueue queue) {
		return takeAll(queue).stream().map(HandlerTask::priority).toList();
	}

	private final class Task implements HandlerTask {

		private final @Nullable Caller caller;

		private final Priority priority;

		private final boolean slow;

		private final AtomicInteger ended = new AtomicInteger();

		private byte occupancy;

		Task(@Nullable Caller caller, Priority priority, boolean slow) {
			this.caller = caller;
			this.priority = priority;
			this.slow = slow;
		}

		@Override
		public void run(long now) {
			this.ended.incrementAndGet();
		}

		@Override
		public void drop() {
			this.ended.incrementAndGet();
		}

		@Override
		public void shed() {
			CallPriorityTests.this.shed.add(this);
			this.ended.incrementAndGet();
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
		public Priority priority() {
			return this.priority;
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

}
