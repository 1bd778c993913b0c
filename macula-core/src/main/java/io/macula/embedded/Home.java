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

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;

import org.jspecify.annotations.Nullable;

/**
 * Where a node id was before another identity took it while nobody was there: who comes
 * back to that place, or with that key, gets the id back. Immutable. Holds no more of the
 * record than this, since it stays longer than the record and is not counted as memory.
 *
 * @param owner identity of the one that had the id, or {@code null} if only the address
 * counts
 * @param address where that one was
 * @param tenureNanos for how long it had the id
 * @param leftNanos when it was gone, on this node's clock
 */
record Home(@Nullable String owner, String address, long tenureNanos, long leftNanos) {

	private static final Duration LONGEST = Duration.ofHours(1);

	/** Most homes of an id; those of the shortest tenure go first. */
	private static final int MOST = 3;

	/**
	 * The home of a record that is gone now.
	 */
	static Home of(NodeRecord record, long tenureNanos, long now) {
		return new Home(record.identityText(), record.address(), tenureNanos, now);
	}

	/**
	 * Whether it still counts: no longer than the id was there.
	 */
	boolean stands(long now) {
		return now - this.leftNanos < Math.min(this.tenureNanos, LONGEST.toNanos());
	}

	/**
	 * Whether a record comes from there.
	 */
	boolean isOf(NodeRecord other) {
		return ownedBy(other) || this.address.equals(other.address());
	}

	private boolean ownedBy(NodeRecord other) {
		return this.owner != null && Objects.equals(this.owner, other.identityText());
	}

	/**
	 * Those that stand, and a further one, the latest. One that has an id for a moment
	 * does not end the right of the one before.
	 */
	static List<Home> and(List<Home> homes, Home latest, long now) {
		List<Home> all = new ArrayList<>(homes);
		all.add(latest);
		all.removeIf((home) -> !home.stands(now));
		if (all.size() > MOST) {
			all.remove(all.stream().min(Comparator.comparingLong(Home::tenureNanos)).orElseThrow());
		}
		return List.copyOf(all);
	}

	/**
	 * Those that stay when one that was seen at its place takes the id: of those that had
	 * it in between none, at all, and the key before at that place is gone.
	 */
	static List<Home> regained(List<Home> homes, NodeRecord by) {
		List<Home> before = new ArrayList<>();
		for (Home home : homes) {
			if (home.isOf(by)) {
				if (!home.ownedBy(by)) {
					before.add(new Home(null, home.address, home.tenureNanos, home.leftNanos));
				}
				break;
			}
			before.add(home);
		}
		return List.copyOf(before);
	}

}
