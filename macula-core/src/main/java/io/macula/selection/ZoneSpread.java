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
import java.util.Locale;

import org.jspecify.annotations.Nullable;

/**
 * How the calls of one client service are spread over the zones at one moment. Immutable.
 *
 * @param own zone of the calling node, or {@code null} if none is set
 * @param near share of the calls that stay in the own zone, 0 to 1; 0 where zones make no
 * difference
 * @param reason for people: why as much
 * @param zones those of which any instance is known, the own one first; empty while none
 * is in the own one
 */
public record ZoneSpread(@Nullable String own, double near, String reason, List<Zone> zones) {

	public ZoneSpread {
		zones = List.copyOf(zones);
	}

	/**
	 * The spread of a node that has no zone.
	 * @return a spread in which zones make no difference
	 */
	public static ZoneSpread unknown() {
		return new ZoneSpread(null, 0, "zones make no difference: this node has none, set macula.node.zone", List.of());
	}

	static ZoneSpread of(String own, Candidates candidates) {
		List<Zone> zones = candidates.zones();
		if (zones.isEmpty()) {
			return new ZoneSpread(own, 0, "zones make no difference: no instance in zone " + own, zones);
		}
		double near = zones.get(0).share();
		String reason = (zones.size() == 1) ? "all near: every instance is in zone " + own
				: (near == 1) ? "all near" : spills(own, near, zones);
		return new ZoneSpread(own, near, reason, zones);
	}

	private static String spills(String own, double near, List<Zone> zones) {
		Zone mine = zones.get(0);
		int usable = zones.stream().mapToInt(Zone::usable).sum();
		return String.format(Locale.ROOT,
				"spills %.0f %%: %d of %d instances of zone %s are usable, of %d in all %d zones", (1 - near) * 100,
				mine.usable(), mine.known(), own, usable, zones.size());
	}

	/**
	 * The instances of a zone.
	 *
	 * @param name name of the zone; {@code null} for instances without one
	 * @param known instances that the directory knows
	 * @param usable those of them that get calls
	 * @param share of the calls of this node that goes there, 0 to 1
	 * @param calls attempts that this client service sent to its instances
	 */
	public record Zone(@Nullable String name, int known, int usable, double share, long calls) {

	}

}
