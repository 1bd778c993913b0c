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

import io.macula.Endpoint;
import io.macula.Status;
import io.macula.transport.Connection;

/**
 * Told of what a pool does, for people. Must be safe for all threads and must not block.
 */
public interface PoolListener {

	/** Tells nobody. */
	PoolListener SILENT = new PoolListener() {
	};

	/**
	 * Writes the log that operators read. What it leaves out, since there was so much of
	 * it, is counted of one pool: what one node of a process does takes no lines from
	 * another.
	 * @return a listener for one pool
	 */
	static PoolListener logging() {
		return new LoggingPoolListener(System::nanoTime);
	}

	/**
	 * An endpoint is about to be dialled.
	 * @param endpoint the endpoint
	 */
	default void dialling(Endpoint endpoint) {
	}

	/**
	 * A connection is there.
	 * @param endpoint the endpoint that was dialled
	 * @param connection the connection, of that endpoint or of a further address
	 */
	default void connected(Endpoint endpoint, Connection connection) {
	}

	/**
	 * The peer sent GOAWAY on the last connection to the endpoint: it stops, or it wants
	 * another connection because this node's address changed. Nothing failed.
	 * @param endpoint the endpoint
	 * @param status what the peer said
	 */
	default void drained(Endpoint endpoint, Status status) {
	}

	/**
	 * A dial failed while there is no connection to the endpoint.
	 * @param endpoint the endpoint
	 * @param status why
	 */
	default void failed(Endpoint endpoint, Status status) {
	}

	/**
	 * The last connection to the endpoint broke. The default tells it as a failure.
	 * @param endpoint the endpoint
	 * @param status why
	 */
	default void lost(Endpoint endpoint, Status status) {
		failed(endpoint, status);
	}

}
