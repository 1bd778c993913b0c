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

import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;

import io.macula.Fingerprint;
import io.macula.Instance;
import io.macula.ServiceName;

/**
 * All live instances of one service at one moment. Immutable.
 *
 * @param service the service
 * @param instances in stable order: priority, then node id
 * @param fingerprints versions of the contract, by node id, of those that tell it
 * @param confirmedNanoTime when the directory last confirmed this content, on the scale
 * of {@link System#nanoTime()}; tells the snapshot's age
 */
public record Snapshot(ServiceName service, List<Instance> instances, Map<String, Fingerprint> fingerprints,
		long confirmedNanoTime) {

	/** The stable order of instances. */
	public static final Comparator<Instance> ORDER = Comparator.comparingInt(Instance::priority)
		.thenComparing(Instance::nodeId);

	public Snapshot {
		Objects.requireNonNull(service, "service");
		instances = instances.stream().sorted(ORDER).toList();
		fingerprints = Map.copyOf(fingerprints);
	}

	/**
	 * A snapshot of instances that do not tell the version of the contract.
	 * @param service the service
	 * @param instances in any order
	 * @param confirmedNanoTime when the directory last confirmed this content
	 */
	public Snapshot(ServiceName service, List<Instance> instances, long confirmedNanoTime) {
		this(service, instances, Map.of(), confirmedNanoTime);
	}

}
