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

import java.util.concurrent.atomic.AtomicReferenceFieldUpdater;

import io.macula.Metadata;
import io.macula.log.FaultLog;
import io.macula.log.PrintableLogger;
import io.macula.wire.Failure;
import org.jspecify.annotations.Nullable;

/**
 * A unary call that arrived.
 * <p>
 * States: OPEN to ANSWERED with a result or a failure, or to CANCELLED; both are final. A
 * streaming call may be RESPONDING in between. Whoever changes the state first wins; the
 * answer itself is written by the event loop.
 */
class ServerCall implements InboundCall {

	private static final FaultLog faults = new FaultLog(PrintableLogger.of(ServerCall.class));

	/** A publisher answers. */
	static final Object RESPONDING = new Object();

	private static final Object CANCELLED = new Object();

	private static final Runnable DONE = () -> {
	};

	private static final AtomicReferenceFieldUpdater<ServerCall, Object> OUTCOME = AtomicReferenceFieldUpdater
		.newUpdater(ServerCall.class, Object.class, "outcome");

	private static final AtomicReferenceFieldUpdater<ServerCall, Runnable> ON_CANCEL = AtomicReferenceFieldUpdater
		.newUpdater(ServerCall.class, Runnable.class, "onCancel");

	/** What a call takes beside its frame, about. */
	private static final int OVERHEAD_BYTES = 300;

	/** What an entry of its metadata takes beside its text, about: two strings. */
	private static final int ENTRY_BYTES = 112;

	private static final byte[] NO_BYTES = {};

	private final ServerStream stream;

	private final long callId;

	private final ResolvedProcedure procedure;

	private byte[] payload;

	private final Metadata metadata;

	private final long deadlineNanoTime;

	/** Bytes that wait for an answer. */
	private final int bytes;

	/** OPEN while null; then bytes, a failure, or CANCELLED. */
	private volatile @Nullable Object outcome;

	private volatile @Nullable Runnable onCancel;

	/** Written before the answer, which publishes it. */
	private @Nullable Metadata answerMetadata;

	/** Of the event loop: nothing may travel beside the answer any more. */
	private boolean answerBegun;

	ServerCall(ServerStream stream, long callId, ResolvedProcedure procedure, byte[] payload, Metadata metadata,
			long deadlineNanoTime) {
		this.stream = stream;
		this.callId = callId;
		this.procedure = procedure;
		this.payload = payload;
		this.metadata = metadata;
		this.deadlineNanoTime = deadlineNanoTime;
		this.bytes = stream.frameBytes() + OVERHEAD_BYTES + ENTRY_BYTES * metadata.size();
	}

	/** What it takes until it is answered. */
	final int bytes() {
		return this.bytes;
	}

	public final ServerStream stream() {
		return this.stream;
	}

	public final long callId() {
		return this.callId;
	}

	/** Bytes of a result, a {@link Failure}, or anything else if there is no answer. */
	final @Nullable Object outcome() {
		return this.outcome;
	}

	@Override
	public final String procedure() {
		return this.procedure.name();
	}

	@Override
	public final String codec() {
		return this.procedure.codec();
	}

	@Override
	public final @Nullable Object target() {
		return this.procedure.target();
	}

	@Override
	public final byte[] payload() {
		return this.payload;
	}

	@Override
	public final Metadata metadata() {
		return this.metadata;
	}

	@Override
	public final NodeInfo peer() {
		return this.stream.connection().peer();
	}

	@Override
	public final Object caller() {
		return this.stream.connection().caller();
	}

	@Override
	public final int inFlight() {
		return this.stream.connection().inFlight();
	}

	@Override
	public final long deadlineNanoTime() {
		return this.deadlineNanoTime;
	}

	@Override
	public final boolean cancelled() {
		return this.outcome == CANCELLED;
	}

	@Override
	public final void onCancel(Runnable action) {
		if (!ON_CANCEL.compareAndSet(this, null, action) && cancelled()) {
			run(action);
		}
	}

	@Override
	public final void answerMetadata(Metadata metadata) {
		this.answerMetadata = metadata;
	}

	/** On the event loop, once: what travels beside the answer, or {@code null}. */
	final @Nullable Metadata takeAnswerMetadata() {
		if (this.answerBegun) {
			return null;
		}
		this.answerBegun = true;
		return this.answerMetadata;
	}

	@Override
	public void result(byte[] result) {
		answer(result);
	}

	@Override
	public void fail(Failure failure) {
		answer(failure);
	}

	/** The caller gave up; on the event loop. */
	void cancel() {
		Object present = this.outcome;
		if ((present == null || present == RESPONDING) && OUTCOME.compareAndSet(this, present, CANCELLED)) {
			// It may wait in the queue of the handlers for long.
			this.payload = NO_BYTES;
			Runnable action = ON_CANCEL.getAndSet(this, DONE);
			if (action != null) {
				run(action);
			}
		}
	}

	/** On the event loop: the answer is on its way. */
	void written() {
		// Nothing more to do.
	}

	final boolean over() {
		Object present = this.outcome;
		return present != null && present != RESPONDING;
	}

	final boolean settle(Object answer) {
		return OUTCOME.compareAndSet(this, null, answer);
	}

	private void answer(Object answer) {
		if (settle(answer)) {
			this.stream.pump().answered(this);
		}
	}

	private void run(Runnable action) {
		try {
			action.run();
		}
		catch (Throwable ex) {
			faults.error("The cancellation of " + procedure() + " failed", ex);
		}
	}

}
