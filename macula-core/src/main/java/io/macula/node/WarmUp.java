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

import java.security.SecureRandom;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;

import io.github.resilience4j.retry.RetryRegistry;
import io.macula.Endpoint;
import io.macula.Instance;
import io.macula.MaculaMethod;
import io.macula.Realm;
import io.macula.ServiceName;
import io.macula.client.ClientContext;
import io.macula.client.ClientLife;
import io.macula.client.RealmClient;
import io.macula.client.ServiceSettings;
import io.macula.codec.Codecs;
import io.macula.directory.StaticDirectory;
import io.macula.log.PrintableLogger;
import io.macula.pool.ConnectionPool;
import io.macula.pool.PoolListener;
import io.macula.pool.PoolSettings;
import io.macula.server.ProviderSettings;
import io.macula.server.RealmServer;
import io.macula.server.ServiceDefinition;
import io.macula.tls.RealmSecret;
import io.macula.tls.SecretTls;
import io.macula.transport.NodeInfo;
import io.macula.transport.QuicConnector;
import io.macula.transport.Transport;
import io.macula.transport.TransportSettings;
import io.micrometer.observation.ObservationRegistry;
import org.slf4j.Logger;

/**
 * Loads and compiles the call path before the first one: a server and a client in a realm
 * of their own call each other over loopback, in the background, while the application
 * starts. A cold virtual machine needs more than a second for its first handshake and
 * call otherwise.
 */
final class WarmUp {

	private static final Logger logger = PrintableLogger.of(WarmUp.class);

	private static final ServiceName SERVICE = new ServiceName("warm-up.echo");

	private static final int CALLS = 20;

	/** What is loaded stays loaded. */
	private static final AtomicBoolean started = new AtomicBoolean();

	private WarmUp() {
	}

	/** The first one of this process; later ones have nothing to do. */
	static void start() {
		if (!started.compareAndSet(false, true)) {
			return;
		}
		Thread thread = new Thread(WarmUp::run, "macula-warm-up");
		thread.setDaemon(true);
		thread.start();
	}

	private static void run() {
		long start = System.nanoTime();
		Realm realm = new Realm("warm-up");
		byte[] secret = new byte[32];
		new SecureRandom().nextBytes(secret);
		Codecs codecs = Codecs.defaults();
		NodeInfo node = new NodeInfo(realm, "warm-up", 1, codecs.names());
		SecretTls tls = SecretTls.of(realm, node.nodeId(),
				RealmSecret.of(HexFormat.of().formatHex(secret), "the warm-up"));
		ProviderSettings loopback = new ProviderSettings("127.0.0.1", 0, null, 0, 1, Map.of(), 1, CALLS, CALLS,
				Duration.ZERO);
		Echo handler = CompletableFuture::completedFuture;
		try (Transport transport = Transport.create(TransportSettings.defaults());
				RealmServer server = new RealmServer(transport, tls, node, loopback,
						List.of(ServiceDefinition.of(SERVICE.value(), Echo.class, handler)), codecs, null,
						ObservationRegistry.NOOP)) {
			server.start();
			Instance instance = Instance.of(node.nodeId(), new Endpoint("127.0.0.1", server.port()));
			QuicConnector connector = new QuicConnector(transport, tls, node);
			try (ConnectionPool pool = new ConnectionPool(PoolSettings.defaults(), connector::connect,
					transport::schedule, System::nanoTime, PoolListener.SILENT);
					RealmClient client = new RealmClient(
							new ClientContext(realm, null, System::nanoTime, codecs, RetryRegistry.ofDefaults(),
									ObservationRegistry.NOOP, ServiceSettings.defaults()),
							new ClientLife(StaticDirectory.empty().with(SERVICE, List.of(instance)), "", pool,
									transport::schedule))) {
				call(client.proxy(Echo.class, SERVICE.value()));
			}
		}
		catch (RuntimeException ex) {
			// The application does without: its first call takes longer.
			logger.debug("The warm-up failed", ex);
		}
		logger.debug("The warm-up took {} ms", (System.nanoTime() - start) / 1_000_000);
	}

	private static void call(Echo echo) {
		for (int i = 0; i < CALLS; i++) {
			echo.echo(new Words("warm up", i)).join();
		}
	}

	/** The contract of the warm-up. */
	@FunctionalInterface
	public interface Echo {

		/**
		 * Give back.
		 * @param words anything
		 * @return the same
		 */
		@MaculaMethod(idempotent = true)
		CompletableFuture<Words> echo(Words words);

	}

	/**
	 * A payload.
	 *
	 * @param text text
	 * @param number a number
	 */
	public record Words(String text, int number) {

	}

}
