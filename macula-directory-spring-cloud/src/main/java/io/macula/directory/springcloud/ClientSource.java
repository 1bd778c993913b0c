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

package io.macula.directory.springcloud;

import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;
import org.springframework.cloud.client.ServiceInstance;
import org.springframework.cloud.client.discovery.DiscoveryClient;
import org.springframework.cloud.client.discovery.ReactiveDiscoveryClient;
import org.springframework.cloud.client.discovery.composite.CompositeDiscoveryClient;

/**
 * A client of Spring Cloud as a source.
 */
final class ClientSource implements DiscoverySource {

	private final String description;

	private final Supplier<List<String>> applications;

	private final Function<String, List<ServiceInstance>> instances;

	private final Supplier<@Nullable String> stale;

	private ClientSource(String description, Supplier<List<String>> applications,
			Function<String, List<ServiceInstance>> instances, Supplier<@Nullable String> stale) {
		this.description = description;
		this.applications = applications;
		this.instances = instances;
		this.stale = stale;
	}

	static ClientSource of(DiscoveryClient client, Supplier<@Nullable String> stale) {
		return new ClientSource(describe(client), client::getServices, client::getInstances, stale);
	}

	static ClientSource of(ReactiveDiscoveryClient client, Supplier<@Nullable String> stale) {
		return new ClientSource(client.description(),
				() -> Objects.requireNonNull(client.getServices().collectList().block()),
				(application) -> Objects.requireNonNull(client.getInstances(application).collectList().block()), stale);
	}

	private static String describe(DiscoveryClient client) {
		if (client instanceof CompositeDiscoveryClient composite) {
			return composite.getDiscoveryClients()
				.stream()
				.map(ClientSource::describe)
				.collect(Collectors.joining(", "));
		}
		return client.description();
	}

	@Override
	public String description() {
		return this.description;
	}

	@Override
	public List<String> applications() {
		return this.applications.get();
	}

	@Override
	public List<ServiceInstance> instances(String application) {
		return this.instances.apply(application);
	}

	@Override
	public @Nullable String stale() {
		return this.stale.get();
	}

}
