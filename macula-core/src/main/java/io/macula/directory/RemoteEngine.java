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
import java.util.List;
import java.util.Map;
import java.util.Objects;

import io.macula.Endpoint;
import io.macula.Status;
import io.macula.log.FaultLog;
import io.macula.log.PrintableLogger;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * A directory kept by a system of its own, such as etcd: everything that all of these
 * have in common around an {@link EngineClient}. Safe for all threads.
 */
public final class RemoteEngine implements DirectoryEngine {

	private static final FaultLog faults = new FaultLog(PrintableLogger.of(RemoteEngine.class));

	/** A client that takes longer to disconnect is not waited for. */
	private static final Duration CLOSING = Duration.ofSeconds(2);

	private final String type;

	private final EngineClient client;

	private final DirectoryLoop loop;

	private final WatchedServices services;

	private final @Nullable RemoteRegistry registry;

	private final Mono<Void> closing;

	private volatile boolean started;

	RemoteEngine(String type, EngineClient client, DirectoryLoop loop) {
		this.type = Objects.requireNonNull(type, "type");
		this.client = client;
		this.loop = loop;
		this.services = new WatchedServices(loop, client, type);
		RecordStore store = client.store();
		this.registry = (store != null) ? new RemoteRegistry(loop, store, type) : null;
		this.closing = Mono.defer(this::leave).onErrorComplete().doFinally((signal) -> this.loop.close()).cache();
	}

	/**
	 * The engine of a client.
	 * @param type names the engine in messages and its thread, for example {@code etcd}
	 * @param client started and closed by the engine
	 * @return the engine; not restartable
	 */
	public static RemoteEngine of(String type, EngineClient client) {
		return new RemoteEngine(type, client, DirectoryLoop.start("macula-directory-" + type));
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
		catch (RuntimeException ex) {
			faults.error("The client of " + this.type + " cannot be started", ex);
			this.services.lost("its client cannot be started: " + ex.getMessage());
		}
	}

	@Override
	public Mono<Void> close() {
		return this.closing;
	}

	private Mono<Void> leave() {
		Mono<Void> withdrawn = (this.registry != null) ? this.registry.close() : Mono.empty();
		return withdrawn.then(inLoop(this.services::stop))
			.then(Mono.defer(() -> this.started ? this.client.close() : Mono.empty())
				.timeout(CLOSING, this.loop.timer()));
	}

	private Mono<Void> inLoop(Runnable task) {
		return Mono.create((sink) -> this.loop.execute(() -> {
			task.run();
			sink.success();
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
	public @Nullable Status obstacle() {
		return this.client.obstacle();
	}

	@Override
	public String hint() {
		return this.client.hint();
	}

	@Override
	public DirectoryState state() {
		WatchedServices.View view = this.services.view();
		long now = this.loop.nanoTime();
		String fault = fault(view);
		DirectoryReport report = new DirectoryReport(this.type, view.nodes(), null, view.trouble() == null,
				Duration.ofNanos(Math.max(0, now - view.sinceNanos())), view.age(now), fault, view.corrupt(),
				view.preserving(), view.overdue(), this.client.servers());
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
