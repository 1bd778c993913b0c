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

import io.macula.Code;
import io.macula.Status;
import io.macula.transport.Connection;

/**
 * Tells a pool what becomes of one connection, up to and including CLOSED, whatever
 * happens. Called on the connection's event loop, never under the pool's lock.
 */
final class ConnectionWatch {

	private final EndpointPool pool;

	private final Connection connection;

	ConnectionWatch(EndpointPool pool, Connection connection) {
		this.pool = pool;
		this.connection = connection;
	}

	void start() {
		try {
			this.connection.states().subscribe(this::changed, this::failed, this::ended);
		}
		catch (Throwable ex) {
			failed(ex);
		}
	}

	private void changed(Connection.State next) {
		this.pool.changed(this.connection, next);
	}

	private void ended() {
		changed(Connection.State.CLOSED);
	}

	/** Nobody would notice the end of the connection. */
	private void failed(Throwable error) {
		Effects.guard(() -> this.connection.close(Status.unknown(Code.INTERNAL,
				"the states of the connection to " + this.connection.endpoint() + " cannot be watched: " + error)));
		ended();
	}

}
