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

package io.macula.server;

import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;

import io.macula.Code;
import io.macula.Fingerprint;
import io.macula.Realm;
import io.macula.RpcException;
import io.macula.ServiceName;
import io.macula.Status;
import io.macula.codec.Codecs;
import io.macula.log.DurationText;
import io.macula.log.LogLimit;
import io.macula.log.PrintableLogger;
import io.macula.tls.PeerAccess;
import io.macula.tls.TlsContexts;
import io.macula.transport.NodeInfo;
import io.macula.transport.QuicListener;
import io.macula.transport.Transport;
import io.macula.udp.Addresses;
import io.micrometer.observation.ObservationRegistry;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import reactor.core.publisher.Mono;

/**
 * The serving part of a node: listens, dispatches calls to handlers, drains. Safe for all
 * threads; ended by {@link #drain} or {@link #close}, which are final.
 */
public final class RealmServer implements AutoCloseable {

	private static final Logger logger = PrintableLogger.of(RealmServer.class);

	/**
	 * Whoever serves a reserved service ends its streams by itself, with its last words;
	 * if it does not, this server does.
	 */
	private static final Duration LAST_WORDS = Duration.ofMillis(500);

	private final Transport transport;

	private final TlsContexts tls;

	private final NodeInfo node;

	private final ProviderSettings settings;

	private final HandlerExecutor executor;

	private final Dispatcher dispatcher;

	private final LogLimit withdrawals = LogLimit.ofPeers(System::nanoTime);

	private final Object lock = new Object();

	private volatile @Nullable QuicListener listener;

	private volatile boolean drainedCompletely;

	private boolean ended;

	/**
	 * A server that does not listen yet.
	 * @param transport event loops; not closed by the server
	 * @param tls what the node shows and trusts
	 * @param node what the node says of itself
	 * @param settings how it serves
	 * @param services what it serves
	 * @param codecs payload codecs
	 * @param handlers runs blocking handlers, not closed by the server; {@code null} for
	 * threads of its own. At most {@code maxThreads + queueCapacity} calls are handed to
	 * it at once
	 * @param observations receives an observation of each call
	 * @throws IllegalArgumentException if a service cannot be served; the message names
	 * it
	 */
	public RealmServer(Transport transport, TlsContexts tls, NodeInfo node, ProviderSettings settings,
			List<ServiceDefinition> services, Codecs codecs, @Nullable Executor handlers,
			ObservationRegistry observations) {
		this(transport, tls, node, settings, services, codecs, handlers, observations, null, HandlerRules.NONE);
	}

	/**
	 * A server that not everybody may call.
	 * @param transport event loops; not closed by the server
	 * @param tls what the node shows and trusts
	 * @param node what the node says of itself
	 * @param settings how it serves
	 * @param services what it serves
	 * @param codecs payload codecs
	 * @param handlers runs blocking handlers, or {@code null}
	 * @param observations receives an observation of each call
	 * @param access who may call what, or {@code null} for everybody
	 * @param rules what holds of all handlers
	 */
	public RealmServer(Transport transport, TlsContexts tls, NodeInfo node, ProviderSettings settings,
			List<ServiceDefinition> services, Codecs codecs, @Nullable Executor handlers,
			ObservationRegistry observations, @Nullable PeerAccess access, HandlerRules rules) {
		this.transport = transport;
		this.tls = tls;
		this.node = node;
		this.settings = settings;
		this.executor = (handlers != null) ? HandlerExecutor.of(handlers, settings.limits().maxOpen())
				: HandlerExecutor.batching(settings.maxThreads(), settings.queueCapacity());
		this.dispatcher = new Dispatcher(node, codecs, this.executor, settings.maxInFlight(), rules,
				settings.exposeMessages(), observations, access);
		services.forEach(this.dispatcher::register);
	}

	/**
	 * Refuse services that no server could serve, before there is one.
	 * @param services all services of a node
	 * @param realm of the node
	 * @param nodeId of the node, for messages
	 * @param codecs payload codecs
	 * @param rules what holds of all handlers
	 * @throws IllegalArgumentException if one cannot be served or is served twice; the
	 * message names it
	 */
	public static void check(List<ServiceDefinition> services, Realm realm, String nodeId, Codecs codecs,
			HandlerRules rules) {
		ServedProcedures procedures = new ServedProcedures(codecs, new Refusals(nodeId),
				new CallObservations(realm, ObservationRegistry.NOOP), rules, false, null);
		services.forEach((service) -> procedures.register(service, false));
	}

	/**
	 * Serve a further service until it is removed; it must be advertised apart.
	 * @param service the service
	 * @throws IllegalArgumentException if it cannot be served or is served already
	 */
	public void register(ServiceDefinition service) {
		this.dispatcher.registerRemovable(service);
	}

	/**
	 * Refuse new calls of a service that was registered, as not processed, and let those
	 * in flight finish.
	 * @param service name of the service
	 * @param grace bound of the wait; handlers that still run then go on
	 * @return completes when none of its calls is in flight, or after the grace period
	 */
	public Mono<Void> remove(ServiceName service, Duration grace) {
		ServedService removed = this.dispatcher.remove(service);
		if (removed == null) {
			return Mono.empty();
		}
		Mono<Void> idle = removed.withdraw();
		return idle.timeout(grace,
				Mono.fromRunnable(() -> this.withdrawals.log(service.value(),
						(suppressed) -> logger.warn(
								"Service '{}' of node {} is withdrawn, but {} of its calls still run after {}{}",
								service, this.node.nodeId(), removed.inFlight(), DurationText.of(grace), suppressed))));
	}

	/**
	 * Bind the port and serve. Waits for the bind; does nothing if it is bound already.
	 * @throws RpcException if the port cannot be bound; the server can be started again
	 */
	public void start() {
		synchronized (this.lock) {
			if (this.ended) {
				throw new IllegalStateException("The server of node '" + this.node.nodeId() + "' was closed");
			}
			if (this.listener == null) {
				this.listener = bind();
			}
		}
	}

	private QuicListener bind() {
		try {
			return QuicListener.start(this.transport, this.tls, address(), this.settings.port(), this.dispatcher,
					this.node);
		}
		catch (UncheckedIOException ex) {
			Throwable cause = ex.getCause();
			throw new RpcException(Status.notProcessed(Code.UNAVAILABLE,
					String.valueOf((cause != null) ? cause.getMessage() : ex.getMessage())), ex);
		}
	}

	/**
	 * Answer whoever dials an address of this machine from there, if it is one of several
	 * and no single one is bound. Waits for sockets to be bound.
	 * @param present all addresses that this machine has now
	 */
	public void answerFrom(Collection<InetAddress> present) {
		QuicListener listening = this.listener;
		if (listening != null) {
			listening.answerFrom(Addresses.withRivals(listening.address(), present));
		}
	}

	private InetAddress address() {
		String address = this.settings.address();
		if (address == null) {
			return Addresses.everywhere();
		}
		try {
			return InetAddress.getByName(address);
		}
		catch (UnknownHostException ex) {
			throw new RpcException(Status
				.notProcessed(Code.UNAVAILABLE,
						"Address '" + address
								+ "' cannot be bound (macula.provider.address): expected an address of this machine"),
					ex);
		}
	}

	/**
	 * Where it is bound.
	 * @return a local address, or a wildcard address: {@code ::} serves both families;
	 * {@code null} before the start
	 */
	public @Nullable InetAddress boundAddress() {
		QuicListener listening = this.listener;
		return (listening != null) ? listening.address() : null;
	}

	/**
	 * The bound UDP port.
	 * @return the port, or -1 before the start
	 */
	public int port() {
		QuicListener listening = this.listener;
		return (listening != null) ? listening.port() : -1;
	}

	/**
	 * Connections accepted and open.
	 * @return 0 or more
	 */
	public int connections() {
		QuicListener listening = this.listener;
		return (listening != null) ? listening.connections() : 0;
	}

	/**
	 * Calls of the user's services that are being served.
	 * @return 0 or more
	 */
	public int inFlight() {
		return this.dispatcher.inFlight();
	}

	/**
	 * Whether the present thread runs a handler's method of this server, so that it must
	 * not wait for the end of a drain.
	 * @return true if so
	 */
	public boolean isHandler() {
		return this.dispatcher.isHandler();
	}

	/**
	 * Calls that were refused because of overload or a drain.
	 * @return number since start
	 */
	public long refused() {
		return this.dispatcher.refused();
	}

	/**
	 * Handshakes that were refused.
	 * @return number since start
	 */
	public long refusedHandshakes() {
		QuicListener listening = this.listener;
		return (listening != null) ? listening.refusedHandshakes() : 0;
	}

	/**
	 * Whether new calls are refused.
	 * @return true after {@link #drain} or {@link #close}
	 */
	public boolean draining() {
		return this.dispatcher.draining();
	}

	/**
	 * Refuse new calls of the user's services as not processed, or take them again. The
	 * port stays bound, and the product's own services go on.
	 * @param refuse whether they are refused from now on
	 */
	public void suspend(boolean refuse) {
		this.dispatcher.suspend(refuse);
	}

	/**
	 * Have other limits from the next call on, while calls are served. What is in flight
	 * goes on, even if it is more than they allow.
	 * @param limits how much is served at once; their grace holds for whoever drains this
	 */
	public void limits(ProviderLimits limits) {
		this.executor.limits(limits);
		this.dispatcher.maxInFlight(limits.maxInFlight());
	}

	/**
	 * Whether new calls are refused until somebody wants them again.
	 * @return true after {@link #suspend}
	 */
	public boolean suspended() {
		return this.dispatcher.suspended();
	}

	/**
	 * Whether all calls in flight came to their end by themselves once it drained.
	 * @return false while it has not drained
	 */
	public boolean drainedCompletely() {
		return this.drainedCompletely;
	}

	/**
	 * What is served, in order of the names.
	 * @return figures of this moment, without the product's own services
	 */
	public List<ServiceReport> services() {
		return this.dispatcher.services()
			.stream()
			.filter((service) -> !service.reserved())
			.map(ServedService::report)
			.toList();
	}

	/**
	 * The version of the contract of each service, without the product's own.
	 * @return fingerprints by the names of the services
	 */
	public Map<ServiceName, Fingerprint> fingerprints() {
		return this.dispatcher.services()
			.stream()
			.filter((service) -> !service.reserved())
			.collect(Collectors.toUnmodifiableMap(ServedService::name, ServedService::fingerprint));
	}

	/**
	 * What is served, as it was defined.
	 * @return in order of the names, without the product's own services
	 */
	public List<ServiceDefinition> definitions() {
		return this.dispatcher.services()
			.stream()
			.filter((service) -> !service.reserved())
			.map(ServedService::definition)
			.toList();
	}

	/**
	 * Counts calls by method and caller, for those who want to know.
	 * @return always the same, which does not count unless it is told to
	 */
	public CallRecorder recorder() {
		return this.dispatcher.recorder();
	}

	/**
	 * The threads that run blocking handlers.
	 * @return figures of this moment
	 */
	public HandlerFigures handlers() {
		return this.executor.figures();
	}

	/**
	 * Refuse new calls as not processed, finish what is in flight, then close. A further
	 * drain joins the first, whose grace holds.
	 * @param grace bound of the wait; handlers that still run then are interrupted
	 * @return completes when the port is free
	 */
	public Mono<Void> drain(Duration grace) {
		return Mono.defer(() -> {
			boolean first = end();
			QuicListener listening = this.listener;
			if (first && listening != null) {
				logger.info("Node {} drains: {} calls in flight have {} to finish", this.node.nodeId(), inFlight(),
						DurationText.of(grace));
				this.transport.schedule(this.dispatcher::endLinks,
						(grace.compareTo(LAST_WORDS) < 0) ? grace : LAST_WORDS);
			}
			Mono<Void> closed = (listening != null) ? listening.drain(grace) : Mono.empty();
			return ((first && listening != null) ? drained(closed, grace) : closed)
				.doFinally((signal) -> this.executor.close());
		});
	}

	/** Say whether the calls in flight came to their end by themselves. */
	private Mono<Void> drained(Mono<Void> closed, Duration grace) {
		AtomicBoolean complete = new AtomicBoolean();
		long begin = System.nanoTime();
		boolean idle = inFlight() == 0;
		this.dispatcher.drain().subscribe(null, null, () -> {
			// Those that were cut off end, too.
			if (idle || System.nanoTime() - begin < grace.toNanos()) {
				complete.set(true);
				this.drainedCompletely = true;
				logger.info("Node {} drained: all calls complete", this.node.nodeId());
			}
		});
		return closed.doFinally((signal) -> {
			if (!complete.get()) {
				logger.info("Node {} drained: not all calls were complete after {}", this.node.nodeId(),
						DurationText.of(grace));
			}
		});
	}

	/**
	 * Close at once; calls in flight are cancelled. Waits for the port to be free.
	 */
	@Override
	public void close() {
		end();
		this.dispatcher.endLinks();
		QuicListener listening = this.listener;
		if (listening != null) {
			listening.close();
		}
		this.executor.close();
	}

	/**
	 * Begin to refuse calls.
	 * @return whether nobody had begun before
	 */
	private boolean end() {
		synchronized (this.lock) {
			boolean first = !this.ended;
			this.ended = true;
			this.dispatcher.drain();
			return first;
		}
	}

}
