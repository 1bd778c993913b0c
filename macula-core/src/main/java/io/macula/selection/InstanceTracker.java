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

import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.AtomicLongFieldUpdater;

import io.macula.Code;
import io.macula.Instance;
import io.macula.Processed;
import org.jspecify.annotations.Nullable;

/**
 * One incarnation of an instance as one client service sees it: attempts, outcomes,
 * latency, and whether it may be chosen. Safe for all threads; counting takes no locks.
 * <p>
 * Every tracker that {@link LoadBalancer#pick} returns counts as one attempt in flight
 * until exactly one of {@link #succeeded}, {@link #failed} and {@link #cancelled} is
 * called for it.
 */
public final class InstanceTracker implements Candidate {

	/*
	 * Usable (no ejection, AVAILABLE) -> out (ejected, or not AVAILABLE) -> due (the time
	 * of that is over) -> probing (one call was let through) -> usable, or out for
	 * longer. These fields are written under the load balancer's lock only, which then
	 * publishes a new view; the counters are written by everybody.
	 */

	private static final double DECAY_NANOS = 10e9;

	private static final long IDLE_NANOS = 1_000_000_000L;

	private static final long NEVER_NANOS = Long.MAX_VALUE / 4;

	private static final AtomicLongFieldUpdater<InstanceTracker> STARTED = AtomicLongFieldUpdater
		.newUpdater(InstanceTracker.class, "started");

	private static final AtomicLongFieldUpdater<InstanceTracker> ENDED = AtomicLongFieldUpdater
		.newUpdater(InstanceTracker.class, "ended");

	private static final AtomicLongFieldUpdater<InstanceTracker> IGNORED = AtomicLongFieldUpdater
		.newUpdater(InstanceTracker.class, "ignored");

	private static final AtomicLongFieldUpdater<InstanceTracker> FAULTS = AtomicLongFieldUpdater
		.newUpdater(InstanceTracker.class, "faults");

	private static final AtomicIntegerFieldUpdater<InstanceTracker> FAULTS_IN_A_ROW = AtomicIntegerFieldUpdater
		.newUpdater(InstanceTracker.class, "faultsInARow");

	private final LoadBalancer balancer;

	private final LatencyWindow latency;

	/** Where the last view's list of candidates has it; a hint, to be checked. */
	int position;

	/** Written before the tracker is published. */
	private @Nullable Object attachment;

	volatile Instance instance;

	private volatile long started;

	private volatile long ended;

	/** Ended attempts that say nothing of the instance. */
	private volatile long ignored;

	private volatile long faults;

	private volatile int faultsInARow;

	private volatile @Nullable AtomicLongArray failures;

	/** Racing writers may lose an update of the mean, which the next one makes good. */
	private volatile double meanNanos;

	private volatile long meanNanoTime;

	volatile Availability availability = Availability.AVAILABLE;

	volatile @Nullable Ejection ejection;

	/** When an instance that is not AVAILABLE is worth a probe. */
	volatile long recheckNanoTime;

	/** A probe is under way; given up when this time is reached. */
	volatile boolean probing;

	volatile long probeEndNanoTime;

	/** Chosen although ejected, because nothing else was left. */
	volatile boolean lastResort;

	volatile boolean ramping;

	volatile long rampNanoTime;

	volatile long rampTick;

	/** Ejections one after another; guarded by the load balancer's lock. */
	int ejections;

	/** End of the last ejection; guarded by the load balancer's lock. */
	long returnedNanoTime;

	/** Guarded by the load balancer's lock; none before the first answer. */
	@Nullable RateWindow rate;

	InstanceTracker(LoadBalancer balancer, Instance instance, LatencyWindow latency) {
		this.balancer = balancer;
		this.instance = instance;
		this.latency = latency;
	}

	@Override
	public Instance instance() {
		return this.instance;
	}

	@Override
	public int inFlight() {
		return (int) Math.max(0, this.started - this.ended);
	}

	/**
	 * Recent latency: follows a rise within a few answers, a fall within about 10
	 * seconds, and fades while there are no answers.
	 */
	@Override
	public long latencyNanos() {
		return (long) this.meanNanos;
	}

	/**
	 * Attempts so far.
	 * @return 0 or more
	 */
	public long calls() {
		return this.started;
	}

	/**
	 * Failed attempts so far, by code.
	 * @return a copy, without codes that did not occur
	 */
	public Map<Code, Long> failures() {
		Map<Code, Long> byCode = new EnumMap<>(Code.class);
		AtomicLongArray counts = this.failures;
		for (Code code : Code.values()) {
			long count = (counts != null) ? counts.get(code.ordinal()) : 0;
			if (count > 0) {
				byCode.put(code, count);
			}
		}
		return byCode;
	}

	/**
	 * The recent latencies, for reports.
	 * @return the window, which goes on filling
	 */
	public LatencyWindow latency() {
		return this.latency;
	}

	/**
	 * Whether the instance can be reached, as far as the client knows.
	 * @return the availability
	 */
	public Availability availability() {
		return this.availability;
	}

	/**
	 * Tell whether the instance can be reached. Cheap if nothing changes.
	 * @param availability the present state of its connections
	 */
	public void availability(Availability availability) {
		if (this.availability != availability) {
			this.balancer.availabilityChanged(this, availability);
		}
	}

	/**
	 * Whether the instance is ejected, waiting for its probe included.
	 * @return true if so
	 */
	public boolean ejected() {
		return this.ejection != null;
	}

	/**
	 * Why the instance is ejected.
	 * @return the reason, or {@code null} if it is not
	 */
	public @Nullable String ejectionReason() {
		Ejection present = this.ejection;
		return (present != null) ? present.reason() : null;
	}

	/**
	 * Tie something of the client to the instance; only while it joins the load balancer.
	 * @param attachment for example its connections
	 */
	public void attach(Object attachment) {
		this.attachment = attachment;
	}

	/**
	 * What the client tied to the instance.
	 * @return the attachment, or {@code null} for none
	 */
	public @Nullable Object attachment() {
		return this.attachment;
	}

	/**
	 * A stream came to its end without a failure; how long it took says nothing.
	 */
	public void streamed() {
		ENDED.incrementAndGet(this);
		long now = this.balancer.now();
		if (this.faultsInARow != 0) {
			this.faultsInARow = 0;
		}
		if (this.ejection != null || this.availability == Availability.UNREACHABLE) {
			this.balancer.answeredWhileOut(this, now);
		}
		this.balancer.ended(now);
	}

	/**
	 * The attempt was answered with a result.
	 * @param latencyNanos how long it took
	 */
	public void succeeded(long latencyNanos) {
		long now = this.balancer.now();
		ENDED.incrementAndGet(this);
		answered(latencyNanos, now);
		this.balancer.ended(now);
	}

	/**
	 * The attempt failed.
	 * @param code how
	 * @param processed whether the instance processed it
	 * @param elapsedNanos since the attempt began
	 */
	public void failed(Code code, Processed processed, long elapsedNanos) {
		long now = this.balancer.now();
		failures(code);
		Evidence evidence = Evidence.of(code, processed);
		if (evidence == Evidence.NOTHING) {
			IGNORED.incrementAndGet(this);
		}
		ENDED.incrementAndGet(this);
		switch (evidence) {
			case FAULT -> fault(code, now);
			case TIMEOUT -> {
				observe(elapsedNanos, now);
				this.latency.recordTimeout(elapsedNanos);
				fault(code, now);
			}
			case ANSWER -> answered(elapsedNanos, now);
			case HARMLESS, NOTHING -> {
				if (this.probing) {
					this.balancer.probeProvedNothing(this, now);
				}
			}
		}
		this.balancer.ended(now);
	}

	/**
	 * The attempt was given up by the caller, for example as the loser of a hedge.
	 * @param elapsedNanos since the attempt began: its latency would have been more
	 */
	public void cancelled(long elapsedNanos) {
		long now = this.balancer.now();
		IGNORED.incrementAndGet(this);
		ENDED.incrementAndGet(this);
		if (elapsedNanos > this.meanNanos) {
			observe(elapsedNanos, now);
		}
		if (this.probing) {
			this.balancer.probeCancelled(this);
		}
		this.balancer.ended(now);
	}

	void started() {
		STARTED.incrementAndGet(this);
	}

	/** Attempts that tell something of the instance. */
	long outcomes() {
		return Math.max(0, this.ended - this.ignored);
	}

	long faults() {
		return this.faults;
	}

	int faultsInARow() {
		return this.faultsInARow;
	}

	/** Forget what led to an ejection, so that the instance starts afresh. */
	void forgive() {
		this.faultsInARow = 0;
		this.meanNanos = 0;
		this.rate = (this.rate != null) ? new RateWindow(outcomes(), faults()) : null;
	}

	void fade(long now) {
		long idle = now - this.meanNanoTime;
		if (idle > IDLE_NANOS && this.meanNanos > 0) {
			this.meanNanos = Math.max(1, this.meanNanos * Math.exp(-idle / DECAY_NANOS));
			this.meanNanoTime = now;
		}
	}

	/**
	 * Whether the instance can be reached and is not ejected.
	 * @return true if so
	 */
	public boolean usable() {
		return this.ejection == null && this.availability == Availability.AVAILABLE;
	}

	/**
	 * When the instance, now out, is worth a probe. A suspected one never is: PINGs ask
	 * it whether it lives, no call has to.
	 */
	long dueNanoTime(long now) {
		if (this.availability == Availability.SUSPECTED) {
			return now + NEVER_NANOS;
		}
		Ejection present = this.ejection;
		long due = (present != null) ? present.untilNanoTime() : now;
		if (this.availability != Availability.AVAILABLE && this.recheckNanoTime - due > 0) {
			due = this.recheckNanoTime;
		}
		return (this.probing && this.probeEndNanoTime - due > 0) ? this.probeEndNanoTime : due;
	}

	private void answered(long latencyNanos, long now) {
		observe(latencyNanos, now);
		this.latency.record(latencyNanos, now);
		if (this.faultsInARow != 0) {
			this.faultsInARow = 0;
		}
		if (this.ejection != null || this.availability == Availability.UNREACHABLE) {
			this.balancer.answeredWhileOut(this, now);
		}
	}

	/**
	 * While the client knows anyway that the instance cannot be reached, failures teach
	 * nothing, and those of a draining instance are no faults.
	 */
	private void fault(Code code, long now) {
		if (this.availability == Availability.AVAILABLE) {
			FAULTS.incrementAndGet(this);
			int row = FAULTS_IN_A_ROW.incrementAndGet(this);
			if (row >= this.balancer.ejectionSettings().consecutiveFailures() && this.ejection == null) {
				this.balancer.failedInARow(this, code, now);
			}
		}
		if (this.probing) {
			this.balancer.probeFailed(this, code, now);
		}
	}

	private void failures(Code code) {
		AtomicLongArray counts = this.failures;
		if (counts == null) {
			synchronized (this) {
				counts = this.failures;
				if (counts == null) {
					counts = new AtomicLongArray(Code.values().length);
					this.failures = counts;
				}
			}
		}
		counts.incrementAndGet(code.ordinal());
	}

	/**
	 * Peak EWMA, softened: up by a quarter of the difference with each answer, so that
	 * one pause does not banish an instance; down with the time constant.
	 */
	private void observe(long nanos, long now) {
		double mean = this.meanNanos;
		double share = (mean == 0) ? 1 : 0.25;
		if (nanos < mean) {
			share = Math.min(1, Math.max(0, now - this.meanNanoTime) / DECAY_NANOS);
		}
		this.meanNanos = Math.max(1, mean + share * (nanos - mean));
		this.meanNanoTime = now;
	}

	@Override
	public String toString() {
		return this.instance.toString();
	}

	/**
	 * What the client knows of the connections to an instance, the better ones first.
	 */
	public enum Availability {

		/** Connected, or nothing speaks against connecting. */
		AVAILABLE,
		/** Connected, but gave no sign of life while one was due. */
		SUSPECTED,
		/** Could not be connected, or the connection was lost and not restored. */
		UNREACHABLE,
		/** Finishes what is in flight and refuses new calls. */
		DRAINING

	}

	/**
	 * The present ejection.
	 *
	 * @param untilNanoTime when a probe may be let through
	 * @param reason for people
	 */
	record Ejection(long untilNanoTime, String reason) {

	}

}
