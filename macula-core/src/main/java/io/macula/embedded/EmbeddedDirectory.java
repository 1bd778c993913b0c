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
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

import io.macula.Endpoint;
import io.macula.ServiceName;
import io.macula.codec.Codecs;
import io.macula.directory.Directory;
import io.macula.directory.DirectoryEngine;
import io.macula.directory.DirectoryState;
import io.macula.directory.Snapshot;
import io.macula.pool.ConnectionPool;
import io.macula.pool.Connector;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/**
 * The directory that needs no other process: a node's own table of the realm. A provider
 * holds a full replica ({@link DirectoryReplica}), a mere client what it watches
 * ({@link DirectoryClient}). Safe for all threads; all state is owned by the loop.
 */
public abstract sealed class EmbeddedDirectory implements Directory, DirectoryEngine, DirectorySelf
		permits DirectoryReplica, DirectoryClient {

	/**
	 * The word of a node that has not yet heard of the whole realm is taken after this
	 * time, if it says that nobody serves a service.
	 */
	static final Duration PATIENCE = Duration.ofSeconds(2);

	private static final Logger logger = LoggerFactory.getLogger(EmbeddedDirectory.class);

	/**
	 * Within this time a node that closes has told the others, or they notice by
	 * themselves.
	 */
	private static final Duration CLOSING = Duration.ofSeconds(2);

	private static final long CONFLICT_LOG_NANOS = Duration.ofMinutes(1).toNanos();

	private final String nodeId;

	private final long incarnation;

	private final List<Endpoint> seeds;

	private final DirectoryLoop loop;

	private final NodeTable table;

	private final Map<ServiceName, LocalWatch> watches = new ConcurrentHashMap<>();

	private volatile DirectoryState state = DirectoryState.EMPTY;

	/** Owned by the loop: when a conflict of a node id was last logged. */
	private long conflictLoggedNanos;

	EmbeddedDirectory(EmbeddedSettings settings, int maxNodes, DirectoryLoop loop) {
		this.nodeId = settings.nodeId();
		this.incarnation = settings.incarnation();
		this.seeds = settings.seeds();
		this.loop = loop;
		this.table = new NodeTable(loop.clock(), maxNodes);
		this.conflictLoggedNanos = loop.nanoTime() - CONFLICT_LOG_NANOS;
	}

	/**
	 * The directory of a node that serves: a full replica, open to all other nodes.
	 * @param settings how the node takes part
	 * @param pool connections of the node
	 * @param connector dials where a pooled connection gives no sign of life
	 * @param everyAddress whether each address behind a host name is a seed of its own;
	 * only where certificates do not name the dialled host
	 * @param codecs payload codecs of the node
	 * @return the directory, to be started and closed by the caller
	 */
	public static EmbeddedDirectory replica(EmbeddedSettings settings, ConnectionPool pool, Connector connector,
			boolean everyAddress, Codecs codecs) {
		return new DirectoryReplica(settings, new RpcSeedDialer(pool, connector, everyAddress, codecs),
				DirectoryLoop.start());
	}

	/**
	 * The directory of a node that serves nothing: what it watches, told by one seed.
	 * @param settings how the node takes part
	 * @param pool connections of the node
	 * @param connector dials where a pooled connection gives no sign of life
	 * @param everyAddress whether each address behind a host name is a seed of its own;
	 * only where certificates do not name the dialled host
	 * @param codecs payload codecs of the node
	 * @return the directory, to be started and closed by the caller
	 */
	public static EmbeddedDirectory client(EmbeddedSettings settings, ConnectionPool pool, Connector connector,
			boolean everyAddress, Codecs codecs) {
		return new DirectoryClient(settings, new RpcSeedDialer(pool, connector, everyAddress, codecs),
				DirectoryLoop.start());
	}

	@Override
	public final Directory directory() {
		return this;
	}

	@Override
	public final Mono<Void> close() {
		return leave().timeout(CLOSING).onErrorComplete().doFinally((signal) -> this.loop.close());
	}

	/**
	 * Withdraw what is advertised and end all links.
	 * @return completes when that is done
	 */
	abstract Mono<Void> leave();

	/**
	 * Whether what the table holds of a service, though it be nothing, is an answer.
	 * Asked in the loop.
	 */
	abstract boolean knows(LocalWatch watch);

	/**
	 * The set of watched services changed. Called in the loop.
	 */
	abstract void interestsChanged();

	@Override
	public Flux<Snapshot> watch(ServiceName service) {
		return Flux.defer(() -> {
			LocalWatch watch = this.watches.compute(service, (name, known) -> {
				LocalWatch opened = (known != null) ? known : new LocalWatch(name);
				opened.subscribers++;
				return opened;
			});
			if (!watch.opened) {
				watch.opened = true;
				this.loop.execute(() -> opened(watch));
			}
			return watch.feed.asFlux().onBackpressureLatest().doFinally((signal) -> released(service));
		});
	}

	private void opened(LocalWatch watch) {
		interestsChanged();
		tellIfKnown(watch);
	}

	private void released(ServiceName service) {
		LocalWatch left = this.watches.compute(service,
				(name, known) -> (known == null || --known.subscribers == 0) ? null : known);
		if (left == null) {
			this.loop.execute(this::interestsChanged);
		}
	}

	@Override
	public final String hint() {
		if (this.seeds.isEmpty()) {
			return "this node has no seeds: set macula.realm.seeds to the host:port of a provider";
		}
		return "seeds: " + this.seeds.stream().map(Endpoint::toString).collect(Collectors.joining(", "));
	}

	@Override
	public final DirectoryState state() {
		return this.state;
	}

	final void publish(DirectoryState state) {
		this.state = state;
	}

	/**
	 * Tell local watchers of changed services. Called in the loop.
	 */
	final void tellWatches(Collection<ServiceName> services) {
		for (ServiceName service : services) {
			LocalWatch watch = this.watches.get(service);
			if (watch != null && (watch.told || this.table.serves(service))) {
				tell(watch);
			}
		}
	}

	/**
	 * Tell local watchers what has become known. Called in the loop.
	 */
	final void tellKnown() {
		this.watches.values().forEach(this::tellIfKnown);
	}

	private void tellIfKnown(LocalWatch watch) {
		if (!watch.told && (this.table.serves(watch.service) || knows(watch))) {
			tell(watch);
		}
	}

	private void tell(LocalWatch watch) {
		watch.told = true;
		watch.feed.tryEmitNext(this.table.snapshot(watch.service));
	}

	final void logConflicts(Map<String, String> conflicts) {
		for (Map.Entry<String, String> conflict : conflicts.entrySet()) {
			logConflict("Node id '" + conflict.getKey() + "' is used by two nodes at once, at " + conflict.getValue()
					+ "; the one that started later is advertised");
		}
	}

	final void logConflict(String message) {
		long now = this.loop.nanoTime();
		if (now - this.conflictLoggedNanos >= CONFLICT_LOG_NANOS) {
			this.conflictLoggedNanos = now;
			logger.warn("{}. Give each node an id of its own (macula.node.id)", message);
		}
	}

	final Collection<LocalWatch> watches() {
		return this.watches.values();
	}

	final DirectoryLoop loop() {
		return this.loop;
	}

	final NodeTable table() {
		return this.table;
	}

	@Override
	public final String nodeId() {
		return this.nodeId;
	}

	@Override
	public final long incarnation() {
		return this.incarnation;
	}

	/**
	 * A service that this node watches.
	 */
	static final class LocalWatch {

		private final ServiceName service;

		private final Sinks.Many<Snapshot> feed = Sinks.many().replay().latest();

		/** Guarded by the map of the watches. */
		private int subscribers;

		private volatile boolean opened;

		/** Owned by the loop. */
		private boolean told;

		/** Owned by the client's loop: first interest that names this service. */
		private long interestNumber;

		LocalWatch(ServiceName service) {
			this.service = service;
		}

		ServiceName service() {
			return this.service;
		}

		long interestNumber() {
			return this.interestNumber;
		}

		void interestNumber(long number) {
			this.interestNumber = number;
		}

	}

}
