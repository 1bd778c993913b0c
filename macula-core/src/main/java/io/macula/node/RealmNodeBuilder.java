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

package io.macula.node;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.Supplier;

import io.github.resilience4j.retry.RetryRegistry;
import io.macula.Endpoint;
import io.macula.NodeIds;
import io.macula.Realm;
import io.macula.client.ClientContext;
import io.macula.client.ErrorMapper;
import io.macula.client.ServiceSettings;
import io.macula.codec.Codecs;
import io.macula.codec.PayloadCodec;
import io.macula.directory.Advertisement;
import io.macula.directory.DirectoryEngine;
import io.macula.directory.DirectoryEngineFactory;
import io.macula.interceptor.ClientInterceptor;
import io.macula.interceptor.ServerInterceptor;
import io.macula.operations.NodeOperations;
import io.macula.operations.OperationsAccess;
import io.macula.pool.PoolSettings;
import io.macula.server.ExceptionMapper;
import io.macula.server.HandlerRules;
import io.macula.server.MethodGuard;
import io.macula.server.ProviderSettings;
import io.macula.server.RealmServer;
import io.macula.server.ServiceDefinition;
import io.macula.tls.AllowLists;
import io.macula.tls.InsecureTls;
import io.macula.tls.PeerAccess;
import io.macula.tls.PeerAuthorizer;
import io.macula.tls.RealmSecret;
import io.macula.tls.SecretTls;
import io.macula.tls.TlsContexts;
import io.macula.transport.TransportSettings;
import io.micrometer.observation.ObservationRegistry;
import org.jspecify.annotations.Nullable;

/**
 * Describes a node; not safe for several threads. Everything that is not said has its
 * default.
 */
public final class RealmNodeBuilder {

	private final Realm realm;

	private @Nullable NodeSettings settings;

	private @Nullable String nodeId;

	private List<Endpoint> seeds = List.of();

	private TransportSettings transport = TransportSettings.defaults();

	private PoolSettings pool = PoolSettings.defaults();

	private @Nullable TlsContexts tls;

	private List<RealmSecret> secrets = List.of();

	private @Nullable List<PayloadCodec> codecs;

	private ObservationRegistry observations = ObservationRegistry.NOOP;

	private RetryRegistry retries = RetryRegistry.ofDefaults();

	private ServiceSettings defaults = ServiceSettings.defaults();

	private @Nullable ProviderSettings provider;

	private final List<ServiceDefinition> services = new ArrayList<>();

	private @Nullable Executor handlerExecutor;

	private EngineSource engines = EngineSource.madeBy(DirectoryEngineFactory.embedded());

	private String startedBy = "RealmNode.start() starts it";

	private String startedAgainBy = "RealmNode.start() starts it again";

	private boolean warmUp;

	private OperationsAccess operations = OperationsAccess.of(OperationsAccess.Level.READ);

	private OwnView.Application application = new OwnView.Application(null, null);

	private final List<ErrorMapper> errorMappers = new ArrayList<>();

	private final List<ExceptionMapper> exceptionMappers = new ArrayList<>();

	private final List<MethodGuard.Factory> guards = new ArrayList<>();

	private final List<PeerAuthorizer> authorizers = new ArrayList<>();

	private final List<ClientInterceptor> clientInterceptors = new ArrayList<>();

	private final List<ServerInterceptor> serverInterceptors = new ArrayList<>();

	RealmNodeBuilder(Realm realm) {
		this.realm = realm;
	}

	RealmNodeBuilder(NodeSettings settings) {
		this.realm = settings.realm();
		this.settings = settings;
	}

	/**
	 * Name the node.
	 * @param nodeId unique in the realm; a random one by default
	 * @return this
	 */
	public RealmNodeBuilder nodeId(String nodeId) {
		this.nodeId = nodeId;
		return this;
	}

	/**
	 * Name the seeds.
	 * @param seeds each as {@code host:port}
	 * @return this
	 */
	public RealmNodeBuilder seeds(String... seeds) {
		this.seeds = Arrays.stream(seeds).map(Endpoint::parse).toList();
		return this;
	}

	/**
	 * Settings of QUIC.
	 * @param transport the settings
	 * @return this
	 */
	public RealmNodeBuilder transport(TransportSettings transport) {
		this.transport = transport;
		return this;
	}

	/**
	 * Settings of the connection pool.
	 * @param pool the settings
	 * @return this
	 */
	public RealmNodeBuilder pool(PoolSettings pool) {
		this.pool = pool;
		return this;
	}

	/**
	 * Certificates of the node.
	 * @param tls what it shows and trusts; derived from the realm secret by default
	 * @return this
	 */
	public RealmNodeBuilder tls(TlsContexts tls) {
		this.tls = tls;
		return this;
	}

	/**
	 * Secret of the realm, from which certificates are derived.
	 * @param secret the secret; that of the present user on this machine by default
	 * @return this
	 */
	public RealmNodeBuilder secret(RealmSecret secret) {
		this.secrets = List.of(secret);
		return this;
	}

	/**
	 * Secrets of a realm that changes its secret.
	 * @param secrets what is accepted; the first is shown
	 * @return this
	 */
	public RealmNodeBuilder secrets(List<RealmSecret> secrets) {
		this.secrets = List.copyOf(secrets);
		return this;
	}

	/**
	 * Payload codecs.
	 * @param codecs preferred first; CBOR and JSON by default
	 * @return this
	 */
	public RealmNodeBuilder codecs(List<PayloadCodec> codecs) {
		this.codecs = List.copyOf(codecs);
		return this;
	}

	/**
	 * Watch calls.
	 * @param observations receives an Observation for each call and attempt
	 * @return this
	 */
	public RealmNodeBuilder observations(ObservationRegistry observations) {
		this.observations = observations;
		return this;
	}

	/**
	 * Where the Retry of each client service is kept.
	 * @param retries the registry
	 * @return this
	 */
	public RealmNodeBuilder retries(RetryRegistry retries) {
		this.retries = retries;
		return this;
	}

	/**
	 * How services are called for which nothing else is said.
	 * @param defaults the settings
	 * @return this
	 */
	public RealmNodeBuilder defaults(ServiceSettings defaults) {
		this.defaults = defaults;
		return this;
	}

	/**
	 * Make the node serve.
	 * @param provider how
	 * @return this
	 */
	public RealmNodeBuilder provider(ProviderSettings provider) {
		this.provider = provider;
		return this;
	}

	/**
	 * Serve a service; the node serves with default settings if none were given.
	 * @param name name of the service
	 * @param contract a plain interface
	 * @param handler implements it; used by many threads at once
	 * @return this
	 * @throws IllegalArgumentException if the name is served already or the interface is
	 * no valid contract
	 */
	public RealmNodeBuilder service(String name, Class<?> contract, Object handler) {
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
	 * Where providers are advertised and found.
	 * @param directory closed with the node; by default the embedded directory, which
	 * lives in the providers themselves. A node that is to be started again after a stop
	 * needs a {@linkplain #directory(Supplier) factory}, unless the engine is
	 * {@linkplain DirectoryEngine#restartable() restartable}, such as that of
	 * {@link DirectoryEngine#of}
	 * @return this
	 */
	public RealmNodeBuilder directory(DirectoryEngine directory) {
		this.engines = EngineSource.given(directory);
		return this;
	}

	/**
	 * Where providers are advertised and found, in each life of the node anew.
	 * @param factory makes an engine for each start, which is closed with that life
	 * @return this
	 */
	public RealmNodeBuilder directory(Supplier<? extends DirectoryEngine> factory) {
		this.engines = EngineSource.madeBy(DirectoryEngineFactory.of("given", (context) -> factory.get()));
		return this;
	}

	/**
	 * Where providers are advertised and found, each engine made anew for each life of
	 * the node: several stand side by side, see {@link DirectoryEngineFactory#composite}.
	 * @param factories the preferred one first, each of another type
	 * @return this
	 * @throws IllegalArgumentException if there is none, or two are of one type
	 */
	public RealmNodeBuilder directories(List<? extends DirectoryEngineFactory> factories) {
		this.engines = EngineSource.madeBy(DirectoryEngineFactory.composite(factories));
		return this;
	}

	/**
	 * Say who starts the node: calls that come while it is not started end at once, and
	 * their message says so.
	 * @param remedy a clause for the message, for example
	 * {@code the application starts it after all beans are made}; by default
	 * {@code RealmNode.start() starts it}
	 * @return this
	 */
	public RealmNodeBuilder startedBy(String remedy) {
		this.startedBy = remedy;
		return this;
	}

	/**
	 * Say how the node is started again, for calls that come after it was stopped.
	 * @param remedy a clause for the message; by default
	 * {@code RealmNode.start() starts it again}
	 * @return this
	 */
	public RealmNodeBuilder startedAgainBy(String remedy) {
		this.startedAgainBy = remedy;
		return this;
	}

	/**
	 * Run blocking handlers on an executor of the user's.
	 * @param handlerExecutor for example one of virtual threads; the node's own by
	 * default
	 * @return this
	 */
	public RealmNodeBuilder handlerExecutor(@Nullable Executor handlerExecutor) {
		this.handlerExecutor = handlerExecutor;
		return this;
	}

	/**
	 * Say who may call, and who may provide, which service; by default every member of
	 * the realm may. What is said twice must be allowed by both.
	 * @param authorizer asked for each peer and service, for example {@link AllowLists}
	 * @return this
	 */
	public RealmNodeBuilder authorizer(PeerAuthorizer authorizer) {
		this.authorizers.add(authorizer);
		return this;
	}

	/**
	 * Stand around the calls that this node makes, inside of those that were given
	 * before.
	 * @param interceptors the first one outermost; none by default
	 * @return this
	 */
	public RealmNodeBuilder clientInterceptors(List<? extends ClientInterceptor> interceptors) {
		this.clientInterceptors.addAll(interceptors);
		return this;
	}

	/**
	 * Say what callers of this node's proxies are thrown when a call fails; several are
	 * asked in the order in which they are given.
	 * @param mapper makes exceptions of the application out of failed calls
	 * @return this
	 */
	public RealmNodeBuilder errorMapper(ErrorMapper mapper) {
		this.errorMappers.add(mapper);
		return this;
	}

	/**
	 * Stand around the handlers of this node, inside of those that were given before.
	 * @param interceptors the first one outermost; none by default
	 * @return this
	 */
	public RealmNodeBuilder serverInterceptors(List<? extends ServerInterceptor> interceptors) {
		this.serverInterceptors.addAll(interceptors);
		return this;
	}

	/**
	 * Say what callers are told of exceptions that a contract does not declare; several
	 * are asked in the order in which they are given.
	 * @param mapper makes statuses out of what handlers throw
	 * @return this
	 */
	public RealmNodeBuilder exceptionMapper(ExceptionMapper mapper) {
		this.exceptionMappers.add(mapper);
		return this;
	}

	/**
	 * Look at arguments before methods of this node's services run, and at what they
	 * answered; several are asked in the order in which they are given.
	 * @param guards makes the guards of methods, for example those that validate
	 * @return this
	 */
	public RealmNodeBuilder methodGuards(MethodGuard.Factory guards) {
		this.guards.add(guards);
		return this;
	}

	/**
	 * Say who of the realm may look at this node, and who may steer it, through its
	 * reserved service.
	 * @param access by default everybody may look and nobody may steer
	 * @return this
	 */
	public RealmNodeBuilder operations(OperationsAccess access) {
		this.operations = access;
		return this;
	}

	/**
	 * Say which application this node belongs to, for those who look at it.
	 * @param name name of the application, or {@code null}
	 * @param version its version, or {@code null}
	 * @return this
	 */
	public RealmNodeBuilder application(@Nullable String name, @Nullable String version) {
		this.application = new OwnView.Application(name, version);
		return this;
	}

	/**
	 * Load and compile the call path in the background, by calls of this process to
	 * itself over loopback, so that the first call does not have to: a cold virtual
	 * machine needs more than a second for it otherwise. Once in a process, see
	 * {@link RealmNode#warmUp()}.
	 * @param warmUp whether to do so; false by default
	 * @return this
	 */
	public RealmNodeBuilder warmUp(boolean warmUp) {
		this.warmUp = warmUp;
		return this;
	}

	/**
	 * Make the node; nothing is open before it is started.
	 * @return the node, to be closed by the caller
	 * @throws IllegalArgumentException if a service cannot be served, or if there are
	 * authorizers but nobody is verified; the message names it
	 */
	public RealmNode build() {
		if (this.warmUp) {
			WarmUp.start();
		}
		NodeSettings self = settings();
		List<PayloadCodec> given = this.codecs;
		Supplier<Codecs> chosen = (given != null) ? () -> Codecs.of(given)
				: DefaultCodecs.begin(this.engines.ahead())::get;
		TlsContexts contexts = tls();
		Codecs payloads = chosen.get();
		HandlerRules rules = new HandlerRules(List.copyOf(this.serverInterceptors), this.exceptionMappers, this.guards);
		RealmServer.check(this.services, self.realm(), self.nodeId(), payloads, rules);
		PeerAccess access = access(contexts, self);
		OwnView view = new OwnView(self, this.application, payloads.describing(), this.operations);
		NodePlan plan = new NodePlan(self, contexts, this.transport, this.pool, payloads, this.observations,
				this.provider, this.handlerExecutor, this.engines, access, rules,
				new NodeOperations(view, operations(contexts, self)));
		ClientContext context = new ClientContext(self.realm(), self.zone(), System::nanoTime, payloads, this.retries,
				this.observations, this.defaults, access, List.copyOf(this.clientInterceptors), this.errorMappers);
		RealmNode node = new RealmNode(plan, context, this.services, this.startedBy, this.startedAgainBy);
		view.of(node);
		return node;
	}

	private @Nullable PeerAccess access(TlsContexts contexts, NodeSettings self) {
		if (this.authorizers.isEmpty()) {
			return null;
		}
		if (contexts instanceof InsecureTls) {
			throw new IllegalArgumentException("Node '" + self.nodeId() + "' has " + this.authorizers.size()
					+ " PeerAuthorizer, but InsecureTls verifies nobody: a peer could take any identity that is allowed."
					+ " Use SecretTls or BundleTls, or leave authorizer(...) out");
		}
		return new PeerAccess(this.authorizers, System::nanoTime);
	}

	private OperationsAccess operations(TlsContexts contexts, NodeSettings self) {
		if (this.operations.byIdentity() && contexts instanceof InsecureTls) {
			throw new IllegalArgumentException("Node '" + self.nodeId()
					+ "' allows operations by identity, but InsecureTls verifies nobody: a peer could take any identity"
					+ " that is allowed. Use SecretTls or BundleTls, or name no identities");
		}
		return this.operations;
	}

	private NodeSettings settings() {
		NodeSettings present = this.settings;
		if (present == null) {
			String id = (this.nodeId != null) ? this.nodeId : NodeIds.generate("node");
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
		List<RealmSecret> realmSecrets = !this.secrets.isEmpty() ? this.secrets
				: List.of(RealmSecret.loadOrCreate(RealmSecret.defaultPath()));
		return SecretTls.of(this.realm, settings().nodeId(), realmSecrets);
	}

}
