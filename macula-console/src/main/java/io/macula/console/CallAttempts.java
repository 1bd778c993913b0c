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

package io.macula.console;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;

import io.macula.Code;
import io.macula.RpcException;
import io.macula.observation.AttemptObservationContext;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationHandler;
import io.micrometer.observation.ObservationRegistry;
import org.jspecify.annotations.Nullable;

/**
 * Collects the attempts of one call: where each went, how long it took, how it ended.
 * Safe for all threads.
 */
final class CallAttempts implements ObservationHandler<AttemptObservationContext> {

	private final Map<AttemptObservationContext, Long> begun = new ConcurrentHashMap<>();

	private final Map<Integer, Attempt> attempts = new ConcurrentSkipListMap<>();

	ObservationRegistry registry() {
		ObservationRegistry registry = ObservationRegistry.create();
		registry.observationConfig().observationHandler(this);
		return registry;
	}

	@Override
	public boolean supportsContext(Observation.Context context) {
		return context instanceof AttemptObservationContext;
	}

	@Override
	public void onStart(AttemptObservationContext context) {
		this.begun.put(context, System.nanoTime());
	}

	@Override
	public void onStop(AttemptObservationContext context) {
		Long start = this.begun.remove(context);
		Code code = context.getResponse();
		Throwable error = context.getError();
		this.attempts.put(context.attempt(),
				new Attempt(context.instance().nodeId(), context.instance().endpoint().toString(),
						(start != null) ? (System.nanoTime() - start) / 1000 : null,
						(code != null) ? code.toString() : "CANCELLED",
						(error != null) ? String.valueOf(error.getMessage()) : null));
	}

	/** Also those that found no connection, which nobody observes. */
	List<Attempt> all(@Nullable RpcException thrown) {
		if (thrown != null) {
			thrown.attempts()
				.forEach((each) -> this.attempts.putIfAbsent(each.number(), new Attempt(each.instanceId(),
						each.endpoint().toString(), null, each.status().code().toString(), each.status().message())));
		}
		return List.copyOf(this.attempts.values());
	}

	/**
	 * An attempt, as the page reads it.
	 *
	 * @param node the instance
	 * @param endpoint where it listens
	 * @param elapsedUs microseconds, or {@code null} if nothing was sent
	 * @param outcome code of the outcome
	 * @param message what went wrong, or {@code null}
	 */
	record Attempt(String node, String endpoint, @Nullable Long elapsedUs, String outcome, @Nullable String message) {

	}

}
