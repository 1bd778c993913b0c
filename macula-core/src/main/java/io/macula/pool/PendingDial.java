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
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

import io.macula.Code;
import io.macula.Endpoint;
import io.macula.Processed;
import io.macula.RpcException;
import io.macula.Status;
import io.macula.log.PrintableLogger;
import io.macula.transport.Connection;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import org.slf4j.Logger;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Mono;

/**
 * One dial of an endpoint, from its start to its outcome. Safe for all threads.
 * <p>
 * It tells the pool exactly one outcome, whatever the connector does: throw, end with
 * nothing, or speak twice. A second connection is closed. It is not cancelled when the
 * pool closes: what comes late is closed by the pool.
 */
final class PendingDial implements CoreSubscriber<Connection> {

	private static final Logger logger = PrintableLogger.of(ConnectionPool.class);

	private final EndpointPool pool;

	private final Endpoint endpoint;

	private final List<Endpoint> addresses;

	private final Connector connector;

	private final Duration timeout;

	private final long incarnation;

	/** Set by an answer that no call may go to; never cleared. */
	private volatile boolean metStranger;

	/** Turned once, by the outcome; never back. */
	private final AtomicBoolean over = new AtomicBoolean();

	/**
	 * A dial that was not started.
	 * @param pool told of the outcome
	 * @param addresses where to dial, in this order
	 * @param connector dials
	 * @param timeout bound of the dial
	 * @param incarnation of the process that the directory told for the endpoint, 0 if
	 * unknown
	 */
	PendingDial(EndpointPool pool, List<Endpoint> addresses, Connector connector, Duration timeout, long incarnation) {
		this.pool = pool;
		this.endpoint = pool.endpoint();
		this.addresses = addresses;
		this.connector = connector;
		this.timeout = timeout;
		this.incarnation = incarnation;
	}

	/** What was known of the process at the endpoint when the dial began. */
	long incarnation() {
		return this.incarnation;
	}

	/**
	 * Whether one of several addresses led to another node than the one that is meant.
	 */
	boolean metStranger() {
		return this.metStranger;
	}

	void start() {
		try {
			Mono<Connection> dialled = (this.addresses.size() == 1)
					? this.connector.connect(this.endpoint, this.timeout)
					: this.connector.connect(this.addresses, this::objection, this.timeout);
			dialled.subscribe(this);
		}
		catch (Throwable ex) {
			onError(ex);
		}
	}

	private @Nullable Status objection(Connection connection) {
		Status objection = this.pool.objection(connection);
		if (objection != null) {
			this.metStranger = true;
		}
		return objection;
	}

	@Override
	public void onSubscribe(Subscription subscription) {
		subscription.request(Long.MAX_VALUE);
	}

	@Override
	public void onNext(Connection connection) {
		if (this.over.compareAndSet(false, true)) {
			try {
				this.pool.connected(this, connection);
			}
			catch (Throwable ex) {
				Effects.guard(() -> connection.close(failure(ex.toString())));
				this.pool.dialFailed(this, status(ex));
			}
		}
		else {
			connection.close(new Status(Code.OK, "the dial of " + this.endpoint + " was over already", Processed.NO));
		}
	}

	@Override
	public void onError(Throwable error) {
		if (this.over.compareAndSet(false, true)) {
			this.pool.dialFailed(this, status(error));
		}
		else {
			logger.debug("A dial of {} failed after its end", this.endpoint, error);
		}
	}

	@Override
	public void onComplete() {
		if (this.over.compareAndSet(false, true)) {
			this.pool.dialFailed(this, failure("no connection came of it"));
		}
	}

	/** A dial carries no call, so nothing was processed whatever the error says. */
	private Status status(Throwable error) {
		return (error instanceof RpcException rpc) ? Status.notProcessed(rpc.status().code(), rpc.status().message())
				: failure(error.toString());
	}

	private Status failure(String why) {
		return Status.notProcessed(Code.UNAVAILABLE, "connecting to " + this.endpoint + " failed: " + why);
	}

}
