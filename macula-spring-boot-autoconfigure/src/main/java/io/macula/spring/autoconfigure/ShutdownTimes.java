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

package io.macula.spring.autoconfigure;

import java.time.Duration;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.autoconfigure.context.LifecycleProperties;

/**
 * How long the parts of a shutdown may take. Immutable.
 *
 * @param grace time of the drain
 * @param phase time that Spring gives the beans of one lifecycle phase
 */
record ShutdownTimes(Duration grace, Duration phase) {

	static final String GRACE_KEY = "macula.provider.grace";

	static final String PHASE_KEY = "spring.lifecycle.timeout-per-shutdown-phase";

	/** That of Spring Framework, where Boot does not set another. */
	private static final Duration FRAMEWORK_PHASE = Duration.ofSeconds(10);

	static ShutdownTimes of(Duration grace, @Nullable LifecycleProperties lifecycle) {
		return new ShutdownTimes(grace, (lifecycle != null) ? lifecycle.getTimeoutPerShutdownPhase() : FRAMEWORK_PHASE);
	}

	/** Whether the drain may go on when Spring stops the beans of the next phases. */
	boolean drainOutlivesPhase() {
		return this.grace.compareTo(this.phase) > 0;
	}

	/**
	 * Time after which the node closes, whatever still uses it: the drain, web requests,
	 * and the destruction of the beans.
	 * @return counted from the beginning of the context's close
	 */
	Duration limit() {
		return this.grace.plus(this.phase).plus(this.phase);
	}

}
