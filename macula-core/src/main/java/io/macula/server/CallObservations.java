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
package io.macula.server;

import io.macula.Code;
import io.macula.Realm;
import io.macula.log.FaultLog;
import io.macula.log.PrintableLogger;
import io.macula.observation.DefaultServerCallObservationConvention;
import io.macula.observation.MaculaObservationDocumentation;
import io.macula.observation.ObservationScope;
import io.macula.observation.ServerCallObservationContext;
import io.macula.transport.InboundCall;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/**
 * Observes served calls, from their start to their end. Safe for all threads. Nothing
 * that an observation handler throws gets through to a call: being observed must not
 * change its outcome.
 */
final class CallObservations {

	private static final Logger logger = PrintableLogger.of(CallObservations.class);

	private final Realm realm;

	private final ObservationRegistry registry;

	private final boolean observed;

	private final FaultLog log = new FaultLog(logger);

	CallObservations(Realm realm, ObservationRegistry registry) {
		this.realm = realm;
		this.registry = registry;
		this.observed = !registry.isNoop();
	}

	/** The observation of a call, or {@code null} if it is not observed. */
	@Nullable Observation start(ServedMethod method, InboundCall call) {
		if (!this.observed || method.service().reserved()) {
			return null;
		}
		try {
			return MaculaObservationDocumentation.SERVER_CALL.start(null,
					DefaultServerCallObservationConvention.INSTANCE,
					() -> new ServerCallObservationContext(this.realm, method.service().name(),
							method.contract().wireName(), call.peer().nodeId(), call.metadata()),
					this.registry);
		}
		catch (Throwable ex) {
			failed("started", ex);
			return null;
		}
	}

	/** Make it the present one of this thread; {@code null} if there is none. */
	@Nullable ObservationScope open(@Nullable Observation observation) {
		return ObservationScope.open(observation, this.registry, this.log);
	}

	/** The call ended. */
	void stop(@Nullable Observation observation, Code code, @Nullable Throwable thrown) {
		if (observation == null) {
			return;
		}
		try {
			if (observation.getContext() instanceof ServerCallObservationContext context) {
				context.setResponse(code);
			}
			if (thrown != null && code != Code.APPLICATION) {
				observation.error(thrown);
			}
		}
		catch (Throwable ex) {
			failed("told of an error", ex);
		}
		try {
			observation.stop();
		}
		catch (Throwable ex) {
			failed("stopped", ex);
		}
	}

	private void failed(String what, Throwable cause) {
		this.log.warn("The observation of a call cannot be " + what, cause);
	}

}
