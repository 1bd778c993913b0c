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

import java.util.Collection;
import java.util.HashSet;
import java.util.Set;

import io.macula.ServiceName;

/**
 * The services that a client watches, numbered so that an answer can be told from one to
 * an earlier question. Owned by the loop.
 */
final class ClientInterests {

	private Set<ServiceName> services = Set.of();

	private long number;

	private WatchPace pace = WatchPace.BRISK;

	/**
	 * Take over what is watched at present.
	 * @return whether it changed
	 */
	boolean update(Collection<LocalWatch> watches) {
		Set<ServiceName> present = new HashSet<>();
		watches.forEach((watch) -> present.add(watch.service()));
		if (present.equals(this.services)) {
			return false;
		}
		this.services = present;
		this.number++;
		for (LocalWatch watch : watches) {
			if (watch.interestNumber() == 0) {
				watch.interestNumber(this.number);
			}
		}
		return true;
	}

	/**
	 * Choose how often to hear from the seed.
	 * @return whether that is another choice than before
	 */
	boolean update(WatchPace chosen) {
		boolean changed = chosen != this.pace;
		this.pace = chosen;
		return changed;
	}

	/**
	 * What a seed is told.
	 */
	DirectoryInterest interest() {
		return new DirectoryInterest(this.number, this.services.stream().map(ServiceName::value).sorted().toList(),
				this.pace);
	}

}
