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

package io.macula.operations;

import java.time.Duration;
import java.time.Instant;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

import io.macula.log.FaultLog;
import io.macula.log.PrintableLogger;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.BufferOverflowStrategy;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Sinks;

/**
 * Keeps a {@link RealmPicture picture} of a whole realm up to date: finds its nodes,
 * watches each of them, works out what happens in a second, and tells what happens. A
 * node that dies is shown as unreachable within two intervals. Safe for all threads. Has
 * one thread of its own from {@link #start} to {@link #close}, after which nothing is
 * left of it; it cannot be started again.
 */
public final class RealmMonitor implements AutoCloseable {

	/** A node that left is shown for so long. */
	private static final Duration LEFT = Duration.ofMinutes(1);

	/** The same for one that does not answer. */
	private static final Duration UNREACHABLE = Duration.ofMinutes(10);

	/** The same thing, told by several nodes within this time, has happened once. */
	private static final Duration SAME = Duration.ofSeconds(5);

	private static final int MOST_RECENT = 10_000;

	private static final int CHECKS = 10;

	private static final Duration CLOSING = Duration.ofSeconds(5);

	private static final FaultLog faults = new FaultLog(PrintableLogger.of(RealmMonitor.class));

	private final OperationsClient operations;

	private final RealmPicture.Settings settings;

	private final RealmSearch search;

	private final ScheduledThreadPoolExecutor thread;

	private final Sinks.Many<RealmPicture> pictures = Sinks.many().multicast().directBestEffort();

	private final Sinks.Many<RealmEvent> events = Sinks.many().multicast().directBestEffort();

	private final RealmPainter painter;

	private final WatchedNode.Host host = new Host();

	/** Guarded by the pictures. */
	private boolean started;

	private volatile @Nullable Thread own;

	/** Of the thread, as all below. */
	private final Map<String, WatchedNode> nodes = new TreeMap<>();

	/** What was told, and when. */
	private final Map<String, Long> recent = new LinkedHashMap<>();

	private volatile RealmPicture picture = RealmPicture.nothing();

	private long paintedNanos;

	private boolean turned;

	private boolean crawled;

	/** Nodes of the first search were there before. */
	private boolean begun;

	private @Nullable String trouble;

	private @Nullable String bounded;

	private long happened;

	private boolean over;

	/**
	 * A monitor with the default settings that begins with whom the node knows that asks.
	 * @param operations asks the nodes
	 */
	public RealmMonitor(OperationsClient operations) {
		this(operations, List.of(), RealmPicture.Settings.defaults());
	}

	/**
	 * A monitor.
	 * @param operations asks the nodes
	 * @param beginnings asked first; none for those that the asking node knows
	 * @param settings its bounds
	 */
	public RealmMonitor(OperationsClient operations, List<NodeAddress> beginnings, RealmPicture.Settings settings) {
		this.operations = operations;
		this.settings = settings;
		this.painter = new RealmPainter(settings.nodes());
		this.thread = new ScheduledThreadPoolExecutor(1, (work) -> {
			Thread made = new Thread(null, work, "macula-realm-monitor", 0, false);
			made.setDaemon(true);
			this.own = made;
			return made;
		});
		this.thread.setRemoveOnCancelPolicy(true);
		this.search = new RealmSearch(operations, List.copyOf(beginnings), settings, this.host::execute,
				this.nodes::values, this::found);
	}

	/**
	 * Begin to look. Returns at once.
	 * @return this
	 * @throws IllegalStateException if it was started before, or closed
	 */
	public RealmMonitor start() {
		synchronized (this.pictures) {
			if (this.started || this.thread.isShutdown()) {
				throw new IllegalStateException("This monitor was started or closed before: make another one");
			}
			this.started = true;
			long period = this.settings.interval().toNanos() / CHECKS;
			this.paintedNanos = System.nanoTime();
			this.thread.scheduleWithFixedDelay(() -> guarded(this::check), 0, period, TimeUnit.NANOSECONDS);
		}
		return this;
	}

	/**
	 * The realm as it is known.
	 * @return the latest picture; an empty one with number 0 before the first one
	 */
	public RealmPicture state() {
		return this.picture;
	}

	/**
	 * Each picture from now on: one in each interval, and one more when a node turns up,
	 * is lost, or changes its state. Whoever is slow gets the latest one only. Told on
	 * the thread of the monitor, which must not wait.
	 * @return the pictures; completes when the monitor is closed
	 */
	public Flux<RealmPicture> pictures() {
		return this.pictures.asFlux().onBackpressureLatest();
	}

	/**
	 * What happens from now on. The same thing is told once where several nodes tell it.
	 * Whoever is slow misses the oldest after a thousand; the numbers tell it. Told on
	 * the thread of the monitor, which must not wait.
	 * @return the events; completes when the monitor is closed
	 */
	public Flux<RealmEvent> events() {
		return this.events.asFlux().onBackpressureBuffer(1000, (dropped) -> {
		}, BufferOverflowStrategy.DROP_OLDEST);
	}

	/** Look for further nodes now, rather than when it is time. */
	public void search() {
		this.host.execute(() -> this.search.soon());
	}

	/**
	 * Watch nobody any more. Waits until all watches are ended, for 5 seconds at most;
	 * may be called again. On the thread of the monitor it does not wait.
	 */
	@Override
	public void close() {
		CountDownLatch ended = new CountDownLatch(1);
		synchronized (this.pictures) {
			if (this.thread.isShutdown()) {
				return;
			}
			this.thread.execute(() -> {
				guarded(this::end);
				ended.countDown();
			});
			this.thread.shutdown();
		}
		if (Thread.currentThread() == this.own) {
			return;
		}
		try {
			if (!ended.await(CLOSING.toNanos(), TimeUnit.NANOSECONDS)) {
				this.thread.shutdownNow();
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	private void end() {
		this.over = true;
		this.search.close();
		this.nodes.values().forEach(WatchedNode::unwatch);
		this.nodes.clear();
		this.pictures.tryEmitComplete();
		this.events.tryEmitComplete();
	}

	private void check() {
		long now = System.nanoTime();
		this.search.check(now);
		this.nodes.values().forEach((node) -> guarded(() -> node.check(now)));
		if (this.nodes.values().removeIf((node) -> {
			boolean forgotten = node.forgotten(now, LEFT, UNREACHABLE);
			if (forgotten) {
				node.unwatch();
			}
			return forgotten;
		})) {
			this.turned = true;
		}
		if (this.turned || now - this.paintedNanos >= this.settings.interval().toNanos()) {
			this.paintedNanos = this.turned ? this.paintedNanos : now;
			this.turned = false;
			String why = (this.bounded != null) ? this.bounded : this.trouble;
			this.picture = this.painter.paint(this.nodes.values(), why, this.crawled);
			this.pictures.tryEmitNext(this.picture);
			this.begun |= this.crawled && this.nodes.values().stream().allMatch(WatchedNode::shown);
		}
	}

	private void found(RealmSearch.Found found) {
		if (found.crawled() || found.trouble() != null) {
			this.trouble = found.trouble();
			this.crawled = true;
		}
		this.bounded = null;
		for (NodeAddress address : found.nodes()) {
			String nodeId = address.nodeId();
			WatchedNode known = (nodeId != null) ? this.nodes.get(nodeId) : null;
			if (known != null) {
				known.known(address);
			}
			else if (this.nodes.size() >= this.settings.nodes()) {
				this.bounded = "there are more than " + this.settings.nodes() + " nodes; the others are not watched";
			}
			else if (nodeId != null) {
				this.nodes.put(nodeId, new WatchedNode(nodeId, address, this.host));
			}
		}
	}

	private void tell(String kind, String nodeId, @Nullable String other, @Nullable String service,
			@Nullable String client, @Nullable String detail) {
		this.events
			.tryEmitNext(new RealmEvent(++this.happened, Instant.now(), kind, nodeId, other, service, client, detail));
	}

	/** What several nodes see alike is told once. */
	private boolean isTold(String what) {
		long now = System.nanoTime();
		Iterator<Long> times = this.recent.values().iterator();
		while (times.hasNext() && (now - times.next() > SAME.toNanos() || this.recent.size() >= MOST_RECENT)) {
			times.remove();
		}
		return this.recent.putIfAbsent(what, now) != null;
	}

	private static void guarded(Runnable work) {
		try {
			work.run();
		}
		catch (Throwable ex) {
			faults.warn("A look at the realm failed", ex);
		}
	}

	/** What the nodes need. */
	private final class Host implements WatchedNode.Host {

		@Override
		public OperationsClient operations() {
			return RealmMonitor.this.operations;
		}

		@Override
		public Duration interval() {
			return RealmMonitor.this.settings.interval();
		}

		@Override
		public void execute(Runnable work) {
			try {
				RealmMonitor.this.thread.execute(() -> {
					if (!RealmMonitor.this.over) {
						guarded(work);
					}
				});
			}
			catch (RejectedExecutionException ex) {
				// It is closed: nobody wants to know.
			}
		}

		@Override
		public void told(String nodeId, NodeEvent event) {
			boolean joined = event.kind().equals("instance-joined");
			if (joined || event.kind().equals("instance-left") || event.kind().equals("contracts-differ")) {
				WatchedNode known = (event.nodeId() != null) ? RealmMonitor.this.nodes.get(event.nodeId()) : null;
				if (joined && (known == null || !known.inTouch())) {
					search();
				}
				if (isTold(event.kind() + ' ' + event.service() + ' ' + event.nodeId())) {
					return;
				}
			}
			tell(event.kind(), nodeId, event.nodeId(), event.service(), event.client(),
					(event.detail() != null || event.nodeId() != null) ? event.detail() : event.endpoint());
		}

		@Override
		public void happened(String kind, String nodeId, @Nullable String detail) {
			tell(kind, nodeId, null, null, null, detail);
		}

		@Override
		public void joined(String nodeId) {
			if (RealmMonitor.this.begun) {
				tell("joined", nodeId, null, null, null, null);
			}
		}

		@Override
		public void search() {
			RealmMonitor.this.search.soon();
		}

		@Override
		public void turned() {
			RealmMonitor.this.turned = true;
		}

	}

}
