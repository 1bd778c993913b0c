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

package io.macula.spring.test;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

import io.macula.Endpoint;
import io.macula.Realm;
import io.macula.node.NodeReport;
import io.macula.node.NodeSettings;
import io.macula.node.RealmNode;
import io.macula.server.ProviderSettings;
import io.macula.tls.RealmSecret;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.core.env.Environment;

/**
 * The realm of an application under test, to which a test adds providers. Safe for all
 * threads; closes what it added with the application.
 */
public final class MaculaTestRealm implements DisposableBean {

	private static final Duration LEASE = Duration.ofSeconds(15);

	private static final Duration PATIENCE = Duration.ofSeconds(10);

	private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

	private final RealmNode application;

	private final Environment environment;

	private final Map<String, RealmNode> added = new ConcurrentHashMap<>();

	MaculaTestRealm(RealmNode application, Environment environment) {
		this.application = application;
		this.environment = environment;
	}

	/**
	 * Add a provider in this virtual machine, with a node and a port of its own, and wait
	 * until the application's clients of the service know it. It lives until it is
	 * closed, or the application context is, which several test classes may share; one of
	 * the same id that was added before leaves first.
	 * @param <T> the contract
	 * @param nodeId id of the provider, unique in the realm
	 * @param service name of the service
	 * @param contract the interface
	 * @param handler implements the interface
	 * @return the provider; close it to make it leave with a drain
	 */
	public <T> RealmNode provide(String nodeId, String service, Class<T> contract, T handler) {
		RealmNode before = this.added.remove(nodeId);
		if (before != null) {
			before.close();
		}
		ProviderSettings defaults = ProviderSettings.defaults();
		ProviderSettings loopback = new ProviderSettings("127.0.0.1", 0, "127.0.0.1", defaults.priority(),
				defaults.weight(), defaults.metadata(), defaults.maxThreads(), defaults.queueCapacity(),
				defaults.maxInFlight(), Duration.ofSeconds(2));
		NodeSettings settings = new NodeSettings(new Realm(required("macula.realm.name")), nodeId, null,
				List.of(new Endpoint("127.0.0.1", this.application.port())), LEASE);
		RealmNode node = RealmNode.builder(settings)
			.secret(RealmSecret.of(required("macula.realm.secret"), "the test"))
			.provider(loopback)
			.service(service, contract, handler)
			.build();
		this.added.put(nodeId, node);
		node.start();
		node.advertise();
		await("node '" + nodeId + "' is not known to the clients of '" + service + "'",
				() -> knows(service, nodeId, node.port()));
		return node;
	}

	private boolean knows(String service, String nodeId, int port) {
		return clientsOf(service).stream()
			.allMatch((client) -> client.instances()
				.stream()
				.anyMatch((known) -> known.nodeId().equals(nodeId) && known.endpoint().endsWith(":" + port)));
	}

	/**
	 * Wait, for at most 10 seconds, until the application's clients of a service know so
	 * many instances.
	 * @param service name of the service
	 * @param count number of instances
	 */
	public void awaitInstances(String service, int count) {
		await("the clients of '" + service + "' do not know " + count + " instances",
				() -> clientsOf(service).stream().allMatch((client) -> client.instances().size() == count));
	}

	private List<NodeReport.ClientService> clientsOf(String service) {
		return this.application.report()
			.clients()
			.stream()
			.filter((client) -> client.service().equals(service))
			.toList();
	}

	private static void await(String failure, BooleanSupplier condition) {
		long end = System.nanoTime() + PATIENCE.toNanos();
		while (!condition.getAsBoolean()) {
			if (System.nanoTime() - end > 0) {
				throw new IllegalStateException("After " + PATIENCE.toSeconds() + " s " + failure);
			}
			LockSupport.parkNanos(POLL_NANOS);
		}
	}

	private String required(String key) {
		return this.environment.getRequiredProperty(key);
	}

	@Override
	public void destroy() {
		this.added.values().forEach(RealmNode::close);
	}

}
