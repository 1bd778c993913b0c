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
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

import io.macula.ServiceName;
import io.macula.directory.DirectoryLoop;

/**
 * What waits to be sent: sessions that have something to say, and services of which the
 * watches of this node are told. Changes that follow each other closely are sent
 * together, those after a pause at once. Owned by the loop.
 */
final class Outbox {

	/** Least time between two flushes that were asked for. */
	static final Duration GAP = Duration.ofMillis(10);

	private final DirectoryLoop loop;

	private final LocalWatches watches;

	private final Set<DirectorySession> ready = new LinkedHashSet<>();

	private final Set<ServiceName> changed = new LinkedHashSet<>();

	private long flushedNanos;

	private boolean scheduled;

	Outbox(DirectoryLoop loop, LocalWatches watches) {
		this.loop = loop;
		this.watches = watches;
		this.flushedNanos = loop.nanoTime() - GAP.toNanos();
	}

	/**
	 * A session has something to send.
	 */
	void add(DirectorySession session) {
		assert this.loop.inLoop();
		this.ready.add(session);
	}

	/**
	 * A session has ended.
	 */
	void remove(DirectorySession session) {
		assert this.loop.inLoop();
		this.ready.remove(session);
	}

	/**
	 * The watches of this node are told of these services.
	 */
	void changed(Collection<ServiceName> services) {
		assert this.loop.inLoop();
		this.changed.addAll(services);
	}

	/**
	 * Flush soon: at once if the last time is long enough ago.
	 */
	void flushSoon() {
		assert this.loop.inLoop();
		if (this.scheduled) {
			return;
		}
		long left = GAP.toNanos() - (this.loop.nanoTime() - this.flushedNanos);
		if (left <= 0) {
			flush();
		}
		else {
			this.scheduled = true;
			this.loop.schedule(() -> {
				this.scheduled = false;
				flush();
			}, Duration.ofNanos(left));
		}
	}

	void flush() {
		assert this.loop.inLoop();
		this.flushedNanos = this.loop.nanoTime();
		List<DirectorySession> sending = List.copyOf(this.ready);
		this.ready.clear();
		sending.forEach(DirectorySession::send);
		Set<ServiceName> services = Set.copyOf(this.changed);
		this.changed.clear();
		this.watches.tell(services);
	}

}
