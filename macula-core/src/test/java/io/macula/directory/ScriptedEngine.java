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

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

import io.macula.Endpoint;
import io.macula.Instance;
import io.macula.ServiceName;
import io.macula.Status;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/**
 * An engine that says and does what the test says.
 */
final class ScriptedEngine implements DirectoryEngine, Directory, Registry {

	final List<ScriptedLease> leases = new ArrayList<>();

	final List<@Nullable Endpoint> started = new ArrayList<>();

	boolean writable = true;

	boolean connected;

	@Nullable RuntimeException startFailure;

	@Nullable Error startError;

	@Nullable RuntimeException telling;

	@Nullable RuntimeException advertiseFailure;

	@Nullable String trouble;

	@Nullable String awaited;

	@Nullable Status obstacle;

	DirectoryState state = DirectoryState.EMPTY;

	List<Service> services = List.of();

	int stopped;

	long confirmed = 1;

	volatile int closed;

	Supplier<Mono<Void>> onClose = Mono::empty;

	private final Map<ServiceName, Sinks.Many<Snapshot>> feeds = new ConcurrentHashMap<>();

	void tell(ServiceName service, String... nodeIds) {
		List<Instance> instances = new ArrayList<>();
		for (String nodeId : nodeIds) {
			instances.add(Instance.of(nodeId, new Endpoint("10.0.0.1", 9443)));
		}
		feed(service).tryEmitNext(new Snapshot(service, instances, this.confirmed)).orThrow();
	}

	void fail(ServiceName service) {
		Sinks.Many<Snapshot> feed = feed(service);
		this.feeds.remove(service);
		feed.tryEmitError(new IllegalStateException("watch lost")).orThrow();
	}

	private Sinks.Many<Snapshot> feed(ServiceName service) {
		return this.feeds.computeIfAbsent(service, (name) -> Sinks.many().replay().latest());
	}

	int watchers(ServiceName service) {
		return feed(service).currentSubscriberCount();
	}

	@Override
	public Flux<Snapshot> watch(ServiceName service) {
		return Flux.defer(() -> feed(service).asFlux());
	}

	@Override
	public long confirmedNanoTime(Snapshot snapshot) {
		return this.confirmed;
	}

	@Override
	public Lease advertise(Advertisement advertisement) {
		if (this.advertiseFailure != null) {
			throw this.advertiseFailure;
		}
		ScriptedLease lease = new ScriptedLease(advertisement);
		this.leases.add(lease);
		return lease;
	}

	@Override
	public Directory directory() {
		return this;
	}

	@Override
	public @Nullable Registry registry() {
		return this.writable ? this : null;
	}

	@Override
	public List<Service> services() {
		return this.services;
	}

	@Override
	public void start(@Nullable Endpoint self) {
		if (this.startError != null) {
			throw this.startError;
		}
		if (this.startFailure != null) {
			throw this.startFailure;
		}
		if (this.startError != null) {
			throw this.startError;
		}
		this.started.add(self);
	}

	@Override
	public void stopServing() {
		this.stopped++;
		if (this.startFailure != null) {
			throw this.startFailure;
		}
	}

	@Override
	public Mono<Void> close() {
		this.closed++;
		return this.onClose.get();
	}

	@Override
	public boolean usesConnections() {
		return this.connected;
	}

	@Override
	public @Nullable String trouble() {
		tells();
		return this.trouble;
	}

	@Override
	public @Nullable String awaited() {
		tells();
		return this.awaited;
	}

	@Override
	public @Nullable Status obstacle() {
		tells();
		return this.obstacle;
	}

	@Override
	public DirectoryState state() {
		tells();
		return this.state;
	}

	@Override
	public String hint() {
		tells();
		return "a script";
	}

	private void tells() {
		if (this.telling != null) {
			throw this.telling;
		}
	}

	/**
	 * A lease that is PENDING until the test says otherwise.
	 */
	static final class ScriptedLease implements Lease {

		final Sinks.Many<State> states = Sinks.many().replay().latest();

		Mono<Void> withdrawal = Mono.fromRunnable(() -> become(State.RELEASED));

		private final Advertisement advertisement;

		private volatile State state = State.PENDING;

		ScriptedLease(Advertisement advertisement) {
			this.advertisement = advertisement;
		}

		void become(State next) {
			this.state = next;
			this.states.tryEmitNext(next).orThrow();
			if (next == State.RELEASED) {
				this.states.tryEmitComplete().orThrow();
			}
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
			return this.withdrawal;
		}

	}

}
