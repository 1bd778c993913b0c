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

package io.macula.client;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;

import io.macula.Code;
import io.macula.Status;
import io.macula.pool.EndpointPool;
import io.macula.pool.Waiter;
import io.macula.selection.InstanceTracker;
import io.macula.selection.InstanceTracker.Availability;
import io.macula.transport.Connection;
import io.macula.wire.Failure;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;

/**
 * An attempt of either kind that waits for its connection, at most as long as its call
 * has time; as a probe for a moment only.
 */
final class PendingAttempt implements OpenAttempt, Waiter {

	/**
	 * How long a probe waits for the connection to an instance that could not be reached,
	 * while another one can: the pool goes on dialling without it.
	 */
	private static final long PROBE_WAIT_NANOS = 100_000_000L;

	private final CallPipeline call;

	private final InstanceTracker tracker;

	private final EndpointPool pool;

	private final int number;

	private final boolean hedge;

	/**
	 * Turned by whoever ends the wait: connection, failure, deadline, or nobody cares.
	 */
	private final AtomicBoolean settled = new AtomicBoolean();

	private volatile @Nullable Disposable limit;

	PendingAttempt(CallPipeline call, InstanceTracker tracker, EndpointPool pool, int number, boolean hedge) {
		this.call = call;
		this.tracker = tracker;
		this.pool = pool;
		this.number = number;
		this.hedge = hedge;
	}

	void begin() {
		long remaining = Math.max(0, this.call.remainingNanos());
		boolean probe = this.tracker.availability() == Availability.UNREACHABLE
				&& this.call.untriedLeft(InstanceTracker::usable);
		this.limit = this.call.shared()
			.timer()
			.schedule(probe ? this::impatient : this::expired,
					Duration.ofNanos(probe ? Math.min(remaining, PROBE_WAIT_NANOS) : remaining));
		this.call.shared().waiting().add(this);
		this.pool.acquire(this);
		if (this.call.over()) {
			abandon();
		}
	}

	@Override
	public InstanceTracker tracker() {
		return this.tracker;
	}

	@Override
	public void connected(Connection connection) {
		Status refusal = this.call.shared().refusal(connection);
		if (refusal != null) {
			denied(refusal);
		}
		else if (settle()) {
			this.call.send(this.tracker, connection, this.call.shared().now(), this.number, this.hedge);
		}
	}

	@Override
	public void failed(Status status) {
		if (settle()) {
			this.tracker.failed(status.code(), status.processed(), 0);
			this.call.attemptFailed(this, Failure.of(status));
		}
	}

	/** The instance may not provide the service: asking it again is in vain. */
	void denied(Status status) {
		if (settle()) {
			this.tracker.failed(status.code(), status.processed(), 0);
			this.call.attemptDenied(this, status);
		}
	}

	@Override
	public void abandon() {
		if (settle()) {
			this.pool.remove(this);
			this.tracker.cancelled(0);
		}
	}

	/** Nobody dials for this node any more, and no instance is to blame. */
	void drop(Status reason) {
		if (settle()) {
			this.pool.remove(this);
			this.tracker.cancelled(0);
			this.call.attemptDropped(reason);
		}
	}

	private void impatient() {
		this.pool.remove(this);
		failed(Status.notProcessed(Code.UNAVAILABLE,
				this.pool.endpoint() + " could not be reached and is not back yet"));
	}

	/** The instance is not to blame: it may have had no time at all. */
	private void expired() {
		if (settle()) {
			this.pool.remove(this);
			this.tracker.cancelled(0);
			this.call.attemptFailed(this, Failure.of(Status.notProcessed(Code.DEADLINE_EXCEEDED,
					"the deadline was over while connecting to " + this.pool.endpoint() + before())));
		}
	}

	/** Most likely the reason why there is no connection yet. */
	private String before() {
		Status failure = this.pool.lastFailure();
		return (failure != null) ? "; before that: " + failure.message() : "";
	}

	private boolean settle() {
		if (!this.settled.compareAndSet(false, true)) {
			return false;
		}
		this.call.shared().waiting().remove(this);
		Disposable present = this.limit;
		if (present != null) {
			present.dispose();
		}
		return true;
	}

}
