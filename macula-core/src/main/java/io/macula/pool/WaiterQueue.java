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

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.Consumer;

import io.macula.Code;
import io.macula.Endpoint;
import io.macula.Status;
import io.macula.transport.Connection;
import org.jspecify.annotations.Nullable;

/**
 * Those who wait for a connection of one endpoint, first come first. Guarded by the lock
 * of its pool.
 * <p>
 * A waiter leaves the queue in the same step that decides its outcome, so that it has one
 * outcome at most; and the pool keeps nobody here without a dial that is under way or
 * scheduled, so that it has one at least.
 * <p>
 * OPEN to CLOSED by {@link #close}, never back: from then on nobody waits.
 */
final class WaiterQueue {

	private final Endpoint endpoint;

	private final int limit;

	private final Deque<Waiter> waiters = new ArrayDeque<>();

	/** What everybody gets once the queue is closed; set once. */
	private @Nullable Status closed;

	/**
	 * An empty queue.
	 * @param endpoint the endpoint, for people
	 * @param limit how many may wait
	 */
	WaiterQueue(Endpoint endpoint, int limit) {
		this.endpoint = endpoint;
		this.limit = limit;
	}

	boolean isEmpty() {
		return this.waiters.isEmpty();
	}

	/** Let it wait, or let it fail at once. */
	void add(Waiter waiter, Effects effects) {
		Status refusal = refusal();
		if (refusal == null) {
			this.waiters.add(waiter);
		}
		else {
			effects.add(() -> waiter.failed(refusal));
		}
	}

	private @Nullable Status refusal() {
		if (this.closed != null || this.waiters.size() < this.limit) {
			return this.closed;
		}
		return Status.notProcessed(Code.RESOURCE_EXHAUSTED, this.waiters.size() + " attempts wait for a connection to "
				+ this.endpoint + " already: the limit is pool.max-pending = " + this.limit);
	}

	/** Whether it was still waiting; it is not told anything then. */
	boolean remove(Waiter waiter) {
		return this.waiters.remove(waiter);
	}

	/** All who wait get the connection. */
	void connected(Connection connection, Effects effects) {
		release((waiter) -> waiter.connected(connection), effects);
	}

	/** All who wait fail. */
	void failed(Status notProcessed, Effects effects) {
		release((waiter) -> waiter.failed(notProcessed), effects);
	}

	/** All who wait fail, and all who come. */
	void close(Status notProcessed, Effects effects) {
		this.closed = notProcessed;
		failed(notProcessed, effects);
	}

	private void release(Consumer<Waiter> outcome, Effects effects) {
		if (this.waiters.isEmpty()) {
			return;
		}
		List<Waiter> released = new ArrayList<>(this.waiters);
		this.waiters.clear();
		effects.add(() -> released.forEach((waiter) -> Effects.guard(() -> outcome.accept(waiter))));
	}

}
