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

package io.macula.selection;

import io.macula.ServiceName;
import org.jspecify.annotations.Nullable;

/**
 * What a strategy may know of the call. Valid only during the choice.
 */
public interface SelectionContext {

	/**
	 * The service.
	 * @return its name
	 */
	ServiceName service();

	/**
	 * Number of this call among the calls of its client service: grows by one per call,
	 * not per attempt.
	 * @return 0 for the first call
	 */
	long tick();

	/**
	 * Number of the attempt.
	 * @return 1 for the first
	 */
	int attempt();

	/**
	 * Whether the call may be repeated after an attempt of unknown fate.
	 * @return true for idempotent methods; false unless that is known
	 */
	default boolean idempotent() {
		return false;
	}

	/**
	 * Zone of the calling node.
	 * @return the zone, or {@code null} where none is set
	 */
	@Nullable String zone();

	/**
	 * What the call is about, for strategies that keep calls of the same key together:
	 * see {@link io.macula.RoutingKey}.
	 * @return the key, or {@code null} for a call without one
	 */
	default @Nullable String key() {
		return null;
	}

	/**
	 * What tells whether an instance has the called method.
	 * @return its mark in a {@link io.macula.Fingerprint}, or {@code null} where that is
	 * not known, so that every instance may have it
	 */
	default @Nullable String methodMark() {
		return null;
	}

}
