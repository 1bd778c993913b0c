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

import io.macula.Instance;
import io.macula.ServiceName;
import io.macula.directory.Snapshot;
import io.macula.embedded.DirectoryUpdate.Digest;
import io.macula.embedded.DirectoryUpdate.Gone;
import io.macula.embedded.DirectoryUpdate.Renewal;
import io.macula.embedded.DirectoryUpdate.Upsert;
import org.jspecify.annotations.Nullable;

/**
 * The nodes of a realm as this node knows them: decides which of two records of a node
 * counts, and collects what changed until the owner takes it. Pure: time comes in,
 * nothing goes out. Owned by the loop of its directory, not safe for other threads.
 */
final class NodeTable {

	/*
	 * Order. A record is known by (term, version), the lease on it by the number of its
	 * renewals; the greater one wins, wherever it comes from and in whatever order, so
	 * that all replicas end up equal.
	 *
	 * Time. Each replica expires a record by its own monotonic clock, one lease after the
	 * last renewal (LeaseSweep); what it hears from others comes with the age that they
	 * know. No replica tells another one that a record expired.
	 *
	 * Tombstones. A record that is gone leaves its (term, version, renewals) behind, so
	 * that a replica that has not heard of it does not bring it back. A withdrawal counts
	 * as one more version; an expiry yields to a later renewal.
	 *
	 * Bound. A table that holds its most nodes takes no further ones, first come, first
	 * kept: renewals of those that were left out are heard again when there is room.
	 */

	private static final int MAX_TOMBSTONES = 100_000;

	private final LongSupplier nanoTime;

	private final int maxNodes;

	private final Map<String, HeldRecord> records = new HashMap<>();

	private final Tombstones tombstones = new Tombstones(MAX_TOMBSTONES);

	private final ServiceIndex services = new ServiceIndex();

	private final TableDigest digest = new TableDigest();

	private final LeaseSweep leases;

	private TableChanges changes = new TableChanges();

	/**
	 * An empty table.
	 * @param nanoTime monotonic clock
	 * @param maxNodes further nodes are refused; this node itself never is
	 */
	NodeTable(LongSupplier nanoTime, int maxNodes) {
		this.nanoTime = nanoTime;
		this.maxNodes = maxNodes;
		this.leases = new LeaseSweep(nanoTime.getAsLong());
	}

	/**
	 * Hold the record of this node itself, which never expires here.
	 */
	void putOwn(NodeRecord record, long renewals) {
		this.tombstones.remove(record.nodeId());
		put(record, renewals, 0, true);
	}

	/**
	 * Renew the record of this node itself.
	 */
	void renewOwn(String nodeId, long renewals) {
		HeldRecord held = this.records.get(nodeId);
		if (held != null) {
			renew(held, renewals, 0);
		}
	}

	/**
	 * Drop the record of this node itself.
	 */
	void removeOwn(Gone gone) {
		bury(gone);
	}

	Verdict apply(Upsert upsert) {
		NodeRecord record = upsert.record();
		long ageNanos = ageNanos(upsert.ageMillis());
		if (this.tombstones.cover(record.nodeId(), record.term(), record.version(), upsert.renewals())) {
			return Verdict.STALE;
		}
		HeldRecord held = this.records.get(record.nodeId());
		if (held != null) {
			int order = held.compare(record.term(), record.version());
			if (order < 0) {
				hearOlder(held, record.term(), upsert.renewals());
				return Verdict.STALE;
			}
			if (order == 0 && held.record().saysAllOf(record)) {
				return renew(held, upsert.renewals(), ageNanos);
			}
			if (order == 0 && held.renewals() > upsert.renewals()) {
				// It says more, and is no later news of the lease.
				put(record, held.renewals(), held.silentNanos(now()), held.own());
				return Verdict.CHANGED;
			}
		}
		if (ageNanos >= record.leaseNanos()) {
			return Verdict.TOO_OLD;
		}
		if (held == null && full()) {
			return Verdict.FULL;
		}
		put(record, upsert.renewals(), ageNanos, false);
		this.tombstones.remove(record.nodeId());
		return Verdict.CHANGED;
	}

	Verdict apply(Renewal renewal) {
		HeldRecord held = this.records.get(renewal.nodeId());
		if (held == null) {
			if (this.tombstones.cover(renewal.nodeId(), renewal.term(), renewal.version(), renewal.renewals())) {
				return Verdict.STALE;
			}
			return full() ? Verdict.FULL : Verdict.WANTED;
		}
		int order = held.compare(renewal.term(), renewal.version());
		if (order < 0) {
			hearOlder(held, renewal.term(), renewal.renewals());
			return Verdict.STALE;
		}
		return (order > 0) ? Verdict.WANTED : renew(held, renewal.renewals(), ageNanos(renewal.ageMillis()));
	}

	Verdict apply(Gone gone) {
		if (this.tombstones.know(gone)) {
			return Verdict.KNOWN;
		}
		HeldRecord held = this.records.get(gone.nodeId());
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
			put(record, upsert.renewals(), 0, false);
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
		return this.records.size() >= this.maxNodes;
	}

	private Verdict renew(HeldRecord held, long renewals, long ageNanos) {
		if (!held.renew(renewals, now() - ageNanos)) {
			return Verdict.KNOWN;
		}
		this.changes.renewed(held.nodeId());
		return Verdict.RENEWED;
	}

	private void hearOlder(HeldRecord held, long term, long renewals) {
		String addresses = held.hearOlder(term, renewals);
		if (addresses != null) {
			this.changes.conflict(held.nodeId(), addresses);
		}
	}

	/* A record that is not valid must fail here, before anything changes. */
	private void put(NodeRecord record, long renewals, long ageNanos, boolean own) {
		Instance instance = record.instance();
		Set<ServiceName> names = this.services.names(record);
		HeldRecord held = new HeldRecord(record, names, own, renewals, now() - ageNanos);
		HeldRecord before = this.records.get(record.nodeId());
		if (before != null) {
			held.replace(before);
			remove(before);
		}
		this.records.put(record.nodeId(), held);
		this.digest.add(record);
		this.services.add(instance, names, record);
		this.changes.changed(record.nodeId(), names);
	}

	private void remove(HeldRecord held) {
		this.records.remove(held.nodeId());
		this.digest.remove(held.record());
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
		this.tombstones.bury(gone, (held != null) ? held.leaseNanos() : 0, now());
	}

	private long now() {
		return this.nanoTime.getAsLong();
	}

	private static long ageNanos(long ageMillis) {
		return TimeUnit.MILLISECONDS.toNanos(Math.max(0, ageMillis));
	}

}
