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

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;

import io.macula.harness.FreePorts;
import io.macula.multinode.ProcessProviders.Place;

/**
 * This machine: providers are processes that listen at one address of it, clients are in
 * the runner's own process.
 */
final class LocalEnvironment implements Environment {

	static final String NAME = "local";

	private static final int COUNT = 3;

	private static final int FIRST_PORT = 9001;

	private final ExecutableJar provider;

	private final StartedProcesses processes;

	/**
	 * An environment that needs no preparation.
	 * @param provider the sample provider
	 * @param processes where providers are started
	 */
	LocalEnvironment(ExecutableJar provider, StartedProcesses processes) {
		this.provider = provider;
		this.processes = processes;
	}

	@Override
	public String name() {
		return NAME;
	}

	@Override
	public Providers providers(Engine engine) {
		Map<String, Place> places = new LinkedHashMap<>();
		List<Integer> ports = ports();
		for (int i = 0; i < COUNT; i++) {
			places.put("node" + (i + 1), new Place(engine.host(), ports.get(i), UnaryOperator.identity()));
		}
		return new ProcessProviders(this.provider, places, this.processes);
	}

	/** Ports from 9001, or any free ones where one of these is taken. */
	private static List<Integer> ports() {
		List<Integer> wanted = IntStream.range(FIRST_PORT, FIRST_PORT + COUNT).boxed().toList();
		return wanted.stream().allMatch(FreePorts::isFreeUdp) ? wanted : FreePorts.udp(COUNT);
	}

}
