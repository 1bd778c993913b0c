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

package io.macula.pool;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import io.macula.Instance;
import io.macula.transport.Connection;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import static io.macula.pool.PoolFixture.ONE;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link ConnectionPool} where another node answers than the one that is meant.
 */
class PinnedEndpointTests {

	private static final String KEY = "a".repeat(64);

	private static final String OTHER = "b".repeat(64);

	private final PoolFixture fixture = new PoolFixture();

	private final ConnectionPool pool = this.fixture.pool();

	@Test
	void whenTheMeantNodeAnswersThenItIsUsed() {
		EndpointPool endpoint = this.pool.retain(instance("node", 1, KEY));
		Outcomes waiter = this.fixture.acquire(endpoint);
		FakeConnection connection = answer("node", 1, KEY);
		assertThat(waiter.connection()).isSameAs(connection);
	}

	@Test
	void whenAnotherNodeAnswersThenItIsLeftAndNothingIsSentThere() {
		EndpointPool endpoint = this.pool.retain(instance("node", 1, KEY));
		for (String[] who : new String[][] { { "node", OTHER }, { "rogue", KEY }, { "node", null } }) {
			Outcomes waiter = this.fixture.acquire(endpoint);
			FakeConnection connection = answer(who[0], 1, who[1]);
			assertThat(connection.state()).isEqualTo(Connection.State.CLOSED);
			assertThat(waiter.failure().message()).contains("another node is at " + ONE,
					"expected node 'node' (identity aaaaaaaaaaaaaaaa)", "found node '" + who[0] + "'");
			assertThat(endpoint.ready(0)).isNull();
			assertThat(endpoint.state()).isEqualTo(EndpointPool.State.FAILED);
			assertThat(endpoint.foundStranger()).isTrue();
			this.fixture.time.pass(Duration.ofSeconds(2));
		}
	}

	@Test
	void whenTheDirectoryTellsWhoIsThereNowThenItIsDialledAtOnceAndUsed() {
		Instance before = instance("node", 1, KEY);
		EndpointPool endpoint = this.pool.retain(before);
		this.fixture.acquire(endpoint);
		List<String> found = new ArrayList<>();
		this.pool.onStranger(() -> found.add("stranger"));
		answer("node", 2, OTHER);
		assertThat(found).as("the directory is asked").hasSize(1);
		assertThat(this.fixture.dials).isEmpty();
		assertThat(this.pool.retain(instance("node", 2, OTHER))).isSameAs(endpoint);
		FakeConnection connection = answer("node", 2, OTHER);
		assertThat(endpoint.ready(0)).isSameAs(connection);
		assertThat(endpoint.foundStranger()).isFalse();
		this.pool.release(endpoint, before);
		assertThat(connection.state()).isEqualTo(Connection.State.READY);
	}

	@Test
	void whenOneOfTwoInstancesOfAnEndpointAnswersThenItIsUsed() {
		Instance gone = instance("gone", 1, KEY);
		this.pool.retain(gone);
		EndpointPool endpoint = this.pool.retain(instance("new", 2, OTHER));
		this.fixture.acquire(endpoint);
		assertThat(answer("new", 2, OTHER).state()).isEqualTo(Connection.State.READY);
	}

	@Test
	void whenAReleasedInstanceAnswersThenItIsAStranger() {
		Instance gone = instance("gone", 1, KEY);
		EndpointPool endpoint = this.pool.retain(instance("new", 2, OTHER));
		this.pool.release(this.pool.retain(gone), gone);
		this.fixture.acquire(endpoint);
		assertThat(answer("gone", 1, KEY).state()).isEqualTo(Connection.State.CLOSED);
	}

	@Test
	void whenNoIdentityIsKnownThenWhoeverAnswersIsUsed() {
		EndpointPool endpoint = this.pool.retain(instance("node", 1, null));
		this.fixture.acquire(endpoint);
		assertThat(answer("whoever", 1, OTHER).state()).isEqualTo(Connection.State.READY);
	}

	@Test
	void whenTheIdentityIsLearnedLaterThenAConnectionToAnotherNodeIsClosed() {
		EndpointPool endpoint = this.pool.retain(ONE, 0);
		this.fixture.acquire(endpoint);
		FakeConnection stranger = answer("node", 7, OTHER);
		this.pool.retain(instance("node", 1, KEY));
		assertThat(stranger.state()).isEqualTo(Connection.State.CLOSED);
	}

	@Test
	void whenTheNodeRenewsItsKeyThenItsConnectionFinishesWhatIsInFlight() {
		Instance before = instance("node", 1, KEY);
		EndpointPool endpoint = this.pool.retain(before);
		this.fixture.acquire(endpoint);
		FakeConnection connection = answer("node", 1, KEY);
		connection.inFlight = 1;
		this.pool.retain(instance("node", 1, OTHER));
		this.pool.release(endpoint, before);
		assertThat(connection.state()).as("both are known for a moment").isEqualTo(Connection.State.READY);
	}

	private FakeConnection answer(String nodeId, long incarnation, @Nullable String identity) {
		return this.fixture.dials.remove().succeed(new FakeConnection(ONE, nodeId, incarnation, identity));
	}

	private static Instance instance(String nodeId, long incarnation, @Nullable String identity) {
		return new Instance(nodeId, incarnation, ONE, null, 0, 100, Map.of(), identity);
	}

}
