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

package io.macula.sample.client.scenario;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramSocket;
import java.net.SocketException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

import org.jspecify.annotations.Nullable;

/**
 * Providers as processes of this machine. Logs go to {@code <node>.log}, and the process
 * ids to {@code pids}, so that a script can clean up after a runner that was killed.
 */
final class LocalProviders implements Providers {

	private static final String READY = "Started ProviderApplication";

	private static final Duration START_LIMIT = Duration.ofSeconds(60);

	private static final int FIRST_PORT = 9001;

	private final Path jar;

	private final Path directory;

	private final Map<String, Integer> ports = new LinkedHashMap<>();

	private final Map<String, Process> processes = new LinkedHashMap<>();

	LocalProviders(Path jar, Path directory) {
		this.jar = jar;
		this.directory = directory;
		int number = 1;
		for (int port : freePorts(3)) {
			this.ports.put("node" + number++, port);
		}
		Runtime.getRuntime().addShutdownHook(new Thread(this::destroyAll));
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
		List<String> command = List.of(java(), "--enable-native-access=ALL-UNNAMED", "-Xmx256m", "-jar",
				this.jar.toString(), "--macula.node.id=" + node, "--macula.provider.port=" + port(node),
				"--macula.provider.address=127.0.0.1", "--macula.realm.seeds=" + seeds(),
				"--calculator.factor=" + (number + 1), "--spring.main.web-application-type=none");
		try {
			Files.deleteIfExists(log(node));
			Process process = new ProcessBuilder(command).redirectErrorStream(true)
				.redirectOutput(log(node).toFile())
				.start();
			synchronized (this.processes) {
				this.processes.put(node, process);
			}
			Files.writeString(this.directory.resolve("pids"), process.pid() + "\n", StandardOpenOption.CREATE,
					StandardOpenOption.APPEND);
		}
		catch (IOException ex) {
			throw new UncheckedIOException("Node " + node + " cannot be started", ex);
		}
	}

	@Override
	public void awaitReady(String node) {
		Await.until("node " + node + " is ready, see " + log(node), START_LIMIT, () -> {
			Process process = process(node);
			if (process == null || !process.isAlive()) {
				throw new IllegalStateException("Node " + node + " ended while it started, see " + log(node));
			}
			return readLog(node).contains(READY);
		});
	}

	@Override
	public void stop(String node) {
		end(node, false);
	}

	@Override
	public void kill(String node) {
		end(node, true);
	}

	@Override
	public void close() {
		for (String node : nodes()) {
			stop(node);
		}
	}

	private void end(String node, boolean forcibly) {
		Process process = process(node);
		if (process == null) {
			return;
		}
		if (forcibly) {
			process.destroyForcibly();
		}
		else {
			process.destroy();
		}
		try {
			if (!process.waitFor(40, TimeUnit.SECONDS)) {
				process.destroyForcibly();
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	private void destroyAll() {
		List<Process> all;
		synchronized (this.processes) {
			all = new ArrayList<>(this.processes.values());
		}
		all.forEach(Process::destroyForcibly);
	}

	private @Nullable Process process(String node) {
		synchronized (this.processes) {
			return this.processes.get(node);
		}
	}

	private String readLog(String node) {
		try {
			return Files.readString(log(node));
		}
		catch (IOException ex) {
			throw new UncheckedIOException("Log of node " + node + " cannot be read", ex);
		}
	}

	private Path log(String node) {
		return this.directory.resolve(node + ".log");
	}

	private String seeds() {
		return String.join(",", nodes().stream().map(this::endpoint).toList());
	}

	private int port(String node) {
		Integer port = this.ports.get(node);
		if (port == null) {
			throw new IllegalArgumentException("Node '" + node + "' is not one of " + this.ports.keySet());
		}
		return port;
	}

	/**
	 * The java of this process.
	 * @return path of the executable
	 */
	static String java() {
		return Path.of(System.getProperty("java.home"), "bin", "java").toString();
	}

	/**
	 * Ports from 9001, or any free ones where one of these is taken.
	 */
	private static List<Integer> freePorts(int count) {
		List<DatagramSocket> sockets = new ArrayList<>();
		try {
			for (int i = 0; i < count; i++) {
				sockets.add(open(FIRST_PORT + i));
			}
			return sockets.stream().map(DatagramSocket::getLocalPort).toList();
		}
		finally {
			sockets.forEach(DatagramSocket::close);
		}
	}

	private static DatagramSocket open(int wanted) {
		try {
			return new DatagramSocket(wanted);
		}
		catch (SocketException taken) {
			try {
				return new DatagramSocket(0);
			}
			catch (SocketException ex) {
				throw new UncheckedIOException("No UDP port is free", ex);
			}
		}
	}

}
