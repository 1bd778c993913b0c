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

import io.macula.Priority;
import org.jspecify.annotations.Nullable;

/**
 * Work for a handler thread: one call. Run or dropped exactly once.
 */
interface HandlerTask {

	/** It does not occupy a thread, or nobody has noticed. */
	byte UNCOUNTED = 0;

	/** It is one of the threads that its caller occupies. */
	byte COUNTED = 1;

	/** It does not run any more. */
	byte OVER = 2;

	/**
	 * Do the work.
	 * @param now the present, on the scale of {@link System#nanoTime()}
	 */
	void run(long now);

	/**
	 * The executor closes: the work is not done any more.
	 */
	void drop();

	/**
	 * The executor closes while the work waits or is being done: end soon. May come at
	 * any time, also after the end.
	 */
	void abort();

	/**
	 * Whether work of this kind is known to occupy its thread for long, so that what
	 * waits behind it goes to another thread first.
	 * @return true if so
	 */
	boolean slow();

	/**
	 * Whose work this is, among those who share the threads.
	 * @return the caller, or {@code null} for nobody's, which no share bounds
	 */
	default @Nullable Caller caller() {
		return null;
	}

	/**
	 * How important the work is.
	 * @return the same each time
	 */
	default Priority priority() {
		return Priority.NORMAL;
	}

	/**
	 * The work waits, and its place is needed for more important work: it is not done.
	 */
	default void shed() {
		drop();
	}

	/**
	 * How this counts among the threads that its caller occupies.
	 * @return {@link #UNCOUNTED}, {@link #COUNTED} or {@link #OVER}, which comes last
	 */
	default byte occupancy() {
		return UNCOUNTED;
	}

	/**
	 * Keep how this counts; by {@link CallerTurns}, under its lock.
	 * @param occupancy how it does
	 */
	default void occupancy(byte occupancy) {
		// Nobody's work does not count.
	}

	/**
	 * Learn how long work of this kind takes.
	 * @param nanos what this one took, or has taken so far
	 */
	void took(long nanos);

}
