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

package io.macula.directory.zookeeper;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

import io.macula.Code;
import io.macula.directory.Lease;
import io.macula.directory.tck.Figures;
import io.macula.directory.zookeeper.ZooKeeperSettings.Access;
import io.macula.directory.zookeeper.ZooKeeperSettings.Credentials;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Digest and TLS with an ensemble of three real processes.
 */
@Tag("engines")
@Timeout(600)
class ZooKeeperTlsEngineTests extends EnsembleSteps {

	@TempDir
	static Path directory;

	private static TestKeys keys;

	@BeforeAll
	static void start() throws Exception {
		keys = TestKeys.create(directory, "ensemble");
		begin(keys.server());
	}

	@Test
	void onlyWhoIsTrustedAndMaySeesPrivateRecords() throws Exception {
		ZooKeeperSettings own = settings(keys).withCredentials(new Credentials("shop", "opensesame"), Access.PRIVATE);
		Lease lease = lease(create("a", DEFAULT_LEASE, own), "a", DEFAULT_LEASE);
		WatchingClient member = watch(own);
		Figures.await(() -> lease.state() == Lease.State.GRANTED && member.count() == 1);
		/*
		 * Not with the certificate of the other: servers know that as an identity, too.
		 */
		WatchingClient nobody = watch(ZooKeeperSettings.of(ensemble.address()));
		Figures.await(() -> nobody.engine.obstacle() != null);
		WatchingClient stranger = watch(settings(TestKeys.create(directory, "others")));
		Figures.await(() -> stranger.engine.trouble() != null);
		boolean refused = nobody.engine.obstacle().code() == Code.PERMISSION_DENIED && nobody.count() < 0;
		boolean distrusted = stranger.count() < 0 && stranger.engine.trouble().contains("answers over TLS: check");
		this.figures.row(
				"TLS and digest: seen by the same user; who is nobody, or has another certificate, is told why not",
				"said", (refused && distrusted) ? "said" : nobody.engine.trouble() + "; " + stranger.engine.trouble(),
				refused && distrusted);
	}

	private WatchingClient watch(ZooKeeperSettings settings) {
		WatchingClient watch = new WatchingClient(create("client", DEFAULT_LEASE, settings), SERVICE);
		watch.engine.start(null);
		return watch;
	}

	/* The names of a client's properties are those of a server's. */
	private static ZooKeeperSettings settings(TestKeys own) {
		Map<String, String> properties = new HashMap<>(own.server());
		properties.keySet().removeIf((name) -> !name.startsWith("zookeeper.ssl."));
		properties.put("zookeeper.client.secure", "true");
		properties.put("zookeeper.clientCnxnSocket", "org.apache.zookeeper.ClientCnxnSocketNetty");
		return ZooKeeperSettings.of(ensemble.tlsAddress()).withClientProperties(properties);
	}

}
