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

package io.macula.console;

import java.util.Collection;
import java.util.List;

import io.macula.Instance;
import io.macula.ServiceName;
import io.macula.directory.Directory;
import io.macula.directory.Snapshot;
import reactor.core.publisher.Flux;

/**
 * The directory of one call: the instances that the picture of the realm shows.
 *
 * @param service the one service
 * @param instances where its calls may go
 */
record FixedInstances(ServiceName service, List<Instance> instances) implements Directory {

	@Override
	public Flux<Snapshot> watch(ServiceName wanted) {
		return Flux.concat(Flux
			.just(new Snapshot(wanted, wanted.equals(this.service) ? this.instances : List.of(), System.nanoTime())),
				Flux.never());
	}

	@Override
	public Collection<ServiceName> known() {
		return List.of(this.service);
	}

	@Override
	public long confirmedNanoTime(Snapshot snapshot) {
		return System.nanoTime();
	}

}
