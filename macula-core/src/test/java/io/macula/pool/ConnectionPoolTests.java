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

import io.macula.Code;
import io.macula.Endpoint;
import io.macula.Processed;
import io.macula.transport.Connection;
import org.junit.jupiter.api.Test;

import static io.macula.pool.PoolFixture.ONE;
import static io.macula.pool.PoolFixture.REFUSED;
import static io.macula.pool.PoolFixture.THREE;
import static io.macula.pool.PoolFixture.TWO;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * Tests of {@link ConnectionPool} and {@link EndpointPool} with dials that the test ends.
 */
class ConnectionPoolTests {

	private final PoolFixture fixture = new PoolFixture();

	private ConnectionPool pool(PoolSettings settings) {
		return this.fixture.pool(settings);
	}

	private void pass(Duration duration) {
		this.fixture.time.pass(duration);
	}

	private FakeConnection succeed(long incarnation) {
		return this.fixture.dials.remove().succeed(incarnation);
	}

	private void refuse() {
		this.fixture.dials.remove().fail(REFUSED);
	}

	@Test
	void manyWaitersShareOneDial() {
		EndpointPool endpoint = pool(PoolSettings.defaults()).retain(ONE, 0);
		List<Outcomes> waiters = new ArrayList<>();
		for (int i = 0; i < 10; i++) {
			Outcomes waiter = new Outcomes();
			waiters.add(waiter);
			endpoint.acquire(waiter);
		}
		assertThat(this.fixture.dialled).isEqualTo(1);
		assertThat(endpoint.state()).isEqualTo(EndpointPool.State.CONNECTING);
		FakeConnection connection = succeed(0);
		assertThat(waiters).allMatch((waiter) -> waiter.connection() == connection);
		assertThat(endpoint.ready(0)).isSameAs(connection);
	}

	@Test
	void failedDialFailsItsWaitersAndIsRepeatedEverMoreSlowly() {
		EndpointPool endpoint = pool(PoolSettings.defaults()).retain(ONE, 0);
		Outcomes first = new Outcomes();
		endpoint.acquire(first);
		refuse();
		assertThat(first.failure()).isEqualTo(REFUSED);
		assertThat(endpoint.state()).isEqualTo(EndpointPool.State.FAILED);
		for (int i = 0; i < 8; i++) {
			pass(Duration.ofMillis(1300));
			refuse();
		}
		assertThat(endpoint.state()).isEqualTo(EndpointPool.State.FAILED);
		this.fixture.dialled = 0;
		for (int i = 0; i < 10; i++) {
			pass(Duration.ofSeconds(1));
			if (!this.fixture.dials.isEmpty()) {
				refuse();
			}
		}
		assertThat(this.fixture.dialled).isBetween(6, 12);
	}

	@Test
	void waiterOfFailedEndpointGetsTheOutcomeOfTheNextDial() {
		EndpointPool endpoint = pool(PoolSettings.defaults()).retain(ONE, 0);
		endpoint.acquire(new Outcomes());
		refuse();
		Outcomes waiter = new Outcomes();
		endpoint.acquire(waiter);
		assertThat(this.fixture.dials).isEmpty();
		pass(Duration.ofMillis(100));
		FakeConnection connection = succeed(0);
		assertThat(waiter.connection()).isSameAs(connection);
	}

	@Test
	void newIncarnationEvictsStaleConnectionAndDialsFailedEndpointAtOnce() {
		ConnectionPool pool = pool(PoolSettings.defaults());
		EndpointPool endpoint = pool.retain(ONE, 1);
		endpoint.acquire(new Outcomes());
		FakeConnection old = succeed(1);
		endpoint.renewed(2);
		assertThat(old.state()).isEqualTo(Connection.State.CLOSED);
		assertThat(endpoint.ready(0)).isNull();
	}

	@Test
	void lowerIncarnationEvictsAsWellBecauseTheClockMayHaveBeenSetBack() {
		EndpointPool endpoint = pool(PoolSettings.defaults()).retain(ONE, 5);
		endpoint.acquire(new Outcomes());
		FakeConnection old = succeed(5);
		endpoint.renewed(3);
		assertThat(old.state()).isEqualTo(Connection.State.CLOSED);
	}

	@Test
	void connectionToUnexpectedButNewerProcessIsKept() {
		EndpointPool endpoint = pool(PoolSettings.defaults()).retain(ONE, 1);
		endpoint.acquire(new Outcomes());
		FakeConnection connection = succeed(2);
		endpoint.renewed(2);
		assertThat(endpoint.ready(0)).isSameAs(connection);
	}

	@Test
	void idleConnectionIsEvictedAndPoolStaysUsable() {
		EndpointPool endpoint = pool(PoolSettings.defaults()).retain(ONE, 0);
		endpoint.acquire(new Outcomes());
		FakeConnection connection = succeed(0);
		pass(Duration.ofMinutes(6));
		assertThat(connection.state()).isEqualTo(Connection.State.CLOSED);
		assertThat(endpoint.state()).isEqualTo(EndpointPool.State.IDLE);
		Outcomes waiter = new Outcomes();
		endpoint.acquire(waiter);
		succeed(0);
		assertThat(waiter.connection()).isNotNull();
	}

	@Test
	void beyondTheBoundTheLeastRecentlyUsedIdleConnectionLeaves() {
		ConnectionPool pool = pool(new PoolSettings(1, Duration.ofMinutes(5), 2, 10, Duration.ofSeconds(1)));
		List<FakeConnection> connections = new ArrayList<>();
		for (int i = 1; i <= 3; i++) {
			pass(Duration.ofSeconds(1));
			Endpoint address = new Endpoint("10.0.0." + i, 9443);
			pool.retain(address, 0).acquire(new Outcomes());
			connections.add(succeed(0));
		}
		assertThat(connections).extracting(FakeConnection::state)
			.containsExactly(Connection.State.CLOSED, Connection.State.READY, Connection.State.READY);
	}

	@Test
	void suspectedConnectionIsReplacedByOneThatAnswers() {
		EndpointPool endpoint = pool(PoolSettings.defaults()).retain(ONE, 0);
		endpoint.acquire(new Outcomes());
		FakeConnection old = succeed(0);
		old.state(Connection.State.SUSPECTED);
		assertThat(endpoint.state()).isEqualTo(EndpointPool.State.SUSPECTED);
		refuse();
		pass(Duration.ofMillis(200));
		FakeConnection fresh = succeed(0);
		assertThat(endpoint.state()).isEqualTo(EndpointPool.State.READY);
		assertThat(endpoint.connections()).containsExactly(fresh);
		assertThat(old.state()).isEqualTo(Connection.State.CLOSED);
	}

	@Test
	void suspectedConnectionThatComesBackIsKeptAndTheSpareOneClosed() {
		EndpointPool endpoint = pool(PoolSettings.defaults()).retain(ONE, 0);
		endpoint.acquire(new Outcomes());
		FakeConnection old = succeed(0);
		old.state(Connection.State.SUSPECTED);
		old.state(Connection.State.READY);
		FakeConnection spare = succeed(0);
		assertThat(endpoint.connections()).containsExactly(old);
		assertThat(spare.state()).isEqualTo(Connection.State.CLOSED);
		assertThat(endpoint.state()).isEqualTo(EndpointPool.State.READY);
	}

	@Test
	void tooManyWaitersAreRefusedAsNotProcessed() {
		EndpointPool endpoint = pool(new PoolSettings(1, Duration.ofMinutes(5), 10, 2, Duration.ofSeconds(1)))
			.retain(ONE, 0);
		endpoint.acquire(new Outcomes());
		endpoint.acquire(new Outcomes());
		Outcomes third = new Outcomes();
		endpoint.acquire(third);
		assertThat(third.failure().code()).isEqualTo(Code.RESOURCE_EXHAUSTED);
		assertThat(third.failure().message()).contains("max-pending");
	}

	@Test
	void releasedEndpointFinishesAndIsForgotten() {
		ConnectionPool pool = pool(PoolSettings.defaults());
		EndpointPool first = pool.retain(ONE, 0);
		EndpointPool second = pool.retain(ONE, 0);
		assertThat(first).isSameAs(second);
		first.acquire(new Outcomes());
		FakeConnection connection = succeed(0);
		pool.release(first);
		assertThat(connection.state()).isEqualTo(Connection.State.READY);
		pool.release(second);
		assertThat(connection.state()).isEqualTo(Connection.State.CLOSED);
		assertThat(pool.endpoints()).isEmpty();
	}

	@Test
	void whenPoolClosesWhileDiallingThenLateConnectionIsClosed() {
		ConnectionPool pool = pool(PoolSettings.defaults());
		EndpointPool endpoint = pool.retain(ONE, 0);
		Outcomes waiter = new Outcomes();
		endpoint.acquire(waiter);
		pool.close();
		assertThat(waiter.failure()).isNotNull();
		FakeConnection late = succeed(0);
		assertThat(late.state()).isEqualTo(Connection.State.CLOSED);
	}

	@Test
	void furtherConnectionsAreOpenedBesideTheFirstOne() {
		EndpointPool endpoint = pool(new PoolSettings(2, Duration.ofMinutes(5), 10, 2, Duration.ofSeconds(1)))
			.retain(ONE, 0);
		endpoint.acquire(new Outcomes());
		succeed(0);
		assertThat(endpoint.ready(0)).isNotNull();
		succeed(0);
		assertThat(endpoint.connections()).hasSize(2);
		endpoint.ready(0);
		assertThat(this.fixture.dials).isEmpty();
	}

	// Retained and released

	@Test
	void whenReleasedMoreOftenThanRetainedThenTheNextToRetainIsNotHurt() {
		ConnectionPool pool = this.fixture.pool();
		EndpointPool first = pool.retain(ONE, 0);
		pool.release(first);
		EndpointPool second = pool.retain(ONE, 0);
		pool.release(first);
		assertThat(second).isNotSameAs(first);
		assertThat(pool.endpoints()).containsExactly(second);
		assertThat(second.state()).isEqualTo(EndpointPool.State.IDLE);
	}

	@Test
	void whenRetainedThreeTimesThenTheThirdReleaseEndsIt() {
		ConnectionPool pool = this.fixture.pool();
		EndpointPool endpoint = this.fixture.connected(pool, ONE);
		pool.retain(ONE, 0);
		pool.retain(ONE, 0);
		pool.release(endpoint);
		pool.release(endpoint);
		assertThat(endpoint.state()).isEqualTo(EndpointPool.State.READY);
		pool.release(endpoint);
		assertThat(endpoint.state()).isEqualTo(EndpointPool.State.CLOSED);
		assertThat(pool.endpoints()).isEmpty();
	}

	@Test
	void whenRetainedAgainWhileTheOldConnectionsDrainThenAnotherIsDialled() {
		ConnectionPool pool = this.fixture.pool();
		EndpointPool first = this.fixture.connected(pool, ONE);
		FakeConnection old = (FakeConnection) first.connections().get(0);
		old.inFlight = 1;
		pool.release(first);
		EndpointPool second = this.fixture.connected(pool, ONE);
		assertThat(second.state()).isEqualTo(EndpointPool.State.READY);
		assertThat(second.connections()).doesNotContain(old);
		assertThat(old.state()).isEqualTo(Connection.State.DRAINING);
	}

	@Test
	void whenRetainedWithAnotherIncarnationThenTheListenerMayRetainOthersMeanwhile() {
		ConnectionPool pool = this.fixture.pool();
		EndpointPool endpoint = pool.retain(ONE, 1);
		this.fixture.acquire(endpoint);
		FakeConnection old = succeed(1);
		List<EndpointPool> retained = new ArrayList<>();
		old.onEnd = () -> retained.add(pool.retain(ONE, 2));
		pool.retain(ONE, 2);
		assertThat(old.state()).isEqualTo(Connection.State.CLOSED);
		assertThat(retained).containsExactly(endpoint);
		pool.release(endpoint);
		pool.release(endpoint);
		assertThat(pool.endpoints()).containsExactly(endpoint);
		pool.release(endpoint);
		assertThat(pool.endpoints()).isEmpty();
	}

	// Kept as long as it is connected

	@Test
	void whenGivenBackUnconnectedWhileItIsDialledThenTheNextToRetainDoesNotDialAgain() {
		ConnectionPool pool = this.fixture.pool();
		EndpointPool first = pool.retain(ONE, 0);
		this.fixture.acquire(first);
		pool.releaseUnconnected(first);
		FakeConnection connection = succeed(0);
		EndpointPool second = pool.retain(ONE, 0);
		assertThat(second.ready(0)).isSameAs(connection);
		pool.release(second);
		assertThat(connection.state()).as("whoever retained it may leave again").isEqualTo(Connection.State.READY);
		assertThat(this.fixture.dialled).isEqualTo(1);
	}

	@Test
	void whenNobodyComesForWhatIsKeptThenItIsEvictedAsIdleAndReleased() {
		ConnectionPool pool = this.fixture.pool();
		EndpointPool endpoint = this.fixture.connected(pool, ONE);
		Connection connection = endpoint.connections().get(0);
		pool.releaseUnconnected(endpoint);
		pass(Duration.ofMinutes(4));
		assertThat(connection.state()).isEqualTo(Connection.State.READY);
		pass(Duration.ofMinutes(2));
		assertThat(connection.state()).isEqualTo(Connection.State.CLOSED);
		assertThat(pool.endpoints()).isEmpty();
	}

	@Test
	void whenTheDialOfWhatIsKeptFailsThenItIsReleasedAndNotDialledAgain() {
		ConnectionPool pool = this.fixture.pool();
		EndpointPool endpoint = pool.retain(ONE, 0);
		this.fixture.acquire(endpoint);
		pool.releaseUnconnected(endpoint);
		refuse();
		assertThat(pool.endpoints()).isEmpty();
		pass(Duration.ofMinutes(1));
		assertThat(this.fixture.dialled).isEqualTo(1);
	}

	@Test
	void whenGivenBackUnconnectedManyTimesThenItIsKeptOnce() {
		ConnectionPool pool = this.fixture.pool();
		EndpointPool endpoint = this.fixture.connected(pool, ONE);
		for (int i = 0; i < 10; i++) {
			pool.retain(ONE, 0);
			pool.releaseUnconnected(endpoint);
		}
		pool.release(endpoint);
		assertThat(endpoint.state()).isEqualTo(EndpointPool.State.READY);
		pool.release(endpoint);
		assertThat(pool.endpoints()).as("kept by one hold").isEmpty();
	}

	@Test
	void whenWhatIsKeptEndsThenItCanBeKeptAgain() {
		ConnectionPool pool = this.fixture.pool();
		EndpointPool endpoint = this.fixture.connected(pool, ONE);
		pool.releaseUnconnected(endpoint);
		FakeConnection old = (FakeConnection) endpoint.connections().get(0);
		old.drain();
		assertThat(pool.endpoints()).isEmpty();
		EndpointPool next = this.fixture.connected(pool, ONE);
		pool.releaseUnconnected(next);
		assertThat(next.state()).isEqualTo(EndpointPool.State.READY);
		pool.close();
		assertThat(pool.endpoints()).isEmpty();
	}

	// The bound of all connections

	@Test
	void whenDialFailsThenNoOtherConnectionHadToLeaveForIt() {
		ConnectionPool pool = pool(PoolFixture.settings(1, 1, 10));
		EndpointPool one = this.fixture.connected(pool, ONE);
		this.fixture.acquire(pool.retain(TWO, 0));
		refuse();
		assertThat(one.state()).isEqualTo(EndpointPool.State.READY);
	}

	@Test
	void whenManyAreDialledAtOnceThenTheBoundIsKeptOnceTheyAreThere() {
		ConnectionPool pool = pool(PoolFixture.settings(1, 2, 10));
		List<EndpointPool> all = new ArrayList<>();
		for (Endpoint endpoint : List.of(ONE, TWO, THREE)) {
			EndpointPool each = pool.retain(endpoint, 0);
			this.fixture.acquire(each);
			all.add(each);
		}
		for (int i = 0; i < 3; i++) {
			pass(Duration.ofMillis(1));
			succeed(0);
		}
		assertThat(all).extracting(EndpointPool::state)
			.containsExactly(EndpointPool.State.IDLE, EndpointPool.State.READY, EndpointPool.State.READY);
	}

	@Test
	void whenAllOthersAreBusyThenTheBoundGivesWay() {
		ConnectionPool pool = pool(PoolFixture.settings(1, 1, 10));
		EndpointPool one = this.fixture.connected(pool, ONE);
		((FakeConnection) one.connections().get(0)).inFlight = 1;
		EndpointPool two = this.fixture.connected(pool, TWO);
		assertThat(one.state()).isEqualTo(EndpointPool.State.READY);
		assertThat(two.state()).isEqualTo(EndpointPool.State.READY);
	}

	@Test
	void whenSomebodyWaitsForAnEndpointThenItDoesNotLeaveForAnother() {
		ConnectionPool pool = pool(PoolFixture.settings(2, 1, 10));
		EndpointPool one = this.fixture.connected(pool, ONE);
		one.ready(0);
		FakeDial further = this.fixture.dials.remove();
		EndpointPool two = this.fixture.connected(pool, TWO);
		assertThat(one.state()).isEqualTo(EndpointPool.State.READY);
		further.succeed();
		assertThat(one.connections()).hasSize(2);
		assertThat(two.state()).isEqualTo(EndpointPool.State.IDLE);
	}

	@Test
	void whenEvictedWhileAnAcquireIsUnderWayThenTheWaiterGetsTheNextConnection() {
		ConnectionPool pool = pool(PoolFixture.settings(1, 1, 10));
		EndpointPool one = this.fixture.connected(pool, ONE);
		FakeConnection evicted = (FakeConnection) one.connections().get(0);
		Outcomes waiter = new Outcomes();
		evicted.onEnd = () -> {
			evicted.onEnd = () -> {
			};
			evicted.drainUntold();
			one.acquire(waiter);
			evicted.tell(Connection.State.DRAINING);
		};
		this.fixture.connected(pool, TWO);
		assertThat(waiter.count()).isZero();
		FakeConnection next = succeed(0);
		assertThat(waiter.connection()).isSameAs(next);
	}

	@Test
	void whenOneOfManyCannotBeEvictedThenTheSweepGoesOn() {
		ConnectionPool pool = this.fixture.pool();
		EndpointPool one = this.fixture.connected(pool, ONE);
		EndpointPool two = this.fixture.connected(pool, TWO);
		for (EndpointPool each : List.of(one, two)) {
			FakeConnection connection = (FakeConnection) each.connections().get(0);
			connection.onEnd = () -> {
				connection.onEnd = () -> {
				};
				throw new IllegalStateException("once");
			};
		}
		pass(Duration.ofMinutes(7));
		assertThat(one.state()).isEqualTo(EndpointPool.State.IDLE);
		assertThat(two.state()).isEqualTo(EndpointPool.State.IDLE);
	}

	@Test
	void whenCallsAreInFlightThenConnectionIsNotIdle() {
		ConnectionPool pool = this.fixture.pool();
		EndpointPool one = this.fixture.connected(pool, ONE);
		((FakeConnection) one.connections().get(0)).inFlight = 1;
		pass(Duration.ofMinutes(7));
		assertThat(one.state()).isEqualTo(EndpointPool.State.READY);
	}

	// The end

	@Test
	void whenDrainedThenNothingNewIsAcceptedAndCallsInFlightAreFinished() {
		ConnectionPool pool = this.fixture.pool();
		EndpointPool one = this.fixture.connected(pool, ONE);
		FakeConnection connection = (FakeConnection) one.connections().get(0);
		connection.inFlight = 1;
		Outcomes waiting = this.fixture.acquire(pool.retain(TWO, 0));
		pool.drain();
		assertThat(connection.state()).isEqualTo(Connection.State.DRAINING);
		assertThat(waiting.failure().code()).isEqualTo(Code.UNAVAILABLE);
		assertThat(this.fixture.acquire(one).failure().processed()).isEqualTo(Processed.NO);
		assertThat(this.fixture.acquire(pool.retain(THREE, 0)).failure().code()).isEqualTo(Code.UNAVAILABLE);
		assertThat(this.fixture.dialled).isEqualTo(2);
		connection.finish();
		assertThat(one.isClosed()).isTrue();
	}

	@Test
	void whenClosedThenWhatStillDrainsIsClosedAsWell() {
		ConnectionPool pool = this.fixture.pool();
		EndpointPool released = this.fixture.connected(pool, ONE);
		EndpointPool evicted = this.fixture.connected(pool, TWO);
		List<FakeConnection> connections = new ArrayList<>();
		for (EndpointPool each : List.of(released, evicted)) {
			FakeConnection connection = (FakeConnection) each.connections().get(0);
			connection.inFlight = 1;
			connections.add(connection);
		}
		pool.release(released);
		evicted.evict();
		pool.close();
		assertThat(connections).extracting(FakeConnection::state).containsOnly(Connection.State.CLOSED);
		assertThat(released.isClosed()).isTrue();
		assertThat(evicted.isClosed()).isTrue();
	}

	@Test
	void whenRetainedAfterCloseThenEveryCallFailsAtOnceAndNothingIsDialled() {
		ConnectionPool pool = this.fixture.pool();
		pool.close();
		EndpointPool late = pool.retain(ONE, 7);
		assertThat(this.fixture.acquire(late).failure().message()).contains("closing");
		assertThat(this.fixture.dialled).isZero();
		pool.release(late);
		assertThat(pool.endpoints()).isEmpty();
	}

	@Test
	void whenClosedThenNoTaskIsLeft() {
		ConnectionPool pool = this.fixture.pool();
		this.fixture.acquire(pool.retain(ONE, 0));
		refuse();
		pool.close();
		pool.close();
		assertThat(this.fixture.time.scheduled()).isZero();
	}

	@Test
	void whenClosedFromTheSweepThenNoTaskIsLeft() {
		ConnectionPool pool = this.fixture.pool();
		EndpointPool one = this.fixture.connected(pool, ONE);
		((FakeConnection) one.connections().get(0)).onEnd = pool::close;
		pass(Duration.ofMinutes(7));
		assertThat(one.isClosed()).isTrue();
		assertThat(this.fixture.time.scheduled()).isZero();
	}

	@Test
	void whenSettingsMakeNoSenseThenTheMessageSaysWhatIsExpected() {
		assertThatThrownBy(() -> PoolFixture.settings(65, 1, 1)).hasMessageContaining("1 to 64");
		assertThatThrownBy(() -> PoolFixture.settings(1, 0, 1)).hasMessageContaining("at least 1");
		assertThatThrownBy(() -> PoolFixture.settings(1, 1, -1)).hasMessageContaining("0 or more");
	}

}
