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
import io.macula.wire.FrameDecoder;
import io.macula.wire.ProtocolException;
import org.jspecify.annotations.Nullable;

/**
 * A stream of unary calls on the calling side: a lane of many calls, the stream of one
 * large call, or a stream that the peer opened for a large answer. Owned by the event
 * loop.
 */
final class ClientLane extends FrameStream {

	private final ClientConnection connection;

	/** The call of a stream that carries no other. */
	private final @Nullable OutboundCall only;

	private final Map<String, Procedure> procedures = new HashMap<>();

	private int assigned;

	ClientLane(ClientConnection connection, FrameDecoder decoder) {
		this(connection, decoder, null);
	}

	ClientLane(ClientConnection connection, FrameDecoder decoder, @Nullable OutboundCall only) {
		super(decoder);
		this.connection = connection;
		this.only = only;
	}

	/**
	 * Append a CALL.
	 * @param call its id is set
	 * @param now the present
	 * @throws IllegalArgumentException if the call breaks a limit of the protocol
	 */
	void append(OutboundCall call, long now) {
		Procedure procedure = find(call.procedure(), call.codec());
		FrameCodec.writeCall(out(), call.callId, (procedure != null) ? procedure.ref : 0, call.procedure(),
				call.codec(), remainingMicros(call.lastDeadlineNanoTime(), now),
				(this.only != null) ? Frame.Call.ALONE : 0, call.metadata(), call.payload());
		if (procedure == null && this.assigned < FrameCodec.MAX_PROCEDURES) {
			this.assigned++;
			this.procedures.put(call.procedure(),
					new Procedure(call.codec(), this.assigned, this.procedures.get(call.procedure())));
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
		switch (frame.type()) {
			case RESULT -> {
				Frame.Result result = (Frame.Result) frame;
				this.connection.onResult(known(result.callId()), result.payload());
			}
			case FAILURE -> {
				Frame.Failed failed = (Frame.Failed) frame;
				this.connection.onFailure(known(failed.callId()), failed.failure());
			}
			default -> throw ProtocolException.violation(frame.type() + " frame on a stream of unary calls");
		}
	}

	/** An answer may come late, but not before its call. */
	private long known(long callId) {
		if (callId > this.connection.lastCallId()) {
			throw ProtocolException.violation("an answer to call " + callId + ", which was not sent");
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
			this.connection.unanswered(this.only);
		}
		this.connection.laneFinished(this);
	}

	@Override
	boolean onStopped() {
		if (this.only != null) {
			channel().close();
		}
		return this.only != null;
	}

	@Override
	boolean onExcess(ProtocolException excess) {
		return this.connection.onExcess(excess);
	}

	@Override
	void onBroken(ErrorCode code, String message) {
		this.connection.onBroken(code, message);
	}

	@Override
	void onWritable() {
		flush();
		this.connection.onWritable();
	}

	@Override
	void onInactive() {
		// Where the connection is over, its own events tell why; they come next.
		OutboundCall call = this.only;
		if (call != null) {
			channel().eventLoop().execute(() -> this.connection.unanswered(call));
		}
	}

	private @Nullable Procedure find(String name, String codec) {
		Procedure procedure = this.procedures.get(name);
		while (procedure != null && !procedure.codec.equals(codec)) {
			procedure = procedure.next;
		}
		return procedure;
	}

	/** Entry of the lane's procedure table; those of one name are chained. */
	private record Procedure(String codec, int ref, @Nullable Procedure next) {

	}

}
