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

package io.macula.embedded;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import io.macula.Fingerprint;
import io.macula.Instance;
import io.macula.ServiceName;
import io.macula.directory.Snapshot;
import org.jspecify.annotations.Nullable;

/**
 * The instances of each service. Owned by the table.
 */
final class ServiceIndex {

	private static final int MAX_NAMES = 20_000;

	private static final int MAX_FINGERPRINTS = 10_000;

	/** Most characters of them. */
	private static final int MAX_FINGERPRINT_CHARS = 2_000_000;

	/** By service, then by node id; never an empty map. Anybody may read the names. */
	private final Map<ServiceName, Map<String, Served>> instances = new ConcurrentHashMap<>();

	/**
	 * Names that were parsed already: there are far fewer than records times services.
	 */
	private final Map<String, ServiceName> names = new HashMap<>();

	/** The same of fingerprints, which are those of the versions. */
	private final Map<String, Fingerprint> fingerprints = new HashMap<>();

	private int fingerprintChars;

	private final SharedLists<Named> lists = new SharedLists<>();

	private final SharedLists<List<String>> versions = new SharedLists<>();

	/**
	 * The services of a record, as one object with those of other nodes that serve the
	 * same.
	 * @throws RuntimeException if a name is not valid
	 */
	Named named(NodeRecord record) {
		Named known = this.lists.get(record.services());
		if (known == null) {
			known = new Named(record.services(), names(record));
			this.lists.put(known.texts(), known);
		}
		return known;
	}

	/**
	 * The versions of a record's services, in the same manner.
	 */
	List<String> versions(NodeRecord record) {
		List<String> known = this.versions.get(record.fingerprints());
		if (known == null) {
			known = record.fingerprints().stream().map(this::shared).toList();
			this.versions.put(known, known);
		}
		return known;
	}

	private String shared(String text) {
		Fingerprint known = text.isEmpty() ? null : fingerprint(text);
		return (known != null) ? known.text() : text;
	}

	private Set<ServiceName> names(NodeRecord record) {
		if (this.names.size() > MAX_NAMES) {
			this.names.clear();
		}
		Set<ServiceName> services = new LinkedHashSet<>(record.services().size() * 2);
		for (String service : record.services()) {
			services.add(this.names.computeIfAbsent(service, ServiceName::new));
		}
		return Collections.unmodifiableSet(services);
	}

	void add(Instance instance, Set<ServiceName> services, NodeRecord record) {
		for (ServiceName service : services) {
			this.instances.computeIfAbsent(service, (name) -> new HashMap<>())
				.put(instance.nodeId(), new Served(instance, fingerprint(record.fingerprint(service.value()))));
		}
	}

	/** The services that have instances, for all threads. */
	Collection<ServiceName> services() {
		return Collections.unmodifiableSet(this.instances.keySet());
	}

	/** One that is not valid is no obstacle to calls: nothing is known of the version. */
	private @Nullable Fingerprint fingerprint(@Nullable String text) {
		if (text == null) {
			return null;
		}
		Fingerprint known = this.fingerprints.get(text);
		if (known != null) {
			return known;
		}
		if (this.fingerprints.size() > MAX_FINGERPRINTS || this.fingerprintChars > MAX_FINGERPRINT_CHARS) {
			this.fingerprints.clear();
			this.fingerprintChars = 0;
		}
		try {
			Fingerprint told = new Fingerprint(text);
			this.fingerprints.put(text, told);
			this.fingerprintChars += text.length();
			return told;
		}
		catch (IllegalArgumentException ex) {
			return null;
		}
	}

	void remove(String nodeId, Set<ServiceName> services) {
		for (ServiceName service : services) {
			Map<String, Served> serving = this.instances.get(service);
			if (serving != null && serving.remove(nodeId) != null && serving.isEmpty()) {
				this.instances.remove(service);
			}
		}
	}

	Snapshot snapshot(ServiceName service, long now) {
		List<Instance> all = new ArrayList<>();
		Map<String, Fingerprint> told = new HashMap<>();
		for (Served served : serving(service).values()) {
			all.add(served.instance());
			if (served.fingerprint() != null) {
				told.put(served.instance().nodeId(), served.fingerprint());
			}
		}
		return new Snapshot(service, all, told, now);
	}

	boolean serves(ServiceName service) {
		return this.instances.containsKey(service);
	}

	/**
	 * The nodes that serve one of the services.
	 */
	Set<String> nodesOf(Collection<ServiceName> services) {
		Set<String> nodeIds = new LinkedHashSet<>();
		services.forEach((service) -> nodeIds.addAll(serving(service).keySet()));
		return nodeIds;
	}

	private Map<String, Served> serving(ServiceName service) {
		return this.instances.getOrDefault(service, Map.of());
	}

	/**
	 * The services of a record.
	 *
	 * @param texts as the record has them
	 * @param names the same as names, not to be changed
	 */
	record Named(List<String> texts, Set<ServiceName> names) {

	}

	/**
	 * An instance of one service.
	 */
	private record Served(Instance instance, @Nullable Fingerprint fingerprint) {

	}

}
