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

package io.macula.embedded;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import ch.qos.logback.classic.Level;
import io.macula.Endpoint;
import io.macula.node.RealmNode;
import io.macula.server.ProviderSettings;
import io.macula.testing.LogLines;
import io.macula.testing.TestPorts;
import io.macula.tls.RealmSecret;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for the orderly end of a seed that others watch or are linked to: it says so, and
 * nobody has to find out from its silence. Whole nodes over real QUIC on loopback.
 */
@Timeout(90)
class SeedShutdownTests {

	private static final RealmSecret SECRET = RealmSecret.of("Vq3kT8RzX1mWc7Jp0LdYs5HbN2gTf9QeAu6Ko4Ei+rM=",
			"the test");

	private static final int ROUNDS = 6;

	@RegisterExtension
	final LogLines watches = LogLines.of(SeedRotation.class).from(Level.INFO);

	@RegisterExtension
	final LogLines links = LogLines.of(SeedLink.class).from(Level.INFO);

	private final List<Endpoint> seeds = TestPorts.udp(3)
		.stream()
		.map((port) -> new Endpoint("127.0.0.1", port))
		.toList();

	private final List<RealmNode> providers = new ArrayList<>();

	private RealmNode client;

	@BeforeEach
	void startAll() {
		this.seeds.forEach((seed) -> this.providers.add(provider(seed)));
		this.client = RealmNode.builder("test").nodeId("client").secret(SECRET).seeds(addresses()).build();
		this.client.start();
	}

	@AfterEach
	void closeAll() {
		this.client.close();
		this.providers.forEach(RealmNode::close);
	}

	@Test
	void whoeverWatchesASeedThatShutsDownHearsThatItLeft() {
		Echo echo = this.client.client().proxy(Echo.class, "test.echo");
		for (int round = 0; round < ROUNDS; round++) {
			awaitAll();
			echo.echo("x");
			Endpoint watched = watched();
			this.watches.clear();
			this.links.clear();
			RealmNode seed = this.providers.get(this.seeds.indexOf(watched));
			long start = System.nanoTime();
			seed.stop();
			Duration took = Duration.ofNanos(System.nanoTime() - start);
			Awaitility.await().atMost(Duration.ofSeconds(10)).until(() -> !watched.equals(watched()));
			assertThat(this.watches.at(Level.INFO)).as("round %d", round)
				.contains("Lost the directory at seed " + watched + ": it left; turning to another");
			assertThat(this.links.at(Level.INFO)).as("round %d", round)
				.filteredOn((line) -> line.startsWith("Lost the link to seed " + watched))
				.allMatch((line) -> line.endsWith(": it left"));
			assertThat(took).as("round %d: nobody was left to find out from its silence", round)
				.isLessThan(WatchPace.BRISK.late());
			seed.start();
			seed.advertise();
		}
	}

	private void awaitAll() {
		Awaitility.await()
			.atMost(Duration.ofSeconds(15))
			.until(() -> this.client.report().clients().get(0).instances().size() == 3 && watched() != null
					&& this.providers.stream().allMatch(this::linked));
	}

	private boolean linked(RealmNode provider) {
		return provider.report()
			.directory()
			.seeds()
			.values()
			.stream()
			.allMatch((state) -> state.equals("linked") || state.equals("this node"));
	}

	private Endpoint watched() {
		return this.client.report()
			.directory()
			.seeds()
			.entrySet()
			.stream()
			.filter((seed) -> seed.getValue().equals(SeedRotation.WATCHING))
			.map((seed) -> Endpoint.parse(seed.getKey()))
			.findFirst()
			.orElse(null);
	}

	private String[] addresses() {
		return this.seeds.stream().map(Endpoint::toString).toArray(String[]::new);
	}

	private RealmNode provider(Endpoint seed) {
		RealmNode node = RealmNode.builder("test")
			.nodeId("node" + seed.port())
			.secret(SECRET)
			.seeds(addresses())
			.provider(new ProviderSettings("127.0.0.1", seed.port(), null, 0, 100, Map.of(), 20, 1000, 1000,
					Duration.ofSeconds(20)))
			.service("test.echo", Echo.class, (Echo) (text) -> text)
			.build();
		node.start();
		node.advertise();
		return node;
	}

	/** Contract of the test. */
	interface Echo {

		String echo(String text);

	}

}
