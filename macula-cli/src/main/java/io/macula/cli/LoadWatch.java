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

import io.macula.CallOptions;
import io.macula.RpcException;
import io.macula.cli.load.LoadTarget;
import io.macula.client.DescribedMethod;
import io.macula.client.RealmClient;
import io.macula.observation.AttemptObservationContext;
import io.macula.observation.ObservationScope;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationHandler;
import io.micrometer.observation.ObservationRegistry;
import io.micrometer.observation.ObservationView;
import org.jspecify.annotations.Nullable;

/**
 * Makes the calls of a load, and sees for each where its attempts go: each has an
 * observation of its own above that of the product.
 */
final class LoadWatch implements ObservationHandler<AttemptObservationContext> {

	private final ObservationRegistry registry = ObservationRegistry.create();

	LoadWatch() {
		this.registry.observationConfig().observationHandler(this);
	}

	ObservationRegistry registry() {
		return this.registry;
	}

	/** Calls with these payloads in turn. */
	LoadTarget target(RealmClient client, DescribedMethod method, List<byte[]> payloads, CallOptions options) {
		return (number, answer) -> {
			Asked asked = new Asked(answer);
			Observation above = Observation.createNotStarted("macula.load", () -> asked, this.registry);
			client.results(method, payloads.get((int) (number % payloads.size())), null)
				.contextWrite(options.context())
				.contextWrite((context) -> context.put(ObservationScope.KEY, above))
				.subscribe((result) -> {
				}, (error) -> answer.ended(code(error), asked.instance, asked.attempts),
						() -> answer.ended("OK", asked.instance, asked.attempts));
		};
	}

	private static String code(Throwable error) {
		return (error instanceof RpcException rpc) ? rpc.code().name() : error.getClass().getSimpleName();
	}

	@Override
	public boolean supportsContext(Observation.Context context) {
		return context instanceof AttemptObservationContext;
	}

	@Override
	public void onStart(AttemptObservationContext context) {
		ObservationView call = context.getParentObservation();
		ObservationView above = (call != null) ? call.getContextView().getParentObservation() : null;
		if (above != null && above.getContextView() instanceof Asked asked) {
			asked.attempt(context.instance().nodeId(), context.attempt());
		}
	}

	/** One call. */
	private static final class Asked extends Observation.Context {

		private final LoadTarget.Answer answer;

		private volatile @Nullable String instance;

		private volatile int attempts;

		private Asked(LoadTarget.Answer answer) {
			this.answer = answer;
		}

		private synchronized void attempt(String nodeId, int number) {
			this.instance = nodeId;
			this.attempts = Math.max(this.attempts, number);
			this.answer.asked(nodeId, number);
		}

	}

}
