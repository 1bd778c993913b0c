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

import java.util.function.Supplier;

import io.macula.Code;
import io.macula.Metadata;
import io.macula.Status;
import io.macula.selection.InstanceTracker;
import io.macula.transport.Connection;
import io.macula.transport.StreamCall;
import io.macula.wire.Failure;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Operators;
import reactor.util.context.Context;

/**
 * A call whose argument or result is a stream, from its subscription to its end. To
 * {@link CallPipeline} it adds elements and credit, and two reasons against a further
 * attempt: an element was delivered, or the caller's own elements were asked for.
 * <p>
 * It is the subscription that the caller holds. Before the first element, demand is
 * gathered and told to each attempt as a whole; after it there is but one attempt left,
 * which demand reaches directly.
 */
final class StreamingCall extends CallPipeline implements Subscription {

	private final byte[] payload;

	private final @Nullable Publisher<byte[]> elements;

	private final boolean manyResults;

	private final CallTerms terms;

	private final @Nullable String key;

	private final CoreSubscriber<? super byte[]> caller;

	/** An element was delivered; never turns back. */
	private volatile boolean begun;

	/** The caller's own elements were asked for; never turns back. */
	private volatile boolean elementsAsked;

	/** The latest attempt; does not change any more once {@link #begun}. */
	private volatile @Nullable Subscription upstream;

	/** All demand until {@link #begun}; guarded by this. */
	private long requested;

	private StreamingCall(ServiceCalls shared, Procedure procedure, byte[] payload,
			@Nullable Publisher<byte[]> elements, boolean manyResults, CallTerms terms, @Nullable String key,
			long deadlineNanos, CoreSubscriber<? super byte[]> caller) {
		super(shared, procedure, deadlineNanos, caller.currentContext());
		this.payload = payload;
		this.elements = (elements != null)
				? inContext(Flux.from(elements).doOnSubscribe((subscription) -> this.elementsAsked = true),
						caller.currentContext())
				: null;
		this.manyResults = manyResults;
		this.terms = terms;
		this.key = terms.keyOr(key);
		this.caller = caller;
	}

	/** A connection subscribes to the caller's elements, which knows no context. */
	private static Flux<byte[]> inContext(Flux<byte[]> elements, Context context) {
		return (context.isEmpty()) ? elements : elements.contextWrite(context);
	}

	/**
	 * The results of a streaming call that starts at each subscription.
	 * @param terms of the call
	 * @param key of its arguments, or {@code null}
	 * @param deadlineNanos bound of the whole call, or {@link StreamCall#NO_DEADLINE}
	 */
	static Flux<byte[]> results(ServiceCalls shared, Procedure procedure, byte[] payload,
			@Nullable Publisher<byte[]> elements, boolean manyResults, CallTerms terms, @Nullable String key,
			long deadlineNanos) {
		return new Flux<>() {

			@Override
			public void subscribe(CoreSubscriber<? super byte[]> caller) {
				StreamingCall call = new StreamingCall(shared, procedure, payload, elements, manyResults, terms, key,
						deadlineNanos, caller);
				caller.onSubscribe(call);
				if (!call.over()) {
					call.start();
				}
			}

		};
	}

	@Override
	void send(InstanceTracker tracker, Connection connection, long now, int number, boolean hedge) {
		Metadata said = asked(this.terms, tracker, number, hedge);
		if (said == null) {
			return;
		}
		this.terms.received(Metadata.EMPTY);
		CallObserver.AttemptObserver observer = observe(tracker, number, said);
		StreamAttempt attempt = new StreamAttempt(this, tracker, connection, observer, now);
		hold(attempt, hedge);
		StreamCall stream = new StreamCall(procedure().wireName(), procedure().codec(), this.payload,
				(observer != null) ? observer.metadata() : said, deadlineNanos(), this.elements, this.manyResults,
				leavesSuspectedPeer(), false, (this.terms != CallTerms.NONE) ? this.terms::received : null);
		try {
			connection.stream(stream).subscribe(attempt);
		}
		catch (Throwable ex) {
			// To subscribe may run the caller's own code: its context, its elements.
			attempt.onError(ex);
		}
		if (over()) {
			attempt.abandon();
		}
	}

	private boolean leavesSuspectedPeer() {
		return this.elements == null && procedure().idempotent() && retries().repeats();
	}

	/** The stream of an attempt is there: it is asked for all that the caller wants. */
	void subscribed(Subscription subscription) {
		long demand;
		synchronized (this) {
			this.upstream = subscription;
			demand = this.requested;
		}
		if (demand > 0) {
			subscription.request(demand);
		}
	}

	@Override
	public void request(long elements) {
		if (!Operators.validate(elements)) {
			return;
		}
		Subscription present;
		if (this.begun) {
			present = this.upstream;
		}
		else {
			synchronized (this) {
				this.requested = Operators.addCap(this.requested, elements);
				present = this.upstream;
			}
		}
		if (present != null) {
			present.request(elements);
		}
	}

	void element(byte[] element) {
		if (!this.begun) {
			this.begun = true;
			this.terms.answered();
		}
		try {
			this.caller.onNext(element);
		}
		catch (Throwable ex) {
			// The caller wants no more, and whoever waits behind it has to know.
			fail(Failure.of(Status.processed(Code.CANCELLED, "the caller failed at an element")), () -> ex);
		}
	}

	@Override
	public @Nullable String key() {
		return this.key;
	}

	@Override
	boolean committed() {
		return this.begun || this.elementsAsked;
	}

	void completed(StreamAttempt attempt) {
		if (succeed(attempt)) {
			if (!this.begun) {
				this.terms.answered();
			}
			try {
				this.caller.onComplete();
			}
			catch (Throwable ex) {
				callerFailed(ex);
			}
		}
	}

	@Override
	void tellFailure(Supplier<Throwable> error) {
		if (!this.begun) {
			this.terms.answered();
		}
		this.caller.onError(error.get());
	}

	Context context() {
		return this.caller.currentContext();
	}

}
