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
import java.util.Collections;
import java.util.List;

import io.macula.Status;
import io.macula.transport.Connection;

/**
 * A waiter that remembers all that it was told.
 */
final class Outcomes implements Waiter {

	final List<Connection> connections = Collections.synchronizedList(new ArrayList<>());

	final List<Status> failures = Collections.synchronizedList(new ArrayList<>());

	/** Runs when an outcome is told. */
	Runnable onOutcome = () -> {
	};

	int count() {
		return this.connections.size() + this.failures.size();
	}

	/** The connection, if it is the only outcome. */
	Connection connection() {
		return (count() == 1 && this.failures.isEmpty()) ? this.connections.get(0) : null;
	}

	/** The failure, if it is the only outcome. */
	Status failure() {
		return (count() == 1 && this.connections.isEmpty()) ? this.failures.get(0) : null;
	}

	@Override
	public void connected(Connection connection) {
		this.connections.add(connection);
		this.onOutcome.run();
	}

	@Override
	public void failed(Status status) {
		this.failures.add(status);
		this.onOutcome.run();
	}

}
