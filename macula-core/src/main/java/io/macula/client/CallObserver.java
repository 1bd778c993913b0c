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

package io.macula.client;

import java.util.List;

import io.macula.Attempt;
import io.macula.Code;
import io.macula.Instance;
import io.macula.Metadata;
import io.macula.ServiceName;
import io.macula.Status;
import org.jspecify.annotations.Nullable;
import reactor.util.context.ContextView;

/**
 * Watches one call and its attempts for the user's Observations; there is none where
 * nobody listens. Never throws: whoever tells it goes on with the call afterwards.
 */
interface CallObserver {

	/**
	 * An attempt begins.
	 * @param instance where it goes
	 * @param number 1 for the first
	 * @param metadata travels with the call
	 * @param failed attempts that failed before, those that found no connection and were
	 * not watched included
	 * @return watches the attempt, or {@code null} if it cannot be watched
	 */
	@Nullable AttemptObserver attempt(Instance instance, int number, Metadata metadata, List<Attempt> failed);

	/**
	 * The call is over.
	 * @param code how
	 * @param error what the caller is thrown, or {@code null}
	 */
	void ended(Code code, @Nullable Throwable error);

	/**
	 * Watches one attempt.
	 */
	interface AttemptObserver {

		/**
		 * What travels with this attempt, the trace context included.
		 * @return the metadata
		 */
		Metadata metadata();

		/**
		 * The attempt is over.
		 * @param status how
		 */
		void ended(Status status);

	}

	/**
	 * Begins to watch calls.
	 */
	@FunctionalInterface
	interface Factory {

		/** Nobody listens. */
		Factory NONE = (service, procedure, context) -> null;

		/**
		 * A call begins.
		 * @param service the service
		 * @param procedure what is called
		 * @param context of the subscriber, whose Observation the call belongs to;
		 * without one, it belongs to that of the present thread
		 * @return watches the call, or {@code null} where nobody listens
		 */
		@Nullable CallObserver call(ServiceName service, Procedure procedure, ContextView context);

	}

}
