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

import java.util.ArrayDeque;
import java.util.Deque;

import io.macula.transport.Connection;
import reactor.core.publisher.Sinks;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A connection in the model of a pool's life, which came of a dial.
 */
final class HeldConnection {

	private final PoolWorld world;

	final HeldEndpoint held;

	final FakeConnection fake;

	/** Changes that the pool does not know yet. */
	final Deque<Connection.State> untold = new ArrayDeque<>();

	private final Sinks.Many<Connection.State> told = Sinks.many().unicast().onBackpressureBuffer();

	/** Whether a change is told later than it can be seen. */
	private final boolean late;

	HeldConnection(PoolWorld world, HeldEndpoint held, long incarnation) {
		this.world = world;
		this.late = world.connections().size() % 2 == 1;
		this.held = held;
		this.fake = new FakeConnection(held.pool.endpoint(), incarnation);
		this.fake.states().subscribe(this::changed);
		this.fake.states = this.told::asFlux;
		this.fake.onEnd = this::endedHere;
		tellAll();
	}

	/** This side drains or closes it. */
	private void endedHere() {
		if (state() == Connection.State.READY && this.fake.inFlight > 0 && !this.held.over && !isReplaced()) {
			this.world.faults.add("ended while it was busy: " + this);
		}
	}

	private boolean isReplaced() {
		return this.fake.peer().incarnation() != this.held.incarnation;
	}

	/** The peer drains it. */
	void goAway() {
		this.fake.goAway();
		closeIfDrained();
	}

	/** As either side does. */
	void closeIfDrained() {
		if (this.fake.inFlight == 0) {
			this.fake.finish();
		}
	}

	private void changed(Connection.State next) {
		this.untold.add(next);
		if (!this.late) {
			tell();
		}
	}

	void tell() {
		Connection.State next = this.untold.remove();
		this.told.tryEmitNext(next);
		if (next == Connection.State.CLOSED) {
			this.told.tryEmitComplete();
		}
	}

	void tellAll() {
		while (!this.untold.isEmpty()) {
			tell();
		}
	}

	void answer() {
		this.fake.inFlight--;
		closeIfDrained();
	}

	Connection.State state() {
		return this.fake.state();
	}

	boolean isUsable() {
		return state() == Connection.State.READY || state() == Connection.State.SUSPECTED;
	}

	boolean isClosed() {
		return state() == Connection.State.CLOSED;
	}

	boolean isWatched() {
		return this.told.currentSubscriberCount() > 0;
	}

	/** Whether it is closed, and the pool knows it. */
	boolean isForgotten() {
		return isClosed() && (this.untold.isEmpty() || !isWatched());
	}

	void check() {
		if (isClosed() && this.fake.inFlight > 0) {
			assertThat(this.world.closed || isReplaced() || (this.world.releasedAreClosed && this.held.holders == 0))
				.as("%s was closed by this side: %s", this, this.held)
				.isTrue();
			this.fake.inFlight = 0;
		}
		assertThat(state() == Connection.State.DRAINING && this.fake.inFlight == 0)
			.as("%s has no call to wait for", this)
			.isFalse();
	}

	@Override
	public String toString() {
		return state() + " with " + this.fake.inFlight + " calls, to tell " + this.untold;
	}

}
