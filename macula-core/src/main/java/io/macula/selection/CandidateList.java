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
import java.util.RandomAccess;

/**
 * Unmodifiable list of candidates in stable order. Safe for all threads.
 */
final class CandidateList extends AbstractList<Candidate> implements RandomAccess {

	private final InstanceTracker[] trackers;

	/** Running sums of the weights; made at the first weighted choice. */
	private volatile long[] weights = {};

	CandidateList(InstanceTracker[] trackers) {
		this.trackers = trackers;
	}

	@Override
	public InstanceTracker get(int index) {
		return this.trackers[index];
	}

	@Override
	public int size() {
		return this.trackers.length;
	}

	/** The position by identity; -1 for an object that is not in the list. */
	@Override
	public int indexOf(Object candidate) {
		for (int i = 0; i < this.trackers.length; i++) {
			if (this.trackers[i] == candidate) {
				return i;
			}
		}
		return -1;
	}

	@Override
	public boolean contains(Object candidate) {
		return indexOf(candidate) >= 0;
	}

	long totalWeight() {
		long[] sums = sums();
		return sums[sums.length - 1];
	}

	/** The candidate in whose share of the sum of all weights the value lies. */
	InstanceTracker atWeight(long value) {
		int index = Arrays.binarySearch(sums(), value);
		return this.trackers[Math.min((index >= 0) ? index + 1 : -index - 1, this.trackers.length - 1)];
	}

	private long[] sums() {
		long[] sums = this.weights;
		if (sums.length == 0) {
			sums = new long[this.trackers.length];
			long sum = 0;
			for (int i = 0; i < sums.length; i++) {
				sum += this.trackers[i].instance().weight();
				sums[i] = sum;
			}
			this.weights = sums;
		}
		return sums;
	}

}
