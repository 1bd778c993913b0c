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

import java.time.Duration;

import io.macula.Endpoint;
import io.macula.Realm;
import io.macula.client.RealmClient;
import io.macula.directory.DirectoryEngine;
import io.macula.pool.ConnectionPool;
import io.macula.server.ServiceDefinition;
import io.macula.tls.TlsContexts;
import io.macula.transport.NodeInfo;
import io.macula.transport.Transport;
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

	/**
	 * Engines close within a few seconds; one that does not is left behind.
	 */
	private static final Duration DIRECTORY_LIMIT = Duration.ofSeconds(5);

	private final NodeSettings settings;

	private final NodeInfo info;

	private final TlsContexts tls;

	private final Transport transport;

	private final ConnectionPool pool;

	private final DirectoryEngine directory;

	private final RealmClient client;

	private final @Nullable ServingPart serving;

	private final NodeClosing closing;

	private final Object lock = new Object();

	private State state = State.NEW;

	RealmNode(NodeSettings settings, NodeInfo info, TlsContexts tls, Transport transport, ConnectionPool pool,
			DirectoryEngine directory, RealmClient client, @Nullable ServingPart serving) {
		this.settings = settings;
		this.info = info;
		this.tls = tls;
		this.transport = transport;
		this.pool = pool;
		this.directory = directory;
		this.client = client;
		this.serving = serving;
		this.closing = new NodeClosing(settings.nodeId());
		if (serving != null) {
			serving.addTo(this.closing);
		}
		this.closing.then("the client", client::close)
			.then("the directory", directory::close, DIRECTORY_LIMIT)
			.then("the connections", pool::close)
			.then("the transport", transport::close);
	}

	/**
	 * Begin to describe a node.
	 * @param realm name of the realm
	 * @return a builder with the defaults
	 */
	public static RealmNodeBuilder builder(String realm) {
		return new RealmNodeBuilder(new Realm(realm));
	}

	/**
	 * Begin to describe a node.
	 * @param settings who the node is
	 * @return a builder with the defaults of everything else
	 */
	public static RealmNodeBuilder builder(NodeSettings settings) {
		return new RealmNodeBuilder(settings);
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
			if (this.state != State.NEW || this.serving == null) {
				throw new IllegalStateException("Service '" + name + "' cannot be provided: node '"
						+ this.settings.nodeId() + "' is " + ((this.serving == null) ? "no provider" : "started"));
			}
			this.serving.register(definition);
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
			this.directory.start((this.serving != null) ? listen(this.serving) : null);
			this.state = State.STARTED;
		}
	}

	private Endpoint listen(ServingPart starting) {
		ServingPart.Listening listening = starting.start();
		Endpoint endpoint = listening.self().endpoint();
		logger.info("Node {} of realm {} listens on UDP port {} and advertises {} ({}); {}", this.settings.nodeId(),
				this.settings.realm(), endpoint.port(), endpoint, listening.reason(), this.tls.source());
		return endpoint;
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
		return (this.serving != null) ? this.serving.port() : -1;
	}

	/**
	 * Advertise the services, once the application is ready to serve. Does nothing if
	 * this node does not serve or advertises already.
	 */
	public void advertise() {
		synchronized (this.lock) {
			if (this.state == State.STARTED && this.serving != null) {
				this.serving.advertise();
			}
		}
	}

	/**
	 * Withdraw the advertisement; calls are still served.
	 * @return completes when the directory knows, or after 1 second
	 */
	public Mono<Void> withdraw() {
		synchronized (this.lock) {
			return (this.serving != null) ? this.serving.withdraw() : Mono.empty();
		}
	}

	/**
	 * Drain the serving part: withdraw, refuse new calls as not processed, finish those
	 * in flight, close.
	 * @param grace bound of the wait
	 * @return completes when nothing is in flight, or after the grace period
	 */
	public Mono<Void> drainServer(Duration grace) {
		return (this.serving != null) ? this.serving.drain(grace) : Mono.empty();
	}

	/**
	 * What this node is, serves, calls, and is connected to.
	 * @return a report of this moment
	 */
	public NodeReport report() {
		Endpoint endpoint = (this.serving != null) ? this.serving.endpoint() : null;
		return new NodeReport(this.settings.realm().name(), this.settings.nodeId(), this.info.incarnation(),
				this.settings.zone(), (endpoint != null) ? endpoint.toString() : null, this.tls.source(),
				(this.serving != null) ? this.serving.report() : null, this.directory.state(),
				Reports.clients(this.client), Reports.connections(this.pool));
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
	 * until done, whoever began it and in spite of interrupts; in a thread that must not
	 * block, such as an event loop, only begins it. What fails is logged and stops
	 * nothing.
	 */
	@Override
	public void close() {
		synchronized (this.lock) {
			this.state = State.CLOSED;
		}
		this.closing.close();
	}

	private enum State {

		NEW, STARTED, CLOSED

	}

}
