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
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;

import io.macula.ServiceName;
import io.macula.log.FaultLog;
import io.macula.log.LogLimit;
import io.macula.log.PrintableLogger;
import org.slf4j.Logger;

/**
 * What peers may do at a node: asks its {@link PeerAuthorizer}, and counts and logs what
 * is refused. Safe for all threads.
 */
public final class PeerAccess {

	private static final Logger logger = PrintableLogger.of(PeerAccess.class);

	/** Identities and services that refusals are counted for; the rest shares a line. */
	static final int MOST_COUNTED = 1000;

	private static final String OTHERS = "others";

	private static final int LINES_PER_MINUTE = 100;

	private final PeerAuthorizer authorizer;

	private final LongSupplier clock;

	private final LogLimit limit;

	private final FaultLog faults = new FaultLog(logger);

	private final ConcurrentHashMap<Refused, LongAdder> refusals = new ConcurrentHashMap<>();

	/**
	 * Access that an authorizer decides.
	 * @param authorizer the user's, or {@link AllowLists}
	 * @param clock monotonic nanoseconds
	 */
	public PeerAccess(PeerAuthorizer authorizer, LongSupplier clock) {
		this.authorizer = authorizer;
		this.clock = clock;
		this.limit = new LogLimit(clock, Duration.ofMinutes(1), LINES_PER_MINUTE);
	}

	/**
	 * Who may call a service.
	 * @param service a service of this node
	 * @return decisions, to be kept as long as the service is served
	 */
	public PeerDecisions callers(ServiceName service) {
		return new PeerDecisions(this, service, true);
	}

	/**
	 * Who may provide a service.
	 * @param service a service that this node calls
	 * @return decisions, to be kept as long as the service is called
	 */
	public PeerDecisions providers(ServiceName service) {
		return new PeerDecisions(this, service, false);
	}

	/**
	 * What was refused since the node was made.
	 * @return a line for each identity and service, and one for those beyond a thousand
	 */
	public List<PeerRefusals> refusals() {
		List<PeerRefusals> all = new ArrayList<>();
		this.refusals.forEach((refused, count) -> all.add(
				new PeerRefusals(refused.peer(), refused.service(), refused.call() ? "call" : "provide", count.sum())));
		return all;
	}

	long now() {
		return this.clock.getAsLong();
	}

	boolean ask(PeerIdentity peer, ServiceName service, boolean call) {
		try {
			return call ? this.authorizer.mayCall(peer, service) : this.authorizer.mayProvide(peer, service);
		}
		catch (Throwable ex) {
			this.faults.warn("The PeerAuthorizer cannot decide whether a peer may " + (call ? "call" : "provide")
					+ " service '" + service + "', so that it may not", ex);
			return false;
		}
	}

	void refused(String peer, ServiceName service, boolean call) {
		Refused key = new Refused(peer, service.value(), call);
		LongAdder count = this.refusals.get(key);
		if (count == null) {
			Refused bounded = (this.refusals.size() < MOST_COUNTED) ? key : new Refused(OTHERS, OTHERS, call);
			count = this.refusals.computeIfAbsent(bounded, (any) -> new LongAdder());
		}
		count.increment();
		String act = call ? "call" : "provide";
		this.limit.log(key.toString(), (suppressed) -> logger.warn(
				"Peer {} may not {} service '{}', so that {}: if it should, allow it by macula.security.allow-{} or the "
						+ "PeerAuthorizer of this node{}",
				peer, act, service, call ? "its calls are refused" : "it is not called for it", act, suppressed));
	}

	/**
	 * What refusals are counted by.
	 */
	private record Refused(String peer, String service, boolean call) {
	}

}
