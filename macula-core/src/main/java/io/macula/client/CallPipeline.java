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
import java.util.List;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import java.util.function.Predicate;
import java.util.function.Supplier;

import io.macula.Code;
import io.macula.Metadata;
import io.macula.RpcException;
import io.macula.ServiceName;
import io.macula.Status;
import io.macula.client.FailoverRule.Verdict;
import io.macula.pool.EndpointPool;
import io.macula.selection.InstanceTracker;
import io.macula.selection.SelectionContext;
import io.macula.transport.Connection;
import io.macula.transport.StreamCall;
import io.macula.wire.Failure;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;

/**
 * One call from its start to its end, unary ({@link UnaryCall}) or streaming
 * ({@link StreamingCall}): what is chosen, what is tried again, how it ends. Both kinds
 * share all of it; a kind adds how an attempt is sent and how the outcome is told.
 * <p>
 * Read {@link #start} for the steps of every call, {@link #afterFailure} for what follows
 * a failed attempt, and {@link #succeed}, {@link #fail} and {@link #cancel} for its three
 * ends.
 * <p>
 * The call path without faults takes no lock: one thread starts the call, one event loop
 * ends it. Whatever follows a failure, and hedging, is decided under the call's monitor,
 * because attempts on two connections answer on two event loops, and is carried out
 * outside of it. {@link #ended} turns once and never back; whoever turns it tells the
 * outcome.
 */
abstract class CallPipeline implements SelectionContext {

	private static final AtomicIntegerFieldUpdater<CallPipeline> ENDED = AtomicIntegerFieldUpdater
		.newUpdater(CallPipeline.class, "ended");

	private final ServiceCalls shared;

	private final Procedure procedure;

	private final long startNanos;

	private final long deadlineNanos;

	private final long tick;

	private final @Nullable CallObserver observer;

	@SuppressWarnings("unused") // through ENDED
	private volatile int ended;

	/**
	 * The latest attempt, and the one beside it if the call is hedged: what is to be
	 * abandoned when the call ends. They may be over.
	 */
	private volatile @Nullable OpenAttempt open;

	private volatile @Nullable OpenAttempt hedged;

	private volatile @Nullable Disposable timer;

	/** The instance of the latest attempt, not yet among the tried ones. */
	private @Nullable InstanceTracker latest;

	private int attempts;

	/** Attempts that are not over, those included that are decided and not yet begun. */
	private int openAttempts;

	private @Nullable CallHistory history;

	/**
	 * A call that was not yet started.
	 * @param shared what it shares with other calls
	 * @param procedure what is called
	 * @param deadlineNanos bound of the whole call, on the scale of the clock, or
	 * {@link StreamCall#NO_DEADLINE}
	 */
	CallPipeline(ServiceCalls shared, Procedure procedure, long deadlineNanos) {
		this.shared = shared;
		this.procedure = procedure;
		this.startNanos = shared.now();
		this.deadlineNanos = deadlineNanos;
		this.tick = shared.ticks().getAndIncrement();
		this.observer = shared.observations().call(shared.service(), procedure);
	}

	/**
	 * The steps of every call, in order. The first attempt is sent before this method
	 * returns if a connection is there. Never throws: however the call ends, its outcome
	 * is told.
	 */
	final void start() {
		// 1. Earn a share of the retry budget: even a call that fails has added load.
		this.shared.retries().callStarted();
		// 2. Choose an instance from the last snapshot: no I/O, no lock.
		InstanceTracker tracker;
		try {
			tracker = pick();
		}
		catch (RuntimeException ex) {
			// The user's strategy failed: the outcome has its place, whoever calls.
			carryOut(stopped(statusOf(ex)));
			return;
		}
		// 3. Without one, wait: client and provider may start in any order.
		if (tracker == null) {
			carryOut(NextStep.AWAIT_INSTANCES);
			return;
		}
		// 4. Take the connection that is there or wait for one, and send the attempt.
		launch(tracker, 1, false);
		// 5. Only then think of a second attempt beside it: the first must not wait.
		firstAttemptBegun();
		// 6. An attempt that fails goes on in attemptFailed, one that succeeds in
		// succeed.
	}

	/** An attempt on an instance, over a connection that is there or to come. */
	final void launch(InstanceTracker tracker, int number, boolean hedge) {
		long now = this.shared.now();
		EndpointPool pool = InstanceLinks.poolOf(tracker);
		Connection connection = pool.ready(now);
		if (connection != null) {
			send(tracker, connection, now, number, hedge);
			return;
		}
		PendingAttempt pending = new PendingAttempt(this, tracker, pool, number, hedge);
		hold(pending, hedge);
		pending.begin();
	}

	/**
	 * Send an attempt. It is {@linkplain #hold held} before anything can come back, and
	 * abandoned after that if the call is over by then.
	 * @param tracker the instance
	 * @param connection to the instance
	 * @param now the present
	 * @param number 1 for the call's first attempt
	 * @param hedge whether it runs beside another one
	 */
	abstract void send(InstanceTracker tracker, Connection connection, long now, int number, boolean hedge);

	/** The call's first attempt is sent, or waits for its connection. */
	void firstAttemptBegun() {
	}

	/**
	 * An attempt is over without a result. The instance was told already.
	 */
	final void attemptFailed(OpenAttempt attempt, Failure failure) {
		NextStep next;
		synchronized (this) {
			if (over()) {
				return;
			}
			this.openAttempts--;
			next = afterFailure(attempt.tracker(), failure);
		}
		carryOut(next);
	}

	/**
	 * The only place that decides what follows a failed attempt. The order matters: what
	 * is final comes before what costs, and what costs nothing before what is counted.
	 */
	private NextStep afterFailure(InstanceTracker tracker, Failure failure) {
		Verdict verdict = (committed()) ? Verdict.NEVER
				: FailoverRule.decide(failure.status(), this.procedure.idempotent());
		CallHistory past = history();
		// 1. Another attempt is open still and may bring the result.
		if (verdict != Verdict.NEVER && this.openAttempts > 0) {
			past.remember(tracker.instance(), failure.status(), false);
			return NextStep.NONE;
		}
		// 2. The failure is final, or nothing is ever repeated.
		if (verdict == Verdict.NEVER || !this.shared.retries().repeats()) {
			past.remember(tracker.instance(), failure.status(), false);
			return failedFor(failure);
		}
		// 3. The deadline is outermost.
		if (remainingNanos() <= 0) {
			past.remember(tracker.instance(), failure.status(), false);
			return deadlineOver();
		}
		// 4. No instance processed the call, and one is left that was not asked: free.
		if (verdict == Verdict.TRANSPARENT && untriedLeft()) {
			past.remember(tracker.instance(), failure.status(), false);
			return nextInstance();
		}
		// 5. Anything else adds load: the budget must have room, and the Retry says how
		// long to wait, or that there were attempts enough.
		AttemptFailure remembered = past.remember(tracker.instance(), failure.status(), past.tryAcquire());
		long millis = past.retryMillis(remembered);
		if (millis < 0) {
			return allFailed(failure);
		}
		// 6. Another instance at once; the same one only after a pause.
		if (untriedLeft()) {
			return nextInstance();
		}
		return new NextStep.Pause(Math.max(0, Math.min(millis * 1_000_000L, remainingNanos())));
	}

	/**
	 * Whether the caller has seen something of the call, so that it cannot be repeated
	 * whatever failed.
	 */
	abstract boolean committed();

	private void carryOut(NextStep next) {
		if (next instanceof NextStep.Attempt attempt) {
			launch(attempt.tracker(), attempt.number(), false);
			if (attempt.number() == 1) {
				firstAttemptBegun();
			}
		}
		else if (next instanceof NextStep.Pause pause) {
			hold(this.shared.timer().schedule(this::paused, Duration.ofNanos(pause.nanos())));
		}
		else if (next instanceof NextStep.AwaitInstances) {
			this.shared.waiting().add(this, remainingNanos());
			if (over()) {
				abandon(null);
			}
		}
		else if (next instanceof NextStep.GiveUp end) {
			fail(end.failure(), end.error());
		}
	}

	private void paused() {
		NextStep next;
		synchronized (this) {
			if (over()) {
				return;
			}
			next = (remainingNanos() > 0) ? nextRound() : deadlineOver();
		}
		carryOut(next);
	}

	/** Instances became known while the call waited for one. */
	final void instancesKnown() {
		disposeTimer();
		NextStep next;
		synchronized (this) {
			if (over()) {
				return;
			}
			next = nextInstance();
		}
		carryOut(next);
	}

	/** No instance became known in time. */
	final void noInstances(Status reason) {
		disposeTimer();
		NextStep next;
		synchronized (this) {
			if (over()) {
				return;
			}
			boolean deadlineOver = this.deadlineNanos != StreamCall.NO_DEADLINE && remainingNanos() <= 0;
			next = (deadlineOver && !failures().isEmpty()) ? deadlineOver() : stopped(reason);
		}
		carryOut(next);
	}

	/**
	 * An untried instance, or any if the last untried one has just left the directory.
	 */
	private NextStep nextInstance() {
		try {
			InstanceTracker tracker = pick();
			return (tracker != null) ? new NextStep.Attempt(tracker, this.attempts) : nextRound();
		}
		catch (RuntimeException ex) {
			return stopped(statusOf(ex));
		}
	}

	private NextStep nextRound() {
		this.latest = null;
		if (this.history != null) {
			this.history.tried().clear();
		}
		try {
			InstanceTracker tracker = pick();
			return (tracker != null) ? new NextStep.Attempt(tracker, this.attempts) : NextStep.AWAIT_INSTANCES;
		}
		catch (RuntimeException ex) {
			return stopped(statusOf(ex));
		}
	}

	/**
	 * An instance that was not tried in this round, or {@code null}. What is picked
	 * counts as in flight: it must be attempted.
	 */
	final @Nullable InstanceTracker pick() {
		InstanceTracker last = this.latest;
		if (last != null) {
			history().tried().add(last);
			this.latest = null;
		}
		InstanceTracker tracker = this.shared.balancer().pick(this, tried());
		if (tracker != null) {
			this.latest = tracker;
			this.attempts++;
			this.openAttempts++;
		}
		return tracker;
	}

	/** Whether an instance is left that had no attempt since the last round began. */
	final boolean untriedLeft() {
		return untriedLeft((tracker) -> true);
	}

	/** The same, for instances that fulfil a condition. */
	final synchronized boolean untriedLeft(Predicate<InstanceTracker> condition) {
		List<InstanceTracker> tried = tried();
		for (InstanceTracker tracker : this.shared.balancer().trackers()) {
			if (tracker != this.latest && !tried.contains(tracker) && condition.test(tracker)) {
				return true;
			}
		}
		return false;
	}

	private List<InstanceTracker> tried() {
		CallHistory past = this.history;
		return (past != null) ? past.tried() : List.of();
	}

	/** A final failure: told as it is, and what came before is not forgotten. */
	private NextStep failedFor(Failure last) {
		List<AttemptFailure> all = failures();
		Failure told = Failures.last(last, all, this.openAttempts > 0);
		List<AttemptFailure> before = List.copyOf(all.subList(0, all.size() - 1));
		return new NextStep.GiveUp(told,
				() -> Failures.withSuppressed(this.procedure.exceptions().apply(told), before));
	}

	/** There were attempts enough. */
	private NextStep allFailed(Failure last) {
		List<AttemptFailure> all = failures();
		return (all.size() == 1) ? failedFor(last)
				: giveUp(Failures.summary(this.procedure.service(), all, !untriedLeft()));
	}

	private NextStep deadlineOver() {
		if (this.deadlineNanos == StreamCall.NO_DEADLINE) {
			return giveUp(Failures.summary(this.procedure.service(), failures(), !untriedLeft()));
		}
		return giveUp(Failures.deadlineOver(this.procedure.service(),
				Duration.ofNanos(this.deadlineNanos - this.startNanos), failures()));
	}

	/** There is no instance to go on with. */
	private NextStep stopped(Status reason) {
		return giveUp(Failures.stopped(reason, failures()));
	}

	private NextStep giveUp(Status status) {
		List<AttemptFailure> all = List.copyOf(failures());
		return new NextStep.GiveUp(Failure.of(status), () -> Failures.withSuppressed(new RpcException(status), all));
	}

	private List<AttemptFailure> failures() {
		CallHistory past = this.history;
		return (past != null) ? past.failures() : List.of();
	}

	private static Status statusOf(RuntimeException error) {
		return (error instanceof RpcException known) ? known.status()
				: Status.notProcessed(Code.INTERNAL, "choosing an instance failed: " + error);
	}

	/**
	 * An attempt brought the result.
	 * @return whether it ends the call: then the caller has to be told
	 */
	final boolean succeed(OpenAttempt winner) {
		if (!ENDED.compareAndSet(this, 0, 1)) {
			return false;
		}
		if (this.timer != null || this.attempts > 1) {
			abandon(winner);
		}
		if (this.history == null) {
			this.shared.retries().begin().onComplete();
		}
		else {
			synchronized (this) {
				history().succeeded();
			}
		}
		if (this.observer != null) {
			this.observer.ended(Code.OK, null);
		}
		return true;
	}

	private void fail(Failure failure, Supplier<Throwable> error) {
		if (!ENDED.compareAndSet(this, 0, 1)) {
			return;
		}
		abandon(null);
		synchronized (this) {
			history().failed(failure.status());
		}
		if (this.observer != null) {
			this.observer.ended(failure.status().code(), error.get());
		}
		tellFailure(error);
	}

	/**
	 * The call failed: tell the caller.
	 * @param error makes the exception, on the thread that throws it
	 */
	abstract void tellFailure(Supplier<Throwable> error);

	/** The caller gave up: nothing is told any more. */
	public final void cancel() {
		if (ENDED.compareAndSet(this, 0, 1)) {
			abandon(null);
			if (this.observer != null) {
				this.observer.ended(Code.CANCELLED, null);
			}
		}
	}

	/** Whether the outcome was told, or is about to be. */
	final boolean over() {
		return this.ended != 0;
	}

	/** Whoever holds an attempt looks afterwards whether the call is {@link #over}. */
	final void hold(OpenAttempt attempt, boolean hedge) {
		if (hedge) {
			this.hedged = attempt;
		}
		else {
			this.open = attempt;
		}
	}

	/** What is to be disposed of when the call ends. */
	final void hold(Disposable waiting) {
		this.timer = waiting;
		if (over()) {
			waiting.dispose();
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
		this.shared.waiting().remove(this);
	}

	private void disposeTimer() {
		Disposable present = this.timer;
		if (present != null) {
			present.dispose();
		}
	}

	/** Whether this attempt is open, and no other is beside it. */
	final boolean onlyOpen(OpenAttempt attempt) {
		return !over() && this.open == attempt && this.openAttempts == 1;
	}

	/** Whether exactly one attempt is open. */
	final boolean oneOpen() {
		return !over() && this.openAttempts == 1;
	}

	final int attempts() {
		return this.attempts;
	}

	/** Made when it is first needed. */
	final CallHistory history() {
		CallHistory present = this.history;
		if (present == null) {
			present = new CallHistory(this.shared.retries());
			this.history = present;
		}
		return present;
	}

	final ServiceCalls shared() {
		return this.shared;
	}

	final Procedure procedure() {
		return this.procedure;
	}

	final long deadlineNanos() {
		return this.deadlineNanos;
	}

	/**
	 * Time that is left for choosing, connecting and trying again: until the deadline. A
	 * stream without one has the time that other calls of its service have.
	 */
	final long remainingNanos() {
		long end = (this.deadlineNanos != StreamCall.NO_DEADLINE) ? this.deadlineNanos
				: this.startNanos + this.procedure.deadline().toNanos();
		return end - this.shared.now();
	}

	final CallObserver.@Nullable AttemptObserver observe(InstanceTracker tracker, int number, Metadata metadata) {
		return (this.observer != null) ? this.observer.attempt(tracker.instance(), number, metadata) : null;
	}

	@Override
	public final ServiceName service() {
		return this.shared.service();
	}

	@Override
	public final long tick() {
		return this.tick;
	}

	@Override
	public final int attempt() {
		return this.attempts + 1;
	}

	@Override
	public final boolean idempotent() {
		return this.procedure.idempotent();
	}

	@Override
	public final @Nullable String zone() {
		return this.shared.zone();
	}

}
