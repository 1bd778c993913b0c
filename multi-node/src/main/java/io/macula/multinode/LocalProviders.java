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
import java.util.stream.IntStream;

import io.macula.harness.FreePorts;
import io.macula.harness.LoggedProcess;

/**
 * Providers as processes of this machine.
 */
final class LocalProviders implements Providers {

	private static final String READY = "Started ProviderApplication";

	private static final int COUNT = 3;

	private static final int FIRST_PORT = 9001;

	private final ExecutableJar jar;

	private final String host;

	private final StartedProcesses started;

	private final Map<String, Integer> ports = new LinkedHashMap<>();

	private final Map<String, LoggedProcess> processes = new LinkedHashMap<>();

	/**
	 * Providers that were not started yet.
	 * @param jar the sample provider
	 * @param host address of this machine at which they listen
	 * @param started where they are started
	 */
	LocalProviders(ExecutableJar jar, String host, StartedProcesses started) {
		this.jar = jar;
		this.host = host;
		this.started = started;
		int number = 1;
		for (int port : ports()) {
			String node = "node" + number++;
			this.ports.put(node, port);
			this.processes.put(node, started.process(node, READY));
		}
	}

	@Override
	public List<String> nodes() {
		return List.copyOf(this.ports.keySet());
	}

	@Override
	public String endpoint(String node) {
		return this.host + ":" + known(this.ports, node);
	}

	@Override
	public void start(String node, List<String> settings) {
		int number = nodes().indexOf(node) + 1;
		List<String> arguments = new ArrayList<>(List.of("--macula.node.id=" + node,
				"--macula.provider.port=" + known(this.ports, node), "--macula.provider.address=" + this.host,
				"--calculator.factor=" + (number + 1), "--spring.main.web-application-type=none"));
		arguments.addAll(settings);
		this.started.start(process(node), this.jar.command(arguments));
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
