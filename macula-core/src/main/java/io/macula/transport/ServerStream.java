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

import java.util.ArrayList;
import java.util.List;

import io.macula.Code;
import io.macula.Status;
import io.macula.wire.ErrorCode;
import io.macula.wire.Failure;
import io.macula.wire.Frame;
import io.macula.wire.FrameCodec;
import io.macula.wire.FrameType;
import io.macula.wire.ProtocolException;
import org.jspecify.annotations.Nullable;

/**
 * A stream of calls on the serving side: a lane, or the stream of one call. Finished when
 * the caller has finished it and everything is answered. Owned by the event loop.
 */
final class ServerStream extends FrameStream {

	/** Answers that wait for a slow reader; beyond that its calls are not read. */
	private static final int MAX_PENDING_BYTES = 4 << 20;

	private static final int STREAMING = Frame.Call.SENDS_ELEMENTS | Frame.Call.EXPECTS_ELEMENTS;

	/** Stands for the procedure of a CALL that was too large to be read. */
	private static final ResolvedProcedure LOST = new ResolvedProcedure("", "", null);

	private final ServerConnection connection;

	private final AnswerPump pump;

	private final List<ResolvedProcedure> procedures = new ArrayList<>();

	private long lastCallId;

	/** The latest time that the client told on this stream; 0 for none. */
	private long timeEpoch;

	private long timeMillis;

	private int open;

	/** The streaming call that this stream carries, if it is not a lane. */
	private @Nullable ServerCallStream streaming;

	/** Whether its call is answered on this stream, however large the answer is. */
	private boolean alone;

	private boolean callerFinished;

	/** Whether this stream is in the connection's list of streams to flush. */
	private boolean dirty;

	ServerStream(ServerConnection connection) {
		super(connection.decoder(), connection.allowance(), connection.memory());
		this.connection = connection;
		this.pump = connection.pump();
	}

	ServerConnection connection() {
		return this.connection;
	}

	AnswerPump pump() {
		return this.pump;
	}

	long lastCallId() {
		return this.lastCallId;
	}

	boolean callerFinished() {
		return this.callerFinished;
	}

	void streaming(ServerCallStream call) {
		this.streaming = call;
	}

	boolean alone() {
		return this.alone;
	}

	/** Whether this call made it dirty. */
	boolean markDirty() {
		boolean before = this.dirty;
		this.dirty = true;
		return !before;
	}

	/** A call of this stream was answered, or needs no answer. */
	void settled() {
		this.open--;
	}

	/** End of a turn: one write. */
	void endOfTurn() {
		this.dirty = false;
		if (!channel().isOpen() || finished()) {
			return;
		}
		if (this.callerFinished && this.open == 0) {
			finish();
		}
		else if (writable()) {
			flush();
			if (this.streaming != null) {
				this.streaming.onWritable();
			}
		}
		else {
			count();
			if (pendingBytes() > MAX_PENDING_BYTES) {
				pause();
			}
		}
	}

	@Override
	boolean stalled() {
		if (pendingBytes() <= MAX_PENDING_BYTES && !(memory().exhausted() && pendingBytes() > 0 && !writable())) {
			return false;
		}
		if (!writable()) {
			pause();
		}
		return true;
	}

	@Override
	boolean countsAnswers() {
		return true;
	}

	@Override
	void onFrame(Frame frame) {
		switch (frame.type()) {
			case CALL -> {
				allowance().earn(FrameAllowance.PER_CALL);
				onCall((Frame.Call) frame);
			}
			case TIME -> {
				allowance().spend(1, FrameType.TIME);
				onTime((Frame.Time) frame);
			}
			case CANCEL -> {
				allowance().spend(1, FrameType.CANCEL);
				onCancel(frame.callId());
			}
			default -> {
				if (frame.type() != FrameType.ELEMENT) {
					allowance().spend(1, frame.type());
				}
				if (this.streaming == null) {
					throw ProtocolException.violation(frame.type() + " frame on a stream of unary calls");
				}
				this.streaming.onFrame(frame);
			}
		}
	}

	private void onCancel(long callId) {
		if (this.alone && callId != this.lastCallId) {
			throw ProtocolException
				.violation("CANCEL frame of call " + callId + " on the stream of call " + this.lastCallId);
		}
		this.pump.cancelled(callId);
	}

	private void onTime(Frame.Time time) {
		this.timeEpoch = time.epoch();
		this.timeMillis = time.millis();
		this.pump.told(time);
	}

	/** By how much a call that is read now is late. */
	long lateMillis(ArrivalTimes arrivals, long nowMillis) {
		return arrivals.lateMillis(this.timeEpoch, this.timeMillis, nowMillis);
	}

	private void onCall(Frame.Call call) {
		if (call.callId() <= this.lastCallId) {
			throw ProtocolException.violation("call id " + call.callId() + " after " + this.lastCallId);
		}
		boolean alone = (call.flags() & (Frame.Call.ALONE | STREAMING)) != 0;
		if (this.alone || (alone && this.lastCallId != 0)) {
			throw ProtocolException.violation("call " + call.callId() + " on a stream with call " + this.lastCallId
					+ ", one of which is to be alone on its stream");
		}
		ResolvedProcedure procedure = procedure(call);
		this.lastCallId = call.callId();
		this.open++;
		this.alone = alone;
		if (alone) {
			channel().updatePriority(NORMAL);
		}
		if ((call.flags() & STREAMING) != 0) {
			this.pump.acceptStream(this, call, procedure);
		}
		else {
			this.pump.accept(this, call, procedure);
		}
	}

	private ResolvedProcedure procedure(Frame.Call call) {
		if (call.literal()) {
			ResolvedProcedure procedure = this.pump.resolve(call.procedure(), call.codec());
			if (this.procedures.size() < FrameCodec.MAX_PROCEDURES) {
				this.procedures.add(procedure);
			}
			return procedure;
		}
		int index = call.procedureRef() - 1;
		if (index >= this.procedures.size()) {
			throw ProtocolException.violation(
					"reference " + call.procedureRef() + " to a procedure, " + this.procedures.size() + " are known");
		}
		ResolvedProcedure procedure = this.procedures.get(index);
		if (procedure.equals(LOST)) {
			throw ProtocolException
				.violation("reference " + call.procedureRef() + " to a procedure whose CALL was too large");
		}
		if (procedure.target() == null) {
			procedure = this.pump.resolve(procedure.name(), procedure.codec());
			this.procedures.set(index, procedure);
		}
		return procedure;
	}

	@Override
	boolean sliced() {
		return this.streaming == null;
	}

	@Override
	void onFinished() {
		this.callerFinished = true;
		if (this.streaming != null) {
			this.streaming.callerFinished();
		}
		this.pump.touched(this);
	}

	@Override
	boolean carriesOneCall() {
		return this.alone;
	}

	/** Counts as CANCEL of the call of this stream. */
	@Override
	void onGivenUp() {
		this.pump.cancelled(this.lastCallId);
	}

	@Override
	boolean onExcess(ProtocolException excess) {
		FrameType type = excess.frameType();
		boolean element = type == FrameType.ELEMENT && this.streaming != null
				&& this.streaming.callId() == excess.callId();
		if (excess.callId() == 0 || (type != FrameType.CALL && !element)) {
			return false;
		}
		if (type == FrameType.CALL && excess.literal() && this.procedures.size() < FrameCodec.MAX_PROCEDURES) {
			this.procedures.add(LOST);
		}
		this.lastCallId = Math.max(this.lastCallId, excess.callId());
		boolean tooLarge = excess.errorCode() == ErrorCode.FRAME_TOO_LARGE;
		String message = ((element) ? "an element" : "a call") + " of " + excess.value() + " bytes"
				+ ((tooLarge)
						? " exceeds the provider's limit of " + this.connection.maxPayloadBytes()
								+ " bytes (its macula.transport.max-payload)"
						: " found no room: " + memory().describe());
		// Too large is the caller's fault; a call whose elements come was handed to its
		// method.
		Code code = (tooLarge) ? Code.INVALID_ARGUMENT : Code.RESOURCE_EXHAUSTED;
		this.pump.excess(this, excess.callId(),
				Failure.of((element) ? Status.processed(code, message) : Status.notProcessed(code, message)));
		return true;
	}

	@Override
	void onBroken(ErrorCode code, String message) {
		this.connection.onBroken(code, message);
	}

	@Override
	void onWritable() {
		flush();
		if (this.streaming != null) {
			this.streaming.onWritable();
		}
		resumeReading();
	}

	@Override
	void onInactive() {
		if (this.streaming != null) {
			this.pump.cancelled(this.streaming.callId());
		}
		this.connection.gone(this);
	}

}
