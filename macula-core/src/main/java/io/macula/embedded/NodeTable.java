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

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
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
 * The nodes of a realm as this node knows them, with their leases. Pure: time comes in,
 * changes are collected until the owner takes them. Not safe for threads: one owner.
 */
final class NodeTable {

	/*
	 * Order. A record is known by (term, version), the lease on it by the number of its
	 * renewals; the greater one wins, wherever it comes from and in whatever order, so
	 * that all replicas end up equal.
	 *
	 * Time. Each replica expires a record by its own monotonic clock, one lease after the
	 * last renewal; what it hears from others comes with the age that they know. No
	 * replica tells another one that a record expired.
	 *
	 * Tombstones. A record that is gone leaves its (term, version, renewals) behind, so
	 * that a replica that has not heard of it does not bring it back. A withdrawal counts
	 * as one more version; an expiry yields to a later renewal.
	 *
	 * Self-preservation (after Eureka). When more than half of the leases went silent
	 * together, the fault is more likely here than everywhere else: overdue records stay
	 * until the others speak again, or until four leases after the last renewal. Until
	 * then callers may be shown nodes that are dead; they leave them out themselves, by
	 * what their own connections say.
	 *
	 * Bound. A table that holds its most nodes takes no further ones, first come, first
	 * kept: renewals of those that were left out are heard again when there is room.
	 */

	/** Below this number of silent leases silence is believed. */
	private static final int PRESERVED_AT_LEAST = 3;

	/** Overdue records are kept this many leases at most. */
	private static final int PRESERVED_LEASES = 4;

	/**
	 * A lease is silent after this share of its time: it should be renewed at a third.
	 */
	private static final double SILENT_SHARE = 0.6;

	private static final long SHORTEST_TOMBSTONE_NANOS = TimeUnit.MINUTES.toNanos(5);

	/** A sweep that comes this late means that this very process stood still. */
	private static final long STANDSTILL_NANOS = TimeUnit.SECONDS.toNanos(1);

	private static final int MAX_TOMBSTONES = 100_000;

	private static final int MAX_NAMES = 100_000;

	private final LongSupplier nanoTime;

	private final int maxNodes;

	private final Map<String, Entry> entries = new HashMap<>();

	private final Map<String, Tombstone> tombstones = new LinkedHashMap<>();

	private final Map<ServiceName, Map<String, Instance>> byService = new HashMap<>();

	/**
	 * Names that were parsed already: there are far fewer than records times services.
	 */
	private final Map<String, ServiceName> names = new HashMap<>();

	private Changes changes = new Changes();

	private long hash;

	private long sweptNanos;

	private boolean preserving;

	/**
	 * An empty table.
	 * @param nanoTime monotonic clock
	 * @param maxNodes further nodes are refused; this node itself never is
	 */
	NodeTable(LongSupplier nanoTime, int maxNodes) {
		this.nanoTime = nanoTime;
		this.maxNodes = maxNodes;
		this.sweptNanos = nanoTime.getAsLong();
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
		Entry entry = this.entries.get(nodeId);
		if (entry != null) {
			renewed(entry, renewals, 0);
		}
	}

	/**
	 * Drop the record of this node itself.
	 */
	void removeOwn(Gone gone) {
		bury(gone);
	}

	Outcome apply(Upsert upsert) {
		NodeRecord record = upsert.record();
		long ageNanos = ageNanos(upsert.ageMillis());
		Tombstone tombstone = this.tombstones.get(record.nodeId());
		if (tombstone != null && !tombstone.yieldsTo(record.term(), record.version(), upsert.renewals())) {
			return Outcome.STALE;
		}
		Entry entry = this.entries.get(record.nodeId());
		if (entry != null) {
			int order = NodeRecord.compare(record.term(), record.version(), entry.record.term(),
					entry.record.version());
			if (order < 0) {
				noteConflict(entry, record.term(), upsert.renewals());
				return Outcome.STALE;
			}
			if (order == 0 && record.services().equals(entry.record.services())) {
				return renewed(entry, upsert.renewals(), ageNanos);
			}
		}
		if (ageNanos >= record.leaseNanos()) {
			return Outcome.TOO_OLD;
		}
		if (entry == null && full()) {
			return Outcome.FULL;
		}
		put(record, upsert.renewals(), ageNanos, false);
		this.tombstones.remove(record.nodeId());
		return Outcome.CHANGED;
	}

	Outcome apply(Renewal renewal) {
		long ageNanos = ageNanos(renewal.ageMillis());
		Entry entry = this.entries.get(renewal.nodeId());
		if (entry == null) {
			Tombstone tombstone = this.tombstones.get(renewal.nodeId());
			boolean dead = tombstone != null
					&& !tombstone.yieldsTo(renewal.term(), renewal.version(), renewal.renewals());
			if (dead) {
				return Outcome.STALE;
			}
			return full() ? Outcome.FULL : Outcome.WANTED;
		}
		int order = NodeRecord.compare(renewal.term(), renewal.version(), entry.record.term(), entry.record.version());
		if (order < 0) {
			noteConflict(entry, renewal.term(), renewal.renewals());
			return Outcome.STALE;
		}
		return (order > 0) ? Outcome.WANTED : renewed(entry, renewal.renewals(), ageNanos);
	}

	Outcome apply(Gone gone) {
		Tombstone tombstone = this.tombstones.get(gone.nodeId());
		if (tombstone != null
				&& NodeRecord.compare(gone.term(), gone.version(), tombstone.term, tombstone.version) <= 0) {
			return Outcome.KNOWN;
		}
		Entry entry = this.entries.get(gone.nodeId());
		if (entry != null) {
			int order = NodeRecord.compare(gone.term(), gone.version(), entry.record.term(), entry.record.version());
			boolean renewedSince = order == 0 && !gone.withdrawn() && entry.renewals > gone.renewals();
			if (entry.own || order < 0 || renewedSince) {
				return Outcome.STALE;
			}
		}
		bury(gone);
		return Outcome.CHANGED;
	}

	/**
	 * Drop a record without a trace, because the seed that this node relies on says so.
	 */
	void forget(Gone gone) {
		Entry entry = this.entries.get(gone.nodeId());
		if (entry != null && !entry.own
				&& NodeRecord.compare(gone.term(), gone.version(), entry.record.term(), entry.record.version()) >= 0) {
			remove(entry);
		}
	}

	/**
	 * Drop all records but the given ones, without a trace: a settled seed does not know
	 * the others.
	 */
	void retain(Set<String> nodeIds) {
		for (Entry entry : List.copyOf(this.entries.values())) {
			if (!entry.own && !nodeIds.contains(entry.record.nodeId())) {
				remove(entry);
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
		Entry entry = this.entries.get(record.nodeId());
		if (entry != null && !entry.own && NodeRecord.compare(record.term(), record.version(), entry.record.term(),
				entry.record.version()) < 0) {
			put(record, upsert.renewals(), 0, false);
		}
	}

	/**
	 * Forget those that were gone long ago.
	 */
	void forgetTombstones() {
		long now = this.nanoTime.getAsLong();
		this.tombstones.values().removeIf((tombstone) -> now - tombstone.untilNanos >= 0);
	}

	/**
	 * Expire what is overdue, unless it is preserved.
	 * @param unjudged records of which this node cannot know whether they live, say
	 * because it has no link; they stay
	 */
	void sweep(Predicate<NodeRecord> unjudged) {
		long now = this.nanoTime.getAsLong();
		long pause = now - this.sweptNanos;
		this.sweptNanos = now;
		if (pause > STANDSTILL_NANOS) {
			this.entries.values().forEach((entry) -> entry.graceNanos += pause);
		}
		List<Entry> overdue = new ArrayList<>();
		int others = 0;
		int silent = 0;
		for (Entry entry : this.entries.values()) {
			if (!entry.own) {
				long age = now - entry.renewedNanos - entry.graceNanos;
				others++;
				silent += (age > entry.leaseNanos * SILENT_SHARE) ? 1 : 0;
				entry.overdue = age >= entry.leaseNanos;
				if (entry.overdue) {
					overdue.add(entry);
				}
			}
		}
		boolean together = silent >= PRESERVED_AT_LEAST && silent * 2 > others;
		this.preserving = together && !overdue.isEmpty();
		for (Entry entry : overdue) {
			boolean preserved = together && now - entry.renewedNanos < entry.leaseNanos * PRESERVED_LEASES;
			if (!preserved && !unjudged.test(entry.record)) {
				NodeRecord record = entry.record;
				bury(new Gone(record.nodeId(), record.term(), record.version(), entry.renewals, false));
			}
		}
		forgetTombstones();
	}

	/**
	 * What changed since the last call.
	 */
	Changes takeChanges() {
		Changes taken = this.changes;
		if (!taken.isEmpty()) {
			this.changes = new Changes();
		}
		return taken;
	}

	Snapshot snapshot(ServiceName service) {
		return new Snapshot(service, List.copyOf(this.byService.getOrDefault(service, Map.of()).values()),
				this.nanoTime.getAsLong());
	}

	boolean serves(ServiceName service) {
		return this.byService.containsKey(service);
	}

	/**
	 * The nodes that serve one of the services.
	 */
	Set<String> nodesOf(Collection<ServiceName> services) {
		Set<String> nodeIds = new LinkedHashSet<>();
		for (ServiceName service : services) {
			nodeIds.addAll(this.byService.getOrDefault(service, Map.of()).keySet());
		}
		return nodeIds;
	}

	Collection<String> nodeIds() {
		return List.copyOf(this.entries.keySet());
	}

	@Nullable NodeRecord record(String nodeId) {
		Entry entry = this.entries.get(nodeId);
		return (entry != null) ? entry.record : null;
	}

	@Nullable Upsert upsert(String nodeId) {
		Entry entry = this.entries.get(nodeId);
		return (entry != null) ? new Upsert(entry.record, entry.renewals, ageMillis(entry)) : null;
	}

	@Nullable Renewal renewal(String nodeId) {
		Entry entry = this.entries.get(nodeId);
		return (entry != null)
				? new Renewal(nodeId, entry.record.term(), entry.record.version(), entry.renewals, ageMillis(entry))
				: null;
	}

	/**
	 * Whether someone who holds this record holds the latest that is known here.
	 */
	boolean upToDate(Renewal theirs) {
		Entry entry = this.entries.get(theirs.nodeId());
		return entry != null && entry.record.term() == theirs.term() && entry.record.version() == theirs.version()
				&& entry.renewals == theirs.renewals();
	}

	@Nullable Gone gone(String nodeId) {
		Tombstone tombstone = this.tombstones.get(nodeId);
		return (tombstone != null)
				? new Gone(nodeId, tombstone.term, tombstone.version, tombstone.renewals, tombstone.withdrawn) : null;
	}

	Digest digest() {
		return new Digest(this.entries.size(), this.hash);
	}

	int size() {
		return this.entries.size();
	}

	private boolean full() {
		return this.entries.size() >= this.maxNodes;
	}

	/**
	 * Whether overdue leases are kept because too many went silent together.
	 */
	boolean preserving() {
		return this.preserving;
	}

	/**
	 * The nodes whose leases are overdue and kept.
	 */
	Set<String> overdue() {
		Set<String> nodeIds = new TreeSet<>();
		this.entries.forEach((nodeId, entry) -> {
			if (entry.overdue) {
				nodeIds.add(nodeId);
			}
		});
		return nodeIds;
	}

	private void put(NodeRecord record, long renewals, long ageNanos, boolean own) {
		Instance instance = record.instance();
		Set<ServiceName> services = serviceNames(record);
		Entry before = this.entries.get(record.nodeId());
		Entry entry = new Entry(record, services, own);
		entry.renewals = renewals;
		entry.renewedNanos = this.nanoTime.getAsLong() - ageNanos;
		if (before != null) {
			entry.replaced = replaced(before, record);
			remove(before);
		}
		this.entries.put(record.nodeId(), entry);
		this.hash += hash(record);
		for (ServiceName service : services) {
			this.byService.computeIfAbsent(service, (name) -> new HashMap<>()).put(record.nodeId(), instance);
		}
		this.changes.changed(record.nodeId(), services);
	}

	private Set<ServiceName> serviceNames(NodeRecord record) {
		if (this.names.size() > MAX_NAMES) {
			this.names.clear();
		}
		Set<ServiceName> services = new LinkedHashSet<>(record.services().size() * 2);
		for (String service : record.services()) {
			services.add(this.names.computeIfAbsent(service, ServiceName::new));
		}
		return services;
	}

	private void remove(Entry entry) {
		String nodeId = entry.record.nodeId();
		this.entries.remove(nodeId);
		this.hash -= hash(entry.record);
		for (ServiceName service : entry.services) {
			Map<String, Instance> instances = this.byService.get(service);
			if (instances != null && instances.remove(nodeId) != null && instances.isEmpty()) {
				this.byService.remove(service);
			}
		}
		this.changes.changed(nodeId, entry.services);
	}

	private void bury(Gone gone) {
		Entry entry = this.entries.get(gone.nodeId());
		long leaseNanos = 0;
		if (entry != null) {
			leaseNanos = entry.leaseNanos;
			remove(entry);
		}
		else {
			this.changes.changed(gone.nodeId(), Set.of());
		}
		if (this.tombstones.size() >= MAX_TOMBSTONES) {
			this.tombstones.remove(this.tombstones.keySet().iterator().next());
		}
		long untilNanos = this.nanoTime.getAsLong() + Math.max(SHORTEST_TOMBSTONE_NANOS, 4 * leaseNanos);
		this.tombstones.put(gone.nodeId(),
				new Tombstone(gone.term(), gone.version(), gone.renewals(), gone.withdrawn(), untilNanos));
	}

	private Outcome renewed(Entry entry, long renewals, long ageNanos) {
		if (renewals <= entry.renewals) {
			return Outcome.KNOWN;
		}
		entry.renewals = renewals;
		long renewedNanos = this.nanoTime.getAsLong() - ageNanos;
		if (renewedNanos - entry.renewedNanos > 0) {
			entry.renewedNanos = renewedNanos;
		}
		entry.graceNanos = 0;
		this.changes.renewed.add(entry.record.nodeId());
		return Outcome.RENEWED;
	}

	/*
	 * A node id that comes back elsewhere is an ordinary restart. It is a conflict once
	 * the life that it replaced renews its lease again.
	 */
	private static @Nullable Replaced replaced(Entry before, NodeRecord record) {
		if (before.record.term() == record.term()) {
			return before.replaced;
		}
		return before.record.address().equals(record.address()) ? null
				: new Replaced(before.record.term(), before.renewals, before.record.address());
	}

	private void noteConflict(Entry entry, long term, long renewals) {
		Replaced replaced = entry.replaced;
		if (replaced != null && replaced.term == term && renewals > replaced.renewals) {
			entry.replaced = new Replaced(term, renewals, replaced.address);
			this.changes.conflicts.put(entry.record.nodeId(), replaced.address + " and " + entry.record.address());
		}
	}

	private long ageMillis(Entry entry) {
		return entry.own ? 0
				: TimeUnit.NANOSECONDS.toMillis(Math.max(0, this.nanoTime.getAsLong() - entry.renewedNanos));
	}

	private static long ageNanos(long ageMillis) {
		return TimeUnit.MILLISECONDS.toNanos(Math.max(0, ageMillis));
	}

	private static long hash(NodeRecord record) {
		long mixed = record.nodeId().hashCode() * 0x9E3779B97F4A7C15L;
		mixed = (mixed ^ record.term()) * 0xBF58476D1CE4E5B9L;
		mixed = (mixed ^ (mixed >>> 29) ^ record.version()) * 0x94D049BB133111EBL;
		return mixed ^ (mixed >>> 32);
	}

	/**
	 * What became of an entry that was applied.
	 */
	enum Outcome {

		/** The content changed. */
		CHANGED,
		/** The lease was renewed. */
		RENEWED,
		/** Nothing new. */
		KNOWN,
		/** This table knows better: the sender should be told. */
		STALE,
		/** The record itself is needed. */
		WANTED,
		/** Its lease is over already. */
		TOO_OLD,
		/** There is no room for a further node. */
		FULL

	}

	/**
	 * What changed in a table.
	 */
	static final class Changes {

		/** Changed or gone nodes, with the services that are affected. */
		private final Map<String, Set<ServiceName>> nodes = new LinkedHashMap<>();

		private final Set<String> renewed = new LinkedHashSet<>();

		/** By node id: the two addresses. */
		private final Map<String, String> conflicts = new LinkedHashMap<>();

		Map<String, Set<ServiceName>> nodes() {
			return this.nodes;
		}

		Set<String> renewed() {
			return this.renewed;
		}

		Map<String, String> conflicts() {
			return this.conflicts;
		}

		Set<ServiceName> services() {
			Set<ServiceName> services = new LinkedHashSet<>();
			this.nodes.values().forEach(services::addAll);
			return services;
		}

		boolean isEmpty() {
			return this.nodes.isEmpty() && this.renewed.isEmpty() && this.conflicts.isEmpty();
		}

		private void changed(String nodeId, Set<ServiceName> services) {
			this.nodes.computeIfAbsent(nodeId, (id) -> new HashSet<>()).addAll(services);
		}

	}

	private static final class Entry {

		private final NodeRecord record;

		private final Set<ServiceName> services;

		private final boolean own;

		private final long leaseNanos;

		private long renewals;

		/** When the lease was last renewed, on this node's clock. */
		private long renewedNanos;

		/** Time in which this node stood still and could hear nothing. */
		private long graceNanos;

		private boolean overdue;

		private @Nullable Replaced replaced;

		Entry(NodeRecord record, Set<ServiceName> services, boolean own) {
			this.record = record;
			this.services = services;
			this.own = own;
			this.leaseNanos = record.leaseNanos();
		}

	}

	private record Tombstone(long term, long version, long renewals, boolean withdrawn, long untilNanos) {

		boolean yieldsTo(long term, long version, long renewals) {
			int order = NodeRecord.compare(term, version, this.term, this.version);
			return order > 0 || (order == 0 && !this.withdrawn && renewals > this.renewals);
		}

	}

	private record Replaced(long term, long renewals, String address) {

	}

}
