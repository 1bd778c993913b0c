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
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.function.Supplier;

import io.macula.Endpoint;
import io.macula.Fingerprint;
import io.macula.ServiceName;
import io.macula.Status;
import io.macula.log.DurationText;
import io.macula.log.FaultLog;
import io.macula.log.PrintableLogger;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/**
 * A directory kept by a system of its own, such as etcd: everything that all of these
 * have in common around an {@link EngineClient}. Safe for all threads.
 */
public final class RemoteEngine implements DirectoryEngine {

	private static final FaultLog faults = new FaultLog(PrintableLogger.of(RemoteEngine.class));

	/** The withdrawal has its own bound, which is shorter; the loop may be held up. */
	private static final Duration LEAVING = Duration.ofMillis(1750);

	/** A client that takes longer to disconnect is not waited for. */
	private static final Duration CLOSING = Duration.ofSeconds(2);

	private final String type;

	private final EngineClient client;

	private final DirectoryLoop loop;

	private final WatchedServices services;

	private final @Nullable RemoteRegistry registry;

	/** Not those that the application may occupy with calls that wait for a snapshot. */
	private final Scheduler subscribers;

	private final Mono<Void> closing;

	private volatile boolean started;

	/** The last question for all was answered. */
	private volatile boolean knowsAll;

	RemoteEngine(String type, EngineClient client, DirectoryLoop loop) {
		this.type = Objects.requireNonNull(type, "type");
		this.client = client;
		this.loop = loop;
		RecordStore store = client.store();
		this.registry = (store != null) ? new RemoteRegistry(loop, store, type) : null;
		this.subscribers = SnapshotFeed.subscribers("macula-snapshots-" + type);
		this.services = new WatchedServices(loop, client, type, this.subscribers);
		this.closing = Mono.defer(this::leave).onErrorComplete().doFinally((signal) -> end()).cache();
	}

	/**
	 * The engine of a client.
	 * @param type names the engine in messages and its thread, for example {@code etcd}
	 * @param client started and closed by the engine
	 * @return the engine; not restartable
	 */
	public static RemoteEngine of(String type, EngineClient client) {
		DirectoryLoop loop = DirectoryLoop.start("macula-directory-" + type);
		try {
			return new RemoteEngine(type, client, loop);
		}
		catch (RuntimeException | Error ex) {
			loop.close();
			throw ex;
		}
	}

	@Override
	public Directory directory() {
		return this.services;
	}

	@Override
	public @Nullable Registry registry() {
		return this.registry;
	}

	@Override
	public void start(@Nullable Endpoint self) {
		this.loop.execute(() -> {
			if (!this.started) {
				this.started = true;
				connect();
				this.services.start();
				if (this.registry != null) {
					this.registry.start();
				}
			}
		});
	}

	private void connect() {
		try {
			this.client.start(this.services);
		}
		catch (RuntimeException | Error ex) {
			faults.error("The client of " + this.type + " cannot be started", ex);
			String reason = (ex instanceof RuntimeException && ex.getMessage() != null) ? ex.getMessage()
					: ex.toString();
			this.services.lost("its client cannot be started: " + reason);
		}
	}

	@Override
	public Mono<Void> close() {
		return this.closing;
	}

	private Mono<Void> leave() {
		Mono<Void> withdrawn = (this.registry != null) ? this.registry.close() : Mono.empty();
		return withdrawn.then(inLoop(this.services::stop))
			.timeout(LEAVING, this.loop.timer())
			.then(disconnect())
			.onErrorResume(TimeoutException.class, this::disconnectHeldUp);
	}

	private Mono<Void> disconnect() {
		return Mono.defer(() -> this.started ? this.client.close() : Mono.empty())
			.timeout(CLOSING, this.loop.timer())
			.onErrorResume((ex) -> {
				faults.warn("The client of " + this.type + " failed to disconnect within " + DurationText.of(CLOSING)
						+ ", and is left behind", ex);
				return Mono.empty();
			});
	}

	/** The loop cannot do it: what holds it up may end by it. */
	private Mono<Void> disconnectHeldUp(Throwable ex) {
		faults.warn("The client of " + this.type + " holds up the directory, which is closed without withdrawing;"
				+ " what this node advertises ends with its lease", ex);
		return OwnThread.run("macula-close-" + this.type, this::disconnect);
	}

	private void end() {
		this.loop.close();
		// Whoever is told a snapshot at this moment has it in peace.
		this.subscribers.disposeGracefully()
			.timeout(CLOSING, this.loop.timer())
			.onErrorComplete()
			.doFinally((signal) -> this.subscribers.dispose())
			.subscribe();
	}

	private Mono<Void> inLoop(Runnable task) {
		return Mono.create((sink) -> this.loop.execute(() -> {
			try {
				task.run();
			}
			finally {
				sink.success();
			}
		}, sink::success));
	}

	@Override
	public @Nullable String trouble() {
		String trouble = this.services.view().trouble();
		return (trouble != null) ? this.type + " cannot be asked: " + trouble : null;
	}

	@Override
	public @Nullable String awaited() {
		return this.services.view().awaited();
	}

	@Override
	public Mono<List<Advertisement>> advertised() {
		return Mono.defer(this.client::all)
			.map(RemoteEngine::byNode)
			.doOnNext((all) -> this.knowsAll = this.client.readsAll())
			.onErrorResume((ex) -> {
				this.knowsAll = false;
				faults.warn("The client of " + this.type + " cannot tell operators of all services", ex);
				return Mono.just(List.of());
			});
	}

	@Override
	public boolean knowsRealm() {
		return this.knowsAll;
	}

	/** There is a record for each service: the latest start of a node counts. */
	private static List<Advertisement> byNode(List<AdvertisementRecord> records) {
		Map<String, List<AdvertisementRecord>> nodes = new TreeMap<>();
		for (AdvertisementRecord record : records) {
			List<AdvertisementRecord> own = nodes.computeIfAbsent(record.instance().nodeId(),
					(any) -> new ArrayList<>());
			long known = own.isEmpty() ? record.instance().incarnation() : own.get(0).instance().incarnation();
			if (record.instance().incarnation() > known) {
				own.clear();
			}
			if (record.instance().incarnation() >= known && own.size() < Advertisement.MAX_SERVICES) {
				own.add(record);
			}
		}
		return nodes.values().stream().map(RemoteEngine::together).toList();
	}

	private static Advertisement together(List<AdvertisementRecord> records) {
		Map<ServiceName, Fingerprint> fingerprints = new HashMap<>();
		Set<ServiceName> services = new HashSet<>();
		for (AdvertisementRecord record : records) {
			services.add(record.service());
			if (record.fingerprint() != null) {
				fingerprints.put(record.service(), record.fingerprint());
			}
		}
		return new Advertisement(records.get(0).instance(), services, fingerprints, records.get(0).lease());
	}

	@Override
	public @Nullable Status obstacle() {
		return asked(this.client::obstacle, (ex) -> null);
	}

	@Override
	public String hint() {
		return asked(this.client::hint, (ex) -> this.type + ", whose client cannot say where it looks: " + ex);
	}

	/**
	 * These are asked by calls and by health checks, for which they are no reason to
	 * fail.
	 */
	private <T extends @Nullable Object> T asked(Supplier<T> question, Function<Throwable, T> otherwise) {
		try {
			return question.get();
		}
		catch (RuntimeException | Error ex) {
			faults.error("The client of " + this.type + " cannot say how it is", ex);
			return otherwise.apply(ex);
		}
	}

	@Override
	public DirectoryState state() {
		WatchedServices.View view = this.services.view();
		long now = this.loop.nanoTime();
		String fault = fault(view);
		DirectoryReport report = new DirectoryReport(this.type, view.nodes(), null, view.trouble() == null,
				Duration.ofNanos(Math.max(0, now - view.sinceNanos())), view.age(now), fault, view.corrupt(),
				view.preserving(), view.overdue(), asked(this.client::servers, (ex) -> Map.of()));
		return new DirectoryState(Map.of(), view.nodes(), view.preserving(), view.overdue(), fault, List.of(report));
	}

	private @Nullable String fault(WatchedServices.View view) {
		List<String> faults = new ArrayList<>();
		if (view.trouble() != null) {
			faults.add(this.type + " cannot be asked: " + view.trouble());
		}
		String refusal = (this.registry != null) ? this.registry.fault() : null;
		if (refusal != null) {
			faults.add(refusal);
		}
		if (view.corrupt() > 0) {
			faults.add(view.corrupt() + " records are skipped, one of them " + view.example());
		}
		return faults.isEmpty() ? null : String.join("; ", faults);
	}

}
