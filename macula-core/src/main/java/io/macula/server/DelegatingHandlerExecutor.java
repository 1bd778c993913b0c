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

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

/**
 * Runs each task on an executor of the user. Waiting and running tasks together are
 * bounded, since virtual threads have no bound of their own.
 */
final class DelegatingHandlerExecutor implements HandlerExecutor {

	private final Executor executor;

	private final int maxOpen;

	private final AtomicInteger open = new AtomicInteger();

	private final LongAdder refused = new LongAdder();

	private final Set<HandlerTask> running = ConcurrentHashMap.newKeySet();

	private volatile boolean closed;

	DelegatingHandlerExecutor(Executor executor, int maxOpen) {
		this.executor = executor;
		this.maxOpen = maxOpen;
	}

	@Override
	public int submit(HandlerTask[] tasks, int count) {
		for (int i = 0; i < count; i++) {
			if (!submit(tasks[i])) {
				this.refused.add(count - i);
				return i;
			}
		}
		return count;
	}

	private boolean submit(HandlerTask task) {
		if (this.closed) {
			return false;
		}
		if (this.open.incrementAndGet() > this.maxOpen) {
			this.open.decrementAndGet();
			return false;
		}
		try {
			this.executor.execute(() -> run(task));
			return true;
		}
		catch (RejectedExecutionException ex) {
			this.open.decrementAndGet();
			return false;
		}
	}

	private void run(HandlerTask task) {
		Thread thread = Thread.currentThread();
		ClassLoader before = thread.getContextClassLoader();
		this.running.add(task);
		try {
			if (this.closed) {
				task.drop();
			}
			else {
				task.run(System.nanoTime());
			}
		}
		finally {
			this.running.remove(task);
			this.open.decrementAndGet();
			if (thread.getContextClassLoader() != before) {
				thread.setContextClassLoader(before);
			}
		}
	}

	@Override
	public HandlerFigures figures() {
		int active = this.running.size();
		return new HandlerFigures(0, active, Math.max(0, this.open.get() - active), this.refused.sum());
	}

	@Override
	public void close() {
		this.closed = true;
		this.running.forEach(HandlerTask::abort);
	}

}
