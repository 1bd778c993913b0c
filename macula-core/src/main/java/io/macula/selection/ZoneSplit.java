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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

import org.jspecify.annotations.Nullable;

/**
 * Candidates by zone, and how the calls of the caller's zone are spread over them.
 * Immutable; made once for all choices from the same candidates.
 */
final class ZoneSplit {

	/** Zones make no difference. */
	static final ZoneSplit NONE = new ZoneSplit(List.of(), new double[0], new Offer[0], new double[0]);

	private static final InstanceTracker[] NONE_DUE = {};

	/** Known ones, the own one first. */
	private final List<Part> parts;

	private final double[] shares;

	/** Those of the zones with a share. */
	private final Offer[] offers;

	/** Running sums of their shares. */
	private final double[] ends;

	private ZoneSplit(List<Part> parts, double[] shares, Offer[] offers, double[] ends) {
		this.parts = parts;
		this.shares = shares;
		this.offers = offers;
		this.ends = ends;
	}

	/**
	 * Split candidates, unless there is but the own zone or no instance of it.
	 * @param all the instances
	 * @param whole what there is to choose from
	 * @param due those worth a probe
	 * @param zoning whose calls
	 */
	static ZoneSplit of(InstanceTracker[] all, Offer whole, InstanceTracker[] due, Zoning zoning) {
		List<Part> parts = parts(all, whole.preferred().trackers(), zoning);
		if (parts.get(0).known.isEmpty()) {
			return NONE;
		}
		if (parts.size() == 1) {
			return new ZoneSplit(parts, new double[] { 1 }, NONE.offers, NONE.ends);
		}
		long[] strengths = parts.stream().mapToLong((part) -> part.strength).toArray();
		double[] shares = ZoneShares.of(strengths, 0);
		List<Offer> offers = new ArrayList<>();
		double[] ends = new double[shares.length];
		double end = 0;
		for (int i = 0; i < shares.length; i++) {
			if (shares[i] > 0) {
				Part part = parts.get(i);
				boolean apart = i == 0 && part.settledSuffice(strengths);
				end += shares[i];
				ends[offers.size()] = end;
				offers.add(part.offer(all, zoning.probing() ? due : NONE_DUE,
						apart ? list(part.settled) : whole.settled()));
			}
		}
		return new ZoneSplit(parts, shares, offers.toArray(Offer[]::new), ends);
	}

	/** All zones of which any instance is known, and first the own one. */
	private static List<Part> parts(InstanceTracker[] all, InstanceTracker[] preferred, Zoning zoning) {
		Map<@Nullable String, Part> parts = new LinkedHashMap<>();
		parts.put(zoning.own(), new Part(zoning.own()));
		int next = 0;
		for (InstanceTracker tracker : all) {
			Part part = parts.computeIfAbsent(tracker.instance().zone(), Part::new);
			part.known.add(tracker);
			// In the same order.
			if (next < preferred.length && preferred[next] == tracker) {
				part.addPreferred(tracker, zoning);
				next++;
			}
		}
		return new ArrayList<>(parts.values());
	}

	private static CandidateList list(List<InstanceTracker> trackers) {
		return new CandidateList(trackers.toArray(InstanceTracker[]::new));
	}

	/** Whether the instances are chosen from as if there were no zones. */
	boolean none() {
		return this.offers.length == 0;
	}

	/**
	 * Draw the zone of an attempt.
	 * @param random asked only if there are several to draw from
	 */
	Offer draw(Supplier<RandomGenerator> random) {
		int last = this.offers.length - 1;
		if (last > 0) {
			double point = random.get().nextDouble();
			for (int i = 0; i < last; i++) {
				if (point < this.ends[i]) {
					return this.offers[i];
				}
			}
		}
		return this.offers[last];
	}

	/** The zones at this moment, the own one first; empty without an instance of it. */
	List<ZoneSpread.Zone> zones() {
		List<ZoneSpread.Zone> zones = new ArrayList<>();
		for (int i = 0; i < this.shares.length; i++) {
			zones.add(this.parts.get(i).zone(this.shares[i]));
		}
		return zones;
	}

	/** The instances of one zone; not changed once the split is made. */
	private static final class Part {

		private final @Nullable String name;

		private final List<InstanceTracker> known = new ArrayList<>();

		private final List<InstanceTracker> preferred = new ArrayList<>();

		private final List<InstanceTracker> settled = new ArrayList<>();

		/** Of the preferred ones. */
		private long strength;

		/** Of those that are not in slow start. */
		private long settledStrength;

		Part(@Nullable String name) {
			this.name = name;
		}

		void addPreferred(InstanceTracker tracker, Zoning zoning) {
			this.preferred.add(tracker);
			this.strength += zoning.strength(tracker);
			if (tracker.standing().slowStart() == null) {
				this.settled.add(tracker);
				this.settledStrength += zoning.strength(tracker);
			}
		}

		/**
		 * Whether those that are not in slow start could carry all calls of their zone:
		 * otherwise what the others give away goes to all zones.
		 */
		boolean settledSuffice(long[] strengths) {
			if (this.settled.isEmpty()) {
				return false;
			}
			long[] settledOnly = strengths.clone();
			settledOnly[0] = this.settledStrength;
			return ZoneShares.of(settledOnly, 0)[0] == 1;
		}

		Offer offer(InstanceTracker[] all, InstanceTracker[] due, CandidateList settledOnes) {
			CandidateList list = list(this.preferred);
			return new Offer(list, settledOnes, (due.length == 0) ? list : Candidates.joined(all, list, due));
		}

		ZoneSpread.Zone zone(double share) {
			long calls = this.known.stream().mapToLong(InstanceTracker::calls).sum();
			return new ZoneSpread.Zone(this.name, this.known.size(), this.preferred.size(), share, calls);
		}

	}

}
