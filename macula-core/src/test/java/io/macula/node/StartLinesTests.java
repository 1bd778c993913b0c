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
import java.util.List;

import ch.qos.logback.classic.Level;
import io.macula.client.ServiceSettings;
import io.macula.server.ProviderSettings;
import io.macula.testing.LogLines;
import io.macula.tls.RealmSecret;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests of what nodes log when they start: enough to see on one screen who provides and
 * who calls what, and how.
 */
@Timeout(30)
class StartLinesTests {

	private static final RealmSecret SECRET = RealmSecret.of("Vq3kT8RzX1mWc7Jp0LdYs5HbN2gTf9QeAu6Ko4Ei+rM=",
			"the test");

	@RegisterExtension
	final LogLines log = LogLines.of("io.macula").from(Level.INFO);

	private List<String> lines() {
		return this.log.at(Level.INFO);
	}

	@Test
	void whenAProviderStartsThenItSaysOnceForEachServiceWhoProvidesIt() {
		try (RealmNode node = RealmNode.builder("shop")
			.nodeId("node1")
			.secret(SECRET)
			.warmUp(true)
			.provider(ProviderSettings.defaults().withPort(0))
			.service("test.stock", Stock.class, new Shelf())
			.service("test.other", Other.class, (Other) () -> {
			})
			.build()) {
			node.start();
			assertThat(lines()).filteredOn((line) -> line.contains("provides service"))
				.hasSize(2)
				.contains("Node node1 provides service test.stock: " + Stock.class.getName() + " by "
						+ Shelf.class.getName() + ", methods count, take");
			node.advertise();
			assertThat(lines()).filteredOn((line) -> line.contains("provides service")).hasSize(2);
		}
	}

	@Test
	void whenAProviderStartsThenItSaysWhereItIsAdvertised() {
		for (String[] seeds : new String[][] { {}, { "127.0.0.1:9", "127.0.0.1:11" } }) {
			try (RealmNode node = RealmNode.builder("shop")
				.nodeId("node1")
				.secret(SECRET)
				.provider(ProviderSettings.defaults().withPort(0))
				.seeds(seeds)
				.build()) {
				node.start();
				assertThat(lines())
					.filteredOn((line) -> line.startsWith("Node node1 of realm shop listens on UDP port "))
					.last()
					.asString()
					.contains("), directory: " + ((seeds.length > 0) ? "seeds: 127.0.0.1:9, 127.0.0.1:11"
							: "this node has no seeds: it knows those that have it as a seed (macula.realm.seeds)"))
					.endsWith("; " + node.report().security());
			}
		}
	}

	@Test
	void whenAServiceComesAndGoesWhileTheNodeLivesThenBothAreSaid() {
		try (RealmNode node = RealmNode.builder("shop")
			.nodeId("node1")
			.secret(SECRET)
			.provider(ProviderSettings.defaults().withPort(0))
			.build()) {
			ProvidedService early = node.provide("test.early", Other.class, (Other) () -> {
			});
			assertThat(lines()).isEmpty();
			node.start();
			ProvidedService late = node.provide("test.stock", Stock.class, new Shelf());
			late.withdraw(Duration.ofSeconds(1)).block();
			early.withdraw(Duration.ofSeconds(1)).block();
			assertThat(lines()).filteredOn((line) -> line.contains("provides service"))
				.hasSize(4)
				.first()
				.asString()
				.startsWith("Node node1 provides service test.early: ");
			assertThat(lines())
				.containsOnlyOnce("Node node1 provides service test.stock: " + Stock.class.getName() + " by "
						+ Shelf.class.getName() + ", methods count, take")
				.containsSubsequence("Node node1 provides service test.stock no longer",
						"Node node1 provides service test.early no longer");
		}
	}

	@Test
	void whenAClientStartsThenItSaysWhereToAndHowEachClientCalls() {
		ServiceSettings settings = ServiceSettings.defaults().withDeadline(Duration.ofMillis(1500));
		try (RealmNode node = RealmNode.builder("shop")
			.nodeId("client")
			.secret(SECRET)
			.warmUp(true)
			.seeds("127.0.0.1:9", "127.0.0.1:11")
			.build()) {
			node.start();
			node.client().proxy(Stock.class, "test.stock");
			node.client().proxy(Stock.class, "test.stock");
			node.client().proxy(Stock.class, "test.stock", "hasty", settings);
			node.client().callAsync("test.dynamic", "count", null, String.class).cancel(true);
			assertThat(lines()).filteredOn((line) -> line.startsWith("Node client calls"))
				.containsExactly("Node client calls in realm shop, seeds: 127.0.0.1:9, 127.0.0.1:11; "
						+ node.report().security());
			assertThat(lines()).filteredOn((line) -> line.startsWith("Client "))
				.containsExactly(
						"Client test.stock calls service test.stock of realm shop: round_robin, 3 attempts, deadline 30 s, cbor",
						"Client hasty calls service test.stock of realm shop: round_robin, 3 attempts, deadline 1.5 s, cbor");
		}
	}

	/** A contract. */
	interface Stock {

		int count(String item);

		void take(String item);

	}

	/** Another one. */
	interface Other {

		void run();

	}

	private static final class Shelf implements Stock {

		@Override
		public int count(String item) {
			return 1;
		}

		@Override
		public void take(String item) {
		}

	}

}
