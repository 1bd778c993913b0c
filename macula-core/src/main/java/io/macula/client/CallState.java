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
import java.util.function.Predicate;

import io.macula.Code;
import io.macula.Processed;
import io.macula.RpcException;
import io.macula.ServiceName;
import io.macula.Status;
import io.macula.client.FailoverRule.Verdict;
import io.macula.selection.InstanceTracker;
import io.macula.selection.SelectionContext;
import io.macula.transport.StreamCall;
import io.macula.wire.Failure;
import org.jspecify.annotations.Nullable;

/**
 * What a call knows of itself, and the one place that decides what follows: the instances
 * it tried, its attempts and their failures, the time that is left. Decides and does
 * nothing: {@link CallPipeline} carries the decision out.
 * <p>
 * The first choice is made by the thread that starts the call, before any other can know
 * of it. Everything after that happens under the call's monitor, because attempts on two
 * connections answer on two event loops.
 */
abstract class CallState implements SelectionContext {

	private final ServiceCalls shared;

	private final Procedure procedure;

	private final long startNanos;

	private final long deadlineNanos;

	private final long tick;

	/** The instance of the latest attempt, not yet among the tried ones. */
	private @Nullable InstanceTracker latest;

	private int attempts;

	/** Attempts that are not over, those included that are decided and not yet begun. */
	private int openAttempts;

	private @Nullable CallHistory history;

	CallState(ServiceCalls shared, Procedure procedure, long deadlineNanos) {
		this.shared = shared;
		this.procedure = procedure;
		this.startNanos = shared.now();
		this.deadlineNanos = deadlineNanos;
		this.tick = shared.ticks().getAndIncrement();
	}

	/**
	 * What follows a failed attempt. The order matters: what is final comes before what
	 * costs, and what costs nothing before what is counted.
	 */
	final NextStep afterFailure(InstanceTracker tracker, Failure cause) {
		this.openAttempts--;
		int number = number(tracker);
		CallHistory past = history();
		// 0. The node was stopped: its connections went, and nothing follows.
		Status stopped = this.shared.waiting().end();
		if (stopped != null && isOfConnection(cause.status())) {
			past.remember(number, tracker.instance(), cause.status(), false);
			return (this.openAttempts > 0) ? NextStep.NONE : Failures.stopped(this.procedure, stopped, past.failures());
		}
		Verdict verdict = committed() ? Verdict.NEVER : FailoverRule.decide(cause, this.procedure.idempotent());
		if (verdict == Verdict.ELSEWHERE) {
			past.misfit(tracker, FailoverRule.codecUnknown(cause) || FailoverRule.forbidden(cause),
					FailoverRule.version(cause));
		}
		Failure failure = (remainingNanos() > 0) ? Failures.inTime(cause) : cause;
		// 1. The failure is final, or nothing is ever repeated.
		if (verdict == Verdict.NEVER || !retries().repeats()) {
			past.remember(number, tracker.instance(), failure.status(), false);
			return Failures.last(this.procedure, failure, past.failures(), this.openAttempts > 0, committed());
		}
		// 2. Another attempt is still open and may bring the result.
		if (this.openAttempts > 0) {
			past.remember(number, tracker.instance(), failure.status(), false);
			return NextStep.NONE;
		}
		// 3. The deadline is outermost.
		if (remainingNanos() <= 0) {
			past.remember(number, tracker.instance(), failure.status(), false);
			return timeOver();
		}
		// 4. No instance processed the call, and one is left that was not asked: free.
		if ((verdict == Verdict.TRANSPARENT || verdict == Verdict.ELSEWHERE) && untriedLeft()) {
			past.remember(number, tracker.instance(), failure.status(), false);
			return nextInstance();
		}
		// None that is left has a version that takes it: asking again is in vain.
		if (verdict == Verdict.ELSEWHERE) {
			past.remember(number, tracker.instance(), failure.status(), false);
			return Failures.misfit(this.procedure, failure, past.failures());
		}
		// No instance may provide the service: answers hold longer than this call waits.
		if (verdict == Verdict.TRANSPARENT && past.denied(this.shared.balancer().trackers(this))) {
			past.remember(number, tracker.instance(), failure.status(), false);
			return Failures.denied(this.procedure, failure, past.failures());
		}
		// 5. Anything else is counted: the Retry says how long to wait, or that there
		// were attempts enough. What adds load needs room in the budget, too.
		long millis = past.retryMillis(past.remember(number, tracker.instance(), failure.status(),
				verdict == Verdict.TRANSPARENT || past.tryAcquire()));
		if (millis < 0) {
			return Failures.all(this.procedure, failure, past.failures(), !untriedLeft(), retries().maxAttempts());
		}
		// 6. Another instance at once; the same one only after a pause.
		return untriedLeft() ? nextInstance()
				: new NextStep.Pause(Math.max(0, Math.min(millis * 1_000_000L, remainingNanos())));
	}

	/**
	 * A hedged call has two attempts open, the latest two: there is no third beside them.
	 */
	private int number(InstanceTracker tracker) {
		return (tracker == this.latest) ? this.attempts : Math.max(1, this.attempts - 1);
	}

	/** What follows when an instance may not provide the service. */
	final NextStep afterDenial(InstanceTracker tracker, Status refusal) {
		history().deny(tracker);
		return afterFailure(tracker, Failure.of(refusal));
	}

	/** Whether it tells of the connection, rather than of the call. */
	private static boolean isOfConnection(Status status) {
		return status.processed() != Processed.YES
				&& (status.code() == Code.UNAVAILABLE || status.code() == Code.CANCELLED);
	}

	/** What follows when an attempt that waited for its connection will not get one. */
	final NextStep afterDrop(Status reason) {
		this.openAttempts--;
		return (this.openAttempts > 0) ? NextStep.NONE : Failures.stopped(this.procedure, reason, failures());
	}

	/** What follows when an interceptor did not let an attempt be sent. */
	final NextStep afterRefusal(Throwable thrown) {
		this.openAttempts--;
		if (this.openAttempts > 0) {
			return NextStep.NONE;
		}
		Status reason = (thrown instanceof RpcException known && known.code() != Code.OK)
				? Status.notProcessed(known.code(), known.status().message())
				: Status.notProcessed(Code.INTERNAL, "an interceptor failed the attempt " + this.attempts + " of "
						+ this.procedure.wireName() + ": " + Failures.text(thrown));
		return Failures.stopped(this.procedure, reason, failures(), thrown);
	}

	/** What follows when the client itself failed to carry the call on. */
	final NextStep afterBreakdown(Throwable error) {
		Status stopped = this.shared.waiting().end();
		String why = "the call of " + this.procedure.wireName() + " could not be carried on: " + Failures.text(error);
		Status reason = (stopped != null) ? stopped : Status.notProcessed(Code.INTERNAL, why);
		// An attempt that is still open may have been sent.
		Status told = (this.openAttempts > 0) ? Status.unknown(reason.code(), reason.message()) : reason;
		return Failures.stopped(this.procedure, told, failures());
	}

	/**
	 * Whether the caller has seen something of the call, so that it cannot be repeated
	 * whatever failed.
	 */
	abstract boolean committed();

	/** What follows a pause: all instances again. */
	final NextStep afterPause() {
		return (remainingNanos() > 0) ? nextRound() : timeOver();
	}

	/** What follows when no instance came in time, or none will come. */
	final NextStep withoutInstances(Status reason) {
		boolean overdue = this.deadlineNanos != StreamCall.NO_DEADLINE && remainingNanos() <= 0;
		return (overdue && !failures().isEmpty()) ? timeOver() : Failures.stopped(this.procedure, reason, failures());
	}

	/** What follows when the user's strategy failed. */
	final NextStep withoutChoice(Throwable error) {
		Status status = (error instanceof RpcException known) ? known.status()
				: Status.notProcessed(Code.INTERNAL, "choosing an instance failed: " + Failures.text(error));
		return Failures.stopped(this.procedure, status, failures());
	}

	private NextStep timeOver() {
		if (this.deadlineNanos == StreamCall.NO_DEADLINE) {
			return Failures.summary(this.procedure, failures(), !untriedLeft());
		}
		return Failures.deadlineOver(this.procedure, ownDeadline(), failures());
	}

	/**
	 * An untried instance, or any if the last untried one has just left the directory, or
	 * a wait if there is none at all.
	 */
	final NextStep nextInstance() {
		try {
			InstanceTracker tracker = pick();
			return (tracker != null) ? attempt(tracker) : nextRound();
		}
		catch (Throwable ex) {
			return withoutChoice(ex);
		}
	}

	/** The first attempt of a call that had to wait for an instance comes here, too. */
	private NextStep attempt(InstanceTracker tracker) {
		if (this.attempts > 1) {
			retries().repeated();
		}
		return new NextStep.Attempt(tracker, this.attempts);
	}

	private NextStep nextRound() {
		this.latest = null;
		if (this.history != null) {
			this.history.tried().clear();
		}
		try {
			InstanceTracker tracker = pick();
			if (tracker == null && this.history != null && this.history.excludes()) {
				// The others have left, so it may end as what it is.
				this.history.forgetExcluded();
				tracker = pick();
			}
			return (tracker != null) ? attempt(tracker) : NextStep.AWAIT_INSTANCES;
		}
		catch (Throwable ex) {
			return withoutChoice(ex);
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
		CallHistory past = this.history;
		InstanceTracker tracker = (past == null || !past.excludes()) ? this.shared.balancer().pick(this, tried())
				: this.shared.balancer().pickExcept(this, past::useless);
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
		CallHistory past = this.history;
		for (InstanceTracker tracker : this.shared.balancer().trackers(this)) {
			boolean useless = tracker == this.latest || (past != null && past.useless(tracker));
			if (!useless && condition.test(tracker)) {
				return true;
			}
		}
		return false;
	}

	private List<InstanceTracker> tried() {
		CallHistory past = this.history;
		return (past != null) ? past.tried() : List.of();
	}

	private List<AttemptFailure> failures() {
		CallHistory past = this.history;
		return (past != null) ? past.failures() : List.of();
	}

	/** Whether the first attempt was enough so far. */
	final boolean unblemished() {
		return this.history == null;
	}

	/** Those of the method, or else of its service. */
	final RetryPolicy retries() {
		MethodRules own = this.procedure.rules();
		return (own != null) ? own.retries() : this.shared.retries();
	}

	/** Made when it is first needed. */
	final CallHistory history() {
		CallHistory present = this.history;
		if (present == null) {
			present = new CallHistory(retries());
			this.history = present;
		}
		return present;
	}

	final int attempts() {
		return this.attempts;
	}

	final int openAttempts() {
		return this.openAttempts;
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

	/** Bound of the whole call, or {@link StreamCall#NO_DEADLINE}. */
	final long deadlineNanos() {
		return this.deadlineNanos;
	}

	/** When the call began, on the scale of the clock. */
	final long startNanos() {
		return this.startNanos;
	}

	/** What the caller gave the call. */
	final Duration ownDeadline() {
		return Duration.ofNanos(this.deadlineNanos - this.startNanos);
	}

	final ServiceCalls shared() {
		return this.shared;
	}

	final Procedure procedure() {
		return this.procedure;
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
	public final @Nullable String methodMark() {
		return this.procedure.mark();
	}

	@Override
	public final @Nullable String zone() {
		return this.shared.zone();
	}

}
