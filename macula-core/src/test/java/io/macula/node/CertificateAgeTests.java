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
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;

import io.macula.Realm;
import io.macula.server.ProviderSettings;
import io.macula.tls.RealmSecret;
import io.macula.tls.SecretTls;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Nodes with a realm secret whose wall clocks go on for months.
 */
@Timeout(60)
class CertificateAgeTests {

	private static final Realm REALM = new Realm("test");

	private static final RealmSecret SECRET = RealmSecret.of("Vq3kT8RzX1mWc7Jp0LdYs5HbN2gTf9QeAu6Ko4Ei+rM=", "test");

	private final AtomicReference<Instant> now = new AtomicReference<>(Instant.parse("2030-06-15T12:00:00Z"));

	@Test
	void whenMonthsPassThenConnectionsLiveOnAndNewOnesAreMade() {
		SecretTls trust = SecretTls.of(REALM, "node1", SECRET, this.now::get);
		try (RealmNode provider = RealmNode.builder("test")
			.nodeId("node1")
			.tls(trust)
			.provider(
					new ProviderSettings("127.0.0.1", 0, null, 0, 100, Map.of(), 20, 1000, 1000, Duration.ofSeconds(2)))
			.service("test.twice", Twice.class, (Twice) (number) -> 2 * number)
			.build()) {
			provider.start();
			provider.advertise();
			try (RealmNode early = client("early", provider)) {
				Twice twice = early.client().proxy(Twice.class, "test.twice");
				assertThat(twice.of(1)).isEqualTo(2);
				Object identity = trust.key().identity();
				Object context = trust.server();
				for (int month = 1; month <= 6; month++) {
					this.now.updateAndGet((before) -> before.plus(Duration.ofDays(30)));
					assertThat(twice.of(month)).isEqualTo(2 * month);
					try (RealmNode late = client("late" + month, provider)) {
						assertThat(late.client().proxy(Twice.class, "test.twice").of(month)).isEqualTo(2 * month);
					}
					assertThat(trust.server()).as("of a new certificate").isNotSameAs(context);
					assertThat(trust.key().identity()).isEqualTo(identity);
				}
				// Figures are sampled; a connection that was replaced would begin at
				// zero.
				Awaitility.await()
					.atMost(Duration.ofSeconds(10))
					.untilAsserted(() -> assertThat(early.report().connections()).singleElement()
						.satisfies((connection) -> assertThat(connection.calls()).isGreaterThanOrEqualTo(7)));
			}
		}
	}

	private RealmNode client(String nodeId, RealmNode provider) {
		RealmNode node = RealmNode.builder("test")
			.nodeId(nodeId)
			.tls(SecretTls.of(REALM, nodeId, SECRET, this.now::get))
			.seeds("127.0.0.1:" + provider.port())
			.build();
		node.start();
		return node;
	}

	/** Not idempotent. */
	interface Twice {

		int of(int number);

	}

}
