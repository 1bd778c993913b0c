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
import java.util.function.UnaryOperator;

import io.macula.harness.LoggedProcess;

/**
 * Providers as processes of this machine.
 */
final class ProcessProviders implements Providers {

	/** Part of the log of the sample provider that tells that it is ready. */
	static final String READY = "Started ProviderApplication";

	private final ExecutableJar jar;

	private final Map<String, Place> places;

	private final StartedProcesses started;

	private final Map<String, LoggedProcess> processes = new LinkedHashMap<>();

	/**
	 * Providers that were not started yet.
	 * @param jar the sample provider
	 * @param places where each runs, by node id and in order
	 * @param started where they are started
	 */
	ProcessProviders(ExecutableJar jar, Map<String, Place> places, StartedProcesses started) {
		this.jar = jar;
		this.places = places;
		this.started = started;
		places.keySet().forEach((node) -> this.processes.put(node, started.process(node, READY)));
	}

	@Override
	public List<String> nodes() {
		return List.copyOf(this.places.keySet());
	}

	@Override
	public String endpoint(String node) {
		Place place = known(this.places, node);
		return place.host() + ":" + place.port();
	}

	@Override
	public void start(String node, List<String> settings) {
		Place place = known(this.places, node);
		int number = nodes().indexOf(node) + 1;
		List<String> arguments = new ArrayList<>(List.of("--macula.node.id=" + node,
				"--macula.provider.port=" + place.port(), "--macula.provider.address=" + place.host(),
				"--calculator.factor=" + (number + 1), "--spring.main.web-application-type=none"));
		arguments.addAll(settings);
		this.started.start(process(node), place.command().apply(this.jar.command(arguments)));
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
	public String log(String node) {
		return process(node).logOfThisLife();
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

	/**
	 * Where a provider runs. Immutable.
	 *
	 * @param host address at which it listens
	 * @param port its UDP port
	 * @param command makes of a command one that runs there
	 */
	record Place(String host, int port, UnaryOperator<List<String>> command) {

	}

}
