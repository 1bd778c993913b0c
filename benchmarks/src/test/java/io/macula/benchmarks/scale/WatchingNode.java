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

package io.macula.benchmarks.scale;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;

import io.macula.Endpoint;
import io.macula.ServiceName;
import io.macula.directory.DirectoryEngine;
import io.macula.directory.DirectoryEngineFactory;
import io.macula.directory.Snapshot;
import io.macula.node.NodeSettings;
import io.macula.node.RealmNode;
import org.jspecify.annotations.Nullable;

/**
 * A real node that serves nothing, and what its directory tells.
 */
final class WatchingNode implements AutoCloseable {

	private final AtomicReference<@Nullable DirectoryEngine> engine = new AtomicReference<>();

	private final Map<ServiceName, Snapshot> snapshots = new ConcurrentHashMap<>();

	private final RealmNode node;

	WatchingNode(String nodeId, List<Endpoint> seeds, Duration lease) {
		this.node = RealmNode.builder(new NodeSettings(ScaleRealm.REALM, nodeId, null, seeds, lease))
			.secret(ScaleRealm.SECRET)
			.directories(List.of(DirectoryEngineFactory.of(DirectoryEngineFactory.EMBEDDED, (context) -> {
				DirectoryEngine made = DirectoryEngineFactory.embedded().create(context);
				this.engine.set(made);
				return made;
			})))
			.build();
		this.node.start();
	}

	RealmNode node() {
		return this.node;
	}

	private DirectoryEngine engine() {
		return Objects.requireNonNull(this.engine.get());
	}

	/** Whether a seed tells it of the realm. */
	boolean connected() {
		return engine().trouble() == null && engine().state().seeds().containsValue("watching");
	}

	void watch(String service) {
		ServiceName name = new ServiceName(service);
		engine().directory().watch(name).subscribe((snapshot) -> this.snapshots.put(name, snapshot));
	}

	/** Node ids of those that provide the service, as far as was told. */
	Set<String> ids(String service) {
		Snapshot latest = this.snapshots.get(new ServiceName(service));
		Set<String> ids = new TreeSet<>();
		if (latest != null) {
			latest.instances().forEach((instance) -> ids.add(instance.nodeId()));
		}
		return ids;
	}

	int instances() {
		return this.snapshots.values().stream().mapToInt((snapshot) -> snapshot.instances().size()).sum();
	}

	@Override
	public void close() {
		this.node.close();
	}

}
