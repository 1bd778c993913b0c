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
import io.macula.CallOptions;
import io.macula.Priority;
import org.jspecify.annotations.Nullable;
import reactor.util.context.ContextView;

/**
 * Finds out how important a call is: what the call says itself, else what the call says
 * that its caller serves, else what is usual for the method.
 */
final class Priorities {

	private Priorities() {
	}

	/** What is usual for a method: of its settings, of its contract, of its service. */
	static Priority usual(ServiceRules service, @Nullable MethodRules rules, Priority contract) {
		Priority own = (rules != null) ? rules.priority() : null;
		if (own != null) {
			return own;
		}
		return (contract != Priority.NORMAL) ? contract : service.settings().priority();
	}

	/** Options of a call that says how important it is. */
	static CallOptions said(CallOptions options, Priority usual) {
		return said(options, usual, CallContext.current());
	}

	/**
	 * The same for a call that begins with a subscription: a reactive handler carries the
	 * call which it serves in its context.
	 */
	static CallOptions said(CallOptions options, Priority usual, ContextView context) {
		CallContext serving = CallContext.from(context);
		return said(options, usual, (serving != null) ? serving : CallContext.current());
	}

	/** Costs nothing where nothing is said. */
	private static CallOptions said(CallOptions options, Priority usual, @Nullable CallContext serving) {
		if (options.priority() != null || options.metadata().get(Priority.KEY) != null) {
			return options;
		}
		Priority outer = (serving != null) ? serving.priority() : Priority.NORMAL;
		Priority priority = (outer != Priority.NORMAL) ? outer : usual;
		return (priority != Priority.NORMAL) ? options.priority(priority) : options;
	}

}
