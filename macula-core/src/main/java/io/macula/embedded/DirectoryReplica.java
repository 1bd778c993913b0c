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
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

import io.macula.Endpoint;
import io.macula.ServiceName;
import io.macula.directory.Advertisement;
import io.macula.directory.DirectoryState;
import io.macula.directory.Lease;
import io.macula.directory.Registry;
import io.macula.directory.Snapshot;
import io.macula.embedded.DirectoryUpdate.Digest;
import io.macula.embedded.DirectoryUpdate.Gone;
import io.macula.embedded.DirectoryUpdate.Renewal;
import io.macula.embedded.DirectoryUpdate.Upsert;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/**
 * The directory of a provider: a full replica of the node table, linked to all seeds,
 * open to links of other replicas and to watching clients. Safe for all threads.
 */
final class DirectoryReplica extends EmbeddedDirectory implements Registry {

	/** News that come thick and fast leave together, this far apart. */
	private static final Duration FLUSH_GAP = Duration.ofMillis(10);

	private static final Duration RENEWAL_BATCH = Duration.ofMillis(500);

	private static final Duration ANTI_ENTROPY = Duration.ofSeconds(10);

	private static final Duration WITHDRAWAL_TIMEOUT = Duration.ofSeconds(1);

	private static final Duration FULL_LOG = Duration.ofMinutes(1);

	private static final Logger logger = LoggerFactory.getLogger(DirectoryReplica.class);

	private final Duration lease;

	private final SeedLinks seeds;

	private final OwnRecord own;

	private final Set<DirectoryLink> links = new LinkedHashSet<>();

	private final Set<DirectoryWatcher> watchers = new LinkedHashSet<>();

	private final Map<ServiceName, Set<DirectoryWatcher>> watchersByService = new HashMap<>();

	/** Sessions that have something to send. */
	private final Set<DirectorySession> ready = new LinkedHashSet<>();

	/** Services of which the watches of this node are told with the next flush. */
	private final Set<ServiceName> changedServices = new LinkedHashSet<>();

	/** Sessions that the other side opened. */
	private final Set<DirectorySession> served = new LinkedHashSet<>();

	private Sinks.@Nullable Empty<Void> withdrawal;

	private long startedNanos;

	private long flushedNanos;

	private boolean flushScheduled;

	private long batchedNanos;

	private long digestNanos;

	private long tickedNanos;

	private boolean settled;

	private boolean serving = true;

	private boolean preserving;

	private final int maxNodes;

	/** When it was last logged that a node was left out, here or elsewhere. */
	private long fullLoggedNanos;

	/** When a link last stood, for readers of all threads. */
	private volatile long connectedNanos;

	private volatile boolean connected;

	/** Whether no other node is a seed. */
	private volatile boolean alone;

	/**
	 * A replica.
	 * @param settings how the node takes part
	 * @param dialer calls seeds
	 * @param loop owns the state
	 */
	DirectoryReplica(EmbeddedSettings settings, SeedDialer dialer, DirectoryLoop loop) {
		super(settings, settings.maxNodes(), loop);
		this.lease = settings.lease();
		this.maxNodes = settings.maxNodes();
		this.fullLoggedNanos = loop.nanoTime() - FULL_LOG.toNanos();
		this.seeds = new SeedLinks(settings.seeds(), this, dialer);
		this.own = new OwnRecord(this, table(), loop);
		this.connectedNanos = loop.nanoTime();
	}

	@Override
	public Registry registry() {
		return this;
	}

	@Override
	public List<Service> services() {
		return List
			.of(new Service(RealmDirectoryService.SERVICE, RealmDirectoryService.class, DirectoryCodec.serve(peer())));
	}

	/** It must know the endpoint of its node so that it does not dial itself. */
	@Override
	public void start(@Nullable Endpoint endpoint) {
		loop().execute(() -> {
			long now = loop().nanoTime();
			this.startedNanos = now;
			this.flushedNanos = now - FLUSH_GAP.toNanos();
			this.batchedNanos = now;
			this.digestNanos = now;
			this.tickedNanos = now;
			this.seeds.start(endpoint);
			long tickMillis = Math.max(50, Math.min(250, this.lease.toMillis() / 20));
			loop().every(Duration.ofMillis(tickMillis), this::tick);
		});
	}

	/**
	 * What other nodes may ask of this one.
	 */
	DirectoryPeer peer() {
		return new DirectoryPeer() {
			@Override
			public Flux<DirectoryUpdate> link(Flux<DirectoryUpdate> mine) {
				return Flux.defer(() -> serveLink(mine));
			}

			@Override
			public Flux<DirectoryUpdate> watch(Flux<DirectoryInterest> interests) {
				return Flux.defer(() -> serveWatch(interests));
			}
		};
	}

	@Override
	public Lease advertise(Advertisement advertisement) {
		String advertised = advertisement.instance().nodeId();
		if (!advertised.equals(nodeId())) {
			throw new IllegalArgumentException(
					"Node '" + advertised + "' cannot be advertised by node '" + nodeId() + "'");
		}
		DirectoryLease opened = new DirectoryLease(advertisement, this::withdraw);
		loop().execute(() -> {
			if (opened.state() != Lease.State.RELEASED) {
				this.own.advertise(opened);
				propagate(null);
				updateLease();
			}
		});
		return opened;
	}

	private Mono<Void> withdraw(DirectoryLease held) {
		Sinks.Empty<Void> done = Sinks.empty();
		loop().execute(() -> {
			if (!this.own.withdraw(held)) {
				done.tryEmitEmpty();
				return;
			}
			this.withdrawal = done;
			propagate(null);
			flush();
			completeWithdrawal();
			loop().schedule(done::tryEmitEmpty, WITHDRAWAL_TIMEOUT);
		});
		return done.asMono();
	}

	@Override
	Mono<Void> leave() {
		Sinks.Empty<Void> done = Sinks.empty();
		loop().execute(() -> {
			DirectoryLease held = this.own.lease();
			Mono<Void> withdrawn = (held != null) ? held.withdraw() : Mono.empty();
			withdrawn.subscribe(null, null, () -> loop().execute(() -> {
				endServing();
				this.seeds.stop();
				done.tryEmitEmpty();
			}));
		});
		return done.asMono();
	}

	/**
	 * End all served links and watches and refuse new ones, so that the other nodes turn
	 * to another seed and the streams do not hold up a drain.
	 */
	@Override
	public void stopServing() {
		loop().execute(this::endServing);
	}

	private void endServing() {
		this.serving = false;
		flush();
		List.copyOf(this.served).forEach(DirectorySession::close);
	}

	private Flux<DirectoryUpdate> serveLink(Flux<DirectoryUpdate> mine) {
		DirectoryLink link = new DirectoryLink(loop(), this, table(), true);
		DirectoryInbound<DirectoryUpdate> inbound = new DirectoryInbound<>(loop(), (update) -> {
			heard(link, update);
			if (link.reachesItself()) {
				closed(link);
			}
		}, (error) -> closed(link));
		loop().execute(() -> {
			if (serve(link)) {
				this.links.add(link);
				this.own.renew();
			}
		});
		return serve(link, mine, inbound, () -> closed(link));
	}

	private Flux<DirectoryUpdate> serveWatch(Flux<DirectoryInterest> interests) {
		DirectoryWatcher watcher = new DirectoryWatcher(loop(), this, table());
		DirectoryInbound<DirectoryInterest> inbound = new DirectoryInbound<>(loop(),
				(interest) -> watch(watcher, interest), (error) -> closed(watcher));
		loop().execute(() -> {
			if (serve(watcher)) {
				this.watchers.add(watcher);
			}
		});
		return serve(watcher, interests, inbound, () -> closed(watcher));
	}

	private boolean serve(DirectorySession session) {
		if (this.serving) {
			this.served.add(session);
		}
		else {
			session.close();
		}
		return this.serving;
	}

	private static <T> Flux<DirectoryUpdate> serve(DirectorySession session, Flux<T> told, DirectoryInbound<T> inbound,
			Runnable onEnd) {
		session.onEnd(() -> {
			inbound.leave();
			onEnd.run();
		});
		told.subscribe(inbound);
		return session.outgoing();
	}

	/**
	 * A new link, for a seed that is being dialled.
	 */
	DirectoryLink open() {
		DirectoryLink link = new DirectoryLink(loop(), this, table(), false);
		this.links.add(link);
		this.own.renew();
		return link;
	}

	void closed(DirectoryLink link) {
		link.close();
		this.served.remove(link);
		this.ready.remove(link);
		if (this.links.remove(link)) {
			updateLease();
		}
	}

	private void closed(DirectoryWatcher watcher) {
		watcher.close();
		this.served.remove(watcher);
		this.ready.remove(watcher);
		if (this.watchers.remove(watcher)) {
			index(watcher, Set.of());
		}
	}

	/**
	 * One of the seeds is this node itself.
	 */
	void foundItself() {
		updateLease();
	}

	/**
	 * A peer told something over a link.
	 */
	void heard(DirectoryLink link, DirectoryUpdate update) {
		if (link.closed()) {
			return;
		}
		boolean known = link.established();
		boolean accepted = link.knowsSelf();
		boolean refused = link.refused();
		link.heard(update);
		if (link.refused() && !refused && logsFull()) {
			logger.warn("Node '{}' has no room in its directory for this node, which is therefore not advertised by"
					+ " it: allow more nodes there (macula.directory.max-nodes)", link.peerId());
		}
		if (link.reachesItself()) {
			return;
		}
		update.upserts().forEach((upsert) -> {
			NodeRecord record = upsert.record();
			settle(link, record.nodeId(), apply(upsert));
			link.known(new Renewal(record.nodeId(), record.term(), record.version(), upsert.renewals(), 0));
		});
		update.gone().forEach((gone) -> settle(link, gone.nodeId(), apply(gone)));
		update.renewals().forEach((renewal) -> {
			settle(link, renewal.nodeId(), apply(renewal));
			link.known(renewal);
		});
		update.wanted().forEach(link::tell);
		Digest digest = update.digest();
		if (digest != null) {
			link.compare(digest);
		}
		propagate(link);
		this.ready.add(link);
		if (!known || accepted != link.knowsSelf()) {
			updateLease();
		}
		completeWithdrawal();
		if (!known) {
			flush();
		}
		else {
			requestFlush();
		}
	}

	private Verdict apply(Upsert upsert) {
		try {
			return own(upsert.record().nodeId()) ? this.own.heard(upsert) : table().apply(upsert);
		}
		catch (RuntimeException ex) {
			logger.warn("Left out the record of node '{}': {}", upsert.record().nodeId(), ex.getMessage());
			return Verdict.KNOWN;
		}
	}

	private Verdict apply(Renewal renewal) {
		return own(renewal.nodeId()) ? this.own.heard(renewal) : table().apply(renewal);
	}

	private Verdict apply(Gone gone) {
		return own(gone.nodeId()) ? this.own.heard(gone) : table().apply(gone);
	}

	private boolean own(String nodeId) {
		return nodeId.equals(nodeId());
	}

	private void settle(DirectoryLink link, String nodeId, Verdict verdict) {
		if (verdict == Verdict.STALE) {
			link.tell(nodeId);
		}
		else if (verdict == Verdict.WANTED) {
			link.want(nodeId);
		}
		else if (verdict == Verdict.FULL) {
			link.refuse(nodeId);
			logFull(nodeId);
		}
	}

	/* A full directory refuses with each renewal: once a minute is told. */
	private boolean logsFull() {
		long now = loop().nanoTime();
		boolean due = now - this.fullLoggedNanos >= FULL_LOG.toNanos();
		if (due) {
			this.fullLoggedNanos = now;
		}
		return due;
	}

	private void logFull(String nodeId) {
		if (logsFull()) {
			logger.warn("The directory is full: it holds {} nodes, and node '{}', perhaps others too, is left out until"
					+ " there is room. If the realm is meant to be that large, allow more nodes on all its providers"
					+ " (macula.directory.max-nodes); if not, look for nodes that start with ever new ids"
					+ " (macula.node.id)", this.maxNodes, nodeId);
		}
	}

	private void watch(DirectoryWatcher watcher, DirectoryInterest interest) {
		if (watcher.closed()) {
			return;
		}
		Set<ServiceName> services = interest.services()
			.stream()
			.map(ServiceName::new)
			.collect(Collectors.toUnmodifiableSet());
		index(watcher, services);
		watcher.watch(interest.number(), services);
		watcher.drain();
	}

	private void index(DirectoryWatcher watcher, Set<ServiceName> services) {
		for (ServiceName service : watcher.interests()) {
			Set<DirectoryWatcher> watching = this.watchersByService.get(service);
			if (watching != null && watching.remove(watcher) && watching.isEmpty()) {
				this.watchersByService.remove(service);
			}
		}
		for (ServiceName service : services) {
			this.watchersByService.computeIfAbsent(service, (name) -> new LinkedHashSet<>()).add(watcher);
		}
	}

	/**
	 * Pass on what changed in the table: to the other links, to watching clients and to
	 * the watches of this node.
	 */
	private void propagate(@Nullable DirectoryLink source) {
		TableChanges changes = table().takeChanges();
		if (changes.isEmpty()) {
			return;
		}
		for (DirectoryLink link : this.links) {
			if (source == null || !source.samePeer(link)) {
				changes.nodes().keySet().forEach((source != null) ? link::passOn : link::tell);
				link.tellRenewals(changes.renewed());
				this.ready.add(link);
			}
		}
		changes.nodes().forEach((nodeId, services) -> {
			for (ServiceName service : services) {
				for (DirectoryWatcher watcher : this.watchersByService.getOrDefault(service, Set.of())) {
					watcher.tell(nodeId);
					this.ready.add(watcher);
				}
			}
		});
		logConflicts(changes.conflicts());
		this.changedServices.addAll(changes.services());
		requestFlush();
	}

	private void requestFlush() {
		if (this.flushScheduled) {
			return;
		}
		long left = FLUSH_GAP.toNanos() - (loop().nanoTime() - this.flushedNanos);
		if (left <= 0) {
			flush();
		}
		else {
			this.flushScheduled = true;
			loop().schedule(() -> {
				this.flushScheduled = false;
				flush();
			}, Duration.ofNanos(left));
		}
	}

	private void flush() {
		this.flushedNanos = loop().nanoTime();
		List<DirectorySession> sending = List.copyOf(this.ready);
		this.ready.clear();
		sending.forEach(DirectorySession::drain);
		Set<ServiceName> changed = Set.copyOf(this.changedServices);
		this.changedServices.clear();
		tellWatches(changed);
	}

	private void tick() {
		long now = loop().nanoTime();
		if (now - this.tickedNanos > Duration.ofSeconds(1).toNanos()) {
			this.links.forEach(DirectoryLink::forgiveSilence);
			this.own.renew();
		}
		this.tickedNanos = now;
		if (!this.settled && now - this.startedNanos >= this.lease.toNanos()) {
			this.settled = true;
			this.watchers.forEach(DirectoryWatcher::tellAccount);
		}
		this.own.tick();
		table().sweep(this::unjudged);
		propagate(null);
		this.seeds.tick();
		List.copyOf(this.links)
			.stream()
			.filter((link) -> this.served.contains(link) && link.silent())
			.forEach((link) -> {
				logger.info("Lost the link of node '{}': silent for {} ms", link.peerId(),
						DirectorySession.SILENCE.toMillis());
				closed(link);
			});
		if (now - this.batchedNanos >= Math.min(RENEWAL_BATCH.toNanos(), this.lease.toNanos() / 6)) {
			this.batchedNanos = now;
			this.links.forEach(DirectoryLink::batch);
		}
		if (now - this.digestNanos >= 0) {
			this.digestNanos = now + loop().jittered(ANTI_ENTROPY.multipliedBy(4).dividedBy(3)).toNanos();
			this.links.forEach(DirectoryLink::tellDigest);
		}
		this.ready.addAll(this.links);
		this.ready.addAll(this.watchers);
		flush();
		tellKnown();
		report();
	}

	/*
	 * A node without any link hears of nobody: silence then says nothing of the others,
	 * and what was known last stays. A seed that this node dials itself is different: it
	 * knows at first hand that it cannot be reached.
	 */
	private boolean unjudged(NodeRecord record) {
		return !this.connected && this.seeds.includeOthers() && !this.seeds.dials(record.host(), record.port());
	}

	private void updateLease() {
		this.connected = this.links.stream().anyMatch(DirectoryLink::established);
		if (this.connected) {
			this.connectedNanos = loop().nanoTime();
		}
		DirectoryLease held = this.own.lease();
		if (held == null) {
			return;
		}
		boolean accepted = this.own.claimed() && (this.seeds.includeSelf() || !this.seeds.includeOthers()
				|| this.links.stream().anyMatch(DirectoryLink::knowsSelf));
		if (accepted) {
			this.own.accepted();
		}
		held.become(accepted ? Lease.State.GRANTED : Lease.State.PENDING);
	}

	private void completeWithdrawal() {
		Sinks.Empty<Void> waiting = this.withdrawal;
		if (waiting != null && (!this.connected || this.links.stream().anyMatch(DirectoryLink::knowsSelf))) {
			this.withdrawal = null;
			waiting.tryEmitEmpty();
		}
	}

	private void report() {
		if (table().preserving() != this.preserving) {
			this.preserving = table().preserving();
			if (this.preserving) {
				logger.warn(
						"Self-preservation: more than half of the {} leases went silent at once, which is more likely"
								+ " this node's own network; overdue advertisements are kept: {}",
						table().size(), table().overdue());
			}
			else {
				logger.info("Self-preservation is over");
			}
		}
		this.alone = !this.seeds.includeOthers();
		publish(new DirectoryState(this.seeds.describe(), table().size(), this.preserving,
				this.preserving ? List.copyOf(table().overdue()) : List.of()));
	}

	@Override
	boolean knows(LocalWatch watch) {
		return this.settled || !this.seeds.includeOthers()
				|| loop().nanoTime() - this.startedNanos >= PATIENCE.toNanos();
	}

	@Override
	void interestsChanged() {
		// A replica holds everything anyway.
	}

	@Override
	public boolean settled() {
		return this.settled;
	}

	/**
	 * A replica's own table is the directory, as long as it is linked to others or is the
	 * only seed.
	 */
	@Override
	public long confirmedNanoTime(Snapshot snapshot) {
		boolean current = this.connected || this.alone;
		return current ? loop().nanoTime() : Math.max(snapshot.confirmedNanoTime(), this.connectedNanos);
	}

}
