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

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

import io.macula.ServiceName;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.publisher.Flux;
import reactor.core.scheduler.Scheduler;

/**
 * The instances of the first directory that has any of a service. Safe for all threads.
 * <p>
 * A less preferred directory is heard once all before it have answered, or have had
 * {@link #PATIENCE} to: else the first calls of an application went wherever an answer
 * comes soonest. That nobody serves a service is told once all have said so; or else,
 * once all had time to, when those that were told are no more.
 */
final class CompositeDirectory implements Directory {

	/** How long a directory is waited for while a less preferred one has answered. */
	static final Duration PATIENCE = Duration.ofSeconds(1);

	private final List<CompositeEngine.Part> parts;

	private final Scheduler timer;

	private final Scheduler subscribers;

	/** What was told last of each service that was watched. */
	private final Map<ServiceName, Told> told = new ConcurrentHashMap<>();

	/**
	 * A directory of others.
	 * @param timer measures patience
	 * @param subscribers where they run: one that blocks must hold up neither the timer
	 * nor the directories
	 */
	CompositeDirectory(List<CompositeEngine.Part> parts, Scheduler timer, Scheduler subscribers) {
		this.parts = parts;
		this.timer = timer;
		this.subscribers = subscribers;
	}

	@Override
	public Flux<Snapshot> watch(ServiceName service) {
		return Flux.defer(() -> {
			Watch watch = new Watch(service);
			watch.begin();
			return watch.feed.snapshots().doFinally((signal) -> watch.dispose());
		});
	}

	@Override
	public Collection<ServiceName> known() {
		return this.parts.stream().flatMap((part) -> part.engine().directory().known().stream()).distinct().toList();
	}

	@Override
	public long confirmedNanoTime(Snapshot snapshot) {
		Told last = this.told.get(snapshot.service());
		return (last != null) ? confirmedNanoTime(last.said, last.from) : snapshot.confirmedNanoTime();
	}

	/** Of one directory, or the oldest of all if none has an instance. */
	private long confirmedNanoTime(@Nullable Snapshot[] said, int from) {
		Snapshot chosen = (from >= 0) ? said[from] : null;
		if (chosen != null) {
			return this.parts.get(from).engine().directory().confirmedNanoTime(chosen);
		}
		long now = System.nanoTime();
		long oldest = now;
		for (int i = 0; i < said.length; i++) {
			Snapshot snapshot = said[i];
			if (snapshot != null) {
				long confirmed = this.parts.get(i).engine().directory().confirmedNanoTime(snapshot);
				oldest = (now - confirmed > now - oldest) ? confirmed : oldest;
			}
		}
		return oldest;
	}

	/**
	 * What was told of a service. Immutable.
	 *
	 * @param said what each directory said of it last, or {@code null}
	 * @param from which of them was told, or -1 for none of them
	 */
	private record Told(@Nullable Snapshot[] said, int from) {

	}

	/**
	 * One watch, told of changes by all directories, one at a time.
	 */
	private final class Watch implements Disposable {

		private final ServiceName service;

		private final SnapshotFeed feed = new SnapshotFeed(CompositeDirectory.this.subscribers);

		private final Disposable.Composite upstream = Disposables.composite();

		/** By directory; guarded by this, as all below. */
		private final @Nullable Snapshot[] said = new Snapshot[CompositeDirectory.this.parts.size()];

		private boolean waited;

		private boolean told;

		Watch(ServiceName service) {
			this.service = service;
		}

		void begin() {
			this.upstream
				.add(CompositeDirectory.this.timer.schedule(this::waited, PATIENCE.toMillis(), TimeUnit.MILLISECONDS));
			for (int i = 0; i < this.said.length; i++) {
				int from = i;
				Directory directory = CompositeDirectory.this.parts.get(i).engine().directory();
				this.upstream
					.add(LastingWatch.of(directory, this.service).subscribe((snapshot) -> said(from, snapshot)));
			}
		}

		private synchronized void waited() {
			this.waited = true;
			tell();
		}

		private synchronized void said(int from, Snapshot snapshot) {
			this.said[from] = snapshot;
			tell();
		}

		/** The lock of this is held. */
		private void tell() {
			boolean unanswered = false;
			for (int i = 0; i < this.said.length; i++) {
				Snapshot snapshot = this.said[i];
				if (snapshot == null && !this.waited) {
					return;
				}
				if (snapshot != null && !snapshot.instances().isEmpty()) {
					tell(i, snapshot);
					return;
				}
				unanswered |= snapshot == null;
			}
			if (!unanswered || (this.waited && this.told)) {
				tell(-1, new Snapshot(this.service, List.of(), confirmedNanoTime(this.said, -1)));
			}
		}

		private void tell(int from, Snapshot snapshot) {
			this.told = true;
			CompositeDirectory.this.told.put(this.service, new Told(this.said.clone(), from));
			this.feed.tell(snapshot);
		}

		@Override
		public void dispose() {
			this.upstream.dispose();
		}

		@Override
		public boolean isDisposed() {
			return this.upstream.isDisposed();
		}

	}

}
