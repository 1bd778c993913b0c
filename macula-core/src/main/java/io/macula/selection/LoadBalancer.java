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

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

import io.macula.Code;
import io.macula.Endpoint;
import io.macula.Instance;
import io.macula.RpcException;
import io.macula.ServiceName;
import io.macula.Status;
import io.macula.selection.InstanceTracker.Availability;
import io.macula.selection.SelectionStrategies.Spreading;
import org.jspecify.annotations.Nullable;

/**
 * Chooses the instance of each attempt of one client service: leaves out ejected,
 * unreachable and already tried instances, applies the selection strategy, and learns
 * from the outcomes. Safe for all threads; a choice takes no locks and, but for retries,
 * allocates nothing; a retry's choice costs the same however many instances there are.
 * <p>
 * While any untried instance exists there is always a choice: if none is available,
 * suspected ones are candidates, then unreachable, then draining, then ejected ones.
 */
public final class LoadBalancer {

	/*
	 * Readers see one immutable View; every change of an instance's state is made under
	 * the lock and publishes a new one. What changes by time alone (an ejection ends, a
	 * slow start is over) is noted as the view's time, and only a view with such a time
	 * makes a choice read the clock.
	 *
	 * Strategies that merely spread load are overridden for single calls: a due instance
	 * gets one call as its probe, and an instance in slow start gives a part of its calls
	 * away. The choice of `first` and of users' strategies is never overridden: they see
	 * a due instance among the candidates, and choosing it makes that call the probe.
	 *
	 * A probe may fail with an unknown fate, so it should be a call that can be repeated.
	 * Only where no such call comes for a while another one is sent, and only to an
	 * ejected instance: whether one can be reached again is not found out by calls.
	 */

	/**
	 * After this time an instance that the client called not available is worth one call
	 * even if the client has not said otherwise.
	 */
	private static final long RECHECK_NANOS = 10_000_000_000L;

	/** A probe without an outcome is given up after this time. */
	private static final long PROBE_NANOS = 30_000_000_000L;

	/** After a probe that proved nothing the next one waits so long. */
	private static final long PROBE_PAUSE_NANOS = 1_000_000_000L;

	/** An ejected instance waits so long for a call that can be repeated. */
	private static final long IDEMPOTENT_PROBE_NANOS = 5_000_000_000L;

	/**
	 * Calls of the service for which a slow start has no effect: such load harms nobody.
	 */
	private static final int SLOW_START_FREE_CALLS = 100;

	private static final double SLOW_START_LEAST = 0.1;

	private final ServiceName service;

	private final String strategyName;

	private final SelectionStrategy strategy;

	private final boolean builtIn;

	private final boolean spreading;

	private final EjectionSettings settings;

	private final LongSupplier clock;

	private final Supplier<RandomGenerator> random;

	private final OutlierEjection ejection;

	private final AttemptTimeout attemptTimeout = new AttemptTimeout();

	private final long slotNanos;

	private final AtomicLong sweptNanoTime;

	private volatile View view = new View(new InstanceTracker[0]);

	/**
	 * A load balancer without instances.
	 * @param service the service, for messages
	 * @param strategyName name of the strategy, for messages
	 * @param strategy chooses among the candidates
	 * @param settings outlier ejection and slow start
	 */
	public LoadBalancer(ServiceName service, String strategyName, SelectionStrategy strategy,
			EjectionSettings settings) {
		this(service, strategyName, strategy, settings, System::nanoTime, ThreadLocalRandom::current);
	}

	/**
	 * A load balancer without instances, with time and randomness of its own.
	 * @param service the service, for messages
	 * @param strategyName name of the strategy, for messages
	 * @param strategy chooses among the candidates
	 * @param settings outlier ejection and slow start
	 * @param clock nanoseconds on the scale of {@link System#nanoTime()}
	 * @param random source of randomness, asked at each use
	 */
	public LoadBalancer(ServiceName service, String strategyName, SelectionStrategy strategy, EjectionSettings settings,
			LongSupplier clock, Supplier<RandomGenerator> random) {
		this.service = service;
		this.strategyName = strategyName;
		this.strategy = strategy;
		this.builtIn = SelectionStrategies.builtIn().containsValue(strategy) || strategy instanceof Spreading;
		this.spreading = strategy instanceof Spreading;
		this.settings = settings;
		this.clock = clock;
		this.random = random;
		this.ejection = new OutlierEjection(service, settings, random);
		this.slotNanos = Math.max(1, settings.interval().toNanos() / RateWindow.SLOTS);
		this.sweptNanoTime = new AtomicLong(clock.getAsLong());
	}

	/**
	 * The directory has a new snapshot. Trackers of unchanged instances are kept; a
	 * changed one (weight, zone, metadata) is no longer ejected; a new incarnation or
	 * endpoint starts afresh. Instances that join while others are there start slowly;
	 * those of the first snapshot do not.
	 * @param instances all instances, in stable order
	 */
	public void update(List<Instance> instances) {
		update(instances, (joined) -> {
		});
	}

	/**
	 * The same, with a hook for what the client ties to an instance.
	 * @param instances all instances, in stable order
	 * @param joining gets each new tracker before it can be picked
	 */
	public synchronized void update(List<Instance> instances, Consumer<InstanceTracker> joining) {
		long now = now();
		Map<Process, InstanceTracker> known = new HashMap<>();
		for (InstanceTracker tracker : this.view.all) {
			known.put(Process.of(tracker.instance), tracker);
		}
		boolean plainStart = known.isEmpty();
		Map<Process, InstanceTracker> next = new LinkedHashMap<>();
		for (Instance instance : instances) {
			Process process = Process.of(instance);
			InstanceTracker tracker = known.get(process);
			if (tracker == null) {
				tracker = new InstanceTracker(this, instance, new LatencyWindow(this.clock));
				if (!plainStart) {
					ramp(tracker, now);
				}
				joining.accept(tracker);
			}
			else if (!tracker.instance.equals(instance)) {
				tracker.instance = instance;
				tracker.ejection = null;
				tracker.ejections = 0;
				tracker.probing = false;
				tracker.forgive();
			}
			next.putIfAbsent(process, tracker);
		}
		this.view = new View(next.values().toArray(new InstanceTracker[0]), now);
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
		View present = this.view;
		InstanceTracker chosen;
		if (!tried.isEmpty()) {
			CandidateList untried = present.untried(tried);
			if (untried.isEmpty()) {
				return null;
			}
			chosen = select(untried, context);
		}
		else if (present.all.length == 0) {
			return null;
		}
		else if (!present.timed) {
			chosen = select(present.preferred, context);
		}
		else {
			chosen = pickTimed(context);
		}
		if (chosen.ejection != null && !chosen.probing) {
			chosen.lastResort = true;
		}
		chosen.started();
		return chosen;
	}

	/**
	 * The instances as this client service sees them.
	 * @return trackers in stable order; unmodifiable
	 */
	public List<InstanceTracker> trackers() {
		return Collections.unmodifiableList(Arrays.asList(this.view.all));
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
		return this.attemptTimeout.nanos(tracker.latency(), method, remainingNanos, attemptsLeft, now());
	}

	long now() {
		return this.clock.getAsLong();
	}

	EjectionSettings ejectionSettings() {
		return this.settings;
	}

	/** An attempt ended: every now and then the moment to compare the instances. */
	void ended(long now) {
		long swept = this.sweptNanoTime.get();
		long slots = (now - swept) / this.slotNanos;
		if (slots > 0 && this.sweptNanoTime.compareAndSet(swept, swept + slots * this.slotNanos)) {
			synchronized (this) {
				if (this.ejection.sweep(this.view.all, (int) Math.min(slots, RateWindow.SLOTS), now)) {
					publish(now);
				}
			}
		}
	}

	synchronized void availabilityChanged(InstanceTracker tracker, Availability availability) {
		long now = now();
		boolean returns = tracker.availability == Availability.UNREACHABLE && availability == Availability.AVAILABLE;
		tracker.availability = availability;
		tracker.recheckNanoTime = now + (long) (RECHECK_NANOS * (0.8 + 0.4 * this.random.get().nextDouble()));
		InstanceTracker.Ejection present = tracker.ejection;
		if (availability == Availability.AVAILABLE && present != null) {
			// Whatever it was ejected for may be over: a probe tells.
			tracker.ejection = new InstanceTracker.Ejection(now, present.reason());
		}
		else if (returns) {
			tracker.forgive();
			ramp(tracker, now);
		}
		publish(now);
	}

	synchronized void failedInARow(InstanceTracker tracker, Code last, long now) {
		View present = this.view;
		if (tracker.ejection == null && present.contains(tracker)
				&& this.ejection.failedInARow(tracker, present.all, last, now)) {
			publish(now);
		}
	}

	synchronized void probeFailed(InstanceTracker tracker, Code code, long now) {
		if (!tracker.probing) {
			return;
		}
		tracker.probing = false;
		if (tracker.availability != Availability.AVAILABLE) {
			tracker.recheckNanoTime = now + RECHECK_NANOS;
		}
		else if (tracker.ejection != null) {
			this.ejection.extend(tracker, code, now);
		}
		publish(now);
	}

	/**
	 * A probe ended without telling whether the instance is well, for example refused for
	 * overload: another call tells, though not at once, since busy instances refuse many.
	 */
	synchronized void probeProvedNothing(InstanceTracker tracker, long now) {
		if (!tracker.probing) {
			return;
		}
		tracker.probing = false;
		long next = now + PROBE_PAUSE_NANOS;
		InstanceTracker.Ejection present = tracker.ejection;
		if (present != null && next - present.untilNanoTime() > 0) {
			tracker.ejection = new InstanceTracker.Ejection(next, present.reason());
		}
		tracker.recheckNanoTime = next;
		publish(now);
	}

	synchronized void probeCancelled(InstanceTracker tracker) {
		tracker.probing = false;
		publish(now());
	}

	/**
	 * An answer of an instance that is out. Only a call that was sent to it as a probe or
	 * as the last resort proves something: others may have begun before.
	 */
	synchronized void answeredWhileOut(InstanceTracker tracker, long now) {
		boolean ejected = tracker.ejection != null;
		boolean probed = tracker.probing || tracker.lastResort;
		if (ejected && !probed) {
			return;
		}
		tracker.probing = false;
		tracker.lastResort = false;
		if (ejected) {
			this.ejection.giveBack(tracker, now);
		}
		if (tracker.availability == Availability.UNREACHABLE) {
			tracker.availability = Availability.AVAILABLE;
		}
		ramp(tracker, now);
		publish(now);
	}

	private InstanceTracker pickTimed(SelectionContext context) {
		long now = now();
		View present = this.view;
		if (now - present.changesNanoTime >= 0) {
			present = refresh(now);
		}
		InstanceTracker[] due = (context.attempt() == 1) ? present.due(context, now) : View.NONE;
		if (due.length > 0) {
			InstanceTracker probe = this.spreading ? due[0] : select(present.offered(due), context);
			if (!probe.usable() && claimProbe(probe, now)) {
				return probe;
			}
			if (probe.usable() && !this.spreading) {
				return probe;
			}
		}
		InstanceTracker chosen = select(present.preferred, context);
		if (this.spreading && chosen.ramping && present.settled.size() > 0 && givesAway(chosen, context, now)) {
			return select(present.settled, context);
		}
		return chosen;
	}

	private boolean givesAway(InstanceTracker chosen, SelectionContext context, long now) {
		long first = chosen.rampTick;
		if (first < 0) {
			chosen.rampTick = context.tick();
			return false;
		}
		double share = (double) (now - chosen.rampNanoTime) / this.settings.slowStart().toNanos();
		return context.tick() - first >= SLOW_START_FREE_CALLS
				&& this.random.get().nextDouble() >= Math.max(share, SLOW_START_LEAST);
	}

	private synchronized boolean claimProbe(InstanceTracker tracker, long now) {
		if (tracker.usable() || now - tracker.dueNanoTime(now) < 0) {
			return false;
		}
		tracker.probing = true;
		tracker.probeEndNanoTime = now + PROBE_NANOS;
		publish(now);
		return true;
	}

	private synchronized View refresh(long now) {
		if (now - this.view.changesNanoTime >= 0) {
			for (InstanceTracker tracker : this.view.all) {
				if (tracker.ramping && now - rampEnd(tracker) >= 0) {
					tracker.ramping = false;
				}
				if (tracker.probing && now - tracker.probeEndNanoTime >= 0) {
					tracker.probing = false;
				}
			}
			publish(now);
		}
		return this.view;
	}

	private void publish(long now) {
		this.view = new View(this.view.all, now);
	}

	private void ramp(InstanceTracker tracker, long now) {
		if (!this.settings.slowStart().isZero()) {
			tracker.ramping = true;
			tracker.rampNanoTime = now;
			tracker.rampTick = -1;
		}
	}

	private long rampEnd(InstanceTracker tracker) {
		return tracker.rampNanoTime + this.settings.slowStart().toNanos();
	}

	private InstanceTracker select(CandidateList candidates, SelectionContext context) {
		if (this.builtIn) {
			return (InstanceTracker) this.strategy.select(candidates, context);
		}
		Candidate chosen;
		try {
			chosen = this.strategy.select(candidates, context);
		}
		catch (RuntimeException ex) {
			throw new RpcException(Status.notProcessed(Code.INTERNAL,
					"Selection strategy '" + this.strategyName + "' failed for service " + this.service + ": " + ex),
					ex);
		}
		if (!candidates.contains(chosen)) {
			throw Status
				.notProcessed(Code.INTERNAL,
						"Selection strategy '" + this.strategyName + "' returned " + chosen + " for service "
								+ this.service + ": expected one of its " + candidates.size() + " candidates "
								+ candidates.subList(0, Math.min(candidates.size(), 5)))
				.toException();
		}
		return (InstanceTracker) chosen;
	}

	/**
	 * What makes an instance the same one.
	 */
	private record Process(String nodeId, long incarnation, Endpoint endpoint) {

		static Process of(Instance instance) {
			return new Process(instance.nodeId(), instance.incarnation(), instance.endpoint());
		}

	}

	/**
	 * The instances and their state at one moment. Immutable.
	 */
	private final class View {

		private static final int TIERS = Availability.values().length + 1;

		static final InstanceTracker[] NONE = {};

		final InstanceTracker[] all;

		/** The best tier that is not empty. */
		final CandidateList preferred;

		/** The preferred ones without those in slow start. */
		final CandidateList settled;

		/** Instances that are out and worth a probe. */
		final InstanceTracker[] due;

		/** The preferred and the due ones. */
		final CandidateList offered;

		/** Whether time changes something. */
		final boolean timed;

		/** When this view has to be made anew, if {@link #timed}. */
		final long changesNanoTime;

		View(InstanceTracker[] none) {
			this(none, 0);
		}

		View(InstanceTracker[] all, long now) {
			this.all = all;
			int best = TIERS;
			for (InstanceTracker tracker : all) {
				best = Math.min(best, tier(tracker));
			}
			List<InstanceTracker> preferredOnes = new ArrayList<>(all.length);
			List<InstanceTracker> settledOnes = new ArrayList<>(all.length);
			List<InstanceTracker> dueOnes = new ArrayList<>(0);
			List<InstanceTracker> offeredOnes = new ArrayList<>(all.length);
			boolean waits = false;
			long next = now + Long.MAX_VALUE / 4;
			for (InstanceTracker tracker : all) {
				boolean isPreferred = tier(tracker) == best;
				boolean isDue = false;
				if (!tracker.usable()) {
					long due = tracker.dueNanoTime(now);
					isDue = now - due >= 0;
					waits = true;
					next = (!isDue && due - next < 0) ? due : next;
				}
				if (tracker.ramping) {
					waits = true;
					next = (rampEnd(tracker) - next < 0) ? rampEnd(tracker) : next;
				}
				if (isPreferred) {
					preferredOnes.add(tracker);
				}
				if (isPreferred && !tracker.ramping) {
					settledOnes.add(tracker);
				}
				if (isDue) {
					dueOnes.add(tracker);
				}
				if (isPreferred || isDue) {
					offeredOnes.add(tracker);
				}
			}
			this.preferred = list(preferredOnes).noted();
			this.settled = list(settledOnes);
			this.due = dueOnes.toArray(new InstanceTracker[0]);
			this.offered = list(offeredOnes);
			this.timed = waits;
			this.changesNanoTime = next;
		}

		boolean contains(InstanceTracker tracker) {
			for (InstanceTracker one : this.all) {
				if (one == tracker) {
					return true;
				}
			}
			return false;
		}

		/** The due ones for which this call may be the probe. */
		InstanceTracker[] due(SelectionContext context, long now) {
			if (this.due.length == 0 || context.idempotent()) {
				return this.due;
			}
			return Arrays.stream(this.due)
				.filter((tracker) -> tracker.availability == Availability.AVAILABLE
						&& now - tracker.dueNanoTime(now) >= IDEMPOTENT_PROBE_NANOS)
				.toArray(InstanceTracker[]::new);
		}

		/** The preferred ones and some of the due ones. */
		CandidateList offered(InstanceTracker[] some) {
			if (some.length == this.due.length) {
				return this.offered;
			}
			List<InstanceTracker> wanted = List.of(some);
			List<InstanceTracker> offeredOnes = new ArrayList<>(this.all.length);
			for (InstanceTracker tracker : this.all) {
				if (this.preferred.contains(tracker) || wanted.contains(tracker)) {
					offeredOnes.add(tracker);
				}
			}
			return list(offeredOnes);
		}

		/** The untried ones of the best tier that has any. */
		CandidateList untried(Collection<InstanceTracker> tried) {
			CandidateList rest = this.preferred.without(tried);
			return (rest != null && !rest.isEmpty()) ? rest : untriedOfAnyTier(tried);
		}

		private CandidateList untriedOfAnyTier(Collection<InstanceTracker> tried) {
			int best = TIERS;
			int count = 0;
			InstanceTracker[] untried = new InstanceTracker[this.all.length];
			for (InstanceTracker tracker : this.all) {
				int tier = tier(tracker);
				if (tier <= best && !tried.contains(tracker)) {
					count = (tier < best) ? 0 : count;
					best = tier;
					untried[count++] = tracker;
				}
			}
			return new CandidateList(Arrays.copyOf(untried, count));
		}

		private static int tier(InstanceTracker tracker) {
			return (tracker.ejection != null) ? TIERS - 1 : tracker.availability.ordinal();
		}

		private static CandidateList list(List<InstanceTracker> trackers) {
			return new CandidateList(trackers.toArray(new InstanceTracker[0]));
		}

	}

}
