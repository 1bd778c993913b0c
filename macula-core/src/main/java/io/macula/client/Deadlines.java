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

import io.macula.CallContext;
import io.macula.Deadline;
import io.macula.transport.StreamCall;
import org.jspecify.annotations.Nullable;
import reactor.util.context.ContextView;

/**
 * Keeps a call inside the call that its caller serves.
 */
final class Deadlines {

	private Deadlines() {
	}

	/**
	 * That of a call; where it is intercepted, what was fixed before the first of them.
	 * @param now when it begins
	 * @param always whether it has one even if nothing says so for this call
	 */
	static long of(long now, CallTerms terms, Procedure procedure, boolean always, ContextView context) {
		if (terms.intercepted()) {
			return terms.deadlineNanos();
		}
		long own = (always || terms.hasDeadline()) ? now + terms.deadlineOr(procedure.deadline()).toNanos()
				: StreamCall.NO_DEADLINE;
		return bounded(own, context);
	}

	/** The earlier of a deadline and that of the call which the present thread serves. */
	static long bounded(long deadlineNanos) {
		return bounded(deadlineNanos, CallContext.current());
	}

	/**
	 * The same for a call that begins with a subscription: a reactive handler has left
	 * its thread by then, and carries the call which it serves in its context.
	 */
	static long bounded(long deadlineNanos, ContextView context) {
		return bounded(bounded(deadlineNanos), CallContext.from(context));
	}

	private static long bounded(long deadlineNanos, @Nullable CallContext serving) {
		Deadline outer = (serving != null) ? serving.deadline() : null;
		if (outer == null) {
			return deadlineNanos;
		}
		boolean earlier = deadlineNanos == StreamCall.NO_DEADLINE || outer.nanoTime() - deadlineNanos < 0;
		return (earlier) ? outer.nanoTime() : deadlineNanos;
	}

}
