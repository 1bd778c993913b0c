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

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;

import io.macula.ServiceName;
import io.macula.directory.DirectoryEngineFactory;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.cloud.client.discovery.DiscoveryClient;
import org.springframework.cloud.client.discovery.ReactiveDiscoveryClient;
import org.springframework.cloud.client.discovery.composite.CompositeDiscoveryClient;
import org.springframework.cloud.client.discovery.simple.SimpleDiscoveryClient;
import org.springframework.cloud.client.serviceregistry.Registration;
import org.springframework.cloud.client.serviceregistry.ServiceRegistry;

/**
 * Makes the engine of what there is of Spring Cloud in an application.
 */
final class SpringCloudDirectory {

	private static final String KEY = "macula.directory.discovery-client";

	private static final String REMEDY = "expected one of Spring Cloud's implementations on the class path, such as"
			+ " org.springframework.cloud:spring-cloud-starter-netflix-eureka-client";

	private final DiscoveryClientProperties properties;

	private final DiscoveryEvents events;

	private final Beans beans;

	SpringCloudDirectory(DiscoveryClientProperties properties, DiscoveryEvents events, Beans beans) {
		this.properties = properties;
		this.events = events;
		this.beans = beans;
	}

	SpringCloudEngine create(DirectoryEngineFactory.Context context) {
		DiscoverySettings settings = settings(context);
		MetadataRegistry registry = (context.provider() && this.properties.register()) ? registry(context) : null;
		AtomicReference<@Nullable SpringCloudEngine> made = new AtomicReference<>();
		SpringCloudEngine engine = new SpringCloudEngine(source(context.provider()), settings, registry, () -> {
			SpringCloudEngine closed = made.get();
			if (closed != null) {
				this.events.remove(closed);
			}
		});
		made.set(engine);
		this.events.add(engine);
		return engine;
	}

	private DiscoverySettings settings(DirectoryEngineFactory.Context context) {
		Map<ServiceName, List<String>> applications = new LinkedHashMap<>();
		this.properties.applications().forEach((name, ids) -> {
			List<String> given = (ids != null) ? ids.stream().filter((id) -> !id.isBlank()).toList() : List.of();
			if (given.isEmpty()) {
				throw new IllegalArgumentException(KEY + ".applications[" + name
						+ "] is empty: expected the discovery ids of one or more applications, or no entry");
			}
			try {
				applications.put(new ServiceName(name), given);
			}
			catch (IllegalArgumentException ex) {
				throw new IllegalArgumentException(
						KEY + ".applications[" + name + "] is of no service: " + ex.getMessage(), ex);
			}
		});
		Integer port = this.properties.port();
		if (port != null && port == 0) {
			throw new IllegalArgumentException(KEY + ".port '0' is not valid: expected 1 to 65535");
		}
		return new DiscoverySettings(context.realm(), this.properties.interval(), this.properties.timeout(),
				applications, (port != null) ? port : 0, context.lease(), this.properties.selfPreservation());
	}

	private DiscoverySource source(boolean provider) {
		Supplier<@Nullable String> stale = () -> {
			for (DiscoveryAdapter adapter : this.beans.adapters()) {
				String reason = adapter.stale();
				if (reason != null) {
					return reason;
				}
			}
			return null;
		};
		DiscoveryClient blocking = this.beans.blocking().getIfAvailable();
		ReactiveDiscoveryClient reactive = this.beans.reactive().getIfAvailable();
		if (reactive != null && (this.properties.reactive() || blocking == null)) {
			return ClientSource.of(reactive, stale);
		}
		if (blocking == null) {
			throw new IllegalArgumentException("there is no bean of type DiscoveryClient or ReactiveDiscoveryClient: "
					+ REMEDY + ", and not spring.cloud.discovery.enabled=false");
		}
		if (this.properties.reactive()) {
			throw new IllegalArgumentException(
					KEY + ".reactive 'true' is not valid: there is no bean of type ReactiveDiscoveryClient");
		}
		if (!provider && empty(blocking)) {
			throw new IllegalArgumentException("the only DiscoveryClient is the simple one of Spring Cloud Commons, and"
					+ " spring.cloud.discovery.client.simple.instances has none: " + REMEDY + ", or instances there");
		}
		return ClientSource.of(blocking, stale);
	}

	/* It is there whenever no implementation is, and nobody would ever be found. */
	private static boolean empty(DiscoveryClient client) {
		if (client instanceof CompositeDiscoveryClient composite) {
			return composite.getDiscoveryClients().stream().allMatch(SpringCloudDirectory::empty);
		}
		return client instanceof SimpleDiscoveryClient && client.getServices().isEmpty();
	}

	private @Nullable MetadataRegistry registry(DirectoryEngineFactory.Context context) {
		Registration registration = this.beans.registrations().getIfUnique();
		if (registration == null) {
			return null;
		}
		RegistrationWriter writer = writer(registration);
		return (writer != null)
				? new MetadataRegistry(writer, context.realm(), this.properties.timeout(), this.events.registered())
				: null;
	}

	private @Nullable RegistrationWriter writer(Registration registration) {
		for (DiscoveryAdapter adapter : this.beans.adapters()) {
			RegistrationWriter writer = adapter.writer(registration);
			if (writer != null) {
				return writer;
			}
		}
		ServiceRegistry<Registration> registry = this.beans.registries().getIfUnique();
		return (registry != null) ? new ServiceRegistryWriter<>(registry, registration) : null;
	}

	/**
	 * What there is in the application.
	 *
	 * @param blocking clients that block
	 * @param reactive clients that do not
	 * @param registrations of this application
	 * @param registries where it is registered
	 * @param adapters of implementations
	 */
	record Beans(ObjectProvider<DiscoveryClient> blocking, ObjectProvider<ReactiveDiscoveryClient> reactive,
			ObjectProvider<Registration> registrations, ObjectProvider<ServiceRegistry<Registration>> registries,
			List<DiscoveryAdapter> adapters) {

	}

}
