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
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import io.macula.ServiceName;
import io.macula.log.FaultLog;
import io.macula.log.LogLimit;
import io.macula.log.PrintableLogger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.scheduler.Scheduler;

/**
 * Read side of a remote system: the services that this node watches, each by one watch
 * there however many subscribers it has here, as complete snapshots. While the system is
 * silent, what it said last stays the last known good. When too many nodes leave at once
 * without a word, they are kept for a few leases, and when it has just come back, each is
 * for one (self-preservation). Safe for all threads; all state is owned by the loop of
 * the engine.
 */
public final class WatchedServices implements Directory {

	private static final Logger logger = PrintableLogger.of(WatchedServices.class);

	private static final FaultLog faults = new FaultLog(logger);

	/** Changes that follow each other faster share a snapshot. */
	static final Duration PACE = Duration.ofMillis(20);

	/** How often losses are judged while there are any. */
	static final Duration SWEEP = Duration.ofMillis(250);

	private static final Duration FIRST_PAUSE = Duration.ofMillis(200);

	private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);

	private final DirectoryLoop loop;

	private final EngineClient client;

	private final String type;

	private final Scheduler subscribers;

	private final Map<ServiceName, ServiceWatch> byService = new ConcurrentHashMap<>();

	private final LostNodes nodes;

	private final CorruptRecords corrupt;

	private final LogLimit limit;

	private boolean running;

	private boolean flushing;

	private boolean sweeping;

	private long flushedNanos;

	/** Whether the client tells of signs of life. */
	private boolean hearing;

	private long heardNanos;

	/** Why the system as such cannot be reached. Written by the loop. */
	private volatile @Nullable String loss;

	/** When it could be reached last, while it cannot. Written by the loop. */
	private volatile long reachedNanos;

	private volatile View view;

	WatchedServices(DirectoryLoop loop, EngineClient client, String type, Scheduler subscribers) {
		this.loop = loop;
		this.client = client;
		this.type = type;
		this.subscribers = subscribers;
		this.nodes = new LostNodes(client.preserving());
		this.limit = LogLimit.ofPeers(loop.clock());
		this.corrupt = new CorruptRecords(type, this.limit);
		this.flushedNanos = loop.nanoTime() - PACE.toNanos();
		this.view = new View(0, false, List.of(), 0, null, null, null, loop.nanoTime(), false, null);
	}

	/**
	 * Open the watches that there are, and from now on each that comes.
	 */
	void start() {
		assert this.loop.inLoop();
		this.running = true;
		this.byService.values().forEach(this::open);
		publish();
	}

	/**
	 * End all watches at the system for good; subscribers keep what they have.
	 */
	void stop() {
		assert this.loop.inLoop();
		this.running = false;
		this.byService.values().forEach(ServiceWatch::shut);
	}

	@Override
	public Flux<Snapshot> watch(ServiceName service) {
		return Flux.defer(() -> {
			ServiceWatch watch = enter(service);
			return watch.snapshots().doFinally((signal) -> leave(watch));
		});
	}

	/* Nothing runs in the loop under the lock of the map. */

	private ServiceWatch enter(ServiceName service) {
		ServiceWatch entered = this.byService.compute(service, (name, present) -> {
			ServiceWatch watch = (present != null) ? present
					: new ServiceWatch(name, new SnapshotFeed(this.subscribers),
							new ReconnectPace(FIRST_PAUSE, LONGEST_PAUSE, this.loop::random));
			watch.enter();
			return watch;
		});
		if (entered.begin()) {
			this.loop.execute(() -> open(entered));
		}
		return entered;
	}

	private void leave(ServiceWatch watch) {
		ServiceWatch left = this.byService.computeIfPresent(watch.service(),
				(name, present) -> present.leave() ? null : present);
		if (left == null) {
			this.loop.execute(() -> forget(watch));
		}
	}

	private void forget(ServiceWatch watch) {
		watch.shut();
		watch.clear(this.nodes);
		if (this.byService.get(watch.service()) == null) {
			this.corrupt.retain(watch.service(), Set.of());
		}
		change();
	}

	private boolean present(ServiceWatch watch) {
		return this.byService.get(watch.service()) == watch;
	}

	private void open(ServiceWatch watch) {
		if (!this.running || !present(watch) || watch.opened() != null) {
			return;
		}
		WatchedService opened = new WatchedService(this, watch, this.loop);
		watch.open(opened);
		try {
			Disposable ending = this.client.watch(opened);
			watch.work(() -> end(ending, watch.service()));
		}
		catch (RuntimeException | Error ex) {
			faults.error("The client of " + this.type + " cannot watch service " + watch.service(), ex);
			failed(watch, "its client cannot watch it: " + ex);
		}
		publish();
	}

	/* However it goes, nothing is heard of that watch any more. */
	private void end(@Nullable Disposable ending, ServiceName service) {
		try {
			if (ending != null) {
				ending.dispose();
			}
		}
		catch (RuntimeException | Error ex) {
			faults.error("The client of " + this.type + " failed to end its watch of service " + service, ex);
		}
	}

	void listed(ServiceWatch watch, Map<String, byte[]> records) {
		touch(watch);
		long now = this.loop.nanoTime();
		this.corrupt.retain(watch.service(), records.keySet());
		watch.retain(records.keySet(), this.nodes, now);
		records.forEach((nodeId, record) -> read(watch, nodeId, record));
		change();
	}

	void put(ServiceWatch watch, String nodeId, byte[] record) {
		touch(watch);
		read(watch, nodeId, record);
		change();
	}

	/* What was known of a node is better than what cannot be read. */
	private void read(ServiceWatch watch, String nodeId, byte[] record) {
		AdvertisementRecord read = this.corrupt.read(watch.service(), nodeId, record);
		if (read != null) {
			watch.put(read, this.nodes);
		}
	}

	void deleted(ServiceWatch watch, String nodeId) {
		touch(watch);
		this.corrupt.forget(watch.service(), nodeId);
		watch.deleted(nodeId, this.nodes, this.loop.nanoTime());
		change();
	}

	void told(ServiceWatch watch, Collection<AdvertisementRecord> instances) {
		touch(watch);
		Map<String, AdvertisementRecord> latest = new HashMap<>();
		for (AdvertisementRecord told : instances) {
			latest.merge(told.instance().nodeId(), told, WatchedServices::latest);
		}
		watch.retain(new HashSet<>(latest.keySet()), this.nodes, this.loop.nanoTime());
		latest.values().forEach((record) -> watch.put(record, this.nodes));
		change();
	}

	private static AdvertisementRecord latest(AdvertisementRecord one, AdvertisementRecord other) {
		long first = one.instance().incarnation();
		long second = other.instance().incarnation();
		return (second > first || (second == first && one.departing())) ? other : one;
	}

	private void touch(ServiceWatch watch) {
		assert this.loop.inLoop();
		hear();
		if (watch.touch()) {
			watch.returned(this.loop.nanoTime());
			this.limit.log("back " + watch.service(), (suppressed) -> logger.info("{} tells of service {} again{}",
					this.type, watch.service(), suppressed));
		}
	}

	void lost(ServiceWatch watch, String reason) {
		assert this.loop.inLoop();
		if (watch.lose(reason, agreed())) {
			String words = watch.told() ? "tells no more of service {}: {}; what is known of it stays{}"
					: "tells nothing of service {}: {}; nothing of it is known yet{}";
			this.limit.log("lost " + watch.service(),
					(suppressed) -> logger.warn("{} " + words, this.type, watch.service(), reason, suppressed));
		}
		publish();
	}

	void failed(ServiceWatch watch, String reason) {
		watch.shut();
		lost(watch, reason);
		Disposable pause = this.loop.schedule(() -> open(watch), watch.pace().next());
		if (pause != null) {
			watch.work(pause);
		}
	}

	/**
	 * The system as such cannot be reached: all that it said of any service stays the
	 * last known good, until {@link #heard()} or until something is told. For any thread.
	 * @param reason a clause for messages, for example {@code no server answers}
	 */
	public void lost(String reason) {
		this.loop.execute(() -> {
			boolean news = this.loss == null;
			if (news) {
				this.reachedNanos = agreed();
			}
			this.loss = reason;
			if (news) {
				String known = this.byService.isEmpty() ? "no service is watched there"
						: this.view.known() ? "what is known stays" : "nothing is known yet";
				this.limit.log("lost", (suppressed) -> logger.warn("{} cannot be reached: {}; {}{}", this.type, reason,
						known, suppressed));
			}
			publish();
		});
	}

	/**
	 * The system gave a sign of life, such as the answer to a keep-alive or a bookmark:
	 * it can be reached, and agrees with what it said last in those watches that are in
	 * touch. A client that tells this often makes the age of snapshots exact; one that
	 * never does is taken at its word that it notices a loss. For any thread.
	 */
	public void heard() {
		this.loop.execute(() -> {
			this.hearing = true;
			hear();
		});
	}

	private void hear() {
		this.heardNanos = this.loop.nanoTime();
		if (this.loss != null) {
			this.loss = null;
			this.byService.values().forEach((watch) -> watch.returned(this.heardNanos));
			this.limit.log("back", (suppressed) -> logger.info("{} can be reached again{}", this.type, suppressed));
			publish();
		}
	}

	/** When the system last agreed, if it is lost now. */
	private long agreed() {
		if (this.loss != null) {
			return this.reachedNanos;
		}
		return this.hearing ? this.heardNanos : this.loop.nanoTime();
	}

	@Override
	public long confirmedNanoTime(Snapshot snapshot) {
		ServiceWatch watch = this.byService.get(snapshot.service());
		long confirmed = snapshot.confirmedNanoTime();
		if (watch != null) {
			long agreed = !watch.inTouch() ? watch.agreedNanos()
					: (this.loss != null) ? this.reachedNanos : this.loop.nanoTime();
			confirmed = (agreed - confirmed > 0) ? agreed : confirmed;
		}
		return confirmed;
	}

	/* Changes that come together are told together. */
	private void change() {
		if (this.flushing) {
			return;
		}
		this.flushing = true;
		long wait = Math.max(0, this.flushedNanos + PACE.toNanos() - this.loop.nanoTime());
		this.loop.schedule(this::flush, Duration.ofNanos(wait));
	}

	private void flush() {
		this.flushing = false;
		long now = this.loop.nanoTime();
		this.flushedNanos = now;
		boolean many = this.nodes.many();
		boolean before = this.nodes.preserving();
		boolean losses = this.nodes.judge(this.byService.values(), this.loss != null, now);
		for (ServiceWatch watch : this.byService.values()) {
			if (watch.inTouch() || watch.told()) {
				watch.flush(now);
			}
		}
		tellOfKept(many, before);
		publish();
		if (losses && !this.sweeping) {
			this.sweeping = true;
			this.loop.schedule(this::sweep, SWEEP);
		}
	}

	private void tellOfKept(boolean many, boolean before) {
		List<String> kept = this.nodes.kept();
		if (this.nodes.many() && !many) {
			this.limit.log("preserving", (suppressed) -> logger.warn(
					"{} nodes of {} left {} within a lease without a word: they are kept for at most 4 leases, the first of them '{}'{}",
					kept.size(), this.nodes.size() + kept.size(), this.type, kept.get(0), suppressed));
		}
		else if (this.nodes.preserving() && !before) {
			this.limit.log("doubted", (suppressed) -> logger.warn(
					"{} can be reached again, and does not have {} of {} nodes any more: they are kept for one lease, the first of them '{}'{}",
					this.type, kept.size(), this.nodes.size() + kept.size(), kept.get(0), suppressed));
		}
	}

	private void sweep() {
		this.sweeping = false;
		change();
	}

	private void publish() {
		String trouble = this.loss;
		String awaited = null;
		boolean known = false;
		Long agreed = null;
		for (ServiceWatch watch : this.byService.values()) {
			String lost = watch.loss();
			if (lost != null && trouble == null) {
				trouble = "service " + watch.service() + ": " + lost;
			}
			if (lost == null && !watch.told() && watch.opened() != null) {
				awaited = this.type + " was asked for service " + watch.service() + " and has not told of it yet";
			}
			known |= watch.told();
			agreed = watch.told() ? earlier(agreed, silence(watch)) : agreed;
		}
		View before = this.view;
		long since = ((before.trouble == null) == (trouble == null)) ? before.sinceNanos : this.loop.nanoTime();
		this.view = new View(this.nodes.size(), this.nodes.preserving(), this.nodes.kept(), this.corrupt.size(),
				this.corrupt.example(), trouble, awaited, since, known, agreed);
	}

	/* When the system last agreed, if it is silent of the service. */
	private @Nullable Long silence(ServiceWatch watch) {
		if (!watch.inTouch()) {
			return watch.agreedNanos();
		}
		return (this.loss != null) ? this.reachedNanos : null;
	}

	private static @Nullable Long earlier(@Nullable Long one, @Nullable Long other) {
		if (one == null || other == null) {
			return (one != null) ? one : other;
		}
		return (one - other < 0) ? one : other;
	}

	/**
	 * What there is to say of the watches at this moment.
	 */
	View view() {
		return this.view;
	}

	/**
	 * The watches at one moment. Immutable.
	 *
	 * @param nodes nodes of the watched services, without those that are lost
	 * @param preserving whether lost ones are kept
	 * @param overdue those
	 * @param corrupt how many records are skipped
	 * @param example where one of them is
	 * @param trouble why snapshots may be out of date, or {@code null}
	 * @param awaited what was asked and is not answered, or {@code null}
	 * @param sinceNanos when the system was lost or came back
	 * @param known whether anything was told
	 * @param agreedNanos when the system last agreed with all of it, or {@code null} if
	 * it does
	 */
	record View(int nodes, boolean preserving, List<String> overdue, int corrupt, @Nullable String example,
			@Nullable String trouble, @Nullable String awaited, long sinceNanos, boolean known,
			@Nullable Long agreedNanos) {

		/**
		 * Time since the system agreed with what is known.
		 * @param now the time
		 */
		@Nullable Duration age(long now) {
			if (!this.known) {
				return null;
			}
			return (this.agreedNanos != null) ? Duration.ofNanos(Math.max(0, now - this.agreedNanos)) : Duration.ZERO;
		}

	}

}
