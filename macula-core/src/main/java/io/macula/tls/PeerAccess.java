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

package io.macula.tls;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;

import io.macula.ServiceName;
import io.macula.log.FaultLog;
import io.macula.log.LogLimit;
import io.macula.log.PrintableLogger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/**
 * What peers may do at a node: asks its {@link PeerAuthorizer}, and counts and logs what
 * is refused. Safe for all threads.
 */
public final class PeerAccess {

	private static final Logger logger = PrintableLogger.of(PeerAccess.class);

	/** Lines of refusals; the least recent ones share one of them. */
	static final int MOST_COUNTED = 1000;

	private static final String OTHERS = "others";

	private static final int LINES_PER_MINUTE = 100;

	private final List<PeerAuthorizer> authorizers;

	private final LongSupplier clock;

	private final LogLimit limit;

	private final FaultLog faults = new FaultLog(logger);

	/** The least recent first, so that made-up identities push each other out. */
	private final Map<Refused, Long> refusals = new LinkedHashMap<>(16, 0.75f, true);

	/** Own services that were told to be refused to everybody. */
	private final Set<String> told = ConcurrentHashMap.newKeySet();

	/**
	 * Access that authorizers decide.
	 * @param authorizers the user's, and {@link AllowLists}; all have to allow what a
	 * peer does
	 * @param clock monotonic nanoseconds
	 */
	public PeerAccess(List<PeerAuthorizer> authorizers, LongSupplier clock) {
		this.authorizers = List.copyOf(authorizers);
		this.clock = clock;
		this.limit = new LogLimit(clock, Duration.ofMinutes(1), LINES_PER_MINUTE);
	}

	/** Most likely a misspelt name, of which all calls would be refused. */
	private void warnIfUnlisted(ServiceName service, boolean call) {
		if (PeerList.NONE.equals(holding(service, call)) && this.told.add(act(call) + service)) {
			logger.warn(
					"No list of {} is for service '{}', which this node {}, so that {}: allow it by {}.{}, or by a "
							+ "list for all others, [*], or correct the name of a list",
					setting(call), service, call ? "provides" : "calls",
					call ? "every call of it is refused" : "no instance of it is called", setting(call), service);
		}
	}

	private static String act(boolean call) {
		return call ? "call" : "provide";
	}

	private static String setting(boolean call) {
		return "macula.security.allow-" + act(call);
	}

	/**
	 * Which allow-list holds for a service of this node, or for one that it calls.
	 * @param service the service
	 * @param call of those who may call it, or of those who may provide it
	 * @return the list, or {@code null} if there are no lists
	 */
	public @Nullable PeerList list(ServiceName service, boolean call) {
		String holding = holding(service, call);
		return (holding != null) ? new PeerList(service.value(), act(call), holding) : null;
	}

	private @Nullable String holding(ServiceName service, boolean call) {
		String holding = null;
		for (PeerAuthorizer authorizer : this.authorizers) {
			if (authorizer instanceof AllowLists lists && lists.any(call)) {
				String key = lists.holding(service, call);
				if (key == null) {
					return PeerList.NONE;
				}
				holding = (holding != null) ? holding + ", " + key : key;
			}
		}
		return holding;
	}

	/**
	 * Who may call a service.
	 * @param service a service of this node
	 * @return decisions, to be kept as long as the service is served
	 */
	public PeerDecisions callers(ServiceName service) {
		warnIfUnlisted(service, true);
		return new PeerDecisions(this, service, true);
	}

	/**
	 * Who may provide a service.
	 * @param service a service that this node calls
	 * @return decisions, to be kept as long as the service is called
	 */
	public PeerDecisions providers(ServiceName service) {
		warnIfUnlisted(service, false);
		return new PeerDecisions(this, service, false);
	}

	/**
	 * What was refused since the node was made.
	 * @return a line for each identity and service, the thousand that were refused last,
	 * and one for all others
	 */
	public List<PeerRefusals> refusals() {
		List<PeerRefusals> all = new ArrayList<>();
		synchronized (this.refusals) {
			this.refusals.forEach((refused, count) -> all
				.add(new PeerRefusals(refused.peer(), refused.service(), act(refused.call()), count)));
		}
		return all;
	}

	long now() {
		return this.clock.getAsLong();
	}

	/**
	 * Why a peer may not, with the remedy, or {@code null} if it may.
	 */
	@Nullable String ask(PeerIdentity peer, ServiceName service, boolean call) {
		for (PeerAuthorizer authorizer : this.authorizers) {
			String refusal = ask(authorizer, peer, service, call);
			if (refusal != null) {
				return refusal;
			}
		}
		return null;
	}

	private @Nullable String ask(PeerAuthorizer authorizer, PeerIdentity peer, ServiceName service, boolean call) {
		String name = authorizer.getClass().getName();
		try {
			boolean allowed = call ? authorizer.mayCall(peer, service) : authorizer.mayProvide(peer, service);
			if (allowed) {
				return null;
			}
		}
		catch (Throwable ex) {
			this.faults.warn("The PeerAuthorizer " + name + " cannot decide whether a peer may " + act(call)
					+ " service '" + service + "', so that it may not", ex);
			return name + " failed to decide, as the line on it says";
		}
		if (!(authorizer instanceof AllowLists lists)) {
			return name + " does not allow it";
		}
		String key = lists.holding(service, call);
		return (key != null) ? "the list '" + key + "' of " + setting(call) + " does not allow it"
				: "no list of " + setting(call) + " is for this service";
	}

	void refused(String peer, ServiceName service, boolean call, String reason) {
		Refused key = new Refused(peer, service.value(), call);
		synchronized (this.refusals) {
			this.refusals.merge(key, 1L, Long::sum);
			if (this.refusals.size() > MOST_COUNTED) {
				forgetLeastRecent();
			}
		}
		this.limit.log(key.toString(),
				(suppressed) -> logger.warn("Peer {} may not {} service '{}', so that {}: {}{}", peer, act(call),
						service, call ? "its calls are refused" : "it is not called for it", reason, suppressed));
	}

	/** The lock is held. */
	private void forgetLeastRecent() {
		Refused least = this.refusals.keySet()
			.stream()
			.filter((refused) -> !refused.peer().equals(OTHERS))
			.findFirst()
			.orElseThrow();
		long count = this.refusals.remove(least);
		this.refusals.merge(new Refused(OTHERS, OTHERS, least.call()), count, Long::sum);
	}

	/**
	 * What refusals are counted by.
	 */
	private record Refused(String peer, String service, boolean call) {
	}

}
