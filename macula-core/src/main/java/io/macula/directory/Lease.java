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

package io.macula.directory;

import java.time.Duration;

import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Time-bounded hold that keeps an advertisement alive; it renews itself until withdrawn.
 * Safe for all threads.
 */
public interface Lease {

	/**
	 * The advertisement that this lease keeps alive.
	 * @return the advertisement
	 */
	Advertisement advertisement();

	/**
	 * The present state.
	 * @return the state
	 */
	State state();

	/**
	 * Time since the directory last confirmed that it holds the lease.
	 * @return the time, or {@code null} if it never did or this lease cannot say; the
	 * default
	 */
	default @Nullable Duration sinceConfirmed() {
		return null;
	}

	/**
	 * The present state and each change of it.
	 * @return completes after {@link State#RELEASED}
	 */
	Flux<State> states();

	/**
	 * Withdraw the advertisement and release the lease; further calls return the same
	 * outcome.
	 * @return completes when the directory knows, or when it could not be told within 1
	 * second (the advertisement then expires by itself)
	 */
	Mono<Void> withdraw();

	/**
	 * States of a lease: PENDING to GRANTED and back to PENDING while the directory
	 * cannot be reached; to RELEASED from each, and never away from it.
	 */
	enum State {

		/** Not yet accepted, or the directory cannot be reached. */
		PENDING,
		/** Accepted and renewed. */
		GRANTED,
		/** Withdrawn. */
		RELEASED

	}

}
