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

import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;

import io.macula.Code;
import io.macula.Metadata;
import io.macula.Status;
import io.macula.selection.InstanceTracker;
import io.macula.transport.Connection;
import io.macula.transport.LargePayloads;
import io.macula.transport.OutboundCall;
import io.macula.wire.Failure;
import org.jspecify.annotations.Nullable;

/**
 * A unary attempt that was handed to a connection: one object for client and transport.
 */
final class SentAttempt extends OutboundCall implements OpenAttempt {

	private static final AtomicIntegerFieldUpdater<SentAttempt> SETTLED = AtomicIntegerFieldUpdater
		.newUpdater(SentAttempt.class, "settled");

	private static final Status SUCCESS = Status.processed(Code.OK, "");

	private static final Status ABANDONED = Status.unknown(Code.CANCELLED, "nobody waits for this attempt any more");

	private final UnaryCall call;

	private final InstanceTracker tracker;

	private final Connection connection;

	private final CallObserver.@Nullable AttemptObserver observer;

	/** What came beside the answer; of the connection's event loop. */
	private Metadata answerMetadata = Metadata.EMPTY;

	/** Turned by whoever ends the attempt: an outcome, or nobody cares. */
	@SuppressWarnings("unused") // through SETTLED
	private volatile int settled;

	SentAttempt(UnaryCall call, InstanceTracker tracker, Connection connection, byte[] payload, Metadata metadata,
			CallObserver.@Nullable AttemptObserver observer, long sentNanos, long deadlineNanos) {
		super(call.procedure().wireName(), call.procedure().codec(), payload, metadata, sentNanos, deadlineNanos);
		this.call = call;
		this.tracker = tracker;
		this.connection = connection;
		this.observer = observer;
	}

	@Override
	public InstanceTracker tracker() {
		return this.tracker;
	}

	Connection connection() {
		return this.connection;
	}

	@Override
	protected long lastDeadlineNanoTime() {
		return this.call.shared().times().isFixed(this.call.procedure()) ? super.lastDeadlineNanoTime()
				: this.call.deadlineNanos();
	}

	@Override
	protected boolean leavesSuspectedPeer() {
		return this.call.procedure().idempotent() && this.call.retries().repeats();
	}

	@Override
	protected boolean leavesUnwritten() {
		return this.call.retries().repeats() && this.call.untriedLeft(InstanceTracker::usable);
	}

	@Override
	protected long tryWaitOn() {
		return this.call.tryWaitOn(this);
	}

	@Override
	public void onMetadata(Metadata metadata) {
		this.answerMetadata = metadata;
	}

	/** What came beside the answer. */
	Metadata answerMetadata() {
		return this.answerMetadata;
	}

	@Override
	public void onResult(byte[] result) {
		if (SETTLED.compareAndSet(this, 0, 1)) {
			long own = ownPauseNanos();
			if (own < Connection.PAUSE_NANOS) {
				long elapsed = Math.max(0, elapsedNanos() - own);
				this.tracker.succeeded(elapsed);
				this.call.procedure().latency().record(elapsed);
			}
			else {
				this.tracker.streamed();
			}
			observed(SUCCESS);
			this.call.succeeded(this, result);
		}
	}

	@Override
	protected void onFailure(Failure failure) {
		if (SETTLED.compareAndSet(this, 0, 1)) {
			Status status = failure.status();
			long own = ownPauseNanos();
			long elapsed = Math.max(0, elapsedNanos() - own);
			if (own < Connection.PAUSE_NANOS && (own < elapsed || status.code() != Code.DEADLINE_EXCEEDED)) {
				this.tracker.failed(status.code(), status.processed(), elapsed, this.connection.drained());
				if (status.code() == Code.DEADLINE_EXCEEDED) {
					this.call.procedure().latency().recordTimeout(elapsed);
				}
			}
			else {
				// Most of the time, or all of it, was lost here.
				this.tracker.cancelled(0);
			}
			this.call.retries().failed(status);
			observed(status);
			this.call.terms().received(this.answerMetadata);
			Failure explained = explained(failure);
			if (LargePayloads.large(failure.detail())) {
				LargePayloads.execute(this.connection, () -> this.call.attemptFailed(this, explained));
			}
			else {
				this.call.attemptFailed(this, explained);
			}
		}
	}

	/** Which time was over, if it was not the caller's. */
	private Failure explained(Failure failure) {
		Status status = failure.status();
		if (status.code() != Code.DEADLINE_EXCEEDED || !timeOver(this.call.shared().now())
				|| this.call.remainingNanos() <= 0) {
			return failure;
		}
		String bound = this.call.shared().times().bound(this.call.procedure());
		return new Failure(new Status(status.code(), status.message() + ": " + bound + " was over", status.processed()),
				failure.type(), failure.detail());
	}

	@Override
	public void abandon() {
		if (SETTLED.compareAndSet(this, 0, 1)) {
			this.connection.cancel(this);
			this.tracker.cancelled(elapsedNanos());
			observed(ABANDONED);
		}
	}

	private long elapsedNanos() {
		return this.call.shared().now() - sentNanoTime();
	}

	private long ownPauseNanos() {
		return this.connection.stoodStillNanos(sentNanoTime());
	}

	private void observed(Status status) {
		if (this.observer != null) {
			this.observer.ended(status);
		}
	}

}
