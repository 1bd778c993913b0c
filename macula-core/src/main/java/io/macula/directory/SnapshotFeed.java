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

import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

import io.macula.log.FaultLog;
import io.macula.log.PrintableLogger;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/**
 * The snapshots of one service on their way to its subscribers, of which only the latest
 * matters. Whoever tells never waits for a subscriber, whatever that does: subscribers
 * are called by other threads, one at a time, and one that blocks delays none but the
 * others of this feed. Never ends. Safe for all threads.
 */
final class SnapshotFeed {

	/** Threads end when they had nothing to do for so long. */
	private static final int IDLE_SECONDS = 10;

	private static final FaultLog faults = new FaultLog(PrintableLogger.of(SnapshotFeed.class));

	private final Scheduler subscribers;

	private final Sinks.Many<Snapshot> sink = Sinks.many().replay().latest();

	private final AtomicReference<@Nullable Snapshot> next = new AtomicReference<>();

	/** Snapshots told since the last time that a task came to an end. */
	private final AtomicInteger told = new AtomicInteger();

	/**
	 * A feed without snapshots.
	 * @param subscribers where they run: not where the application runs code that may
	 * wait for a snapshot
	 */
	SnapshotFeed(Scheduler subscribers) {
		this.subscribers = subscribers;
	}

	/**
	 * Where subscribers may run: on daemon threads that are there while they are needed.
	 * @param name of the threads
	 * @return to be disposed of by the caller
	 */
	static Scheduler subscribers(String name) {
		return Schedulers.newBoundedElastic(Schedulers.DEFAULT_BOUNDED_ELASTIC_SIZE,
				Schedulers.DEFAULT_BOUNDED_ELASTIC_QUEUESIZE, name, IDLE_SECONDS, true);
	}

	/**
	 * Tell a snapshot in the place of those that were not yet delivered.
	 * @param snapshot the latest
	 */
	void tell(Snapshot snapshot) {
		this.next.set(snapshot);
		if (this.told.getAndIncrement() == 0) {
			try {
				this.subscribers.schedule(this::deliver);
			}
			catch (RejectedExecutionException ex) {
				if (this.subscribers.isDisposed()) {
					// The directory is being closed: nobody is told any more.
					return;
				}
				// No thread can be had: the next one tells what this one would have.
				this.told.set(0);
				faults.warn("A snapshot of service " + snapshot.service() + " has to wait for the next one", ex);
			}
		}
	}

	private void deliver() {
		int seen = this.told.get();
		while (seen != 0) {
			Snapshot snapshot = this.next.getAndSet(null);
			if (snapshot != null) {
				emit(snapshot);
			}
			seen = this.told.addAndGet(-seen);
		}
	}

	/*
	 * What Reactor takes for fatal gets through to here; it is that subscriber's alone.
	 */
	private void emit(Snapshot snapshot) {
		try {
			this.sink.tryEmitNext(snapshot);
		}
		catch (Throwable ex) {
			faults.warn("A subscriber of service " + snapshot.service() + " failed", ex);
		}
	}

	/**
	 * The snapshots: the latest at once if there is one, then each that follows unless
	 * the subscriber is slow.
	 * @return endless
	 */
	Flux<Snapshot> snapshots() {
		return this.sink.asFlux().onBackpressureLatest();
	}

}
