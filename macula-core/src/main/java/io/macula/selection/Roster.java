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

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReferenceFieldUpdater;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

import io.macula.Code;
import io.macula.Fingerprint;
import io.macula.Instance;
import io.macula.Route;
import io.macula.ServiceName;
import io.macula.selection.InstanceTracker.Availability;
import org.jspecify.annotations.Nullable;

/**
 * The instances of one service, and the one place where it changes who of them is a
 * candidate. Safe for all threads; reading takes no locks.
 */
final class Roster {

	/*
	 * Readers see one immutable Candidates. Whatever changes who is a candidate (the
	 * directory, availability, ejections, probes, slow starts) is done under the lock of
	 * this object, which then publishes new ones: so the floor of ejection, a rule over
	 * all instances, holds at every moment, and a change that was made is seen by every
	 * choice after it. What a standing holds besides (failures in a row, the mark of the
	 * last resort, the first call of a slow start) is changed without the lock.
	 *
	 * What changes by time alone (an ejection ends, a slow start is over) is noted as the
	 * candidates' time, and only candidates with such a time make a choice read the
	 * clock.
	 */

	private static final AtomicReferenceFieldUpdater<Roster, Sweep> SWEPT = AtomicReferenceFieldUpdater
		.newUpdater(Roster.class, Sweep.class, "swept");

	/**
	 * After this time an instance that the client called not available is worth one call
	 * even if the client has not said otherwise.
	 */
	private static final long RECHECK_NANOS = 10_000_000_000L;

	/** A probe without an outcome is given up after this time. */
	private static final long PROBE_NANOS = 30_000_000_000L;

	/** After a probe that proved nothing the next one waits so long. */
	private static final long PROBE_PAUSE_NANOS = 1_000_000_000L;

	/** Written under the lock of this, as the zoning is. */
	private volatile EjectionSettings settings;

	private final LongSupplier clock;

	private final Supplier<RandomGenerator> random;

	private final OutlierEjection ejection;

	/** Swapped whole, so that an attempt's end reads one thing. */
	private volatile Sweep swept;

	private @Nullable Zoning zoning;

	private final InstanceListener listener;

	/**
	 * Why operators want instances to be left out, by node id, of processes to come as
	 * well; guarded by this.
	 */
	private Map<String, String> byHand = Map.of();

	private volatile Candidates candidates;

	/** One whose instances nobody wants to know of. */
	Roster(ServiceName service, EjectionSettings settings, @Nullable Zoning zoning, LongSupplier clock,
			Supplier<RandomGenerator> random) {
		this(service, settings, zoning, clock, random, InstanceListener.SILENT);
	}

	Roster(ServiceName service, EjectionSettings settings, @Nullable Zoning zoning, LongSupplier clock,
			Supplier<RandomGenerator> random, InstanceListener listener) {
		this.listener = listener;
		this.zoning = zoning;
		this.candidates = new Candidates(new InstanceTracker[0], 0, zoning);
		this.settings = settings;
		this.clock = clock;
		this.random = random;
		this.ejection = new OutlierEjection(service, settings, clock, random, this, listener);
		this.swept = new Sweep(clock.getAsLong(), slotNanos(settings));
	}

	private static long slotNanos(EjectionSettings settings) {
		return Math.max(1, settings.interval().toNanos() / RateWindow.SLOTS);
	}

	/**
	 * Judge and sort the instances by other settings from now on. What is known of them
	 * stays, and so do ejections that were begun.
	 */
	synchronized void change(EjectionSettings changed, @Nullable Zoning zones) {
		this.settings = changed;
		this.zoning = zones;
		this.ejection.settings(changed);
		SWEPT.updateAndGet(this, (last) -> new Sweep(last.nanoTime(), slotNanos(changed)));
		publish(now());
	}

	long now() {
		return this.clock.getAsLong();
	}

	EjectionSettings ejectionSettings() {
		return this.settings;
	}

	long ejections() {
		return this.ejection.ejections();
	}

	/** The candidates, for a choice that time does not matter to. */
	Candidates candidates() {
		return this.candidates;
	}

	/** The candidates of the given moment. */
	Candidates candidates(long now) {
		Candidates present = this.candidates;
		return (now - present.changesNanoTime() >= 0) ? sortAnew(now) : present;
	}

	private synchronized Candidates sortAnew(long now) {
		if (now - this.candidates.changesNanoTime() >= 0) {
			for (InstanceTracker tracker : this.candidates.all()) {
				tracker.change((standing) -> standing.at(now));
			}
			publish(now);
		}
		return this.candidates;
	}

	/** A new snapshot; see {@link LoadBalancer#update(List, Map, Consumer)}. */
	synchronized void update(List<Instance> instances, Map<String, Fingerprint> fingerprints,
			Consumer<InstanceTracker> joining) {
		long now = now();
		Map<Process, InstanceTracker> known = new HashMap<>();
		for (InstanceTracker tracker : this.candidates.all()) {
			known.put(Process.of(tracker.instance()), tracker);
		}
		SlowStart start = known.isEmpty() ? null : SlowStart.at(now, this.settings.slowStart());
		Map<Process, InstanceTracker> next = new LinkedHashMap<>();
		Map<Fingerprint, Fingerprint> same = new HashMap<>();
		for (Instance instance : instances) {
			Process process = Process.of(instance);
			if (next.containsKey(process)) {
				continue;
			}
			InstanceTracker tracker = known.get(process);
			if (tracker == null) {
				tracker = join(instance, start, joining);
			}
			else if (!tracker.instance().equals(instance)) {
				Instance before = tracker.instance();
				tracker.instance(instance);
				// Another weight says nothing of how well the instance is: it may be
				// steered while it fails, even because it fails.
				if (!before.withWeight(instance.weight()).equals(instance)) {
					pardon(tracker);
				}
			}
			Fingerprint told = fingerprints.get(instance.nodeId());
			tracker.fingerprint((told != null) ? same.computeIfAbsent(told, (first) -> first) : null);
			next.put(process, tracker);
		}
		InstanceTracker[] all = next.values().toArray(new InstanceTracker[0]);
		this.ejection.retain(Set.copyOf(next.values()));
		this.candidates = new Candidates(all, now, this.zoning);
		known.forEach((process, tracker) -> {
			if (!next.containsKey(process)) {
				this.listener.left(tracker.instance());
			}
		});
	}

	private void pardon(InstanceTracker tracker) {
		boolean ejected = tracker.ejected();
		boolean stays = tracker.change(Standing::pardoned).ejection() != null;
		forget(tracker);
		if (ejected && !stays) {
			this.listener.restored(tracker.instance());
		}
	}

	private InstanceTracker join(Instance instance, @Nullable SlowStart start, Consumer<InstanceTracker> joining) {
		InstanceTracker tracker = new InstanceTracker(this, instance, new LatencyWindow(this.clock));
		tracker.change((standing) -> standing.startingSlowly(start));
		joining.accept(tracker);
		this.listener.joined(instance);
		String reason = this.byHand.get(instance.nodeId());
		if (reason != null) {
			ejectByHand(tracker, reason, now());
		}
		return tracker;
	}

	/** See {@link LoadBalancer#eject}. */
	synchronized @Nullable String eject(String nodeId, String reason) {
		List<InstanceTracker> chosen = of(nodeId);
		if (chosen.isEmpty()) {
			return "it has no instance '" + nodeId + "'";
		}
		boolean others = this.candidates.asList().stream().anyMatch((each) -> each.usable() && !chosen.contains(each));
		if (!others) {
			return "instance '" + nodeId
					+ "' is its last usable one, which is never ejected, since its calls would have nowhere to go";
		}
		long now = now();
		this.byHand = with(nodeId, reason);
		chosen.forEach((tracker) -> ejectByHand(tracker, reason, now));
		publish(now);
		return null;
	}

	private Map<String, String> with(String nodeId, @Nullable String reason) {
		Map<String, String> next = new HashMap<>(this.byHand);
		if (reason != null) {
			next.put(nodeId, reason);
		}
		else {
			next.remove(nodeId);
		}
		return Map.copyOf(next);
	}

	private void ejectByHand(InstanceTracker tracker, String reason, long now) {
		tracker.change((standing) -> standing.ejectedByHand(now, "by hand: " + reason));
		this.listener.ejected(tracker.instance(), "by hand: " + reason, null);
	}

	/** See {@link LoadBalancer#restore}. */
	synchronized @Nullable String restore(String nodeId) {
		boolean wanted = this.byHand.containsKey(nodeId);
		this.byHand = with(nodeId, null);
		List<InstanceTracker> chosen = of(nodeId).stream().filter(InstanceTracker::ejected).toList();
		if (!wanted && chosen.isEmpty()) {
			return of(nodeId).isEmpty() ? "it has no instance '" + nodeId + "'"
					: "instance '" + nodeId + "' is not ejected";
		}
		long now = now();
		SlowStart start = SlowStart.at(now, this.settings.slowStart());
		for (InstanceTracker tracker : chosen) {
			tracker.change((standing) -> standing.returned(now, start));
			forget(tracker);
			this.listener.restored(tracker.instance());
		}
		publish(now);
		return null;
	}

	private List<InstanceTracker> of(String nodeId) {
		return this.candidates.asList().stream().filter((each) -> each.instance().nodeId().equals(nodeId)).toList();
	}

	/** The client says whether the instance can be reached. */
	synchronized void availabilityChanged(InstanceTracker tracker, Availability availability) {
		long now = now();
		long recheck = now + (long) (RECHECK_NANOS * (0.8 + 0.4 * this.random.get().nextDouble()));
		boolean returns = tracker.standing().returnsWith(availability);
		SlowStart start = SlowStart.at(now, this.settings.slowStart());
		tracker.change((standing) -> standing.reported(availability, recheck, now, start));
		if (returns) {
			forget(tracker);
		}
		publish(now);
	}

	/** Let this call through to an instance that is out, unless another one is. */
	synchronized boolean claimProbe(InstanceTracker tracker, long now) {
		Standing present = tracker.standing();
		if (present.usable() || now - present.dueNanoTime(now) < 0) {
			return false;
		}
		tracker.change((standing) -> standing.probed(now + PROBE_NANOS));
		publish(now);
		return true;
	}

	synchronized void probeFailed(InstanceTracker tracker, Code code, long now) {
		Standing present = tracker.standing();
		if (present.probe() == null) {
			return;
		}
		if (present.availability() != Availability.AVAILABLE) {
			tracker.change((standing) -> standing.probeEnded().recheckedAt(now + RECHECK_NANOS));
		}
		else {
			tracker.change(Standing::probeEnded);
			if (present.ejection() != null) {
				this.ejection.extend(tracker, code, now);
			}
		}
		publish(now);
	}

	/**
	 * A probe ended without telling whether the instance is well, for example refused for
	 * overload: another call tells, though not at once, since busy instances refuse many.
	 */
	synchronized void probeProvedNothing(InstanceTracker tracker, long now) {
		if (tracker.standing().probe() != null) {
			tracker.change((standing) -> standing.probePutOff(now + PROBE_PAUSE_NANOS));
			publish(now);
		}
	}

	synchronized void probeCancelled(InstanceTracker tracker, long now) {
		if (tracker.standing().probe() != null) {
			tracker.change(Standing::probeEnded);
			publish(now);
		}
	}

	/** An instance that is out answered. */
	synchronized void answeredWhileOut(InstanceTracker tracker, long now) {
		Standing present = tracker.standing();
		if (!present.awaitsAnswer() || !present.provedByAnswer()) {
			return;
		}
		SlowStart start = SlowStart.at(now, this.settings.slowStart());
		tracker.change((standing) -> standing.returned(now, start));
		if (present.ejection() != null) {
			this.ejection.returned(tracker);
			forget(tracker);
		}
		publish(now);
	}

	synchronized void failedInARow(InstanceTracker tracker, Code last, long now) {
		Candidates present = this.candidates;
		if (tracker.standing().ejection() == null && present.contains(tracker)
				&& this.ejection.failedInARow(tracker, present.all(), last, now)) {
			publish(now);
		}
	}

	/** An attempt ended: every now and then the moment to compare the instances. */
	void ended(long now) {
		Sweep last = this.swept;
		if (now - last.nanoTime() >= last.slotNanos()) {
			sweep(last, (now - last.nanoTime()) / last.slotNanos(), now);
		}
	}

	private void sweep(Sweep last, long slots, long now) {
		if (SWEPT.compareAndSet(this, last, new Sweep(last.nanoTime() + slots * last.slotNanos(), last.slotNanos()))) {
			synchronized (this) {
				if (this.ejection.sweep(this.candidates.all(), (int) Math.min(slots, RateWindow.SLOTS), now)) {
					publish(now);
				}
			}
		}
	}

	/** Forget the figures that led to an ejection, so that the instance starts afresh. */
	private void forget(InstanceTracker tracker) {
		tracker.recentLatency().forget();
		this.ejection.forget(tracker);
	}

	private void publish(long now) {
		assert Thread.holdsLock(this);
		this.candidates = new Candidates(this.candidates.all(), now, this.zoning);
	}

	/**
	 * When the instances were compared.
	 *
	 * @param nanoTime up to when
	 * @param slotNanos how long until the next time
	 */
	private record Sweep(long nanoTime, long slotNanos) {

	}

	/**
	 * What makes an instance the same one.
	 */
	private record Process(String nodeId, long incarnation, Route route, @Nullable String identity) {

		static Process of(Instance instance) {
			return new Process(instance.nodeId(), instance.incarnation(), instance.route(), instance.identity());
		}

		/* By hand, as in Endpoint. */
		@Override
		public boolean equals(@Nullable Object other) {
			return other instanceof Process that && this.incarnation == that.incarnation
					&& this.nodeId.equals(that.nodeId) && this.route.equals(that.route)
					&& Objects.equals(this.identity, that.identity);
		}

		@Override
		public int hashCode() {
			return Objects.hash(this.nodeId, this.incarnation);
		}

	}

}
