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
import java.util.Set;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

import io.macula.Endpoint;
import io.macula.ServiceName;
import io.macula.Status;
import io.macula.codec.Codecs;
import io.macula.directory.Advertisement;
import io.macula.directory.Directory;
import io.macula.directory.DirectoryEngine;
import io.macula.directory.DirectoryEngineFactory;
import io.macula.directory.DirectoryLoop;
import io.macula.directory.DirectoryReport;
import io.macula.directory.DirectoryState;
import io.macula.directory.Snapshot;
import io.macula.pool.ConnectionPool;
import io.macula.pool.Connector;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * The directory that needs no other process: a node's own table of the realm. A provider
 * holds a full replica ({@link DirectoryReplica}), a mere client what it watches
 * ({@link DirectoryClient}). Safe for all threads; all state is owned by the loop.
 * <p>
 * Whatever is asked of it while it closes, or later, comes to an end: withdrawals and
 * further closings complete, leases are released, streams of other nodes end.
 */
public abstract sealed class EmbeddedDirectory implements Directory, DirectoryEngine, DirectorySelf
		permits DirectoryReplica, DirectoryClient {

	/**
	 * The word of a node that has not yet heard of the whole realm is taken after this
	 * time, if it says that nobody serves a service.
	 */
	static final Duration PATIENCE = Duration.ofSeconds(2);

	/**
	 * A loop that does not get to the end within this time, though leaving takes a second
	 * at most, is not waited for: the others notice by themselves.
	 */
	private static final Duration CLOSING = Duration.ofSeconds(2);

	/** States of a seed that tells this node of the realm, or is this node. */
	private static final Set<String> TAKING = Set.of("linked", SeedRotation.WATCHING, "this node");

	/** Begin of the state of a seed that can be reached: it is unreachable otherwise. */
	private static final Pattern ANSWERING = Pattern
		.compile("(linked|" + SeedRotation.WATCHING + "|this node|refused|taken|full)\\b.*", Pattern.DOTALL);

	private final String nodeId;

	private final long incarnation;

	private final List<Endpoint> seeds;

	private final SeedRefusals refusals;

	private final DirectoryLoop loop;

	/** Asked in the loop. */
	private final NodeTable table;

	private final LocalWatches watches;

	/** Of the table, without its loop. */
	private final Supplier<Collection<ServiceName>> known;

	private volatile DirectoryState state = DirectoryState.EMPTY;

	EmbeddedDirectory(EmbeddedSettings settings, SeedRefusals refusals, DirectoryLoop loop, NodeTable table) {
		this.nodeId = settings.nodeId();
		this.incarnation = settings.incarnation();
		this.seeds = settings.seeds();
		this.refusals = refusals;
		this.loop = loop;
		this.known = table::services;
		this.table = table;
		this.watches = new LocalWatches(loop, table, this::knows, this::interestsChanged);
	}

	/**
	 * Load what the first link needs, which takes a cold virtual machine a while; for a
	 * thread that nobody waits for.
	 */
	public static void loadAhead() {
		DirectoryCodec.load();
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
				new RecordCheck(settings.realm(), System::currentTimeMillis), DirectoryLoop.start("macula-directory"));
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
				DirectoryLoop.start("macula-directory"), pool::unusedNanos);
	}

	@Override
	public final Directory directory() {
		return this;
	}

	@Override
	public final Flux<Snapshot> watch(ServiceName service) {
		return this.watches.watch(service);
	}

	@Override
	public final Collection<ServiceName> known() {
		return this.known.get();
	}

	@Override
	public final String hint() {
		if (this.seeds.isEmpty()) {
			return withoutSeeds();
		}
		return "seeds: " + this.seeds.stream().map(Endpoint::toString).collect(Collectors.joining(", "));
	}

	/**
	 * What it means that this node has no seeds.
	 * @return a clause for messages
	 */
	abstract String withoutSeeds();

	@Override
	public final @Nullable Status obstacle() {
		return this.refusals.obstacle();
	}

	@Override
	public final DirectoryState state() {
		DirectoryState present = this.state;
		String trouble = trouble();
		String told = (trouble != null) ? trouble : refused(present.seeds());
		DirectoryReport report = new DirectoryReport(DirectoryEngineFactory.EMBEDDED, present.nodes(), null,
				trouble == null, null, null, (told != null) ? told : present.fault(), 0, present.selfPreservation(),
				present.overdue(), Map.of());
		return new DirectoryState(present.seeds(), present.nodes(), present.selfPreservation(), present.overdue(),
				present.fault(), List.of(report));
	}

	@Override
	public final Mono<List<Advertisement>> advertised() {
		return Mono.create((sink) -> this.loop.execute(() -> sink.success(this.table.advertisements()),
				() -> sink.success(List.of())));
	}

	@Override
	public final boolean usesConnections() {
		return true;
	}

	@Override
	public final @Nullable String trouble() {
		Map<String, String> asked = this.state.seeds();
		boolean none = asked.values().stream().noneMatch((state) -> ANSWERING.matcher(state).matches());
		return (none && !asked.isEmpty()) ? "no seed answers: " + asked : null;
	}

	/* They tell of the others all the same. */
	private static @Nullable String refused(Map<String, String> asked) {
		boolean none = asked.values().stream().noneMatch(TAKING::contains);
		return (none && !asked.isEmpty()) ? "no seed takes this node: " + asked : null;
	}

	@Override
	public abstract @Nullable String awaited();

	@Override
	public final Mono<Void> close() {
		return leave().timeout(CLOSING, this.loop.timer()).onErrorComplete().doFinally((signal) -> this.loop.close());
	}

	/**
	 * Withdraw what is advertised and end all links.
	 * @return completes when that is done, or at once if the loop is closed
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

	final void publish(DirectoryState state) {
		assert this.loop.inLoop();
		this.state = state;
	}

	/**
	 * The watches of this node itself.
	 */
	final LocalWatches watches() {
		return this.watches;
	}

	final DirectoryLoop loop() {
		return this.loop;
	}

	@Override
	public final String nodeId() {
		return this.nodeId;
	}

	@Override
	public final long incarnation() {
		return this.incarnation;
	}

}
