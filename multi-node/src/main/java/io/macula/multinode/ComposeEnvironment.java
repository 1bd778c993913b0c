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

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import io.macula.harness.Arguments;
import io.macula.harness.Shell;

/**
 * Containers of {@code docker/compose.yaml}. Clients run in this process, or in a
 * container beside those of the providers.
 */
final class ComposeEnvironment implements Environment {

	static final String NAME = "compose";

	private static final String CLIENT = "client";

	private static final String JAR = "/multi-node.jar";

	private static final Duration LIMIT = Duration.ofMinutes(2);

	private final String compose;

	private final boolean clientsInContainer;

	private final Path jar;

	/**
	 * An environment whose images are built.
	 * @param arguments {@code --compose=} for the command up to its file;
	 * {@code --clients=} for where the clients run, {@code host} or {@code container}
	 * @throws CannotRunException if the clients are to run elsewhere
	 */
	ComposeEnvironment(Arguments arguments) {
		this.compose = arguments.required("compose");
		String clients = arguments.optional("clients", "host");
		if (!List.of("host", "container").contains(clients)) {
			throw new CannotRunException(
					"Place '" + clients + "' of the clients is not known: expected host or container");
		}
		this.clientsInContainer = clients.equals("container");
		this.jar = ExecutableJar.running().path().toAbsolutePath();
	}

	@Override
	public String name() {
		return NAME;
	}

	@Override
	public Providers providers(Engine engine) {
		return new ComposeProviders(this.compose);
	}

	@Override
	public List<String> client(List<String> arguments) {
		if (!this.clientsInContainer) {
			return List.of();
		}
		List<String> command = new ArrayList<>(List.of(this.compose.split(" ")));
		command.addAll(List.of("run", "--rm", "--no-TTY", "--no-deps", "--volume", this.jar + ":" + JAR + ":ro",
				"--entrypoint", "java", CLIENT, "--enable-native-access=ALL-UNNAMED", "-XX:MaxRAMPercentage=40", "-jar",
				JAR));
		command.addAll(arguments);
		return List.copyOf(command);
	}

	@Override
	public Map<String, String> facts() {
		Map<String, String> facts = new LinkedHashMap<>();
		facts.put("compose", compose("version", "--short").strip());
		facts.put("clients", this.clientsInContainer ? "in a container" : "on the host of the containers");
		return facts;
	}

	private String compose(String... arguments) {
		List<String> command = new ArrayList<>(List.of(this.compose.split(" ")));
		command.addAll(List.of(arguments));
		return Shell.run(LIMIT, command);
	}

}
