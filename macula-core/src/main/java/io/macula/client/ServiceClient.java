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

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceFieldUpdater;
import java.util.function.Supplier;
import java.util.stream.Collectors;

import io.macula.Fingerprint;
import io.macula.ServiceName;
import io.macula.Status;
import io.macula.codec.PayloadCodec;
import io.macula.contract.ServiceContract;
import io.macula.interceptor.ClientInterceptor;
import io.macula.pool.EndpointPool;
import io.macula.selection.InstanceTracker;
import io.macula.selection.LatencyWindow;
import io.macula.selection.ZoneSpread;
import org.jspecify.annotations.Nullable;

/**
 * One service as this node calls it, for reports and for those who make calls. Safe for
 * all threads; lives as long as the {@link RealmClient}, through all lives of its node:
 * what holds for one of them only is in its present {@link ServiceLife}, swapped whole.
 */
public final class ServiceClient {

	private static final AtomicReferenceFieldUpdater<ServiceClient, ServiceCalls> CALLS = AtomicReferenceFieldUpdater
		.newUpdater(ServiceClient.class, ServiceCalls.class, "calls");

	/**
	 * By the name of the interface; swapped whole under the lock of {@link #ticks}, and
	 * read without it.
	 */
	private volatile Map<String, Called> contracts = Map.of();

	private final String name;

	private final ServiceName service;

	/** What it was made with. */
	private final ServiceSettings initial;

	private final ClientContext context;

	private final Supplier<ClientPhase> phase;

	private final MethodLatencies latencies;

	private final AtomicLong ticks = new AtomicLong();

	/** The present life and the present settings, swapped whole. */
	private volatile ServiceCalls calls;

	/**
	 * A client service, to be begun.
	 * @param name unique in the node
	 * @param service the service
	 * @param settings how it is called
	 * @param context of the client
	 * @param phase the present one of the client
	 */
	ServiceClient(String name, ServiceName service, ServiceSettings settings, ClientContext context,
			Supplier<ClientPhase> phase) {
		this.name = name;
		this.service = service;
		this.initial = settings;
		this.context = context;
		this.phase = phase;
		this.latencies = new MethodLatencies(context.clock());
		this.calls = calls(phase.get(), ServiceRules.of(name, settings, context));
	}

	/** Begin to watch, once everybody can find this: whoever made it does so. */
	void begin() {
		this.calls.life().begin();
	}

	private ServiceCalls calls(ClientPhase present, ServiceRules rules) {
		return ServiceLife
			.of(present, this.name, this.service, rules.settings(), this.context, this.ticks, this::settings)
			.calls(rules);
	}

	/**
	 * Take up the phase of the client, if it has another one by now. No lock: directories
	 * may be the user's, and may wait for whatever they like.
	 */
	void follow() {
		while (true) {
			ClientPhase wanted = this.phase.get();
			ServiceCalls before = this.calls;
			if (before.life().phase() == wanted) {
				return;
			}
			ServiceCalls next = calls(wanted, before.rules());
			if (CALLS.compareAndSet(this, before, next)) {
				before.life().end(wanted.refusal());
				next.life().begin();
			}
		}
	}

	/**
	 * Whether it is called in this manner, or was before its settings were changed: then
	 * whoever names these settings means this client service.
	 */
	boolean has(ServiceSettings settings) {
		return settings.equals(settings()) || settings.equals(this.initial);
	}

	/**
	 * Find out whether it can be called in another manner from now on.
	 * @param changed how
	 * @throws IllegalArgumentException if not
	 */
	void check(ServiceSettings changed) {
		if (!changed.codec().equals(settings().codec())) {
			throw new IllegalArgumentException(
					"codec " + changed.codec() + " is not valid: expected " + settings().codec()
							+ ", which client service '" + this.name + "' has until the application is started again");
		}
		for (Called called : this.contracts.values()) {
			called.unhedged().forEach((method, obstacle) -> {
				MethodSettings own = changed.methodName(method).map(changed.methods()::get).orElse(null);
				if (own != null && own.hedge() != null && own.hedge().enabled()) {
					throw new IllegalArgumentException(obstacle);
				}
			});
		}
	}

	/**
	 * Be called in another manner from now on; calls that have begun end under the
	 * settings with which they began. By one at a time, after a {@link #check}.
	 */
	void change(ServiceSettings changed) {
		if (changed.equals(settings())) {
			return;
		}
		ServiceRules rules = this.calls.rules().with(this.name, changed, this.context.retries());
		ServiceCalls before;
		ServiceCalls after;
		do {
			before = this.calls;
			after = before.life().calls(rules);
		}
		while (!CALLS.compareAndSet(this, before, after));
		after.balancer().takeOver();
	}

	/**
	 * Name in reports, metrics and settings.
	 * @return the name, unique in the node
	 */
	public String name() {
		return this.name;
	}

	/**
	 * The service that is called.
	 * @return its name
	 */
	public ServiceName service() {
		return this.service;
	}

	/**
	 * How it is called from now on.
	 * @return the settings, which may change: see {@link RealmClient#change}
	 */
	public ServiceSettings settings() {
		return this.calls.rules().settings();
	}

	/**
	 * The contracts of its proxies.
	 * @return interface names; empty where only dynamic calls were made
	 */
	public Set<String> contracts() {
		return this.contracts.keySet();
	}

	/**
	 * The versions of these contracts.
	 * @return digests, in no particular order
	 */
	public Set<String> versions() {
		return this.contracts.values().stream().map((called) -> called.version().version()).collect(Collectors.toSet());
	}

	/**
	 * How the version that an instance serves differs from the one that is called here.
	 * @param tracker one of {@link #instances()}
	 * @return the difference, or {@code null} if the instance does not tell its version
	 * or no proxy was made here
	 */
	public @Nullable ContractSkew skew(InstanceTracker tracker) {
		Fingerprint served = tracker.fingerprint();
		if (served == null || this.contracts.isEmpty()) {
			return null;
		}
		Set<String> missing = new TreeSet<>();
		for (Called called : this.contracts.values()) {
			called.marks().forEach((method, mark) -> {
				if (!served.mayHave(mark)) {
					missing.add(method);
				}
			});
		}
		return new ContractSkew(served.version(), versions().contains(served.version()), List.copyOf(missing));
	}

	/**
	 * Since the directory last confirmed the instances.
	 * @return the age, or {@code null} before the first snapshot and while the node is
	 * not started
	 */
	public @Nullable Duration snapshotAge() {
		return this.calls.life().snapshotAge();
	}

	/**
	 * The instances as this client service sees them.
	 * @return trackers in stable order
	 */
	public List<InstanceTracker> instances() {
		return this.calls.life().instances();
	}

	/**
	 * How the calls are spread over the zones.
	 * @return the spread at this moment, or {@code null} if zones are not asked for
	 */
	public @Nullable ZoneSpread zones() {
		ServiceCalls calls = this.calls;
		if (!calls.rules().settings().zoneAware()) {
			return null;
		}
		ZoneSpread present = calls.balancer().zones();
		return (present != null) ? present : ZoneSpread.unknown();
	}

	/**
	 * The connections to an instance.
	 * @param tracker one of {@link #instances()}
	 * @return its pool
	 */
	public EndpointPool connections(InstanceTracker tracker) {
		return InstanceLinks.poolOf(tracker);
	}

	/** Those that stand around its calls. */
	List<ClientInterceptor> interceptors() {
		return this.context.interceptors();
	}

	/**
	 * Find the instances and connect to some of them ahead of the first call, and wait
	 * until one is connected. Not for event loops.
	 * @param limit bound of the wait
	 * @return {@code null} if one is, otherwise why none is, as a call would be told
	 */
	public @Nullable Status prepare(Duration limit) {
		return new Preparation(this).await(limit);
	}

	/**
	 * Attempts beyond the first of a call.
	 * @return figures of this moment
	 */
	public RetryFigures retries() {
		return this.calls.retries().figures();
	}

	/**
	 * Calls that wait for something else than an answer.
	 * @return figures of this moment
	 */
	public WaitingFigures waiting() {
		return this.calls.waiting().figures();
	}

	/**
	 * Leave an instance out until it is restored or this node stops, its next processes
	 * included; for operators. While no other instance is left, calls go to it all the
	 * same.
	 * @param nodeId the instance
	 * @param reason for people
	 * @return {@code null} if it is left out from now on, or what speaks against it: it
	 * is not known, or is the last usable one, which is never ejected
	 */
	public @Nullable String eject(String nodeId, String reason) {
		return this.calls.life().eject(nodeId, reason);
	}

	/**
	 * Use an instance again that was ejected, by an operator or not.
	 * @param nodeId the instance
	 * @return {@code null} if it is used again, or what speaks against it: it is not
	 * known, or not ejected
	 */
	public @Nullable String restore(String nodeId) {
		return this.calls.life().restore(nodeId);
	}

	/**
	 * How often an instance was ejected.
	 * @return number since the node was started
	 */
	public long ejections() {
		return this.calls.life().ejections();
	}

	/** Why there is no instance; asked while there is none. */
	Status withoutInstances() {
		return this.calls.life().noInstances();
	}

	/**
	 * What its calls share from now on until the node stops or starts, or the settings
	 * change: read once for each call, and never kept beyond it.
	 */
	ServiceCalls calls() {
		return this.calls;
	}

	/** Make the exceptions of the application out of failures. */
	List<ErrorMapper> errorMappers() {
		return this.context.errorMappers();
	}

	/** Recent latencies of a method, over all instances and all lives. */
	LatencyWindow latencyOf(String method) {
		return this.latencies.of(method);
	}

	/** A proxy was made; whether it is the first of all. */
	boolean proxied(Class<?> contract) {
		synchronized (this.ticks) {
			Map<String, Called> before = this.contracts;
			if (!before.containsKey(contract.getName())) {
				Called called = Called.of(ServiceContract.of(contract), this.context.codecs().describing());
				if (before.isEmpty()) {
					this.contracts = Map.of(contract.getName(), called);
				}
				else {
					Map<String, Called> next = new HashMap<>(before);
					next.put(contract.getName(), called);
					this.contracts = Map.copyOf(next);
				}
			}
			return before.isEmpty();
		}
	}

	/**
	 * A contract that is called here, without its class, which may have a shorter life.
	 *
	 * @param version of the contract
	 * @param marks of its methods, by their names on the wire
	 * @param unhedged why some of them cannot be hedged, by the same names
	 */
	private record Called(Fingerprint version, Map<String, String> marks, Map<String, String> unhedged) {

		static Called of(ServiceContract contract, PayloadCodec codec) {
			Map<String, String> marks = new HashMap<>();
			Map<String, String> unhedged = new HashMap<>();
			contract.methods().forEach((method) -> {
				marks.put(method.wireName(), method.mark());
				String obstacle = BoundMethod.notHedged(method);
				if (obstacle != null) {
					unhedged.put(method.wireName(), obstacle);
				}
			});
			return new Called(contract.fingerprint(codec::describe), Map.copyOf(marks), Map.copyOf(unhedged));
		}

	}

}
