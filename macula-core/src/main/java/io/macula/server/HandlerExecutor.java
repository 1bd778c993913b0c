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

import java.util.concurrent.Executor;

/**
 * Runs blocking handlers, never on the thread that hands them over. Bounded: what does
 * not fit is refused. Safe for all threads.
 */
interface HandlerExecutor {

	/**
	 * Few threads that work off a common queue, more of them while handlers are slow.
	 * @param maxThreads bound of the threads
	 * @param queueCapacity bound of the tasks that wait
	 * @return a new executor
	 */
	static HandlerExecutor batching(int maxThreads, int queueCapacity) {
		return new BatchingHandlerExecutor(maxThreads, queueCapacity, BatchingHandlerExecutor.KEEP_ALIVE);
	}

	/**
	 * An executor of the user, for example one of virtual threads.
	 * @param executor runs each task on a thread of its own choice; not closed
	 * @param maxOpen bound of the tasks that wait or run
	 * @return a new executor
	 */
	static HandlerExecutor of(Executor executor, int maxOpen) {
		return new DelegatingHandlerExecutor(executor, maxOpen);
	}

	/**
	 * Hand over a batch.
	 * @param tasks the tasks; the array is not kept, but those that are not taken are
	 * moved behind the others
	 * @param count how many of them
	 * @return how many were taken, from the first on; the others are still the caller's
	 */
	int submit(HandlerTask[] tasks, int count);

	/**
	 * Have other bounds from the next batch on. What waits or runs goes on, even if it is
	 * more than they allow.
	 * @param limits the bounds
	 */
	default void limits(ProviderLimits limits) {
		// Whoever runs what it is given at once has no bounds.
	}

	/**
	 * Figures of this moment.
	 * @return the figures
	 */
	HandlerFigures figures();

	/**
	 * Take nothing more, drop what waits, abort what runs.
	 */
	void close();

}
