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

package io.macula.benchmarks;

/**
 * A figure that is not one of a window of calls.
 *
 * @param stack name of the stack
 * @param name what was measured, with its unit
 * @param value the figure
 */
record Fact(String stack, String name, double value) {

	static final String READY = "microseconds until ready";

	static final String FROM_START = "microseconds from the start to the first answer";

	static final String BARE_CLIENT = "bytes per call of records and codec alone, client";

	static final String BARE_SERVER = "bytes per call of records and codec alone, server";

	static final String TAKEN = "elements that a slow consumer took";

	static final String AHEAD = "elements that the sender is ahead of a slow consumer";

	static final String GROWTH_CLIENT = "bytes by which the live heap grows over a stream, client";

	static final String GROWTH_SERVER = "bytes by which the live heap grows over a stream, server";

	/** Name of the stack of facts without any RPC. */
	static final String NO_STACK = "no RPC";

}
