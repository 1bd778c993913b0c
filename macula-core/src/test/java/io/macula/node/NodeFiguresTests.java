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
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

import io.macula.client.ServiceSettings;
import io.macula.client.WaitingFigures;
import io.macula.server.ProviderSettings;
import io.macula.tls.RealmSecret;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests of the figures in a report that meters are made of.
 */
@Timeout(60)
class NodeFiguresTests {

	private static final RealmSecret SECRET = RealmSecret.of("Vq3kT8RzX1mWc7Jp0LdYs5HbN2gTf9QeAu6Ko4Ei+rM=",
			"the test");

	private static final RealmSecret OTHER = RealmSecret.of("Xq3kT8RzX1mWc7Jp0LdYs5HbN2gTf9QeAu6Ko4Ei+rM=",
			"another one");

	private final List<RealmNode> nodes = new ArrayList<>();

	@AfterEach
	void closeNodes() {
		for (int i = this.nodes.size() - 1; i >= 0; i--) {
			this.nodes.get(i).close();
		}
	}

	@Test
	void aProviderTellsOfItsLeaseItsHandlersAndWhomItRefused() {
		RealmNode provider = started(RealmNode.builder("test")
			.nodeId("node1")
			.secret(SECRET)
			.provider(
					new ProviderSettings("127.0.0.1", 0, null, 0, 100, Map.of(), 20, 1000, 1000, Duration.ofSeconds(1)))
			.service("test.echo", Echo.class, (Echo) (text) -> text));
		assertThat(provider.report().provider().leaseAge()).isNull();
		provider.advertise();
		Awaitility.await()
			.untilAsserted(
					() -> assertThat(provider.report().provider().leaseAge()).isLessThan(Duration.ofSeconds(30)));
		assertThat(provider.report().provider().handlers()).isEqualTo(new NodeReport.Handlers(0, 20, 0, 0, 1000, 0));
		assertThat(provider.report().certificateEnd()).isNull();
		assertThat(provider.report().provider().refusedHandshakes()).isZero();
		started(RealmNode.builder("test").nodeId("stranger").secret(OTHER).seeds("127.0.0.1:" + provider.port()));
		Awaitility.await()
			.untilAsserted(() -> assertThat(provider.report().provider().refusedHandshakes()).isPositive());
		RealmNode stranger = this.nodes.get(1);
		Awaitility.await().untilAsserted(() -> assertThat(stranger.report().pool().failedDials()).isPositive());
		assertThat(stranger.report().pool().dials()).isPositive();
		assertThat(stranger.report().pool().lostConnections()).isZero();
	}

	@Test
	void aCallThatWaitsForAnInstanceIsCounted() {
		RealmNode client = started(RealmNode.builder("test")
			.nodeId("client")
			.secret(SECRET)
			.defaults(ServiceSettings.defaults().withPatience(Duration.ofSeconds(30))));
		CompletableFuture<Object> answer = client.client().callAsync("test.none", "echo", "a", String.class);
		NodeReport.ClientService service = client.report("test.none");
		assertThat(service.waiting()).isEqualTo(new WaitingFigures(1, 0, 0));
		assertThat(service.retries().budgetLeft()).isPositive();
		answer.cancel(true);
		assertThat(client.report("test.none").waiting()).isEqualTo(new WaitingFigures(0, 0, 0));
	}

	private RealmNode started(RealmNodeBuilder builder) {
		RealmNode node = builder.build();
		this.nodes.add(node);
		node.start();
		return node;
	}

	/** A contract. */
	interface Echo {

		String echo(String text);

	}

}
