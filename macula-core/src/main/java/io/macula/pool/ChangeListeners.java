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

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

import reactor.core.Disposable;

/**
 * Those who want to know when the state of a pool changes. Safe for all threads; never
 * called under the pool's lock.
 * <p>
 * A listener is not told the state but reads it, so it must not be called by two threads
 * at once: the slower one would leave behind what it read first. Whoever finds another
 * thread telling leaves it to that one to tell once more; hence the last run of each
 * listener begins after the last change.
 */
final class ChangeListeners {

	private final List<Listening> listening = new CopyOnWriteArrayList<>();

	/** Changes that were not told yet; more than 0 as long as a thread tells. */
	private final AtomicInteger untold = new AtomicInteger();

	/** Only written by the thread that tells. */
	private volatile int changes;

	/**
	 * Run a listener now, and after each change from now on.
	 * @param listener must not block
	 * @return disposing it ends the calls
	 */
	Disposable add(Runnable listener) {
		int seen = this.changes;
		listener.run();
		Listening added = new Listening(listener);
		this.listening.add(added);
		if (this.changes != seen) {
			// It may have read the state before the change, and was not told of it.
			tell();
		}
		return added;
	}

	/** The state has changed. */
	void tell() {
		if (this.untold.getAndIncrement() != 0) {
			return;
		}
		int told = 1;
		while (told != 0) {
			this.changes++;
			for (Listening each : this.listening) {
				each.run();
			}
			told = this.untold.addAndGet(-told);
		}
	}

	/** One listener, until it is disposed. */
	private final class Listening implements Disposable {

		private final Runnable listener;

		private volatile boolean disposed;

		Listening(Runnable listener) {
			this.listener = listener;
		}

		void run() {
			if (!this.disposed) {
				Effects.guard(this.listener);
			}
		}

		@Override
		public void dispose() {
			this.disposed = true;
			ChangeListeners.this.listening.remove(this);
		}

		@Override
		public boolean isDisposed() {
			return this.disposed;
		}

	}

}
