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
import io.macula.RpcException;
import io.macula.Status;
import io.macula.selection.InstanceTracker;
import io.macula.transport.Connection;
import io.macula.transport.FailureException;
import io.macula.transport.LargePayloads;
import io.macula.wire.Failure;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Operators;
import reactor.util.context.Context;

/**
 * A streaming attempt that was handed to a connection: passes its elements on to its
 * call.
 */
final class StreamAttempt implements OpenAttempt, CoreSubscriber<byte[]> {

	private static final AtomicIntegerFieldUpdater<StreamAttempt> SETTLED = AtomicIntegerFieldUpdater
		.newUpdater(StreamAttempt.class, "settled");

	private static final Status SUCCESS = Status.processed(Code.OK, "");

	private static final Status ABANDONED = Status.unknown(Code.CANCELLED, "the caller cancelled");

	private final StreamingCall call;

	private final InstanceTracker tracker;

	private final Connection connection;

	private final long sentNanos;

	private final CallObserver.@Nullable AttemptObserver observer;

	private volatile @Nullable Subscription upstream;

	/** Turned by whoever ends the attempt: its last signal, or nobody cares. */
	@SuppressWarnings("unused") // through SETTLED
	private volatile int settled;

	StreamAttempt(StreamingCall call, InstanceTracker tracker, Connection connection,
			CallObserver.@Nullable AttemptObserver observer, long sentNanos) {
		this.call = call;
		this.tracker = tracker;
		this.connection = connection;
		this.observer = observer;
		this.sentNanos = sentNanos;
	}

	@Override
	public InstanceTracker tracker() {
		return this.tracker;
	}

	@Override
	public Context currentContext() {
		return this.call.context();
	}

	@Override
	public void onSubscribe(Subscription subscription) {
		if (Operators.validate(this.upstream, subscription)) {
			this.upstream = subscription;
			if (this.settled != 0) {
				subscription.cancel();
				return;
			}
			this.call.subscribed(subscription);
		}
	}

	@Override
	public void onNext(byte[] element) {
		if (this.settled == 0) {
			this.call.element(element);
		}
	}

	@Override
	public void onComplete() {
		if (SETTLED.compareAndSet(this, 0, 1)) {
			this.tracker.streamed();
			observed(SUCCESS);
			this.call.completed(this);
		}
	}

	@Override
	public void onError(Throwable error) {
		if (SETTLED.compareAndSet(this, 0, 1)) {
			Failure failure = failure(error);
			Status status = failure.status();
			if (this.connection.stoodStillNanos(this.sentNanos) < Connection.PAUSE_NANOS) {
				this.tracker.failed(status.code(), status.processed(), this.call.shared().now() - this.sentNanos,
						this.connection.drained());
			}
			else {
				this.tracker.cancelled(0);
			}
			this.call.retries().failed(status);
			observed(status);
			if (LargePayloads.large(failure.detail())) {
				LargePayloads.execute(this.connection, () -> this.call.attemptFailed(this, failure));
			}
			else {
				this.call.attemptFailed(this, failure);
			}
		}
	}

	private static Failure failure(Throwable error) {
		if (error instanceof FailureException known) {
			return known.failure();
		}
		return Failure.of((error instanceof RpcException rpc) ? rpc.status()
				: Status.processed(Code.INTERNAL, Failures.text(error)));
	}

	@Override
	public void abandon() {
		if (SETTLED.compareAndSet(this, 0, 1)) {
			Subscription present = this.upstream;
			if (present != null) {
				present.cancel();
			}
			this.tracker.cancelled(0);
			observed(ABANDONED);
		}
	}

	private void observed(Status status) {
		if (this.observer != null) {
			this.observer.ended(status);
		}
	}

}
