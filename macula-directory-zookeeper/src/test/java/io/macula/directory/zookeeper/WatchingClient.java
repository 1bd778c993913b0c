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

package io.macula.directory.zookeeper;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import io.macula.ServiceName;
import io.macula.directory.DirectoryEngine;
import io.macula.directory.Snapshot;

/**
 * What one client sees of a service.
 */
final class WatchingClient {

	static final int OTHER_WEIGHT = 777;

	/** Closed by the caller. */
	final DirectoryEngine engine;

	final List<Snapshot> snapshots = new CopyOnWriteArrayList<>();

	/** When it saw fewer instances than before. */
	volatile long lessNanos;

	/** When it first saw the other weight. */
	volatile long weighedNanos;

	WatchingClient(DirectoryEngine engine, ServiceName service) {
		this.engine = engine;
		engine.directory().watch(service).subscribe(this::told);
	}

	private void told(Snapshot snapshot) {
		if (snapshot.instances().size() < count()) {
			this.lessNanos = System.nanoTime();
		}
		this.snapshots.add(snapshot);
		if (this.weighedNanos == 0 && weighs(OTHER_WEIGHT)) {
			this.weighedNanos = System.nanoTime();
		}
	}

	Snapshot latest() {
		return this.snapshots.get(this.snapshots.size() - 1);
	}

	int count() {
		return this.snapshots.isEmpty() ? -1 : latest().instances().size();
	}

	int least(int from) {
		return this.snapshots.subList(Math.max(0, from - 1), this.snapshots.size())
			.stream()
			.mapToInt((snapshot) -> snapshot.instances().size())
			.min()
			.orElseThrow();
	}

	boolean weighs(int weight) {
		return !this.snapshots.isEmpty()
				&& latest().instances().stream().anyMatch((instance) -> instance.weight() == weight);
	}

}
