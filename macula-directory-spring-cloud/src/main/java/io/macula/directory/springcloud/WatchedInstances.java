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

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

import io.macula.Fingerprint;
import io.macula.directory.AdvertisementRecord;
import io.macula.directory.WatchedService;
import io.macula.directory.springcloud.DiscoveryMetadata.Node;
import org.jspecify.annotations.Nullable;

/**
 * One watched service, and who served it when it was asked for last. Used by the thread
 * that asks.
 */
final class WatchedInstances {

	private final WatchedService service;

	private Set<String> known = Set.of();

	WatchedInstances(WatchedService service) {
		this.service = service;
	}

	WatchedService service() {
		return this.service;
	}

	/**
	 * Pick those nodes that serve it. Who did and says that it serves it no more has
	 * announced its end; who is gone has not.
	 */
	List<AdvertisementRecord> pick(Collection<Node> nodes, DiscoverySettings settings) {
		List<AdvertisementRecord> picked = new ArrayList<>();
		Set<String> serving = new HashSet<>();
		for (Node node : nodes) {
			Optional<Fingerprint> version = node.services().get(this.service.service());
			if (version != null) {
				serving.add(node.instance().nodeId());
				picked.add(record(node, version.orElse(null), settings));
			}
		}
		for (Node node : nodes) {
			String nodeId = node.instance().nodeId();
			if (this.known.contains(nodeId) && !serving.contains(nodeId)) {
				picked.add(record(node, null, settings).departed());
			}
		}
		this.known = serving;
		return picked;
	}

	private AdvertisementRecord record(Node node, @Nullable Fingerprint version, DiscoverySettings settings) {
		return new AdvertisementRecord(this.service.service(), node.instance(), version, settings.lease(), false);
	}

}
