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

import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

import io.macula.Code;
import io.macula.ServiceName;
import io.macula.log.DurationText;
import io.macula.log.LogLimit;
import io.macula.log.PrintableLogger;
import org.slf4j.Logger;

/**
 * Decides which instances of a service are left out because they fail more than their
 * peers, and owns the rates by which it does. Guarded by the lock of {@link Roster}.
 */
final class OutlierEjection {

	/*
	 * In the manner of Envoy's outlier detection, but made for three instances: no
	 * minimum number of hosts, and every rule compares with the peers, so that an outage
	 * which hits all alike ejects nobody. What counts as a fault is in Evidence.
	 */

	private static final Logger logger = PrintableLogger.of(OutlierEjection.class);

	private final ServiceName service;

	private EjectionSettings settings;

	private final Supplier<RandomGenerator> random;

	private final Object guard;

	private final InstanceListener listener;

	/** Short ejections may be many. */
	private final LogLimit limit;

	/** Of the instances that had an outcome; equal trackers are the same. */
	private Map<InstanceTracker, RateWindow> rates = Map.of();

	/** Written under the guard. */
	private volatile long ejections;

	OutlierEjection(ServiceName service, EjectionSettings settings, LongSupplier clock,
			Supplier<RandomGenerator> random, Object guard, InstanceListener listener) {
		this.listener = listener;
		this.service = service;
		this.settings = settings;
		this.random = random;
		this.guard = guard;
		this.limit = LogLimit.ofPeers(clock);
	}

	/** Judge by other settings from now on; ejections that were begun go on. */
	void settings(EjectionSettings changed) {
		assert Thread.holdsLock(this.guard);
		this.settings = changed;
	}

	/** Instances ejected so far; a failed probe is none. */
	long ejections() {
		return this.ejections;
	}

	/** Returns whether the instance is ejected now. */
	boolean failedInARow(InstanceTracker tracker, InstanceTracker[] all, Code last, long now) {
		int row = tracker.standing().faultsInARow();
		if (row < this.settings.consecutiveFailures() || !somePeerDoesBetter(tracker, all, row)) {
			return false;
		}
		return eject(tracker, all, row + " failures in a row, the last " + last, now);
	}

	/** Compare rates and latencies; returns whether an instance was ejected. */
	boolean sweep(InstanceTracker[] all, int slots, long now) {
		assert Thread.holdsLock(this.guard);
		boolean changed = false;
		for (InstanceTracker tracker : all) {
			tracker.recentLatency().fade(now);
			roll(tracker, slots);
		}
		for (InstanceTracker tracker : all) {
			RateWindow rate = this.rates.get(tracker);
			if (rate != null && !tracker.ejected() && rate.outcomes() >= this.settings.minimumCalls()) {
				changed |= ejectByRate(tracker, rate, all, now) || ejectByLatency(tracker, all, now);
			}
		}
		return changed;
	}

	/** A probe failed: the ejection starts again and is longer. */
	void extend(InstanceTracker tracker, Code code, long now) {
		start(tracker, tracker.standing().ejections(), "probe failed, " + code, now);
	}

	void returned(InstanceTracker tracker) {
		this.listener.restored(tracker.instance());
		this.limit.log("returned " + tracker, (suppressed) -> logger
			.info("Instance {} of service {} answered: it is used again{}", tracker, this.service, suppressed));
	}

	/** Judge an instance by what comes from now on. */
	void forget(InstanceTracker tracker) {
		assert Thread.holdsLock(this.guard);
		AttemptCounts counts = tracker.counts();
		if (this.rates.containsKey(tracker)) {
			this.rates.put(tracker, new RateWindow(counts.outcomes(), counts.faults()));
		}
	}

	/** Forget the instances that are gone. */
	void retain(Set<InstanceTracker> present) {
		assert Thread.holdsLock(this.guard);
		if (!this.rates.isEmpty()) {
			this.rates.keySet().retainAll(present);
		}
	}

	private boolean ejectByRate(InstanceTracker tracker, RateWindow rate, InstanceTracker[] all, long now) {
		if (rate.faultRate() < this.settings.failureRate()) {
			return false;
		}
		long outcomes = 0;
		long faults = 0;
		for (InstanceTracker peer : all) {
			RateWindow other = this.rates.get(peer);
			if (peer != tracker && peer.usable() && other != null) {
				outcomes += other.outcomes();
				faults += other.faults();
			}
		}
		double peers = (outcomes > 0) ? (double) faults / outcomes : 0;
		if (peers >= rate.faultRate() / 2) {
			return false;
		}
		return eject(tracker, all, String.format(Locale.ROOT, "%.0f %% of %d calls failed, %.0f %% at its peers",
				rate.faultRate() * 100, rate.outcomes(), peers * 100), now);
	}

	private boolean ejectByLatency(InstanceTracker tracker, InstanceTracker[] all, long now) {
		if (this.settings.latencyFactor() == 0) {
			return false;
		}
		long mean = tracker.latency().meanNanos();
		long[] peers = Arrays.stream(all)
			.filter((peer) -> peer != tracker && peer.usable())
			.mapToLong((peer) -> peer.latency().meanNanos())
			.filter((nanos) -> nanos > 0)
			.sorted()
			.toArray();
		if (peers.length == 0 || mean <= peers[peers.length / 2] * this.settings.latencyFactor()) {
			return false;
		}
		return eject(tracker, all,
				"mean latency " + mean / 1000 + " microseconds, " + peers[peers.length / 2] / 1000 + " at its peers",
				now);
	}

	private static boolean somePeerDoesBetter(InstanceTracker tracker, InstanceTracker[] all, int row) {
		for (InstanceTracker peer : all) {
			if (peer != tracker && peer.usable() && peer.standing().faultsInARow() <= row / 2) {
				return true;
			}
		}
		return false;
	}

	/** Unless the share would be exceeded or no usable instance would be left. */
	private boolean eject(InstanceTracker tracker, InstanceTracker[] all, String reason, long now) {
		if (!this.settings.enabled() || this.settings.maxShare() == 0) {
			return false;
		}
		int ejected = 0;
		int usable = 0;
		for (InstanceTracker peer : all) {
			ejected += peer.ejected() ? 1 : 0;
			usable += (peer != tracker && peer.usable()) ? 1 : 0;
		}
		if (usable == 0 || ejected + 1 > Math.max(1, (int) (this.settings.maxShare() * all.length))) {
			return false;
		}
		Standing present = tracker.standing();
		long healthyIntervals = (present.ejections() > 0)
				? (now - present.returnedNanoTime()) / this.settings.interval().toNanos() : 0;
		start(tracker, (int) Math.max(0, present.ejections() - healthyIntervals), reason, now);
		this.ejections++;
		return true;
	}

	private void start(InstanceTracker tracker, int before, String reason, long now) {
		assert Thread.holdsLock(this.guard);
		double time = this.settings.baseTime().toNanos() * Math.pow(2, Math.min(before, 40));
		double jitter = 0.8 + 0.4 * this.random.get().nextDouble();
		long nanos = (long) Math.min(time * jitter, this.settings.maxTime().toNanos());
		tracker.change((standing) -> standing.ejected(now + nanos, reason, before + 1));
		this.listener.ejected(tracker.instance(), reason, Duration.ofNanos(nanos));
		this.limit.log("ejected " + tracker,
				(suppressed) -> logger.warn("Instance {} of service {} is ejected for {}: {}{}", tracker, this.service,
						DurationText.of(Duration.ofNanos(nanos)), reason, suppressed));
	}

	private void roll(InstanceTracker tracker, int slots) {
		AttemptCounts counts = tracker.counts();
		long outcomes = counts.outcomes();
		RateWindow rate = this.rates.get(tracker);
		if (rate == null && outcomes > 0) {
			rate = new RateWindow(0, 0);
			if (this.rates.isEmpty()) {
				this.rates = new HashMap<>();
			}
			this.rates.put(tracker, rate);
		}
		if (rate != null) {
			rate.roll(slots, outcomes, counts.faults());
		}
	}

}
