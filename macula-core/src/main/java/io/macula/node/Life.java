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
import io.macula.client.ClientLife;
import io.macula.directory.DirectoryEngine;
import io.macula.log.PrintableLogger;
import io.macula.pool.ConnectionPool;
import io.macula.transport.NodeInfo;
import io.macula.transport.Transport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/**
 * Everything of a node that is there from a start to the next stop: threads, sockets,
 * connections, directory engine. Safe for all threads; the node starts it once and closes
 * it once.
 */
final class Life {

	/**
	 * Engines close within a few seconds; one that does not is left behind.
	 */
	static final Duration DIRECTORY_LIMIT = Duration.ofSeconds(5);

	private static final Logger logger = PrintableLogger.of(Life.class);

	private final NodePlan plan;

	private final NodeInfo info;

	private final Transport transport;

	private final CertificateWatch certificates;

	private final ConnectionPool pool;

	private final DirectoryEngine engine;

	private final ClientLife calling;

	private final @Nullable ServingPart serving;

	private final NodeClosing closing;

	private final long openedNanos = System.nanoTime();

	/** The engine was started, or is about to be. */
	private volatile boolean engineStarted;

	Life(NodePlan plan, NodeInfo info, Transport transport, CertificateWatch certificates, ConnectionPool pool,
			DirectoryEngine engine, ClientLife calling, @Nullable ServingPart serving) {
		this.plan = plan;
		this.info = info;
		this.transport = transport;
		this.certificates = certificates;
		this.pool = pool;
		this.engine = engine;
		this.calling = calling;
		this.serving = serving;
		this.closing = new NodeClosing(info.nodeId());
	}

	/**
	 * Say how this life ends.
	 * @param client stops the client; afterwards nobody calls
	 * @param ended what the node does last
	 */
	void endsBy(Runnable client, Runnable ended) {
		ServingPart part = this.serving;
		if (part != null) {
			part.addTo(this.closing);
		}
		this.closing.then("the client", client).then("the calls in flight", this.pool::closeReleased);
		// Whoever says farewell over these connections needs them; any other may take its
		// time.
		boolean closed = this.engineStarted || this.plan.engines().closesUnstarted();
		boolean overConnections = this.engine.usesConnections();
		if (closed && overConnections) {
			this.closing.then("the directory", this.engine::close, DIRECTORY_LIMIT);
		}
		this.closing.then("the connections", this.pool::close);
		if (closed && !overConnections) {
			this.closing.then("the directory", this.engine::close, DIRECTORY_LIMIT);
		}
		this.closing.then("the certificate watch", this.certificates::close);
		this.closing.then("the transport", this.transport::close).then("the end", ended);
	}

	/**
	 * Listen, if this node serves, and join the realm.
	 * @throws io.macula.RpcException if the port cannot be bound
	 */
	void start() {
		Endpoint self = (this.serving != null) ? listen(this.serving) : calls();
		this.engineStarted = true;
		this.plan.engines().starts();
		this.engine.start(self);
	}

	private Endpoint listen(ServingPart starting) {
		ServingPart.Listening listening = starting.start();
		Endpoint endpoint = listening.self().endpoint();
		logger.info("Node {} of realm {} listens on UDP port {} and advertises {} ({}), directory: {}; {}",
				this.info.nodeId(), this.plan.settings().realm(), endpoint.port(), endpoint, listening.host().reason(),
				this.engine.hint(), this.plan.tls().source());
		starting.report().services().forEach(starting::announce);
		return endpoint;
	}

	/** A node that does not serve listens nowhere. */
	private @Nullable Endpoint calls() {
		logger.info("Node {} calls in realm {}, {}; {}", this.info.nodeId(), this.plan.settings().realm(),
				this.engine.hint(), this.plan.tls().source());
		return null;
	}

	/** Since it was opened. */
	Duration age() {
		return Duration.ofNanos(System.nanoTime() - this.openedNanos);
	}

	NodeInfo info() {
		return this.info;
	}

	ConnectionPool pool() {
		return this.pool;
	}

	DirectoryEngine engine() {
		return this.engine;
	}

	ClientLife calling() {
		return this.calling;
	}

	@Nullable ServingPart serving() {
		return this.serving;
	}

	NodeClosing closing() {
		return this.closing;
	}

	/** Peers are told nothing any more; whoever calls this ends it. */
	void cutOff() {
		this.transport.cutOff();
		if (this.serving != null) {
			this.serving.cutOff();
		}
	}

	/** End it, and wait for that, unless that would wait for the present thread. */
	void end() {
		if (holdsUp()) {
			this.closing.begin();
		}
		else {
			this.closing.close();
		}
	}

	/** Whether the end waits for the present thread: a step of it, or a handler. */
	boolean holdsUp() {
		ServingPart part = this.serving;
		return this.closing.isStep() || (part != null && part.isHandler());
	}

}
