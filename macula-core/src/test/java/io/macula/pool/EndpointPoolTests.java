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
import io.macula.Processed;
import io.macula.RpcException;
import io.macula.Status;
import io.macula.pool.EndpointPool.State;
import io.macula.transport.Connection;
import org.junit.jupiter.api.Test;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import static io.macula.pool.PoolFixture.ONE;
import static io.macula.pool.PoolFixture.REFUSED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * Tests of {@link EndpointPool}: each transition of its states, and each edge.
 */
class EndpointPoolTests {

	private final PoolFixture fixture = new PoolFixture();

	private final ConnectionPool pool = this.fixture.pool();

	private final EndpointPool endpoint = this.pool.retain(ONE, 0);

	private Outcomes acquire() {
		return this.fixture.acquire(this.endpoint);
	}

	private FakeDial dial() {
		return this.fixture.dials.remove();
	}

	private FakeConnection connect() {
		acquire();
		return dial().succeed();
	}

	private void fail() {
		acquire();
		dial().fail(REFUSED);
	}

	private void pass(long millis) {
		this.fixture.time.pass(Duration.ofMillis(millis));
	}

	// Transitions

	@Test
	void whenNobodyWantedAConnectionThenIdle() {
		assertThat(this.endpoint.state()).isEqualTo(State.IDLE);
		assertThat(this.endpoint.ready(0)).isNull();
		assertThat(this.fixture.dialled).isZero();
	}

	@Test
	void whenSomebodyWaitsThenIdleBecomesConnecting() {
		acquire();
		assertThat(this.endpoint.state()).isEqualTo(State.CONNECTING);
		assertThat(this.fixture.told).containsExactly("dialling " + ONE);
	}

	@Test
	void whenDialSucceedsThenConnectingBecomesReady() {
		FakeConnection connection = connect();
		assertThat(this.endpoint.state()).isEqualTo(State.READY);
		assertThat(this.endpoint.connections()).containsExactly(connection);
		assertThat(this.endpoint.lastFailure()).isNull();
	}

	@Test
	void whenDialFailsThenConnectingBecomesFailedUntilAnotherSucceeds() {
		fail();
		assertThat(this.endpoint.state()).isEqualTo(State.FAILED);
		assertThat(this.endpoint.lastFailure()).isEqualTo(REFUSED);
		pass(60);
		assertThat(this.endpoint.state()).isEqualTo(State.FAILED);
		dial().succeed();
		assertThat(this.endpoint.state()).isEqualTo(State.READY);
		assertThat(this.endpoint.lastFailure()).isNull();
	}

	@Test
	void whenConnectionIsSuspectedThenEndpointIsAndAnotherIsDialled() {
		FakeConnection connection = connect();
		connection.state(Connection.State.SUSPECTED);
		assertThat(this.endpoint.state()).isEqualTo(State.SUSPECTED);
		assertThat(this.endpoint.ready(0)).isSameAs(connection);
		assertThat(this.fixture.dials).hasSize(1);
	}

	@Test
	void whenSuspectedConnectionIsBackThenReadyAgain() {
		FakeConnection connection = connect();
		connection.state(Connection.State.SUSPECTED);
		connection.state(Connection.State.READY);
		assertThat(this.endpoint.state()).isEqualTo(State.READY);
	}

	@Test
	void whenSuspectedConnectionBreaksThenFailed() {
		FakeConnection connection = connect();
		connection.state(Connection.State.SUSPECTED);
		connection.lose();
		assertThat(this.endpoint.state()).isEqualTo(State.FAILED);
		dial().succeed();
		assertThat(this.endpoint.state()).isEqualTo(State.READY);
	}

	@Test
	void whenLastConnectionBreaksThenFailedAndDialledAfterAWhile() {
		FakeConnection connection = connect();
		connection.lose();
		assertThat(this.endpoint.state()).isEqualTo(State.FAILED);
		assertThat(this.endpoint.lastFailure().processed()).isEqualTo(Processed.NO);
		assertThat(this.fixture.dials).isEmpty();
		pass(39);
		assertThat(this.fixture.dials).isEmpty();
		pass(22);
		assertThat(this.fixture.dials).hasSize(1);
		assertThat(this.fixture.told).endsWith("connected " + ONE, "failed " + ONE, "dialling " + ONE);
	}

	@Test
	void whenPeerDrainsTheLastConnectionThenItIsDialledAgainButDidNotFail() {
		FakeConnection connection = connect();
		connection.goAway();
		assertThat(this.endpoint.state()).isEqualTo(State.FAILED);
		assertThat(this.endpoint.connections()).isEmpty();
		assertThat(this.fixture.told).contains("drained " + ONE).doesNotContain("failed " + ONE);
		connection.finish();
		pass(60);
		assertThat(this.fixture.dialled).isEqualTo(2);
		dial().succeed();
		assertThat(this.endpoint.state()).isEqualTo(State.READY);
		assertThat(this.fixture.told).doesNotContain("failed " + ONE);
	}

	@Test
	void whenLastConnectionIsEvictedThenIdleAndDialledOnDemand() {
		FakeConnection connection = connect();
		this.endpoint.evict();
		assertThat(connection.state()).isEqualTo(Connection.State.CLOSED);
		assertThat(this.endpoint.state()).isEqualTo(State.IDLE);
		pass(5000);
		assertThat(this.fixture.dials).isEmpty();
		Outcomes waiter = acquire();
		assertThat(this.endpoint.state()).isEqualTo(State.CONNECTING);
		assertThat(waiter.connections).isEmpty();
		assertThat(dial().succeed()).isSameAs(waiter.connection());
	}

	@Test
	void whenReleasedThenClosedForGood() {
		FakeConnection connection = connect();
		this.pool.release(this.endpoint);
		assertThat(this.endpoint.state()).isEqualTo(State.CLOSED);
		assertThat(connection.state()).isEqualTo(Connection.State.CLOSED);
		assertThat(this.endpoint.connections()).isEmpty();
		connection.state(Connection.State.READY);
		assertThat(this.endpoint.state()).isEqualTo(State.CLOSED);
	}

	@Test
	void whenReleasedThenCallsInFlightAreFinished() {
		FakeConnection connection = connect();
		connection.inFlight = 1;
		this.pool.release(this.endpoint);
		assertThat(connection.state()).isEqualTo(Connection.State.DRAINING);
		connection.finish();
		assertThat(connection.state()).isEqualTo(Connection.State.CLOSED);
	}

	@Test
	void whenListenerIsAddedThenItIsToldAtOnceAndAfterEachChangeUntilDisposed() {
		List<State> seen = new ArrayList<>();
		Disposable listening = this.endpoint.onChange(() -> seen.add(this.endpoint.state()));
		assertThat(seen).containsExactly(State.IDLE);
		FakeConnection connection = connect();
		connection.state(Connection.State.SUSPECTED);
		connection.state(Connection.State.READY);
		assertThat(seen).containsExactly(State.IDLE, State.CONNECTING, State.READY, State.SUSPECTED, State.READY);
		listening.dispose();
		connection.lose();
		assertThat(seen).hasSize(5);
	}

	@Test
	void whenConnectorAnswersAtOnceThenChangesAreToldInTheirOrder() {
		this.fixture.onDial = (dial) -> dial.onSubscribe = dial::succeed;
		List<State> seen = new ArrayList<>();
		this.endpoint.onChange(() -> seen.add(this.endpoint.state()));
		acquire();
		assertThat(seen).containsExactly(State.IDLE, State.CONNECTING, State.READY);
		assertThat(this.fixture.told).containsExactly("dialling " + ONE, "connected " + ONE);
	}

	@Test
	void whenSameListenerIsAddedTwiceThenDisposingOneLeavesTheOther() {
		List<State> seen = new ArrayList<>();
		Runnable listener = () -> seen.add(this.endpoint.state());
		Disposable first = this.endpoint.onChange(listener);
		this.endpoint.onChange(listener);
		first.dispose();
		first.dispose();
		seen.clear();
		acquire();
		assertThat(seen).containsExactly(State.CONNECTING);
	}

	// Dials and waiters

	@Test
	void whenConnectorAnswersAtOnceThenWaiterHasItsConnectionWhenAcquireReturns() {
		this.fixture.onDial = (dial) -> dial.onSubscribe = dial::succeed;
		assertThat(acquire().connection()).isNotNull();
	}

	@Test
	void whenConnectorRefusesAtOnceThenWaiterHasItsFailureWhenAcquireReturns() {
		this.fixture.onDial = (dial) -> dial.onSubscribe = () -> dial.fail(REFUSED);
		assertThat(acquire().failure()).isEqualTo(REFUSED);
		assertThat(this.endpoint.state()).isEqualTo(State.FAILED);
	}

	@Test
	void whenConnectorThrowsThenWaiterFailsAndEndpointIsDialledAgain() {
		this.fixture.onDial = (dial) -> {
			throw new IllegalStateException("no address");
		};
		Outcomes waiter = acquire();
		assertThat(waiter.failure().code()).isEqualTo(Code.UNAVAILABLE);
		assertThat(waiter.failure().processed()).isEqualTo(Processed.NO);
		assertThat(waiter.failure().message()).contains(ONE.toString(), "no address");
		assertThat(this.endpoint.state()).isEqualTo(State.FAILED);
		this.fixture.onDial = (dial) -> {
		};
		this.fixture.dials.clear();
		pass(60);
		dial().succeed();
		assertThat(this.endpoint.state()).isEqualTo(State.READY);
	}

	@Test
	void whenConnectorEndsWithNothingThenWaiterFailsAndEndpointIsDialledAgain() {
		Outcomes waiter = acquire();
		dial().endWithNothing();
		assertThat(waiter.failure().code()).isEqualTo(Code.UNAVAILABLE);
		assertThat(waiter.failure().message()).contains(ONE.toString());
		pass(60);
		assertThat(this.fixture.dials).hasSize(1);
	}

	@Test
	void whenConnectorGivesTwoConnectionsThenTheSecondIsClosed() {
		Outcomes waiter = acquire();
		FakeDial dial = dial();
		FakeConnection first = new FakeConnection(ONE, 0);
		FakeConnection second = new FakeConnection(ONE, 0);
		dial.emit(first);
		dial.emit(second);
		assertThat(waiter.connection()).isSameAs(first);
		assertThat(this.endpoint.connections()).containsExactly(first);
		assertThat(second.state()).isEqualTo(Connection.State.CLOSED);
	}

	@Test
	void whenConnectorFailsAfterItGaveAConnectionThenNothingChanges() {
		Outcomes waiter = acquire();
		FakeDial dial = dial();
		FakeConnection connection = dial.succeed();
		dial.fail(REFUSED);
		assertThat(waiter.connection()).isSameAs(connection);
		assertThat(this.endpoint.state()).isEqualTo(State.READY);
		assertThat(this.endpoint.lastFailure()).isNull();
	}

	@Test
	void whenErrorSaysProcessedThenWaiterKnowsBetter() {
		Outcomes waiter = acquire();
		dial().fail(Status.unknown(Code.UNAUTHENTICATED, "another realm"));
		assertThat(waiter.failure()).isEqualTo(Status.notProcessed(Code.UNAUTHENTICATED, "another realm"));
	}

	@Test
	void whenWaiterIsRemovedWhileDiallingThenItIsToldNothing() {
		Outcomes removed = acquire();
		Outcomes other = acquire();
		assertThat(this.endpoint.remove(removed)).isTrue();
		assertThat(this.endpoint.remove(removed)).isFalse();
		FakeConnection connection = dial().succeed();
		assertThat(removed.count()).isZero();
		assertThat(other.connection()).isSameAs(connection);
		assertThat(this.endpoint.remove(other)).isFalse();
	}

	@Test
	void whenSubscriberCancelsWhileDiallingThenItWaitsNoLonger() {
		EndpointPool bounded = this.fixture.pool(PoolFixture.settings(1, 10, 1)).retain(ONE, 0);
		bounded.connection().subscribe().dispose();
		Outcomes next = this.fixture.acquire(bounded);
		assertThat(next.failures).isEmpty();
		assertThat(dial().succeed()).isSameAs(next.connection());
	}

	@Test
	void whenSubscriberWaitsThenItGetsConnectionOrFailure() {
		List<Connection> connections = new ArrayList<>();
		List<Throwable> errors = new ArrayList<>();
		Mono<Connection> mono = this.endpoint.connection();
		assertThat(this.fixture.dialled).isZero();
		mono.subscribe(connections::add, errors::add);
		dial().fail(REFUSED);
		assertThat(errors).singleElement()
			.isInstanceOfSatisfying(RpcException.class, (ex) -> assertThat(ex.status()).isEqualTo(REFUSED));
		mono.subscribe(connections::add, errors::add);
		pass(60);
		assertThat(connections).containsExactly(dial().succeed());
	}

	@Test
	void whenTooManyWaitThenTheNextIsRefusedAndTheOthersWaitOn() {
		EndpointPool bounded = this.fixture.pool(PoolFixture.settings(1, 10, 2)).retain(ONE, 0);
		Outcomes first = this.fixture.acquire(bounded);
		Outcomes second = this.fixture.acquire(bounded);
		Outcomes third = this.fixture.acquire(bounded);
		assertThat(third.failure().code()).isEqualTo(Code.RESOURCE_EXHAUSTED);
		assertThat(third.failure().processed()).isEqualTo(Processed.NO);
		assertThat(third.failure().message()).contains("2 attempts", "max-pending = 2", ONE.toString());
		FakeConnection connection = dial().succeed();
		assertThat(first.connection()).isSameAs(connection);
		assertThat(second.connection()).isSameAs(connection);
		assertThat(third.count()).isEqualTo(1);
	}

	@Test
	void whenNobodyMayWaitThenTheFirstCallStillDialsForTheNext() {
		EndpointPool impatient = this.fixture.pool(PoolFixture.settings(1, 10, 0)).retain(ONE, 0);
		assertThat(this.fixture.acquire(impatient).failure().code()).isEqualTo(Code.RESOURCE_EXHAUSTED);
		FakeConnection connection = dial().succeed();
		assertThat(impatient.ready(0)).isSameAs(connection);
	}

	@Test
	void whenConnectionIsLostBeforeItIsHandedOverThenWaiterFailsAndNobodySeesIt() {
		Outcomes waiter = acquire();
		FakeConnection lost = new FakeConnection(ONE, 0);
		lost.lose();
		dial().succeed(lost);
		assertThat(waiter.failure()).isEqualTo(Status.notProcessed(Code.UNAVAILABLE, ONE + " is gone"));
		assertThat(this.endpoint.state()).isEqualTo(State.FAILED);
		assertThat(this.endpoint.connections()).isEmpty();
		assertThat(this.fixture.told).doesNotContain("connected " + ONE);
		pass(60);
		assertThat(this.fixture.dials).hasSize(1);
	}

	@Test
	void whenConnectionIsDrainedByThePeerBeforeItIsHandedOverThenWaiterFails() {
		Outcomes waiter = acquire();
		FakeConnection drained = new FakeConnection(ONE, 0);
		drained.goAway();
		dial().succeed(drained);
		assertThat(waiter.failure().message()).contains("draining");
		assertThat(this.endpoint.connections()).isEmpty();
	}

	@Test
	void whenConnectionIsLostBetweenHandOverAndReadyThenWaiterHasOneOutcome() {
		Outcomes waiter = acquire();
		FakeConnection connection = new FakeConnection(ONE, 0);
		Flux<Connection.State> states = connection.states();
		connection.states = () -> {
			connection.lose();
			return states;
		};
		dial().succeed(connection);
		assertThat(waiter.count()).isEqualTo(1);
		assertThat(this.endpoint.connections()).isEmpty();
		assertThat(this.endpoint.state()).isEqualTo(State.FAILED);
	}

	@Test
	void whenStatesCannotBeWatchedThenWaiterHasOneOutcomeAndConnectionIsClosed() {
		Outcomes waiter = acquire();
		FakeConnection connection = new FakeConnection(ONE, 0);
		connection.states = () -> {
			throw new IllegalStateException("no states");
		};
		dial().succeed(connection);
		assertThat(waiter.count()).isEqualTo(1);
		assertThat(connection.state()).isEqualTo(Connection.State.CLOSED);
		assertThat(this.endpoint.connections()).isEmpty();
		pass(60);
		assertThat(this.fixture.dials).hasSize(1);
	}

	@Test
	void whenStatesFailThenConnectionIsClosedAndAnotherDialled() {
		acquire();
		FakeConnection connection = new FakeConnection(ONE, 0);
		connection.states = () -> Flux.error(new IllegalStateException("overflow"));
		dial().succeed(connection);
		assertThat(connection.state()).isEqualTo(Connection.State.CLOSED);
		assertThat(this.endpoint.connections()).isEmpty();
	}

	@Test
	void whenStatesEndWithoutClosedThenConnectionIsForgotten() {
		acquire();
		FakeConnection connection = new FakeConnection(ONE, 0);
		connection.states = () -> Flux.just(Connection.State.READY);
		dial().succeed(connection);
		assertThat(this.endpoint.connections()).isEmpty();
	}

	@Test
	void whenWaiterComesWhileTheOnlyConnectionDrainsThenItGetsTheNext() {
		FakeConnection connection = connect();
		connection.drainUntold();
		Outcomes waiter = acquire();
		assertThat(this.fixture.dials).isEmpty();
		connection.tell(Connection.State.DRAINING);
		assertThat(waiter.connection()).isNull();
		assertThat(dial().succeed()).isSameAs(waiter.connection());
	}

	@Test
	void whenTimerRejectsTheRedialThenNobodyWaitsForeverAndTheNextCallDials() {
		Outcomes waiter = acquire();
		this.fixture.time.rejecting = true;
		dial().fail(REFUSED);
		assertThat(waiter.failure()).isEqualTo(REFUSED);
		assertThat(this.endpoint.state()).isEqualTo(State.FAILED);
		Outcomes next = acquire();
		assertThat(dial().succeed()).isSameAs(next.connection());
	}

	@Test
	void whenTimerRejectsTheRedialThenThoseWhoCameMeanwhileFail() {
		fail();
		pass(60);
		Outcomes waiter = new Outcomes();
		this.fixture.time.onSchedule = () -> {
			this.endpoint.acquire(waiter);
			this.fixture.time.rejecting = true;
		};
		dial().fail(REFUSED);
		assertThat(waiter.failure().code()).isEqualTo(Code.UNAVAILABLE);
		assertThat(waiter.failure().processed()).isEqualTo(Processed.NO);
		assertThat(waiter.failure().message()).contains("timer");
	}

	// Back-off

	@Test
	void whenDialsFailThenTheDelayDoublesUpToASecond() {
		acquire();
		List<Long> delays = new ArrayList<>();
		for (int i = 0; i < 7; i++) {
			dial().fail(REFUSED);
			long failed = this.fixture.time.nanos();
			while (this.fixture.dials.isEmpty()) {
				pass(1);
			}
			delays.add(Duration.ofNanos(this.fixture.time.nanos() - failed).toMillis());
		}
		long expected = 50;
		for (long delay : delays) {
			assertThat(delay).isBetween(expected * 8 / 10, expected * 12 / 10 + 1);
			expected = Math.min(2 * expected, 1000);
		}
	}

	@Test
	void whenConnectionCameBackFromSuspicionThenItsLaterLossIsDialledWithoutDelayOfBefore() {
		FakeConnection connection = connect();
		connection.state(Connection.State.SUSPECTED);
		for (int i = 0; i < 6; i++) {
			dial().fail(REFUSED);
			pass(1300);
		}
		dial().fail(REFUSED);
		connection.state(Connection.State.READY);
		pass(60_000);
		assertThat(this.fixture.dials).isEmpty();
		connection.lose();
		pass(61);
		assertThat(this.fixture.dials).hasSize(1);
	}

	@Test
	void whenEvictedWhileSuspectedThenNothingIsDialledBeforeSomebodyWants() {
		FakeConnection connection = connect();
		connection.state(Connection.State.SUSPECTED);
		dial().fail(REFUSED);
		this.endpoint.evict();
		assertThat(this.endpoint.state()).isEqualTo(State.IDLE);
		pass(5000);
		assertThat(this.fixture.dials).isEmpty();
		acquire();
		assertThat(this.fixture.dials).hasSize(1);
		assertThat(this.endpoint.state()).isEqualTo(State.CONNECTING);
	}

	@Test
	void whenManyWaitForAFailedEndpointThenItIsDialledNoSooner() {
		fail();
		for (int i = 0; i < 100; i++) {
			acquire();
		}
		assertThat(this.fixture.dials).isEmpty();
		assertThat(this.fixture.dialled).isEqualTo(1);
	}

	// Several connections

	private EndpointPool two() {
		EndpointPool two = this.fixture.pool(PoolFixture.settings(2, 10, 10)).retain(ONE, 0);
		this.fixture.acquire(two);
		return two;
	}

	@Test
	void whenFurtherDialFailsThenCallsDoNotDialAgainAtOnce() {
		EndpointPool two = two();
		FakeConnection connection = dial().succeed();
		this.fixture.dialled = 0;
		for (int i = 0; i < 1000; i++) {
			assertThat(two.ready(this.fixture.time.nanos())).isSameAs(connection);
			if (!this.fixture.dials.isEmpty()) {
				dial().fail(REFUSED);
			}
			pass(10);
		}
		assertThat(this.fixture.dialled).isBetween(9, 20);
		assertThat(two.state()).isEqualTo(State.READY);
		assertThat(this.fixture.told).doesNotContain("failed " + ONE);
	}

	@Test
	void whenFurtherDialsFailedThenTheLossOfTheOnlyConnectionIsStillDialledSoon() {
		EndpointPool two = two();
		FakeConnection connection = dial().succeed();
		for (int i = 0; i < 10; i++) {
			two.ready(this.fixture.time.nanos());
			dial().fail(REFUSED);
			pass(1300);
		}
		connection.lose();
		assertThat(two.state()).isEqualTo(State.FAILED);
		pass(61);
		assertThat(this.fixture.dials).hasSize(1);
	}

	@Test
	void whenTheReadyOneOfTwoBreaksAndTheOtherIsSuspectedThenEndpointIsSuspectedAndDialled() {
		EndpointPool two = two();
		FakeConnection first = dial().succeed();
		two.ready(0);
		FakeConnection second = dial().succeed();
		first.state(Connection.State.SUSPECTED);
		assertThat(two.state()).isEqualTo(State.READY);
		assertThat(this.fixture.dials).isEmpty();
		second.lose();
		assertThat(two.state()).isEqualTo(State.SUSPECTED);
		assertThat(this.fixture.dials).hasSize(1);
		FakeConnection fresh = dial().succeed();
		assertThat(two.state()).isEqualTo(State.READY);
		assertThat(two.connections()).containsExactly(fresh);
	}

	@Test
	void whenOneOfTwoBreaksThenEndpointStaysReadyAndTheNextCallDials() {
		EndpointPool two = two();
		FakeConnection first = dial().succeed();
		two.ready(0);
		FakeConnection second = dial().succeed();
		first.lose();
		assertThat(two.state()).isEqualTo(State.READY);
		assertThat(two.ready(this.fixture.time.nanos())).isSameAs(second);
		assertThat(this.fixture.dials).hasSize(1);
		assertThat(this.fixture.told).doesNotContain("failed " + ONE);
	}

	@Test
	void whenOneIsSuspectedThenReadyPrefersTheOther() {
		EndpointPool two = two();
		FakeConnection first = dial().succeed();
		two.ready(0);
		FakeConnection second = dial().succeed();
		first.state(Connection.State.SUSPECTED);
		assertThat(two.ready(0)).isSameAs(second);
		first.state(Connection.State.READY);
		second.state(Connection.State.SUSPECTED);
		assertThat(two.ready(0)).isSameAs(first);
	}

	@Test
	void whenAFurtherDialIsOverAtOnceThenTheCallGetsNoneThatItReplaced() {
		EndpointPool two = two();
		FakeConnection silent = new FakeConnection(ONE, 0);
		silent.states = Flux::never;
		dial().succeed(silent);
		silent.state(Connection.State.SUSPECTED);
		this.fixture.onDial = (dial) -> dial.onSubscribe = dial::succeed;
		Connection given = two.ready(0);
		assertThat(silent.state()).isEqualTo(Connection.State.CLOSED);
		assertThat(given).isNotNull().isNotSameAs(silent);
		assertThat(given.state()).isEqualTo(Connection.State.READY);
	}

	// Incarnations

	@Test
	void whenProcessIsReplacedDuringADialThenTheOldOneIsNotTakenAndWaitersGetTheNew() {
		this.pool.retain(ONE, 1);
		Outcomes waiter = acquire();
		this.endpoint.renewed(2);
		FakeConnection old = dial().succeed(1);
		assertThat(old.state()).isEqualTo(Connection.State.CLOSED);
		assertThat(waiter.count()).isZero();
		FakeConnection fresh = dial().succeed(2);
		assertThat(waiter.connection()).isSameAs(fresh);
		assertThat(this.endpoint.connections()).containsExactly(fresh);
	}

	@Test
	void whenProcessIsReplacedDuringADialThatReachesTheNewOneThenItIsKept() {
		this.pool.retain(ONE, 1);
		Outcomes waiter = acquire();
		this.endpoint.renewed(2);
		FakeConnection fresh = dial().succeed(2);
		assertThat(waiter.connection()).isSameAs(fresh);
		assertThat(this.fixture.dials).isEmpty();
	}

	@Test
	void whenProcessIsReplacedDuringADialThatFailsThenTheNewOneIsDialledSoon() {
		this.pool.retain(ONE, 1);
		fail();
		for (int i = 0; i < 6; i++) {
			pass(1300);
			if (i < 5) {
				dial().fail(REFUSED);
			}
		}
		this.endpoint.renewed(2);
		dial().fail(REFUSED);
		pass(61);
		assertThat(this.fixture.dials).hasSize(1);
	}

	@Test
	void whenFailedEndpointHasANewProcessThenItIsDialledAtOnceAndOnce() {
		fail();
		this.endpoint.renewed(2);
		assertThat(this.endpoint.state()).isEqualTo(State.CONNECTING);
		assertThat(this.fixture.dials).hasSize(1);
		this.endpoint.renewed(2);
		pass(5000);
		assertThat(this.fixture.dialled).isEqualTo(2);
	}

	@Test
	void whenSuspectedConnectionLeadsToTheNewProcessThenDialsGoOn() {
		FakeConnection connection = new FakeConnection(ONE, 2);
		acquire();
		dial().succeed(connection);
		connection.state(Connection.State.SUSPECTED);
		dial().fail(REFUSED);
		this.endpoint.renewed(2);
		assertThat(connection.state()).isEqualTo(Connection.State.SUSPECTED);
		pass(130);
		assertThat(this.fixture.dials).hasSize(1);
	}

	@Test
	void whenIncarnationIsUnknownThenNothingIsEvicted() {
		FakeConnection connection = connect();
		this.endpoint.renewed(0);
		assertThat(connection.state()).isEqualTo(Connection.State.READY);
	}

	// The end

	@Test
	void whenPoolClosesThenEachWaiterGetsOneFailureNotProcessed() {
		List<Outcomes> waiters = List.of(acquire(), acquire(), acquire());
		this.pool.close();
		assertThat(waiters).allSatisfy((waiter) -> {
			assertThat(waiter.failure().code()).isEqualTo(Code.UNAVAILABLE);
			assertThat(waiter.failure().processed()).isEqualTo(Processed.NO);
			assertThat(waiter.failure().message()).contains("closing");
		});
		FakeConnection late = dial().succeed();
		assertThat(late.state()).isEqualTo(Connection.State.CLOSED);
		assertThat(waiters).allMatch((waiter) -> waiter.count() == 1);
		assertThat(this.fixture.told).doesNotContain("connected " + ONE);
	}

	@Test
	void whenDialFailsAfterCloseThenNothingIsScheduled() {
		acquire();
		FakeDial dial = dial();
		this.pool.close();
		dial.fail(REFUSED);
		assertThat(this.endpoint.state()).isEqualTo(State.CLOSED);
		assertThat(this.fixture.time.scheduled()).isZero();
		assertThat(this.fixture.told).doesNotContain("failed " + ONE);
	}

	@Test
	void whenReleasedWhileDiallingThenWaitersFailAndTheLateConnectionIsClosed() {
		Outcomes waiter = acquire();
		this.pool.release(this.endpoint);
		assertThat(waiter.failure().code()).isEqualTo(Code.UNAVAILABLE);
		assertThat(waiter.failure().processed()).isEqualTo(Processed.NO);
		assertThat(dial().succeed().state()).isEqualTo(Connection.State.CLOSED);
		assertThat(this.endpoint.connections()).isEmpty();
		assertThat(waiter.count()).isEqualTo(1);
	}

	@Test
	void whenReleasedWhileARedialIsScheduledThenItDoesNotHappen() {
		fail();
		this.pool.release(this.endpoint);
		pass(5000);
		assertThat(this.fixture.dialled).isEqualTo(1);
	}

	@Test
	void whenAcquiredAfterReleaseThenItFailsAtOnce() {
		this.pool.release(this.endpoint);
		Outcomes waiter = acquire();
		assertThat(waiter.failure().code()).isEqualTo(Code.UNAVAILABLE);
		assertThat(waiter.failure().processed()).isEqualTo(Processed.NO);
		assertThat(this.fixture.dialled).isZero();
		assertThatThrownBy(() -> this.endpoint.connection().block()).isInstanceOf(RpcException.class);
	}

	@Test
	void whenLastConnectionBreaksAfterReleaseThenNothingIsDialled() {
		FakeConnection connection = connect();
		connection.inFlight = 1;
		this.pool.release(this.endpoint);
		connection.lose();
		pass(5000);
		assertThat(this.fixture.dialled).isEqualTo(1);
	}

}
