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

import io.macula.Instance;

/**
 * An instance that can be chosen, with what this client has seen of it. Safe for all
 * threads.
 */
public interface Candidate {

	/**
	 * The instance.
	 * @return the instance
	 */
	Instance instance();

	/**
	 * Attempts of this client that the instance has not answered yet.
	 * @return 0 or more
	 */
	int inFlight();

	/**
	 * Recent latency, an exponentially weighted mean.
	 * @return nanoseconds, 0 before the first answer
	 */
	long latencyNanos();

}
