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
package io.macula.cli;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import io.macula.Attempt;
import io.macula.Code;
import io.macula.log.Printable;
import io.macula.observation.AttemptObservationContext;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationHandler;
import io.micrometer.observation.ObservationRegistry;

/**
 * Tells each attempt of a call when it is over: where it went, how long it took, how it
 * ended. Safe for all threads.
 */
final class CallTrace implements ObservationHandler<AttemptObservationContext> {

	private final Output output;

	private final Map<AttemptObservationContext, Long> begun = new ConcurrentHashMap<>();

	private final Set<Integer> told = ConcurrentHashMap.newKeySet();

	CallTrace(Output output) {
		this.output = output;
	}

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
		double millis = (start != null) ? (System.nanoTime() - start) / 1e6 : 0;
		Code code = context.getResponse();
		Throwable error = context.getError();
		String outcome = (code != null) ? code.toString() : "ended";
		line(context.attempt(), context.instance().nodeId(), context.instance().endpoint().toString(),
				Output.number(millis) + " ms", (error != null) ? String.valueOf(error.getMessage()) : outcome);
	}

	/** Those that found no connection, which nobody observes. */
	void failed(List<Attempt> attempts) {
		attempts.stream()
			.filter((each) -> !this.told.contains(each.number()))
			.forEach((each) -> line(each.number(), each.instanceId(), each.endpoint().toString(), "not sent",
					each.status().toString()));
	}

	private synchronized void line(int number, String nodeId, String endpoint, String time, String outcome) {
		this.told.add(number);
		this.output.note("attempt " + number + "  " + Printable.text(nodeId) + " at " + endpoint + "  " + time + "  "
				+ Printable.text(outcome));
	}

}
