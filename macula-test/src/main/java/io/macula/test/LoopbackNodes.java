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

package io.macula.test;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

import io.macula.Endpoint;
import io.macula.Realm;
import io.macula.node.NodeReport;
import io.macula.node.NodeSettings;
import io.macula.node.RealmNode;
import io.macula.node.RealmNodeBuilder;
import io.macula.server.ProviderSettings;
import io.macula.tls.RealmSecret;

/**
 * Nodes of a realm in this virtual machine, on the loopback interface.
 */
final class LoopbackNodes {

	private static final Duration LEASE = Duration.ofSeconds(15);

	private static final Duration GRACE = Duration.ofSeconds(2);

	private static final Duration PATIENCE = Duration.ofSeconds(10);

	private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

	private static final String LOOPBACK = "127.0.0.1";

	private LoopbackNodes() {
	}

	static RealmNodeBuilder node(Realm realm, RealmSecret secret, String nodeId, List<Endpoint> seeds) {
		return RealmNode.builder(new NodeSettings(realm, nodeId, null, seeds, LEASE)).secret(secret);
	}

	/** The same, which serves at any free port. */
	static RealmNodeBuilder provider(Realm realm, RealmSecret secret, String nodeId, List<Endpoint> seeds) {
		ProviderSettings defaults = ProviderSettings.defaults();
		return node(realm, secret, nodeId, seeds).provider(
				new ProviderSettings(LOOPBACK, 0, LOOPBACK, defaults.priority(), defaults.weight(), defaults.metadata(),
						defaults.maxThreads(), defaults.queueCapacity(), defaults.maxInFlight(), GRACE));
	}

	static Endpoint endpoint(RealmNode node) {
		return new Endpoint(LOOPBACK, node.port());
	}

	/** Whether each client of the service that this node has knows an instance. */
	static boolean knows(RealmNode node, String service, String nodeId, int port) {
		return clientsOf(node, service).allMatch((client) -> client.instances()
			.stream()
			.anyMatch((known) -> known.nodeId().equals(nodeId) && known.endpoint().endsWith(":" + port)));
	}

	/** Whether each client of the service that this node has knows so many instances. */
	static boolean knows(RealmNode node, String service, int count) {
		return clientsOf(node, service).allMatch((client) -> client.instances().size() == count);
	}

	/** Names of the services that clients of this node call, sorted. */
	static List<String> calledServices(RealmNode node) {
		return node.report().clients().stream().map(NodeReport.ClientService::service).distinct().sorted().toList();
	}

	private static Stream<NodeReport.ClientService> clientsOf(RealmNode node, String service) {
		return node.report().clients().stream().filter((client) -> client.service().equals(service));
	}

	static void await(String failure, BooleanSupplier condition) {
		await(failure, PATIENCE, condition);
	}

	static void await(String failure, Duration limit, BooleanSupplier condition) {
		long end = System.nanoTime() + limit.toNanos();
		while (!condition.getAsBoolean()) {
			if (System.nanoTime() - end > 0) {
				throw new IllegalStateException("After " + limit.toMillis() + " ms " + failure);
			}
			if (Thread.currentThread().isInterrupted()) {
				throw new IllegalStateException("Interrupted while " + failure);
			}
			LockSupport.parkNanos(POLL_NANOS);
		}
	}

}
