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
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;

import io.macula.Endpoint;
import io.macula.Status;
import io.macula.log.FaultLog;
import io.macula.log.PrintableLogger;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/**
 * Several engines side by side, the preferred one first. A watch tells the instances of
 * the first directory that has any of the service; a node advertises in each that can be
 * written to. What one engine does or fails to do is nothing to the others: each is
 * started, told, and closed by itself. Safe for all threads.
 */
final class CompositeEngine implements DirectoryEngine {

	/** A node waits a little longer. */
	static final Duration CLOSING = Duration.ofSeconds(4);

	private static final FaultLog faults = new FaultLog(PrintableLogger.of(CompositeEngine.class));

	/** Of all of these engines; nobody closes it. */
	private static final Scheduler SUBSCRIBERS = SnapshotFeed.subscribers("macula-snapshots");

	private final List<Part> parts;

	private final CompositeDirectory directory;

	private final @Nullable CompositeRegistry registry;

	/** Why an engine did not start, by type. */
	private final Map<String, String> unstarted = new ConcurrentHashMap<>();

	CompositeEngine(List<Part> parts) {
		this.parts = List.copyOf(parts);
		this.directory = new CompositeDirectory(this.parts, Schedulers.parallel(), SUBSCRIBERS);
		boolean written = this.parts.stream().anyMatch((part) -> part.engine.registry() != null);
		this.registry = written ? new CompositeRegistry(this.parts) : null;
	}

	@Override
	public Directory directory() {
		return this.directory;
	}

	@Override
	public @Nullable Registry registry() {
		return this.registry;
	}

	@Override
	public List<Service> services() {
		return this.parts.stream().map((part) -> part.engine.services()).flatMap(List::stream).toList();
	}

	/** Fails if no engine starts. */
	@Override
	public void start(@Nullable Endpoint self) {
		Throwable failure = null;
		for (Part part : this.parts) {
			try {
				part.engine.start(self);
			}
			catch (RuntimeException | Error ex) {
				String reason = (ex instanceof RuntimeException) ? String.valueOf(ex.getMessage()) : ex.toString();
				this.unstarted.put(part.type, "it could not be started: " + reason);
				faults.warn("Directory '" + part.type + "' could not be started; the others go on", ex);
				failure = ex;
			}
		}
		if (failure != null && this.unstarted.size() == this.parts.size()) {
			if (failure instanceof Error error) {
				throw error;
			}
			throw (RuntimeException) failure;
		}
	}

	@Override
	public void stopServing() {
		for (Part part : this.parts) {
			try {
				part.engine.stopServing();
			}
			catch (RuntimeException | Error ex) {
				faults.warn("Directory '" + part.type + "' failed to stop serving; the others go on", ex);
			}
		}
	}

	/** Each on a thread of its own: one that blocks must not keep the others. */
	@Override
	public Mono<Void> close() {
		return Mono.when(this.parts.stream().map(CompositeEngine::close).toList());
	}

	private static Mono<Void> close(Part part) {
		return OwnThread.run("macula-close-" + part.type, part.engine::close).timeout(CLOSING).onErrorResume((ex) -> {
			faults.warn("Directory '" + part.type + "' failed to close within " + CLOSING.toSeconds()
					+ " s, and is left behind", ex);
			return Mono.empty();
		});
	}

	@Override
	public Mono<List<Advertisement>> advertised() {
		return Flux.fromIterable(this.parts)
			.flatMap((part) -> part.engine.advertised().onErrorReturn(List.of()))
			.flatMapIterable((each) -> each)
			.collectList();
	}

	@Override
	public boolean usesConnections() {
		return this.parts.stream().anyMatch((part) -> part.engine.usesConnections());
	}

	@Override
	public @Nullable String trouble() {
		return joined(this::trouble);
	}

	private @Nullable String trouble(Part part) {
		String unstarted = this.unstarted.get(part.type);
		if (unstarted != null) {
			return unstarted;
		}
		return asked(() -> {
			Status obstacle = part.engine.obstacle();
			return (obstacle != null) ? obstacle.message() : part.engine.trouble();
		}, DirectoryState::untold);
	}

	@Override
	public @Nullable String awaited() {
		return joined((part) -> asked(part.engine::awaited, (ex) -> null));
	}

	@Override
	public String hint() {
		return String.valueOf(joined((part) -> asked(part.engine::hint, DirectoryState::untold)));
	}

	/** The engine may be the user's, and fail to tell; its state says so. */
	private static <T> @Nullable T asked(Supplier<@Nullable T> engine,
			Function<RuntimeException, @Nullable T> otherwise) {
		try {
			return engine.get();
		}
		catch (RuntimeException ex) {
			return otherwise.apply(ex);
		}
	}

	/** The clauses of those that have one, each with the name of its engine. */
	private @Nullable String joined(Function<Part, @Nullable String> clause) {
		String all = this.parts.stream().map((part) -> {
			String said = clause.apply(part);
			return (said != null) ? part.type + ": " + said : null;
		}).filter(Objects::nonNull).collect(Collectors.joining("; "));
		return all.isEmpty() ? null : all;
	}

	/** While one engine may know a provider, nobody has to act before calls can go on. */
	@Override
	public @Nullable Status obstacle() {
		List<Status> obstacles = this.parts.stream()
			.map((part) -> asked(part.engine::obstacle, (ex) -> null))
			.filter(Objects::nonNull)
			.toList();
		if (obstacles.size() < this.parts.size()) {
			return null;
		}
		return Status.notProcessed(obstacles.get(0).code(), String.valueOf(trouble()));
	}

	@Override
	public DirectoryState state() {
		Map<String, String> seeds = new LinkedHashMap<>();
		int nodes = 0;
		boolean selfPreservation = false;
		Set<String> overdue = new LinkedHashSet<>();
		List<DirectoryReport> reports = new ArrayList<>();
		List<String> faults = new ArrayList<>();
		for (Part part : this.parts) {
			DirectoryState state = DirectoryState.of(part.engine);
			seeds.putAll(state.seeds());
			// The same nodes are known by several.
			nodes = Math.max(nodes, state.nodes());
			selfPreservation |= state.selfPreservation();
			overdue.addAll(state.overdue());
			String unstarted = this.unstarted.get(part.type);
			String fault = (unstarted != null) ? unstarted : state.fault();
			if (fault != null) {
				faults.add(part.type + ": " + fault);
			}
			reports.addAll(reports(part, state));
		}
		return new DirectoryState(seeds, nodes, selfPreservation, List.copyOf(overdue),
				faults.isEmpty() ? null : String.join("; ", faults), reports);
	}

	private Collection<DirectoryReport> reports(Part part, DirectoryState state) {
		String trouble = trouble(part);
		Collection<DirectoryReport> own = state.engines();
		if (own.isEmpty() || this.unstarted.containsKey(part.type)) {
			own = List.of(DirectoryReport.of(part.type, state.nodes(), trouble));
		}
		CompositeRegistry written = this.registry;
		return (written == null) ? own
				: own.stream().map((report) -> report.withLease(written.lease(part.type))).toList();
	}

	/**
	 * One of the engines. Immutable.
	 *
	 * @param type for messages and reports
	 * @param engine closed with the composite
	 */
	record Part(String type, DirectoryEngine engine) {

	}

}
