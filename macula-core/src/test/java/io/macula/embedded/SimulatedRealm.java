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

package io.macula.embedded;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import java.util.stream.Stream;

import io.macula.Endpoint;
import io.macula.Instance;
import io.macula.ServiceName;
import io.macula.directory.Advertisement;
import io.macula.directory.DirectoryLoop;
import io.macula.directory.Lease;
import io.macula.directory.Snapshot;
import io.macula.tls.NodeKey;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.test.scheduler.VirtualTimeScheduler;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A realm of many nodes on one virtual clock, with a network that can be cut. A cut or a
 * silent death turns open streams into black holes, as it does on an unconnected UDP
 * socket.
 */
final class SimulatedRealm {

	static final ServiceName SERVICE = new ServiceName("test.calculator");

	private static final Duration LATENCY = Duration.ofMillis(1);

	private final VirtualTimeScheduler time = VirtualTimeScheduler.create();

	private final Random random;

	private final Map<Endpoint, Node> listening = new HashMap<>();

	private final Map<String, Node> nodes = new LinkedHashMap<>();

	private final List<Pipe> pipes = new ArrayList<>();

	/** What tasks of the nodes threw. */
	private final List<Throwable> failures = new ArrayList<>();

	/** Node ids on the far side of a cut. */
	private final Set<String> far = new HashSet<>();

	/** Addresses that swallow everything. */
	private final Set<Endpoint> silent = new HashSet<>();

	private long startNanos;

	/** One for all nodes, so that a signature is verified once in the realm. */
	final RecordCheck check = new RecordCheck(TestOwner.REALM, System::currentTimeMillis);

	private Duration lease = Advertisement.DEFAULT_TTL;

	private int maxNodes = 10_000;

	/** When calls reached each endpoint that listens. */
	final Map<Endpoint, List<Duration>> reached = new HashMap<>();

	/** How often nodes looked who is at each endpoint. */
	final Map<Endpoint, Integer> looked = new HashMap<>();

	SimulatedRealm(long seed) {
		this.random = new Random(seed);
	}

	SimulatedRealm lease(Duration lease) {
		this.lease = lease;
		return this;
	}

	SimulatedRealm maxNodes(int maxNodes) {
		this.maxNodes = maxNodes;
		return this;
	}

	static Endpoint endpoint(String nodeId) {
		return new Endpoint(nodeId, 9443);
	}

	static List<Endpoint> seeds(String... nodeIds) {
		return Stream.of(nodeIds).map(SimulatedRealm::endpoint).toList();
	}

	Node provider(String nodeId, List<Endpoint> seeds) {
		return provider(nodeId, seeds, 1);
	}

	Node provider(String nodeId, List<Endpoint> seeds, long incarnation) {
		return provider(nodeId, endpoint(nodeId), seeds, incarnation, Set.of(SERVICE));
	}

	Node provider(String nodeId, Endpoint endpoint, List<Endpoint> seeds, long incarnation, Set<ServiceName> services) {
		Node node = new Node(nodeId, endpoint, seeds, incarnation);
		start(node, services);
		return node;
	}

	/** A process that is reached at several addresses. */
	Node provider(String nodeId, Endpoint endpoint, List<Endpoint> further, List<Endpoint> seeds, long incarnation) {
		Node node = new Node(nodeId, endpoint, seeds, incarnation);
		node.further = further;
		start(node, Set.of(SERVICE));
		return node;
	}

	Node client(String nodeId, List<Endpoint> seeds) {
		Node node = new Node(nodeId, new Endpoint(nodeId, 1), seeds, 1);
		this.nodes.put(nodeId, node);
		node.startClient();
		return node;
	}

	/** A process that listens and has a key, and of which the test makes the rest. */
	Node stranger(String nodeId, Endpoint endpoint) {
		Node node = new Node(nodeId, endpoint, List.of(), 1);
		this.listening.put(node.endpoint, node);
		return node;
	}

	/** A process that has the key of another one, as nodes of one SSL bundle have. */
	Node provider(String nodeId, Endpoint endpoint, List<Endpoint> seeds, long incarnation, NodeKey key) {
		Node node = new Node(nodeId, endpoint, seeds, incarnation);
		node.key = key;
		start(node, Set.of(SERVICE));
		return node;
	}

	/** A process whose wall clock is that far behind. */
	Node behind(String nodeId, List<Endpoint> seeds, Duration behind) {
		LongSupplier wall = () -> System.currentTimeMillis() - behind.toMillis();
		Node node = new Node(nodeId, endpoint(nodeId), seeds, wall.getAsLong());
		node.check = new RecordCheck(TestOwner.REALM, wall);
		start(node, Set.of(SERVICE));
		return node;
	}

	private void start(Node node, Set<ServiceName> services) {
		this.nodes.put(node.nodeId, node);
		this.listening.put(node.endpoint, node);
		node.further.forEach((address) -> this.listening.put(address, node));
		node.startReplica();
		node.advertise(services);
	}

	/** The machine is gone: nobody answers at its address, not even by an error. */
	void vanish(Node node) {
		kill(node);
		this.silent.add(node.endpoint);
	}

	/** Nobody answers at this address, not even by an error. */
	void silence(Endpoint endpoint) {
		this.silent.add(endpoint);
	}

	/** Nobody can dial this node any more; it goes on dialling others. */
	void hide(Node node) {
		this.listening.remove(node.endpoint, node);
	}

	long nanoTime() {
		return this.time.now(TimeUnit.NANOSECONDS);
	}

	DirectoryReplica unstartedReplica(String nodeId, List<Endpoint> seeds) {
		Node node = new Node(nodeId, endpoint(nodeId), seeds, 1);
		return new DirectoryReplica(node.settings(), node, this.check, node.loop);
	}

	EmbeddedDirectory unstartedClient(String nodeId, List<Endpoint> seeds) {
		Node node = new Node(nodeId, endpoint(nodeId), seeds, 1);
		return new DirectoryClient(node.settings(), node, node.loop, () -> 0);
	}

	/** The process is gone; nobody is told. */
	void kill(Node node) {
		this.listening.values().removeIf((listening) -> listening == node);
		this.pipes.stream().filter((pipe) -> pipe.touches(node)).forEach((pipe) -> pipe.dead = true);
		node.loop.close();
		node.alive = false;
	}

	/** The process is gone and its peers are told at once. */
	void crash(Node node) {
		List<Pipe> broken = this.pipes.stream().filter((pipe) -> pipe.touches(node)).toList();
		kill(node);
		broken.forEach((pipe) -> pipe.broken.tryEmitError(new IllegalStateException("connection lost")));
	}

	/** Nothing passes any more between the given nodes and the others. */
	void cut(Node... side) {
		Stream.of(side).forEach((node) -> this.far.add(node.nodeId));
		this.pipes.stream()
			.filter((pipe) -> this.far.contains(pipe.from.nodeId) != this.far.contains(pipe.to.nodeId))
			.forEach((pipe) -> pipe.dead = true);
	}

	void heal() {
		this.far.clear();
	}

	void pass(Duration duration) {
		this.time.advanceTimeBy(duration);
		assertThat(this.failures).as("what tasks threw").isEmpty();
		this.pipes.removeIf((pipe) -> pipe.dead && this.pipes.size() > 5000);
	}

	/** Virtual time until the condition holds. */
	Duration until(Duration limit, BooleanSupplier condition) {
		long start = this.time.now(TimeUnit.NANOSECONDS);
		while (!condition.getAsBoolean()) {
			Duration waited = Duration.ofNanos(this.time.now(TimeUnit.NANOSECONDS) - start);
			assertThat(waited).as("waiting; nodes see " + this.nodes.values()).isLessThanOrEqualTo(limit);
			this.time.advanceTimeBy(Duration.ofMillis(10));
			assertThat(this.failures).as("what tasks threw").isEmpty();
		}
		return Duration.ofNanos(this.time.now(TimeUnit.NANOSECONDS) - start);
	}

	Duration untilAllSee(Duration limit, String... nodeIds) {
		return until(limit,
				() -> this.nodes.values().stream().filter((node) -> node.alive).allMatch((node) -> node.sees(nodeIds)));
	}

	private boolean reachable(Node from, Node to) {
		return this.far.contains(from.nodeId) == this.far.contains(to.nodeId);
	}

	private <T> Flux<DirectoryUpdate> call(Node from, Endpoint seed, Flux<T> told,
			Function<DirectoryPeer, Function<Flux<T>, Flux<DirectoryUpdate>>> method) {
		return Flux.defer(() -> {
			Node to = this.listening.get(seed);
			if (to == null) {
				return Flux.<DirectoryUpdate>error(new IllegalStateException("port unreachable"))
					.delaySubscription(LATENCY, this.time);
			}
			if (!reachable(from, to)) {
				return Flux.never();
			}
			this.reached.computeIfAbsent(seed, (key) -> new ArrayList<>())
				.add(Duration.ofNanos(this.time.now(TimeUnit.NANOSECONDS)));
			Pipe pipe = new Pipe(from, to);
			this.pipes.add(pipe);
			DirectoryPeer service = to.replica.peer();
			return pipe.carry(method.apply(service).apply(pipe.carry(told)))
				.delaySubscription(LATENCY, this.time)
				.doFinally((signal) -> this.pipes.remove(pipe));
		});
	}

	/** One process. */
	final class Node implements SeedDialer {

		final String nodeId;

		final Endpoint endpoint;

		final List<Endpoint> seeds;

		final long incarnation;

		final DirectoryLoop loop = DirectoryLoop.on(SimulatedRealm.this.time, SimulatedRealm.this.time,
				() -> SimulatedRealm.this.startNanos + SimulatedRealm.this.time.now(TimeUnit.NANOSECONDS),
				SimulatedRealm.this.random, SimulatedRealm.this.failures::add);

		EmbeddedDirectory directory;

		DirectoryReplica replica;

		Lease lease;

		boolean alive = true;

		List<Endpoint> further = List.of();

		NodeKey key = TestOwner.newKey();

		RecordCheck check = SimulatedRealm.this.check;

		Disposable watch;

		final List<Snapshot> seen = new ArrayList<>();

		long updatesSent;

		Node(String nodeId, Endpoint endpoint, List<Endpoint> seeds, long incarnation) {
			this.nodeId = nodeId;
			this.endpoint = endpoint;
			this.seeds = seeds;
			this.incarnation = incarnation;
		}

		private void startReplica() {
			this.replica = new DirectoryReplica(settings(), this, this.check, this.loop);
			this.directory = this.replica;
			this.replica.start(this.endpoint);
			watch(SERVICE);
		}

		private void startClient() {
			this.directory = new DirectoryClient(settings(), this, this.loop, () -> 0);
			this.directory.start(null);
			watch(SERVICE);
		}

		private EmbeddedSettings settings() {
			return new EmbeddedSettings(TestOwner.REALM, this.nodeId, this.incarnation, () -> this.key, this.seeds,
					SimulatedRealm.this.lease, SimulatedRealm.this.maxNodes);
		}

		void watch(ServiceName service) {
			this.watch = this.directory.watch(service).subscribe(this.seen::add);
		}

		Lease advertise(Set<ServiceName> services) {
			Instance instance = new Instance(this.nodeId, this.incarnation, this.endpoint, null, 0, 100, Map.of(), null,
					this.further);
			this.lease = this.replica.advertise(new Advertisement(instance, services, SimulatedRealm.this.lease));
			return this.lease;
		}

		List<String> nodes() {
			return this.seen.isEmpty() ? List.of("?")
					: this.seen.get(this.seen.size() - 1).instances().stream().map(Instance::nodeId).toList();
		}

		boolean sees(String... nodeIds) {
			return nodes().equals(List.of(nodeIds));
		}

		@Override
		public Flux<DirectoryUpdate> link(Endpoint seed, Flux<DirectoryUpdate> mine, Consumer<ProvenPeer> met) {
			return call(this, seed, mine.doOnNext((update) -> this.updatesSent++), (service) -> {
				met.accept(SimulatedRealm.this.listening.get(seed).proven());
				return (told) -> service.link(proven(), told);
			});
		}

		@Override
		public Flux<ProvenPeer> peersAt(List<Endpoint> addresses, Predicate<ProvenPeer> enough) {
			return Flux.fromIterable(addresses).flatMapDelayError(this::peerAt, addresses.size(), 1).takeUntil(enough);
		}

		private Mono<ProvenPeer> peerAt(Endpoint endpoint) {
			return Mono.defer(() -> {
				SimulatedRealm.this.looked.merge(endpoint, 1, Integer::sum);
				Node there = SimulatedRealm.this.listening.get(endpoint);
				if (SimulatedRealm.this.silent.contains(endpoint)) {
					return Mono.<ProvenPeer>never();
				}
				if (there == null) {
					return Mono.<ProvenPeer>error(new IllegalStateException("port unreachable"));
				}
				return reachable(this, there) ? Mono.just(there.proven()) : Mono.<ProvenPeer>never();
			}).delaySubscription(LATENCY, SimulatedRealm.this.time);
		}

		ProvenPeer proven() {
			return new ProvenPeer(this.nodeId, this.key.identity().text());
		}

		@Override
		public Flux<DirectoryUpdate> watch(Endpoint seed, Flux<DirectoryInterest> interests) {
			return call(this, seed, interests, (service) -> (told) -> service.watch(proven(), told));
		}

		@Override
		public String toString() {
			return this.nodeId + nodes();
		}

	}

	/** Both directions of one call. */
	private final class Pipe {

		private final Node from;

		private final Node to;

		private final Sinks.One<Object> broken = Sinks.one();

		private boolean dead;

		Pipe(Node from, Node to) {
			this.from = from;
			this.to = to;
		}

		boolean touches(Node node) {
			return this.from == node || this.to == node;
		}

		<T> Flux<T> carry(Flux<T> flux) {
			return Flux.<T>create((sink) -> {
				Disposable subscription = flux.subscribe((value) -> later(() -> sink.next(value)),
						(error) -> later(() -> sink.error(error)), () -> later(sink::complete));
				Disposable breaking = this.broken.asMono().subscribe(null, sink::error);
				sink.onDispose(() -> {
					subscription.dispose();
					breaking.dispose();
				});
			});
		}

		private void later(Runnable delivery) {
			SimulatedRealm.this.time.schedule(() -> {
				if (!this.dead) {
					delivery.run();
				}
			}, LATENCY.toMillis(), TimeUnit.MILLISECONDS);
		}

	}

}
