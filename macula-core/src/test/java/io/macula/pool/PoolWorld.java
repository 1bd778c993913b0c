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
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

import io.macula.Endpoint;
import io.macula.transport.Connection;
import org.jspecify.annotations.Nullable;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * One pool, its endpoints, its peers and its time, as the model of its life sees them.
 * <p>
 * What must hold:
 * <ul>
 * <li>each waiter has one outcome, unless it gave up; until then a dial is under way or
 * scheduled, or the end of a connection is about to be told;</li>
 * <li>nobody gets a connection that drains or is closed, and a suspected one only where
 * none is ready;</li>
 * <li>an endpoint has as many connections as it may have, and one dial at a time; the
 * whole has more than it may have only while all others are busy;</li>
 * <li>a connection with calls in flight is not closed by this side, unless the whole is,
 * or the process at its end is another one; a released one is closed with its last
 * call;</li>
 * <li>what nobody uses is evicted in time;</li>
 * <li>the state is that of the connections, and the listeners have seen it;</li>
 * <li>who retains nothing any more, or all once it drains, gets no connection and dials
 * nothing; once all is closed, no connection is open and no timer is left.</li>
 * </ul>
 */
final class PoolWorld {

	private static final List<Endpoint> ENDPOINTS = List.of(PoolFixture.ONE, PoolFixture.TWO, PoolFixture.THREE);

	static final int MAX_PENDING = 3;

	/** How often it is looked for what nobody uses. */
	static final Duration SWEEP = Duration.ofSeconds(10);

	private final PoolFixture fixture = new PoolFixture();

	final PoolSettings settings;

	private final ConnectionPool pool;

	/** All that ever were. */
	private final List<HeldEndpoint> all = new ArrayList<>();

	/** Those that are retained. */
	private final Map<Endpoint, HeldEndpoint> retained = new HashMap<>();

	/** Whether the next dials succeed, at once. */
	private final Deque<Boolean> atOnce = new ArrayDeque<>();

	/** Told by what the pool calls, which guards itself against whatever is thrown. */
	final List<String> faults = new ArrayList<>();

	private boolean drained;

	boolean closed;

	boolean releasedAreClosed;

	PoolWorld(int perEndpoint) {
		this.settings = PoolFixture.settings(perEndpoint, 2 * perEndpoint, MAX_PENDING);
		this.fixture.onDial = this::dialled;
		this.pool = this.fixture.pool(this.settings);
		retain(0);
	}

	// The steps

	void retain(int choice) {
		Endpoint endpoint = ENDPOINTS.get(choice % ENDPOINTS.size());
		long incarnation = (choice / 3 % 3 == 0) ? choice / 9 % 3 : 0;
		HeldEndpoint held = this.retained.get(endpoint);
		List<HeldConnection> outdated = new ArrayList<>();
		if (held != null && !held.over && incarnation != 0 && incarnation != held.incarnation) {
			held.incarnation = incarnation;
			outdated.addAll(held.usable());
			outdated.removeIf((connection) -> connection.fake.peer().incarnation() == incarnation);
		}
		EndpointPool given = this.pool.retain(endpoint, incarnation);
		if (held == null) {
			held = new HeldEndpoint(this, given, incarnation);
			held.over = this.drained || this.closed;
			this.all.add(held);
			this.retained.put(endpoint, held);
			given.onChange(held::seeState);
		}
		assertThat(given).isSameAs(held.pool);
		held.holders++;
		assertThat(outdated).as("connections to a process of before").allMatch(HeldConnection::isClosed);
	}

	/** Also by those that gave it back already. */
	void release(int choice) {
		HeldEndpoint held = this.all.get(choice % this.all.size());
		if (held.holders > 0 && --held.holders == 0 && this.retained.remove(held.pool.endpoint(), held)) {
			held.over = true;
		}
		this.pool.release(held.pool);
	}

	/** Also of one that is released. */
	void acquire(int choice) {
		HeldEndpoint held = this.all.get(choice % this.all.size());
		List<HeldConnection> before = held.usable();
		held.used();
		Connection ready = held.pool.ready(now());
		if (ready != null) {
			held.given(ready);
		}
		else {
			assertThat(before).as("connections that could be had").isEmpty();
			held.wait(choice / 5 % 3);
		}
	}

	void giveUp(int choice) {
		HeldEndpoint held = choose(this.all, choice, (each) -> !each.waiting.isEmpty());
		if (held != null) {
			Waiter waiting = held.waiting.remove(choice / 3 % held.waiting.size());
			assertThat(held.pool.remove(waiting)).as("it was still waiting").isTrue();
		}
	}

	/** Or a failure: it is all the same to the pool. */
	void answer(int choice) {
		HeldConnection connection = choose(connections(), choice, (each) -> each.fake.inFlight > 0);
		if (connection != null) {
			connection.answer();
		}
	}

	void dialSucceeds(int choice) {
		HeldEndpoint held = choose(this.all, choice, (each) -> each.dial != null);
		if (held != null) {
			HeldConnection connection = held.dialSucceeds(choice / 3);
			if (connection.isUsable()) {
				checkRoom(held);
			}
		}
	}

	void dialFails(int choice) {
		HeldEndpoint held = choose(this.all, choice, (each) -> each.dial != null);
		if (held != null) {
			// Even if the timer takes no tasks.
			boolean refused = choice / 3 % 5 == 0;
			this.fixture.time.rejecting = refused;
			List<Waiter> before = List.copyOf(held.waiting);
			held.dialFails(choice / 15);
			assertThat(before).as("who waited for the dial").noneMatch(held.waiting::contains);
			// Another may have been dialled meanwhile.
			held.redialRefused |= refused;
			this.fixture.time.rejecting = false;
		}
	}

	void dialAtOnce(int choice) {
		this.atOnce.add(choice % 2 == 0);
	}

	void goAway(int choice) {
		HeldConnection connection = choose(connections(), choice, HeldConnection::isUsable);
		if (connection != null) {
			connection.goAway();
		}
	}

	/** Its calls may go elsewhere, and come back. */
	void lose(int choice) {
		HeldConnection connection = choose(connections(), choice, (each) -> !each.isClosed());
		if (connection != null) {
			int failed = connection.fake.inFlight;
			connection.fake.inFlight = 0;
			connection.fake.lose();
			for (int i = 0; i < failed && choice / 7 % 2 == 0; i++) {
				connection.held.wait(0);
			}
		}
	}

	void suspect(int choice) {
		HeldConnection connection = choose(connections(), choice,
				(each) -> each.fake.state() == Connection.State.READY);
		if (connection != null) {
			connection.fake.state(Connection.State.SUSPECTED);
		}
	}

	void alive(int choice) {
		HeldConnection connection = choose(connections(), choice,
				(each) -> each.fake.state() == Connection.State.SUSPECTED);
		if (connection != null) {
			connection.fake.state(Connection.State.READY);
		}
	}

	void tell(int choice) {
		HeldConnection connection = choose(connections(), choice, (each) -> !each.untold.isEmpty());
		if (connection != null) {
			connection.tell();
		}
	}

	void pass(int choice) {
		this.fixture.time
			.pass((choice % 4 == 0) ? Duration.ofMinutes(choice / 4 % 7) : Duration.ofMillis(choice % 1500));
		if (!this.drained && !this.closed) {
			this.all.forEach(HeldEndpoint::checkEviction);
		}
	}

	/** As the pool does with what nobody uses. */
	void evict(int choice) {
		HeldEndpoint held = choose(this.all, choice, (each) -> each.pool.isIdle() && !each.usable().isEmpty());
		if (held != null) {
			held.pool.evict();
		}
	}

	void closeReleased(int choice) {
		this.releasedAreClosed = true;
		this.pool.closeReleased();
	}

	void drain(int choice) {
		this.drained = true;
		this.all.forEach((held) -> held.over = true);
		this.pool.drain();
	}

	void close(int choice) {
		this.closed = true;
		this.all.forEach((held) -> held.over = true);
		this.retained.clear();
		this.pool.close();
	}

	// What must hold

	void check() {
		assertThat(this.faults).isEmpty();
		this.all.forEach(HeldEndpoint::check);
		this.releasedAreClosed = false;
		long redials = this.fixture.time.scheduled() - ((this.closed) ? 0 : 1);
		assertThat(redials).as("redials")
			.isGreaterThanOrEqualTo(this.all.stream().filter(HeldEndpoint::needsRedial).count())
			.isLessThanOrEqualTo(this.all.stream().filter(HeldEndpoint::mayRedial).count());
		if (this.closed) {
			assertThat(connections()).as("connections after the close").allMatch(HeldConnection::isClosed);
		}
	}

	/** Somebody was connected just now. */
	private void checkRoom(HeldEndpoint connected) {
		List<HeldEndpoint> others = new ArrayList<>(this.retained.values());
		int open = others.stream().mapToInt((held) -> held.usable().size()).sum();
		if (open > this.settings.maxConnections()) {
			others.remove(connected);
			others.removeIf((held) -> held.usable().isEmpty());
			assertThat(others).as("others, while %s connections are open", open).allMatch(HeldEndpoint::isBusy);
		}
	}

	/** All is told and dialled; then it is closed, at once or after the last call. */
	void end() {
		settle();
		this.fixture.time.pass(DialBackoff.MAX.multipliedBy(2));
		settle();
		assertThat(this.all).as("endpoints that somebody waits for").allMatch((held) -> held.waiting.isEmpty());
		if (this.all.size() % 2 == 0) {
			for (HeldEndpoint held : List.copyOf(this.retained.values())) {
				while (held.holders > 0) {
					release(this.all.indexOf(held));
					check();
				}
			}
			for (HeldConnection connection : connections()) {
				while (connection.fake.inFlight > 0) {
					connection.answer();
					check();
				}
			}
			settle();
			assertThat(this.all).allMatch((held) -> held.pool.isClosed());
		}
		close(0);
		check();
		settle();
		assertThat(this.all).allMatch((held) -> held.pool.isClosed());
	}

	private void settle() {
		this.atOnce.clear();
		while (this.all.stream().anyMatch((held) -> held.dial != null || held.isChanging())) {
			connections().forEach(HeldConnection::tellAll);
			check();
			for (HeldEndpoint held : this.all) {
				if (held.dial != null) {
					HeldConnection connection = held.dialSucceeds();
					assertThat(held.usable().isEmpty()).as("%s after %s", held, connection).isEqualTo(held.over);
					check();
				}
			}
		}
	}

	private void dialled(FakeDial dial) {
		HeldEndpoint held = this.retained.get(dial.endpoint);
		if (held == null || held.over || held.dial != null) {
			this.faults.add(dial.endpoint + " is dialled: " + held);
			return;
		}
		held.dial = dial;
		held.redialRefused = false;
		Boolean outcome = this.atOnce.poll();
		if (outcome != null) {
			dial.onSubscribe = (outcome) ? () -> held.dialSucceeds() : () -> held.dialFails(0);
		}
	}

	long now() {
		return this.fixture.time.nanos();
	}

	List<HeldConnection> connections() {
		return this.all.stream().flatMap((held) -> held.connections.stream()).toList();
	}

	static <T> @Nullable T choose(List<T> choices, int choice, Predicate<T> condition) {
		List<T> fitting = choices.stream().filter(condition).toList();
		return (fitting.isEmpty()) ? null : fitting.get(choice % fitting.size());
	}

}
