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

import io.macula.Code;
import io.macula.Instance;
import io.macula.Metadata;
import io.macula.Realm;
import io.macula.RpcException;
import io.macula.Status;
import io.macula.observation.AttemptObservationContext;
import io.macula.observation.CallObservationContext;
import io.macula.observation.DefaultAttemptObservationConvention;
import io.macula.observation.DefaultCallObservationConvention;
import io.macula.observation.MaculaObservationDocumentation;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import org.jspecify.annotations.Nullable;

/**
 * Watches a call through Micrometer Observations: one for the call, one for each attempt
 * below it.
 */
final class Observed implements CallObserver {

	private final ObservationRegistry registry;

	private final CallObservationContext context;

	private final Observation observation;

	private Observed(ObservationRegistry registry, CallObservationContext context) {
		this.registry = registry;
		this.context = context;
		this.observation = MaculaObservationDocumentation.CLIENT_CALL
			.observation(null, DefaultCallObservationConvention.INSTANCE, () -> context, registry)
			.start();
	}

	/** Watches nothing where the registry has no listeners. */
	static Factory factory(Realm realm, ObservationRegistry registry) {
		if (registry.isNoop()) {
			return Factory.NONE;
		}
		return (service, procedure) -> new Observed(registry,
				new CallObservationContext(realm, service, procedure.method()));
	}

	@Override
	public AttemptObserver attempt(Instance instance, int number, Metadata metadata) {
		this.context.setAttempts(number);
		AttemptObservationContext attempt = new AttemptObservationContext(this.context.realm(), this.context.service(),
				this.context.method(), instance, number, metadata);
		Observation started = MaculaObservationDocumentation.CLIENT_ATTEMPT
			.observation(null, DefaultAttemptObservationConvention.INSTANCE, () -> attempt, this.registry)
			.parentObservation(this.observation)
			.start();
		return new ObservedAttempt(attempt, started);
	}

	@Override
	public void ended(Code code, @Nullable Throwable error) {
		this.context.setCode(code);
		if (error != null) {
			this.observation.error(error);
		}
		this.observation.stop();
	}

	/**
	 * Watches one attempt.
	 */
	private record ObservedAttempt(AttemptObservationContext context,
			Observation observation) implements AttemptObserver {

		@Override
		public Metadata metadata() {
			return this.context.metadata();
		}

		@Override
		public void ended(Status status) {
			this.context.setResponse(status.code());
			if (status.code() != Code.OK && status.code() != Code.CANCELLED) {
				this.observation.error(new RpcException(status));
			}
			this.observation.stop();
		}

	}

}
