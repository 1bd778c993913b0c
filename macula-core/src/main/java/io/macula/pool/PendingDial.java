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
import java.util.concurrent.atomic.AtomicBoolean;

import io.macula.Code;
import io.macula.Endpoint;
import io.macula.Processed;
import io.macula.RpcException;
import io.macula.Status;
import io.macula.log.PrintableLogger;
import io.macula.transport.Connection;
import org.reactivestreams.Subscription;
import org.slf4j.Logger;
import reactor.core.CoreSubscriber;

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

	private final Connector connector;

	private final Duration timeout;

	private final long incarnation;

	/** Turned once, by the outcome; never back. */
	private final AtomicBoolean over = new AtomicBoolean();

	/**
	 * A dial that was not started.
	 * @param pool told of the outcome
	 * @param connector dials
	 * @param timeout bound of the dial
	 * @param incarnation of the process that the directory told for the endpoint, 0 if
	 * unknown
	 */
	PendingDial(EndpointPool pool, Connector connector, Duration timeout, long incarnation) {
		this.pool = pool;
		this.endpoint = pool.endpoint();
		this.connector = connector;
		this.timeout = timeout;
		this.incarnation = incarnation;
	}

	/** What was known of the process at the endpoint when the dial began. */
	long incarnation() {
		return this.incarnation;
	}

	void start() {
		try {
			this.connector.connect(this.endpoint, this.timeout).subscribe(this);
		}
		catch (Throwable ex) {
			onError(ex);
		}
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
				this.pool.dialFailed(status(ex));
			}
		}
		else {
			connection.close(new Status(Code.OK, "the dial of " + this.endpoint + " was over already", Processed.NO));
		}
	}

	@Override
	public void onError(Throwable error) {
		if (this.over.compareAndSet(false, true)) {
			this.pool.dialFailed(status(error));
		}
		else {
			logger.debug("A dial of {} failed after its end", this.endpoint, error);
		}
	}

	@Override
	public void onComplete() {
		if (this.over.compareAndSet(false, true)) {
			this.pool.dialFailed(failure("no connection came of it"));
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
