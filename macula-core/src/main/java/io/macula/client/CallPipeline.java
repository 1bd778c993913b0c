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
import java.util.function.Supplier;

import io.macula.Attempt;
import io.macula.Code;
import io.macula.Metadata;
import io.macula.Status;
import io.macula.log.FaultLog;
import io.macula.log.PrintableLogger;
import io.macula.pool.EndpointPool;
import io.macula.selection.InstanceTracker;
import io.macula.transport.Connection;
import io.macula.wire.Failure;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.util.context.ContextView;

/**
 * One call from its start to its end, unary ({@link UnaryCall}) or streaming
 * ({@link StreamingCall}). Both kinds take the same steps; a kind adds how an attempt is
 * sent and how the outcome is told.
 * <p>
 * Read {@link #start} for the steps of every call, {@link CallState#afterFailure} for
 * what follows a failed attempt, and {@link #succeed}, {@link #fail} and {@link #cancel}
 * for the three ends.
 * <p>
 * The call path without faults takes no lock: one thread starts the call, one event loop
 * ends it. What follows a failure is decided under the call's monitor and carried out
 * outside of it. {@link #ended} turns once and never back; whoever turns it tells the
 * outcome.
 */
abstract class CallPipeline extends CallState {

	private static final FaultLog log = new FaultLog(PrintableLogger.of(CallPipeline.class));

	private static final AtomicIntegerFieldUpdater<CallPipeline> ENDED = AtomicIntegerFieldUpdater
		.newUpdater(CallPipeline.class, "ended");

	private final @Nullable CallObserver observer;

	@SuppressWarnings("unused") // through ENDED
	private volatile int ended;

	/**
	 * The latest attempt, and the one beside it if the call is hedged: what is to be
	 * abandoned when the call ends. They may be over.
	 */
	private volatile @Nullable OpenAttempt open;

	private volatile @Nullable OpenAttempt hedged;

	/** What the call waits for beside an attempt. */
	private volatile @Nullable Disposable timer;

	/**
	 * A call that was not yet started.
	 * @param shared what it shares with other calls
	 * @param procedure what is called
	 * @param deadlineNanos bound of the whole call, on the scale of the clock, or
	 * {@link io.macula.transport.StreamCall#NO_DEADLINE}
	 * @param context of the subscriber, or an empty one
	 */
	CallPipeline(ServiceCalls shared, Procedure procedure, long deadlineNanos, ContextView context) {
		super(shared, procedure, deadlineNanos);
		this.observer = shared.observations().call(shared.service(), procedure, context);
	}

	/**
	 * The steps of every call, in order. The first attempt is sent before this method
	 * returns if a connection is there. Never throws: however the call ends, its outcome
	 * is told.
	 */
	final void start() {
		// 1. Earn a share of the retry budget: what calls add, retries may add to.
		retries().callStarted();
		// 2. Choose an instance from the last snapshot: no I/O, no lock.
		InstanceTracker tracker;
		try {
			tracker = pick();
		}
		catch (Throwable ex) {
			carryOut(withoutChoice(ex));
			return;
		}
		// 3. Without one, wait: client and provider may start in any order.
		if (tracker == null) {
			carryOut(NextStep.AWAIT_INSTANCES);
			return;
		}
		try {
			// 4. Send the attempt over the connection that is there, or wait for one.
			launch(tracker, 1, false);
			// 5. Only then think of a second attempt beside it: the first must not wait.
			firstAttemptBegun();
		}
		catch (Throwable ex) {
			brokeDown(ex);
		}
		// 6. The attempt's own end leads on: to attemptFailed, or to succeed.
	}

	/** Begin an attempt on an instance, over a connection that is there or to come. */
	final void launch(InstanceTracker tracker, int number, boolean hedge) {
		long now = shared().now();
		EndpointPool pool = InstanceLinks.poolOf(tracker);
		Connection connection = pool.ready(now);
		Status refusal = (connection != null) ? shared().refusal(connection) : null;
		if (connection != null && refusal == null) {
			send(tracker, connection, now, number, hedge);
			return;
		}
		PendingAttempt pending = new PendingAttempt(this, tracker, pool, number, hedge);
		hold(pending, hedge);
		if (refusal != null) {
			// Later, for there may be any number of instances of that kind.
			shared().timer().schedule(() -> pending.denied(refusal), Duration.ZERO);
			return;
		}
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

	/** An attempt is over without a result. Its instance was told already. */
	final void attemptFailed(OpenAttempt attempt, Failure failure) {
		goOn(() -> afterFailure(attempt.tracker(), failure));
	}

	/** An attempt was not sent: this node's lists do not let its instance serve it. */
	final void attemptDenied(OpenAttempt attempt, Status refusal) {
		goOn(() -> afterDenial(attempt.tracker(), refusal));
	}

	/** An attempt that waited for its connection will not get one: the node stops. */
	final void attemptDropped(Status reason) {
		goOn(() -> afterDrop(reason));
	}

	/** A pause before the next attempt is over. */
	final void pauseOver() {
		goOn(this::afterPause);
	}

	/** Instances became known while the call waited for one. */
	final void instancesKnown() {
		disposeTimer();
		goOn(this::nextInstance);
	}

	/** No instance became known in time, or none will. */
	final void noInstances(Status reason) {
		disposeTimer();
		goOn(() -> withoutInstances(reason));
	}

	private void goOn(Supplier<NextStep> decision) {
		NextStep next;
		try {
			synchronized (this) {
				next = over() ? NextStep.NONE : decision.get();
			}
		}
		catch (Throwable ex) {
			brokeDown(ex);
			return;
		}
		carryOut(next);
	}

	private void carryOut(NextStep next) {
		try {
			take(next);
		}
		catch (Throwable ex) {
			brokeDown(ex);
		}
	}

	/**
	 * A step threw, for example because a timer or a thread was refused: whoever waits
	 * for the call must not wait for ever.
	 */
	private void brokeDown(Throwable cause) {
		log.warn("A call of service " + service() + " could not be carried on", cause);
		NextStep end;
		synchronized (this) {
			end = over() ? NextStep.NONE : afterBreakdown(cause);
		}
		if (end instanceof NextStep.GiveUp last) {
			fail(last.failure(), last.error());
		}
	}

	private void take(NextStep next) {
		if (next instanceof NextStep.Attempt attempt) {
			launch(attempt.tracker(), attempt.number(), false);
			if (attempt.number() == 1) {
				firstAttemptBegun();
			}
		}
		else if (next instanceof NextStep.Pause pause) {
			shared().waiting().pause(this, pause.nanos());
			if (over()) {
				abandon(null);
			}
		}
		else if (next instanceof NextStep.AwaitInstances) {
			shared().waiting().add(this, Math.min(remainingNanos(), shared().patienceNanos()));
			if (over()) {
				abandon(null);
			}
		}
		else if (next instanceof NextStep.GiveUp end) {
			fail(end.failure(), end.error());
		}
	}

	/**
	 * An attempt brought the result.
	 * @return whether it ends the call: then the caller has to be told
	 */
	final boolean succeed(OpenAttempt winner) {
		if (!ENDED.compareAndSet(this, 0, 1)) {
			return false;
		}
		if (this.timer != null || attempts() > 1) {
			abandon(winner);
		}
		if (unblemished()) {
			retries().succeeded(retries().begin());
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

	/** Nothing brings the result any more. */
	final void fail(Failure failure, Supplier<Throwable> error) {
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
		try {
			tellFailure(error);
		}
		catch (Throwable ex) {
			callerFailed(ex);
		}
	}

	/**
	 * The call failed: tell the caller.
	 * @param error makes the exception, on the thread that throws it
	 */
	abstract void tellFailure(Supplier<Throwable> error);

	/**
	 * The caller threw when it was told the outcome. The connection that brought it must
	 * not suffer: it has the calls of others.
	 */
	final void callerFailed(Throwable cause) {
		log.warn("A caller of service " + service() + " failed when it was told its outcome", cause);
	}

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

	/**
	 * What is known of the call at this moment, for people; takes no lock, so it may be
	 * out of date by the time it is read.
	 */
	final String describe() {
		return "ended: " + over() + ", attempts: " + attempts() + ", open: " + openAttempts() + " (" + name(this.open)
				+ ", " + name(this.hedged) + "), timer: " + (this.timer != null) + ", client: "
				+ ((shared().waiting().end() != null) ? "ended" : "live") + ", instances: "
				+ shared().balancer().trackers().size();
	}

	private static String name(@Nullable OpenAttempt attempt) {
		return (attempt != null) ? attempt.getClass().getSimpleName() + " at " + attempt.tracker().instance() : "none";
	}

	/** Whether this attempt is open, and no other is beside it. */
	final boolean onlyOpen(OpenAttempt attempt) {
		return !over() && (this.open == attempt || this.hedged == attempt) && openAttempts() == 1;
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
		shared().waiting().remove(this);
	}

	private void disposeTimer() {
		Disposable present = this.timer;
		if (present != null) {
			present.dispose();
		}
	}

	/**
	 * An attempt is about to be sent: ask the interceptors.
	 * @return what travels with it, or {@code null} if it is not sent
	 */
	final @Nullable Metadata asked(CallTerms terms, InstanceTracker tracker, int number, boolean hedge) {
		try {
			return terms.attempt(service(), procedure().method(), tracker.instance(), number, hedge);
		}
		catch (Throwable ex) {
			tracker.cancelled(0);
			goOn(() -> afterRefusal(ex));
			return null;
		}
	}

	/** Begin to watch an attempt; {@code null} where nobody listens. */
	final CallObserver.@Nullable AttemptObserver observe(InstanceTracker tracker, int number, Metadata metadata) {
		if (this.observer == null) {
			return null;
		}
		List<Attempt> failed = List.of();
		if (number > 1) {
			synchronized (this) {
				failed = history().failures().stream().map(AttemptFailure::attempt).toList();
			}
		}
		return this.observer.attempt(tracker.instance(), number, metadata, failed);
	}

}
