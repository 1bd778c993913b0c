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

/**
 * The realm whose providers and engines this process controls. Tells each engine of the
 * providers' doings, so that neither environment nor engine knows of the other. For one
 * thread.
 */
final class OwnRealm implements Realm, AutoCloseable {

	private final Providers providers;

	private final Map<String, Engine> engines = new LinkedHashMap<>();

	/** The preferred one first; what starts from now on uses these. */
	private List<String> used;

	/**
	 * A realm that was not started.
	 * @param providers its providers, closed with it
	 * @param engines its engines, the one that is used first; started and closed by
	 * whoever made them
	 */
	OwnRealm(Providers providers, List<Engine> engines) {
		this.providers = providers;
		engines.forEach((engine) -> this.engines.putIfAbsent(engine.type(), engine));
		this.used = List.of(engines.get(0).type());
	}

	@Override
	public List<String> nodes() {
		return this.providers.nodes();
	}

	@Override
	public String endpoint(String node) {
		return this.providers.endpoint(node);
	}

	@Override
	public void use(List<String> types) {
		this.used = List.copyOf(types);
	}

	@Override
	public String directory() {
		return String.join(",", this.used);
	}

	@Override
	public List<String> settings(List<String> nodes, List<String> seeds) {
		return settings(this.used, nodes, seeds.stream().map(this::endpoint).toList());
	}

	@Override
	public List<String> lastingSettings() {
		return settings(this.used, nodes(), this.providers.lastingSeeds());
	}

	@Override
	public List<String> settingsOf(List<String> types) {
		return settings(types, nodes(), nodes().stream().map(this::endpoint).toList());
	}

	@Override
	public void start(String node) {
		this.providers.start(node, settingsOf(this.used));
	}

	@Override
	public void awaitReady(String node) {
		this.providers.awaitReady(node);
		engines(this.used).forEach((engine) -> engine.ready(node, endpoint(node)));
	}

	@Override
	public void startAll() {
		nodes().forEach(this::start);
		nodes().forEach(this::awaitReady);
	}

	@Override
	public void stop(String node) {
		engines(this.used).forEach((engine) -> engine.leaving(node, endpoint(node)));
		this.providers.stop(node);
		engines(this.used).forEach((engine) -> engine.left(node));
	}

	@Override
	public void kill(String node) {
		this.providers.kill(node);
	}

	@Override
	public String restart(String node) {
		engines(this.used).forEach((engine) -> engine.leaving(node, endpoint(node)));
		String before = this.providers.restart(node, settingsOf(this.used));
		engines(this.used).forEach((engine) -> engine.ready(node, endpoint(node)));
		return before;
	}

	@Override
	public void close() {
		this.providers.close();
	}

	private List<String> settings(List<String> types, List<String> nodes, List<String> seeds) {
		Map<String, String> endpoints = new LinkedHashMap<>();
		nodes.forEach((node) -> endpoints.put(node, endpoint(node)));
		List<String> settings = new ArrayList<>();
		if (!types.equals(List.of(EmbeddedEngine.TYPE))) {
			settings.add("--macula.directory.type=" + String.join(",", types));
		}
		engines(types).forEach((engine) -> settings.addAll(engine.settings(endpoints, seeds)));
		return settings;
	}

	private List<Engine> engines(List<String> types) {
		List<Engine> found = new ArrayList<>();
		for (String type : types) {
			Engine engine = this.engines.get(type);
			if (engine == null) {
				throw new IllegalArgumentException(
						"Directory '" + type + "' is not one of this run: expected " + this.engines.keySet());
			}
			found.add(engine);
		}
		return found;
	}

}
