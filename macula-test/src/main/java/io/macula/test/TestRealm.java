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

import java.security.SecureRandom;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

import io.macula.Endpoint;
import io.macula.Realm;
import io.macula.client.ServiceSettings;
import io.macula.interceptor.ServerInterceptor;
import io.macula.log.PrintableLogger;
import io.macula.node.RealmNode;
import io.macula.tls.RealmSecret;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/**
 * A realm in this virtual machine: a name and a secret of its own, one node that is its
 * seed and has clients, and the providers that a test adds. All of it is real QUIC on the
 * loopback interface, at free ports. Safe for all threads; closing it closes what it
 * made.
 *
 * <pre>
 * try (TestRealm realm = TestRealm.start()) {
 *     FakeProvider&lt;Calculator&gt; fake = realm.fake("node1", "test.calculator", Calculator.class);
 *     fake.on("multiply").will(answer(new Answer("fake", 42)));
 *     Calculator calculator = realm.client("test.calculator", Calculator.class);
 *     assertThat(calculator.multiply(new Question(0, 21)).result()).isEqualTo(42);
 * }
 * </pre>
 */
public final class TestRealm implements AutoCloseable {

	private static final Logger logger = PrintableLogger.of(TestRealm.class);

	private final Realm realm;

	private final RealmSecret secret;

	private final RealmNode home;

	private final boolean owned;

	private final Map<String, AutoCloseable> providers = new ConcurrentHashMap<>();

	private final AtomicInteger clients = new AtomicInteger();

	private volatile boolean closed;

	private TestRealm(Realm realm, RealmSecret secret, RealmNode home, boolean owned) {
		this.realm = realm;
		this.secret = secret;
		this.home = home;
		this.owned = owned;
	}

	/**
	 * Start a realm.
	 * @return the realm, to be closed by the caller
	 */
	public static TestRealm start() {
		Realm realm = new Realm("test-" + UUID.randomUUID());
		byte[] random = new byte[32];
		new SecureRandom().nextBytes(random);
		RealmSecret secret = RealmSecret.of(Base64.getEncoder().encodeToString(random), "the test realm");
		RealmNode home = LoopbackNodes.provider(realm, secret, "test", List.of()).build();
		home.start();
		return new TestRealm(realm, secret, home, true);
	}

	/**
	 * A realm whose seed, with the clients, is there already and is somebody else's.
	 * @param home listens on the loopback interface
	 * @param realm its realm
	 * @param secret of the realm
	 * @return the realm; closing it does not close that node
	 */
	public static TestRealm around(RealmNode home, Realm realm, RealmSecret secret) {
		return new TestRealm(realm, secret, home, false);
	}

	/**
	 * A client of a service, without waiting for an instance of it.
	 * @param <T> the contract
	 * @param service name of the service
	 * @param contract the interface
	 * @return calls the service
	 */
	public <T> T client(String service, Class<T> contract) {
		return this.home.client().proxy(contract, service);
	}

	/**
	 * A client with settings of its own: deadline, attempts, strategy.
	 * @param <T> the contract
	 * @param service name of the service
	 * @param contract the interface
	 * @param settings how the service is called
	 * @return calls the service
	 */
	public <T> T client(String service, Class<T> contract, ServiceSettings settings) {
		String name = service + "#" + this.clients.getAndIncrement();
		return this.home.client().proxy(contract, service, name, settings);
	}

	/**
	 * Add a provider with scripted answers, and wait until the clients of the service
	 * know it. One of the same id that was added before leaves first.
	 * @param <T> the contract
	 * @param nodeId id of the provider, unique in the realm
	 * @param service name of the service
	 * @param contract the interface
	 * @return the provider; the realm closes it
	 */
	public <T> FakeProvider<T> fake(String nodeId, String service, Class<T> contract) {
		makeRoom(nodeId);
		FakeProvider<T> fake = FakeProvider.start(nodeId, service, contract,
				(handler, script) -> built(nodeId, service, contract, handler, List.of(script)),
				(node) -> begin(node, nodeId, service));
		close(this.providers.put(nodeId, fake));
		return fake;
	}

	/**
	 * Add a provider, and wait until the clients of the service know it. One of the same
	 * id that was added before leaves first.
	 * @param <T> the contract
	 * @param nodeId id of the provider, unique in the realm
	 * @param service name of the service
	 * @param contract the interface
	 * @param handler implements the interface
	 * @return the provider; the realm closes it, a test may before
	 */
	public <T> RealmNode provide(String nodeId, String service, Class<T> contract, T handler) {
		makeRoom(nodeId);
		RealmNode node = built(nodeId, service, contract, handler, List.of());
		begin(node, nodeId, service);
		close(this.providers.put(nodeId, node));
		return node;
	}

	private <T> RealmNode built(String nodeId, String service, Class<T> contract, T handler,
			List<ServerInterceptor> interceptors) {
		List<Endpoint> seeds = List.of(LoopbackNodes.endpoint(this.home));
		return LoopbackNodes.provider(this.realm, this.secret, nodeId, seeds)
			.service(service, contract, handler)
			.serverInterceptors(interceptors)
			.build();
	}

	private static String calls(List<String> called) {
		return called.isEmpty() ? "there are no clients so far"
				: "the clients call " + String.join(", ", called.stream().map((name) -> "'" + name + "'").toList());
	}

	/** A misspelt name is found by what is told here, for its calls find no provider. */
	private void tellUncalled(String nodeId, String service) {
		List<String> called = LoopbackNodes.calledServices(this.home);
		if (!called.isEmpty() && !called.contains(service)) {
			logger.info("Node '{}' of this realm provides '{}', which no client calls so far: {}", nodeId, service,
					calls(called));
		}
	}

	private void begin(RealmNode node, String nodeId, String service) {
		tellUncalled(nodeId, service);
		try {
			node.start();
			node.advertise();
			LoopbackNodes.await("node '" + nodeId + "' is not known to the clients of '" + service + "'",
					() -> LoopbackNodes.knows(this.home, service, nodeId, node.port()));
		}
		catch (RuntimeException ex) {
			node.close();
			throw ex;
		}
	}

	/**
	 * Wait, for at most 10 seconds, until the clients of a service know so many
	 * instances.
	 * @param service name of the service
	 * @param count number of instances
	 * @throws IllegalArgumentException if no client calls a service of that name, so that
	 * there is nothing to wait for
	 * @throws IllegalStateException if they do not by then
	 */
	public void awaitInstances(String service, int count) {
		List<String> called = LoopbackNodes.calledServices(this.home);
		if (!called.contains(service)) {
			throw new IllegalArgumentException(
					"No client of this realm calls '" + service + "', so that none will know an instance of it: "
							+ calls(called) + "; correct the name, or make the client first");
		}
		LoopbackNodes.await("the clients of '" + service + "' do not know " + count + " instances",
				() -> LoopbackNodes.knows(this.home, service, count));
	}

	/**
	 * The node that is the seed and has the clients.
	 * @return the node
	 */
	public RealmNode node() {
		return this.home;
	}

	private void makeRoom(String nodeId) {
		if (this.closed) {
			throw new IllegalStateException(
					"The test realm is closed: no provider '" + nodeId + "' can be added any more");
		}
		if (nodeId.equals(this.home.report().nodeId())) {
			throw new IllegalArgumentException("Node id '" + nodeId
					+ "' is that of the node that calls in this realm: give the provider another one, such as 'node1'");
		}
		leave(nodeId);
	}

	private void leave(String nodeId) {
		close(this.providers.remove(nodeId));
	}

	private static void close(@Nullable AutoCloseable provider) {
		if (provider instanceof FakeProvider<?> fake) {
			fake.close();
		}
		else if (provider instanceof RealmNode node) {
			node.close();
		}
	}

	/** Close the providers that were added. */
	public void reset() {
		List.copyOf(this.providers.keySet()).forEach(this::leave);
	}

	@Override
	public void close() {
		this.closed = true;
		reset();
		if (this.owned) {
			this.home.close();
		}
	}

}
