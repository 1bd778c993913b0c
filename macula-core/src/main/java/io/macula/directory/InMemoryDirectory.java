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

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;

import io.macula.Fingerprint;
import io.macula.Instance;
import io.macula.ServiceName;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/**
 * Directory and registry of the nodes of one process, for tests and for realms that never
 * leave a process. A lease is granted at once and held until it is withdrawn or another
 * advertisement of the same node id takes its place. Safe for all threads.
 */
public final class InMemoryDirectory implements Directory, Registry {

	private final Object lock = new Object();

	/** By node id. */
	private final Map<String, HeldLease> leases = new LinkedHashMap<>();

	private final Map<ServiceName, Sinks.Many<Snapshot>> feeds = new HashMap<>();

	private final Queue<ServiceName> changed = new ArrayDeque<>();

	private boolean telling;

	@Override
	public Flux<Snapshot> watch(ServiceName service) {
		return Flux.defer(() -> {
			Sinks.Many<Snapshot> feed;
			synchronized (this.lock) {
				feed = this.feeds.get(service);
				if (feed == null) {
					feed = Sinks.many().replay().latest();
					this.feeds.put(service, feed);
					feed.tryEmitNext(snapshot(service));
				}
			}
			return feed.asFlux().onBackpressureLatest();
		});
	}

	@Override
	public Collection<ServiceName> known() {
		synchronized (this.lock) {
			return this.leases.values()
				.stream()
				.flatMap((lease) -> lease.advertisement.services().stream())
				.distinct()
				.toList();
		}
	}

	/** This process is the directory: what it holds is always confirmed. */
	@Override
	public long confirmedNanoTime(Snapshot snapshot) {
		return System.nanoTime();
	}

	/**
	 * {@inheritDoc} A lease of the same node id loses its place and is released, unless
	 * its incarnation is the newer one; then the new lease is released at once.
	 */
	@Override
	public Lease advertise(Advertisement advertisement) {
		HeldLease lease = new HeldLease(advertisement);
		Instance instance = advertisement.instance();
		HeldLease loser;
		synchronized (this.lock) {
			HeldLease before = this.leases.get(instance.nodeId());
			if (before != null && before.advertisement.instance().incarnation() > instance.incarnation()) {
				loser = lease;
			}
			else {
				loser = before;
				this.leases.put(instance.nodeId(), lease);
				if (before != null) {
					this.changed.addAll(before.advertisement.services());
				}
				this.changed.addAll(advertisement.services());
			}
		}
		if (loser != null) {
			loser.become(Lease.State.RELEASED);
		}
		tellChanges();
		return lease;
	}

	private void withdraw(HeldLease lease) {
		Advertisement advertisement = lease.advertisement;
		synchronized (this.lock) {
			if (this.leases.remove(advertisement.instance().nodeId(), lease)) {
				this.changed.addAll(advertisement.services());
			}
		}
		lease.become(Lease.State.RELEASED);
		tellChanges();
	}

	/*
	 * Watchers run outside the lock, by one thread at a time: a watcher that advertises
	 * or withdraws only adds to the queue, so that all watchers see changes in one order.
	 */
	private void tellChanges() {
		synchronized (this.lock) {
			if (this.telling) {
				return;
			}
			this.telling = true;
		}
		while (true) {
			Sinks.Many<Snapshot> feed;
			Snapshot snapshot;
			synchronized (this.lock) {
				ServiceName service = this.changed.poll();
				if (service == null) {
					this.telling = false;
					return;
				}
				feed = this.feeds.get(service);
				snapshot = snapshot(service);
			}
			if (feed != null) {
				feed.tryEmitNext(snapshot);
			}
		}
	}

	private Snapshot snapshot(ServiceName service) {
		List<Instance> instances = new ArrayList<>();
		Map<String, Fingerprint> fingerprints = new HashMap<>();
		for (HeldLease lease : this.leases.values()) {
			Advertisement advertisement = lease.advertisement;
			if (advertisement.services().contains(service)) {
				instances.add(advertisement.instance());
				Fingerprint fingerprint = advertisement.fingerprints().get(service);
				if (fingerprint != null) {
					fingerprints.put(advertisement.instance().nodeId(), fingerprint);
				}
			}
		}
		return new Snapshot(service, instances, fingerprints, System.nanoTime());
	}

	private final class HeldLease implements Lease {

		private final Advertisement advertisement;

		private final Sinks.Many<State> states = Sinks.many().replay().latest();

		private volatile State state = State.GRANTED;

		HeldLease(Advertisement advertisement) {
			this.advertisement = advertisement;
			this.states.tryEmitNext(State.GRANTED);
		}

		@Override
		public Advertisement advertisement() {
			return this.advertisement;
		}

		@Override
		public State state() {
			return this.state;
		}

		@Override
		public Flux<State> states() {
			return this.states.asFlux();
		}

		@Override
		public Mono<Void> withdraw() {
			return Mono.fromRunnable(() -> InMemoryDirectory.this.withdraw(this));
		}

		synchronized void become(State next) {
			if (this.state != next) {
				this.state = next;
				this.states.tryEmitNext(next);
				this.states.tryEmitComplete();
			}
		}

	}

}
