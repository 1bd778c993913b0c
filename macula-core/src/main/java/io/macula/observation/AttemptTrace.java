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

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.Consumer;

import io.macula.Attempt;
import io.macula.Code;
import io.macula.Endpoint;
import io.macula.RpcException;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationHandler;
import io.micrometer.observation.ObservationRegistry;
import io.micrometer.observation.ObservationView;
import org.jspecify.annotations.Nullable;

/**
 * The attempts of one call: where each went, how long it took, how it ended. For tools
 * that show a call to people. Safe for all threads; used for one call.
 */
public final class AttemptTrace implements ObservationHandler<AttemptObservationContext> {

	private final Map<AttemptObservationContext, Long> begun = new ConcurrentHashMap<>();

	private final Map<Integer, Step> steps = new ConcurrentSkipListMap<>();

	private final Consumer<Step> listener;

	/**
	 * A trace without any attempt as yet.
	 * @param listener told each attempt once it is over, one at a time
	 */
	public AttemptTrace(Consumer<Step> listener) {
		this.listener = listener;
	}

	/**
	 * What observes the call.
	 * @return a new registry that tells this trace
	 */
	public ObservationRegistry registry() {
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
		ObservationView parent = context.getParentObservation();
		if (parent != null && parent.getContextView() instanceof CallObservationContext call) {
			failed(call.failedAttempts());
		}
		this.begun.put(context, System.nanoTime());
	}

	@Override
	public void onStop(AttemptObservationContext context) {
		Long start = this.begun.remove(context);
		Throwable error = context.getError();
		String message = (error instanceof RpcException rpc) ? rpc.status().message()
				: (error != null) ? String.valueOf(error.getMessage()) : null;
		add(new Step(context.attempt(), context.instance().nodeId(), context.instance().endpoint(),
				(start != null) ? Duration.ofNanos(System.nanoTime() - start) : null, context.getResponse(), message));
	}

	/**
	 * Add those that found no connection, which nobody observes. Where another attempt
	 * was sent after them, this trace knows them by itself.
	 * @param attempts of the call that failed
	 */
	public void failed(List<Attempt> attempts) {
		attempts.forEach((each) -> add(new Step(each.number(), each.instanceId(), each.endpoint(), null,
				each.status().code(), each.status().message())));
	}

	private synchronized void add(Step step) {
		if (this.steps.putIfAbsent(step.number(), step) == null) {
			this.listener.accept(step);
		}
	}

	/**
	 * The attempts that are over.
	 * @return in the order of their numbers
	 */
	public List<Step> steps() {
		return List.copyOf(this.steps.values());
	}

	/**
	 * An attempt that is over.
	 *
	 * @param number 1 for the first
	 * @param nodeId the instance
	 * @param endpoint where it listens
	 * @param elapsed how long it took, or {@code null} if nothing was sent
	 * @param code how it ended, or {@code null} if it was given up
	 * @param message what went wrong, or {@code null}
	 */
	public record Step(int number, String nodeId, Endpoint endpoint, @Nullable Duration elapsed, @Nullable Code code,
			@Nullable String message) {

	}

}
