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
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

import io.macula.Metadata;
import io.macula.contract.Hedge;
import io.macula.selection.InstanceTracker;
import io.macula.transport.Connection;
import io.macula.transport.OutboundCall;
import org.jspecify.annotations.Nullable;
import reactor.util.context.Context;
import reactor.util.context.ContextView;

/**
 * A call with one argument and one result. To {@link CallPipeline} it adds the bound of
 * an attempt, hedging, and an outcome that carries the result.
 */
final class UnaryCall extends CallPipeline {

	/** Another instance may come while an attempt takes longer than others did. */
	private static final long LOOK_AGAIN_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

	private final byte[] payload;

	private final CallTerms terms;

	private final @Nullable String key;

	private final CallOutcome outcome;

	/** A call of the present thread. */
	UnaryCall(ServiceCalls shared, Procedure procedure, byte[] payload, CallTerms terms, long deadlineNanos,
			CallOutcome outcome) {
		this(shared, procedure, payload, terms, null, deadlineNanos, outcome, Context.empty());
	}

	/** A call of a subscriber. */
	UnaryCall(ServiceCalls shared, Procedure procedure, byte[] payload, CallTerms terms, @Nullable String key,
			long deadlineNanos, CallOutcome outcome, ContextView context) {
		super(shared, procedure, deadlineNanos, context);
		this.payload = payload;
		this.terms = terms;
		this.key = terms.keyOr(key);
		this.outcome = outcome;
	}

	@Override
	void send(InstanceTracker tracker, Connection connection, long now, int number, boolean hedge) {
		Metadata said = asked(this.terms, tracker, number, hedge);
		if (said == null) {
			return;
		}
		long timeout = shared().times().timeoutNanos(tracker, procedure(), deadlineNanos() - now, number);
		CallObserver.AttemptObserver observer = observe(tracker, number, said);
		SentAttempt attempt = new SentAttempt(this, tracker, connection, this.payload,
				(observer != null) ? observer.metadata() : said, observer, now, now + timeout);
		hold(attempt, hedge);
		connection.send(attempt);
		if (over()) {
			attempt.abandon();
		}
	}

	@Override
	void firstAttemptBegun() {
		Hedge hedge = procedure().hedge();
		if (hedge == null || over() || !retries().repeats()) {
			return;
		}
		long delay = shared().times().hedgeDelayNanos(hedge, procedure().latency());
		if (delay >= 0) {
			hold(shared().timer().schedule(this::hedge, Duration.ofNanos(delay)));
		}
	}

	/** The answer takes long: a second attempt beside the first, if that may cost. */
	private void hedge() {
		InstanceTracker tracker;
		int number;
		synchronized (this) {
			try {
				tracker = (mayHedge() && retries().tryAcquire()) ? pick() : null;
			}
			catch (Throwable ex) {
				// The user's strategy failed: the first attempt is left alone.
				return;
			}
			number = attempts();
		}
		if (tracker != null) {
			retries().hedged();
			launch(tracker, number, true);
		}
	}

	private boolean mayHedge() {
		return !over() && openAttempts() == 1 && remainingNanos() > 0 && untriedLeft();
	}

	/**
	 * The learned time of an attempt is over. To give it up makes sense only if another
	 * one may follow at an instance that was not tried, and is likely to find room: else
	 * the answer that is still on its way is all there is.
	 * @return for how long it waits on; for 0, a retry was taken from the budget for it
	 */
	synchronized long tryWaitOn(SentAttempt attempt) {
		if (!onlyOpen(attempt)) {
			return 0;
		}
		if (!untriedLeft(InstanceTracker::usable)) {
			return LOOK_AGAIN_NANOS;
		}
		boolean giveUp = !retries().overloaded() && history().mayRepeat() && history().tryAcquire();
		return giveUp ? 0 : OutboundCall.TO_THE_LAST;
	}

	@Override
	public @Nullable String key() {
		return this.key;
	}

	CallTerms terms() {
		return this.terms;
	}

	/** A result is the first thing that the caller sees. */
	@Override
	boolean committed() {
		return false;
	}

	void succeeded(SentAttempt attempt, byte[] result) {
		if (succeed(attempt)) {
			this.terms.answered(attempt.answerMetadata());
			try {
				this.outcome.succeeded(result, attempt.connection());
			}
			catch (Throwable ex) {
				callerFailed(ex);
			}
		}
	}

	@Override
	void tellFailure(Supplier<Throwable> error) {
		this.terms.answered();
		this.outcome.failed(error);
	}

}
