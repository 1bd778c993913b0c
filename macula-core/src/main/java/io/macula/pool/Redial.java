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

import java.time.Duration;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.core.Disposables;

/**
 * The next dial of an endpoint that failed: scheduled or not, one at a time. Guarded by
 * the lock of its pool; the timer itself is called without it.
 * <p>
 * Each schedule has a token. It is given back to the pool when its time has come or when
 * the timer refuses it, and counts only if the pool still {@linkplain #take takes} it, so
 * that a redial which was cancelled a moment too late changes nothing.
 */
final class Redial {

	private final Timer timer;

	private final Consumer<Disposable> due;

	private final Consumer<Disposable> refused;

	private Disposable.@Nullable Swap scheduled;

	/**
	 * Nothing scheduled.
	 * @param timer runs what is due
	 * @param due called without the lock when the time has come
	 * @param refused called without the lock when the timer throws
	 */
	Redial(Timer timer, Consumer<Disposable> due, Consumer<Disposable> refused) {
		this.timer = timer;
		this.due = due;
		this.refused = refused;
	}

	boolean isScheduled() {
		return this.scheduled != null;
	}

	/** Dial after a delay, in place of what was scheduled. */
	void schedule(Duration delay, Effects effects) {
		cancel(effects);
		Disposable.Swap token = Disposables.swap();
		this.scheduled = token;
		effects.add(() -> start(token, delay));
	}

	void cancel(Effects effects) {
		Disposable cancelled = this.scheduled;
		if (cancelled != null) {
			this.scheduled = null;
			effects.add(cancelled::dispose);
		}
	}

	/** Whether this is what was scheduled; nothing is scheduled afterwards. */
	boolean take(Disposable token) {
		if (this.scheduled != token) {
			return false;
		}
		this.scheduled = null;
		return true;
	}

	private void start(Disposable.Swap token, Duration delay) {
		try {
			// Disposes of the task at once if the token was cancelled meanwhile.
			token.replace(this.timer.schedule(() -> this.due.accept(token), delay));
		}
		catch (Throwable ex) {
			this.refused.accept(token);
			throw ex;
		}
	}

}
