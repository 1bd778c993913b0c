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

import java.util.Map;

import org.springframework.cloud.client.serviceregistry.Registration;
import org.springframework.cloud.client.serviceregistry.ServiceRegistry;

/**
 * Metadata of a registration that is registered again after a change, as any registry of
 * Spring Cloud has it.
 *
 * @param <R> the kind of registration
 */
final class ServiceRegistryWriter<R extends Registration> implements RegistrationWriter {

	private final ServiceRegistry<R> registry;

	private final R registration;

	ServiceRegistryWriter(ServiceRegistry<R> registry, R registration) {
		this.registry = registry;
		this.registration = registration;
	}

	@Override
	public void write(Map<String, String> metadata, boolean registered) {
		Map<String, String> present = this.registration.getMetadata();
		if (present == null) {
			throw new IllegalStateException("the registration of this application has no metadata");
		}
		try {
			present.putAll(metadata);
		}
		catch (UnsupportedOperationException ex) {
			throw new IllegalStateException("the metadata of this application's registration cannot be changed", ex);
		}
		if (registered) {
			this.registry.register(this.registration);
		}
	}

}
