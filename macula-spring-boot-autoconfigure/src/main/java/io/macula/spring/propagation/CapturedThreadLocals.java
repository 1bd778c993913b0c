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

package io.macula.spring.propagation;

import io.micrometer.context.ContextSnapshotFactory;
import org.springframework.util.ClassUtils;
import reactor.util.context.ContextView;

/**
 * Brings what a Reactor context carries of the caller's thread, such as its trace, to the
 * present one, where Micrometer's context propagation is on the class path.
 */
final class CapturedThreadLocals {

	private static final boolean PROPAGATED = ClassUtils.isPresent("io.micrometer.context.ContextSnapshotFactory",
			CapturedThreadLocals.class.getClassLoader());

	private CapturedThreadLocals() {
	}

	/**
	 * Set them.
	 * @param context carries them
	 * @return brings back what was before
	 */
	static Scope of(ContextView context) {
		return PROPAGATED ? Propagation.of(context) : () -> {
		};
	}

	/** Loaded only where it is there. */
	private static final class Propagation {

		private static final ContextSnapshotFactory SNAPSHOTS = ContextSnapshotFactory.builder().build();

		static Scope of(ContextView context) {
			return SNAPSHOTS.setThreadLocalsFrom(context)::close;
		}

	}

	/** Time during which they are set. */
	@FunctionalInterface
	interface Scope extends AutoCloseable {

		@Override
		void close();

	}

}
