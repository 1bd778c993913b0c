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

import java.time.Duration;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;

import io.macula.Realm;
import io.macula.directory.Advertisement;
import io.macula.directory.DirectoryEngine;
import io.macula.directory.tck.DirectoryHarness;

/**
 * The contract in a registry within the test: of engines that only read, and of those
 * that write into the registration of their application, too.
 */
final class RegistryHarness implements DirectoryHarness {

	static final Realm REALM = new Realm("tck");

	private final TestRegistry registry = new TestRegistry();

	private final Map<DirectoryEngine, TestRegistry.Entry> registrations = new HashMap<>();

	private final boolean writing;

	RegistryHarness(boolean writing) {
		this.writing = writing;
	}

	@Override
	public DirectoryEngine engine(Node node) {
		DiscoverySettings settings = new DiscoverySettings(REALM, Duration.ofMillis(150), Duration.ofSeconds(2),
				Map.of(), 0, node.lease(), true);
		MetadataRegistry written = null;
		TestRegistry.Entry registration = new TestRegistry.Entry("application-" + node.nodeId(),
				node.nodeId() + "-" + node.incarnation());
		if (this.writing && node.provider()) {
			written = new MetadataRegistry(new ServiceRegistryWriter<>(this.registry, registration), REALM,
					Duration.ofSeconds(2), true);
		}
		DirectoryEngine engine = new SpringCloudEngine(ClientSource.of(this.registry, () -> null), settings, written,
				() -> {
				});
		this.registrations.put(engine, registration);
		return engine;
	}

	@Override
	public AutoCloseable publish(Advertisement advertisement) {
		Map<String, String> metadata = DiscoveryMetadata.write(advertisement, REALM);
		String nodeId = advertisement.instance().nodeId();
		this.registry.put("application-" + nodeId, nodeId, metadata);
		return () -> this.registry.put("application-" + nodeId, nodeId, DiscoveryMetadata.withdrawn(metadata));
	}

	@Override
	public void kill(DirectoryEngine engine) {
		TestRegistry.Entry registration = this.registrations.get(engine);
		if (registration != null) {
			String nodeId = registration.metadata().get(DiscoveryMetadata.NODE_ID);
			this.registry.remove(registration.application(), registration.instanceId());
			this.registry.remove(registration.application(), String.valueOf(nodeId));
			this.registry.remove(registration.application(), plain(registration));
		}
	}

	private static String plain(TestRegistry.Entry registration) {
		return registration.application().substring("application-".length());
	}

	@Override
	public void cut() {
		this.registry.fail(new IllegalStateException("cut by the test"));
	}

	@Override
	public void restore() {
		this.registry.fail(null);
	}

	@Override
	public Map<Ability, String> lacks() {
		Map<Ability, String> lacks = new EnumMap<>(Ability.class);
		lacks.put(Ability.FOREIGN_RECORDS, "there are no texts but metadata, which tests of their own spoil");
		lacks.put(Ability.READS, "all applications are asked, unless the setting 'applications' names them");
		lacks.put(Ability.LEASES, "the lease is the registration's, of which an application has one");
		lacks.put(Ability.WIPE, "who lost a registration makes it anew: the registry's own client");
		lacks.put(Ability.INCARNATIONS, "a registration does not know of another one with its node id");
		if (!this.writing) {
			lacks.put(Ability.REGISTRY, "it only reads");
			lacks.put(Ability.CLOSE, "it only reads");
		}
		return lacks;
	}

	/** The registration, not the node, ends: in the test when it is killed. */
	@Override
	public Duration expirySlack() {
		return Duration.ofSeconds(2);
	}

	@Override
	public void close() {
		// The registry is in this process.
	}

}
