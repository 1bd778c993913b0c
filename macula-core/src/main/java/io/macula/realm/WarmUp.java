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

package io.macula.realm;

import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.concurrent.CompletableFuture;

import io.macula.MaculaMethod;
import io.macula.server.ProviderSettings;
import io.macula.transport.RealmSecret;
import io.macula.transport.TransportSettings;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Loads and compiles the way of a call before the first one: a node in a realm of its own
 * calls itself over loopback, in the background, while the application starts. A cold
 * virtual machine needs more than a second for its first handshake and call otherwise.
 */
final class WarmUp {

	private static final Logger logger = LoggerFactory.getLogger(WarmUp.class);

	private static final int CALLS = 200;

	private WarmUp() {
	}

	static void start() {
		Thread thread = new Thread(WarmUp::run, "macula-warm-up");
		thread.setDaemon(true);
		thread.setPriority(Thread.MIN_PRIORITY);
		thread.start();
	}

	private static void run() {
		byte[] secret = new byte[32];
		new SecureRandom().nextBytes(secret);
		ProviderSettings loopback = new ProviderSettings("127.0.0.1", 0, "127.0.0.1", 0, 1, java.util.Map.of(), 1, 100,
				100, java.time.Duration.ZERO);
		try (RealmNode node = RealmNode.builder("warm-up")
			.secret(RealmSecret.of(HexFormat.of().formatHex(secret), "the warm-up"))
			.transport(TransportSettings.defaults())
			.provider(loopback)
			.service("warm-up.echo", Echo.class, (Echo) (text) -> CompletableFuture.completedFuture(text))
			.build()) {
			node.start();
			node.advertise();
			Echo echo = node.client().proxy(Echo.class, "warm-up.echo");
			for (int i = 0; i < CALLS; i++) {
				echo.echo(new Words("warm up", i)).join();
			}
		}
		catch (RuntimeException ex) {
			// The application does without: its first call takes longer.
			logger.debug("The warm-up failed", ex);
		}
	}

	/** The contract of the warm-up. */
	public interface Echo {

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
