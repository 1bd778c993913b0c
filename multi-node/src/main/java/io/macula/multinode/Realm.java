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

package io.macula.multinode;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The realm of the scenarios: providers in some environment, and the engines that are
 * their directory. Tells each engine of the other's doings, so that neither environment
 * nor engine knows of the other. For one thread.
 */
final class Realm implements AutoCloseable {

	private final Providers providers;

	/** The preferred one first; what starts from now on uses these. */
	private List<Engine> engines;

	/**
	 * A realm that was not started.
	 * @param providers its providers, closed with it
	 * @param engines its engines, started and closed by whoever made them
	 */
	Realm(Providers providers, List<Engine> engines) {
		this.providers = providers;
		this.engines = List.copyOf(engines);
	}

	List<String> nodes() {
		return this.providers.nodes();
	}

	String endpoint(String node) {
		return this.providers.endpoint(node);
	}

	/**
	 * Let what starts from now on use other engines.
	 * @param engines the preferred one first, started
	 */
	void use(List<Engine> engines) {
		this.engines = List.copyOf(engines);
	}

	/**
	 * The type of directory of what starts now.
	 * @return as {@code macula.directory.type} has it
	 */
	String directory() {
		return types(this.engines);
	}

	/**
	 * Settings of a client.
	 * @param nodes those that run, for an engine whose instances stand in the settings
	 * @param seeds those that the client may contact first
	 * @return arguments of an application
	 */
	List<String> settings(List<String> nodes, List<String> seeds) {
		return settings(this.engines, nodes, seeds);
	}

	/**
	 * Settings of a client that reads some engines only.
	 * @param engines the preferred one first
	 * @return arguments of an application
	 */
	List<String> settingsOf(List<Engine> engines) {
		return settings(engines, nodes(), nodes());
	}

	/**
	 * Start a node; does not wait until it is ready.
	 * @param node the node id
	 */
	void start(String node) {
		this.providers.start(node, settingsOf(this.engines));
	}

	/**
	 * Wait until a started node says that it is ready.
	 * @param node the node id
	 */
	void awaitReady(String node) {
		this.providers.awaitReady(node);
		this.engines.forEach((engine) -> engine.ready(node, endpoint(node)));
	}

	/**
	 * Start all nodes and wait until they are ready.
	 */
	void startAll() {
		nodes().forEach(this::start);
		nodes().forEach(this::awaitReady);
	}

	/**
	 * Stop a node in an orderly way and wait until it is gone.
	 * @param node the node id
	 */
	void stop(String node) {
		this.engines.forEach((engine) -> engine.leaving(node, endpoint(node)));
		this.providers.stop(node);
		this.engines.forEach((engine) -> engine.left(node));
	}

	/**
	 * Kill a node with SIGKILL and wait until it is gone. No engine is told.
	 * @param node the node id
	 */
	void kill(String node) {
		this.providers.kill(node);
	}

	@Override
	public void close() {
		this.providers.close();
	}

	private List<String> settings(List<Engine> engines, List<String> nodes, List<String> seeds) {
		Map<String, String> endpoints = new LinkedHashMap<>();
		nodes.forEach((node) -> endpoints.put(node, endpoint(node)));
		List<String> settings = new ArrayList<>();
		if (!types(engines).equals(EmbeddedEngine.TYPE)) {
			settings.add("--macula.directory.type=" + types(engines));
		}
		engines.forEach(
				(engine) -> settings.addAll(engine.settings(endpoints, seeds.stream().map(this::endpoint).toList())));
		return settings;
	}

	static String types(List<Engine> engines) {
		return engines.stream().map(Engine::type).collect(Collectors.joining(","));
	}

}
