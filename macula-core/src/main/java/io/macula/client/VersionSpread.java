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

package io.macula.client;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

import io.macula.Fingerprint;
import io.macula.Instance;
import io.macula.ServiceName;
import io.macula.directory.Snapshot;
import io.macula.log.LogLimit;
import io.macula.log.PrintableLogger;
import io.macula.selection.InstanceListener;
import org.slf4j.Logger;

/**
 * Notices that live instances of a service serve different versions of its contract, and
 * says so once for each set of versions. Told of one snapshot at a time.
 */
final class VersionSpread {

	private static final Logger logger = PrintableLogger.of(VersionSpread.class);

	private static final int MOST_NAMED = 5;

	private final ServiceName service;

	private final InstanceListener listener;

	private final LogLimit limit;

	/** Versions that were told last; empty while there is one at most. */
	private Set<String> told = Set.of();

	VersionSpread(ServiceName service, InstanceListener listener, LogLimit limit) {
		this.service = service;
		this.listener = listener;
		this.limit = limit;
	}

	/** Most snapshots have one version: they are done with after a glance. */
	synchronized void update(Snapshot snapshot) {
		Map<String, Fingerprint> fingerprints = snapshot.fingerprints();
		Map<String, String> versions = new HashMap<>();
		for (Instance instance : snapshot.instances()) {
			Fingerprint fingerprint = fingerprints.get(instance.nodeId());
			if (fingerprint != null) {
				versions.put(instance.nodeId(), fingerprint.version());
			}
		}
		Set<String> present = Set.copyOf(versions.values());
		if (present.size() < 2) {
			this.told = Set.of();
			return;
		}
		if (present.equals(this.told)) {
			return;
		}
		this.told = present;
		Map<String, List<String>> spread = new TreeMap<>();
		versions.forEach((nodeId, version) -> spread.computeIfAbsent(version, (any) -> new ArrayList<>()).add(nodeId));
		this.limit.log("versions " + present,
				(suppressed) -> logger.info("Instances of service {} serve {} versions of its contract: {}{}",
						this.service, present.size(), text(spread), suppressed));
		this.listener.contractsDiffer(spread);
	}

	private static String text(Map<String, List<String>> spread) {
		return spread.entrySet()
			.stream()
			.map((version) -> version.getKey() + " by " + nodes(version.getValue()))
			.collect(Collectors.joining("; "));
	}

	private static String nodes(List<String> nodeIds) {
		String named = nodeIds.stream().sorted().limit(MOST_NAMED).collect(Collectors.joining(", "));
		return (nodeIds.size() > MOST_NAMED) ? named + " and " + (nodeIds.size() - MOST_NAMED) + " more" : named;
	}

}
