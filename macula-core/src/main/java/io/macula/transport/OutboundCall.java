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

import io.macula.Metadata;
import io.macula.wire.Failure;
import org.jspecify.annotations.Nullable;

/**
 * A unary attempt on its way to the peer: what is sent, and what is told of the outcome.
 * Subclassed by the client, so that an attempt is one object. The transport calls exactly
 * one of {@link #onResult} and {@link #onFailure}, once, on the connection's event loop,
 * unless the call was cancelled before; neither may block.
 */
public abstract class OutboundCall {

	private final String procedure;

	private final String codec;

	private final byte[] payload;

	private final Metadata metadata;

	/** Owned by the connection's event loop once handed over. */
	private long deadlineNanoTime;

	/** Owned by the connection's event loop once handed over; others may see it late. */
	private long sentNanoTime;

	/** Value of {@link #callId} once the outcome was told, or the call was cancelled. */
	static final long OVER = -1;

	/** Owned by the connection's event loop: number on the wire, 0 before the write. */
	long callId;

	/** It waits on until its last deadline. */
	public static final long TO_THE_LAST = Long.MAX_VALUE;

	/** Value of {@link #lane} for a call on a stream of its own. */
	static final int ALONE = -1;

	/** The same, while QUIC has not taken all of it: the peer cannot have read it. */
	static final int ALONE_UNTAKEN = -2;

	/**
	 * Owned by the connection's event loop: lane of the write, {@link #ALONE} or
	 * {@link #ALONE_UNTAKEN}.
	 */
	int lane = ALONE;

	/** Owned by the connection's event loop: neighbours in the timing wheel. */
	@Nullable OutboundCall next;

	/** Owned by the connection's event loop: neighbours in the timing wheel. */
	@Nullable OutboundCall previous;

	/** Owned by the connection's event loop: slot in the timing wheel, -1 if in none. */
	int slot = -1;

	/**
	 * A call that was not yet sent and has but one deadline.
	 * @param procedure name on the wire, {@code service/method}
	 * @param codec name of the payload codec
	 * @param payload the encoded arguments; not copied
	 * @param metadata travels with the call
	 * @param deadlineNanoTime when this attempt is given up, on the scale of
	 * {@link System#nanoTime()}
	 */
	protected OutboundCall(String procedure, String codec, byte[] payload, Metadata metadata, long deadlineNanoTime) {
		this(procedure, codec, payload, metadata, deadlineNanoTime, deadlineNanoTime);
	}

	/**
	 * A call that was not yet sent.
	 * @param procedure name on the wire, {@code service/method}
	 * @param codec name of the payload codec
	 * @param payload the encoded arguments; not copied
	 * @param metadata travels with the call
	 * @param sentNanoTime the present, on the scale of {@link System#nanoTime()}
	 * @param deadlineNanoTime when this attempt is given up unless it
	 * {@linkplain #tryWaitOn() waits on}, if it were written now: before its last
	 * deadline, the time counts from the write
	 */
	protected OutboundCall(String procedure, String codec, byte[] payload, Metadata metadata, long sentNanoTime,
			long deadlineNanoTime) {
		this.procedure = procedure;
		this.codec = codec;
		this.payload = payload;
		this.metadata = metadata;
		this.sentNanoTime = sentNanoTime;
		this.deadlineNanoTime = deadlineNanoTime;
	}

	final String procedure() {
		return this.procedure;
	}

	final String codec() {
		return this.codec;
	}

	final byte[] payload() {
		return this.payload;
	}

	final Metadata metadata() {
		return this.metadata;
	}

	final long deadlineNanoTime() {
		return this.deadlineNanoTime;
	}

	/**
	 * Since when it is under way.
	 * @return the time of the hand-over; once it is written, the time of the write
	 */
	protected final long sentNanoTime() {
		return this.sentNanoTime;
	}

	/**
	 * Whether the time of this attempt is over, which is not always the deadline of its
	 * call. Asked on the connection's event loop.
	 * @param now the present
	 * @return true if so
	 */
	protected final boolean timeOver(long now) {
		return this.deadlineNanoTime != StreamCall.NO_DEADLINE && this.deadlineNanoTime - now <= 0;
	}

	/**
	 * It is written: a bound that is not the last one counts from now, since what it was
	 * learned from did, too.
	 * @param now the present
	 * @param last the last deadline
	 */
	final void written(long now, long last) {
		if (this.deadlineNanoTime != last) {
			postpone(now - this.sentNanoTime, last);
		}
		this.sentNanoTime = now;
	}

	/**
	 * Its deadline is over before it was written, for which the peer can do nothing: the
	 * bound begins anew, up to the last deadline.
	 * @return whether it has time left
	 */
	final boolean beginsAnew(long now) {
		long last = lastDeadlineNanoTime();
		if (this.deadlineNanoTime == last) {
			return false;
		}
		postpone(now - this.sentNanoTime, last);
		this.sentNanoTime = now;
		return this.deadlineNanoTime - now > 0;
	}

	/**
	 * This side was late itself: a bound that is not the last one is put off.
	 * @return whether it was
	 */
	final boolean forgives(long lateNanos) {
		long last = lastDeadlineNanoTime();
		if (lateNanos <= 0 || this.deadlineNanoTime == last) {
			return false;
		}
		postpone(lateNanos, last);
		return true;
	}

	private void postpone(long nanos, long last) {
		long put = this.deadlineNanoTime + nanos;
		this.deadlineNanoTime = (last != StreamCall.NO_DEADLINE && put - last > 0) ? last : put;
	}

	/** Its deadline is over: true if it has got a later one instead. */
	final boolean waitsOn() {
		long last = lastDeadlineNanoTime();
		long longer = (this.deadlineNanoTime != last) ? tryWaitOn() : 0;
		if (longer <= 0) {
			return false;
		}
		if (longer == TO_THE_LAST) {
			this.deadlineNanoTime = last;
		}
		else {
			postpone(longer, last);
		}
		return true;
	}

	/**
	 * When this attempt is given up in any case: the deadline that the peer is told.
	 * Asked on the connection's event loop.
	 * @return a time on the scale of {@link System#nanoTime()}, not before the first
	 * deadline
	 */
	protected long lastDeadlineNanoTime() {
		return this.deadlineNanoTime;
	}

	/**
	 * Decide whether this attempt, sent and unanswered at its deadline, waits on; a
	 * decision against it may spend leave for another attempt. Called on the connection's
	 * event loop, each time that the deadline is over.
	 * @return for how many nanoseconds, then to be asked again; {@link #TO_THE_LAST}, or
	 * 0 to fail now
	 */
	protected long tryWaitOn() {
		return 0;
	}

	/**
	 * Whether this call fails, status "unknown", as soon as the connection is suspected;
	 * otherwise it waits for the answer until its deadline.
	 * @return true for calls that may be tried again elsewhere
	 */
	protected abstract boolean leavesSuspectedPeer();

	/**
	 * Whether this call, not yet written, fails as not processed while the connection is
	 * suspected; asked only of calls that do not {@linkplain #leavesSuspectedPeer() leave
	 * anyway}. Otherwise it waits, unwritten, until the peer gives a sign of life.
	 * @return true if it can go on elsewhere at once
	 */
	protected boolean leavesUnwritten() {
		return false;
	}

	/**
	 * What the peer sends beside its answer: told right before {@link #onResult} or
	 * {@link #onFailure}, if there is any. Public, so that a {@link Connection} of
	 * another package can tell it, too.
	 * @param metadata the entries
	 */
	public void onMetadata(Metadata metadata) {
		// Nobody wants it.
	}

	/**
	 * The peer answered. Public, so that a {@link Connection} of another package can
	 * answer, too.
	 * @param payload the encoded result, owned by the receiver
	 */
	public abstract void onResult(byte[] payload);

	/**
	 * The peer failed the call, or the transport did.
	 * @param failure tells whether the call was processed
	 */
	protected abstract void onFailure(Failure failure);

}
