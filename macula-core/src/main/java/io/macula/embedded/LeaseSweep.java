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

package io.macula.embedded;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/**
 * Decides which leases of a table have ended. Owned by the table.
 */
final class LeaseSweep {

	/*
	 * Self-preservation (after Eureka). When more than 15 % of the leases went silent
	 * together, the fault is more likely here than everywhere else: overdue records stay
	 * until the others speak again, or until four leases after the last renewal. Until
	 * then callers may be shown nodes that are dead; they leave them out themselves, by
	 * what their own connections say.
	 */

	/** Below this number of silent leases silence is believed. */
	private static final int PRESERVED_AT_LEAST = 3;

	/** Up to this share, in percent, silence is believed. */
	private static final int PRESERVED_PERCENT = 15;

	/** Overdue records are kept this many leases at most. */
	private static final int PRESERVED_LEASES = 4;

	/**
	 * A lease is silent after this share of its time: it should be renewed at a third.
	 */
	private static final double SILENT_SHARE = 0.6;

	/** A sweep that comes this late means that this very process stood still. */
	private static final long STANDSTILL_NANOS = TimeUnit.SECONDS.toNanos(1);

	private long sweptNanos;

	private boolean preserving;

	LeaseSweep(long now) {
		this.sweptNanos = now;
	}

	/**
	 * Judge all leases.
	 * @param held the records
	 * @param unjudged records of which this node cannot know whether they live; they stay
	 * @param now the time
	 * @return the records whose leases have ended
	 */
	List<HeldRecord> sweep(Collection<HeldRecord> held, Predicate<NodeRecord> unjudged, long now) {
		long pause = now - this.sweptNanos;
		this.sweptNanos = now;
		if (pause > STANDSTILL_NANOS) {
			held.forEach((record) -> record.forgive(pause));
		}
		List<HeldRecord> overdue = new ArrayList<>();
		int others = 0;
		int silent = 0;
		for (HeldRecord record : held) {
			if (!record.own()) {
				record.judge(now);
				others++;
				silent += (record.silentNanos(now) > record.leaseNanos() * SILENT_SHARE) ? 1 : 0;
				if (record.overdue()) {
					overdue.add(record);
				}
			}
		}
		boolean together = silent >= PRESERVED_AT_LEAST && silent * 100L > others * PRESERVED_PERCENT;
		this.preserving = together && !overdue.isEmpty();
		overdue.removeIf((record) -> (together && preservable(record, now)) || unjudged.test(record.record()));
		return overdue;
	}

	/**
	 * Whether overdue leases are kept because too many went silent together.
	 */
	boolean preserving() {
		return this.preserving;
	}

	private static boolean preservable(HeldRecord record, long now) {
		return record.sinceRenewalNanos(now) < record.leaseNanos() * PRESERVED_LEASES;
	}

}
