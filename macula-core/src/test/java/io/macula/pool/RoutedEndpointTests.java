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
import java.util.function.Function;

import io.macula.Endpoint;
import io.macula.Instance;
import io.macula.Status;
import io.macula.transport.Connection;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;

import static io.macula.pool.PoolFixture.ONE;
import static io.macula.pool.PoolFixture.REFUSED;
import static io.macula.pool.PoolFixture.THREE;
import static io.macula.pool.PoolFixture.TWO;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link ConnectionPool} with instances that have several addresses.
 */
class RoutedEndpointTests {

	private static final String KEY = "a".repeat(64);

	private static final String OTHER = "b".repeat(64);

	private final PoolFixture fixture = new PoolFixture();

	private final List<List<Endpoint>> routes = new ArrayList<>();

	private @Nullable Function<Connection, @Nullable Status> objection;

	private final ConnectionPool pool = new ConnectionPool(PoolSettings.defaults(), new Connector() {

		@Override
		public Mono<Connection> connect(Endpoint endpoint, Duration timeout) {
			return RoutedEndpointTests.this.fixture.connect(endpoint, timeout);
		}

		@Override
		public Mono<Connection> connect(List<Endpoint> endpoints, Function<Connection, @Nullable Status> against,
				Duration timeout) {
			RoutedEndpointTests.this.routes.add(endpoints);
			RoutedEndpointTests.this.objection = against;
			return RoutedEndpointTests.this.fixture.connect(endpoints.get(0), timeout);
		}

	}, this.fixture.time, this.fixture.time::nanos, this.fixture, () -> this.fixture.random);

	@Test
	void allAddressesAreDialledInTheirOrderAndThenFirstWhereItAnswered() {
		EndpointPool endpoint = this.pool.retain(instance("node", KEY, TWO, THREE));
		Outcomes waiter = this.fixture.acquire(endpoint);
		FakeConnection connection = answer(THREE, "node", KEY);
		assertThat(waiter.connection()).isSameAs(connection);
		connection.lose();
		this.fixture.acquire(endpoint);
		this.fixture.time.pass(DialBackoff.MAX);
		answer(ONE, "node", KEY);
		assertThat(this.routes).containsExactly(List.of(ONE, TWO, THREE), List.of(THREE, ONE, TWO));
	}

	@Test
	void instancesWithTheSameFirstAddressShareNothing() {
		EndpointPool one = this.pool.retain(instance("one", KEY, TWO));
		EndpointPool two = this.pool.retain(instance("two", OTHER, THREE));
		assertThat(one).isNotSameAs(two).isNotSameAs(this.pool.retain(ONE, 0));
		assertThat(this.pool.retain(instance("one", KEY, TWO))).isSameAs(one);
		assertThat(this.pool.endpoints()).hasSize(3);
		this.fixture.acquire(one);
		this.fixture.acquire(two);
		answer(ONE, "one", KEY);
		answer(THREE, "two", OTHER);
		assertThat(one.ready(0)).isNotNull().isNotSameAs(two.ready(0));
	}

	@Test
	void aStrangerIsObjectedToAndTheDirectoryAskedOnlyIfNoOtherAddressAnswers() {
		List<String> found = new ArrayList<>();
		this.pool.onStranger(() -> found.add("stranger"));
		EndpointPool endpoint = this.pool.retain(instance("node", KEY, TWO));
		this.fixture.acquire(endpoint);
		assertThat(against(new FakeConnection(ONE, "other", 1, OTHER))).contains("another node is at " + ONE,
				"expected node 'node'", "found node 'other'");
		assertThat(this.objection).isNotNull();
		assertThat(this.objection.apply(new FakeConnection(TWO, "node", 1, KEY))).isNull();
		FakeConnection connection = answer(TWO, "node", KEY);
		assertThat(found).isEmpty();
		assertThat(endpoint.foundStranger()).isFalse();
		connection.lose();
		this.fixture.acquire(endpoint);
		this.fixture.time.pass(DialBackoff.MAX);
		against(new FakeConnection(ONE, "other", 1, OTHER));
		this.fixture.dials.remove().fail(REFUSED);
		assertThat(found).hasSize(1);
		assertThat(endpoint.foundStranger()).isTrue();
	}

	@Test
	void whoCopiesTheAddressesOfAnInstanceGetsNoneOfItsConnectionsAndCalls() {
		EndpointPool meant = this.pool.retain(instance("node", KEY, TWO));
		EndpointPool copy = this.pool.retain(instance("rogue", OTHER, TWO));
		assertThat(copy).isNotSameAs(meant);
		this.fixture.acquire(meant);
		assertThat(against(new FakeConnection(ONE, "rogue", 1, OTHER))).contains("expected node 'node'",
				"found node 'rogue'");
		answer(TWO, "node", KEY);
		this.fixture.acquire(copy);
		answer(ONE, "rogue", OTHER).lose();
		assertThat(meant.ready(0)).isNotNull();
		assertThat(meant.connections()).extracting((each) -> each.peer().nodeId()).containsExactly("node");
		((FakeConnection) meant.connections().get(0)).lose();
		this.routes.clear();
		this.fixture.dials.clear();
		this.fixture.acquire(meant);
		this.fixture.time.pass(DialBackoff.MAX);
		assertThat(this.routes).as("where it was reached itself").contains(List.of(TWO, ONE));
	}

	@Test
	void whereTheIdentityIsUnknownTheNodeIdIsDemanded() {
		EndpointPool endpoint = this.pool.retain(instance("node", null, TWO));
		this.fixture.acquire(endpoint);
		assertThat(against(new FakeConnection(ONE, "other", 1, OTHER)))
			.contains("expected node 'node' (identity unknown)", "found node 'other'");
		answer(TWO, "node", KEY);
		assertThat(endpoint.ready(0)).isNotNull();
	}

	@Test
	void aRestartedInstanceIsDialledFirstWhereItWasReached() {
		Instance before = instance("node", KEY, TWO);
		EndpointPool endpoint = this.pool.retain(before);
		this.fixture.acquire(endpoint);
		FakeConnection connection = answer(TWO, "node", KEY);
		Instance after = new Instance("node", 2, ONE, null, 0, 100, Map.of(), OTHER, List.of(TWO));
		assertThat(this.pool.retain(after)).isSameAs(endpoint);
		this.pool.release(endpoint, before);
		assertThat(connection.state()).as("the process of before").isEqualTo(Connection.State.CLOSED);
		this.fixture.acquire(endpoint);
		this.fixture.time.pass(DialBackoff.MAX);
		assertThat(this.routes).last().isEqualTo(List.of(TWO, ONE));
	}

	// The connection to a seed

	@Test
	void whenTheInstanceIsTheSeedThenItsConnectionIsTakenOver() {
		EndpointPool seed = this.pool.retain(ONE, 0);
		this.fixture.acquire(seed);
		FakeConnection connection = answer(ONE, "node", KEY);
		this.fixture.told.clear();
		EndpointPool endpoint = this.pool.retain(instance("node", KEY, TWO));
		assertThat(endpoint.ready(0)).isSameAs(connection);
		assertThat(seed.connections()).isEmpty();
		assertThat(seed.state()).isEqualTo(EndpointPool.State.IDLE);
		connection.inFlight = 1;
		this.pool.release(seed);
		assertThat(connection.state()).isEqualTo(Connection.State.READY);
		assertThat(this.pool.retain(ONE, 0)).as("for the next call of the directory").isSameAs(endpoint);
		assertThat(this.fixture.dials).isEmpty();
		connection.lose();
		assertThat(endpoint.connections()).isEmpty();
		assertThat(endpoint.state()).isEqualTo(EndpointPool.State.FAILED);
	}

	@Test
	void whenTheSeedIsConnectedLaterThenItsConnectionIsTakenOver() {
		EndpointPool endpoint = this.pool.retain(instance("node", KEY, TWO));
		EndpointPool seed = this.pool.retain(ONE, 0);
		assertThat(seed).isNotSameAs(endpoint);
		Outcomes directory = this.fixture.acquire(seed);
		FakeConnection connection = answer(ONE, "node", KEY);
		assertThat(directory.connection()).isSameAs(connection);
		assertThat(endpoint.ready(0)).isSameAs(connection);
		assertThat(seed.connections()).isEmpty();
	}

	@Test
	void whenTheSeedIsConnectedDuringTheDialThenTheDialIsOneTooMany() {
		EndpointPool endpoint = this.pool.retain(instance("node", KEY, TWO));
		Outcomes call = this.fixture.acquire(endpoint);
		FakeDial dial = this.fixture.dials.remove();
		EndpointPool seed = this.pool.retain(ONE, 0);
		this.fixture.acquire(seed);
		FakeConnection connection = answer(ONE, "node", KEY);
		assertThat(call.connection()).isSameAs(connection);
		FakeConnection second = dial.succeed(new FakeConnection(TWO, "node", 1, KEY));
		assertThat(second.state()).isEqualTo(Connection.State.CLOSED);
		assertThat(endpoint.connections()).containsExactly(connection);
	}

	@Test
	void whenAFurtherAddressIsTheSeedThenItsConnectionIsTakenOver() {
		EndpointPool seed = this.pool.retain(THREE, 0);
		this.fixture.acquire(seed);
		FakeConnection connection = answer(THREE, "node", KEY);
		EndpointPool endpoint = this.pool.retain(instance("node", KEY, TWO, THREE));
		assertThat(endpoint.ready(0)).isSameAs(connection);
		assertThat(seed.connections()).isEmpty();
		assertThat(this.pool.retain(THREE, 0)).as("for the next call of the directory").isSameAs(endpoint);
		assertThat(this.fixture.dials).isEmpty();
		connection.lose();
		this.fixture.acquire(endpoint);
		this.fixture.time.pass(DialBackoff.MAX);
		assertThat(this.routes).last().isEqualTo(List.of(THREE, ONE, TWO));
	}

	@Test
	void whenTheSeedAtAFurtherAddressIsConnectedLaterThenItsConnectionIsTakenOver() {
		EndpointPool endpoint = this.pool.retain(instance("node", KEY, TWO));
		EndpointPool seed = this.pool.retain(TWO, 0);
		Outcomes directory = this.fixture.acquire(seed);
		FakeConnection connection = answer(TWO, "node", KEY);
		assertThat(directory.connection()).isSameAs(connection);
		assertThat(endpoint.ready(0)).isSameAs(connection);
		assertThat(seed.connections()).isEmpty();
	}

	/** Two networks may have one address, each for a node of its own. */
	@Test
	void whoeverElseIsAtAFurtherAddressStaysThere() {
		EndpointPool seed = this.pool.retain(TWO, 0);
		this.fixture.acquire(seed);
		FakeConnection connection = answer(TWO, "other", OTHER);
		EndpointPool meant = this.pool.retain(instance("node", KEY, TWO));
		EndpointPool other = this.pool.retain(instance("other", OTHER, TWO, THREE));
		assertThat(meant.connections()).isEmpty();
		assertThat(other.ready(0)).isSameAs(connection);
	}

	@Test
	void whatAnInstanceAtTheFurtherAddressOfAnotherNeedsIsNotTakenFromIt() {
		EndpointPool one = this.pool.retain(new Instance("node", 1, TWO, null, 0, 100, Map.of(), KEY, List.of()));
		this.fixture.acquire(one);
		FakeConnection connection = answer(TWO, "node", KEY);
		assertThat(this.pool.retain(instance("node", KEY, TWO)).connections()).isEmpty();
		assertThat(one.ready(0)).isSameAs(connection);
	}

	@Test
	void whoeverElseIsAtTheSeedStaysThere() {
		EndpointPool seed = this.pool.retain(ONE, 0);
		this.fixture.acquire(seed);
		FakeConnection connection = answer(ONE, "other", OTHER);
		for (Instance instance : List.of(instance("node", KEY, TWO), instance("other", KEY, TWO),
				new Instance("other", 2, ONE, null, 0, 100, Map.of(), OTHER, List.of(TWO)))) {
			assertThat(this.pool.retain(instance).connections()).isEmpty();
		}
		assertThat(seed.ready(0)).isSameAs(connection);
	}

	@Test
	void whatAnInstanceWithOneAddressNeedsIsNotTakenFromIt() {
		EndpointPool one = this.pool.retain(instance("node", KEY));
		this.fixture.acquire(one);
		FakeConnection connection = answer(ONE, "node", KEY);
		assertThat(this.pool.retain(instance("node", KEY, TWO)).connections()).isEmpty();
		assertThat(one.ready(0)).isSameAs(connection);
	}

	@Test
	void aSeedIsDialledByItselfWhereItsInstanceIsConnectedElsewhere() {
		EndpointPool endpoint = this.pool.retain(instance("node", KEY, TWO));
		this.fixture.acquire(endpoint);
		answer(TWO, "node", KEY);
		EndpointPool seed = this.pool.retain(ONE, 0);
		assertThat(seed).isNotSameAs(endpoint);
		this.fixture.acquire(seed);
		FakeConnection connection = answer(ONE, "node", KEY);
		assertThat(seed.ready(0)).isSameAs(connection);
		assertThat(endpoint.connections()).hasSize(1).doesNotContain(connection);
	}

	@Test
	void whenAllIsClosedThenSoIsWhatWasTakenOver() {
		EndpointPool seed = this.pool.retain(ONE, 0);
		this.fixture.acquire(seed);
		FakeConnection connection = answer(ONE, "node", KEY);
		this.pool.retain(instance("node", KEY, TWO));
		this.pool.close();
		assertThat(connection.state()).isEqualTo(Connection.State.CLOSED);
		assertThat(this.pool.endpoints()).isEmpty();
	}

	@Test
	void anInstanceWithOneAddressIsDialledAsBefore() {
		this.fixture.acquire(this.pool.retain(instance("node", KEY)));
		answer(ONE, "node", KEY);
		assertThat(this.routes).isEmpty();
	}

	private String against(FakeConnection connection) {
		assertThat(this.objection).isNotNull();
		Status against = this.objection.apply(connection);
		assertThat(against).isNotNull();
		return against.message();
	}

	private FakeConnection answer(Endpoint at, String nodeId, String identity) {
		return this.fixture.dials.remove().succeed(new FakeConnection(at, nodeId, 1, identity));
	}

	private static Instance instance(String nodeId, @Nullable String identity, Endpoint... further) {
		return new Instance(nodeId, 1, ONE, null, 0, 100, Map.of(), identity, List.of(further));
	}

}
