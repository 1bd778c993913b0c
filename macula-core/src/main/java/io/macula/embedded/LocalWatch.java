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

import java.util.concurrent.atomic.AtomicBoolean;

import io.macula.ServiceName;
import io.macula.directory.Snapshot;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Sinks;

/**
 * A service that this node itself watches, with all its subscribers. Owned by the loop,
 * but for what says otherwise.
 */
final class LocalWatch {

	private final ServiceName service;

	private final Sinks.Many<Snapshot> feed = Sinks.many().replay().latest();

	private final AtomicBoolean opened = new AtomicBoolean();

	/** Guarded by the map of the watches. */
	private int subscribers;

	private boolean told;

	private long interestNumber;

	LocalWatch(ServiceName service) {
		this.service = service;
	}

	ServiceName service() {
		return this.service;
	}

	/**
	 * Snapshots for a subscriber; for all threads.
	 */
	Flux<Snapshot> snapshots() {
		return this.feed.asFlux().onBackpressureLatest();
	}

	/**
	 * Count a subscriber. To be called under the lock of the map.
	 */
	void enter() {
		this.subscribers++;
	}

	/**
	 * Discount a subscriber. To be called under the lock of the map.
	 * @return whether it was the last one
	 */
	boolean leave() {
		return --this.subscribers == 0;
	}

	/**
	 * Open this watch; for all threads.
	 * @return whether it is the first time
	 */
	boolean open() {
		return this.opened.compareAndSet(false, true);
	}

	/**
	 * Whether the subscribers have had a snapshot.
	 */
	boolean told() {
		return this.told;
	}

	void tell(Snapshot snapshot) {
		this.told = true;
		this.feed.tryEmitNext(snapshot);
	}

	/**
	 * On a client: number of the first interest that names this service, 0 before.
	 */
	long interestNumber() {
		return this.interestNumber;
	}

	void interestNumber(long number) {
		this.interestNumber = number;
	}

}
