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

package io.macula.compatibility;

import java.util.Collections;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A change of a contract, and what comes of it where peers of both versions meet. Safe
 * for all threads once the comparison has made it.
 */
public final class Change {

	private final String where;

	private final String what;

	private final String remedy;

	private final Set<Peers> broken = EnumSet.noneOf(Peers.class);

	private final Set<String> effects = new LinkedHashSet<>();

	private final Set<String> notes = new LinkedHashSet<>();

	Change(String where, String what, String remedy) {
		this.where = where;
		this.what = what;
		this.remedy = remedy;
	}

	/** Something that no longer works as it did. */
	Change breaks(Peers peers, String effect) {
		this.broken.add(peers);
		this.effects.add(effect);
		return this;
	}

	/** Something that people should know. */
	Change note(String note) {
		this.notes.add(note);
		return this;
	}

	/**
	 * The place: a method or a property of a type.
	 * @return for example {@code Order.lines}
	 */
	public String where() {
		return this.where;
	}

	/**
	 * Who gets other answers than before, or none.
	 * @return empty if the change is compatible
	 */
	public Set<Peers> broken() {
		return Collections.unmodifiableSet(this.broken);
	}

	/**
	 * Whether peers of the old version may stay in use.
	 * @return false if some of them break
	 */
	public boolean compatible() {
		return this.broken.isEmpty();
	}

	/**
	 * The change for people: place, what changed, who breaks and how, and what to do
	 * instead.
	 * @return one line
	 */
	public String sentence() {
		if (this.broken.isEmpty()) {
			return this.where + ": " + this.what
					+ (this.notes.isEmpty() ? "" : " (" + String.join("; ", this.notes) + ")");
		}
		return this.where + ": " + this.what + ". This breaks "
				+ this.broken.stream().map(Peers::toString).collect(Collectors.joining(" and ")) + ": "
				+ String.join("; ", this.effects) + ". Instead, " + this.remedy + '.';
	}

	@Override
	public String toString() {
		return sentence();
	}

}
