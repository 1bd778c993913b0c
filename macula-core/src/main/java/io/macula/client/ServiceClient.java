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

package io.macula.client;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;

import io.macula.Code;
import io.macula.ServiceName;
import io.macula.Status;
import io.macula.directory.ServiceResolver;
import io.macula.directory.Snapshot;
import io.macula.pool.EndpointPool;
import io.macula.selection.InstanceTracker;
import io.macula.selection.LoadBalancer;
import org.jspecify.annotations.Nullable;

/**
 * One service as this node calls it, for reports and for those who make calls: puts
 * together what its calls share ({@link ServiceCalls}), and passes on what the directory
 * says of its instances. Safe for all threads; lives as long as the {@link RealmClient}.
 */
public final class ServiceClient implements AutoCloseable {

	private final Set<String> contracts = ConcurrentHashMap.newKeySet();

	private final String name;

	private final ServiceName service;

	private final ServiceSettings settings;

	private final LoadBalancer balancer;

	private final InstanceLinks links;

	private final WaitingCalls waiting;

	private final ServiceCalls calls;

	private final ServiceResolver resolver;

	ServiceClient(String name, ServiceName service, ServiceSettings settings, ClientContext context) {
		this.name = name;
		this.service = service;
		this.settings = settings;
		this.balancer = new LoadBalancer(service, settings.strategyName(), settings.strategy(), settings.ejection(),
				context.clock(), ThreadLocalRandom::current);
		this.links = new InstanceLinks(this.balancer, context.pool());
		this.resolver = ServiceResolver.watch(context.directory(), service);
		ServiceResolver watched = this.resolver;
		this.waiting = new WaitingCalls(this.balancer, context.timer(),
				() -> noInstances(context, service, watched.current()));
		this.calls = new ServiceCalls(service, context.zone(), this.balancer,
				new RetryPolicy(name, settings.failover(), context.retries(), context.clock()),
				new AttemptTimes(settings, this.balancer, context.clock()), this.waiting,
				Observed.factory(context.realm(), context.observationRegistry()), context.clock(), context.timer(),
				new AtomicLong());
		this.resolver.onChange(this::update);
	}

	/** Why there is no instance. */
	private static Status noInstances(ClientContext context, ServiceName service, @Nullable Snapshot snapshot) {
		Status obstacle = context.directoryObstacle().get();
		if (obstacle != null) {
			return Status.notProcessed(obstacle.code(), "no provider of service '" + service
					+ "' is known, because the directory cannot be joined: " + obstacle.message());
		}
		if (snapshot == null) {
			return Status.notProcessed(Code.UNAVAILABLE,
					"the directory has not answered yet, so no provider of service '" + service + "' is known; "
							+ context.directoryHint());
		}
		return Status.notProcessed(Code.NOT_FOUND, "no provider of service '" + service + "' is known in the realm '"
				+ context.realm() + "'; " + context.directoryHint());
	}

	/** The directory knows other instances. */
	private void update(Snapshot snapshot) {
		this.links.update(snapshot.instances());
		if (!snapshot.instances().isEmpty()) {
			this.waiting.instancesKnown();
		}
	}

	/**
	 * Name in reports, metrics and settings.
	 * @return the name, unique in the node
	 */
	public String name() {
		return this.name;
	}

	/**
	 * The service that is called.
	 * @return its name
	 */
	public ServiceName service() {
		return this.service;
	}

	/**
	 * How it is called.
	 * @return the settings
	 */
	public ServiceSettings settings() {
		return this.settings;
	}

	/**
	 * The contracts of its proxies.
	 * @return interface names; empty where only dynamic calls were made
	 */
	public Set<String> contracts() {
		return Set.copyOf(this.contracts);
	}

	/**
	 * Since the directory last confirmed the instances.
	 * @return the age, or {@code null} before the first snapshot
	 */
	public @Nullable Duration snapshotAge() {
		return this.resolver.age();
	}

	/**
	 * The instances as this client service sees them.
	 * @return trackers in stable order
	 */
	public List<InstanceTracker> instances() {
		return this.balancer.trackers();
	}

	/**
	 * The connections to an instance.
	 * @param tracker one of {@link #instances()}
	 * @return its pool
	 */
	public EndpointPool connections(InstanceTracker tracker) {
		return InstanceLinks.poolOf(tracker);
	}

	/** What its calls share. */
	ServiceCalls calls() {
		return this.calls;
	}

	void proxied(Class<?> contract) {
		this.contracts.add(contract.getName());
	}

	@Override
	public void close() {
		this.resolver.close();
		this.links.close();
		this.waiting.close();
	}

}
