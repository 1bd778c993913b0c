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
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;

import io.macula.ServiceName;
import io.macula.directory.DirectoryLoop;
import io.macula.directory.Snapshot;
import reactor.core.publisher.Flux;

/**
 * The services that this node itself watches: tells each watch of changes in the table,
 * once something is known. Subscribing is safe for all threads; the rest is for the loop.
 */
final class LocalWatches {

	private final DirectoryLoop loop;

	private final NodeTable table;

	private final Predicate<LocalWatch> known;

	private final Runnable onInterest;

	private final Map<ServiceName, LocalWatch> byService = new ConcurrentHashMap<>();

	/**
	 * No watches yet.
	 * @param known whether what the table holds of a service, though it be nothing, is an
	 * answer; asked in the loop
	 * @param onInterest called in the loop when the set of watched services changed
	 */
	LocalWatches(DirectoryLoop loop, NodeTable table, Predicate<LocalWatch> known, Runnable onInterest) {
		this.loop = loop;
		this.table = table;
		this.known = known;
		this.onInterest = onInterest;
	}

	Flux<Snapshot> watch(ServiceName service) {
		return Flux.defer(() -> enter(service).snapshots().doFinally((signal) -> leave(service)));
	}

	/* Nothing runs in the loop under the lock of the map. */

	private LocalWatch enter(ServiceName service) {
		LocalWatch entered = this.byService.compute(service, (name, present) -> {
			LocalWatch watch = (present != null) ? present : new LocalWatch(name);
			watch.enter();
			return watch;
		});
		if (entered.open()) {
			this.loop.execute(() -> opened(entered));
		}
		return entered;
	}

	private void leave(ServiceName service) {
		LocalWatch left = this.byService.computeIfPresent(service, (name, watch) -> watch.leave() ? null : watch);
		if (left == null) {
			this.loop.execute(this.onInterest);
		}
	}

	private void opened(LocalWatch watch) {
		this.onInterest.run();
		tellIfKnown(watch);
	}

	Collection<LocalWatch> all() {
		assert this.loop.inLoop();
		return this.byService.values();
	}

	/**
	 * The table changed in these services.
	 */
	void tell(Collection<ServiceName> services) {
		assert this.loop.inLoop();
		for (ServiceName service : services) {
			LocalWatch watch = this.byService.get(service);
			if (watch != null && (watch.told() || this.table.serves(service))) {
				tell(watch);
			}
		}
	}

	/**
	 * Tell those watches that were told nothing yet what has become known.
	 * @return whether all of them have been told by now
	 */
	boolean tellKnown() {
		assert this.loop.inLoop();
		this.byService.values().forEach(this::tellIfKnown);
		return this.byService.values().stream().allMatch(LocalWatch::told);
	}

	private void tellIfKnown(LocalWatch watch) {
		if (!watch.told() && (this.table.serves(watch.service()) || this.known.test(watch))) {
			tell(watch);
		}
	}

	private void tell(LocalWatch watch) {
		watch.tell(this.table.snapshot(watch.service()));
	}

}
