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
 * Which share of the calls of one zone goes to each zone. Pure.
 */
final class ZoneShares {

	/*
	 * Callers are taken to be spread evenly over the zones, since nobody knows better. An
	 * instance may get HEADROOM times the calls that it would get if zones did not matter
	 * (the overprovisioning factor of Envoy): up to there a zone keeps its own calls.
	 * What is beyond goes to the zones that have room left below that bound, in
	 * proportion to their room.
	 *
	 * So no usable instance gets more than HEADROOM times its even share, however small
	 * its zone is: the room of all zones together exceeds what the others spill by
	 * HEADROOM - 1. And where all zones lose the same part of their instances nothing is
	 * spilled, since it would help nobody.
	 */

	static final double HEADROOM = 1.4;

	private ZoneShares() {
	}

	/**
	 * The shares.
	 * @param usable what each zone can carry, in any unit; not all 0
	 * @param own the zone of the callers
	 * @return their share for each zone; the sum is 1
	 */
	static double[] of(long[] usable, int own) {
		double sum = 0;
		for (long one : usable) {
			sum += one;
		}
		double[] shares = new double[usable.length];
		double even = 1.0 / usable.length;
		shares[own] = Math.min(1, HEADROOM * usable[own] / sum / even);
		if (shares[own] == 1) {
			return shares;
		}
		double room = 0;
		for (int i = 0; i < usable.length; i++) {
			if (i != own) {
				shares[i] = Math.max(0, HEADROOM * usable[i] / sum - even);
				room += shares[i];
			}
		}
		double spilled = 1 - shares[own];
		for (int i = 0; i < usable.length; i++) {
			if (i != own) {
				shares[i] *= spilled / room;
			}
		}
		return shares;
	}

}
