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

package io.macula.directory.kubernetes;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

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
 * The directory that Kubernetes keeps: it alone is told which pods there are, and this
 * node only looks whether it is shown. Safe for all threads.
 */
final class KubernetesEngine implements DirectoryEngine {

	static final String TYPE = "kubernetes";

	private final SliceClient client;

	private final RemoteEngine engine;

	private final ShownProvider shown;

	KubernetesEngine(SliceClient client) {
		this.client = client;
		this.engine = RemoteEngine.of(TYPE, client);
		this.shown = new ShownProvider(client, this.engine.directory());
	}

	@Override
	public Directory directory() {
		return this.engine.directory();
	}

	@Override
	public Registry registry() {
		return this.shown;
	}

	@Override
	public void start(@Nullable Endpoint self) {
		this.engine.start(self);
	}

	@Override
	public Mono<Void> close() {
		return Mono.<Void>fromRunnable(this.shown::close).then(this.engine.close());
	}

	@Override
	public Mono<List<Advertisement>> advertised() {
		return this.engine.advertised();
	}

	@Override
	public boolean knowsRealm() {
		return this.engine.knowsRealm();
	}

	@Override
	public @Nullable String trouble() {
		return this.engine.trouble();
	}

	@Override
	public @Nullable String awaited() {
		return this.engine.awaited();
	}

	@Override
	public @Nullable Status obstacle() {
		return this.engine.obstacle();
	}

	@Override
	public String hint() {
		return this.engine.hint();
	}

	@Override
	public DirectoryState state() {
		DirectoryState state = this.engine.state();
		List<DirectoryReport> reports = state.engines().stream().map(this::detailed).toList();
		return new DirectoryState(state.seeds(), state.nodes(), state.selfPreservation(), state.overdue(),
				joined(state.fault()), reports);
	}

	private DirectoryReport detailed(DirectoryReport report) {
		Map<String, String> details = new LinkedHashMap<>(report.details());
		details.putAll(this.client.details());
		String mismatch = this.shown.mismatch();
		if (mismatch != null) {
			details.put("mismatch", mismatch);
		}
		List<String> faults = this.client.faults();
		if (!faults.isEmpty()) {
			details.put("skipped", faults.get(0));
		}
		return new DirectoryReport(report.engine(), report.nodes(), report.lease(), report.reachable(), report.since(),
				report.age(), report.trouble(), report.corruptRecords() + faults.size(), report.selfPreservation(),
				report.overdue(), details);
	}

	private @Nullable String joined(@Nullable String fault) {
		List<String> clauses = new ArrayList<>();
		if (fault != null) {
			clauses.add(fault);
		}
		String mismatch = this.shown.mismatch();
		if (mismatch != null) {
			clauses.add(mismatch);
		}
		List<String> faults = this.client.faults();
		if (!faults.isEmpty()) {
			clauses.add("not all can be used of " + faults.size() + " EndpointSlices, one of them " + faults.get(0));
		}
		return clauses.isEmpty() ? null : String.join("; ", clauses);
	}

}
