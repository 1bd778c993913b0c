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

import io.macula.pool.EndpointPool.State;
import reactor.core.Disposable;

/**
 * How far the life of a pool has gone, and what follows for others from its parts; the
 * states are those of {@link EndpointPool}. Guarded by the lock of the pool, but for what
 * others read.
 */
final class EndpointLife {

	private final EndpointDials dials;

	private final Runnable closed;

	private final ChangeListeners listeners = new ChangeListeners();

	private Stage stage = Stage.ACTIVE;

	private volatile State state = State.IDLE;

	/**
	 * A life that begins.
	 * @param dials of the pool
	 * @param closed its end, run without the lock
	 */
	EndpointLife(EndpointDials dials, Runnable closed) {
		this.dials = dials;
		this.closed = closed;
	}

	/** For any thread. */
	State state() {
		return this.state;
	}

	/** For any thread; see {@link EndpointPool#onChange}. */
	Disposable onChange(Runnable listener) {
		return this.listeners.add(listener);
	}

	boolean isActive() {
		return this.stage == Stage.ACTIVE;
	}

	boolean isClosed() {
		return this.stage == Stage.CLOSED;
	}

	void retire() {
		this.stage = Stage.DRAINING;
	}

	/**
	 * What follows from the parts, once they have changed.
	 * @param connections the present ones
	 * @param finishing whether others finish what is in flight
	 */
	void settle(ConnectionSet connections, boolean finishing, Effects effects) {
		State next = present(connections);
		if (next != this.state) {
			this.state = next;
			effects.add(this.listeners::tell);
		}
		if (this.stage == Stage.DRAINING && connections.isEmpty() && !finishing && !this.dials.isUnderWay()) {
			this.stage = Stage.CLOSED;
			effects.add(this.closed);
		}
	}

	private State present(ConnectionSet connections) {
		if (!isActive()) {
			return State.CLOSED;
		}
		if (!connections.isEmpty()) {
			return connections.anyReady() ? State.READY : State.SUSPECTED;
		}
		if (this.dials.isFailing()) {
			return State.FAILED;
		}
		return this.dials.isUnderWay() ? State.CONNECTING : State.IDLE;
	}

	/** One way only. */
	private enum Stage {

		ACTIVE, DRAINING, CLOSED

	}

}
