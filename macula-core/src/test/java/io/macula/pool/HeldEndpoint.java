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

import java.util.ArrayList;
import java.util.List;

import io.macula.Code;
import io.macula.Processed;
import io.macula.Status;
import io.macula.transport.Connection;
import org.jspecify.annotations.Nullable;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * An endpoint in the model of a pool's life, from the first that retains it to the last
 * call.
 */
final class HeldEndpoint {

	private final PoolWorld world;

	final EndpointPool pool;

	final List<HeldConnection> connections = new ArrayList<>();

	final List<Waiter> waiting = new ArrayList<>();

	/** Under way. */
	@Nullable FakeDial dial;

	/** What the directory told last. */
	long incarnation;

	int holders;

	/** Whether nothing new is accepted. */
	boolean over;

	boolean redialRefused;

	private long usedNanos;

	private long busyNanos;

	private EndpointPool.@Nullable State seen;

	HeldEndpoint(PoolWorld world, EndpointPool pool, long incarnation) {
		this.world = world;
		this.pool = pool;
		this.incarnation = incarnation;
		this.usedNanos = world.now();
		this.busyNanos = world.now();
	}

	void seeState() {
		this.seen = this.pool.state();
	}

	List<HeldConnection> usable() {
		return this.connections.stream().filter(HeldConnection::isUsable).toList();
	}

	void used() {
		if (!this.pool.connections().isEmpty()) {
			this.usedNanos = this.world.now();
		}
	}

	void wait(int retries) {
		HeldWaiter waiter = new HeldWaiter(this, retries);
		this.waiting.add(waiter);
		used();
		this.pool.acquire(waiter);
	}

	/** Somebody got it, and sends a call. */
	void given(Connection given) {
		HeldConnection connection = PoolWorld.choose(this.connections, 0, (each) -> each.fake == given);
		boolean better = this.connections.stream().anyMatch((each) -> each.state() == Connection.State.READY);
		if (connection == null || !connection.isUsable() || (better && connection.state() != Connection.State.READY)) {
			this.world.faults.add(given + " was given: " + this);
		}
		else {
			connection.fake.inFlight++;
		}
	}

	/** To the process that is meant or to another, which may drain or be lost at once. */
	HeldConnection dialSucceeds(int choice) {
		HeldConnection connection = new HeldConnection(this.world, this,
				(choice % 3 == 0) ? choice / 3 % 3 : this.incarnation);
		switch (choice / 9 % 8) {
			case 0 -> connection.fake.lose();
			case 1 -> connection.fake.goAway();
			default -> {
				// It is as it should be.
			}
		}
		connected(connection);
		connection.closeIfDrained();
		return connection;
	}

	/** To the process that is meant. */
	HeldConnection dialSucceeds() {
		return connected(new HeldConnection(this.world, this, this.incarnation));
	}

	private HeldConnection connected(HeldConnection connection) {
		this.connections.add(connection);
		this.usedNanos = this.world.now();
		over().succeed(connection.fake);
		return connection;
	}

	void dialFails(int choice) {
		switch (choice % 3) {
			case 0 -> over().fail(PoolFixture.REFUSED);
			case 1 -> over().fail(new IllegalStateException("the connector is broken"));
			default -> over().endWithNothing();
		}
	}

	private FakeDial over() {
		FakeDial ended = this.dial;
		assertThat(ended).isNotNull();
		this.dial = null;
		return ended;
	}

	void check() {
		assertThat(this.waiting).hasSizeLessThanOrEqualTo(PoolWorld.MAX_PENDING);
		assertThat(this.seen).as("what a listener saw of %s", this).isEqualTo(this.pool.state());
		this.connections.forEach(HeldConnection::check);
		List<HeldConnection> usable = usable();
		if (isBusy()) {
			this.busyNanos = this.world.now();
		}
		if (this.over) {
			assertThat(this.pool.state()).isEqualTo(EndpointPool.State.CLOSED);
			assertThat(this.waiting).as("who waits for %s", this).isEmpty();
			assertThat(usable).as("connections of %s", this).isEmpty();
			assertThat(this.pool.isClosed()).as("the end of %s", this)
				.isEqualTo(this.dial == null && this.connections.stream().allMatch(HeldConnection::isForgotten));
			return;
		}
		assertThat(usable).hasSizeLessThanOrEqualTo(this.world.settings.connectionsPerEndpoint());
		assertThat(usable.isEmpty() || this.waiting.isEmpty()).as("who waits for %s", this).isTrue();
		assertThat(this.pool.connections()).containsAll(usable.stream().map((connection) -> connection.fake).toList());
		if (!isChanging()) {
			assertThat(this.pool.connections()).hasSameSizeAs(usable);
			checkState(usable);
		}
	}

	private void checkState(List<HeldConnection> usable) {
		boolean ready = usable.stream().anyMatch((connection) -> connection.state() == Connection.State.READY);
		switch (this.pool.state()) {
			case READY -> assertThat(ready).as("%s", this).isTrue();
			case SUSPECTED -> assertThat(!ready && !usable.isEmpty()).as("%s", this).isTrue();
			case CONNECTING -> assertThat(usable.isEmpty() && this.dial != null).as("%s", this).isTrue();
			case IDLE ->
				assertThat(usable.isEmpty() && this.dial == null && this.waiting.isEmpty()).as("%s", this).isTrue();
			case FAILED -> assertThat(usable).as("%s", this).isEmpty();
			case CLOSED -> assertThat(this.over).as("%s", this).isTrue();
		}
	}

	/** Time has passed. */
	void checkEviction() {
		long due = Math.max(this.usedNanos + this.world.settings.idleEviction().toNanos(), this.busyNanos)
				+ PoolWorld.SWEEP.toNanos();
		if (this.world.now() > due && !isBusy() && !isChanging()) {
			assertThat(usable()).as("connections of %s, which nobody uses", this).isEmpty();
		}
	}

	boolean isBusy() {
		return this.dial != null || !this.waiting.isEmpty() || this.connections.stream()
			.anyMatch((connection) -> !connection.isForgotten() && connection.fake.inFlight > 0);
	}

	/** Whether the pool does not know all of its connections yet. */
	boolean isChanging() {
		return this.connections.stream()
			.anyMatch((connection) -> !connection.untold.isEmpty() && connection.isWatched());
	}

	boolean needsRedial() {
		return !this.over && this.dial == null && !isChanging()
				&& (!this.waiting.isEmpty() || (dialsByItself() && !this.redialRefused));
	}

	boolean mayRedial() {
		return !this.over && this.dial == null && (dialsByItself() || isChanging());
	}

	private boolean dialsByItself() {
		EndpointPool.State state = this.pool.state();
		return state == EndpointPool.State.SUSPECTED || state == EndpointPool.State.FAILED;
	}

	@Override
	public String toString() {
		return this.pool.endpoint() + " (" + this.pool.state() + ((this.over) ? ", over" : "")
				+ ((this.dial != null) ? ", dialled" : "") + ", waiting " + this.waiting.size() + ", "
				+ this.connections + ")";
	}

	/** Somebody who waits; tries again a few times. */
	private static final class HeldWaiter implements Waiter {

		private final HeldEndpoint held;

		private final int retries;

		HeldWaiter(HeldEndpoint held, int retries) {
			this.held = held;
			this.retries = retries;
		}

		@Override
		public void connected(Connection connection) {
			over("a connection");
			this.held.given(connection);
		}

		@Override
		public void failed(Status status) {
			if (status.code() == Code.RESOURCE_EXHAUSTED && this.held.waiting.size() <= PoolWorld.MAX_PENDING) {
				this.held.world.faults.add("refused while few wait: " + this.held);
			}
			if (status.processed() != Processed.NO) {
				this.held.world.faults.add("told to one that waits: " + status);
			}
			over(status);
			if (this.retries > 0) {
				this.held.wait(this.retries - 1);
			}
		}

		private void over(Object outcome) {
			if (!this.held.waiting.remove(this)) {
				this.held.world.faults.add("told to one that does not wait: " + outcome);
			}
		}

	}

}
