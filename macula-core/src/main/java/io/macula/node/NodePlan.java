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
import java.util.List;
import java.util.concurrent.Executor;
import java.util.stream.Stream;

import io.macula.client.ClientLife;
import io.macula.codec.Codecs;
import io.macula.directory.DirectoryEngine;
import io.macula.directory.DirectoryEngineFactory;
import io.macula.embedded.EmbeddedDirectory;
import io.macula.embedded.EmbeddedSettings;
import io.macula.operations.NodeOperations;
import io.macula.pool.ConnectionPool;
import io.macula.pool.Connector;
import io.macula.pool.PoolListener;
import io.macula.pool.PoolSettings;
import io.macula.server.HandlerRules;
import io.macula.server.ProviderSettings;
import io.macula.server.RealmServer;
import io.macula.server.ServiceDefinition;
import io.macula.tls.PeerAccess;
import io.macula.tls.TlsContexts;
import io.macula.transport.NodeInfo;
import io.macula.transport.QuicConnector;
import io.macula.transport.Transport;
import io.macula.transport.TransportSettings;
import io.micrometer.observation.ObservationRegistry;
import org.jspecify.annotations.Nullable;

/**
 * All that was said of a node when it was built: opens its lives. Immutable.
 *
 * @param settings who the node is
 * @param tls what it shows and trusts
 * @param transport settings of QUIC
 * @param pool settings of the connection pool
 * @param codecs payload codecs
 * @param observations receives an Observation for each call and attempt
 * @param provider how it serves, or {@code null} if it does not
 * @param handlerExecutor runs blocking handlers, or {@code null} for threads of its own
 * @param engines gives the directory engines
 * @param access what peers may do, or {@code null} for everything
 * @param rules what holds of all handlers
 * @param operations lets others look at the node and steer it
 */
record NodePlan(NodeSettings settings, TlsContexts tls, TransportSettings transport, PoolSettings pool, Codecs codecs,
		ObservationRegistry observations, @Nullable ProviderSettings provider, @Nullable Executor handlerExecutor,
		EngineSource engines, @Nullable PeerAccess access, HandlerRules rules, NodeOperations operations) {

	/** The plan of a node that serves in another manner, if it serves. */
	NodePlan with(@Nullable ProviderSettings how) {
		return new NodePlan(this.settings, this.tls, this.transport, this.pool, this.codecs, this.observations, how,
				this.handlerExecutor, this.engines, this.access, this.rules, this.operations);
	}

	/**
	 * Open a life, which neither listens nor dials yet. If that fails, nothing stays open
	 * but a directory that was given.
	 * @param incarnation higher than that of all lives before
	 * @param services what the node serves
	 * @param provided what it serves until that is withdrawn
	 * @param events takes note of what happens in that life
	 * @return the life, to be closed by the caller
	 */
	Life open(long incarnation, List<ServiceDefinition> services, List<ServiceDefinition> provided, NodeEvents events) {
		NodeClosing opened = new NodeClosing(this.settings.nodeId());
		try {
			return open(incarnation, services, provided, events, opened);
		}
		catch (RuntimeException | Error ex) {
			opened.close();
			throw ex;
		}
	}

	/**
	 * What is opened on the way is told, the last first, in case there will be no life.
	 */
	private Life open(long incarnation, List<ServiceDefinition> services, List<ServiceDefinition> provided,
			NodeEvents events, NodeClosing opened) {
		NodeInfo info = new NodeInfo(this.settings.realm(), this.settings.nodeId(), incarnation, this.codecs.names());
		// First, since it is what can be refused.
		this.engines.require(this.settings.nodeId());
		Transport quic = Transport.create(this.transport);
		opened.first("the transport", quic::close);
		CertificateWatch certificates = CertificateWatch.start(this.tls, quic::schedule);
		opened.first("the certificate watch", certificates::close);
		Connector connector = Connector.of(new QuicConnector(quic, this.tls, info));
		ConnectionPool connections = new ConnectionPool(this.pool, connector, quic::schedule, System::nanoTime,
				events.pool(PoolListener.logging()));
		opened.first("the connections", connections::close);
		DirectoryEngine engine = this.engines.next(new DirectoryEngineFactory.Context(this.settings.realm(),
				this.settings.nodeId(), incarnation, this.provider != null, this.settings.zone(), this.settings.lease(),
				() -> embedded(info, connections, connector)));
		if (this.engines.closesUnstarted()) {
			opened.first("the directory", engine::close, Life.DIRECTORY_LIMIT);
		}
		OwnServices own = new OwnServices(engine.directory());
		ClientLife calling = new ClientLife(own, engine.hint(), engine::obstacle, engine::trouble, engine::awaited,
				own::wasLast, connections, quic::schedule, events::instances);
		ServingPart serving = (this.provider != null)
				? serving(this.provider, info, quic, engine, own, services, events) : null;
		if (serving != null) {
			provided.forEach(serving::add);
		}
		return new Life(this, info, quic, certificates, connections, engine, calling, serving);
	}

	private EmbeddedDirectory embedded(NodeInfo info, ConnectionPool connections, Connector connector) {
		EmbeddedSettings embedded = new EmbeddedSettings(this.settings.realm(), this.settings.nodeId(),
				info.incarnation(), this.tls::key, this.settings.seeds(), this.settings.lease(),
				this.settings.maxNodes());
		boolean everyAddress = this.tls.peerName() != null;
		return (this.provider != null)
				? EmbeddedDirectory.replica(embedded, connections, connector, everyAddress, this.codecs)
				: EmbeddedDirectory.client(embedded, connections, connector, everyAddress, this.codecs);
	}

	private ServingPart serving(ProviderSettings how, NodeInfo info, Transport quic, DirectoryEngine engine,
			OwnServices own, List<ServiceDefinition> services, NodeEvents events) {
		List<ServiceDefinition> all = new ArrayList<>(services);
		Stream.concat(engine.services().stream(), Stream.of(this.operations.service()))
			.forEach((service) -> all
				.add(ServiceDefinition.reserved(service.name(), service.contract(), service.handler())));
		RealmServer server = new RealmServer(quic, this.tls, info, how, all, this.codecs, this.handlerExecutor,
				this.observations, this.access, this.rules);
		return new ServingPart(this.settings, info.incarnation(), how, this.tls, server, engine, own, services,
				quic::schedule, events, this.operations);
	}

}
