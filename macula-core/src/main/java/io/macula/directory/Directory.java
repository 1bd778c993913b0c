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

package io.macula.directory;

import java.util.Collection;
import java.util.List;

import io.macula.ServiceName;
import reactor.core.publisher.Flux;

/**
 * Read side: which live instances serve a service. Safe for all threads.
 */
public interface Directory {

	/**
	 * Watch a service. The first snapshot comes at once if anything is known, and as soon
	 * as the directory has answered otherwise (an empty snapshot then means that no
	 * instance serves the service); each change brings a new complete snapshot. While the
	 * directory cannot be reached nothing is emitted: what came last stays the last known
	 * good.
	 * @param service the service
	 * @return an endless stream that neither completes nor fails; a slow subscriber
	 * misses intermediate snapshots, never the latest
	 */
	Flux<Snapshot> watch(ServiceName service);

	/**
	 * Services that this directory knows of by the way, without asking anybody: for a
	 * message that says which name may have been meant.
	 * @return some that have instances, or none where the directory keeps only what is
	 * watched; may change while it is read
	 */
	default Collection<ServiceName> known() {
		return List.of();
	}

	/**
	 * When a snapshot that is still the latest of its watch was last confirmed: a
	 * directory that hears from its source without a change of content says so here
	 * instead of repeating the snapshot.
	 * @param snapshot the latest snapshot of its service
	 * @return a time on the scale of {@link System#nanoTime()}
	 */
	default long confirmedNanoTime(Snapshot snapshot) {
		return snapshot.confirmedNanoTime();
	}

}
