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
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;

import io.macula.Endpoint;
import io.macula.Instance;
import io.macula.ServiceName;
import io.macula.directory.Advertisement;
import io.macula.directory.DirectoryEngine;
import io.macula.directory.Registry;
import io.macula.server.Advertiser;
import io.macula.server.ProviderSettings;
import io.macula.server.RealmServer;
import io.macula.server.ServiceDefinition;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * The part of a node that serves: listens, and tells the directory what it serves. Exists
 * in providers only. Safe for all threads; the node calls {@link #start} once.
 */
final class ServingPart {

	private final NodeSettings settings;

	private final long incarnation;

	private final ProviderSettings provider;

	private final RealmServer server;

	private final DirectoryEngine engine;

	private final List<ServiceDefinition> services;

	private volatile @Nullable Listening listening;

	ServingPart(NodeSettings settings, long incarnation, ProviderSettings provider, RealmServer server,
			DirectoryEngine engine, List<ServiceDefinition> services) {
		this.settings = settings;
		this.incarnation = incarnation;
		this.provider = provider;
		this.server = server;
		this.engine = engine;
		this.services = new CopyOnWriteArrayList<>(services);
	}

	/** Serve a further service; before {@link #start} only. */
	void register(ServiceDefinition definition) {
		this.server.register(definition);
		this.services.add(definition);
	}

	/**
	 * Bind the port.
	 * @return where this node is reached from now on, and why there
	 */
	Listening start() {
		this.server.start();
		AdvertisedHost host = AdvertisedHost.choose(this.provider.advertisedHost(), this.provider.address(),
				this.settings.seeds());
		Instance self = new Instance(this.settings.nodeId(), this.incarnation,
				new Endpoint(host.host(), this.server.port()), this.settings.zone(), this.provider.priority(),
				this.provider.weight(), this.provider.metadata());
		Set<ServiceName> names = new LinkedHashSet<>();
		this.services.forEach((service) -> names.add(service.name()));
		Registry registry = this.engine.registry();
		Advertiser advertiser = (registry != null)
				? new Advertiser(registry, new Advertisement(self, names, this.settings.lease())) : null;
		Listening started = new Listening(self, host.reason(), advertiser);
		this.listening = started;
		return started;
	}

	/** Does nothing if the directory is told of providers by somebody else. */
	void advertise() {
		Advertiser present = advertiser();
		if (present != null) {
			present.advertise();
		}
	}

	Mono<Void> withdraw() {
		Advertiser present = advertiser();
		return (present != null) ? present.withdraw() : Mono.empty();
	}

	/**
	 * Withdraw, refuse new calls, finish those in flight.
	 * @param grace bound of the wait
	 */
	Mono<Void> drain(Duration grace) {
		return withdraw().then(Mono.defer(() -> {
			this.engine.stopServing();
			return this.server.drain(grace);
		}));
	}

	/** Drain with the configured grace, then close the port. Blocks. */
	void close() {
		drain(this.provider.grace()).onErrorComplete().block();
		this.server.close();
	}

	int port() {
		return this.server.port();
	}

	@Nullable Endpoint endpoint() {
		Listening present = this.listening;
		return (present != null) ? present.self().endpoint() : null;
	}

	NodeReport.Provider report() {
		return Reports.provider(this.server, advertiser());
	}

	private @Nullable Advertiser advertiser() {
		Listening present = this.listening;
		return (present != null) ? present.advertiser() : null;
	}

	/**
	 * What is known once the port is bound.
	 *
	 * @param self this node as others see it
	 * @param reason why others are told of this endpoint
	 * @param advertiser tells the directory, or {@code null} if somebody else does
	 */
	record Listening(Instance self, String reason, @Nullable Advertiser advertiser) {

	}

}
