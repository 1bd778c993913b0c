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
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;

import io.macula.Code;
import io.macula.Endpoint;
import io.macula.Status;
import io.macula.transport.Connection;
import io.macula.transport.FakeConnection;
import org.junit.jupiter.api.Test;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests of {@link ConnectionPool} and {@link EndpointPool} with dials that the test ends.
 */
class ConnectionPoolTests {

	private static final Endpoint ONE = new Endpoint("10.0.0.1", 9443);

	private static final Status REFUSED = Status.notProcessed(Code.UNAVAILABLE, "port unreachable");

	private final AtomicLong now = new AtomicLong();

	private final List<Task> tasks = new ArrayList<>();

	private final Deque<Sinks.One<Connection>> dials = new ArrayDeque<>();

	private final Random random = new Random(1);

	private int dialled;

	private ConnectionPool pool(PoolSettings settings) {
		return new ConnectionPool(settings, (endpoint, timeout) -> Mono.defer(() -> {
			this.dialled++;
			Sinks.One<Connection> dial = Sinks.one();
			this.dials.add(dial);
			return dial.asMono();
		}), this::schedule, this.now::get, PoolListener.SILENT, () -> this.random);
	}

	private Disposable schedule(Runnable action, Duration delay) {
		Task task = new Task(this.now.get() + delay.toNanos(), action);
		this.tasks.add(task);
		return () -> this.tasks.remove(task);
	}

	private void pass(Duration duration) {
		long end = this.now.get() + duration.toNanos();
		while (true) {
			Task next = this.tasks.stream()
				.filter((task) -> task.time <= end)
				.min(Comparator.comparingLong((task) -> task.time))
				.orElse(null);
			if (next == null) {
				break;
			}
			this.tasks.remove(next);
			this.now.set(Math.max(this.now.get(), next.time));
			next.action.run();
		}
		this.now.set(end);
	}

	private FakeConnection succeed(Endpoint endpoint, long incarnation) {
		FakeConnection connection = new FakeConnection(endpoint, incarnation);
		this.dials.remove().tryEmitValue(connection);
		return connection;
	}

	private void refuse() {
		this.dials.remove().tryEmitError(REFUSED.toException());
	}

	@Test
	void manyWaitersShareOneDial() {
		EndpointPool endpoint = pool(PoolSettings.defaults()).retain(ONE, 0);
		List<Recorder> waiters = new ArrayList<>();
		for (int i = 0; i < 10; i++) {
			Recorder waiter = new Recorder();
			waiters.add(waiter);
			endpoint.acquire(waiter);
		}
		assertThat(this.dialled).isEqualTo(1);
		assertThat(endpoint.state()).isEqualTo(EndpointPool.State.CONNECTING);
		FakeConnection connection = succeed(ONE, 0);
		assertThat(waiters).allMatch((waiter) -> waiter.connection == connection);
		assertThat(endpoint.ready(0)).isSameAs(connection);
	}

	@Test
	void failedDialFailsItsWaitersAndIsRepeatedEverMoreSlowly() {
		EndpointPool endpoint = pool(PoolSettings.defaults()).retain(ONE, 0);
		Recorder first = new Recorder();
		endpoint.acquire(first);
		refuse();
		assertThat(first.status).isEqualTo(REFUSED);
		assertThat(endpoint.state()).isEqualTo(EndpointPool.State.FAILED);
		for (int i = 0; i < 8; i++) {
			pass(Duration.ofMillis(1300));
			refuse();
		}
		assertThat(endpoint.state()).isEqualTo(EndpointPool.State.FAILED);
		this.dialled = 0;
		for (int i = 0; i < 10; i++) {
			pass(Duration.ofSeconds(1));
			if (!this.dials.isEmpty()) {
				refuse();
			}
		}
		assertThat(this.dialled).isBetween(6, 12);
	}

	@Test
	void waiterOfFailedEndpointGetsTheOutcomeOfTheNextDial() {
		EndpointPool endpoint = pool(PoolSettings.defaults()).retain(ONE, 0);
		endpoint.acquire(new Recorder());
		refuse();
		Recorder waiter = new Recorder();
		endpoint.acquire(waiter);
		assertThat(this.dials).isEmpty();
		pass(Duration.ofMillis(100));
		FakeConnection connection = succeed(ONE, 0);
		assertThat(waiter.connection).isSameAs(connection);
	}

	@Test
	void newIncarnationEvictsStaleConnectionAndDialsFailedEndpointAtOnce() {
		ConnectionPool pool = pool(PoolSettings.defaults());
		EndpointPool endpoint = pool.retain(ONE, 1);
		endpoint.acquire(new Recorder());
		FakeConnection old = succeed(ONE, 1);
		endpoint.renewed(2);
		assertThat(old.state()).isEqualTo(Connection.State.CLOSED);
		assertThat(endpoint.ready(0)).isNull();
	}

	@Test
	void lowerIncarnationEvictsAsWellBecauseTheClockMayHaveBeenSetBack() {
		EndpointPool endpoint = pool(PoolSettings.defaults()).retain(ONE, 5);
		endpoint.acquire(new Recorder());
		FakeConnection old = succeed(ONE, 5);
		endpoint.renewed(3);
		assertThat(old.state()).isEqualTo(Connection.State.CLOSED);
	}

	@Test
	void connectionToUnexpectedButNewerProcessIsKept() {
		EndpointPool endpoint = pool(PoolSettings.defaults()).retain(ONE, 1);
		endpoint.acquire(new Recorder());
		FakeConnection connection = succeed(ONE, 2);
		endpoint.renewed(2);
		assertThat(endpoint.ready(0)).isSameAs(connection);
	}

	@Test
	void idleConnectionIsEvictedAndPoolStaysUsable() {
		EndpointPool endpoint = pool(PoolSettings.defaults()).retain(ONE, 0);
		endpoint.acquire(new Recorder());
		FakeConnection connection = succeed(ONE, 0);
		pass(Duration.ofMinutes(6));
		assertThat(connection.state()).isEqualTo(Connection.State.CLOSED);
		assertThat(endpoint.state()).isEqualTo(EndpointPool.State.IDLE);
		Recorder waiter = new Recorder();
		endpoint.acquire(waiter);
		succeed(ONE, 0);
		assertThat(waiter.connection).isNotNull();
	}

	@Test
	void beyondTheBoundTheLeastRecentlyUsedIdleConnectionLeaves() {
		ConnectionPool pool = pool(new PoolSettings(1, Duration.ofMinutes(5), 2, 10, Duration.ofSeconds(1)));
		List<FakeConnection> connections = new ArrayList<>();
		for (int i = 1; i <= 3; i++) {
			pass(Duration.ofSeconds(1));
			Endpoint address = new Endpoint("10.0.0." + i, 9443);
			pool.retain(address, 0).acquire(new Recorder());
			connections.add(succeed(address, 0));
		}
		assertThat(connections).extracting(FakeConnection::state)
			.containsExactly(Connection.State.CLOSED, Connection.State.READY, Connection.State.READY);
	}

	@Test
	void suspectedConnectionIsReplacedByOneThatAnswers() {
		EndpointPool endpoint = pool(PoolSettings.defaults()).retain(ONE, 0);
		endpoint.acquire(new Recorder());
		FakeConnection old = succeed(ONE, 0);
		old.state(Connection.State.SUSPECTED);
		assertThat(endpoint.state()).isEqualTo(EndpointPool.State.SUSPECTED);
		refuse();
		pass(Duration.ofMillis(200));
		FakeConnection fresh = succeed(ONE, 0);
		assertThat(endpoint.state()).isEqualTo(EndpointPool.State.READY);
		assertThat(endpoint.connections()).containsExactly(fresh);
		assertThat(old.state()).isEqualTo(Connection.State.CLOSED);
	}

	@Test
	void suspectedConnectionThatComesBackIsKeptAndTheSpareOneClosed() {
		EndpointPool endpoint = pool(PoolSettings.defaults()).retain(ONE, 0);
		endpoint.acquire(new Recorder());
		FakeConnection old = succeed(ONE, 0);
		old.state(Connection.State.SUSPECTED);
		old.state(Connection.State.READY);
		FakeConnection spare = succeed(ONE, 0);
		assertThat(endpoint.connections()).containsExactly(old);
		assertThat(spare.state()).isEqualTo(Connection.State.CLOSED);
		assertThat(endpoint.state()).isEqualTo(EndpointPool.State.READY);
	}

	@Test
	void tooManyWaitersAreRefusedAsNotProcessed() {
		EndpointPool endpoint = pool(new PoolSettings(1, Duration.ofMinutes(5), 10, 2, Duration.ofSeconds(1)))
			.retain(ONE, 0);
		endpoint.acquire(new Recorder());
		endpoint.acquire(new Recorder());
		Recorder third = new Recorder();
		endpoint.acquire(third);
		assertThat(third.status.code()).isEqualTo(Code.RESOURCE_EXHAUSTED);
		assertThat(third.status.message()).contains("max-pending");
	}

	@Test
	void releasedEndpointFinishesAndIsForgotten() {
		ConnectionPool pool = pool(PoolSettings.defaults());
		EndpointPool first = pool.retain(ONE, 0);
		EndpointPool second = pool.retain(ONE, 0);
		assertThat(first).isSameAs(second);
		first.acquire(new Recorder());
		FakeConnection connection = succeed(ONE, 0);
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
		Recorder waiter = new Recorder();
		endpoint.acquire(waiter);
		pool.close();
		assertThat(waiter.status).isNotNull();
		FakeConnection late = succeed(ONE, 0);
		assertThat(late.state()).isEqualTo(Connection.State.CLOSED);
	}

	@Test
	void furtherConnectionsAreOpenedBesideTheFirstOne() {
		EndpointPool endpoint = pool(new PoolSettings(2, Duration.ofMinutes(5), 10, 2, Duration.ofSeconds(1)))
			.retain(ONE, 0);
		endpoint.acquire(new Recorder());
		succeed(ONE, 0);
		assertThat(endpoint.ready(0)).isNotNull();
		succeed(ONE, 0);
		assertThat(endpoint.connections()).hasSize(2);
		endpoint.ready(0);
		assertThat(this.dials).isEmpty();
	}

	/** Remembers what it was told. */
	private static final class Recorder implements Waiter {

		private Connection connection;

		private Status status;

		@Override
		public void connected(Connection connection) {
			this.connection = connection;
		}

		@Override
		public void failed(Status status) {
			this.status = status;
		}

	}

	/** Something to run later. */
	private static final class Task {

		private final long time;

		private final Runnable action;

		Task(long time, Runnable action) {
			this.time = time;
			this.action = action;
		}

	}

}
