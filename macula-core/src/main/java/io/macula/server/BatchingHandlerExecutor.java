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
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

/**
 * Few threads that work off a common queue while handlers are fast, and as many as
 * needed, up to a bound, while handlers block. Threads are daemons named
 * {@code macula-handler-N}; one that was idle for 30 seconds ends, the last one stays.
 * Safe for all threads.
 */
final class BatchingHandlerExecutor implements HandlerExecutor {

	/*
	 * Where things are: HandlerQueue holds what waits, in HandlerRing and CallerTurns;
	 * HandlerThreads keeps the rule that while something waits, someone works, and
	 * decides who wakes whom; HandlerThread is one thread and its states; SlowTaskScout
	 * finds tasks that hold up the queue.
	 */

	static final Duration KEEP_ALIVE = Duration.ofSeconds(30);

	private final HandlerQueue queue;

	private final HandlerThreads threads;

	private final LongAdder refused = new LongAdder();

	BatchingHandlerExecutor(int maxThreads, int queueCapacity, Duration keepAlive) {
		this(maxThreads, queueCapacity, keepAlive, daemons());
	}

	BatchingHandlerExecutor(int maxThreads, int queueCapacity, Duration keepAlive, ThreadFactory factory) {
		this.queue = new HandlerQueue(queueCapacity, maxThreads);
		this.threads = new HandlerThreads(this.queue, maxThreads, keepAlive, factory);
	}

	/**
	 * They inherit nothing: whoever wakes a thread may be another one, after a handler.
	 */
	private static ThreadFactory daemons() {
		AtomicInteger next = new AtomicInteger(1);
		return (work) -> {
			Thread thread = new Thread(null, work, "macula-handler-" + next.getAndIncrement(), 0, false);
			thread.setDaemon(true);
			return thread;
		};
	}

	@Override
	public int submit(HandlerTask[] tasks, int count) {
		int taken = this.threads.closed() ? 0 : this.queue.add(tasks, count);
		if (taken > 0) {
			this.threads.tasksWait();
			if (this.threads.closed()) {
				dropQueued();
			}
		}
		if (taken < count) {
			this.refused.add(count - taken);
		}
		return taken;
	}

	@Override
	public void limits(ProviderLimits limits) {
		this.queue.limits(limits.queueCapacity(), limits.maxThreads());
		this.threads.maxThreads(limits.maxThreads());
	}

	@Override
	public HandlerFigures figures() {
		return new HandlerFigures(this.threads.count(), this.threads.active(), this.queue.size(),
				this.refused.sum() + this.queue.shed());
	}

	@Override
	public void close() {
		this.threads.runNoMore();
		// Before a thread whose task is aborted can take one of them to drop it later.
		dropQueued();
		this.threads.close();
	}

	private void dropQueued() {
		for (HandlerTask task = this.queue.takeAny(); task != null; task = this.queue.takeAny()) {
			task.drop();
		}
	}

}
