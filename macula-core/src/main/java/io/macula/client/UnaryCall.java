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
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import java.util.function.Predicate;
import java.util.function.Supplier;

import io.github.resilience4j.retry.Retry;
import io.macula.Code;
import io.macula.Metadata;
import io.macula.RpcException;
import io.macula.ServiceName;
import io.macula.Status;
import io.macula.client.FailoverRule.Verdict;
import io.macula.contract.Hedge;
import io.macula.pool.EndpointPool;
import io.macula.pool.Waiter;
import io.macula.selection.InstanceTracker;
import io.macula.selection.InstanceTracker.Availability;
import io.macula.selection.SelectionContext;
import io.macula.transport.Connection;
import io.macula.transport.OutboundCall;
import io.macula.wire.Failure;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;

/**
 * One unary call from its start to its outcome: the pipeline. Read {@link #start},
 * {@link #launch}, {@link #attemptFailed} and {@link #end} in this order.
 * <p>
 * The way without faults takes no lock: one thread starts the call, one event loop ends
 * it. Whatever follows a failure, and hedging, happens under the call's monitor, because
 * attempts on two connections answer on two event loops. {@link #ended} turns once and
 * never back; whoever turns it tells the outcome.
 */
final class UnaryCall implements SelectionContext {

	private static final AtomicIntegerFieldUpdater<UnaryCall> ENDED = AtomicIntegerFieldUpdater
		.newUpdater(UnaryCall.class, "ended");

	/**
	 * How long a probe waits for the connection to an instance that could not be reached,
	 * while another one can: the pool goes on dialling without it.
	 */
	private static final long PROBE_WAIT_NANOS = 100_000_000L;

	private static final Status SUCCESS = Status.processed(Code.OK, "");

	private static final Status ABANDONED = Status.unknown(Code.CANCELLED, "nobody waits for this attempt any more");

	private final ServiceClient client;

	private final Procedure procedure;

	private final byte[] payload;

	private final Metadata metadata;

	private final Outcome outcome;

	private final long startNanos;

	private final long deadlineNanos;

	private final long tick;

	private final @Nullable CallObserver observer;

	@SuppressWarnings("unused") // through ENDED
	private volatile int ended;

	/**
	 * The attempt that is open, or waits for its connection; the second one if hedged.
	 */
	private volatile @Nullable OpenAttempt open;

	private volatile @Nullable OpenAttempt hedged;

	private volatile @Nullable Disposable timer;

	/** Instances that had an attempt since the last round began. */
	private List<InstanceTracker> tried = List.of();

	/** The instance of the latest attempt, not yet among the tried ones. */
	private @Nullable InstanceTracker latest;

	private int attempts;

	private @Nullable List<AttemptFailure> failures;

	private Retry.@Nullable AsyncContext<Object> retry;

	private boolean retrySettled;

	/** The budget's leave for another attempt, asked before the open one has failed. */
	private boolean repeatGranted;

	UnaryCall(ServiceClient client, Procedure procedure, byte[] payload, Metadata metadata, long deadlineNanos,
			Outcome outcome) {
		this.client = client;
		this.procedure = procedure;
		this.payload = payload;
		this.metadata = metadata;
		this.outcome = outcome;
		this.startNanos = client.clock().getAsLong();
		this.deadlineNanos = deadlineNanos;
		this.tick = client.nextTick();
		this.observer = client.observations().call(client.service(), procedure);
	}

	/**
	 * Begin: the first attempt is sent before this method returns if a connection is
	 * there.
	 */
	void start() {
		this.client.budget().callStarted();
		InstanceTracker tracker = pick();
		if (tracker == null) {
			awaitInstances();
			return;
		}
		launch(tracker, false);
		scheduleHedge();
	}

	/**
	 * The caller gave up: the outcome is not told any more.
	 */
	void cancel() {
		if (ENDED.compareAndSet(this, 0, 1)) {
			abandon(null);
			if (this.observer != null) {
				this.observer.ended(Code.CANCELLED, null);
			}
		}
	}

	/** Instances became known while the call waited for the first one. */
	void instancesKnown() {
		disposeTimer();
		synchronized (this) {
			if (!over()) {
				launchNext();
			}
		}
	}

	/** No instance became known in time. */
	void noInstances() {
		Status status = this.client.noInstances();
		end(Failure.of(status), () -> new RpcException(status));
	}

	private void awaitInstances() {
		long remaining = Math.min(remainingNanos(), this.client.patienceNanos());
		this.client.awaitInstances(this);
		this.timer = this.client.timer().schedule(() -> {
			if (this.client.stopWaiting(this)) {
				noInstances();
			}
		}, Duration.ofNanos(Math.max(0, remaining)));
	}

	/** What is picked counts as in flight: it must be launched. */
	private @Nullable InstanceTracker pick() {
		InstanceTracker last = this.latest;
		if (last != null) {
			this.latest = null;
			this.tried = new ArrayList<>(this.tried);
			this.tried.add(last);
		}
		return this.client.balancer().pick(this, this.tried);
	}

	/** Whether an instance is left that had no attempt since the last round began. */
	private boolean untriedLeft() {
		return untriedLeft((tracker) -> true);
	}

	private boolean untriedLeft(Predicate<InstanceTracker> condition) {
		InstanceTracker last = this.latest;
		for (InstanceTracker tracker : this.client.balancer().trackers()) {
			if (tracker != last && !this.tried.contains(tracker) && condition.test(tracker)) {
				return true;
			}
		}
		return false;
	}

	/** Send an attempt to an instance, over a connection that is there or to come. */
	private void launch(InstanceTracker tracker, boolean hedge) {
		this.attempts++;
		this.latest = tracker;
		long now = this.client.clock().getAsLong();
		EndpointPool pool = ServiceClient.poolOf(tracker);
		Connection connection = pool.ready(now);
		if (connection != null) {
			send(tracker, connection, now, this.attempts, hedge);
			return;
		}
		PendingAttempt pending = new PendingAttempt(tracker, pool, this.attempts, hedge);
		hold(pending, hedge);
		pending.begin(now);
	}

	private void send(InstanceTracker tracker, Connection connection, long now, int number, boolean hedge) {
		long timeout = this.client.attemptTimeoutNanos(tracker, this.procedure, this.deadlineNanos - now, number);
		CallObserver.AttemptObserver attemptObserver = (this.observer != null)
				? this.observer.attempt(tracker.instance(), number, this.metadata) : null;
		SentAttempt attempt = new SentAttempt(this, tracker, connection, now, now + timeout, attemptObserver);
		hold(attempt, hedge);
		attempt.begin();
		if (over()) {
			attempt.abandon();
		}
	}

	private void hold(OpenAttempt attempt, boolean hedge) {
		if (hedge) {
			this.hedged = attempt;
		}
		else {
			this.open = attempt;
		}
	}

	/** An attempt is over without a result: the only place that decides what follows. */
	private void attemptFailed(OpenAttempt attempt, Failure failure) {
		synchronized (this) {
			if (over()) {
				return;
			}
			release(attempt);
			Verdict verdict = FailoverRule.decide(failure.status(), this.procedure.idempotent());
			boolean otherOpen = this.open != null || this.hedged != null;
			if (verdict != Verdict.NEVER && otherOpen) {
				remember(attempt, failure, false);
				return;
			}
			if (verdict == Verdict.NEVER || this.client.settings().failover().maxAttempts() == 1) {
				remember(attempt, failure, false);
				giveUp(failure, verdict);
				return;
			}
			if (remainingNanos() <= 0) {
				remember(attempt, failure, false);
				deadlineOver();
				return;
			}
			if (verdict == Verdict.TRANSPARENT && untriedLeft()) {
				remember(attempt, failure, false);
				launchNext();
				return;
			}
			repeat(attempt, failure, verdict);
		}
	}

	/**
	 * The learned time of an attempt is over. To give it up makes sense only if another
	 * one may follow, and is likely to find room: else the answer that is still on its
	 * way is all there is.
	 */
	private boolean tryWaitOn(SentAttempt attempt) {
		synchronized (this) {
			if (over() || this.open != attempt || this.hedged != null) {
				return false;
			}
			this.repeatGranted = !this.client.overloaded() && this.client.budget().tryAcquire();
			return !this.repeatGranted;
		}
	}

	/** Another attempt that counts: asks the budget and the Retry. */
	private void repeat(OpenAttempt attempt, Failure failure, Verdict verdict) {
		AttemptFailure attemptFailure = remember(attempt, failure,
				this.repeatGranted || this.client.budget().tryAcquire());
		this.repeatGranted = false;
		long delayMillis = retry().onError(attemptFailure);
		if (delayMillis < 0) {
			this.retrySettled = true;
			giveUp(failure, verdict);
			return;
		}
		if (untriedLeft()) {
			launchNext();
			return;
		}
		// Every instance was tried: wait, then start over with all of them.
		long delay = Math.min(delayMillis * 1_000_000L, Math.max(0, remainingNanos()));
		this.timer = this.client.timer().schedule(this::again, Duration.ofNanos(delay));
	}

	/** An untried instance, or any if the last untried one just left the directory. */
	private void launchNext() {
		InstanceTracker tracker = pick();
		if (tracker == null) {
			this.tried = List.of();
			tracker = pick();
		}
		if (tracker != null) {
			launch(tracker, false);
			return;
		}
		awaitInstances();
	}

	private void again() {
		synchronized (this) {
			if (over()) {
				return;
			}
			if (remainingNanos() <= 0) {
				deadlineOver();
				return;
			}
			this.latest = null;
			this.tried = List.of();
			launchNext();
		}
	}

	private void scheduleHedge() {
		Hedge hedge = this.procedure.hedge();
		if (hedge == null || over() || this.client.settings().failover().maxAttempts() == 1) {
			return;
		}
		long delay = this.client.hedgeDelayNanos(hedge, this.procedure.latency());
		if (delay < 0) {
			return;
		}
		this.timer = this.client.timer().schedule(this::hedge, Duration.ofNanos(delay));
	}

	private void hedge() {
		synchronized (this) {
			if (over() || this.open == null || this.hedged != null || remainingNanos() <= 0) {
				return;
			}
			if (!untriedLeft() || !this.client.budget().tryAcquire()) {
				return;
			}
			InstanceTracker tracker = pick();
			if (tracker != null) {
				launch(tracker, true);
			}
		}
	}

	private AttemptFailure remember(OpenAttempt attempt, Failure failure, boolean repeatable) {
		List<AttemptFailure> list = this.failures;
		if (list == null) {
			list = new ArrayList<>(2);
			this.failures = list;
		}
		AttemptFailure attemptFailure = new AttemptFailure(attempt.tracker().instance(), failure.status(), repeatable);
		list.add(attemptFailure);
		return attemptFailure;
	}

	private void release(OpenAttempt attempt) {
		if (this.open == attempt) {
			this.open = null;
		}
		if (this.hedged == attempt) {
			this.hedged = null;
		}
	}

	private void giveUp(Failure last, Verdict verdict) {
		List<AttemptFailure> all = (this.failures != null) ? this.failures : List.of();
		if (verdict == Verdict.NEVER || all.size() == 1) {
			end(last, () -> this.procedure.exceptions().apply(last));
			return;
		}
		Status status = Failures.summary(this.procedure.service(), all, !untriedLeft());
		end(Failure.of(status), () -> Failures.exception(status, all));
	}

	private void deadlineOver() {
		List<AttemptFailure> all = (this.failures != null) ? this.failures : List.of();
		Status status = Failures.deadlineOver(this.procedure.service(),
				Duration.ofNanos(this.deadlineNanos - this.startNanos), all);
		end(Failure.of(status), () -> Failures.exception(status, all));
	}

	/** The call failed. */
	private void end(Failure failure, Supplier<Throwable> error) {
		if (ENDED.compareAndSet(this, 0, 1)) {
			abandon(null);
			settleRetry(failure);
			if (this.observer != null) {
				this.observer.ended(failure.status().code(), error.get());
			}
			this.outcome.failed(error);
		}
	}

	/** An attempt brought the result. */
	private void succeeded(SentAttempt attempt, byte[] result) {
		if (ENDED.compareAndSet(this, 0, 1)) {
			if (this.timer != null || this.attempts > 1) {
				abandon(attempt);
			}
			retry().onComplete();
			if (this.observer != null) {
				this.observer.ended(Code.OK, null);
			}
			this.outcome.succeeded(result);
		}
	}

	/**
	 * A failure that never reached the Retry is told to it, so that its metrics are
	 * whole.
	 */
	private void settleRetry(Failure failure) {
		if (!this.retrySettled) {
			retry().onError(new AttemptFailure(Failures.NOBODY, failure.status(), false));
		}
	}

	private void abandon(@Nullable OpenAttempt winner) {
		disposeTimer();
		OpenAttempt first = this.open;
		OpenAttempt second = this.hedged;
		if (first != null && first != winner) {
			first.abandon();
		}
		if (second != null && second != winner) {
			second.abandon();
		}
		this.client.stopWaiting(this);
	}

	private void disposeTimer() {
		Disposable present = this.timer;
		if (present != null) {
			present.dispose();
		}
	}

	private Retry.AsyncContext<Object> retry() {
		Retry.AsyncContext<Object> present = this.retry;
		if (present == null) {
			present = this.client.retry().asyncContext();
			this.retry = present;
		}
		return present;
	}

	private boolean over() {
		return this.ended != 0;
	}

	private long remainingNanos() {
		return this.deadlineNanos - this.client.clock().getAsLong();
	}

	@Override
	public ServiceName service() {
		return this.client.service();
	}

	@Override
	public long tick() {
		return this.tick;
	}

	@Override
	public int attempt() {
		return this.attempts + 1;
	}

	@Override
	public boolean idempotent() {
		return this.procedure.idempotent();
	}

	@Override
	public @Nullable String zone() {
		return this.client.zone();
	}

	/**
	 * An attempt that is not over.
	 */
	private interface OpenAttempt {

		InstanceTracker tracker();

		/** Nobody wants its outcome any more. */
		void abandon();

	}

	/**
	 * An attempt that waits for its connection, at most until the call's deadline; as a
	 * probe for a moment only.
	 */
	private final class PendingAttempt implements OpenAttempt, Waiter {

		private final InstanceTracker tracker;

		private final EndpointPool pool;

		private final int number;

		private final boolean hedge;

		/**
		 * Turned by whoever ends the wait: connection, failure, deadline, or nobody
		 * cares.
		 */
		private final AtomicBoolean settled = new AtomicBoolean();

		private volatile @Nullable Disposable limit;

		PendingAttempt(InstanceTracker tracker, EndpointPool pool, int number, boolean hedge) {
			this.tracker = tracker;
			this.pool = pool;
			this.number = number;
			this.hedge = hedge;
		}

		void begin(long now) {
			long remaining = Math.max(0, UnaryCall.this.deadlineNanos - now);
			boolean probe = this.tracker.availability() == Availability.UNREACHABLE
					&& untriedLeft(InstanceTracker::usable);
			this.limit = UnaryCall.this.client.timer()
				.schedule(probe ? this::impatient : this::expired,
						Duration.ofNanos(probe ? Math.min(remaining, PROBE_WAIT_NANOS) : remaining));
			this.pool.acquire(this);
			if (over()) {
				abandon();
			}
		}

		@Override
		public InstanceTracker tracker() {
			return this.tracker;
		}

		@Override
		public void connected(Connection connection) {
			if (this.settled.compareAndSet(false, true)) {
				disposeLimit();
				send(this.tracker, connection, UnaryCall.this.client.clock().getAsLong(), this.number, this.hedge);
			}
		}

		@Override
		public void failed(Status status) {
			if (this.settled.compareAndSet(false, true)) {
				disposeLimit();
				this.tracker.failed(status.code(), status.processed(), 0);
				attemptFailed(this, Failure.of(status));
			}
		}

		@Override
		public void abandon() {
			if (this.settled.compareAndSet(false, true)) {
				disposeLimit();
				this.pool.remove(this);
				this.tracker.cancelled(0);
			}
		}

		private void impatient() {
			this.pool.remove(this);
			failed(Status.notProcessed(Code.UNAVAILABLE,
					this.pool.endpoint() + " could not be reached and is not back yet"));
		}

		private void expired() {
			if (this.settled.compareAndSet(false, true)) {
				this.pool.remove(this);
				this.tracker.cancelled(0);
				attemptFailed(this, Failure.of(Status.notProcessed(Code.DEADLINE_EXCEEDED,
						"the deadline was over while connecting to " + this.pool.endpoint())));
			}
		}

		private void disposeLimit() {
			Disposable present = this.limit;
			if (present != null) {
				present.dispose();
			}
		}

	}

	/**
	 * An attempt that was handed to a connection.
	 */
	private static final class SentAttempt extends OutboundCall implements OpenAttempt {

		private static final AtomicIntegerFieldUpdater<SentAttempt> SETTLED = AtomicIntegerFieldUpdater
			.newUpdater(SentAttempt.class, "settled");

		private final UnaryCall call;

		private final InstanceTracker tracker;

		private final Connection connection;

		private final long sentNanos;

		private final CallObserver.@Nullable AttemptObserver attemptObserver;

		@SuppressWarnings("unused") // through SETTLED
		private volatile int settled;

		SentAttempt(UnaryCall call, InstanceTracker tracker, Connection connection, long now, long attemptDeadlineNanos,
				CallObserver.@Nullable AttemptObserver attemptObserver) {
			super(call.procedure.wireName(), call.procedure.codec(), call.payload,
					(attemptObserver != null) ? attemptObserver.metadata() : call.metadata, attemptDeadlineNanos);
			this.call = call;
			this.tracker = tracker;
			this.connection = connection;
			this.sentNanos = now;
			this.attemptObserver = attemptObserver;
		}

		void begin() {
			this.connection.send(this);
		}

		@Override
		public InstanceTracker tracker() {
			return this.tracker;
		}

		@Override
		protected long lastDeadlineNanoTime() {
			return this.call.client.attemptTimeoutFixed() ? super.lastDeadlineNanoTime() : this.call.deadlineNanos;
		}

		@Override
		protected boolean leavesSuspectedPeer() {
			return this.call.procedure.idempotent() && this.call.client.settings().failover().maxAttempts() > 1;
		}

		@Override
		protected boolean tryWaitOn() {
			return this.call.tryWaitOn(this);
		}

		@Override
		protected void onResult(byte[] result) {
			if (SETTLED.compareAndSet(this, 0, 1)) {
				long elapsed = elapsedNanos();
				this.tracker.succeeded(elapsed);
				this.call.procedure.latency().record(elapsed);
				observed(SUCCESS);
				this.call.succeeded(this, result);
			}
		}

		@Override
		protected void onFailure(Failure failure) {
			if (SETTLED.compareAndSet(this, 0, 1)) {
				long elapsed = elapsedNanos();
				this.tracker.failed(failure.status().code(), failure.status().processed(), elapsed);
				if (failure.status().code() == Code.DEADLINE_EXCEEDED) {
					this.call.procedure.latency().recordTimeout(elapsed);
				}
				if (failure.status().code() == Code.RESOURCE_EXHAUSTED) {
					this.call.client.refused();
				}
				observed(failure.status());
				this.call.attemptFailed(this, failure);
			}
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
			return this.call.client.clock().getAsLong() - this.sentNanos;
		}

		private void observed(Status status) {
			if (this.attemptObserver != null) {
				this.attemptObserver.ended(status);
			}
		}

	}

}
