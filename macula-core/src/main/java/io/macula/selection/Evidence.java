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

import io.macula.Code;
import io.macula.Processed;

/**
 * What a failed attempt says about the health of its instance. The one table that every
 * rule of ejection follows.
 */
enum Evidence {

	/** The instance failed: counts for the rate and for failures in a row. */
	FAULT,
	/** The same, and the time that it was waited for says that it is slow. */
	TIMEOUT,
	/** It answered, as a healthy one does: ends a row, and the latency counts. */
	ANSWER,
	/** A call without a fault: counts for the rate alone. */
	HARMLESS,
	/** Nothing: counted by its code in reports, and nowhere else. */
	NOTHING;

	/**
	 * The table. Overload is no sickness: ejecting an instance that refuses calls would
	 * overload its peers. A call whose time was over before it was written, or before its
	 * handler ran, came too late: most of all from a client that is late itself. What the
	 * caller did wrong says nothing of the instance that was told, and an attempt that
	 * was given up has no outcome.
	 */
	static Evidence of(Code code, Processed processed) {
		return of(code, processed, false);
	}

	/**
	 * The table, with a line for what ends because a connection was drained, by the
	 * instance or by this side: that is nobody's fault.
	 */
	static Evidence of(Code code, Processed processed, boolean drained) {
		if (drained && code == Code.UNAVAILABLE && processed != Processed.YES) {
			return NOTHING;
		}
		return switch (code) {
			case UNAVAILABLE, INTERNAL -> FAULT;
			// A handler that does not know its caller is healthy; a handshake is another
			// matter.
			case UNAUTHENTICATED -> (processed == Processed.YES) ? ANSWER : FAULT;
			case DEADLINE_EXCEEDED -> (processed == Processed.NO) ? NOTHING : TIMEOUT;
			case RESOURCE_EXHAUSTED, CANCELLED -> NOTHING;
			case INVALID_ARGUMENT -> (processed == Processed.YES) ? ANSWER : NOTHING;
			case OK, UNKNOWN, NOT_FOUND, PERMISSION_DENIED, APPLICATION, UNIMPLEMENTED ->
				(processed == Processed.YES) ? ANSWER : HARMLESS;
		};
	}

}
