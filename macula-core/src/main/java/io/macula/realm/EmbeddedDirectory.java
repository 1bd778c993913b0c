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

package io.macula.realm;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import io.macula.ServiceName;
import io.macula.directory.Directory;
import io.macula.directory.Snapshot;
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
abstract class EmbeddedDirectory implements Directory, DirectorySelf {

	/**
	 * The word of a node that has not yet heard of the whole realm is taken after this
	 * time, if it says that nobody serves a service.
	 */
	static final Duration PATIENCE = Duration.ofSeconds(2);

	private static final Logger logger = LoggerFactory.getLogger(EmbeddedDirectory.class);

	private static final long CONFLICT_LOG_NANOS = Duration.ofMinutes(1).toNanos();

	private final String nodeId;

	private final long incarnation;

	private final DirectoryLoop loop;

	private final NodeTable table;

	private final Map<ServiceName, LocalWatch> watches = new ConcurrentHashMap<>();

	private volatile NodeReport.DirectoryState state = new NodeReport.DirectoryState(Map.of(), 0, false, List.of());

	/** Owned by the loop: when a conflict of a node id was last logged. */
	private long conflictLoggedNanos;

	EmbeddedDirectory(String nodeId, long incarnation, int maxNodes, DirectoryLoop loop) {
		this.nodeId = nodeId;
		this.incarnation = incarnation;
		this.loop = loop;
		this.table = new NodeTable(loop.clock(), maxNodes);
		this.conflictLoggedNanos = loop.nanoTime() - CONFLICT_LOG_NANOS;
	}

	/**
	 * Join the realm; returns at once.
	 */
	abstract void start();

	/**
	 * Leave the realm for good.
	 * @return completes when the advertisement is withdrawn, if there was one
	 */
	abstract Mono<Void> close();

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

	/**
	 * What the operator sees of the directory.
	 */
	final NodeReport.DirectoryState state() {
		return this.state;
	}

	final void publish(NodeReport.DirectoryState state) {
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
