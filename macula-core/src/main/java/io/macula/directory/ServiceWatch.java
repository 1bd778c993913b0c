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
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;

import io.macula.Fingerprint;
import io.macula.Instance;
import io.macula.ServiceName;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.publisher.Flux;

/**
 * One service that this node watches at a remote system: its records, and the nodes that
 * went without a word. Owned by the loop, except for what says otherwise.
 * <p>
 * In touch from the first answer of the system until it is lost; then again from the next
 * answer on.
 */
final class ServiceWatch {

	private final ServiceName service;

	private final SnapshotFeed feed;

	private final ReconnectPace pace;

	private final AtomicBoolean begun = new AtomicBoolean();

	/** Records that are there, by node id; none of them departing. */
	private final Map<String, AdvertisementRecord> records = new HashMap<>();

	/** Nodes that said that they leave, and whose records are still there. */
	private final Set<String> departing = new HashSet<>();

	/** Nodes whose records went without that. */
	private final Map<String, Gone> gone = new LinkedHashMap<>();

	/** What the client of the system has begun, and a pause before it begins anew. */
	private final Disposable.Swap work = Disposables.swap();

	/** Guarded by the map of the watches. */
	private int subscribers;

	/** Whose words count, if any. */
	private @Nullable WatchedService opened;

	private boolean told;

	private boolean dirty;

	/** When the system last spoke again after it had been silent. */
	private @Nullable Long returnedNanos;

	/** Why it is not in touch, after it was or instead of it. */
	private @Nullable String loss;

	/** Read by all threads. */
	private volatile boolean inTouch;

	/** When the system agreed last, while it is not in touch; read by all threads. */
	private volatile long agreedNanos;

	ServiceWatch(ServiceName service, SnapshotFeed feed, ReconnectPace pace) {
		this.service = service;
		this.feed = feed;
		this.pace = pace;
	}

	ServiceName service() {
		return this.service;
	}

	/**
	 * Snapshots for a subscriber; for all threads.
	 */
	Flux<Snapshot> snapshots() {
		return this.feed.snapshots();
	}

	/**
	 * Count a subscriber. To be called under the lock of the map.
	 */
	void enter() {
		this.subscribers++;
	}

	/**
	 * Discount a subscriber. To be called under the lock of the map.
	 * @return whether it was the last one
	 */
	boolean leave() {
		return --this.subscribers == 0;
	}

	/**
	 * Begin to watch; for all threads.
	 * @return whether it is the first time
	 */
	boolean begin() {
		return this.begun.compareAndSet(false, true);
	}

	@Nullable WatchedService opened() {
		return this.opened;
	}

	/**
	 * Take the word of a watch at the system from now on.
	 */
	void open(WatchedService next) {
		this.opened = next;
	}

	/**
	 * What ends the present watch at the system, or the pause before the next.
	 */
	void work(Disposable next) {
		this.work.update(next);
	}

	/**
	 * Take nobody's word any more, until there is another watch at the system.
	 */
	void shut() {
		this.opened = null;
		this.work.update(Disposables.disposed());
	}

	ReconnectPace pace() {
		return this.pace;
	}

	/**
	 * The system said something of this service.
	 * @return whether it had been out of touch
	 */
	boolean touch() {
		boolean back = this.loss != null;
		this.loss = null;
		this.inTouch = true;
		this.pace.succeeded();
		return back;
	}

	/**
	 * The system is silent of this service.
	 * @param reason a clause
	 * @param agreed when it agreed last, if it did until now
	 * @return whether this is news
	 */
	boolean lose(String reason, long agreed) {
		boolean news = this.loss == null;
		this.loss = reason;
		if (this.inTouch) {
			this.agreedNanos = agreed;
			this.inTouch = false;
		}
		return news;
	}

	/**
	 * The system speaks again after it was silent: who is missing from now on may have
	 * had no chance to be heard.
	 * @param now the time
	 */
	void returned(long now) {
		if (this.told) {
			this.returnedNanos = now;
			this.gone.replaceAll((nodeId, lost) -> lost.kept() ? lost.anew(now) : lost);
		}
	}

	@Nullable String loss() {
		return this.loss;
	}

	/**
	 * Whether the system speaks of this service, as far as is known; for all threads.
	 */
	boolean inTouch() {
		return this.inTouch;
	}

	/**
	 * When the system last agreed with what is known, while it is not in touch; for all
	 * threads.
	 */
	long agreedNanos() {
		return this.agreedNanos;
	}

	/**
	 * A record is there.
	 * @param nodes counts nodes
	 */
	void put(AdvertisementRecord record, LostNodes nodes) {
		String id = record.instance().nodeId();
		if (record.departing()) {
			remove(id, nodes);
			this.departing.add(id);
		}
		else {
			this.departing.remove(id);
			AdvertisementRecord before = this.records.put(id, record);
			if (before == null) {
				nodes.present(id);
			}
			this.dirty |= !record.equals(before);
		}
		this.dirty |= this.gone.remove(id) != null;
	}

	/**
	 * No record of a node is there.
	 * @param now the time
	 */
	void deleted(String nodeId, LostNodes nodes, long now) {
		if (this.departing.remove(nodeId)) {
			return;
		}
		AdvertisementRecord before = remove(nodeId, nodes);
		if (before != null) {
			this.gone.put(nodeId, new Gone(before, now, justReturned(before.lease(), now)));
		}
	}

	private boolean justReturned(Duration lease, long now) {
		return this.returnedNanos != null && now - this.returnedNanos < lease.toNanos();
	}

	/**
	 * No records are there but those of some nodes.
	 * @param nodeIds those
	 */
	void retain(Set<String> nodeIds, LostNodes nodes, long now) {
		List<String> missing = new ArrayList<>();
		this.records.keySet().forEach((id) -> {
			if (!nodeIds.contains(id)) {
				missing.add(id);
			}
		});
		this.departing.retainAll(nodeIds);
		missing.forEach((id) -> deleted(id, nodes, now));
	}

	private @Nullable AdvertisementRecord remove(String nodeId, LostNodes nodes) {
		AdvertisementRecord before = this.records.remove(nodeId);
		if (before != null) {
			nodes.absent(nodeId);
			this.dirty = true;
		}
		return before;
	}

	/**
	 * Nothing of this service is known any more.
	 */
	void clear(LostNodes nodes) {
		List.copyOf(this.records.keySet()).forEach((id) -> remove(id, nodes));
		this.gone.clear();
		this.departing.clear();
	}

	/**
	 * Nodes that went without a word, by node id; to be changed by {@link LostNodes}
	 * alone.
	 */
	Map<String, Gone> gone() {
		return this.gone;
	}

	void soil() {
		this.dirty = true;
	}

	/**
	 * Tell the subscribers, if there is something that they do not know.
	 * @param now the time
	 */
	void flush(long now) {
		if (this.dirty || !this.told) {
			this.dirty = false;
			this.told = true;
			this.feed.tell(snapshot(now));
		}
	}

	/**
	 * Whether the subscribers have had a snapshot.
	 */
	boolean told() {
		return this.told;
	}

	private Snapshot snapshot(long now) {
		List<Instance> instances = new ArrayList<>(this.records.size());
		Map<String, Fingerprint> fingerprints = new HashMap<>();
		this.records.values().forEach((record) -> add(record, instances, fingerprints));
		this.gone.values().forEach((lost) -> {
			if (lost.kept) {
				add(lost.record, instances, fingerprints);
			}
		});
		return new Snapshot(this.service, instances, fingerprints, now);
	}

	private static void add(AdvertisementRecord record, List<Instance> instances,
			Map<String, Fingerprint> fingerprints) {
		instances.add(record.instance());
		Fingerprint fingerprint = record.fingerprint();
		if (fingerprint != null) {
			fingerprints.put(record.instance().nodeId(), fingerprint);
		}
	}

	/**
	 * A record that went without a word of its node.
	 */
	static final class Gone {

		private final AdvertisementRecord record;

		private final long sinceNanos;

		private final boolean doubted;

		private boolean kept;

		Gone(AdvertisementRecord record, long sinceNanos, boolean doubted) {
			this.record = record;
			this.sinceNanos = sinceNanos;
			this.doubted = doubted;
		}

		/**
		 * The same that is kept, as if it had gone now that the system is back.
		 */
		Gone anew(long now) {
			Gone anew = new Gone(this.record, now, true);
			anew.kept = this.kept;
			return anew;
		}

		/**
		 * Whether it went when the system had just come back.
		 */
		boolean doubted() {
			return this.doubted;
		}

		/**
		 * How many leases ago it went.
		 */
		double leases(long now) {
			return (double) (now - this.sinceNanos) / this.record.lease().toNanos();
		}

		/**
		 * Whether snapshots have it all the same.
		 */
		boolean kept() {
			return this.kept;
		}

		void keep(boolean keep) {
			this.kept = keep;
		}

	}

}
