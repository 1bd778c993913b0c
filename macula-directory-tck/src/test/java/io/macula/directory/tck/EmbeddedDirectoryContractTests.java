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

package io.macula.directory.tck;

import java.net.BindException;
import java.net.DatagramSocket;
import java.net.SocketException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

import io.macula.Endpoint;
import io.macula.Realm;
import io.macula.codec.Codecs;
import io.macula.directory.Directory;
import io.macula.directory.DirectoryEngine;
import io.macula.directory.DirectoryState;
import io.macula.directory.Registry;
import io.macula.embedded.EmbeddedDirectory;
import io.macula.embedded.EmbeddedSettings;
import io.macula.pool.ConnectionPool;
import io.macula.pool.PoolListener;
import io.macula.pool.PoolSettings;
import io.macula.server.ProviderSettings;
import io.macula.server.RealmServer;
import io.macula.server.ServiceDefinition;
import io.macula.tls.RealmSecret;
import io.macula.tls.SecretTls;
import io.macula.transport.NodeInfo;
import io.macula.transport.QuicConnector;
import io.macula.transport.Transport;
import io.macula.transport.TransportSettings;
import io.micrometer.observation.ObservationRegistry;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/**
 * The contract of the embedded directory, over QUIC on the loopback interface: its system
 * is one seed that provides nothing.
 */
class EmbeddedDirectoryContractTests extends DirectoryContractTests {

	@Override
	protected DirectoryHarness open() throws SocketException {
		return new OneSeed();
	}

	private static final class OneSeed implements DirectoryHarness {

		private static final Realm REALM = new Realm("tck");

		private static final Codecs CODECS = Codecs.defaults();

		private static final RealmSecret SECRET = RealmSecret.of("Vq3kT8RzX1mWc7Jp0LdYs5HbN2gTf9QeAu6Ko4Ei+rM=",
				"the test");

		private final Endpoint seed;

		private final Map<DirectoryEngine, Member> members = new IdentityHashMap<>();

		private final Map<String, SecretTls> identities = new HashMap<>();

		private @Nullable Member running;

		private @Nullable DatagramSocket kept;

		private int starts;

		OneSeed() throws SocketException {
			try (DatagramSocket free = new DatagramSocket(0)) {
				this.seed = new Endpoint("127.0.0.1", free.getLocalPort());
			}
			restore();
		}

		@Override
		public DirectoryEngine engine(Node node) {
			Member member = new Member(node, 0);
			this.members.put(member, member);
			return member;
		}

		@Override
		public void start(DirectoryEngine engine) {
			this.members.get(engine).start(null);
		}

		/** Its sockets are closed: nobody hears of it. */
		@Override
		public void kill(DirectoryEngine engine) {
			this.members.get(engine).kill();
		}

		@Override
		public void cut() {
			Member stopped = this.running;
			if (stopped != null) {
				stopped.kill();
				stopped.close().block(Duration.ofSeconds(5));
				this.running = null;
				Awaitility.await().atMost(Duration.ofSeconds(5)).until(this::keepPort);
			}
		}

		/* So that no other row's socket has it when the seed is started again. */
		private boolean keepPort() throws SocketException {
			try {
				this.kept = new DatagramSocket(this.seed.port());
				return true;
			}
			catch (BindException ex) {
				return false;
			}
		}

		@Override
		public void restore() {
			this.starts++;
			if (this.kept != null) {
				this.kept.close();
			}
			Member started = new Member(new Node("seed", this.starts, LEASE, true), this.seed.port());
			this.running = started;
			started.start(null);
		}

		/** What it held is with its nodes, too. */
		@Override
		public void wipe() {
			cut();
			restore();
		}

		@Override
		public Map<Ability, String> lacks() {
			Map<Ability, String> lacks = new EnumMap<>(Ability.class);
			lacks.put(Ability.FOREIGN_RECORDS, "only nodes can write, and what they write is signed");
			lacks.put(Ability.ALL, "a node that only calls knows what it watches, and operators ask its seeds");
			lacks.put(Ability.READS, "a client says what it watches; the seed's own tests count it");
			lacks.put(Ability.LEASES, "a node has one record, whatever it serves");
			return lacks;
		}

		/** A node's own key stands for it. */
		@Override
		public boolean tellsIdentity() {
			return false;
		}

		@Override
		public void close() {
			List<Member> all = new ArrayList<>(this.members.values());
			if (this.running != null) {
				all.add(this.running);
			}
			all.forEach((member) -> member.close().block(Duration.ofSeconds(15)));
			if (this.kept != null) {
				this.kept.close();
			}
		}

		/** The engine of a node, and all of the node that it needs. */
		private final class Member implements DirectoryEngine {

			private final Transport transport = Transport.create(TransportSettings.defaults());

			private final ConnectionPool pool;

			private final EmbeddedDirectory engine;

			private final @Nullable RealmServer server;

			private boolean dead;

			Member(Node node, int port) {
				SecretTls tls = OneSeed.this.identities.computeIfAbsent(node.nodeId(),
						(id) -> SecretTls.of(REALM, id, SECRET));
				NodeInfo info = new NodeInfo(REALM, node.nodeId(), node.incarnation(), CODECS.names());
				QuicConnector connector = new QuicConnector(this.transport, tls, info);
				this.pool = new ConnectionPool(PoolSettings.defaults(), connector::connect, this.transport::schedule,
						System::nanoTime, PoolListener.logging());
				EmbeddedSettings settings = new EmbeddedSettings(REALM, node.nodeId(), node.incarnation(), tls::key,
						List.of(OneSeed.this.seed), node.lease(), 1000);
				if (!node.provider()) {
					this.engine = EmbeddedDirectory.client(settings, this.pool, connector::connect, true, CODECS);
					this.server = null;
					return;
				}
				this.engine = EmbeddedDirectory.replica(settings, this.pool, connector::connect, true, CODECS);
				List<ServiceDefinition> services = this.engine.services()
					.stream()
					.map((service) -> ServiceDefinition.reserved(service.name(), service.contract(), service.handler()))
					.toList();
				this.server = new RealmServer(this.transport, tls, info, ProviderSettings.defaults().withPort(port),
						services, CODECS, null, ObservationRegistry.NOOP);
			}

			@Override
			public Directory directory() {
				return this.engine.directory();
			}

			@Override
			public @Nullable Registry registry() {
				return this.engine.registry();
			}

			@Override
			public Mono<Void> close() {
				return this.engine.close()
					.then(Mono.fromRunnable(this::kill).subscribeOn(Schedulers.boundedElastic()).then());
			}

			@Override
			public @Nullable String trouble() {
				return this.engine.trouble();
			}

			@Override
			public DirectoryState state() {
				return this.engine.state();
			}

			@Override
			public String hint() {
				return this.engine.hint();
			}

			@Override
			public void start(@Nullable Endpoint self) {
				if (this.server != null) {
					this.server.start();
					this.engine.start(new Endpoint("127.0.0.1", this.server.port()));
				}
				else {
					this.engine.start(null);
				}
			}

			synchronized void kill() {
				if (!this.dead) {
					this.dead = true;
					if (this.server != null) {
						this.server.close();
					}
					this.pool.close();
					this.transport.close();
				}
			}

		}

	}

}
