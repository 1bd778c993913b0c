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

/**
 * Outcomes and faults of one instance within the last interval, in ten slots. For one
 * thread at a time: {@link OutlierEjection} owns it.
 */
final class RateWindow {

	static final int SLOTS = 10;

	/** Sums at the start of each slot, the oldest first. */
	private final long[] outcomeMarks = new long[SLOTS];

	private final long[] faultMarks = new long[SLOTS];

	private long outcomes;

	private long faults;

	RateWindow(long outcomes, long faults) {
		java.util.Arrays.fill(this.outcomeMarks, outcomes);
		java.util.Arrays.fill(this.faultMarks, faults);
		this.outcomes = outcomes;
		this.faults = faults;
	}

	/** Note the sums of this moment, after the given number of slots has passed. */
	void roll(int slots, long outcomes, long faults) {
		int steps = Math.min(slots, SLOTS);
		shift(this.outcomeMarks, steps, this.outcomes);
		shift(this.faultMarks, steps, this.faults);
		this.outcomes = outcomes;
		this.faults = faults;
	}

	long outcomes() {
		return this.outcomes - this.outcomeMarks[0];
	}

	long faults() {
		return this.faults - this.faultMarks[0];
	}

	double faultRate() {
		return (outcomes() > 0) ? (double) faults() / outcomes() : 0;
	}

	private static void shift(long[] marks, int steps, long value) {
		System.arraycopy(marks, steps, marks, 0, SLOTS - steps);
		java.util.Arrays.fill(marks, SLOTS - steps, SLOTS, value);
	}

}
