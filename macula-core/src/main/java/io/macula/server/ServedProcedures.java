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

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.LongAdder;

import io.macula.Code;
import io.macula.ServiceName;
import io.macula.Status;
import io.macula.codec.CodecException;
import io.macula.codec.Codecs;
import io.macula.codec.PayloadCodec;
import io.macula.contract.MethodContract;
import io.macula.log.FaultLog;
import io.macula.log.PrintableLogger;
import io.macula.tls.PeerAccess;
import io.macula.tls.PeerDecisions;
import io.macula.tls.PeerIdentity;
import io.macula.wire.Failure;
import io.macula.wire.FrameCodec;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/**
 * What a node serves: its services by name, and their methods by procedure and codec.
 * Safe for all threads.
 */
final class ServedProcedures {

	private static final Logger logger = PrintableLogger.of(ServedProcedures.class);

	private static final int LONGEST_LIST = 20;

	private static final byte[] NOTHING = {};

	private final Codecs codecs;

	private final Refusals refusals;

	private final CallObservations observations;

	private final HandlerRules rules;

	private final ServerInterceptors interceptors;

	/** See {@link ProviderSettings#exposeMessages()}. */
	private final boolean exposeMessages;

	private final @Nullable PeerAccess access;

	private final Map<String, ServedService> services = new ConcurrentSkipListMap<>();

	/** Names of services that were removed, for those who still call them. */
	private final Set<String> removed = ConcurrentHashMap.newKeySet();

	private final Map<ProcedureKey, ServedMethod> methods = new ConcurrentHashMap<>();

	/** Known procedures with a known codec that cannot code them. */
	private final Set<ProcedureKey> unservable = ConcurrentHashMap.newKeySet();

	private final LongAdder unserved = new LongAdder();

	private final FaultLog log = new FaultLog(logger);

	ServedProcedures(Codecs codecs, Refusals refusals, CallObservations observations, HandlerRules rules,
			boolean exposeMessages, @Nullable PeerAccess access) {
		this.codecs = codecs;
		this.refusals = refusals;
		this.observations = observations;
		this.rules = rules;
		this.interceptors = rules.interceptors().isEmpty() ? ServerInterceptors.NONE
				: new ServerInterceptors(rules.interceptors());
		this.exposeMessages = exposeMessages;
		this.access = access;
	}

	/**
	 * Serve a service from now on; everything about its methods that can fail fails here.
	 * @param definition the service
	 * @param removable whether it may be removed
	 */
	void register(ServiceDefinition definition, boolean removable) {
		ServedService service = new ServedService(definition, this.codecs.describing(), removable, this.access);
		PayloadCodec preferred = this.codecs.get(this.codecs.names().get(0));
		Map<ProcedureKey, ServedMethod> prepared = new HashMap<>();
		for (MethodContract method : definition.contract().methods()) {
			FrameCodec.requireProcedure(definition.name() + "/" + method.wireName());
			prepared.put(new ProcedureKey(definition.name() + "/" + method.wireName(), preferred.name()),
					new ServedMethod(service, method, preferred, this.observations, this.interceptors, this.rules,
							this.exposeMessages));
		}
		ServedService other = this.services.putIfAbsent(definition.name().value(), service);
		if (other != null) {
			throw new IllegalArgumentException("Service '" + definition.name() + "' is served twice: by "
					+ other.definition().handler().getClass().getName() + " and by "
					+ definition.handler().getClass().getName());
		}
		this.removed.remove(definition.name().value());
		this.methods.putAll(prepared);
	}

	/** Tell the operator which exceptions of a service cannot travel as themselves. */
	void warnOfUnfitExceptions(ServiceName name) {
		this.methods.values()
			.stream()
			.filter((method) -> method.service().name().equals(name))
			.forEach((method) -> method.failures().warnOfUnfitExceptions());
	}

	/**
	 * Serve a service no longer.
	 * @return the service, whose calls in flight go on, or {@code null} if there is none
	 */
	@Nullable ServedService remove(ServiceName name) {
		ServedService service = this.services.get(name.value());
		if (service != null) {
			// First, so that whoever finds nothing any more knows why.
			this.removed.add(name.value());
			this.services.remove(name.value(), service);
			this.methods.values().removeIf((method) -> method.service() == service);
			this.unservable.removeIf((procedure) -> procedure.service().equals(name.value()));
		}
		return service;
	}

	/** The method, or {@code null} if this node does not serve it. */
	@Nullable ServedMethod find(ProcedureKey procedure) {
		ServedMethod known = this.methods.get(procedure);
		return (known != null && !known.service().withdrawn()) ? known : prepare(procedure);
	}

	/** For a codec that is not the preferred one, at the first call. */
	private @Nullable ServedMethod prepare(ProcedureKey procedure) {
		ServedService service = this.services.get(procedure.service());
		PayloadCodec codec = this.codecs.find(procedure.codec());
		MethodContract method = (service != null) ? service.definition().contract().method(procedure.method()) : null;
		if (service == null || method == null || codec == null || this.unservable.contains(procedure)) {
			return null;
		}
		try {
			return this.methods.compute(procedure,
					(key, known) -> (known != null && known.service() == service) ? known : new ServedMethod(service,
							method, codec, this.observations, this.interceptors, this.rules, this.exposeMessages));
		}
		catch (IllegalArgumentException ex) {
			this.unservable.add(procedure);
			logger.warn("Service '{}' cannot be served with the payload codec '{}': {}", service.name(), codec.name(),
					ex.getMessage());
		}
		catch (Throwable ex) {
			// The codec is the user's, and this is an event loop of all the others'
			// calls.
			this.log.warn(procedure.name() + " cannot be prepared for the payload codec '" + codec.name() + "'", ex);
		}
		return null;
	}

	/** The service of a procedure, or {@code null} if this node does not serve it. */
	@Nullable ServedService service(ProcedureKey procedure) {
		return this.services.get(procedure.service());
	}

	/**
	 * Counts the call, and says what this node serves instead, as far as the caller may
	 * call it. The type tells the caller that it is the codec: instances with this
	 * version of the contract may know it.
	 * @param caller what the caller proved to be, or {@code null} for nothing; it may
	 * call the service, if there is one
	 */
	Failure unserved(ProcedureKey procedure, @Nullable PeerIdentity caller) {
		this.unserved.increment();
		if (this.removed.contains(procedure.service())) {
			return Failure.of(this.refusals.withdrawn(new ServiceName(procedure.service())));
		}
		ServedService service = this.services.get(procedure.service());
		Status status = Status.notProcessed(Code.UNIMPLEMENTED, unservedMessage(procedure, service, caller));
		if (service == null) {
			return Failure.of(status);
		}
		boolean codec = service.definition().contract().method(procedure.method()) != null;
		return codec ? new Failure(status, CodecException.class.getName(), NOTHING)
				: HandlerFailures.misfit(status, null, service);
	}

	private String unservedMessage(ProcedureKey procedure, @Nullable ServedService service,
			@Nullable PeerIdentity caller) {
		if (service == null) {
			String missing = "service '" + procedure.service() + "' is not served by " + this.refusals.node();
			boolean shutOut = false;
			List<String> names = new ArrayList<>();
			for (ServedService other : this.services.values()) {
				if (!other.reserved()) {
					PeerDecisions callers = other.callers();
					boolean allowed = callers == null || callers.allows(caller);
					shutOut |= !allowed;
					if (allowed) {
						names.add(other.name().value());
					}
				}
			}
			return (shutOut && names.isEmpty()) ? missing : missing + "; it serves: " + list(names);
		}
		if (service.definition().contract().method(procedure.method()) == null) {
			return "service '" + procedure.service() + "' of " + this.refusals.node() + " has no method '"
					+ procedure.method() + "'; it has: " + list(service.methods());
		}
		if (this.codecs.find(procedure.codec()) == null) {
			return "payload codec '" + procedure.codec() + "' of a call of '" + procedure.service()
					+ "' is not known to " + this.refusals.node() + "; it knows: " + list(this.codecs.names())
					+ "; what one end customizes, the other has to customize alike";
		}
		return "payload codec '" + procedure.codec() + "' cannot be used for '" + procedure.service() + "' of "
				+ this.refusals.node() + "; it knows: " + list(this.codecs.names());
	}

	private static String list(List<String> names) {
		if (names.isEmpty()) {
			return "nothing";
		}
		String text = String.join(", ", names.subList(0, Math.min(names.size(), LONGEST_LIST)));
		return (names.size() > LONGEST_LIST) ? text + " and " + (names.size() - LONGEST_LIST) + " more" : text;
	}

	/** In order of their names. */
	Collection<ServedService> services() {
		return this.services.values();
	}

	/** Calls of services, methods or codecs that this node does not know. */
	long unservedCalls() {
		return this.unserved.sum();
	}

}
