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

package io.macula.benchmarks.scale;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ForkJoinPool;
import java.util.stream.Collectors;

import io.macula.codec.Codecs;
import io.macula.server.RealmServer;
import io.macula.server.ServiceDefinition;
import io.macula.transport.Transport;
import io.macula.transport.TransportSettings;
import io.micrometer.observation.ObservationRegistry;

/**
 * A process with 1,000 endpoints, each with a UDP port of its own.
 */
final class Endpoints {

	private Endpoints() {
	}

	public static void main(String[] args) throws InterruptedException {
		Transport transport = Transport.create(TransportSettings.defaults());
		ScaleRealm.Echo echo = CompletableFuture::completedFuture;
		List<ServiceDefinition> services = List.of(ServiceDefinition.of(ScaleRealm.ONE, ScaleRealm.Echo.class, echo),
				ServiceDefinition.of(ScaleRealm.ALL, ScaleRealm.Echo.class, echo));
		List<RealmServer> servers = new ArrayList<>();
		for (int i = 0; i < ScaleRealm.ENDPOINTS; i++) {
			String nodeId = "node" + (10_000 + i);
			RealmServer server = new RealmServer(transport, ScaleRealm.tls(nodeId), ScaleRealm.info(nodeId),
					ScaleRealm.provider(0), services, Codecs.defaults(), ForkJoinPool.commonPool(),
					ObservationRegistry.NOOP);
			server.start();
			servers.add(server);
		}
		ScaleRealm.tellReady(
				servers.stream().map((server) -> Integer.toString(server.port())).collect(Collectors.joining(",")));
		Thread.currentThread().join();
	}

}
