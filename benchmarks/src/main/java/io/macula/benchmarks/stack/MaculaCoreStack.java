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

package io.macula.benchmarks.stack;

import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

import io.macula.node.RealmNode;
import io.macula.pool.PoolSettings;
import io.macula.server.ProviderSettings;
import io.macula.tls.RealmSecret;
import io.macula.transport.TransportSettings;
import reactor.core.publisher.Flux;

/**
 * The product through its plain Java API: asynchronous calls, handlers that do not block.
 */
final class MaculaCoreStack implements Stack {

	static final String SERVICE = "bench.calculator";

	static final String SECRET = "Vq3kT8RzX1mWc7Jp0LdYs5HbN2gTf9QeAu6Ko4Ei+rM=";

	private final String name;

	private final String variation;

	private final TransportSettings transport;

	private final PoolSettings pool;

	private MaculaCoreStack(String name, String variation, TransportSettings transport, PoolSettings pool) {
		this.name = name;
		this.variation = variation;
		this.transport = transport;
		this.pool = pool;
	}

	static Stack defaults() {
		return new MaculaCoreStack("macula-async", "everything at its default", TransportSettings.defaults(),
				PoolSettings.defaults());
	}

	static Stack lanes(int lanes) {
		return new MaculaCoreStack("macula-lanes" + lanes, lanes + " lanes per connection", transport(lanes, 0),
				PoolSettings.defaults());
	}

	static Stack eventLoops(int eventLoops) {
		return new MaculaCoreStack("macula-loops" + eventLoops, eventLoops + " event loops on either end",
				transport(1, eventLoops), PoolSettings.defaults());
	}

	static Stack connections(int connections) {
		PoolSettings defaults = PoolSettings.defaults();
		return new MaculaCoreStack("macula-connections" + connections,
				connections + " connections per endpoint, as many event loops on either end", transport(1, connections),
				new PoolSettings(connections, defaults.idleEviction(), defaults.maxConnections(), defaults.maxPending(),
						defaults.connectTimeout()));
	}

	private static TransportSettings transport(int lanes, int eventLoops) {
		TransportSettings defaults = TransportSettings.defaults();
		return new TransportSettings(defaults.idleTimeout(), defaults.keepAlive(), defaults.suspicion(),
				defaults.maxPayloadBytes(), defaults.laneThresholdBytes(), lanes, defaults.maxConnections(),
				defaults.maxInFlightPerConnection(), defaults.maxStreamsPerConnection(), eventLoops, defaults.spin());
	}

	@Override
	public String name() {
		return this.name;
	}

	@Override
	public String description() {
		return "Macula's core API: asynchronous proxy, non-blocking handler, embedded directory, mutual TLS, "
				+ this.variation;
	}

	@Override
	public Set<Mode> modes() {
		return Set.of(Mode.ASYNC, Mode.STREAM);
	}

	@Override
	public boolean carriesLarge() {
		return true;
	}

	@Override
	public boolean links() {
		return true;
	}

	@Override
	public ServerEnd startServer(String address, Tls tls) {
		RealmNode node = RealmNode.builder("bench")
			.nodeId("server")
			.transport(this.transport)
			.secret(RealmSecret.of(SECRET, "the benchmark"))
			.provider(local(address))
			.service(SERVICE, AsyncCalculator.class, new Handler())
			.build();
		node.start();
		node.advertise();
		return new ServerEnd(node.port(), node);
	}

	@Override
	public CalculatorClient connect(String address, int port, Tls tls) {
		RealmNode node = RealmNode.builder("bench")
			.nodeId("client")
			.transport(this.transport)
			.pool(this.pool)
			.secret(RealmSecret.of(SECRET, "the benchmark"))
			.seeds(address + ":" + port)
			.build();
		node.start();
		return new MaculaClientEnd(node.client().proxy(AsyncCalculator.class, SERVICE), null, node);
	}

	/** A started node of the realm that serves nothing. */
	static RealmNode seed() {
		RealmNode node = RealmNode.builder("bench")
			.nodeId("seed")
			.secret(RealmSecret.of(SECRET, "the benchmark"))
			.provider(local("127.0.0.1"))
			.build();
		node.start();
		node.advertise();
		return node;
	}

	private static ProviderSettings local(String address) {
		ProviderSettings defaults = ProviderSettings.defaults();
		return new ProviderSettings(address, 0, address, 0, 100, Map.of(), defaults.maxThreads(),
				defaults.queueCapacity(), defaults.maxInFlight(), defaults.grace());
	}

	static final class Handler implements AsyncCalculator {

		@Override
		public CompletableFuture<Answer> multiply(Question question) {
			return CompletableFuture.completedFuture(Payloads.answer(question));
		}

		@Override
		public CompletableFuture<byte[]> echo(byte[] body) {
			return CompletableFuture.completedFuture(body);
		}

		@Override
		public Flux<Element> count(int count) {
			return Flux.range(0, count).map(Payloads::produced);
		}

	}

}
