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
import java.util.function.Predicate;

import io.macula.transport.Connection;
import org.jspecify.annotations.Nullable;

/**
 * The connections of an endpoint that take calls. Immutable; what changes is the state of
 * each connection, which is read anew each time.
 */
final class ConnectionSet {

	static final ConnectionSet EMPTY = new ConnectionSet(new Connection[0]);

	private final Connection[] connections;

	private ConnectionSet(Connection[] connections) {
		this.connections = connections;
	}

	int size() {
		return this.connections.length;
	}

	boolean isEmpty() {
		return this.connections.length == 0;
	}

	/**
	 * One for the next call: a ready one, a suspected one if there is none. Threads are
	 * spread over the connections, each stays on one, so that what one thread sends in a
	 * burst shares packets. Called for every call, hence without allocation.
	 */
	@Nullable Connection usable() {
		Connection[] all = this.connections;
		if (all.length == 0) {
			return null;
		}
		int start = (all.length == 1) ? 0 : (int) (Thread.currentThread().getId() % all.length);
		Connection usable = null;
		for (int i = 0; i < all.length; i++) {
			Connection connection = all[(start + i) % all.length];
			Connection.State state = connection.state();
			if (state == Connection.State.READY) {
				return connection;
			}
			if (state == Connection.State.SUSPECTED) {
				usable = connection;
			}
		}
		return usable;
	}

	/** One that is not suspected. */
	@Nullable Connection ready() {
		for (Connection connection : this.connections) {
			if (connection.state() == Connection.State.READY) {
				return connection;
			}
		}
		return null;
	}

	boolean anyReady() {
		return ready() != null;
	}

	boolean anyInFlight() {
		for (Connection connection : this.connections) {
			if (connection.inFlight() > 0) {
				return true;
			}
		}
		return false;
	}

	boolean contains(Connection connection) {
		for (Connection present : this.connections) {
			if (present == connection) {
				return true;
			}
		}
		return false;
	}

	/** Those that give no sign of life. */
	List<Connection> suspected() {
		return select((connection) -> connection.state() == Connection.State.SUSPECTED);
	}

	/** Those to another process than the one of this incarnation. */
	List<Connection> outdated(long incarnation) {
		return select((connection) -> connection.peer().incarnation() != incarnation);
	}

	List<Connection> all() {
		return List.of(this.connections);
	}

	ConnectionSet with(Connection added) {
		Connection[] more = new Connection[this.connections.length + 1];
		System.arraycopy(this.connections, 0, more, 0, this.connections.length);
		more[this.connections.length] = added;
		return new ConnectionSet(more);
	}

	ConnectionSet without(Connection removed) {
		List<Connection> left = select((connection) -> connection != removed);
		return (left.isEmpty()) ? EMPTY : new ConnectionSet(left.toArray(new Connection[0]));
	}

	private List<Connection> select(Predicate<Connection> condition) {
		List<Connection> selected = new ArrayList<>();
		for (Connection connection : this.connections) {
			if (condition.test(connection)) {
				selected.add(connection);
			}
		}
		return selected;
	}

}
