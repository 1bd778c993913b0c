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
import java.util.List;

import io.macula.Endpoint;
import io.macula.directory.Lease;
import io.macula.embedded.SimulatedRealm.Node;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests of a realm one node of which has a wrong wall clock.
 */
class ClockTests {

	private static final List<Endpoint> SEEDS = SimulatedRealm.seeds("a", "b");

	private static final Duration MONTH = Duration.ofDays(30);

	private final SimulatedRealm realm = new SimulatedRealm(12);

	@Test
	void whenAClockIsFarBehindThenItsReplicaNeverSaysThatItKnowsTheRealm() {
		provider("a");
		provider("b");
		Node behind = this.realm.behind("behind", SEEDS, MONTH);
		for (int second = 0; second < 120; second++) {
			this.realm.pass(Duration.ofSeconds(1));
			assertThat(behind.replica.settled()).as("after " + second + " s").isFalse();
		}
		assertThat(behind.directory.state().fault()).contains("of 2 of the nodes", "[a, b]",
				"more than 7 days ahead of this node's clock");
		assertThat(behind.directory.state().seeds().values()).allMatch((state) -> state.contains("not taken"));
	}

	@Test
	void whenAClientTurnsToItThenItKeepsTheProvidersThatItKnows() {
		Node a = provider("a");
		Node b = provider("b");
		Node behind = this.realm.behind("behind", SEEDS, MONTH);
		Node client = this.realm.client("client", SimulatedRealm.seeds("a", "behind"));
		this.realm.pass(Duration.ofSeconds(30));
		assertThat(client.nodes()).contains("a", "b");
		this.realm.crash(a);
		this.realm.pass(Duration.ofSeconds(60));
		assertThat(behind.directory.state().fault()).isNotNull();
		assertThat(b.alive).isTrue();
		assertThat(client.nodes()).as("seen through the one that is behind").contains("b");
	}

	@Test
	void whenOtherClocksAreTooFarAheadThenAReplicaSettlesAllTheSame() {
		Node a = provider("a");
		Node b = provider("b");
		Node behind = this.realm.behind("behind", SEEDS, MONTH);
		this.realm.pass(Duration.ofSeconds(30));
		assertThat(List.of(a, b)).allSatisfy((node) -> {
			assertThat(node.replica.settled()).isTrue();
			assertThat(node.directory.state().fault()).isNull();
			assertThat(node.nodes()).containsExactly("a", "b", "behind");
		});
		assertThat(behind.lease.state()).isEqualTo(Lease.State.GRANTED);
	}

	@Test
	void whenOneOfThreeIsAheadThenTheOthersSettle() {
		Node a = provider("a");
		Node b = provider("b");
		this.realm.provider("ahead", SEEDS, System.currentTimeMillis() + MONTH.toMillis());
		this.realm.pass(Duration.ofSeconds(30));
		assertThat(a.replica.settled()).isTrue();
		assertThat(b.replica.settled()).isTrue();
		assertThat(a.directory.state().fault()).isNull();
	}

	private Node provider(String nodeId) {
		return this.realm.provider(nodeId, SEEDS, System.currentTimeMillis());
	}

}
