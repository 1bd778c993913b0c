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

package io.macula.directory.springcloud;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import io.macula.Endpoint;
import io.macula.Status;
import io.macula.directory.Advertisement;
import io.macula.directory.Directory;
import io.macula.directory.DirectoryEngine;
import io.macula.directory.DirectoryReport;
import io.macula.directory.DirectoryState;
import io.macula.directory.Registry;
import io.macula.directory.RemoteEngine;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * What Spring Cloud knows, read by asking, and written, if it can be, into the
 * application's own registration.
 */
final class SpringCloudEngine implements DirectoryEngine {

	static final String TYPE = "discovery-client";

	private final DiscoveryEngineClient client;

	private final RemoteEngine reading;

	private final @Nullable MetadataRegistry registry;

	private final Mono<Void> closing;

	SpringCloudEngine(DiscoverySource source, DiscoverySettings settings, @Nullable MetadataRegistry registry,
			Runnable closed) {
		this.client = new DiscoveryEngineClient(source, settings);
		this.reading = RemoteEngine.of(TYPE, this.client);
		this.registry = registry;
		Mono<Void> withdrawn = (registry != null) ? registry.close() : Mono.empty();
		this.closing = withdrawn.then(this.reading.close()).doFinally((signal) -> closed.run()).cache();
	}

	/**
	 * Ask soon, because something may have changed.
	 */
	void refresh() {
		this.client.refresh();
	}

	/**
	 * The application has been registered.
	 */
	void registered() {
		if (this.registry != null) {
			this.registry.registered();
		}
	}

	@Override
	public Directory directory() {
		return this.reading.directory();
	}

	@Override
	public @Nullable Registry registry() {
		return this.registry;
	}

	@Override
	public void start(@Nullable Endpoint self) {
		this.reading.start(self);
	}

	@Override
	public Mono<Void> close() {
		return this.closing;
	}

	@Override
	public Mono<List<Advertisement>> advertised() {
		return this.reading.advertised();
	}

	@Override
	public boolean knowsRealm() {
		return this.reading.knowsRealm();
	}

	@Override
	public @Nullable String trouble() {
		return this.reading.trouble();
	}

	@Override
	public @Nullable String awaited() {
		return this.reading.awaited();
	}

	@Override
	public @Nullable Status obstacle() {
		return this.reading.obstacle();
	}

	@Override
	public String hint() {
		return this.reading.hint();
	}

	@Override
	public DirectoryState state() {
		DirectoryState state = this.reading.state();
		Map<String, String> skipped = this.client.skipped();
		String refused = (this.registry != null) ? this.registry.fault() : null;
		if (refused == null && skipped.isEmpty()) {
			return state;
		}
		DirectoryReport read = state.engines().get(0);
		String trouble = joined(read.trouble(), refused, unread(skipped));
		DirectoryReport report = new DirectoryReport(read.engine(), read.nodes(), read.lease(), read.reachable(),
				read.since(), read.age(), trouble, read.corruptRecords() + skipped.size(), read.selfPreservation(),
				read.overdue(), read.details());
		return new DirectoryState(state.seeds(), state.nodes(), state.selfPreservation(), state.overdue(), trouble,
				List.of(report));
	}

	private static @Nullable String unread(Map<String, String> skipped) {
		return skipped.entrySet()
			.stream()
			.findFirst()
			.map((first) -> skipped.size() + " instances are skipped, one of them " + first.getKey() + ": "
					+ first.getValue())
			.orElse(null);
	}

	private static @Nullable String joined(@Nullable String... clauses) {
		String joined = Stream.of(clauses).filter(Objects::nonNull).collect(Collectors.joining("; "));
		return joined.isEmpty() ? null : joined;
	}

}
