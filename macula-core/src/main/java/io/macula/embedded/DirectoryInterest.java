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

import java.util.List;

import io.macula.Utf8;
import io.macula.log.Printable;

/**
 * The services that a client watches; element of the directory's protocol. Immutable.
 *
 * @param number grows with each change; comes back in the complete account that answers
 * @param services names of all services of interest
 * @param pace how often the client wants to hear from the seed; a missing one means
 * {@link WatchPace#BRISK}
 */
record DirectoryInterest(long number, List<String> services, WatchPace pace) {

	/** Bound of the services that one client may watch. */
	static final int MAX_SERVICES = 10_000;

	DirectoryInterest {
		services = (services != null) ? List.copyOf(services) : List.of();
		pace = (pace != null) ? pace : WatchPace.BRISK;
		if (services.size() > MAX_SERVICES) {
			throw new IllegalArgumentException(
					"Interest in " + services.size() + " services is not valid: expected at most " + MAX_SERVICES);
		}
		for (String service : services) {
			if (!Utf8.travels(service)) {
				throw new IllegalArgumentException("Service name '" + Printable.text(service, 200)
						+ "' is not valid: it has half of a surrogate pair, which is no character");
			}
		}
	}

}
