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
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import io.macula.Code;
import io.macula.transport.Connection;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Flux;

import static io.macula.pool.PoolFixture.ONE;
import static io.macula.pool.PoolFixture.REFUSED;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests of what {@link EndpointPool} does to foreign code: none of it runs under a lock,
 * and none of it that throws keeps the rest from being done.
 */
class EndpointPoolLockTests {

	private static final Set<String> EVERYBODY = Set.of("listener", "connector", "subscription", "waiter", "change",
			"end", "states", "timer");

	private final PoolFixture fixture = new PoolFixture();

	private final ConnectionPool pool = this.fixture.pool();

	private final EndpointPool endpoint = this.pool.retain(ONE, 1);

	private final List<Outcomes> waiters = new ArrayList<>();

	private final Set<String> called = new TreeSet<>();

	private final List<String> stuck = new ArrayList<>();

	/** What foreign code does when it is called. */
	private Runnable deed = () -> {
	};

	private boolean doing;

	private void called(String who) {
		if (this.doing) {
			return;
		}
		this.called.add(who);
		this.doing = true;
		try {
			this.deed.run();
		}
		finally {
			this.doing = false;
		}
	}

	/**
	 * Calls the pool on another thread and waits for it, as whoever holds a lock would.
	 */
	private void useElsewhere() {
		Thread thread = new Thread(() -> {
			Outcomes waiter = new Outcomes();
			this.endpoint.acquire(waiter);
			this.endpoint.remove(waiter);
			this.endpoint.onChange(() -> {
			}).dispose();
			this.endpoint.isIdle();
			this.pool.release(this.pool.retain(ONE, 0));
		}, "elsewhere");
		thread.setDaemon(true);
		thread.start();
		try {
			thread.join(TimeUnit.SECONDS.toMillis(10));
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
		if (thread.isAlive()) {
			this.stuck.add(this.called.toString());
		}
	}

	private void waitForConnection() {
		Outcomes waiter = new Outcomes();
		waiter.onOutcome = () -> called("waiter");
		this.waiters.add(waiter);
		this.endpoint.acquire(waiter);
	}

	private FakeConnection connection(long incarnation) {
		FakeConnection connection = new FakeConnection(ONE, incarnation);
		connection.onEnd = () -> called("end");
		Flux<Connection.State> states = connection.states();
		connection.states = () -> {
			called("states");
			return states;
		};
		return connection;
	}

	private FakeDial dial() {
		return this.fixture.dials.removeLast();
	}

	private void pass() {
		this.fixture.time.pass(Duration.ofMillis(130));
	}

	/** A whole life, with each call of foreign code that there is. */
	private void live() {
		this.fixture.onTold = () -> called("listener");
		this.fixture.time.onSchedule = () -> called("timer");
		this.fixture.onDial = (dial) -> {
			dial.onSubscribe = () -> called("subscription");
			called("connector");
		};
		waitForConnection();
		waitForConnection();
		dial().fail(REFUSED);
		waitForConnection();
		waitForConnection();
		pass();
		FakeConnection first = connection(1);
		dial().succeed(first);
		first.state(Connection.State.SUSPECTED);
		FakeConnection second = connection(1);
		dial().succeed(second);
		second.goAway();
		pass();
		dial().succeed(connection(1));
		this.endpoint.renewed(2);
		pass();
		dial().succeed(connection(2));
		this.endpoint.evict();
		waitForConnection();
		waitForConnection();
		this.pool.close();
	}

	@Test
	void whenForeignCodeWaitsForAnotherThreadThatUsesThePoolThenNobodyIsStuck() {
		this.endpoint.onChange(() -> called("change"));
		this.deed = this::useElsewhere;
		live();
		assertThat(this.stuck).isEmpty();
		assertThat(this.called).containsExactlyInAnyOrderElementsOf(EVERYBODY);
		assertThat(this.waiters).allMatch((waiter) -> waiter.count() == 1);
	}

	@Test
	void whenLogWaitsForAnotherThreadThatUsesThePoolThenNobodyIsStuck() {
		Logger logger = (Logger) LoggerFactory.getLogger(ConnectionPool.class);
		AppenderBase<ILoggingEvent> appender = new AppenderBase<>() {

			@Override
			protected void append(ILoggingEvent event) {
				called("log");
			}

		};
		appender.start();
		logger.addAppender(appender);
		try (ConnectionPool logged = new ConnectionPool(PoolSettings.defaults(), this.fixture, this.fixture.time,
				this.fixture.time::nanos, new LoggingPoolListener(this.fixture.time::nanos))) {
			EndpointPool loud = logged.retain(ONE, 0);
			this.deed = () -> {
				Thread thread = new Thread(() -> loud.remove(new Outcomes()), "elsewhere");
				thread.setDaemon(true);
				thread.start();
				try {
					thread.join(TimeUnit.SECONDS.toMillis(10));
				}
				catch (InterruptedException ex) {
					Thread.currentThread().interrupt();
				}
				if (thread.isAlive()) {
					this.stuck.add("log");
				}
			};
			loud.acquire(new Outcomes());
			dial().fail(REFUSED);
			pass();
			FakeConnection connection = dial().succeed();
			connection.lose();
		}
		finally {
			logger.detachAppender(appender);
		}
		assertThat(this.called).containsExactly("log");
		assertThat(this.stuck).isEmpty();
	}

	@Test
	void whenForeignCodeThrowsThenEverybodyElseIsToldAndTheStatesAreWhole() {
		this.fixture.onTold = () -> {
			throw new IllegalStateException("listener");
		};
		boolean[] added = { false };
		List<EndpointPool.State> seen = new ArrayList<>();
		this.endpoint.onChange(() -> {
			if (added[0]) {
				throw new IllegalStateException("change");
			}
		});
		added[0] = true;
		this.endpoint.onChange(() -> seen.add(this.endpoint.state()));
		List<Outcomes> throwing = new ArrayList<>();
		for (int i = 0; i < 3; i++) {
			Outcomes waiter = new Outcomes();
			waiter.onOutcome = () -> {
				throw new AssertionError("waiter");
			};
			throwing.add(waiter);
			this.endpoint.acquire(waiter);
		}
		dial().fail(REFUSED);
		assertThat(throwing).allMatch((waiter) -> REFUSED.equals(waiter.failure()));
		throwing.forEach(this.endpoint::acquire);
		pass();
		FakeConnection connection = connection(1);
		dial().succeed(connection);
		assertThat(throwing).allMatch((waiter) -> waiter.connections.equals(List.of(connection)));
		assertThat(this.endpoint.state()).isEqualTo(EndpointPool.State.READY);
		connection.goAway();
		pass();
		FakeConnection next = connection(1);
		next.onEnd = () -> {
			throw new IllegalStateException("end");
		};
		dial().succeed(next);
		assertThat(this.endpoint.connections()).containsExactly(next);
		this.endpoint.evict();
		this.pool.release(this.endpoint);
		assertThat(this.endpoint.state()).isEqualTo(EndpointPool.State.CLOSED);
		assertThat(seen).containsExactly(EndpointPool.State.IDLE, EndpointPool.State.CONNECTING,
				EndpointPool.State.FAILED, EndpointPool.State.READY, EndpointPool.State.FAILED,
				EndpointPool.State.READY, EndpointPool.State.CLOSED);
	}

	@Test
	void whenListenerThrowsAtOnceThenItIsNotAdded() {
		int[] calls = { 0 };
		Runnable broken = () -> {
			calls[0]++;
			throw new IllegalStateException("broken");
		};
		try {
			this.endpoint.onChange(broken);
		}
		catch (IllegalStateException ex) {
			assertThat(ex).hasMessage("broken");
		}
		this.fixture.acquire(this.endpoint);
		assertThat(calls[0]).isEqualTo(1);
	}

	@Test
	void whenWaiterAcquiresAgainFromItsFailureThenItWaitsForTheNextDial() {
		Outcomes again = new Outcomes();
		Outcomes waiter = new Outcomes();
		waiter.onOutcome = () -> this.endpoint.acquire(again);
		this.endpoint.acquire(waiter);
		dial().fail(REFUSED);
		assertThat(again.count()).isZero();
		pass();
		assertThat(dial().succeed()).isSameAs(again.connection());
	}

	@Test
	void whenWaiterClosesThePoolFromItsConnectionThenTheOthersHaveTheirsAlready() {
		Outcomes first = new Outcomes();
		first.onOutcome = this.pool::close;
		this.endpoint.acquire(first);
		Outcomes second = this.fixture.acquire(this.endpoint);
		FakeConnection connection = dial().succeed();
		assertThat(first.connection()).isSameAs(connection);
		assertThat(second.connection()).isSameAs(connection);
		assertThat(connection.state()).isEqualTo(Connection.State.CLOSED);
		assertThat(this.fixture.acquire(this.endpoint).failure().code()).isEqualTo(Code.UNAVAILABLE);
	}

}
