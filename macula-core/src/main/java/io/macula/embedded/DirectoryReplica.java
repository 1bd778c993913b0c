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
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;

import io.macula.Endpoint;
import io.macula.directory.Advertisement;
import io.macula.directory.DirectoryLease;
import io.macula.directory.DirectoryLoop;
import io.macula.directory.DirectoryState;
import io.macula.directory.Lease;
import io.macula.directory.Registry;
import io.macula.directory.Snapshot;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/**
 * The directory of a provider: a full replica of the node table, linked to all seeds,
 * open to links of other replicas and to watching clients. Safe for all threads; all
 * state is owned by the loop.
 */
final class DirectoryReplica extends EmbeddedDirectory implements Registry {

	/** Leases of others last at most this many of this node's own. */
	private static final int LONGEST_LEASE = 4;

	/** A tick that comes this late means that this very process stood still. */
	private static final long STANDSTILL_NANOS = Duration.ofSeconds(1).toNanos();

	private final Duration lease;

	private final NodeTable table;

	private final SeedLinks seeds;

	private final OwnRecord own;

	private final OwnAdvertisement advertisement;

	private final Outbox outbox;

	private final ReplicaLinks links;

	private final AccountShares shares;

	private final WatchingClients clients;

	private final Replication replication;

	private final ServedStreams streams;

	private final ReplicaLog log;

	private final Sinks.Empty<Void> left = Sinks.empty();

	private boolean running;

	private boolean leaving;

	private long startedNanos;

	private long tickedNanos;

	/** Whether this node has run for a lease, and nothing is wrong with it. */
	private volatile boolean settled;

	/** Why it is not settled though it has run for so long. */
	private @Nullable String fault;

	/** Whether no other node is a seed, for readers of all threads. */
	private volatile boolean alone;

	/**
	 * A replica.
	 * @param settings how the node takes part
	 * @param dialer calls seeds
	 * @param check what is demanded of the records of others
	 * @param loop owns the state
	 */
	DirectoryReplica(EmbeddedSettings settings, SeedDialer dialer, RecordCheck check, DirectoryLoop loop) {
		this(settings, new SeedRefusals(dialer), loop, new NodeTable(loop.clock(), settings.maxNodes(), check,
				settings.lease().multipliedBy(LONGEST_LEASE).toNanos(), settings.key()));
	}

	private DirectoryReplica(EmbeddedSettings settings, SeedRefusals dialer, DirectoryLoop loop, NodeTable table) {
		super(settings, dialer, loop, table);
		this.table = table;
		this.lease = settings.lease();
		this.log = new ReplicaLog(loop, settings.maxNodes());
		this.own = new OwnRecord(this, new OwnSeal(settings.realm(), settings.key()), table, loop);
		this.advertisement = new OwnAdvertisement(loop, this.own);
		this.outbox = new Outbox(loop, watches());
		this.links = new ReplicaLinks(loop, this.outbox, settings.lease());
		this.shares = new AccountShares(loop, table);
		this.clients = new WatchingClients(loop, this.outbox, this.log, this.shares);
		this.replication = new Replication(loop, this, table, this.own, this.links, this.clients, this.outbox, dialer,
				this.log, this::linksChanged);
		this.seeds = new SeedLinks(settings.seeds(), loop, this.replication, dialer);
		this.streams = new ServedStreams(loop);
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

	/**
	 * What other nodes may ask of this one.
	 */
	DirectoryPeer peer() {
		return new DirectoryPeer() {
			@Override
			public Flux<DirectoryUpdate> link(ProvenPeer peer, Flux<DirectoryUpdate> mine) {
				return Flux.defer(() -> DirectoryReplica.this.streams.serve(
						new DirectoryLink(loop(), DirectoryReplica.this, DirectoryReplica.this.table, true, peer), mine,
						DirectoryReplica.this.replication));
			}

			@Override
			public Flux<DirectoryUpdate> watch(ProvenPeer peer, Flux<DirectoryInterest> interests) {
				return Flux.defer(() -> DirectoryReplica.this.streams.serve(new DirectoryWatcher(loop(),
						DirectoryReplica.this, DirectoryReplica.this.table, DirectoryReplica.this.shares, peer),
						interests, DirectoryReplica.this.clients));
			}
		};
	}

	/** It must know the endpoint of its node so that it does not dial itself. */
	@Override
	public void start(@Nullable Endpoint endpoint) {
		loop().execute(() -> {
			this.startedNanos = loop().nanoTime();
			this.tickedNanos = this.startedNanos;
			this.running = true;
			this.seeds.start(endpoint);
			linksChanged();
			long tickMillis = Math.max(50, Math.min(400, this.lease.toMillis() / 20));
			loop().every(Duration.ofMillis(tickMillis), this::tick);
		});
	}

	@Override
	public Lease advertise(Advertisement advertisement) {
		String advertised = advertisement.instance().nodeId();
		if (!advertised.equals(nodeId())) {
			throw new IllegalArgumentException(
					"Node '" + advertised + "' cannot be advertised by node '" + nodeId() + "'");
		}
		DirectoryLease opened = new DirectoryLease(advertisement, this::withdraw);
		loop().execute(() -> advertise(opened), () -> opened.become(Lease.State.RELEASED));
		return opened;
	}

	private void advertise(DirectoryLease opened) {
		this.seeds.ownFurther(opened.advertisement().instance().further());
		if (this.advertisement.advertise(opened)) {
			this.replication.propagate(null);
			linksChanged();
		}
	}

	private void withdraw(DirectoryLease held) {
		loop().execute(() -> {
			if (this.advertisement.withdraw(held)) {
				tellWithdrawal();
			}
		}, held::endWithdrawal);
	}

	private void tellWithdrawal() {
		this.replication.propagate(null);
		this.outbox.flush();
		if (!this.links.connected()) {
			this.advertisement.withdrawalsHeard();
		}
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
		this.streams.end();
		this.outbox.flush();
		this.replication.closeServed();
		this.clients.closeAll();
	}

	@Override
	Mono<Void> leave() {
		loop().execute(this::beginLeaving, this.left::tryEmitEmpty);
		return this.left.asMono();
	}

	private void beginLeaving() {
		if (this.leaving) {
			return;
		}
		this.leaving = true;
		if (this.advertisement.leave()) {
			tellWithdrawal();
		}
		this.advertisement.withdrawn()
			.subscribe(null, null, () -> loop().execute(this::endLeaving, this.left::tryEmitEmpty));
	}

	private void endLeaving() {
		try {
			endServing();
			this.seeds.stop();
		}
		finally {
			this.left.tryEmitEmpty();
		}
	}

	private void tick() {
		long now = loop().nanoTime();
		if (now - this.tickedNanos > STANDSTILL_NANOS) {
			this.links.forgiveSilence();
			this.seeds.forgiveSilence();
			this.own.renew();
		}
		this.tickedNanos = now;
		if (now - this.startedNanos >= this.lease.toNanos()) {
			settle();
		}
		this.own.tick();
		this.table.sweep(unjudged());
		this.replication.propagate(null);
		this.seeds.tick();
		this.replication.closeSilent();
		this.replication.tick();
		this.links.tick(now);
		this.clients.tick();
		this.outbox.flush();
		watches().tellKnown();
		report();
	}

	/*
	 * Who takes no records because its own clock is wrong knows of nobody, and must not
	 * tell its clients that there is nobody.
	 */
	private void settle() {
		boolean before = this.settled;
		this.settled = !this.links.clockIsBehind();
		this.fault = this.settled ? null : this.links.clockFault();
		if (this.fault != null) {
			this.log.fault(this.fault);
		}
		if (this.settled && !before) {
			this.clients.tellAccounts();
		}
	}

	/*
	 * A node without any link hears of nobody: silence then says nothing of the others,
	 * and what was known last stays. A seed that this node dials itself is different: it
	 * knows at first hand that it cannot be reached.
	 */
	private Predicate<NodeRecord> unjudged() {
		if (this.links.connected() || !this.seeds.includeOthers()) {
			return (record) -> false;
		}
		Set<Endpoint> dialled = this.seeds.dialled();
		Set<Integer> ports = dialled.stream().map(Endpoint::port).collect(Collectors.toSet());
		return (record) -> !ports.contains(record.port())
				|| !dialled.contains(new Endpoint(record.host(), record.port()));
	}

	private void linksChanged() {
		this.links.changed();
		boolean known = this.links.knowSelf();
		this.advertisement.held(this.running && (known || this.seeds.includeSelf() || !this.seeds.includeOthers()));
		if (known) {
			this.advertisement.withdrawalsHeard();
		}
	}

	private void report() {
		this.log.preservation(this.table);
		this.alone = !this.seeds.includeOthers();
		publish(new DirectoryState(this.seeds.describe(), this.table.size(), this.table.preserving(),
				this.table.preserving() ? List.copyOf(this.table.overdue()) : List.of(), this.fault));
	}

	@Override
	boolean knows(LocalWatch watch) {
		return this.settled || !this.seeds.includeOthers()
				|| loop().nanoTime() - this.startedNanos >= PATIENCE.toNanos();
	}

	@Override
	String withoutSeeds() {
		return "this node has no seeds: it knows those that have it as a seed (macula.realm.seeds)";
	}

	@Override
	public String awaited() {
		return "this node has just started, and may not have heard of all others yet";
	}

	@Override
	void interestsChanged() {
		// A replica holds everything anyway.
	}

	@Override
	public boolean knowsRealm() {
		return this.settled;
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
		boolean current = this.links.connected() || this.alone;
		return current ? loop().nanoTime() : Math.max(snapshot.confirmedNanoTime(), this.links.connectedNanoTime());
	}

}
