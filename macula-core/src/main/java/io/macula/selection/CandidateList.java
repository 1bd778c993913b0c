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

import java.util.AbstractList;
import java.util.Arrays;
import java.util.Collection;
import java.util.RandomAccess;

import org.jspecify.annotations.Nullable;

/**
 * Unmodifiable list of candidates in stable order. Safe for all threads.
 */
final class CandidateList extends AbstractList<Candidate> implements RandomAccess {

	/*
	 * A list without some of its candidates shares the array and the weights with the
	 * list that it comes from, and skips their positions: a further attempt costs the
	 * same whether there are three instances or a thousand.
	 */

	private static final int MOST_SKIPPED = 8;

	private static final int[] NOTHING = {};

	private final InstanceTracker[] trackers;

	/** Positions that are left out, ascending; few. */
	private final int[] skipped;

	/** Running sums of the weights; made at the first weighted choice. */
	private final Weights weights;

	CandidateList(InstanceTracker[] trackers) {
		this(trackers, NOTHING, new Weights());
	}

	private CandidateList(InstanceTracker[] trackers, int[] skipped, Weights weights) {
		this.trackers = trackers;
		this.skipped = skipped;
		this.weights = weights;
	}

	/**
	 * Note in each candidate where it stands, so that it is found without a search.
	 */
	CandidateList noted() {
		for (int i = 0; i < this.trackers.length; i++) {
			this.trackers[i].position = i;
		}
		return this;
	}

	/**
	 * The list without the given ones, if they are few.
	 * @return a list, perhaps an empty one; {@code null} if they are many
	 */
	@Nullable CandidateList without(Collection<InstanceTracker> left) {
		if (left.size() > MOST_SKIPPED) {
			return null;
		}
		int[] positions = new int[left.size()];
		int count = 0;
		for (InstanceTracker tracker : left) {
			int position = positionOf(tracker);
			int at = count;
			while (at > 0 && positions[at - 1] > position) {
				at--;
			}
			boolean known = position < 0 || (at > 0 && positions[at - 1] == position);
			if (!known) {
				System.arraycopy(positions, at, positions, at + 1, count - at);
				positions[at] = position;
				count++;
			}
		}
		return (count == 0) ? this : new CandidateList(this.trackers,
				(count == positions.length) ? positions : Arrays.copyOf(positions, count), this.weights);
	}

	/** All of them, of a list from which none is skipped; not to be changed. */
	InstanceTracker[] trackers() {
		assert this.skipped.length == 0;
		return this.trackers;
	}

	private int positionOf(InstanceTracker tracker) {
		int noted = tracker.position;
		if (noted < this.trackers.length && this.trackers[noted] == tracker) {
			return noted;
		}
		for (int i = 0; i < this.trackers.length; i++) {
			if (this.trackers[i] == tracker) {
				return i;
			}
		}
		return -1;
	}

	@Override
	public InstanceTracker get(int index) {
		int position = index;
		for (int left : this.skipped) {
			if (left > position) {
				break;
			}
			position++;
		}
		return this.trackers[position];
	}

	@Override
	public int size() {
		return this.trackers.length - this.skipped.length;
	}

	/** The position by identity; -1 for an object that is not in the list. */
	@Override
	public int indexOf(Object candidate) {
		for (int i = 0; i < size(); i++) {
			if (get(i) == candidate) {
				return i;
			}
		}
		return -1;
	}

	@Override
	public boolean contains(Object candidate) {
		if (!(candidate instanceof InstanceTracker tracker)) {
			return false;
		}
		int position = positionOf(tracker);
		return position >= 0 && Arrays.binarySearch(this.skipped, position) < 0;
	}

	long totalWeight() {
		long[] sums = this.weights.sums(this.trackers);
		long total = sums[sums.length - 1];
		for (int left : this.skipped) {
			total -= weight(sums, left);
		}
		return total;
	}

	/** The candidate in whose share of the sum of all weights the value lies. */
	InstanceTracker atWeight(long value) {
		long[] sums = this.weights.sums(this.trackers);
		long point = value;
		for (int left : this.skipped) {
			point += (point >= sums[left] - weight(sums, left)) ? weight(sums, left) : 0;
		}
		int index = Arrays.binarySearch(sums, point);
		return this.trackers[Math.min((index >= 0) ? index + 1 : -index - 1, this.trackers.length - 1)];
	}

	private static long weight(long[] sums, int position) {
		return (position > 0) ? sums[position] - sums[position - 1] : sums[0];
	}

	/**
	 * Running sums, for a list and those that are cut from it.
	 */
	private static final class Weights {

		private volatile long[] sums = {};

		long[] sums(InstanceTracker[] trackers) {
			long[] present = this.sums;
			if (present.length == 0) {
				present = new long[trackers.length];
				long sum = 0;
				for (int i = 0; i < present.length; i++) {
					sum += trackers[i].instance().weight();
					present[i] = sum;
				}
				this.sums = present;
			}
			return present;
		}

	}

}
