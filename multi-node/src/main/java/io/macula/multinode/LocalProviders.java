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

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

import io.macula.harness.FreePorts;
import io.macula.harness.Jvm;
import io.macula.harness.LoggedProcess;

/**
 * Providers as processes of this machine. Logs go to {@code <node>.log}, and the process
 * ids to {@code pids}, so that a script can clean up after a runner that was killed.
 */
final class LocalProviders implements Providers {

	private static final String READY = "Started ProviderApplication";

	private static final int COUNT = 3;

	private static final int FIRST_PORT = 9001;

	private final Path jar;

	private final Path directory;

	private final Map<String, Integer> ports = new LinkedHashMap<>();

	private final Map<String, LoggedProcess> processes = new LinkedHashMap<>();

	LocalProviders(Path jar, Path directory) {
		this.jar = jar;
		this.directory = directory;
		int number = 1;
		for (int port : ports()) {
			String node = "node" + number++;
			this.ports.put(node, port);
			this.processes.put(node, new LoggedProcess(node, directory.resolve(node + ".log"), READY));
		}
		Runtime.getRuntime().addShutdownHook(new Thread(() -> this.processes.values().forEach(LoggedProcess::kill)));
	}

	@Override
	public List<String> nodes() {
		return List.copyOf(this.ports.keySet());
	}

	@Override
	public String endpoint(String node) {
		return "127.0.0.1:" + port(node);
	}

	@Override
	public void start(String node) {
		int number = nodes().indexOf(node) + 1;
		process(node).start(Map.of(),
				Jvm.command(List.of("-Xmx256m", "-jar", this.jar.toString(), "--macula.node.id=" + node,
						"--macula.provider.port=" + port(node), "--macula.provider.address=127.0.0.1",
						"--macula.realm.seeds=" + seeds(), "--calculator.factor=" + (number + 1),
						"--spring.main.web-application-type=none")));
		try {
			Files.writeString(this.directory.resolve("pids"), process(node).pid() + "\n", StandardOpenOption.CREATE,
					StandardOpenOption.APPEND);
		}
		catch (IOException ex) {
			throw new UncheckedIOException("Process id of " + node + " cannot be written", ex);
		}
	}

	@Override
	public void awaitReady(String node) {
		process(node).awaitReady();
	}

	@Override
	public void stop(String node) {
		process(node).terminate();
	}

	@Override
	public void kill(String node) {
		process(node).kill();
	}

	@Override
	public void close() {
		this.processes.values().forEach(LoggedProcess::terminate);
	}

	private String seeds() {
		return String.join(",", nodes().stream().map(this::endpoint).toList());
	}

	private int port(String node) {
		return known(this.ports, node);
	}

	private LoggedProcess process(String node) {
		return known(this.processes, node);
	}

	private static <T> T known(Map<String, T> nodes, String node) {
		T found = nodes.get(node);
		if (found == null) {
			throw new IllegalArgumentException("Node '" + node + "' is not one of " + nodes.keySet());
		}
		return found;
	}

	/** Ports from 9001, or any free ones where one of these is taken. */
	private static List<Integer> ports() {
		List<Integer> wanted = IntStream.range(FIRST_PORT, FIRST_PORT + COUNT).boxed().toList();
		return wanted.stream().allMatch(FreePorts::isFreeUdp) ? wanted : FreePorts.udp(COUNT);
	}

}
