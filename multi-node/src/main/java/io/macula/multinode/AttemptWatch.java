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

package io.macula.multinode;

import java.util.ArrayList;
import java.util.List;

import io.macula.observation.AttemptObservationContext;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationHandler;
import io.micrometer.observation.ObservationView;
import org.jspecify.annotations.Nullable;

/**
 * Sees the attempts of each call: an attempt is observed below the observation that the
 * scenario opened around the call.
 */
final class AttemptWatch implements ObservationHandler<AttemptObservationContext> {

	/** Name of the observation around a call. */
	static final String CALL = "scenario.call";

	@Override
	public void onStart(AttemptObservationContext context) {
		CallContext call = callOf(context);
		if (call != null) {
			call.add(context);
		}
	}

	@Override
	public boolean supportsContext(Observation.Context context) {
		return context instanceof AttemptObservationContext;
	}

	private static @Nullable CallContext callOf(AttemptObservationContext context) {
		ObservationView parent = context.getParentObservation();
		while (parent != null) {
			if (parent.getContextView() instanceof CallContext call) {
				return call;
			}
			parent = parent.getContextView().getParentObservation();
		}
		return null;
	}

	/**
	 * Context of the observation around a call. Safe for all threads: attempts start on
	 * whatever thread finds that another one is needed.
	 */
	static final class CallContext extends Observation.Context {

		private final List<AttemptObservationContext> attempts = new ArrayList<>(1);

		private synchronized void add(AttemptObservationContext attempt) {
			this.attempts.add(attempt);
		}

		synchronized List<Attempt> attempts() {
			return this.attempts.stream().map(CallContext::seen).toList();
		}

		private static Attempt seen(AttemptObservationContext attempt) {
			return new Attempt(attempt.attempt(), attempt.instance().nodeId(),
					(attempt.getResponse() != null) ? attempt.getResponse().name() : null);
		}

	}

}
