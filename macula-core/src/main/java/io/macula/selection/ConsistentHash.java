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

import java.util.List;

import io.macula.Instance;

/**
 * Gives calls of the same key to the same instance, by rendezvous hashing: each instance
 * has a score for the key, the highest one is chosen. So when an instance leaves, only
 * its own keys move, evenly to all others, and they return when it does; and a further
 * attempt goes to the second of its key. Weights are shares of the keys. Calls without a
 * key go round.
 *
 * @see <a href="https://doi.org/10.1109/90.663936">Thaler and Ravishankar, Using
 * Name-Based Mappings to Increase Hit Rates, 1998</a>
 */
record ConsistentHash() implements SelectionStrategy {

	@Override
	public Candidate select(List<Candidate> candidates, SelectionContext context) {
		String key = context.key();
		if (key == null) {
			return SelectionStrategies.roundRobin().select(candidates, context);
		}
		long hash = hash(key);
		Candidate best = candidates.get(0);
		double bestScore = Double.NEGATIVE_INFINITY;
		for (int i = 0; i < candidates.size(); i++) {
			Candidate candidate = candidates.get(i);
			double score = score(hash, candidate.instance());
			if (score > bestScore) {
				best = candidate;
				bestScore = score;
			}
		}
		return best;
	}

	/** Of weight w: w / -ln(u), with u in (0, 1) from the hash of key and node. */
	private static double score(long key, Instance instance) {
		long mixed = mix(key ^ hash(instance.nodeId()));
		double uniform = ((mixed >>> 11) + 0.5) * 0x1.0p-53;
		return instance.weight() / -Math.log(uniform);
	}

	/** FNV-1a over the characters; the same in each process. */
	static long hash(String text) {
		long hash = 0xcbf29ce484222325L;
		for (int i = 0; i < text.length(); i++) {
			hash = (hash ^ text.charAt(i)) * 0x100000001b3L;
		}
		return mix(hash);
	}

	/** The finalizer of MurmurHash3. */
	private static long mix(long value) {
		long mixed = (value ^ (value >>> 33)) * 0xff51afd7ed558ccdL;
		mixed = (mixed ^ (mixed >>> 33)) * 0xc4ceb9fe1a85ec53L;
		return mixed ^ (mixed >>> 33);
	}

}
