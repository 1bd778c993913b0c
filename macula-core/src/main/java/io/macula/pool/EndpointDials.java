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
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

import io.macula.Code;
import io.macula.Endpoint;
import io.macula.Processed;
import io.macula.Status;
import io.macula.transport.Connection;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;

/**
 * The dials of one endpoint: the one that is under way, when the next one is due after a
 * failure, and which process is expected there. It decides nothing by itself: the pool
 * says when to dial. Guarded by the lock of the pool, but for what is read for every
 * call.
 * <p>
 * Failures count twice. While no connection gives signs of life, a timer dials again,
 * ever more slowly; as long as one does, nothing is dialled by itself, and calls that
 * would like a further connection are held back for the same ever longer time.
 */
final class EndpointDials {

	private final EndpointPool pool;

	private final Connector connector;

	private final Duration timeout;

	private final DialBackoff backoff;

	private final Redial redial;

	private final DialBackoff furtherBackoff;

	private volatile @Nullable PendingDial underWay;

	/** No further connection is dialled before this time. */
	private volatile long furtherNanos;

	private long incarnation;

	/** Of the addresses of the route: where the last connection came about. */
	private Endpoint answeredLast;

	/**
	 * No dial yet.
	 * @param pool told of the outcome of each dial
	 * @param connector dials
	 * @param timeout bound of a dial
	 * @param random spreads the dials of many clients
	 * @param redial dials after a failure
	 * @param now the present
	 */
	EndpointDials(EndpointPool pool, Connector connector, Duration timeout, Supplier<RandomGenerator> random,
			Redial redial, long now) {
		this.pool = pool;
		this.answeredLast = pool.endpoint();
		this.connector = connector;
		this.timeout = timeout;
		this.backoff = new DialBackoff(random);
		this.furtherBackoff = new DialBackoff(random);
		this.redial = redial;
		this.furtherNanos = now;
	}

	boolean isUnderWay() {
		return this.underWay != null;
	}

	/** Whether a further connection may be dialled; read without the lock. */
	boolean isFurtherDue(long now) {
		return this.underWay == null && now - this.furtherNanos >= 0;
	}

	boolean isScheduled() {
		return this.redial.isScheduled();
	}

	/** Whether the endpoint failed since it gave signs of life. */
	boolean isFailing() {
		return this.backoff.isFailing();
	}

	/** The dial that is under way from now on; to be started without the lock. */
	PendingDial begin() {
		List<Endpoint> addresses = this.pool.destination().route().endpoints(this.answeredLast);
		PendingDial dial = new PendingDial(this.pool, addresses, this.connector, this.timeout, this.incarnation);
		this.underWay = dial;
		return dial;
	}

	void ended() {
		this.underWay = null;
	}

	/** No connection gives signs of life: dial again after a while. */
	void failed(Effects effects) {
		this.backoff.failed();
		if (this.underWay == null) {
			this.redial.schedule(this.backoff.delay(), effects);
		}
	}

	/** A dial failed beside a connection that is ready. */
	void furtherFailed(long now) {
		this.furtherBackoff.failed();
		this.furtherNanos = now + this.furtherBackoff.delay().toNanos();
	}

	void succeeded(Connection connection, Effects effects) {
		this.answeredLast = connection.endpoint();
		this.furtherBackoff.reset();
		recovered(effects);
	}

	/** A connection gives signs of life. */
	void recovered(Effects effects) {
		this.backoff.reset();
		this.redial.cancel(effects);
	}

	/** Whether this redial still counts; it is none any more afterwards. */
	boolean take(Disposable token) {
		return this.redial.take(token);
	}

	/** Whether the process is another one than before: whoever failed, it did not. */
	boolean renewed(long newIncarnation) {
		if (newIncarnation == 0 || newIncarnation == this.incarnation) {
			return false;
		}
		this.incarnation = newIncarnation;
		this.backoff.reset();
		return true;
	}

	/**
	 * Whether the directory told of another process while this one was dialled. A process
	 * that differs from what the directory told before the dial is the newer of the two.
	 */
	boolean isOutdated(PendingDial dial, Connection connection) {
		return dial.incarnation() != this.incarnation && connection.peer().incarnation() != this.incarnation;
	}

	/** The same of a connection that was not dialled here. */
	boolean isOutdated(Connection connection) {
		return this.incarnation != 0 && connection.peer().incarnation() != this.incarnation;
	}

	/** Why a connection to the process of before is closed. */
	Status replaced() {
		return Status.unknown(Code.UNAVAILABLE, "the process at " + this.pool.endpoint()
				+ " was replaced by a newer one (incarnation " + this.incarnation + ")");
	}

	/** Why a connection is closed that came beside others. */
	Status unneeded() {
		return new Status(Code.OK, this.pool.endpoint() + " needs no further connection", Processed.NO);
	}

	/** Why a connection was not there any more when it came. */
	Status lost(Connection connection) {
		Status reason = connection.closeReason();
		return (reason != null && reason.code() != Code.OK) ? Status.notProcessed(reason.code(), reason.message())
				: Status.notProcessed(Code.UNAVAILABLE,
						"the connection to " + this.pool.endpoint() + " was lost at once");
	}

	void cancelRedial(Effects effects) {
		this.redial.cancel(effects);
	}

}
