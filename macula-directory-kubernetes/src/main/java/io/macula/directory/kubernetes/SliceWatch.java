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

package io.macula.directory.kubernetes;

import java.net.HttpURLConnection;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

import io.fabric8.kubernetes.api.model.ListOptionsBuilder;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSliceList;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.Watch;
import io.fabric8.kubernetes.client.Watcher;
import io.fabric8.kubernetes.client.WatcherException;
import io.macula.directory.ReconnectPace;
import io.macula.directory.kubernetes.SliceReader.ReadSlice;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.core.scheduler.Scheduler;

/**
 * The EndpointSlices of one label selector, listed once and then watched, until it is
 * disposed of. All state is owned by its worker, which may wait for the API server.
 */
final class SliceWatch implements Disposable {

	/*
	 * LISTING -> WATCHING -> (the watch ends) PROBING -> WATCHING from the version heard
	 * last, or LISTING where the API server has forgotten that version (410). A step that
	 * fails is taken again after a pause.
	 *
	 * The probe lists no more than one: the client says of a watch that it has begun
	 * before it has connected, so that it takes an answer to know that the API server is
	 * there.
	 *
	 * An API server that starts lets all wait, and then answers them at once: after an
	 * outage that is the probe alone, and lists and watches follow its answer spread.
	 *
	 * Lists are those of the API server's cache (version "0"), as those of other clients:
	 * thousands of nodes that come back ask nothing of etcd. What the cache lacks follows
	 * in the watch.
	 *
	 * The client's informer does the same, but tells nobody when the API server is gone
	 * or gives a bookmark: the age of a snapshot and the state of the directory need
	 * both.
	 *
	 * https://kubernetes.io/docs/reference/using-api/api-concepts/#efficient-detection-of
	 * -changes
	 */

	private static final long PAGE = 500;

	/** Whatever the API server has in its cache. */
	private static final String CACHED = "0";

	private static final Duration FIRST_PAUSE = Duration.ofMillis(200);

	private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);

	/** Of those whose probes were answered at the same moment. */
	private static final Duration SPREAD = Duration.ofSeconds(2);

	/**
	 * The API server ends a watch itself; spread, so that not all nodes come back at
	 * once.
	 */
	private static final long SHORTEST_WATCH_SECONDS = 300;

	/** After it no watch that was open goes on. */
	static final Duration LONGEST_WATCH = Duration.ofSeconds(2 * SHORTEST_WATCH_SECONDS);

	/** Bookmarks come each minute. */
	private static final Duration LONGEST_SILENCE = Duration.ofSeconds(90);

	private final SliceSource source;

	private final String selector;

	private final SliceReader reader;

	private final Listener listener;

	private final Scheduler.Worker worker;

	private final Map<String, ReadSlice> slices = new HashMap<>();

	private final ReconnectPace pace = new ReconnectPace(FIRST_PAUSE, LONGEST_PAUSE,
			(bound) -> ThreadLocalRandom.current().nextLong(bound));

	private final CompletableFuture<Void> ending = new CompletableFuture<>();

	private volatile boolean disposed;

	/**
	 * Version of the list that was heard last; {@code null} if it must be listed anew.
	 */
	private @Nullable String version;

	/** Whether the API server has forgotten the version: its cache may be older still. */
	private boolean forgotten;

	private @Nullable Watch watch;

	/** Number of the present watch: what an earlier one says has no effect. */
	private int turn;

	private long heardNanos;

	private long openedNanos;

	SliceWatch(SliceSource source, String selector, SliceReader reader, Listener listener) {
		this.source = source;
		this.selector = selector;
		this.reader = reader;
		this.listener = listener;
		this.worker = source.scheduler().createWorker();
	}

	void start() {
		next();
		this.worker.schedulePeriodically(this::listen, LONGEST_SILENCE.toSeconds() / 3, LONGEST_SILENCE.toSeconds() / 3,
				TimeUnit.SECONDS);
	}

	private void next() {
		this.worker.schedule(this::step);
	}

	private void step() {
		attempt("list", () -> {
			// One is the end of the watch before.
			boolean outage = this.pace.failures() > 1;
			if (outage || this.version != null) {
				EndpointSliceList answer = ask(options().withLimit(1L).withResourceVersion(CACHED));
				// An etcd that was restored, or lost its data, counts anew: an API
				// server takes a watch from a version that it has not reached yet, and
				// tells nothing until it has.
				if (ResourceVersions.isOlder(answer.getMetadata().getResourceVersion(), this.version)) {
					forget();
				}
			}
			if (outage) {
				this.worker.schedule(this::open, ThreadLocalRandom.current().nextLong(SPREAD.toMillis()),
						TimeUnit.MILLISECONDS);
			}
			else {
				open();
			}
		});
	}

	/* What is no API server, such as a proxy, may answer with anything. */
	private EndpointSliceList ask(ListOptionsBuilder options) {
		EndpointSliceList answer = this.source.slices(this.selector).list(options.build());
		if (answer == null || answer.getMetadata() == null || answer.getItems() == null
				|| answer.getItems().stream().anyMatch((slice) -> slice == null || slice.getMetadata() == null)) {
			throw new UnreadableAnswerException("it has no metadata or no items");
		}
		return answer;
	}

	private void open() {
		attempt("list", () -> {
			if (this.version == null) {
				list();
				// Not only once the watch has its own connection.
				this.listener.told(this.slices);
			}
			attempt("watch", this::watch);
		});
	}

	private void attempt(String verb, Runnable attempted) {
		if (this.disposed) {
			return;
		}
		try {
			attempted.run();
		}
		catch (RuntimeException ex) {
			if (ex instanceof KubernetesClientException refused && refused.getCode() == HttpURLConnection.HTTP_GONE) {
				forget();
			}
			failed(verb, ex);
		}
	}

	private static ListOptionsBuilder options() {
		return new ListOptionsBuilder();
	}

	private void forget() {
		this.version = null;
		this.forgotten = true;
	}

	private void failed(String verb, Throwable failure) {
		end();
		if (!this.disposed) {
			this.listener.lost(this.source.refused(verb, failure));
			this.worker.schedule(this::step, this.pace.next().toMillis(), TimeUnit.MILLISECONDS);
		}
	}

	private void list() {
		Map<String, ReadSlice> all = new HashMap<>();
		String page = null;
		String listed;
		do {
			EndpointSliceList list = ask(options().withLimit(PAGE)
				.withContinue(page)
				// All pages are of the version of the first.
				.withResourceVersion((page == null && !this.forgotten) ? CACHED : null));
			list.getItems().forEach((slice) -> all.put(slice.getMetadata().getName(), this.reader.read(slice)));
			listed = list.getMetadata().getResourceVersion();
			page = list.getMetadata().getContinue();
		}
		while (page != null && !page.isEmpty());
		this.slices.clear();
		this.slices.putAll(all);
		this.version = listed;
		this.forgotten = false;
	}

	private void watch() {
		end();
		int present = this.turn;
		long seconds = SHORTEST_WATCH_SECONDS + ThreadLocalRandom.current().nextLong(SHORTEST_WATCH_SECONDS);
		this.watch = this.source.slices(this.selector)
			.watch(options().withResourceVersion(this.version)
				.withAllowWatchBookmarks(true)
				.withTimeoutSeconds(seconds)
				.build(), new Events(present));
		this.heardNanos = System.nanoTime();
		this.openedNanos = this.heardNanos;
		this.source.granted();
		this.listener.told(this.slices);
	}

	/** Take no notice of the present watch from now on. */
	private void end() {
		this.turn++;
		Watch present = this.watch;
		this.watch = null;
		if (present != null) {
			present.close();
		}
	}

	/** A connection that is dead though nobody said so. */
	private void listen() {
		if (this.watch != null && System.nanoTime() - this.heardNanos > LONGEST_SILENCE.toNanos()) {
			end();
			step();
		}
	}

	private void received(Watcher.Action action, EndpointSlice slice) {
		this.heardNanos = System.nanoTime();
		this.version = slice.getMetadata().getResourceVersion();
		this.pace.succeeded();
		this.source.heard();
		String name = slice.getMetadata().getName();
		switch (action) {
			case ADDED, MODIFIED -> {
				this.slices.put(name, this.reader.read(slice));
				this.listener.told(this.slices);
			}
			case DELETED -> {
				this.slices.remove(name);
				this.listener.told(this.slices);
			}
			default -> {
				// A bookmark: a version, and a sign of life.
			}
		}
	}

	private void ended(boolean gone) {
		end();
		if (gone) {
			forget();
		}
		// One that ends at once again and again is opened less and less often.
		if (System.nanoTime() - this.openedNanos > LONGEST_PAUSE.toNanos()) {
			this.pace.succeeded();
		}
		this.worker.schedule(this::step, this.pace.next().toMillis(), TimeUnit.MILLISECONDS);
	}

	@Override
	public void dispose() {
		this.disposed = true;
		this.worker.schedule(() -> {
			end();
			this.ending.complete(null);
			this.worker.dispose();
		});
	}

	/**
	 * Completed once it is disposed of, and has said so to the API server.
	 */
	CompletableFuture<Void> ending() {
		return this.ending;
	}

	@Override
	public boolean isDisposed() {
		return this.disposed;
	}

	/**
	 * Is told of one selector, by its worker.
	 */
	interface Listener {

		/**
		 * These are all EndpointSlices.
		 * @param slices by name; changes after the call
		 */
		void told(Map<String, ReadSlice> slices);

		/**
		 * There is no word of them for a while.
		 * @param reason a clause
		 */
		void lost(String reason);

	}

	/** Hands over what the client's threads say. */
	private final class Events implements Watcher<EndpointSlice> {

		private final int turn;

		Events(int turn) {
			this.turn = turn;
		}

		@Override
		public void eventReceived(Action action, @Nullable EndpointSlice slice) {
			if (slice != null) {
				hand(() -> received(action, slice));
			}
		}

		@Override
		public void onClose(@Nullable WatcherException cause) {
			boolean gone = cause != null && cause.isHttpGone();
			hand(() -> ended(gone));
		}

		@Override
		public void onClose() {
			onClose(null);
		}

		private void hand(Runnable task) {
			if (!SliceWatch.this.disposed) {
				SliceWatch.this.worker.schedule(() -> {
					if (SliceWatch.this.turn == this.turn && !SliceWatch.this.disposed) {
						task.run();
					}
				});
			}
		}

	}

}
