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

package io.macula.realm;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.stream.Collectors;

import io.github.resilience4j.retry.RetryRegistry;
import io.macula.Endpoint;
import io.macula.Instance;
import io.macula.Realm;
import io.macula.ServiceName;
import io.macula.client.ClientContext;
import io.macula.client.RealmClient;
import io.macula.client.ServiceSettings;
import io.macula.codec.Codecs;
import io.macula.codec.JacksonPayloadCodec;
import io.macula.codec.PayloadCodec;
import io.macula.directory.Advertisement;
import io.macula.pool.ConnectionPool;
import io.macula.pool.PoolListener;
import io.macula.pool.PoolSettings;
import io.macula.server.Advertiser;
import io.macula.server.ProviderSettings;
import io.macula.server.RealmServer;
import io.macula.server.ServiceDefinition;
import io.macula.tls.RealmSecret;
import io.macula.tls.SecretTls;
import io.macula.tls.TlsContexts;
import io.macula.transport.NodeInfo;
import io.macula.transport.QuicConnector;
import io.macula.transport.Transport;
import io.macula.transport.TransportSettings;
import io.micrometer.observation.ObservationRegistry;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Mono;

/**
 * One node of a realm: client, provider, or both. Safe for all threads; closed by whoever
 * built it.
 * <p>
 * A node is NEW until {@link #start}, then STARTED until {@link #close}, then CLOSED for
 * good. Proxies can be made from the beginning; their calls wait for the directory.
 *
 * <pre>
 * try (RealmNode node = RealmNode.builder("shop")
 *         .seeds("10.0.0.1:9443")
 *         .provider(ProviderSettings.defaults())
 *         .service("test.calculator", Calculator.class, new CalculatorBean())
 *         .build()) {
 *     node.start();
 *     node.advertise();
 *     Calculator calculator = node.client().proxy(Calculator.class, "test.calculator");
 *     ...
 * }
 * </pre>
 */
public final class RealmNode implements AutoCloseable {

	private static final Logger logger = LoggerFactory.getLogger(RealmNode.class);

	private static final Duration CLOSING = Duration.ofSeconds(2);

	private final NodeSettings settings;

	private final NodeInfo info;

	private final TlsContexts tls;

	private final Transport transport;

	private final ConnectionPool pool;

	private final DirectoryLoop loop;

	private final @Nullable DirectoryReplica replica;

	private final EmbeddedDirectory directory;

	private final RealmClient client;

	private final @Nullable ProviderSettings providerSettings;

	private final @Nullable RealmServer server;

	private final List<ServiceDefinition> services;

	private final Object lock = new Object();

	private State state = State.NEW;

	private @Nullable Instance instance;

	private @Nullable Advertiser advertiser;

	private RealmNode(Builder builder) {
		if (builder.warmUp) {
			WarmUp.start();
		}
		this.settings = builder.settings();
		Codecs codecs = Codecs.of(builder.codecs);
		this.info = new NodeInfo(this.settings.realm(), this.settings.nodeId(), Instant.now().toEpochMilli(),
				codecs.names());
		this.tls = builder.tls();
		this.services = new CopyOnWriteArrayList<>(builder.services);
		this.providerSettings = builder.provider;
		this.transport = Transport.create(builder.transport);
		QuicConnector connector = new QuicConnector(this.transport, this.tls, this.info);
		this.pool = new ConnectionPool(builder.pool, connector::connect, this.transport::schedule, System::nanoTime,
				PoolListener.LOGGING);
		SeedDialer dialer = new RpcSeedDialer(this.pool, connector::connect, this.tls.peerName() != null, codecs);
		this.loop = DirectoryLoop.start();
		this.replica = (this.providerSettings != null)
				? new DirectoryReplica(this.info.incarnation(), this.settings, dialer, this.loop) : null;
		this.directory = (this.replica != null) ? this.replica : new DirectoryClient(this.settings.nodeId(),
				this.info.incarnation(), this.settings.seeds(), dialer, this.loop);
		this.client = new RealmClient(new ClientContext(this.settings.realm(), this.settings.zone(), this.directory,
				directoryHint(), this.pool, this.transport::schedule, System::nanoTime, codecs, builder.retries,
				builder.observations, builder.defaults));
		this.server = (this.providerSettings != null && this.replica != null)
				? server(builder, this.providerSettings, this.replica, codecs) : null;
	}

	private RealmServer server(Builder builder, ProviderSettings provider, DirectoryReplica served, Codecs codecs) {
		List<ServiceDefinition> all = new ArrayList<>(builder.services);
		all.add(ServiceDefinition.reserved(RealmDirectoryService.SERVICE, RealmDirectoryService.class,
				served.service()));
		return new RealmServer(this.transport, this.tls, this.info, provider, all, codecs, builder.handlerExecutor,
				builder.observations);
	}

	private String directoryHint() {
		if (this.settings.seeds().isEmpty()) {
			return "this node has no seeds: set macula.realm.seeds to the host:port of a provider";
		}
		return "seeds: " + this.settings.seeds().stream().map(Endpoint::toString).collect(Collectors.joining(", "));
	}

	/**
	 * Begin to describe a node.
	 * @param realm name of the realm
	 * @return a builder with the defaults
	 */
	public static Builder builder(String realm) {
		return new Builder(new Realm(realm));
	}

	/**
	 * Begin to describe a node.
	 * @param settings who the node is
	 * @return a builder with the defaults of everything else
	 */
	public static Builder builder(NodeSettings settings) {
		return new Builder(settings);
	}

	/**
	 * Serve a further service: for handlers that need this node's clients, and so cannot
	 * be there before it. Before {@link #start} only.
	 * @param name name of the service
	 * @param contract a plain interface
	 * @param handler implements it; used by many threads at once
	 * @throws IllegalArgumentException if the name is served already or the interface is
	 * no valid contract
	 * @throws IllegalStateException if this node is started, or was not built with a
	 * provider
	 */
	public void service(String name, Class<?> contract, Object handler) {
		ServiceDefinition definition = ServiceDefinition.of(name, contract, handler);
		synchronized (this.lock) {
			RealmServer serving = this.server;
			if (this.state != State.NEW || serving == null) {
				throw new IllegalStateException("Service '" + name + "' cannot be provided: node '"
						+ this.settings.nodeId() + "' is " + ((serving == null) ? "no provider" : "started"));
			}
			serving.register(definition);
			this.services.add(definition);
		}
	}

	/**
	 * Bind the provider's port, if this node serves, and join the realm through its
	 * seeds; does not wait for them. Further calls do nothing.
	 * @throws io.macula.RpcException if the port cannot be bound; the node can be closed
	 * then, or started again
	 */
	public void start() {
		synchronized (this.lock) {
			if (this.state == State.CLOSED) {
				throw new IllegalStateException("node '" + this.settings.nodeId() + "' is closed");
			}
			if (this.state == State.STARTED) {
				return;
			}
			if (this.server != null && this.replica != null && this.providerSettings != null) {
				startServer(this.server, this.replica, this.providerSettings);
			}
			else {
				this.directory.start();
			}
			this.state = State.STARTED;
		}
	}

	private void startServer(RealmServer starting, DirectoryReplica joining, ProviderSettings provider) {
		starting.start();
		AdvertisedHost host = AdvertisedHost.choose(provider.advertisedHost(), provider.address(),
				this.settings.seeds());
		Endpoint endpoint = new Endpoint(host.host(), starting.port());
		Instance self = new Instance(this.settings.nodeId(), this.info.incarnation(), endpoint, this.settings.zone(),
				provider.priority(), provider.weight(), provider.metadata());
		this.instance = self;
		Set<ServiceName> names = new LinkedHashSet<>();
		this.services.forEach((service) -> names.add(service.name()));
		this.advertiser = new Advertiser(joining, new Advertisement(self, names, this.settings.lease()));
		joining.start(endpoint);
		logger.info("Node {} of realm {} listens on UDP port {} and advertises {} ({}); {}", self.nodeId(),
				this.settings.realm(), starting.port(), endpoint, host.reason(), this.tls.source());
	}

	/**
	 * The calling part.
	 * @return the client
	 */
	public RealmClient client() {
		return this.client;
	}

	/**
	 * The bound UDP port.
	 * @return the port, or -1 if this node does not serve or is not started
	 */
	public int port() {
		RealmServer serving = this.server;
		return (serving != null) ? serving.port() : -1;
	}

	/**
	 * Advertise the services, once the application is ready to serve. Does nothing if
	 * this node does not serve or advertises already.
	 */
	public void advertise() {
		synchronized (this.lock) {
			if (this.state == State.STARTED && this.advertiser != null) {
				this.advertiser.advertise();
			}
		}
	}

	/**
	 * Withdraw the advertisement; calls are still served.
	 * @return completes when the directory knows, or after 1 second
	 */
	public Mono<Void> withdraw() {
		synchronized (this.lock) {
			return (this.advertiser != null) ? this.advertiser.withdraw() : Mono.empty();
		}
	}

	/**
	 * Drain the serving part: withdraw, refuse new calls as not processed, finish those
	 * in flight, close.
	 * @param grace bound of the wait
	 * @return completes when nothing is in flight, or after the grace period
	 */
	public Mono<Void> drainServer(Duration grace) {
		RealmServer serving = this.server;
		DirectoryReplica served = this.replica;
		if (serving == null || served == null) {
			return Mono.empty();
		}
		return withdraw().then(Mono.defer(() -> {
			served.stopServing();
			return serving.drain(grace);
		}));
	}

	/**
	 * What this node is, serves, calls, and is connected to.
	 * @return a report of this moment
	 */
	public NodeReport report() {
		Instance self = this.instance;
		return new NodeReport(this.settings.realm().name(), this.settings.nodeId(), this.info.incarnation(),
				this.settings.zone(), (self != null) ? self.endpoint().toString() : null, this.tls.source(),
				Reports.provider(this.server, this.advertiser), this.directory.state(), Reports.clients(this.client),
				Reports.connections(this.pool));
	}

	/**
	 * The report of one client service.
	 * @param name name of the client service
	 * @return the report, or {@code null} if there is no such client service
	 */
	public NodeReport.@Nullable ClientService report(String name) {
		return Reports.clients(this.client)
			.stream()
			.filter((service) -> service.name().equals(name))
			.findFirst()
			.orElse(null);
	}

	/**
	 * Withdraw, drain with the provider's grace period, close all connections. Blocks
	 * until done; further calls do nothing.
	 */
	@Override
	public void close() {
		synchronized (this.lock) {
			if (this.state == State.CLOSED) {
				return;
			}
			this.state = State.CLOSED;
		}
		if (this.providerSettings != null && this.server != null) {
			drainServer(this.providerSettings.grace()).onErrorComplete().block();
			this.server.close();
		}
		this.client.close();
		this.directory.close().onErrorComplete().block(CLOSING);
		this.loop.close();
		this.pool.close();
		this.transport.close();
	}

	private enum State {

		NEW, STARTED, CLOSED

	}

	/**
	 * Describes a node; not safe for several threads. Everything that is not said has its
	 * default.
	 */
	public static final class Builder {

		private final Realm realm;

		private @Nullable NodeSettings settings;

		private @Nullable String nodeId;

		private List<Endpoint> seeds = List.of();

		private TransportSettings transport = TransportSettings.defaults();

		private PoolSettings pool = PoolSettings.defaults();

		private @Nullable TlsContexts tls;

		private @Nullable RealmSecret secret;

		private List<PayloadCodec> codecs = List.of(JacksonPayloadCodec.cbor(), JacksonPayloadCodec.json());

		private ObservationRegistry observations = ObservationRegistry.NOOP;

		private RetryRegistry retries = RetryRegistry.ofDefaults();

		private ServiceSettings defaults = ServiceSettings.defaults();

		private @Nullable ProviderSettings provider;

		private final List<ServiceDefinition> services = new ArrayList<>();

		private @Nullable Executor handlerExecutor;

		private boolean warmUp;

		private Builder(Realm realm) {
			this.realm = realm;
		}

		private Builder(NodeSettings settings) {
			this.realm = settings.realm();
			this.settings = settings;
		}

		/**
		 * Name the node.
		 * @param nodeId unique in the realm; a random one by default
		 * @return this
		 */
		public Builder nodeId(String nodeId) {
			this.nodeId = nodeId;
			return this;
		}

		/**
		 * Name the seeds.
		 * @param seeds each as {@code host:port}
		 * @return this
		 */
		public Builder seeds(String... seeds) {
			this.seeds = java.util.Arrays.stream(seeds).map(Endpoint::parse).toList();
			return this;
		}

		/**
		 * Settings of QUIC.
		 * @param transport the settings
		 * @return this
		 */
		public Builder transport(TransportSettings transport) {
			this.transport = transport;
			return this;
		}

		/**
		 * Settings of the connection pool.
		 * @param pool the settings
		 * @return this
		 */
		public Builder pool(PoolSettings pool) {
			this.pool = pool;
			return this;
		}

		/**
		 * Certificates of the node.
		 * @param tls what it shows and trusts; derived from the realm secret by default
		 * @return this
		 */
		public Builder tls(TlsContexts tls) {
			this.tls = tls;
			return this;
		}

		/**
		 * Secret of the realm, from which certificates are derived.
		 * @param secret the secret; that of the present user on this machine by default
		 * @return this
		 */
		public Builder secret(RealmSecret secret) {
			this.secret = secret;
			return this;
		}

		/**
		 * Payload codecs.
		 * @param codecs preferred first; CBOR and JSON by default
		 * @return this
		 */
		public Builder codecs(List<PayloadCodec> codecs) {
			this.codecs = List.copyOf(codecs);
			return this;
		}

		/**
		 * Watch calls.
		 * @param observations receives an Observation for each call and attempt
		 * @return this
		 */
		public Builder observations(ObservationRegistry observations) {
			this.observations = observations;
			return this;
		}

		/**
		 * Where the Retry of each client service is kept.
		 * @param retries the registry
		 * @return this
		 */
		public Builder retries(RetryRegistry retries) {
			this.retries = retries;
			return this;
		}

		/**
		 * How services are called for which nothing else is said.
		 * @param defaults the settings
		 * @return this
		 */
		public Builder defaults(ServiceSettings defaults) {
			this.defaults = defaults;
			return this;
		}

		/**
		 * Make the node serve.
		 * @param provider how
		 * @return this
		 */
		public Builder provider(ProviderSettings provider) {
			this.provider = provider;
			return this;
		}

		/**
		 * Serve a service; the node serves with default settings if none were given.
		 * @param name name of the service
		 * @param contract a plain interface
		 * @param handler implements it; used by many threads at once
		 * @return this
		 * @throws IllegalArgumentException if the name is served already or the interface
		 * is no valid contract
		 */
		public Builder service(String name, Class<?> contract, Object handler) {
			ServiceDefinition definition = ServiceDefinition.of(name, contract, handler);
			if (this.services.stream().anyMatch((service) -> service.name().equals(definition.name()))) {
				throw new IllegalArgumentException("Service '" + name + "' is provided twice by this node");
			}
			this.services.add(definition);
			if (this.provider == null) {
				this.provider = ProviderSettings.defaults();
			}
			return this;
		}

		/**
		 * Run blocking handlers on an executor of the user's.
		 * @param handlerExecutor for example one of virtual threads; the node's own by
		 * default
		 * @return this
		 */
		public Builder handlerExecutor(@Nullable Executor handlerExecutor) {
			this.handlerExecutor = handlerExecutor;
			return this;
		}

		/**
		 * Load and compile the way of a call in the background, by calls of this process
		 * to itself over loopback, so that the first call does not have to: a cold
		 * virtual machine needs more than a second for it otherwise.
		 * @param warmUp whether to do so; false by default
		 * @return this
		 */
		public Builder warmUp(boolean warmUp) {
			this.warmUp = warmUp;
			return this;
		}

		/**
		 * Make the node; nothing listens or dials before it is started.
		 * @return the node, to be closed by the caller
		 */
		public RealmNode build() {
			return new RealmNode(this);
		}

		private NodeSettings settings() {
			NodeSettings present = this.settings;
			if (present == null) {
				String id = (this.nodeId != null) ? this.nodeId : NodeIds.random();
				present = new NodeSettings(this.realm, id, null, this.seeds, Advertisement.DEFAULT_TTL);
				this.settings = present;
			}
			return present;
		}

		private TlsContexts tls() {
			TlsContexts present = this.tls;
			if (present != null) {
				return present;
			}
			RealmSecret realmSecret = (this.secret != null) ? this.secret
					: RealmSecret.loadOrCreate(RealmSecret.defaultPath());
			return SecretTls.of(this.realm, settings().nodeId(), realmSecret);
		}

	}

}
