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

package io.macula.node;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.UnaryOperator;

import io.macula.Fingerprint;
import io.macula.Instance;
import io.macula.ServiceName;
import io.macula.directory.Directory;
import io.macula.directory.Snapshot;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.publisher.Flux;
import reactor.core.publisher.FluxSink;

/**
 * The directory as a node's own clients see it: what the engine says, and the node itself
 * for what it serves, as long as it accepts calls. So an application can call its own
 * services as soon as they can be called, advertised or not; others see nothing of it.
 * Safe for all threads.
 * <p>
 * States: nobody, then {@link #accepts serving}, then {@link #ends gone}, each once. Once
 * gone, the node is left out even while the engine still tells of it.
 */
final class OwnServices implements Directory {

	private final Directory engine;

	/** The latest that the engine said; what it confirms it confirms of these. */
	private final Map<ServiceName, Snapshot> latest = new ConcurrentHashMap<>();

	/** Services that others were seen to serve after this node stopped to. */
	private final Set<ServiceName> taken = ConcurrentHashMap.newKeySet();

	private final Set<Watch> watches = ConcurrentHashMap.newKeySet();

	/** Held by who changes what this node says of itself, not by who reads it. */
	private final Object ownLock = new Object();

	private volatile @Nullable Own own;

	OwnServices(Directory engine) {
		this.engine = engine;
	}

	/**
	 * This node accepts calls from now on.
	 * @param self as others will see it
	 * @param services what it serves, in which version
	 */
	void accepts(Instance self, Map<ServiceName, Fingerprint> services) {
		synchronized (this.ownLock) {
			this.own = new Own(self, services, true);
		}
		this.watches.forEach(Watch::tell);
	}

	/**
	 * This node is reached elsewhere, or weighs something else, from now on; does nothing
	 * once it is gone.
	 * @param self as others will see it
	 */
	void moves(Instance self) {
		change((present) -> present.accepting() ? new Own(self, present.services(), true) : present);
	}

	/**
	 * This node serves something else from now on; does nothing once it is gone.
	 * @param services what it serves, in which version
	 */
	void serves(Map<ServiceName, Fingerprint> services) {
		change((present) -> present.accepting() ? new Own(present.self(), services, true) : present);
	}

	/** This node accepts calls no longer. */
	void ends() {
		change((present) -> new Own(present.self(), present.services(), false));
	}

	private void change(UnaryOperator<Own> next) {
		synchronized (this.ownLock) {
			Own present = this.own;
			if (present == null) {
				return;
			}
			this.own = next.apply(present);
		}
		this.watches.forEach(Watch::tell);
	}

	/**
	 * Whether this node has served a service, does no longer, and nobody else is known
	 * who did or does since.
	 * @param service a service
	 */
	boolean wasLast(ServiceName service) {
		Own present = this.own;
		return present != null && !present.accepting() && present.services().containsKey(service)
				&& this.latest.containsKey(service) && !this.taken.contains(service);
	}

	@Override
	public Flux<Snapshot> watch(ServiceName service) {
		return Flux.create((sink) -> {
			Watch watch = new Watch(service, sink);
			this.watches.add(watch);
			sink.onDispose(watch);
			watch.tell();
			watch.begin();
		}, FluxSink.OverflowStrategy.LATEST);
	}

	@Override
	public Collection<ServiceName> known() {
		Set<ServiceName> known = new LinkedHashSet<>(this.engine.known());
		this.latest.forEach((service, snapshot) -> {
			if (!snapshot.instances().isEmpty()) {
				known.add(service);
			}
		});
		Own present = this.own;
		if (present != null && present.accepting()) {
			known.addAll(present.services().keySet());
		}
		return known;
	}

	@Override
	public long confirmedNanoTime(Snapshot snapshot) {
		Snapshot said = this.latest.get(snapshot.service());
		return (said != null) ? this.engine.confirmedNanoTime(said) : snapshot.confirmedNanoTime();
	}

	/**
	 * One watch, told of changes on both sides, one at a time.
	 */
	private final class Watch implements Disposable {

		private final ServiceName service;

		private final FluxSink<Snapshot> sink;

		private final Disposable.Swap upstream = Disposables.swap();

		/** Guarded by this. */
		private @Nullable Snapshot said;

		Watch(ServiceName service, FluxSink<Snapshot> sink) {
			this.service = service;
			this.sink = sink;
		}

		void begin() {
			this.upstream.update(OwnServices.this.engine.watch(this.service)
				.subscribe(this::said, this.sink::error, this.sink::complete));
		}

		private synchronized void said(Snapshot snapshot) {
			this.said = snapshot;
			OwnServices.this.latest.put(this.service, snapshot);
			tell();
		}

		synchronized void tell() {
			Own present = OwnServices.this.own;
			Snapshot known = this.said;
			if (present == null || !present.services().containsKey(this.service)) {
				if (known != null) {
					this.sink.next(known);
				}
			}
			else if (known != null || present.accepting()) {
				Snapshot others = present.beside(this.service, known);
				if (!present.accepting() && !others.instances().isEmpty()) {
					OwnServices.this.taken.add(this.service);
				}
				this.sink.next(others);
			}
		}

		@Override
		public void dispose() {
			OwnServices.this.watches.remove(this);
			this.upstream.dispose();
		}

		@Override
		public boolean isDisposed() {
			return this.upstream.isDisposed();
		}

	}

	/**
	 * The node itself.
	 *
	 * @param self as others see it
	 * @param services what it serves, in which version
	 * @param accepting whether it accepts calls
	 */
	private record Own(Instance self, Map<ServiceName, Fingerprint> services, boolean accepting) {

		/** What the engine says of this node is known better here. */
		Snapshot beside(ServiceName service, @Nullable Snapshot said) {
			List<Instance> all = new ArrayList<>();
			Map<String, Fingerprint> versions = new HashMap<>((said != null) ? said.fingerprints() : Map.of());
			boolean replaced = false;
			if (said != null) {
				for (Instance instance : said.instances()) {
					boolean same = instance.nodeId().equals(this.self.nodeId());
					// A later process that took over the node id is somebody else.
					replaced |= same && instance.incarnation() > this.self.incarnation();
					if (!same || instance.incarnation() > this.self.incarnation()) {
						all.add(instance);
					}
				}
			}
			if (this.accepting && !replaced) {
				all.add(this.self);
				Fingerprint own = this.services.get(service);
				if (own != null) {
					versions.put(this.self.nodeId(), own);
				}
			}
			return new Snapshot(service, all, versions, (said != null) ? said.confirmedNanoTime() : System.nanoTime());
		}

	}

}
