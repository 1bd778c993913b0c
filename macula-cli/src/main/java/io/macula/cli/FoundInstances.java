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
package io.macula.cli;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import io.macula.Instance;
import io.macula.ServiceName;
import io.macula.directory.Directory;
import io.macula.directory.Snapshot;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Sinks;

/**
 * Directory of the instances that the command was told of by the nodes themselves. Safe
 * for all threads.
 */
final class FoundInstances implements Directory {

	private final Map<ServiceName, Sinks.Many<Snapshot>> services = new ConcurrentHashMap<>();

	private final Map<ServiceName, List<Instance>> known = new ConcurrentHashMap<>();

	/** From now on a service has these instances. */
	void found(String service, List<Instance> instances) {
		ServiceName name = new ServiceName(service);
		this.known.put(name, List.copyOf(instances));
		synchronized (this) {
			sink(name).tryEmitNext(new Snapshot(name, instances, System.nanoTime())).orThrow();
		}
	}

	private Sinks.Many<Snapshot> sink(ServiceName service) {
		return this.services.computeIfAbsent(service, (any) -> Sinks.many().replay().latest());
	}

	@Override
	public Flux<Snapshot> watch(ServiceName service) {
		return sink(service).asFlux().onBackpressureLatest();
	}

	@Override
	public Collection<ServiceName> known() {
		return this.known.keySet();
	}

	/** Nobody else tells of them: what was found holds while the command runs. */
	@Override
	public long confirmedNanoTime(Snapshot snapshot) {
		return System.nanoTime();
	}

}
