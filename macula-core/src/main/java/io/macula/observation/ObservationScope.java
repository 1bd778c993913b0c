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

package io.macula.observation;

import io.macula.log.FaultLog;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import org.jspecify.annotations.Nullable;
import reactor.util.context.ContextView;

/**
 * Time during which an Observation is the present one of a thread. Nothing that its
 * handlers throw gets through: the thread has the Observation that it had before then.
 */
public final class ObservationScope implements AutoCloseable {

	/** The name that Micrometer's context propagation looks for in a Reactor context. */
	public static final String KEY = "micrometer.observation";

	private final ObservationRegistry registry;

	private final FaultLog log;

	private final Observation.Scope scope;

	private ObservationScope(ObservationRegistry registry, FaultLog log, Observation.Scope scope) {
		this.registry = registry;
		this.log = log;
		this.scope = scope;
	}

	/**
	 * Make an Observation the present one of this thread.
	 * @param observation the Observation, or {@code null} if there is none
	 * @param registry of the Observation
	 * @param log is told of what its handlers throw
	 * @return ends it, on the same thread; {@code null} if there is nothing to end
	 */
	public static @Nullable ObservationScope open(@Nullable Observation observation, ObservationRegistry registry,
			FaultLog log) {
		if (observation == null) {
			return null;
		}
		Observation.Scope before = registry.getCurrentObservationScope();
		try {
			return new ObservationScope(registry, log, observation.openScope());
		}
		catch (Throwable ex) {
			registry.setCurrentObservationScope(before);
			log.warn("The observation of a call cannot be opened", ex);
			return null;
		}
	}

	/**
	 * The Observation that a Reactor context carries, as Micrometer's context propagation
	 * and Spring put it there.
	 * @param context of a subscriber
	 * @return the Observation, or {@code null} if there is none
	 */
	public static @Nullable Observation in(ContextView context) {
		return (!context.isEmpty() && context.getOrDefault(KEY, null) instanceof Observation observation) ? observation
				: null;
	}

	@Override
	public void close() {
		try {
			this.scope.close();
		}
		catch (Throwable ex) {
			// What follows on this thread is not part of the call.
			this.registry.setCurrentObservationScope(this.scope.getPreviousObservationScope());
			this.log.warn("The observation of a call cannot be closed", ex);
		}
	}

}
