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

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;

import io.macula.Attempt;
import io.macula.Code;
import io.macula.Instance;
import io.macula.Metadata;
import io.macula.Realm;
import io.macula.RpcException;
import io.macula.Status;
import io.macula.log.FaultLog;
import io.macula.log.PrintableLogger;
import io.macula.observation.AttemptObservationContext;
import io.macula.observation.CallObservationContext;
import io.macula.observation.DefaultAttemptObservationConvention;
import io.macula.observation.DefaultCallObservationConvention;
import io.macula.observation.MaculaObservationDocumentation;
import io.macula.observation.ObservationScope;
import io.macula.wire.FrameCodec;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import org.jspecify.annotations.Nullable;

/**
 * Watches a call through Micrometer Observations: one for the call, one for each attempt
 * below it. Nothing that an observation handler throws gets through to a call: being
 * observed must not change its outcome.
 */
final class Observed implements CallObserver {

	private static final FaultLog log = new FaultLog(PrintableLogger.of(Observed.class));

	private final ObservationRegistry registry;

	private final CallObservationContext context;

	private final Observation observation;

	private final Procedure procedure;

	private Observed(ObservationRegistry registry, CallObservationContext context, Procedure procedure,
			@Nullable Observation parent) {
		this.registry = registry;
		this.procedure = procedure;
		this.context = context;
		this.observation = MaculaObservationDocumentation.CLIENT_CALL.observation(null,
				DefaultCallObservationConvention.INSTANCE, () -> context, registry);
		if (parent != null && parent != registry.getCurrentObservation()) {
			startBelow(parent, this.observation);
		}
		else {
			this.observation.start();
		}
	}

	/** Watches nothing where the registry has no listeners. */
	static Factory factory(Realm realm, ObservationRegistry registry) {
		if (registry.isNoop()) {
			return Factory.NONE;
		}
		return (service, procedure, context) -> {
			try {
				return new Observed(registry, new CallObservationContext(realm, service, procedure.method()), procedure,
						ObservationScope.in(context));
			}
			catch (Throwable ex) {
				failed("started", ex);
				return null;
			}
		};
	}

	@Override
	public @Nullable AttemptObserver attempt(Instance instance, int number, Metadata metadata, List<Attempt> failed) {
		this.context.setFailedAttempts(failed);
		try {
			return start(instance, number, metadata);
		}
		catch (Throwable ex) {
			failed("started", ex);
			return null;
		}
	}

	private AttemptObserver start(Instance instance, int number, Metadata metadata) {
		this.context.setAttempts(number);
		AttemptObservationContext attempt = new AttemptObservationContext(this.context.realm(), this.context.service(),
				this.context.method(), instance, number, metadata);
		Observation observed = MaculaObservationDocumentation.CLIENT_ATTEMPT.observation(null,
				DefaultAttemptObservationConvention.INSTANCE, () -> attempt, this.registry);
		startBelow(this.observation, observed);
		return new ObservedAttempt(attempt, sent(attempt, metadata), observed);
	}

	/**
	 * A tracer takes the present thread's span for the parent if that is another one than
	 * the parent's, so that the parent has to be the present one meanwhile.
	 */
	private void startBelow(Observation parent, Observation child) {
		child.parentObservation(parent);
		ObservationScope scope = ObservationScope.open(parent, this.registry, log);
		try {
			child.start();
		}
		finally {
			if (scope != null) {
				scope.close();
			}
		}
	}

	/**
	 * What a tracer left to be sent, as far as there is room for it beside what was there
	 * before; that alone if it is not valid.
	 */
	private Metadata sent(AttemptObservationContext attempt, Metadata before) {
		try {
			Metadata wanted = attempt.metadata();
			return fits(wanted) ? wanted : fitting(Objects.requireNonNull(attempt.getCarrier()), before);
		}
		catch (Throwable ex) {
			failed("sent along", ex);
			return before;
		}
	}

	private boolean fits(Metadata metadata) {
		return metadata.size() <= FrameCodec.MAX_ENTRIES && FrameCodec.callHeaderBytes(this.procedure.wireName(),
				this.procedure.codec(), metadata) <= FrameCodec.MAX_HEADER_BYTES;
	}

	/** In the order in which the tracer wrote: its own context first, then baggage. */
	private Metadata fitting(Map<String, String> wanted, Metadata before) {
		Metadata fitting = before;
		List<String> dropped = new ArrayList<>();
		for (Map.Entry<String, String> entry : wanted.entrySet()) {
			if (entry.getValue().equals(before.get(entry.getKey()))) {
				continue;
			}
			Metadata more = fitting.with(entry.getKey(), entry.getValue());
			if (fits(more)) {
				fitting = more;
			}
			else {
				dropped.add(entry.getKey());
			}
		}
		failed("sent along",
				new IllegalStateException("no room beside the metadata of the call of " + this.procedure.wireName()
						+ " for " + dropped.size() + " entries of the tracer, such as '" + dropped.get(0)
						+ "': expected at most " + FrameCodec.MAX_ENTRIES + " entries and "
						+ FrameCodec.MAX_HEADER_BYTES + " bytes in all"));
		return fitting;
	}

	@Override
	public void ended(Code code, @Nullable Throwable error) {
		this.context.setCode(code);
		stop(this.observation, error);
	}

	private static void stop(Observation observation, @Nullable Throwable error) {
		try {
			if (error != null) {
				observation.error(error);
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

	private static void failed(String what, Throwable cause) {
		log.warn("The observation of a call cannot be " + what, cause);
	}

	/**
	 * Watches one attempt.
	 *
	 * @param context tells handlers of it
	 * @param metadata what travels with it, the trace context included
	 * @param observation of it
	 */
	private record ObservedAttempt(AttemptObservationContext context, Metadata metadata,
			Observation observation) implements AttemptObserver {

		@Override
		public void ended(Status status) {
			this.context.setResponse(status.code());
			boolean failed = status.code() != Code.OK && status.code() != Code.CANCELLED;
			stop(this.observation, (failed) ? new RpcException(status) : null);
		}

	}

}
