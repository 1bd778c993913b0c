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
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import io.github.resilience4j.retry.RetryRegistry;
import io.macula.Endpoint;
import io.macula.Instance;
import io.macula.ServiceName;
import io.macula.client.ClientContext;
import io.macula.client.ClientLife;
import io.macula.client.RealmClient;
import io.macula.client.ServiceSettings;
import io.macula.codec.Codecs;
import io.macula.directory.StaticDirectory;
import io.macula.harness.Clock;
import io.macula.pool.ConnectionPool;
import io.macula.pool.EndpointPool;
import io.macula.pool.PoolListener;
import io.macula.pool.PoolSettings;
import io.macula.transport.QuicConnector;
import io.macula.transport.Transport;
import io.macula.transport.TransportSettings;
import io.micrometer.observation.ObservationRegistry;

/**
 * A client of 1,000 endpoints that calls none of them: what it knows of each (instance,
 * tracker, pool), without a connection and with an open one that carried a single call.
 * Heap is what lives after a collection; native is what the kernel counts in memory
 * beyond that, since the heap is all there from the start.
 */
final class IdleClient {

	private static final int WARM_UP_CALLS = 20_000;

	private static final double BOUND_KIB = 64;

	private IdleClient() {
	}

	public static void main(String[] args) throws Exception {
		List<Instance> instances = new ArrayList<>();
		for (String port : args[0].split(",")) {
			instances.add(new Instance("node" + (10_000 + instances.size()), 1,
					new Endpoint("127.0.0.1", Integer.parseInt(port)), null, 0, 100, Map.of()));
		}
		StaticDirectory directory = StaticDirectory.empty()
			.with(new ServiceName(ScaleRealm.ONE), instances.subList(0, 1))
			.with(new ServiceName(ScaleRealm.ALL), instances);
		try (Transport transport = Transport.create(TransportSettings.defaults())) {
			QuicConnector connector = new QuicConnector(transport, ScaleRealm.tls("client"), ScaleRealm.info("client"));
			ConnectionPool pool = new ConnectionPool(PoolSettings.defaults(), connector::connect, transport::schedule,
					System::nanoTime, PoolListener.logging());
			RealmClient client = new RealmClient(
					new ClientContext(ScaleRealm.REALM, null, System::nanoTime, Codecs.defaults(),
							RetryRegistry.ofDefaults(), ObservationRegistry.NOOP, ServiceSettings.defaults()),
					new ClientLife(directory, "fixed", pool, transport::schedule));
			measure(client, pool, instances.size());
			client.close();
			pool.close();
		}
	}

	private static void measure(RealmClient client, ConnectionPool pool, int endpoints) throws Exception {
		ScaleRealm.Echo one = client.proxy(ScaleRealm.Echo.class, ScaleRealm.ONE);
		for (int i = 0; i < WARM_UP_CALLS; i++) {
			one.echo("warm").get(5, TimeUnit.SECONDS);
		}
		Usage before = Usage.now();
		ScaleRealm.Echo all = client.proxy(ScaleRealm.Echo.class, ScaleRealm.ALL);
		tell("without a connection", Usage.now(), before, endpoints);
		/* Dialled a few at a time: a burst would fill buffers that stay. */
		for (int i = 0; i < endpoints; i += 20) {
			List<CompletableFuture<String>> calls = new ArrayList<>();
			for (int j = 0; j < 20; j++) {
				calls.add(all.echo("connect"));
			}
			for (CompletableFuture<String> call : calls) {
				call.get(10, TimeUnit.SECONDS);
			}
		}
		long connected = pool.endpoints()
			.stream()
			.filter((pooled) -> pooled.state() == EndpointPool.State.READY)
			.count();
		if (connected != endpoints) {
			throw new IllegalStateException(connected + " of " + endpoints + " endpoints are connected");
		}
		/*
		 * Longer than the distance of liveness frames: each connection has been quiet and
		 * kept alive.
		 */
		Clock.seconds(12);
		tell("with an open idle connection", Usage.now(), before, endpoints);
	}

	private static void tell(String title, Usage now, Usage before, int endpoints) {
		double heap = (now.heapBytes - before.heapBytes) / 1024.0 / endpoints;
		double resident = (now.residentBytes - before.residentBytes) / 1024.0 / endpoints;
		Figure.shown("memory per endpoint " + title + ", heap", heap, "KiB").tell();
		Figure.shown("memory per endpoint " + title + ", native", resident, "KiB").tell();
		Figure
			.judged("memory per endpoint " + title + ", heap and native", heap + Math.max(0, resident), "KiB",
					BOUND_KIB)
			.tell();
	}

	/**
	 * Memory at one moment.
	 */
	private record Usage(long heapBytes, long residentBytes) {

		static Usage now() {
			return new Usage(ScaleRealm.heapBytes(), ScaleRealm.residentBytes());
		}

	}

}
