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

package io.macula.directory.kubernetes;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

import io.macula.Instance;
import io.macula.ServiceName;
import io.macula.directory.Advertisement;
import io.macula.directory.DirectoryEngine;
import io.macula.directory.tck.DirectoryContractTests;
import io.macula.directory.tck.DirectoryHarness;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.TestInfo;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.publisher.Flux;

/**
 * What every engine must do, of the engine {@code kubernetes} against a mock of the API
 * server.
 */
class KubernetesContractTests extends DirectoryContractTests {

	private final Disposable.Swap collecting = Disposables.swap();

	/*
	 * The HTTP client of JDK 17 ends its last thread with a collection that finds it
	 * without users, and only its watches know when they have none left.
	 */
	@BeforeEach
	void collect(TestInfo test) {
		if (test.getDisplayName().startsWith("whenClosedThenNothingIsLeft")) {
			this.collecting.update(Flux.interval(Duration.ofSeconds(1)).subscribe((tick) -> System.gc()));
		}
	}

	@AfterEach
	void endCollecting() {
		this.collecting.dispose();
	}

	@Override
	protected DirectoryHarness open() throws Exception {
		return new Harness(MockApi.crud());
	}

	/** Plays the controller of EndpointSlices. */
	static final class Harness implements DirectoryHarness {

		private final MockApi api;

		Harness(MockApi api) {
			this.api = api;
		}

		@Override
		public DirectoryEngine engine(Node node) {
			return new ReadSide(this.api.engine());
		}

		/*
		 * The mock gives each watch a thread of a pool without a name, and keeps it when
		 * the watch ends while it begins. The engine's threads have names.
		 */
		@Override
		public boolean isOfSystem(Thread thread) {
			return thread.getName().matches("pool-\\d+-thread-\\d+");
		}

		@Override
		public Map<Ability, String> lacks() {
			Map<Ability, String> lacks = new EnumMap<>(Ability.class);
			lacks.put(Ability.REGISTRY, "Kubernetes is told of pods by itself");
			lacks.put(Ability.EXPIRY, "Kubernetes knows no leases: the controller takes dead pods away");
			lacks.put(Ability.WIPE, "nodes write nothing that they could write again");
			lacks.put(Ability.FOREIGN_RECORDS, "the API server takes no EndpointSlice that is none");
			lacks.put(Ability.READS, "the API server selects by label, see SliceClientTests");
			lacks.put(Ability.LEASES, "Kubernetes knows no leases");
			lacks.put(Ability.INCARNATIONS, "Kubernetes does not know the incarnation of a process");
			lacks.put(Ability.DETAILS, "an EndpointSlice holds no metadata, no identity and no versions");
			return lacks;
		}

		@Override
		public AutoCloseable publish(Advertisement advertisement) {
			Instance instance = advertisement.instance();
			List<String> names = new ArrayList<>();
			for (ServiceName service : advertisement.services()) {
				String name = instance.nodeId() + "." + service.value();
				names.add(name);
				this.api.put(slice(name, service, instance, false));
			}
			return () -> {
				for (ServiceName service : advertisement.services()) {
					this.api.put(slice(instance.nodeId() + "." + service.value(), service, instance, true));
				}
				names.forEach(this.api::delete);
			};
		}

		private static Slices slice(String name, ServiceName service, Instance instance, boolean terminating) {
			return Slices.of(name, "calculator")
				.carrying(service.value())
				.pod(instance.nodeId(), instance.nodeId() + "-uid", instance.endpoint().host(), !terminating,
						!terminating, terminating);
		}

		@Override
		public void cut() {
			this.api.gate().cut();
		}

		@Override
		public void restore() {
			this.api.gate().restore();
		}

		@Override
		public void close() throws IOException {
			this.api.close();
		}

	}

}
