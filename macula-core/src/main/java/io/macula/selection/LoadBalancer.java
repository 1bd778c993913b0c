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

package io.macula.selection;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

import io.macula.Fingerprint;
import io.macula.Instance;
import io.macula.ServiceName;
import org.jspecify.annotations.Nullable;

/**
 * Chooses the instance of each attempt of one client service: leaves out ejected,
 * unreachable and already tried instances, applies the selection strategy, and learns
 * from the outcomes. Safe for all threads; a choice takes no locks, unless it becomes a
 * probe or time has changed the candidates, and, but for retries, allocates nothing; a
 * retry's choice costs the same however many instances there are.
 * <p>
 * Where instances differ in their methods, those that certainly lack the called one are
 * no candidates, unless all do. While any untried candidate exists there is always a
 * choice: if none is available, suspected ones are candidates, then unreachable, then
 * draining, then ejected ones.
 * <p>
 * With a near zone, an attempt first draws the zone (see {@link ZoneSpread}), and then
 * the strategy chooses among the instances of that; a further attempt goes to the others
 * once all of the drawn zone were tried. Without a known instance in the near zone, zones
 * make no difference.
 */
public final class LoadBalancer {

	/*
	 * Strategies that merely spread load are overridden for single calls: a due instance
	 * gets one call as its probe, and an instance in slow start gives a part of its calls
	 * away. The choice of `first` and of users' strategies is never overridden: they see
	 * a due instance among the candidates, and choosing it makes that call the probe.
	 *
	 * A probe may fail with an unknown fate, so it should be a call that can be repeated.
	 * Only where no such call comes for a while another one is sent, and only to an
	 * ejected instance: whether one can be reached again is not found out by calls.
	 */

	private final CheckedStrategy strategy;

	private final Supplier<RandomGenerator> random;

	private final ServiceName service;

	private final EjectionSettings ejection;

	private final @Nullable Zoning zoning;

	private final Roster roster;

	/**
	 * A load balancer without instances.
	 * @param service the service, for messages
	 * @param strategyName name of the strategy, for messages
	 * @param strategy chooses among the candidates
	 * @param settings outlier ejection and slow start
	 */
	public LoadBalancer(ServiceName service, String strategyName, SelectionStrategy strategy,
			EjectionSettings settings) {
		this(service, strategyName, strategy, settings, null, System::nanoTime, ThreadLocalRandom::current);
	}

	/**
	 * A load balancer without instances, with time and randomness of its own.
	 * @param service the service, for messages
	 * @param strategyName name of the strategy, for messages
	 * @param strategy chooses among the candidates
	 * @param settings outlier ejection and slow start
	 * @param nearZone zone whose instances come first, or {@code null} where zones make
	 * no difference
	 * @param clock nanoseconds on the scale of {@link System#nanoTime()}
	 * @param random source of randomness, asked at each use
	 */
	public LoadBalancer(ServiceName service, String strategyName, SelectionStrategy strategy, EjectionSettings settings,
			@Nullable String nearZone, LongSupplier clock, Supplier<RandomGenerator> random) {
		this(service, strategyName, strategy, settings, nearZone, clock, random, InstanceListener.SILENT);
	}

	/**
	 * The same, with somebody who is told what becomes of the instances.
	 * @param service the service, for messages
	 * @param strategyName name of the strategy, for messages
	 * @param strategy chooses among the candidates
	 * @param settings outlier ejection and slow start
	 * @param nearZone zone whose instances come first, or {@code null}
	 * @param clock nanoseconds on the scale of {@link System#nanoTime()}
	 * @param random source of randomness, asked at each use
	 * @param listener told of the instances
	 */
	public LoadBalancer(ServiceName service, String strategyName, SelectionStrategy strategy, EjectionSettings settings,
			@Nullable String nearZone, LongSupplier clock, Supplier<RandomGenerator> random,
			InstanceListener listener) {
		this.service = service;
		this.ejection = settings;
		this.strategy = new CheckedStrategy(service, strategyName, strategy);
		this.random = random;
		this.zoning = zoning(nearZone, this.strategy);
		this.roster = new Roster(service, settings, this.zoning, clock, random, listener);
	}

	private LoadBalancer(LoadBalancer other, CheckedStrategy strategy, EjectionSettings ejection,
			@Nullable String nearZone) {
		this.service = other.service;
		this.ejection = ejection;
		this.strategy = strategy;
		this.random = other.random;
		Zoning zones = zoning(nearZone, strategy);
		this.zoning = Objects.equals(zones, other.zoning) ? other.zoning : zones;
		this.roster = other.roster;
	}

	private static @Nullable Zoning zoning(@Nullable String nearZone, CheckedStrategy strategy) {
		return (nearZone != null) ? new Zoning(nearZone, strategy.weighing(), !strategy.spreading()) : null;
	}

	/**
	 * A load balancer of the same instances that chooses in another manner: with all that
	 * is known of them, and their ejections. The present one goes on to choose as it did.
	 * How instances are judged is the same for both, and changes by {@link #takeOver}.
	 * @param strategyName name of the strategy, for messages
	 * @param chosen chooses among the candidates
	 * @param settings outlier ejection and slow start
	 * @param nearZone zone whose instances come first, or {@code null}
	 * @return the load balancer; this one where it would choose alike
	 */
	public LoadBalancer with(String strategyName, SelectionStrategy chosen, EjectionSettings settings,
			@Nullable String nearZone) {
		CheckedStrategy other = this.strategy.is(strategyName, chosen) ? this.strategy
				: new CheckedStrategy(this.service, strategyName, chosen);
		boolean same = other == this.strategy && settings.equals(this.ejection)
				&& Objects.equals(zoning(nearZone, other), this.zoning);
		return same ? this : new LoadBalancer(this, other, settings, nearZone);
	}

	/**
	 * From now on instances are judged by the settings of this one, for all that choose
	 * among them. Ejections that were begun end as they were to.
	 */
	public void takeOver() {
		this.roster.change(this.ejection, this.zoning);
	}

	/** As this one looks at zones: just after a change it may be the only one. */
	private Candidates candidates() {
		Candidates present = this.roster.candidates();
		return (present.zoning() == this.zoning) ? present : present.under(this.zoning, this.roster.now());
	}

	/**
	 * The directory has a new snapshot. Trackers of unchanged instances are kept; a
	 * changed one (zone, priority, metadata) is no longer ejected, but one of another
	 * weight is; a new incarnation or endpoint starts afresh. Instances that join while
	 * others are there start slowly; those of the first snapshot do not.
	 * @param instances all instances, in stable order
	 */
	public void update(List<Instance> instances) {
		update(instances, Map.of(), (joined) -> {
		});
	}

	/**
	 * The same, with versions and a hook for what the client ties to an instance.
	 * @param instances all instances, in stable order
	 * @param fingerprints versions of the contract, by node id, of those that tell it
	 * @param joining gets each new tracker before it can be picked
	 */
	public void update(List<Instance> instances, Map<String, Fingerprint> fingerprints,
			Consumer<InstanceTracker> joining) {
		this.roster.update(instances, fingerprints, joining);
	}

	/**
	 * Choose an instance for an attempt, which counts as in flight from now on.
	 * @param context the call
	 * @param tried what this call tried already; compared by identity
	 * @return the instance, or {@code null} if there is none that was not tried; report
	 * its outcome exactly once
	 * @throws io.macula.RpcException INTERNAL if the user's strategy fails or returns
	 * something else than a candidate
	 */
	public @Nullable InstanceTracker pick(SelectionContext context, Collection<InstanceTracker> tried) {
		Candidates present = candidates();
		InstanceTracker chosen;
		if (!tried.isEmpty()) {
			CandidateList untried = present.having(context, this.roster).untried(tried, this.random);
			if (untried.isEmpty()) {
				return null;
			}
			chosen = perhapsAsLastResort(this.strategy.select(untried, context));
		}
		else if (present.isEmpty()) {
			return null;
		}
		else if (present.plain()) {
			chosen = this.strategy.select(present.offer(this.random).preferred(), context);
		}
		else {
			InstanceTracker apart = pickApart(context);
			if (apart == null) {
				return null;
			}
			chosen = perhapsAsLastResort(apart);
		}
		chosen.started();
		return chosen;
	}

	/**
	 * Choose an instance that a call has good reason to ask.
	 * @param context the call
	 * @param useless instances that must not be asked
	 * @return the instance, or {@code null} if there is none; report its outcome exactly
	 * once
	 * @throws io.macula.RpcException as {@link #pick}
	 */
	public @Nullable InstanceTracker pickExcept(SelectionContext context, Predicate<InstanceTracker> useless) {
		CandidateList rest = candidates().having(context, this.roster).except(useless, this.random);
		if (rest.isEmpty()) {
			return null;
		}
		InstanceTracker chosen = perhapsAsLastResort(this.strategy.select(rest, context));
		chosen.started();
		return chosen;
	}

	/**
	 * Time may change something, or not all instances have the same methods. Another look
	 * at the roster: the last instance may have left since the first one.
	 */
	private @Nullable InstanceTracker pickApart(SelectionContext context) {
		long now = this.roster.now();
		Candidates present = this.roster.candidates(now).under(this.zoning, now).having(context, this.roster);
		if (present.isEmpty()) {
			return null;
		}
		Offer offer = present.offer(this.random);
		InstanceTracker probe = pickDue(present, offer, context, now);
		if (probe != null) {
			return probe;
		}
		InstanceTracker chosen = this.strategy.select(offer.preferred(), context);
		SlowStart start = chosen.standing().slowStart();
		if (start != null && this.strategy.spreading() && !offer.settled().isEmpty()
				&& givesAway(chosen, start, context.tick(), now)) {
			return this.strategy.select(offer.settled(), context);
		}
		return chosen;
	}

	/** The instance that this call is the probe of, or that a strategy prefers to all. */
	private @Nullable InstanceTracker pickDue(Candidates present, Offer offer, SelectionContext context, long now) {
		InstanceTracker[] due = present.due(context, now);
		if (due.length == 0) {
			return null;
		}
		boolean spreading = this.strategy.spreading();
		InstanceTracker chosen = spreading ? due[0] : this.strategy.select(present.offered(offer, due), context);
		if (chosen.usable()) {
			return spreading ? null : chosen;
		}
		return this.roster.claimProbe(chosen, now) ? chosen : null;
	}

	private boolean givesAway(InstanceTracker chosen, SlowStart start, long tick, long now) {
		if (!start.begun()) {
			chosen.change((standing) -> standing.afterFirstCall(tick));
			return false;
		}
		return start.givesAway(tick, now, this.random);
	}

	private static InstanceTracker perhapsAsLastResort(InstanceTracker chosen) {
		if (chosen.ejected()) {
			chosen.change(Standing::afterLastResort);
		}
		return chosen;
	}

	/**
	 * The instances as this client service sees them.
	 * @return trackers in stable order; unmodifiable
	 */
	public List<InstanceTracker> trackers() {
		return this.roster.candidates().asList();
	}

	/**
	 * The instances that a call can be sent to: those that may have its method, or all if
	 * none has.
	 * @param context the call
	 * @return trackers in stable order; unmodifiable
	 */
	public List<InstanceTracker> trackers(SelectionContext context) {
		return this.roster.candidates().having(context, this.roster).asList();
	}

	/**
	 * How calls are spread over the zones, where that matters to this load balancer.
	 * @return the spread at this moment, or {@code null} without a near zone
	 */
	public @Nullable ZoneSpread zones() {
		Zoning zones = this.zoning;
		return (zones != null) ? ZoneSpread.of(zones.own(), candidates()) : null;
	}

	/**
	 * Leave an instance out until it is restored, whatever it answers, its next processes
	 * included; while no other is left, calls go to it all the same.
	 * @param nodeId the instance
	 * @param reason for people
	 * @return {@code null} if it is left out from now on, or what speaks against it: it
	 * is not known, or the last usable one
	 */
	public @Nullable String eject(String nodeId, String reason) {
		return this.roster.eject(nodeId, reason);
	}

	/**
	 * Use an instance again that was ejected, by hand or not; it starts slowly.
	 * @param nodeId the instance
	 * @return {@code null} if it is used again, or what speaks against it
	 */
	public @Nullable String restore(String nodeId) {
		return this.roster.restore(nodeId);
	}

	/**
	 * How often an instance was ejected.
	 * @return number so far
	 */
	public long ejections() {
		return this.roster.ejections();
	}

	/**
	 * How long to wait for an attempt, learned from the instance alone.
	 * @param tracker the instance of the attempt
	 * @param remainingNanos until the call's deadline
	 * @param attemptsLeft attempts that the call may still make, this one included
	 * @return nanoseconds, at most the remaining ones
	 */
	public long attemptTimeoutNanos(InstanceTracker tracker, long remainingNanos, int attemptsLeft) {
		return attemptTimeoutNanos(tracker, tracker.latency(), remainingNanos, attemptsLeft);
	}

	/**
	 * How long to wait for an attempt: three times the recent 99th percentile, that of
	 * the instance or of the method, whichever is longer; at least 250 milliseconds, or
	 * 500 while too little is known of the instance; at most an equal share of the
	 * remaining time, and at most 5 seconds while too little is known. The last attempt
	 * gets all the remaining time.
	 * @param tracker the instance of the attempt
	 * @param method latencies of the method, over all instances
	 * @param remainingNanos until the call's deadline
	 * @param attemptsLeft attempts that the call may still make, this one included
	 * @return nanoseconds, at most the remaining ones
	 */
	public long attemptTimeoutNanos(InstanceTracker tracker, LatencyWindow method, long remainingNanos,
			int attemptsLeft) {
		return AttemptTimeout.nanos(tracker.latency(), method, remainingNanos, attemptsLeft, this.roster.now());
	}

}
