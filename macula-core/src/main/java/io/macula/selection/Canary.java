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
import java.util.List;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/**
 * Gives a share of the calls to the instances with a certain entry in their metadata, the
 * rest to the others. Calls with a key are decided by it, so that whoever a key stands
 * for stays on one side. A further attempt, and a call for which one side is empty, takes
 * whoever is there.
 *
 * @param entry key in the metadata
 * @param value of the canaries
 * @param share of the calls, from 0 to 1
 * @param within chooses on either side
 * @param random source of randomness, asked at each choice
 */
record Canary(String entry, String value, double share, SelectionStrategy within,
		Supplier<RandomGenerator> random) implements SelectionStrategy {

	Canary {
		if (!(share >= 0 && share <= 1)) {
			throw new IllegalArgumentException(
					"share " + share + " of the canary is not valid: expected 0 to 1, such as 0.05 for 5 %");
		}
	}

	@Override
	public Candidate select(List<Candidate> candidates, SelectionContext context) {
		if (context.attempt() > 1) {
			return this.within.select(candidates, context);
		}
		boolean canary = drawn(context);
		List<Candidate> side = new ArrayList<>(candidates.size());
		for (Candidate candidate : candidates) {
			if (this.value.equals(candidate.instance().metadata().get(this.entry)) == canary) {
				side.add(candidate);
			}
		}
		return this.within.select(side.isEmpty() ? candidates : side, context);
	}

	private boolean drawn(SelectionContext context) {
		String key = context.key();
		double point = (key != null) ? (ConsistentHash.hash(key) >>> 11) * 0x1.0p-53 : this.random.get().nextDouble();
		return point < this.share;
	}

}
