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

package io.macula.transport;

import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import java.util.concurrent.atomic.AtomicLongFieldUpdater;
import java.util.concurrent.atomic.AtomicReferenceFieldUpdater;

import io.macula.log.FaultLog;
import io.macula.log.PrintableLogger;
import io.macula.wire.ProtocolException;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Operators;

/**
 * The elements that arrive on a stream, for one subscriber. Credit never exceeds what the
 * subscriber asked for, so that every element is passed on as it arrives and none is
 * stored; nor does it exceed a window, so that the sender is bounded.
 * <p>
 * States: OPEN, then at its END with or without an error, or CANCELLED. Signals come in
 * turn, on the event loop, those with a large element on a thread of
 * {@link LargePayloads}, while nothing more is read of the stream; {@link #request} and
 * {@link #cancel} come from any thread.
 */
final class ElementReceiver extends Flux<byte[]> implements Subscription {

	private static final FaultLog faults = new FaultLog(PrintableLogger.of(ElementReceiver.class));

	/** Elements that the sender may be ahead. */
	static final int WINDOW = 1024;

	private static final int REFILL = WINDOW - WINDOW / 4;

	private static final AtomicLongFieldUpdater<ElementReceiver> REQUESTED = AtomicLongFieldUpdater
		.newUpdater(ElementReceiver.class, "requested");

	private static final AtomicIntegerFieldUpdater<ElementReceiver> SCHEDULED = AtomicIntegerFieldUpdater
		.newUpdater(ElementReceiver.class, "scheduled");

	@SuppressWarnings("rawtypes")
	private static final AtomicReferenceFieldUpdater<ElementReceiver, CoreSubscriber> SUBSCRIBER = AtomicReferenceFieldUpdater
		.newUpdater(ElementReceiver.class, CoreSubscriber.class, "subscriber");

	private final Source source;

	@SuppressWarnings("unused")
	private volatile long requested;

	private volatile int scheduled;

	private volatile @Nullable CoreSubscriber<? super byte[]> subscriber;

	private volatile boolean attached;

	private volatile boolean cancelled;

	/** Demand for which no credit was given. */
	private long uncredited;

	/** Credit that the sender did not use. */
	private long outstanding;

	private byte @Nullable [] only;

	private @Nullable Throwable error;

	private boolean ended;

	private boolean told;

	/** Whether a large element is on its way to the subscriber, on another thread. */
	private volatile boolean busy;

	ElementReceiver(Source source) {
		this.source = source;
	}

	@Override
	public void subscribe(CoreSubscriber<? super byte[]> actual) {
		if (!SUBSCRIBER.compareAndSet(this, null, actual)) {
			Operators.error(actual, new IllegalStateException("The elements of a call have one subscriber"));
			return;
		}
		actual.onSubscribe(this);
		this.attached = true;
		schedule();
	}

	@Override
	public void request(long n) {
		if (Operators.validate(n)) {
			Operators.addCap(REQUESTED, this, n);
			schedule();
		}
	}

	@Override
	public void cancel() {
		this.cancelled = true;
		schedule();
	}

	/** Credit can be given from now on. */
	void start() {
		work();
	}

	/** An element arrived. */
	void element(byte[] element) {
		if (this.outstanding <= 0) {
			throw ProtocolException.violation("an element beyond the credit");
		}
		this.outstanding--;
		CoreSubscriber<? super byte[]> actual = this.subscriber;
		if (!this.ended && !this.cancelled && actual != null) {
			if (LargePayloads.large(element)) {
				this.busy = true;
				this.source.hold();
				LargePayloads.execute(this.source.sender(), () -> deliver(actual, element));
				return;
			}
			try {
				actual.onNext(element);
			}
			catch (Throwable ex) {
				thrown(actual, ex);
				return;
			}
			if (this.outstanding <= REFILL) {
				credit();
			}
		}
	}

	/** Off the event loop. */
	private void deliver(CoreSubscriber<? super byte[]> actual, byte[] element) {
		Throwable thrown = null;
		try {
			actual.onNext(element);
		}
		catch (Throwable ex) {
			thrown = ex;
		}
		Throwable cause = thrown;
		if (this.source.gone()) {
			// There is no owner but this thread.
			delivered(actual, cause);
		}
		else {
			this.source.execute(() -> delivered(actual, cause));
		}
	}

	private void delivered(CoreSubscriber<? super byte[]> actual, @Nullable Throwable thrown) {
		this.busy = false;
		if (thrown != null && !this.told) {
			thrown(actual, thrown);
		}
		work();
		this.source.goOn();
	}

	/** The only element, and the end; needs no credit. */
	void only(byte[] element) {
		if (!this.ended) {
			this.only = element;
			end(null);
		}
	}

	void end(@Nullable Throwable cause) {
		if (!this.ended) {
			this.ended = true;
			this.error = cause;
			work();
		}
	}

	boolean ended() {
		return this.ended;
	}

	private void schedule() {
		if (!this.attached && !this.cancelled) {
			return;
		}
		if (this.scheduled == 0 && SCHEDULED.compareAndSet(this, 0, 1)) {
			this.source.execute(this::run);
		}
	}

	private void run() {
		this.scheduled = 0;
		if (this.cancelled && !this.ended) {
			this.ended = true;
			this.told = true;
			this.source.unsubscribed();
			return;
		}
		work();
	}

	private void work() {
		if (!this.attached || this.told || this.cancelled || this.busy) {
			return;
		}
		long more = REQUESTED.getAndSet(this, 0);
		this.uncredited = Operators.addCap(this.uncredited, more);
		if (!this.ended) {
			credit();
			return;
		}
		CoreSubscriber<? super byte[]> actual = this.subscriber;
		byte[] last = this.only;
		if (actual == null || (last != null && this.uncredited + this.outstanding == 0)) {
			return;
		}
		this.told = true;
		if (last != null && LargePayloads.large(last)) {
			LargePayloads.execute(this.source.sender(), () -> tell(actual, last));
		}
		else {
			tell(actual, last);
		}
	}

	/** Of the end, and the only element. */
	private void tell(CoreSubscriber<? super byte[]> actual, byte @Nullable [] last) {
		try {
			if (last != null) {
				actual.onNext(last);
			}
			if (this.error != null) {
				actual.onError(this.error);
			}
			else {
				actual.onComplete();
			}
		}
		catch (Throwable ex) {
			thrown(actual, ex);
		}
	}

	/**
	 * The subscriber threw, as Reactor does with what it takes for fatal. That ends this
	 * call and no other; whoever waits behind the operator that threw is told.
	 */
	private void thrown(CoreSubscriber<? super byte[]> actual, Throwable cause) {
		boolean early = !this.ended;
		this.ended = true;
		this.told = true;
		if (early) {
			this.source.unsubscribed();
		}
		try {
			actual.onError(cause);
		}
		catch (Throwable ex) {
			if (ex != cause) {
				ex.addSuppressed(cause);
			}
			faults.error("The subscriber of the elements of a call threw, and cannot be told", ex);
		}
	}

	/**
	 * Refilled by quarters: credit travels rarely, and the sender makes the next elements
	 * while these are taken.
	 */
	private void credit() {
		if (this.requested != 0) {
			this.uncredited = Operators.addCap(this.uncredited, REQUESTED.getAndSet(this, 0));
		}
		long credit = Math.min(this.uncredited, WINDOW - this.outstanding);
		if (credit > 0 && this.outstanding <= REFILL && this.source.credit(credit)) {
			this.outstanding += credit;
			if (this.uncredited != Long.MAX_VALUE) {
				this.uncredited -= credit;
			}
		}
	}

	/** Where the elements come from. */
	interface Source {

		/** Run on the event loop, merged with what else this turn does. */
		void execute(Runnable action);

		/**
		 * Allow the sender more elements; on the event loop.
		 * @return whether that is possible already
		 */
		boolean credit(long elements);

		/** Whether the event loop takes nothing any more. */
		boolean gone();

		/** Whose large elements take turns with those of others; on the event loop. */
		Object sender();

		/** Read nothing more of the stream; on the event loop. */
		void hold();

		/** Read the stream again; on the event loop. */
		void goOn();

		/** The subscriber gave up; on the event loop. */
		void unsubscribed();

	}

}
