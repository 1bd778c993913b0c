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

import java.util.Map;
import java.util.concurrent.atomic.AtomicReferenceFieldUpdater;
import java.util.function.UnaryOperator;

import io.macula.Code;
import io.macula.Fingerprint;
import io.macula.Instance;
import io.macula.Processed;
import org.jspecify.annotations.Nullable;

/**
 * One incarnation of an instance as one client service sees it: attempts, outcomes,
 * latency, and whether it may be chosen. Safe for all threads; counting takes no locks.
 * <p>
 * Every tracker that {@link LoadBalancer#pick} returns counts as one attempt in flight
 * until exactly one of {@link #succeeded}, {@link #failed}, {@link #streamed} and
 * {@link #cancelled} is called for it.
 */
public final class InstanceTracker implements Candidate {

	/*
	 * Figures and standing are apart: every attempt counts, and only what an outcome says
	 * against the present standing changes that, which the roster then tells to all
	 * choices.
	 */

	private static final AtomicReferenceFieldUpdater<InstanceTracker, Standing> STANDING = AtomicReferenceFieldUpdater
		.newUpdater(InstanceTracker.class, Standing.class, "standing");

	private final Roster roster;

	private static final AtomicReferenceFieldUpdater<InstanceTracker, Figures> FIGURES = AtomicReferenceFieldUpdater
		.newUpdater(InstanceTracker.class, Figures.class, "figures");

	/** {@link Figures#NONE} until the first attempt: most instances never get one. */
	private volatile Figures figures = Figures.NONE;

	private final LatencyWindow latency;

	/** Where the last list of candidates has it; a hint, to be checked. */
	int position;

	/** Written before the tracker is published. */
	private @Nullable Object attachment;

	private volatile Instance instance;

	/** Those of equal text are one object within a roster; for the roster alone. */
	private volatile @Nullable Fingerprint fingerprint;

	private volatile Standing standing = Standing.FRESH;

	InstanceTracker(Roster roster, Instance instance, LatencyWindow latency) {
		this.roster = roster;
		this.instance = instance;
		this.latency = latency;
	}

	@Override
	public Instance instance() {
		return this.instance;
	}

	/** The directory's newer record of the same process; for the roster alone. */
	void instance(Instance changed) {
		this.instance = changed;
	}

	/**
	 * The version of the contract that the instance serves.
	 * @return what it tells of it, or {@code null} if it tells nothing
	 */
	public @Nullable Fingerprint fingerprint() {
		return this.fingerprint;
	}

	void fingerprint(@Nullable Fingerprint told) {
		this.fingerprint = told;
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

	/** The present standing. */
	Standing standing() {
		return this.standing;
	}

	/**
	 * Swap the standing, whatever other threads do to it at the same time. What decides
	 * whether the instance is a candidate is changed by the roster alone.
	 * @param change a function without effects, since it may be called again
	 * @return the standing that it made
	 */
	Standing change(UnaryOperator<Standing> change) {
		while (true) {
			Standing present = this.standing;
			Standing next = change.apply(present);
			if (next == present || STANDING.compareAndSet(this, present, next)) {
				return next;
			}
		}
	}

	/**
	 * Whether the instance can be reached and is not ejected.
	 * @return true if so
	 */
	public boolean usable() {
		return this.standing.usable();
	}

	/**
	 * Whether the instance can be reached, as far as the client knows.
	 * @return the availability
	 */
	public Availability availability() {
		return this.standing.availability();
	}

	/**
	 * Tell whether the instance can be reached. Cheap if nothing changes.
	 * @param availability the present state of its connections
	 */
	public void availability(Availability availability) {
		if (this.standing.availability() != availability) {
			this.roster.availabilityChanged(this, availability);
		}
	}

	/**
	 * Whether the instance is ejected, waiting for its probe included.
	 * @return true if so
	 */
	public boolean ejected() {
		return this.standing.ejection() != null;
	}

	/**
	 * Why the instance is ejected.
	 * @return the reason, or {@code null} if it is not
	 */
	public @Nullable String ejectionReason() {
		Standing.Ejection present = this.standing.ejection();
		return (present != null) ? present.reason() : null;
	}

	@Override
	public int inFlight() {
		return this.figures.counts().inFlight();
	}

	/**
	 * Recent latency: follows a rise within a few answers, a fall within about 10
	 * seconds, and fades while there are no answers.
	 */
	@Override
	public long latencyNanos() {
		return (long) this.figures.latency().nanos();
	}

	/**
	 * The recent latencies, for reports.
	 * @return the window, which goes on filling
	 */
	public LatencyWindow latency() {
		return this.latency;
	}

	/**
	 * Attempts so far.
	 * @return 0 or more
	 */
	public long calls() {
		return this.figures.counts().started();
	}

	/**
	 * Failed attempts so far, by code.
	 * @return a copy, without codes that did not occur
	 */
	public Map<Code, Long> failures() {
		return this.figures.counts().failures();
	}

	/** To be read. */
	AttemptCounts counts() {
		return this.figures.counts();
	}

	/** To be read, faded and forgotten. */
	RecentLatency recentLatency() {
		return this.figures.latency();
	}

	/** To be written, by whoever has an attempt of it. */
	private Figures written() {
		Figures present = this.figures;
		if (present != Figures.NONE) {
			return present;
		}
		FIGURES.compareAndSet(this, present, new Figures(new AttemptCounts(), new RecentLatency()));
		return this.figures;
	}

	void started() {
		written().counts().start();
	}

	/**
	 * A stream came to its end without a failure; how long it took says nothing.
	 */
	public void streamed() {
		long now = this.roster.now();
		written().counts().end();
		alive(now);
		this.roster.ended(now);
	}

	/**
	 * The attempt was answered with a result.
	 * @param latencyNanos how long it took
	 */
	public void succeeded(long latencyNanos) {
		long now = this.roster.now();
		written().counts().end();
		answered(latencyNanos, now);
		this.roster.ended(now);
	}

	/**
	 * The attempt failed.
	 * @param code how
	 * @param processed whether the instance processed it
	 * @param elapsedNanos since the attempt began
	 */
	public void failed(Code code, Processed processed, long elapsedNanos) {
		failed(code, processed, elapsedNanos, false);
	}

	/**
	 * The attempt failed.
	 * @param code how
	 * @param processed whether the instance processed it
	 * @param elapsedNanos since the attempt began
	 * @param drained whether its connection was drained
	 */
	public void failed(Code code, Processed processed, long elapsedNanos, boolean drained) {
		long now = this.roster.now();
		Evidence evidence = Evidence.of(code, processed, drained);
		written().counts().failure(code);
		if (evidence == Evidence.NOTHING) {
			written().counts().endIgnored();
		}
		else {
			written().counts().end();
		}
		switch (evidence) {
			case FAULT -> fault(code, now);
			case TIMEOUT -> {
				written().latency().observe(elapsedNanos, now);
				this.latency.recordTimeout(elapsedNanos);
				fault(code, now);
			}
			case ANSWER -> answered(elapsedNanos, now);
			case HARMLESS, NOTHING -> {
				if (this.standing.probe() != null) {
					this.roster.probeProvedNothing(this, now);
				}
			}
		}
		this.roster.ended(now);
	}

	/**
	 * The attempt was given up by the caller, for example as the loser of a hedge.
	 * @param elapsedNanos since the attempt began: its latency would have been more
	 */
	public void cancelled(long elapsedNanos) {
		long now = this.roster.now();
		written().counts().endIgnored();
		if (elapsedNanos > written().latency().nanos()) {
			written().latency().observe(elapsedNanos, now);
		}
		if (this.standing.probe() != null) {
			this.roster.probeCancelled(this, now);
		}
		this.roster.ended(now);
	}

	private void answered(long latencyNanos, long now) {
		written().latency().observe(latencyNanos, now);
		this.latency.record(latencyNanos, now);
		alive(now);
	}

	private void alive(long now) {
		Standing present = this.standing;
		if (present.faultsInARow() != 0) {
			change(Standing::afterAnswer);
		}
		if (present.awaitsAnswer()) {
			this.roster.answeredWhileOut(this, now);
		}
	}

	/**
	 * While the client knows anyway that the instance cannot be reached, failures teach
	 * nothing, and those of a draining instance are no faults.
	 */
	private void fault(Code code, long now) {
		Standing after = change(Standing::afterFault);
		if (after.availability() == Availability.AVAILABLE) {
			written().counts().fault();
			if (after.ejection() == null
					&& after.faultsInARow() >= this.roster.ejectionSettings().consecutiveFailures()) {
				this.roster.failedInARow(this, code, now);
			}
		}
		if (after.probe() != null) {
			this.roster.probeFailed(this, code, now);
		}
	}

	@Override
	public String toString() {
		return this.instance.toString();
	}

	/**
	 * What is counted and measured.
	 */
	private record Figures(AttemptCounts counts, RecentLatency latency) {

		/** Shared by all that had no attempt; never written. */
		static final Figures NONE = new Figures(new AttemptCounts(), new RecentLatency());

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

}
