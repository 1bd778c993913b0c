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

import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import java.util.function.Supplier;

import io.macula.Instance;
import io.macula.ServiceName;
import io.macula.directory.Advertisement;
import io.macula.directory.Snapshot;
import io.macula.embedded.DirectoryUpdate.Digest;
import io.macula.embedded.DirectoryUpdate.Gone;
import io.macula.embedded.DirectoryUpdate.Renewal;
import io.macula.embedded.DirectoryUpdate.Upsert;
import io.macula.tls.NodeKey;
import org.jspecify.annotations.Nullable;

/**
 * The nodes of a realm as this node knows them: decides which of two records of a node
 * counts, and collects what changed until the owner takes it. Pure: time comes in,
 * nothing goes out. Owned by the loop of its directory, not safe for other threads.
 * <p>
 * That of a replica takes from others only what the owner of a record signed or proves,
 * and leaves an id to the identity that holds it. That of a client takes what its seed
 * tells.
 */
final class NodeTable {

	/*
	 * Order. A record is known by (term, version), the lease on it by the number of its
	 * renewals; the greater one wins, wherever it comes from and in whatever order, so
	 * that all replicas end up equal. That holds for the records of one identity; which
	 * of two identities has an id is found out by asking (Claims).
	 *
	 * Time. Each replica expires a record by its own monotonic clock, one lease after the
	 * last renewal (LeaseSweep); what it hears from others comes with the age that they
	 * know. No replica tells another one that a record expired.
	 *
	 * Tombstones. A record that is gone leaves its (term, version, renewals) behind, so
	 * that a replica that has not heard of it does not bring it back. A withdrawal counts
	 * as one more version; an expiry yields to a later renewal. A withdrawal is proven by
	 * its owner; that a record expired, each replica finds out itself.
	 *
	 * Bound. A table that holds its most nodes takes no further ones, first come, first
	 * kept: renewals of those that were left out are heard again when there is room. Only
	 * one that tells of itself over its own link takes the place of one that does not:
	 * records of others cost nothing to make. Of one identity there are a few
	 * (TableRoom).
	 */

	private static final int MAX_TOMBSTONES = 100_000;

	/**
	 * Renewals that may be missed in a row: to verify as many costs little. After more,
	 * the record is asked for.
	 */
	static final int MOST_MISSED = 256;

	private final LongSupplier nanoTime;

	private final TableRoom room;

	/** {@code null} where the peer is trusted. */
	private final @Nullable RecordCheck check;

	private final long longestLeaseNanos;

	private final Map<String, HeldRecord> records = new HashMap<>();

	private final Tombstones tombstones = new Tombstones(MAX_TOMBSTONES);

	private final ServiceIndex services = new ServiceIndex();

	private final TableDigest digest = new TableDigest();

	private final LeaseSweep leases;

	private TableChanges changes = new TableChanges();

	/**
	 * An empty table of a client, which trusts who fills it.
	 * @param nanoTime monotonic clock
	 * @param maxNodes further nodes are refused; this node itself never is
	 */
	NodeTable(LongSupplier nanoTime, int maxNodes) {
		this(nanoTime, maxNodes, null, Long.MAX_VALUE, null);
	}

	/**
	 * An empty table.
	 * @param nanoTime monotonic clock
	 * @param maxNodes further nodes are refused; this node itself never is
	 * @param check what is demanded of a record, or {@code null} for nothing
	 * @param longestLeaseNanos bound of all leases
	 * @param own key of this node, or {@code null} if no identity is bounded
	 */
	NodeTable(LongSupplier nanoTime, int maxNodes, @Nullable RecordCheck check, long longestLeaseNanos,
			@Nullable Supplier<NodeKey> own) {
		this.nanoTime = nanoTime;
		this.room = TableRoom.of(maxNodes, own);
		this.check = check;
		this.longestLeaseNanos = longestLeaseNanos;
		this.leases = new LeaseSweep(nanoTime.getAsLong());
	}

	/**
	 * Hold the record of this node itself, which never expires here.
	 */
	void putOwn(NodeRecord record, long renewals, @Nullable Proof proof) {
		this.tombstones.remove(record.nodeId());
		put(record, renewals, proof, 0, true);
	}

	/**
	 * Renew the record of this node itself.
	 */
	void renewOwn(String nodeId, long renewals, @Nullable Proof proof) {
		HeldRecord held = this.records.get(nodeId);
		if (held != null && held.renew(renewals, proof, now())) {
			this.changes.renewed(nodeId);
		}
	}

	/**
	 * Drop the record of this node itself.
	 */
	void removeOwn(Gone gone) {
		bury(gone);
	}

	Verdict apply(Upsert upsert) {
		return apply(upsert, false);
	}

	/**
	 * Hear of a record.
	 * @param direct whether its owner tells it itself, over its own link
	 * @throws RuntimeException if it is not valid, or not demonstrably its owner's
	 */
	Verdict apply(Upsert upsert, boolean direct) {
		NodeRecord record = upsert.record();
		HeldRecord held = this.records.get(record.nodeId());
		if (this.tombstones.cover(record, upsert.renewals())) {
			return Verdict.STALE;
		}
		if (held != null && held.record().sameOwner(record)) {
			int order = held.compare(record.term(), record.version());
			if (order < 0) {
				hearOlder(held, record.term(), upsert.renewals());
				return Verdict.STALE;
			}
			if (order == 0 && (this.check != null || held.record().saysAllOf(record))) {
				return renew(held, upsert.renewals(), upsert.proof(), ageNanos(upsert.ageMillis()), direct);
			}
			if (order == 0 && held.renewals() > upsert.renewals()) {
				// It says more, and is no later news of the lease.
				put(record, held.renewals(), held.proof(), held.silentNanos(now()), held.own());
				return Verdict.CHANGED;
			}
		}
		return take(upsert, held, direct);
	}

	private Verdict take(Upsert upsert, @Nullable HeldRecord held, boolean direct) {
		NodeRecord record = upsert.record();
		long ageNanos = ageNanos(upsert.ageMillis());
		if (ageNanos >= HeldRecord.countedNanos(record.leaseNanos())) {
			return Verdict.TOO_OLD;
		}
		if (held != null && !this.room.holds(held.record(), record)) {
			return Verdict.FULL;
		}
		if (held == null && full() && !(direct && relayed() != null)) {
			return Verdict.FULL;
		}
		if ((held == null || !held.record().sameOwner(record)) && this.room.crowded(record)) {
			return Verdict.CROWDED;
		}
		require(upsert);
		if (held != null && this.check != null && !held.record().sameOwner(record)) {
			record.instance();
			return Verdict.CLAIMED;
		}
		HeldRecord leaving = (held == null && full()) ? relayed() : null;
		List<Home> before = this.tombstones.homes(record.nodeId());
		HeldRecord taken = put(record, upsert.renewals(), upsert.proof(), ageNanos, false);
		if (held == null) {
			taken.follow(before);
		}
		if (direct) {
			taken.heardDirectly(now());
		}
		if (leaving != null) {
			remove(leaving);
		}
		this.tombstones.remove(record.nodeId());
		return Verdict.CHANGED;
	}

	/**
	 * Demand of a record what is demanded of all.
	 * @throws IllegalArgumentException if it is not demonstrably its owner's
	 */
	void require(Upsert upsert) {
		if (this.check != null) {
			this.check.require(upsert);
		}
	}

	/**
	 * Whether it costs work to take a record, beyond what is done already.
	 */
	boolean unverified(Upsert upsert) {
		NodeRecord record = upsert.record();
		HeldRecord held = this.records.get(record.nodeId());
		boolean known = held != null && held.compare(record.term(), record.version()) == 0
				&& held.record().sameOwner(record);
		return this.check != null && !known && this.check.unverified(record);
	}

	/**
	 * Do that work; whether the record can be taken then is found out later.
	 */
	void verify(Upsert upsert) {
		if (this.check != null) {
			this.check.verify(upsert.record());
		}
	}

	/** The one that was silent for longest of those that others tell of. */
	private @Nullable HeldRecord relayed() {
		long now = now();
		HeldRecord longest = null;
		for (HeldRecord record : this.records.values()) {
			if (!record.direct(now)
					&& (longest == null || record.sinceRenewalNanos(now) > longest.sinceRenewalNanos(now))) {
				longest = record;
			}
		}
		return longest;
	}

	/**
	 * Let another identity have the id of a record whose owner is gone.
	 * @param claim its record, which was checked
	 * @param bound the record of the one before
	 * @param seen whether the claimant was seen at its place, to which it came back
	 */
	Verdict pass(Upsert claim, NodeRecord bound, boolean seen) {
		HeldRecord held = this.records.get(bound.nodeId());
		if (held == null || held.own() || !held.record().sameOwner(bound)) {
			// Meanwhile it ended, or was passed on already.
			return apply(claim);
		}
		HeldRecord taken = put(claim.record(), claim.renewals(), claim.proof(), ageNanos(claim.ageMillis()), false);
		if (seen) {
			taken.regain();
		}
		return Verdict.CHANGED;
	}

	Verdict apply(Renewal renewal) {
		return apply(renewal, false);
	}

	/**
	 * Hear of a renewal.
	 * @param direct whether the owner tells it itself, over its own link
	 */
	Verdict apply(Renewal renewal, boolean direct) {
		HeldRecord held = this.records.get(renewal.nodeId());
		if (held == null) {
			if (this.tombstones.cover(renewal.nodeId(), renewal.term(), renewal.version(), renewal.renewals())) {
				return Verdict.STALE;
			}
			return (full() && !direct) ? Verdict.FULL : Verdict.WANTED;
		}
		HeldRecord back = held.hearDisplaced(renewal.term(), renewal.version(), renewal.renewals(), renewal.proof(),
				now());
		if (back != null) {
			restore(back, held);
			return Verdict.CHANGED;
		}
		int order = held.compare(renewal.term(), renewal.version());
		if (order < 0) {
			hearOlder(held, renewal.term(), renewal.renewals());
			return Verdict.STALE;
		}
		boolean wanted = order > 0 || (this.check != null && renewal.renewals() > held.renewals() + MOST_MISSED);
		return wanted ? Verdict.WANTED
				: renew(held, renewal.renewals(), renewal.proof(), ageNanos(renewal.ageMillis()), direct);
	}

	private void restore(HeldRecord back, HeldRecord other) {
		HeldRecord restored = put(back.record(), back.renewals(), back.proof(), back.sinceRenewalNanos(now()), false);
		restored.revive(back);
		this.changes.conflict(back.nodeId(), back.record().owner() + " and " + other.record().owner());
	}

	/**
	 * Whether a record comes from the place, or the owner, that its id was taken from.
	 */
	boolean isHome(NodeRecord claim) {
		HeldRecord held = this.records.get(claim.nodeId());
		return held != null && held.isHome(claim, now());
	}

	/**
	 * Whether the owner of a record renews its lease, though it is known that it is not
	 * found at its endpoint.
	 */
	boolean livesUnseen(String nodeId) {
		HeldRecord held = this.records.get(nodeId);
		return held != null && held.livesUnseen(now());
	}

	Verdict apply(Gone gone) {
		HeldRecord held = this.records.get(gone.nodeId());
		if (this.check != null) {
			return proven(gone, held);
		}
		if (this.tombstones.know(gone)) {
			return Verdict.KNOWN;
		}
		if (held != null) {
			int order = held.compare(gone.term(), gone.version());
			boolean renewedSince = order == 0 && !gone.withdrawn() && held.renewals() > gone.renewals();
			if (held.own() || order < 0 || renewedSince) {
				return Verdict.STALE;
			}
		}
		bury(gone);
		return Verdict.CHANGED;
	}

	/** Where others are not trusted: their own withdrawals count, nothing else does. */
	private Verdict proven(Gone gone, @Nullable HeldRecord held) {
		if (!gone.withdrawn()) {
			return Verdict.KNOWN;
		}
		if (held == null) {
			this.tombstones.expect(gone, now());
			return Verdict.KNOWN;
		}
		if (held.own()) {
			return Verdict.STALE;
		}
		if (!gone.opens(held.record().seal())) {
			// That of an earlier owner may come late.
			boolean forged = gone.proof() == null || held.compare(gone.term(), gone.version()) > 0;
			return forged ? Verdict.UNPROVEN : Verdict.STALE;
		}
		bury(gone);
		return Verdict.CHANGED;
	}

	/**
	 * Drop a record without a trace, because the seed that this node relies on says so.
	 */
	void forget(Gone gone) {
		HeldRecord held = this.records.get(gone.nodeId());
		if (held != null && !held.own() && held.compare(gone.term(), gone.version()) >= 0) {
			remove(held);
		}
	}

	/**
	 * Drop all records but the given ones, without a trace: a settled seed does not know
	 * the others.
	 */
	void retain(Set<String> nodeIds) {
		for (HeldRecord held : List.copyOf(this.records.values())) {
			if (!held.own() && !nodeIds.contains(held.nodeId())) {
				remove(held);
			}
		}
	}

	/**
	 * Take a record in the place of a later one, because the settled seed that this node
	 * relies on holds it: the whole realm may have been restarted with clocks that were
	 * set back. What was withdrawn stays so, for a seed may not have heard of it yet.
	 */
	void adopt(Upsert upsert) {
		NodeRecord record = upsert.record();
		HeldRecord held = this.records.get(record.nodeId());
		if (held != null && !held.own() && held.compare(record.term(), record.version()) < 0) {
			put(record, upsert.renewals(), upsert.proof(), 0, false);
		}
	}

	/**
	 * Expire what is overdue, unless it is preserved.
	 * @param unjudged records of which this node cannot know whether they live, say
	 * because it has no link; they stay
	 */
	void sweep(Predicate<NodeRecord> unjudged) {
		this.leases.sweep(this.records.values(), unjudged, now()).forEach((held) -> bury(held.expired()));
		forgetTombstones();
	}

	/**
	 * Forget those that were gone long ago.
	 */
	void forgetTombstones() {
		this.tombstones.forget(now());
	}

	/**
	 * What changed since the last call.
	 */
	TableChanges takeChanges() {
		TableChanges taken = this.changes;
		if (!taken.isEmpty()) {
			this.changes = new TableChanges();
		}
		return taken;
	}

	Snapshot snapshot(ServiceName service) {
		return this.services.snapshot(service, now());
	}

	/** All services that have instances, for all threads. */
	Collection<ServiceName> services() {
		return this.services.services();
	}

	boolean serves(ServiceName service) {
		return this.services.serves(service);
	}

	/**
	 * The nodes that serve one of the services.
	 */
	Set<String> nodesOf(Collection<ServiceName> services) {
		return this.services.nodesOf(services);
	}

	Collection<String> nodeIds() {
		return List.copyOf(this.records.keySet());
	}

	/** What the nodes advertise, without those that nobody here could read. */
	List<Advertisement> advertisements() {
		return this.records.values().stream().flatMap((held) -> held.record().advertisement().stream()).toList();
	}

	@Nullable NodeRecord record(String nodeId) {
		HeldRecord held = this.records.get(nodeId);
		return (held != null) ? held.record() : null;
	}

	@Nullable Upsert upsert(String nodeId) {
		HeldRecord held = this.records.get(nodeId);
		return (held != null) ? held.upsert(now()) : null;
	}

	@Nullable Renewal renewal(String nodeId) {
		HeldRecord held = this.records.get(nodeId);
		return (held != null) ? held.renewal(now()) : null;
	}

	/**
	 * Whether the last renewal that is known here is older than a share of the lease.
	 */
	boolean renewedLongAgo(String nodeId, double share) {
		HeldRecord held = this.records.get(nodeId);
		return held != null && !held.own() && held.sinceRenewalNanos(now()) >= held.leaseNanos() * share;
	}

	/**
	 * Whether someone who holds this record holds the latest that is known here.
	 */
	boolean upToDate(Renewal theirs) {
		HeldRecord held = this.records.get(theirs.nodeId());
		return held != null && held.compare(theirs.term(), theirs.version()) == 0
				&& held.renewals() == theirs.renewals();
	}

	@Nullable Gone gone(String nodeId) {
		return this.tombstones.gone(nodeId);
	}

	Digest digest() {
		return this.digest.value();
	}

	int size() {
		return this.records.size();
	}

	/**
	 * Whether a record is so far ahead of this node's clock that it is not taken.
	 */
	boolean ahead(NodeRecord record) {
		return this.check != null && this.check.ahead(record);
	}

	/**
	 * Bytes of all records where they travel, or more.
	 */
	long cost() {
		return this.room.cost();
	}

	/**
	 * Whether overdue leases are kept because too many went silent together.
	 */
	boolean preserving() {
		return this.leases.preserving();
	}

	/**
	 * The nodes whose leases are overdue and kept.
	 */
	Set<String> overdue() {
		Set<String> nodeIds = new TreeSet<>();
		this.records.values().stream().filter(HeldRecord::overdue).map(HeldRecord::nodeId).forEach(nodeIds::add);
		return nodeIds;
	}

	private boolean full() {
		return this.room.full(this.records.size());
	}

	private Verdict renew(HeldRecord held, long renewals, @Nullable Proof proof, long ageNanos, boolean direct) {
		if (renewals <= held.renewals()) {
			return Verdict.KNOWN;
		}
		if (this.check != null && !held.proves(renewals, proof)) {
			return Verdict.UNPROVEN;
		}
		held.renew(renewals, proof, now() - ageNanos);
		if (direct) {
			held.heardDirectly(now());
		}
		this.changes.renewed(held.nodeId());
		return Verdict.RENEWED;
	}

	/**
	 * Two nodes use one id at once, of which this one is advertised here.
	 */
	void conflict(String nodeId, String addresses) {
		this.changes.conflict(nodeId, addresses);
	}

	private void hearOlder(HeldRecord held, long term, long renewals) {
		String addresses = held.hearOlder(term, renewals);
		if (addresses != null) {
			this.changes.conflict(held.nodeId(), addresses);
		}
	}

	/* A record that is not valid must fail here, before anything changes. */
	private HeldRecord put(NodeRecord told, long renewals, @Nullable Proof proof, long ageNanos, boolean own) {
		Instance instance = told.instance();
		ServiceIndex.Named services = this.services.named(told);
		NodeRecord record = told.with(services.texts(), this.services.versions(told));
		Set<ServiceName> names = services.names();
		HeldRecord held = new HeldRecord(record, names, own, renewals, proof, now() - ageNanos, this.longestLeaseNanos);
		HeldRecord before = this.records.get(record.nodeId());
		if (before != null) {
			held.replace(before, now());
			remove(before);
		}
		this.records.put(record.nodeId(), held);
		this.digest.add(record);
		this.room.add(record);
		this.services.add(instance, names, record);
		this.changes.changed(record.nodeId(), names);
		return held;
	}

	private void remove(HeldRecord held) {
		this.records.remove(held.nodeId());
		this.digest.remove(held.record());
		this.room.remove(held.record());
		this.services.remove(held.nodeId(), held.services());
		this.changes.changed(held.nodeId(), held.services());
	}

	private void bury(Gone gone) {
		HeldRecord held = this.records.get(gone.nodeId());
		if (held != null) {
			remove(held);
		}
		else {
			this.changes.changed(gone.nodeId(), Set.of());
		}
		this.tombstones.bury(gone, (held != null) ? held.record() : null,
				(held != null) ? held.left(now()) : this.tombstones.homes(gone.nodeId()),
				(held != null) ? held.leaseNanos() : 0, now());
	}

	private long now() {
		return this.nanoTime.getAsLong();
	}

	private static long ageNanos(long ageMillis) {
		return TimeUnit.MILLISECONDS.toNanos(Math.max(0, ageMillis));
	}

}
