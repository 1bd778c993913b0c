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

import java.util.Queue;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;

import io.macula.Code;
import io.macula.RpcException;
import io.macula.Status;
import io.macula.log.FaultLog;
import io.macula.log.PrintableLogger;
import io.macula.wire.Failure;
import io.macula.wire.FrameCodec;
import io.netty.util.internal.PlatformDependent;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscription;
import org.slf4j.Logger;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Operators;

/**
 * Sends the elements of a publisher on a stream: asks it for no more than the receiver
 * gave credit for and than fits into a bounded amount of memory, and merges what it emits
 * in one turn into one write.
 * <p>
 * States: OPEN, then ENDED by the publisher, or STOPPED by the other side. Signals of the
 * publisher come from any thread; everything else happens on the event loop.
 */
final class ElementSender implements CoreSubscriber<byte[]> {

	private static final Logger logger = PrintableLogger.of(ElementSender.class);

	private static final FaultLog faults = new FaultLog(logger);

	/** What may be asked of the publisher and waits to be written, about. */
	private static final int MAX_BYTES = 512 << 10;

	private static final int MAX_REQUEST = 512;

	/** Until it is known how large they are. */
	private static final int FIRST_REQUEST = 1;

	private static final AtomicIntegerFieldUpdater<ElementSender> SCHEDULED = AtomicIntegerFieldUpdater
		.newUpdater(ElementSender.class, "scheduled");

	private final Target target;

	private final Queue<byte[]> queue = PlatformDependent.newMpscQueue();

	private final Runnable work = this::work;

	@SuppressWarnings("unused")
	private volatile int scheduled;

	private volatile @Nullable Subscription upstream;

	private volatile boolean done;

	private volatile @Nullable Throwable error;

	private volatile boolean stopped;

	private long credit;

	/** Asked of the publisher and not yet emitted. */
	private long asked;

	private long limit = FIRST_REQUEST;

	private long averageBytes;

	private boolean ended;

	private boolean pulling;

	/** Whether this waits until less waits on its connection. */
	private boolean awaitingRoom;

	ElementSender(Target target) {
		this.target = target;
	}

	/**
	 * Subscribe to a publisher. What it throws, here and later, ends the call that it
	 * belongs to and no other.
	 */
	void start(Publisher<byte[]> elements) {
		try {
			elements.subscribe(this);
		}
		catch (Throwable ex) {
			thrown(ex);
		}
	}

	@Override
	public void onSubscribe(Subscription subscription) {
		if (Operators.validate(this.upstream, subscription)) {
			this.upstream = subscription;
			wake();
		}
	}

	@Override
	public void onNext(byte[] element) {
		if (this.stopped) {
			return;
		}
		if (this.target.inEventLoop() && this.queue.isEmpty()) {
			write(element);
			if (!this.pulling) {
				wake();
			}
		}
		else {
			this.queue.add(element);
			wake();
		}
	}

	@Override
	public void onError(Throwable cause) {
		this.error = cause;
		this.done = true;
		wake();
	}

	@Override
	public void onComplete() {
		this.done = true;
		wake();
	}

	/** The receiver allows more elements. */
	void credit(long elements) {
		this.credit = Operators.addCap(this.credit, elements);
		pull();
	}

	/** The other side wants no more. */
	void stop() {
		this.stopped = true;
		this.queue.clear();
		if (!this.done) {
			cancelUpstream();
		}
	}

	void onWritable() {
		pull();
	}

	private void wake() {
		if (this.scheduled == 0 && SCHEDULED.compareAndSet(this, 0, 1)) {
			this.target.execute(this.work);
		}
	}

	private void work() {
		this.scheduled = 0;
		if (this.stopped) {
			stop();
			return;
		}
		boolean last = this.done;
		byte[] element;
		while ((element = this.queue.poll()) != null) {
			write(element);
		}
		if (last) {
			end();
		}
		else {
			pull();
		}
	}

	private void write(byte[] element) {
		if (this.ended) {
			return;
		}
		this.asked--;
		this.credit--;
		if (this.asked < 0) {
			fail(Status.processed(Code.INTERNAL, "the publisher emitted more elements than were asked for"));
		}
		else if (element.length > this.target.maxPayloadBytes()) {
			fail(this.target.elementTooLarge(element.length));
		}
		else {
			this.averageBytes = (this.averageBytes == 0) ? element.length
					: (this.averageBytes * 7 + element.length) / 8;
			FrameStream stream = this.target.stream();
			this.target.beforeElement();
			FrameCodec.writeElement(stream.out(), this.target.callId(), element);
			this.target.touched();
		}
	}

	private void pull() {
		Subscription subscription = this.upstream;
		if (subscription == null || this.pulling || this.ended) {
			return;
		}
		this.pulling = true;
		try {
			while (!this.stopped && !this.done && this.target.stream().writable()
					&& this.target.stream().pendingBytes() < MAX_BYTES && mayHold()) {
				long more = Math.min(this.credit, this.limit) - this.asked;
				if (more <= 0 || (this.asked > this.limit / 4 && more < this.credit)) {
					break;
				}
				this.asked += more;
				request(subscription, more);
				this.limit = Math.max(1, Math.min(MAX_REQUEST, MAX_BYTES / Math.max(1, this.averageBytes)));
			}
		}
		finally {
			this.pulling = false;
		}
		if (this.done && this.queue.isEmpty()) {
			end();
		}
	}

	/** A slow reader of many streams is not given the memory of a node for each. */
	private boolean mayHold() {
		ConnectionMemory memory = this.target.stream().memory();
		if (!memory.exhausted()) {
			return true;
		}
		if (!this.awaitingRoom) {
			this.awaitingRoom = true;
			memory.awaitRoom(() -> {
				this.awaitingRoom = false;
				wake();
			});
		}
		return false;
	}

	private void request(Subscription subscription, long elements) {
		try {
			subscription.request(elements);
		}
		catch (Throwable ex) {
			thrown(ex);
		}
	}

	/** Whoever stops the elements has more to end than the publisher. */
	private void cancelUpstream() {
		Subscription subscription = this.upstream;
		if (subscription == null) {
			return;
		}
		try {
			subscription.cancel();
		}
		catch (Throwable ex) {
			faults.warn("The publisher of the elements of a call threw when it was cancelled", ex);
		}
	}

	/**
	 * The publisher threw instead of signalling, as Reactor does with what it takes for
	 * fatal. On whatever thread it was called.
	 */
	private void thrown(Throwable cause) {
		if (this.stopped || this.done) {
			faults.warn("The publisher of the elements of a call threw after its end", cause);
			return;
		}
		logger.debug("The publisher of the elements of a call threw", cause);
		cancelUpstream();
		onError(new FailureException(
				new Failure(Status.processed(Code.INTERNAL, "the publisher of the elements threw " + cause),
						cause.getClass().getName(), new byte[0])));
	}

	private void end() {
		if (this.ended) {
			return;
		}
		this.ended = true;
		Throwable cause = this.error;
		if (cause != null) {
			this.target.failed(failure(cause));
		}
		else {
			this.target.ended();
		}
	}

	private void fail(Status status) {
		this.ended = true;
		stop();
		this.target.failed(Failure.of(status));
	}

	static Failure failure(Throwable cause) {
		if (cause instanceof FailureException exception) {
			return exception.failure();
		}
		if (cause instanceof RpcException exception) {
			return new Failure(exception.status(), exception.remoteType(), new byte[0]);
		}
		return new Failure(Status.processed(Code.UNKNOWN, String.valueOf(cause.getMessage())),
				cause.getClass().getName(), new byte[0]);
	}

	/** Where the elements go. */
	interface Target {

		boolean inEventLoop();

		/** Run on the event loop, merged with what else this turn does. */
		void execute(Runnable action);

		FrameStream stream();

		long callId();

		long maxPayloadBytes();

		/** What becomes of the call if an element is larger. */
		Status elementTooLarge(int bytes);

		/** An element is about to be written. */
		void beforeElement();

		/** Something was appended to the stream. */
		void touched();

		/** The publisher completed. */
		void ended();

		/** The publisher failed, or broke a limit. */
		void failed(Failure failure);

	}

}
