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

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import io.macula.log.FaultLog;
import io.macula.log.PrintableLogger;
import org.jspecify.annotations.Nullable;

/**
 * Advertises in all registries of several engines. Safe for all threads.
 */
final class CompositeRegistry implements Registry {

	private static final FaultLog faults = new FaultLog(PrintableLogger.of(CompositeRegistry.class));

	private final List<CompositeEngine.Part> parts;

	/** The last lease of each, by type, for the report. */
	private final Map<String, Lease> leases = new ConcurrentHashMap<>();

	CompositeRegistry(List<CompositeEngine.Part> parts) {
		this.parts = parts;
	}

	/** Fails if no registry gives a lease. */
	@Override
	public Lease advertise(Advertisement advertisement) {
		List<CompositeLease.Part> given = new ArrayList<>();
		RuntimeException failure = null;
		for (CompositeEngine.Part part : this.parts) {
			Registry registry = part.engine().registry();
			if (registry == null) {
				continue;
			}
			try {
				Lease lease = registry.advertise(advertisement);
				this.leases.put(part.type(), lease);
				given.add(new CompositeLease.Part(part.type(), lease));
			}
			catch (RuntimeException ex) {
				this.leases.remove(part.type());
				faults.warn("Node " + advertisement.instance().nodeId() + " could not be advertised in directory '"
						+ part.type() + "', where nobody finds it; the others go on", ex);
				failure = ex;
			}
		}
		if (given.isEmpty() && failure != null) {
			throw failure;
		}
		return new CompositeLease(advertisement, given);
	}

	/** State of what was advertised last, or {@code null} if that is nothing. */
	Lease.@Nullable State lease(String type) {
		Lease lease = this.leases.get(type);
		return (lease != null) ? lease.state() : null;
	}

}
