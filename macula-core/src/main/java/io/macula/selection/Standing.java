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

import io.macula.selection.InstanceTracker.Availability;
import org.jspecify.annotations.Nullable;

/**
 * What a client service thinks of an instance at one moment, and thus whether it may be
 * chosen. Immutable: each change makes another one, and {@link InstanceTracker#change}
 * swaps it whole.
 *
 * @param availability whether the instance can be reached
 * @param recheckNanoTime when an instance that is not AVAILABLE is worth a probe
 * @param faultsInARow failures since the last answer
 * @param ejection the present ejection, or {@code null} if it is not ejected
 * @param ejections ejections one after another; time without one makes them fewer
 * @param returnedNanoTime end of the last ejection
 * @param probe the probe that is under way, or {@code null} for none
 * @param slowStart how it comes back to its full share, or {@code null} if it has it
 */
record Standing(Availability availability, long recheckNanoTime, int faultsInARow, @Nullable Ejection ejection,
		int ejections, long returnedNanoTime, @Nullable Probe probe, @Nullable SlowStart slowStart) {

	/*
	 * Usable (no ejection, AVAILABLE) -> out (ejected, or not AVAILABLE) -> due (the time
	 * of that is over) -> probed (one call was let through) -> usable, or out for longer.
	 */

	/** The one of every instance of which nothing is known. */
	static final Standing FRESH = new Standing(Availability.AVAILABLE, 0, 0, null, 0, 0, null, null);

	/** Values of {@link #tier()}. */
	static final int TIERS = Availability.values().length + 1;

	private static final long NEVER_NANOS = Long.MAX_VALUE / 4;

	/** Whether the instance can be reached and is not ejected. */
	boolean usable() {
		return this.ejection == null && this.availability == Availability.AVAILABLE;
	}

	/** Whether an answer would tell more than that all goes on as it should. */
	boolean awaitsAnswer() {
		return this.ejection != null || this.availability == Availability.UNREACHABLE;
	}

	/** How willingly the instance is chosen; 0 is the best tier. */
	int tier() {
		return (this.ejection != null) ? TIERS - 1 : this.availability.ordinal();
	}

	/**
	 * When the instance, now out, is worth a probe. A suspected one never is: PINGs ask
	 * it whether it lives, no call has to.
	 */
	long dueNanoTime(long now) {
		if (this.availability == Availability.SUSPECTED) {
			return now + NEVER_NANOS;
		}
		long due = (this.ejection != null) ? this.ejection.untilNanoTime() : now;
		if (this.availability != Availability.AVAILABLE && this.recheckNanoTime - due > 0) {
			due = this.recheckNanoTime;
		}
		return (this.probe != null && this.probe.endNanoTime() - due > 0) ? this.probe.endNanoTime() : due;
	}

	/**
	 * Whether an answer proves that the instance is well. While it is ejected only a call
	 * that was sent to it in that knowledge does: others may have begun before.
	 */
	boolean provedByAnswer() {
		return this.ejection == null || (!this.ejection.byHand() && (this.probe != null || this.ejection.lastResort()));
	}

	/** A fault; those of an instance that is not available anyway teach nothing. */
	Standing afterFault() {
		return (this.availability == Availability.AVAILABLE) ? withFaultsInARow(this.faultsInARow + 1) : this;
	}

	Standing afterAnswer() {
		return (this.faultsInARow != 0) ? withFaultsInARow(0) : this;
	}

	/** It is chosen although ejected, because nothing else is left. */
	Standing afterLastResort() {
		Ejection present = this.ejection;
		if (present == null || this.probe != null || present.lastResort()) {
			return this;
		}
		return withEjection(new Ejection(present.untilNanoTime(), present.reason(), true, present.byHand()));
	}

	Standing afterFirstCall(long tick) {
		return (this.slowStart != null) ? withSlowStart(this.slowStart.from(tick)) : this;
	}

	/** The client knows more of the connections. */
	Standing reported(Availability reported, long recheckNanoTime, long now, @Nullable SlowStart start) {
		Standing next = new Standing(reported, recheckNanoTime, this.faultsInARow, this.ejection, this.ejections,
				this.returnedNanoTime, this.probe, this.slowStart);
		if (this.ejection != null && this.ejection.byHand()) {
			return next;
		}
		if (reported == Availability.AVAILABLE && this.ejection != null) {
			// Whatever it was ejected for may be over: a probe tells.
			return next.withEjection(this.ejection.until(now));
		}
		return returnsWith(reported) ? next.withFaultsInARow(0).startingSlowly(start) : next;
	}

	/** Whether that report says that an instance which was lost is back. */
	boolean returnsWith(Availability reported) {
		return this.ejection == null && this.availability == Availability.UNREACHABLE
				&& reported == Availability.AVAILABLE;
	}

	/** It is left out, or left out for longer. */
	Standing ejected(long untilNanoTime, String reason, int ejections) {
		boolean lastResort = this.ejection != null && this.ejection.lastResort();
		return new Standing(this.availability, this.recheckNanoTime, this.faultsInARow,
				new Ejection(untilNanoTime, reason, lastResort, false), ejections, this.returnedNanoTime, this.probe,
				null);
	}

	/** An operator wants it to be left out, until it is restored. */
	Standing ejectedByHand(long now, String reason) {
		return new Standing(this.availability, this.recheckNanoTime, 0,
				new Ejection(now + NEVER_NANOS, reason, false, true), this.ejections, this.returnedNanoTime, null,
				null);
	}

	/** Whether an operator wants it to be left out. */
	boolean ejectedByHand() {
		return this.ejection != null && this.ejection.byHand();
	}

	/** It proved that it is well. */
	Standing returned(long now, @Nullable SlowStart start) {
		Standing next = this;
		if (this.ejection != null) {
			// Before its time: then the next ejection is no longer than this one.
			boolean early = this.ejection.untilNanoTime() - now > 0;
			next = new Standing(this.availability, this.recheckNanoTime, 0, null,
					early ? Math.max(0, this.ejections - 1) : this.ejections, now, this.probe, this.slowStart);
		}
		if (this.availability == Availability.UNREACHABLE) {
			next = next.withAvailability(Availability.AVAILABLE, this.recheckNanoTime);
		}
		return next.withProbe(null).startingSlowly(start);
	}

	/**
	 * The directory changed it: whatever led to an ejection is forgotten, unless an
	 * operator wants it.
	 */
	Standing pardoned() {
		return new Standing(this.availability, this.recheckNanoTime, 0, ejectedByHand() ? this.ejection : null, 0,
				this.returnedNanoTime, null, this.slowStart);
	}

	Standing probed(long endNanoTime) {
		return withProbe(new Probe(endNanoTime));
	}

	Standing probeEnded() {
		return withProbe(null);
	}

	/** The probe is over, and there is no other one before the given time. */
	Standing probePutOff(long nextNanoTime) {
		Ejection present = this.ejection;
		Standing next = (present != null && nextNanoTime - present.untilNanoTime() > 0)
				? withEjection(present.until(nextNanoTime)) : this;
		return next.withProbe(null).recheckedAt(nextNanoTime);
	}

	Standing recheckedAt(long nanoTime) {
		return withAvailability(this.availability, nanoTime);
	}

	/** Without what time has ended. */
	Standing at(long now) {
		Standing next = this;
		if (this.slowStart != null && now - this.slowStart.endNanoTime() >= 0) {
			next = next.withSlowStart(null);
		}
		return (this.probe != null && now - this.probe.endNanoTime() >= 0) ? next.withProbe(null) : next;
	}

	Standing startingSlowly(@Nullable SlowStart start) {
		return (start != null) ? withSlowStart(start) : this;
	}

	private Standing withAvailability(Availability availability, long recheckNanoTime) {
		return new Standing(availability, recheckNanoTime, this.faultsInARow, this.ejection, this.ejections,
				this.returnedNanoTime, this.probe, this.slowStart);
	}

	private Standing withFaultsInARow(int faultsInARow) {
		return new Standing(this.availability, this.recheckNanoTime, faultsInARow, this.ejection, this.ejections,
				this.returnedNanoTime, this.probe, this.slowStart);
	}

	private Standing withEjection(Ejection ejection) {
		return new Standing(this.availability, this.recheckNanoTime, this.faultsInARow, ejection, this.ejections,
				this.returnedNanoTime, this.probe, this.slowStart);
	}

	private Standing withProbe(@Nullable Probe probe) {
		return new Standing(this.availability, this.recheckNanoTime, this.faultsInARow, this.ejection, this.ejections,
				this.returnedNanoTime, probe, this.slowStart);
	}

	private Standing withSlowStart(@Nullable SlowStart slowStart) {
		return new Standing(this.availability, this.recheckNanoTime, this.faultsInARow, this.ejection, this.ejections,
				this.returnedNanoTime, this.probe, slowStart);
	}

	/**
	 * An ejection.
	 *
	 * @param untilNanoTime when a probe may be let through
	 * @param reason for people
	 * @param lastResort whether the instance was chosen all the same
	 * @param byHand whether an operator wants it: no answer and no time ends it
	 */
	record Ejection(long untilNanoTime, String reason, boolean lastResort, boolean byHand) {

		Ejection until(long nanoTime) {
			return new Ejection(nanoTime, this.reason, this.lastResort, this.byHand);
		}

	}

	/**
	 * One call to an instance that is out, to find out whether it is well.
	 *
	 * @param endNanoTime when it is given up
	 */
	record Probe(long endNanoTime) {

	}

}
