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

import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

import io.macula.Fingerprint;
import io.macula.Instance;
import io.macula.ServiceName;
import io.macula.Utf8;
import io.macula.log.DurationText;

/**
 * Expiring record of one node: this instance serves these services. One record and one
 * lease per node, whatever the number of its services. Immutable.
 *
 * @param instance the node
 * @param services what it serves, at most {@value #MAX_SERVICES}
 * @param fingerprints versions of the contracts, of those services that tell it
 * @param ttl time after which the advertisement expires unless renewed; it is renewed at
 * a third of it. At least 1 second; default 15 seconds
 */
public record Advertisement(Instance instance, Set<ServiceName> services, Map<ServiceName, Fingerprint> fingerprints,
		Duration ttl) {

	/**
	 * Reserved service by which operators find and ask any node; advertised by those that
	 * serve nothing else at present only.
	 */
	public static final ServiceName NODE = new ServiceName("macula.node");

	/** Default time to live of an advertisement. */
	public static final Duration DEFAULT_TTL = Duration.ofSeconds(15);

	/** Most services of one node. */
	public static final int MAX_SERVICES = 1000;

	/** Most bytes of all texts: with the rest a record of 64 KB. */
	public static final int MAX_BYTES = 56 * 1024;

	public Advertisement {
		Objects.requireNonNull(instance, "instance");
		services = Set.copyOf(services);
		fingerprints = Map.copyOf(fingerprints);
		requireSmall(instance, services, fingerprints);
		if (ttl.compareTo(Duration.ofSeconds(1)) < 0) {
			throw new IllegalArgumentException(
					"Lease of " + DurationText.setting(ttl) + " is not valid: expected at least 1 second");
		}
	}

	/* Every node of the realm keeps it, and is told of each change. */
	private static void requireSmall(Instance instance, Set<ServiceName> services,
			Map<ServiceName, Fingerprint> fingerprints) {
		if (services.size() > MAX_SERVICES) {
			throw new IllegalArgumentException("Node '" + instance.nodeId() + "' serves " + services.size()
					+ " services: expected at most " + MAX_SERVICES + "; let several nodes share them");
		}
		int metadata = 0;
		for (Map.Entry<String, String> entry : instance.metadata().entrySet()) {
			metadata += Utf8.bytes(entry.getKey()) + Utf8.bytes(entry.getValue());
		}
		int names = services.stream().mapToInt((service) -> service.value().length()).sum();
		int versions = fingerprints.values().stream().mapToInt((fingerprint) -> fingerprint.text().length()).sum();
		if (metadata + names + versions > MAX_BYTES) {
			throw new IllegalArgumentException("The advertisement of node '" + instance.nodeId() + "' has "
					+ (metadata + names + versions) + " bytes: " + metadata
					+ " of metadata (macula.provider.metadata), " + names + " of the names of " + services.size()
					+ " services, " + versions + " of the versions of their contracts; expected at most " + MAX_BYTES
					+ ": shorten the metadata, or let several nodes share the services");
		}
	}

	/**
	 * An advertisement that does not tell the versions of the contracts.
	 * @param instance the node
	 * @param services what it serves
	 * @param ttl time after which the advertisement expires unless renewed
	 */
	public Advertisement(Instance instance, Set<ServiceName> services, Duration ttl) {
		this(instance, services, Map.of(), ttl);
	}

	/**
	 * The same node, and none of its services: it is there, for operators, and nobody is
	 * to call it.
	 * @return the advertisement of the reserved service alone
	 */
	public Advertisement ofNodeAlone() {
		return new Advertisement(this.instance, Set.of(NODE), this.ttl);
	}

}
