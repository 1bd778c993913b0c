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

package io.macula.cli.load;

import org.jspecify.annotations.Nullable;

/**
 * What load is put on.
 */
@FunctionalInterface
public interface LoadTarget {

	/**
	 * Start a call. Must not block; what it throws ends the call as failed.
	 * @param number 0 for the first call, then 1 more for each
	 * @param answer is told the end of the call, once, on any thread
	 */
	void call(long number, Answer answer);

	/**
	 * Told what becomes of a call.
	 */
	interface Answer {

		/**
		 * An attempt of the call is sent: whoever is asked is told of if it never
		 * answers.
		 * @param instance node id of the instance
		 * @param attempt its number, 1 for the first
		 */
		void asked(String instance, int attempt);

		/**
		 * The call is over.
		 * @param code {@code OK}, or the code of the failure
		 * @param instance node id of the instance that was asked last, or {@code null} if
		 * none was
		 * @param attempts attempts that were sent; 0 or more
		 */
		void ended(String code, @Nullable String instance, int attempts);

	}

}
