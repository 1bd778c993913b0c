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

package io.macula.faults;

import io.macula.MaculaMethod;

/**
 * What a provider may have to bear from its own handlers.
 */
interface Ordeal {

	/**
	 * Allocate until no memory is left.
	 * @return never
	 */
	long hoard();

	/**
	 * Sleep, unless interrupted.
	 * @param millis how long
	 * @return the figures afterwards
	 */
	@MaculaMethod(idempotent = true)
	Figures sleep(long millis);

	/**
	 * What happened to the sleepers of this process.
	 * @return the figures
	 */
	@MaculaMethod(idempotent = true, nonBlocking = true)
	Figures figures();

	/**
	 * What happened to the sleepers of a process. Immutable.
	 *
	 * @param begun handlers that were entered
	 * @param interrupted handlers that were interrupted
	 * @param begunLate handlers that were entered after the deadline of their call
	 */
	record Figures(long begun, long interrupted, long begunLate) {

	}

}
