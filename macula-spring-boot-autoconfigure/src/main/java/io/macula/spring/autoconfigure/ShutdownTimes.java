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
 * @param termination time that the process is given to end, or {@code null} if nobody
 * told
 */
record ShutdownTimes(Duration grace, Duration phase, @Nullable Duration termination) {

	static final String GRACE_KEY = "macula.provider.grace";

	static final String PHASE_KEY = "spring.lifecycle.timeout-per-shutdown-phase";

	static final String TERMINATION_KEY = "macula.provider.termination-grace-period";

	/** That of Spring Framework, where Boot does not set another. */
	private static final Duration FRAMEWORK_PHASE = Duration.ofSeconds(10);

	/** What a drain may take beside its grace: the withdrawal and the last farewell. */
	private static final Duration CLOSING = Duration.ofSeconds(5);

	static ShutdownTimes of(Duration grace, @Nullable LifecycleProperties lifecycle, @Nullable Duration termination) {
		return new ShutdownTimes(grace, (lifecycle != null) ? lifecycle.getTimeoutPerShutdownPhase() : FRAMEWORK_PHASE,
				termination);
	}

	/** The same for another grace. */
	ShutdownTimes withGrace(Duration changed) {
		return new ShutdownTimes(changed, this.phase, this.termination);
	}

	/** Whether handlers may still run when the beans of other phases have had theirs. */
	boolean drainOutlivesPhase() {
		return this.grace.compareTo(this.phase) > 0;
	}

	/**
	 * Time of the lifecycle phase in which the node and the web server drain: the longer
	 * of the two, and so much that the drain ends by itself.
	 */
	Duration drainPhase() {
		return longer(this.grace.plus(CLOSING), this.phase);
	}

	/**
	 * Time that an orderly shutdown may take, if no bean is slow to end: the drain of the
	 * node or that of the web server, and the end of everything else.
	 */
	Duration orderly() {
		return longer(this.grace, this.phase).plus(CLOSING);
	}

	/** Whether the process is killed before an orderly shutdown is over. */
	boolean killedEarly() {
		return this.termination != null && this.termination.compareTo(orderly()) < 0;
	}

	/**
	 * Time after which the node closes, whatever still uses it: the drain, web requests,
	 * and the destruction of the beans.
	 * @return counted from the beginning of the context's close
	 */
	Duration limit() {
		return this.grace.plus(this.phase).plus(this.phase);
	}

	private static Duration longer(Duration one, Duration other) {
		return (one.compareTo(other) > 0) ? one : other;
	}

}
