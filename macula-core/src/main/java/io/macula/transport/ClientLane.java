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

import java.util.HashMap;
import java.util.Map;

import io.macula.wire.ErrorCode;
import io.macula.wire.Frame;
import io.macula.wire.FrameCodec;
import io.macula.wire.FrameType;
import io.macula.wire.ProtocolException;
import org.jspecify.annotations.Nullable;

/**
 * A stream of unary calls on the calling side: a lane of many calls, the stream of one
 * large call, or a stream that the peer opened for a large answer. Owned by the event
 * loop.
 */
final class ClientLane extends FrameStream {

	private final ClientConnection connection;

	private final CallPump pump;

	private final OpenCalls calls;

	/** The call of a stream that carries no other. */
	private final @Nullable OutboundCall only;

	private final Map<String, ProcedureRef> procedures = new HashMap<>();

	private int assigned;

	/** What came beside an answer, which has to follow at once. */
	private Frame.@Nullable AnswerMetadata announced;

	private boolean timed;

	private long timedAt;

	/**
	 * A stream that is not open yet.
	 * @param only the call of a stream that carries no other
	 */
	ClientLane(ClientConnection connection, @Nullable OutboundCall only) {
		super(connection.bounds());
		this.connection = connection;
		this.pump = connection.pump();
		this.calls = this.pump.calls();
		this.only = only;
	}

	/**
	 * Append a CALL.
	 * @param call its id is set
	 * @param now the present
	 * @throws IllegalArgumentException if the call breaks a limit of the protocol
	 */
	void append(OutboundCall call, long now) {
		ProcedureRef first = this.procedures.get(call.procedure());
		ProcedureRef known = (first != null) ? first.find(call.codec()) : null;
		long last = call.lastDeadlineNanoTime();
		if (!this.timed || now - this.timedAt >= SentTimes.RENEWAL_NANOS) {
			this.timed = true;
			this.timedAt = now;
			this.connection.times().write(out(), now);
		}
		FrameCodec.writeCall(out(), call.callId, (known != null) ? known.ref() : 0, call.procedure(), call.codec(),
				remainingMicros(last, now), (this.only != null) ? Frame.Call.ALONE : 0, call.metadata(),
				call.payload());
		call.written(now, last);
		// Its answer may come with METADATA.
		allowance().earn(1);
		if (known == null && this.assigned < FrameCodec.MAX_PROCEDURES) {
			this.assigned++;
			this.procedures.put(call.procedure(), new ProcedureRef(call.codec(), this.assigned, first));
		}
	}

	void appendCancel(long callId) {
		if (!finished() && channel().isOpen()) {
			FrameCodec.writeCancel(out(), callId);
		}
	}

	static long remainingMicros(long deadlineNanoTime, long now) {
		return (deadlineNanoTime == StreamCall.NO_DEADLINE) ? 0 : Math.max(1, (deadlineNanoTime - now) / 1000);
	}

	@Override
	void onFrame(Frame frame) {
		Frame.AnswerMetadata beside = this.announced;
		if (beside != null && (frame.callId() != beside.callId() || frame.type() == FrameType.METADATA)) {
			throw ProtocolException.violation(frame.type() + " frame of call " + frame.callId()
					+ " instead of the answer to call " + beside.callId() + " after its METADATA");
		}
		switch (frame.type()) {
			case METADATA -> {
				allowance().spend(1, FrameType.METADATA);
				sent(frame.callId());
				this.announced = (Frame.AnswerMetadata) frame;
			}
			case RESULT -> {
				Frame.Result result = (Frame.Result) frame;
				long callId = known(result.callId());
				metadata(beside);
				this.calls.onResult(callId, result.payload());
			}
			case FAILURE -> {
				Frame.Failed failed = (Frame.Failed) frame;
				long callId = known(failed.callId());
				metadata(beside);
				this.calls.onFailure(callId, failed.failure());
			}
			default -> throw ProtocolException.violation(frame.type() + " frame on a stream of unary calls");
		}
	}

	private void metadata(Frame.@Nullable AnswerMetadata beside) {
		if (beside != null) {
			this.announced = null;
			this.calls.onMetadata(beside.callId(), beside.metadata());
		}
	}

	private void sent(long callId) {
		if (callId > this.pump.lastCallId()) {
			throw ProtocolException.violation("an answer to call " + callId + ", which was not sent");
		}
	}

	/** An answer may come late, but not before its call. */
	private long known(long callId) {
		sent(callId);
		if (this.calls.countAnswer() > this.pump.callsSent()) {
			allowance().spend(1, "an answer without a call");
		}
		return callId;
	}

	@Override
	boolean sliced() {
		return true;
	}

	@Override
	void onFinished() {
		if (channel().isLocalCreated()) {
			finish();
		}
		else {
			channel().close();
		}
		if (this.only != null) {
			this.calls.unanswered(this.only);
		}
		this.pump.finished(this);
	}

	@Override
	boolean carriesOneCall() {
		return this.only != null;
	}

	@Override
	boolean onExcess(ProtocolException excess) {
		this.announced = null;
		return this.calls.onExcess(excess);
	}

	@Override
	void onBroken(ErrorCode code, String message) {
		this.connection.onBroken(code, message);
	}

	@Override
	void onWritable() {
		flush();
		this.pump.onWritable();
	}

	@Override
	void onInactive() {
		// Where the connection is over, its own events tell why; they come next.
		OutboundCall call = this.only;
		if (call != null) {
			channel().eventLoop().execute(() -> this.calls.unanswered(call));
		}
	}

}
