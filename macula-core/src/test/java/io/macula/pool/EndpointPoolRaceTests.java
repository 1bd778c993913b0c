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

package io.macula.pool;

import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import io.macula.Status;
import io.macula.transport.Connection;
import org.junit.jupiter.api.Test;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;

import static io.macula.pool.PoolFixture.ONE;
import static io.macula.pool.PoolFixture.REFUSED;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests of {@link EndpointPool} under several threads that do all that may happen.
 */
class EndpointPoolRaceTests {

	private static final int ROUNDS = 5000;

	/** Tasks whose time comes as soon as somebody looks. */
	private final Queue<Task> tasks = new ConcurrentLinkedQueue<>();

	private final Queue<FakeConnection> open = new ConcurrentLinkedQueue<>();

	private Mono<Connection> dial() {
		return Mono.defer(() -> {
			if (ThreadLocalRandom.current().nextInt(3) == 0) {
				return Mono.error(REFUSED.toException());
			}
			FakeConnection connection = new FakeConnection(ONE, ThreadLocalRandom.current().nextInt(1, 4));
			this.open.add(connection);
			return Mono.just(connection);
		});
	}

	private Disposable schedule(Runnable action) {
		Task task = new Task(action);
		this.tasks.add(task);
		return () -> this.tasks.remove(task);
	}

	private void runTask() {
		Task task = this.tasks.poll();
		if (task != null) {
			task.action().run();
		}
	}

	private void disturb(EndpointPool endpoint) {
		FakeConnection connection = this.open.peek();
		switch (ThreadLocalRandom.current().nextInt(8)) {
			case 0 -> {
				connection = this.open.poll();
				if (connection != null) {
					connection.lose();
				}
			}
			case 1 -> {
				connection = this.open.poll();
				if (connection != null) {
					connection.goAway();
				}
			}
			case 2 -> {
				if (connection != null && connection.state() == Connection.State.READY) {
					connection.state(Connection.State.SUSPECTED);
				}
			}
			case 3 -> endpoint.renewed(ThreadLocalRandom.current().nextInt(1, 4));
			case 4 -> endpoint.evict();
			default -> runTask();
		}
	}

	@Test
	void whenEverythingHappensAtOnceThenEachWaiterHasOneOutcomeOrWasRemoved() throws InterruptedException {
		ConnectionPool pool = new ConnectionPool(PoolFixture.settings(2, 10, 100), (endpoint, timeout) -> dial(),
				(action, delay) -> schedule(action), System::nanoTime, PoolListener.SILENT);
		EndpointPool endpoint = pool.retain(ONE, 0);
		Queue<Counter> waiters = new ConcurrentLinkedQueue<>();
		AtomicInteger overlapping = new AtomicInteger();
		AtomicInteger inListener = new AtomicInteger();
		EndpointPool.State[] last = { null };
		endpoint.onChange(() -> {
			if (inListener.getAndIncrement() != 0) {
				overlapping.incrementAndGet();
			}
			last[0] = endpoint.state();
			inListener.decrementAndGet();
		});
		CountDownLatch done = new CountDownLatch(4);
		List<Throwable> errors = new ArrayList<>();
		for (int i = 0; i < 4; i++) {
			boolean caller = i < 2;
			Thread thread = new Thread(() -> {
				try {
					for (int round = 0; round < ROUNDS; round++) {
						if (!caller) {
							disturb(endpoint);
						}
						else if (endpoint.ready(System.nanoTime()) == null || round % 4 == 0) {
							Counter waiter = new Counter();
							waiters.add(waiter);
							endpoint.acquire(waiter);
							if (round % 3 == 0 && endpoint.remove(waiter)) {
								waiter.removed = true;
							}
						}
					}
				}
				catch (Throwable ex) {
					synchronized (errors) {
						errors.add(ex);
					}
				}
				done.countDown();
			});
			thread.setDaemon(true);
			thread.start();
		}
		assertThat(done.await(60, TimeUnit.SECONDS)).isTrue();
		// Nobody disturbs any more: whoever waits gets an outcome without a close.
		for (int i = 0; i < 1000 && waiters.stream().anyMatch(Counter::waits); i++) {
			runTask();
		}
		assertThat(errors).isEmpty();
		assertThat(waiters).isNotEmpty().noneMatch(Counter::waits);
		assertThat(waiters).allMatch((waiter) -> waiter.outcomes.get() == (waiter.removed ? 0 : 1));
		assertThat(overlapping).hasValue(0);
		assertThat(last[0]).isEqualTo(endpoint.state());
		pool.close();
		assertThat(last[0]).isEqualTo(EndpointPool.State.CLOSED);
		assertThat(this.open).allMatch((connection) -> connection.state() == Connection.State.CLOSED);
	}

	/** Something to run. */
	private record Task(Runnable action) {

	}

	/** Counts what it was told. */
	private static final class Counter implements Waiter {

		private final AtomicInteger outcomes = new AtomicInteger();

		private volatile boolean removed;

		boolean waits() {
			return !this.removed && this.outcomes.get() == 0;
		}

		@Override
		public void connected(Connection connection) {
			this.outcomes.incrementAndGet();
		}

		@Override
		public void failed(Status status) {
			this.outcomes.incrementAndGet();
		}

	}

}
