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

import java.time.Duration;
import java.util.List;
import java.util.Map;

import io.macula.Instance;
import org.jspecify.annotations.Nullable;

/**
 * Told of what becomes of the instances of one client service. Called under the lock of
 * the load balancer: must only take note, and neither block nor call it.
 */
public interface InstanceListener {

	/** Takes note of nothing. */
	InstanceListener SILENT = new InstanceListener() {
	};

	/**
	 * The directory names an instance that it did not name before.
	 * @param instance the instance
	 */
	default void joined(Instance instance) {
	}

	/**
	 * The directory names an instance no longer.
	 * @param instance the instance
	 */
	default void left(Instance instance) {
	}

	/**
	 * An instance is left out from now on, or for longer since its probe failed.
	 * @param instance the instance
	 * @param reason for people
	 * @param time after which one call may try it; {@code null} if an operator wants it
	 */
	default void ejected(Instance instance, String reason, @Nullable Duration time) {
	}

	/**
	 * The directory names instances that serve different versions of the contract.
	 * @param versions node ids by digest of the version
	 */
	default void contractsDiffer(Map<String, List<String>> versions) {
	}

	/**
	 * An instance that was ejected is used again.
	 * @param instance the instance
	 */
	default void restored(Instance instance) {
	}

}
