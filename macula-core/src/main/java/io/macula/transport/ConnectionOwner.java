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

package io.macula.transport;

import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;

import io.netty.channel.EventLoop;

/**
 * Who owns the state of a dialled connection: its event loop; when that is gone, whoever
 * is in {@link #loopGone}, one thread at a time. Safe for all threads.
 */
final class ConnectionOwner {

	private final EventLoop loop;

	private final Runnable endWithoutLoop;

	/** How many found the event loop gone and are not yet done with that. */
	private final AtomicInteger withoutLoop = new AtomicInteger();

	/**
	 * An owner.
	 * @param loop the event loop
	 * @param endWithoutLoop ends all that is left, also when it is called again
	 */
	ConnectionOwner(EventLoop loop, Runnable endWithoutLoop) {
		this.loop = loop;
		this.endWithoutLoop = endWithoutLoop;
	}

	EventLoop loop() {
		return this.loop;
	}

	/** Whether the state belongs to this thread; for assertions. */
	boolean owned() {
		return this.loop.inEventLoop() || this.withoutLoop.get() > 0;
	}

	void execute(Runnable action) {
		try {
			this.loop.execute(action);
		}
		catch (RejectedExecutionException ex) {
			loopGone();
		}
	}

	/**
	 * The event loop takes nothing any more: end what is left. Not before its thread is
	 * over, which may still be at its last actions; then by one thread at a time, the
	 * others leave their share to it.
	 */
	void loopGone() {
		if (this.loop.inEventLoop()) {
			this.endWithoutLoop.run();
		}
		else if (!this.loop.isTerminated()) {
			this.loop.terminationFuture().addListener((future) -> loopGone());
		}
		else if (this.withoutLoop.getAndIncrement() == 0) {
			int seen = 1;
			do {
				this.endWithoutLoop.run();
				seen = this.withoutLoop.addAndGet(-seen);
			}
			while (seen != 0);
		}
	}

}
