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

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import io.macula.harness.Clock;
import io.macula.harness.Shell;

/**
 * Providers as containers of {@code docker/compose.yaml}. The clients run on the host,
 * which reaches the containers' addresses.
 */
final class ComposeProviders implements Providers {

	private static final String READY = "Started ProviderApplication";

	private static final Duration START_LIMIT = Duration.ofSeconds(120);

	/** Longer than compose waits for a container that stops. */
	private static final Duration COMMAND_LIMIT = Duration.ofMinutes(2);

	private static final Map<String, String> ENDPOINTS = Map.of("node1", "172.20.0.2:9001", "node2", "172.20.0.3:9002",
			"node3", "172.20.0.4:9003");

	private final List<String> compose;

	private final Map<String, Integer> lives = new HashMap<>();

	/**
	 * Providers that a command controls.
	 * @param compose the command up to its file, for example {@code docker compose -f
	 * compose.yaml}
	 */
	ComposeProviders(String compose) {
		this.compose = List.of(compose.split(" "));
	}

	@Override
	public List<String> nodes() {
		return ENDPOINTS.keySet().stream().sorted().toList();
	}

	@Override
	public String endpoint(String node) {
		return String.valueOf(ENDPOINTS.get(node));
	}

	/** What its directory needs stands in the compose file. */
	@Override
	public void start(String node, List<String> settings) {
		this.lives.put(node, starts(node));
		compose("up", "-d", "--no-deps", node);
	}

	@Override
	public void awaitReady(String node) {
		Clock.await("container " + node + " is ready", START_LIMIT,
				() -> starts(node) > this.lives.getOrDefault(node, 0));
	}

	@Override
	public void stop(String node) {
		compose("stop", node);
	}

	@Override
	public void kill(String node) {
		compose("kill", "-s", "SIGKILL", node);
	}

	@Override
	public String log(String node) {
		String all = compose("logs", "--no-color", node);
		int begin = 0;
		for (int i = 0; i < this.lives.getOrDefault(node, 0); i++) {
			begin = all.indexOf(READY, begin) + READY.length();
		}
		return all.substring(begin);
	}

	@Override
	public void close() {
		compose("down");
	}

	private int starts(String node) {
		return compose("logs", "--no-color", node).split(READY, -1).length - 1;
	}

	private String compose(String... args) {
		List<String> command = new ArrayList<>(this.compose);
		command.addAll(List.of(args));
		try {
			return Shell.run(COMMAND_LIMIT, command);
		}
		catch (IllegalStateException ex) {
			// What goes well is told before it, a line for each container.
			String reason = String.valueOf(ex.getMessage()).lines().reduce((first, second) -> second).orElse("");
			throw new IllegalStateException("'" + String.join(" ", command) + "' failed: " + reason, ex);
		}
	}

}
