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

package io.macula.kotlin;

import io.micrometer.context.ContextSnapshot;
import io.micrometer.context.ContextSnapshotFactory;
import org.jspecify.annotations.Nullable;

/**
 * What the threads of a coroutine hold of all that Micrometer's context propagation
 * knows: the current Observation, the principal, what an application registers. Nothing
 * without that library. Immutable.
 */
final class ThreadLocals {

	private static final boolean PRESENT = present();

	/** {@code null} without the library. */
	private final @Nullable Captured captured;

	private ThreadLocals(@Nullable Captured captured) {
		this.captured = captured;
	}

	private static boolean present() {
		try {
			return Captured.loaded();
		}
		catch (LinkageError ex) {
			return false;
		}
	}

	/** Those of the present thread. */
	static ThreadLocals capture() {
		return new ThreadLocals(PRESENT ? new Captured() : null);
	}

	/**
	 * Put them on the present thread, and what was not captured off it.
	 * @return brings back what was there before, or {@code null}
	 */
	@Nullable Runnable open() {
		return (this.captured != null) ? this.captured.open() : null;
	}

	/** Of its own, since loading it needs the library. */
	private static final class Captured {

		static final ContextSnapshotFactory FACTORY = ContextSnapshotFactory.builder().clearMissing(true).build();

		private final ContextSnapshot snapshot = FACTORY.captureAll();

		static boolean loaded() {
			return true;
		}

		Runnable open() {
			ContextSnapshot.Scope scope = this.snapshot.setThreadLocals();
			return scope::close;
		}

	}

}
