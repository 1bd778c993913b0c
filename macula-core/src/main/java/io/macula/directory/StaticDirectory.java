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

package io.macula.directory;

import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

import io.macula.Endpoint;
import io.macula.Instance;
import io.macula.NodeIds;
import io.macula.ServiceName;
import reactor.core.publisher.Flux;

/**
 * Directory of fixed instances, for a realm without seeds and for tests. Immutable and
 * safe for all threads.
 */
public final class StaticDirectory implements Directory {

	private final Map<ServiceName, List<Instance>> services;

	private StaticDirectory(Map<ServiceName, List<Instance>> services) {
		this.services = services;
	}

	/**
	 * A directory that knows no service; add some by {@link #with}.
	 * @return the directory
	 */
	public static StaticDirectory empty() {
		return new StaticDirectory(Map.of());
	}

	/**
	 * This directory and one more service whose instances are known by their endpoints
	 * alone; the endpoint serves as node id, without the brackets of an IPv6 address.
	 * @param service the service; replaced if it is known already
	 * @param endpoints where it is served
	 * @return a new directory
	 */
	public StaticDirectory with(ServiceName service, Endpoint... endpoints) {
		return with(service,
				Arrays.stream(endpoints).map((endpoint) -> Instance.of(nodeId(endpoint), endpoint)).toList());
	}

	/**
	 * The node id of an instance that is known by its endpoint alone.
	 * @param endpoint where it listens
	 * @return the endpoint, without the brackets of an IPv6 address
	 */
	public static String nodeId(Endpoint endpoint) {
		String host = endpoint.host();
		String port = ":" + endpoint.port();
		return NodeIds.of(host.substring(0, Math.min(host.length(), NodeIds.MAX_LENGTH - port.length())) + port);
	}

	/**
	 * This directory and one more service.
	 * @param service the service; replaced if it is known already
	 * @param instances who serves it
	 * @return a new directory
	 */
	public StaticDirectory with(ServiceName service, List<Instance> instances) {
		Map<ServiceName, List<Instance>> copy = new HashMap<>(this.services);
		copy.put(service, List.copyOf(instances));
		return new StaticDirectory(copy);
	}

	/** The services that are known, those without an instance included. */
	Set<ServiceName> services() {
		return this.services.keySet();
	}

	/** How many nodes are known, whatever each serves. */
	int nodes() {
		return (int) this.services.values().stream().flatMap(List::stream).map(Instance::nodeId).distinct().count();
	}

	/** All that is known, by node. */
	List<Advertisement> advertised() {
		Map<String, Instance> nodes = new TreeMap<>();
		Map<String, Set<ServiceName>> served = new HashMap<>();
		this.services.forEach((service, instances) -> instances.forEach((instance) -> {
			nodes.putIfAbsent(instance.nodeId(), instance);
			served.computeIfAbsent(instance.nodeId(), (any) -> new HashSet<>()).add(service);
		}));
		return nodes.values()
			.stream()
			.map((node) -> new Advertisement(node,
					served.getOrDefault(node.nodeId(), Set.of())
						.stream()
						.limit(Advertisement.MAX_SERVICES)
						.collect(Collectors.toSet()),
					Advertisement.DEFAULT_TTL))
			.toList();
	}

	@Override
	public Collection<ServiceName> known() {
		return this.services.entrySet()
			.stream()
			.filter((entry) -> !entry.getValue().isEmpty())
			.map(Map.Entry::getKey)
			.toList();
	}

	@Override
	public Flux<Snapshot> watch(ServiceName service) {
		return Flux.defer(() -> Flux.<Snapshot>never()
			.startWith(new Snapshot(service, this.services.getOrDefault(service, List.of()), System.nanoTime())));
	}

	/** What is fixed is always confirmed. */
	@Override
	public long confirmedNanoTime(Snapshot snapshot) {
		return System.nanoTime();
	}

}
