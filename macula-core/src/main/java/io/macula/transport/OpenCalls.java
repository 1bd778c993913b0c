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

import java.util.List;

import io.macula.Code;
import io.macula.Endpoint;
import io.macula.Metadata;
import io.macula.Status;
import io.macula.log.FaultLog;
import io.macula.log.PrintableLogger;
import io.macula.wire.ErrorCode;
import io.macula.wire.Failure;
import io.macula.wire.Frame;
import io.macula.wire.ProtocolException;

/**
 * The unary calls of a dialled connection that are open, their deadlines, and how each of
 * them ends: by an answer, by its time, by its caller, or with the peer. Whoever hears of
 * an outcome may throw, that is no fault of the connection. Owned by the connection's
 * owner, see {@link ClientConnection#owned}.
 */
final class OpenCalls {

	private static final FaultLog faults = new FaultLog(PrintableLogger.of(OpenCalls.class));

	private final ClientConnection connection;

	private final CallPump pump;

	private final Endpoint endpoint;

	private final Liveness liveness;

	private final int maxPayloadBytes;

	private final CallTable<OutboundCall> calls = new CallTable<>();

	private final TimingWheel wheel;

	/** Answers that arrived, whatever became of them. */
	private long answers;

	OpenCalls(ClientConnection connection, CallPump pump, Liveness liveness, int maxPayloadBytes, long now) {
		this.connection = connection;
		this.pump = pump;
		this.endpoint = connection.endpoint();
		this.liveness = liveness;
		this.maxPayloadBytes = maxPayloadBytes;
		this.wheel = new TimingWheel(now);
	}

	int size() {
		return this.calls.size();
	}

	/** Whether answers are awaited, or times are watched. */
	boolean awaiting() {
		return this.calls.size() > 0 || this.wheel.size() > 0;
	}

	/** The call is written; it has its id. */
	void put(OutboundCall call) {
		this.calls.put(call.callId, call);
	}

	/** It is about to be written, which changes its time. */
	void unwatch(OutboundCall call) {
		this.wheel.remove(call);
	}

	/** Watch its time. */
	void watch(OutboundCall call, long now) {
		if (call.slot < 0 && call.callId != OutboundCall.OVER && call.deadlineNanoTime() != StreamCall.NO_DEADLINE) {
			this.wheel.add(call, now);
		}
	}

	// Answers

	/**
	 * An answer arrived, maybe to a call that is over.
	 * @return how many there were
	 */
	long countAnswer() {
		return ++this.answers;
	}

	/** What comes beside the answer that follows at once. */
	void onMetadata(long callId, Metadata metadata) {
		OutboundCall call = this.calls.get(callId);
		if (call != null) {
			call.onMetadata(metadata);
		}
	}

	void onResult(long callId, byte[] payload) {
		assert this.connection.owned();
		this.liveness.heard();
		OutboundCall call = this.calls.remove(callId);
		if (call == null) {
			return;
		}
		over(call);
		this.pump.count();
		try {
			call.onResult(payload);
		}
		catch (Throwable ex) {
			// Not the fault of the connection, whose other calls go on.
			faults.error("The receiver of a result of " + call.procedure() + " from " + this.endpoint + " failed", ex);
		}
		this.connection.settle();
	}

	void onFailure(long callId, Failure failure) {
		assert this.connection.owned();
		this.liveness.heard();
		OutboundCall call = this.calls.remove(callId);
		if (call != null) {
			fail(call, failure);
			this.connection.settle();
		}
	}

	/**
	 * A frame of a stream of calls is too large: its call fails, if the frame names one.
	 */
	boolean onExcess(ProtocolException excess) {
		if (excess.callId() == 0) {
			return false;
		}
		onFailure(excess.callId(),
				Failure.of(Status.processed(Code.RESOURCE_EXHAUSTED, (excess.errorCode() == ErrorCode.LIMIT)
						? "the answer from " + this.endpoint + " found no room on this side: "
								+ this.connection.bounds().memory().describe()
						: "the answer from " + this.endpoint + " of " + excess.value() + " bytes exceeds the limit of "
								+ this.maxPayloadBytes + " bytes of this side (its macula.transport.max-payload)")));
		return true;
	}

	/** The stream of a call is at its end; whatever answered the call came before. */
	void unanswered(OutboundCall call) {
		if (call.callId > 0 && this.calls.remove(call.callId) == call) {
			fail(call, Status.unknown(Code.UNAVAILABLE,
					this.endpoint + " finished the stream of the call to " + call.procedure() + " without an answer"));
			this.connection.settle();
		}
	}

	// Other outcomes

	/** The caller gave it up: tell it nothing more. */
	void cancel(OutboundCall call) {
		if (call.callId > 0 && this.calls.remove(call.callId) == call) {
			this.pump.appendCancel(call);
			this.pump.wake();
		}
		over(call);
	}

	/** Deadlines are due. */
	void expire(long now) {
		this.wheel.expire(now, (call) -> {
			try {
				expire(call, now);
			}
			catch (Throwable ex) {
				failed(call, ex);
			}
		});
	}

	private void expire(OutboundCall call, long now) {
		if (call.callId <= 0) {
			if (call.beginsAnew(now)) {
				watch(call, now);
			}
			else {
				fail(call, tooLate(call));
			}
		}
		else if (this.calls.get(call.callId) == call && (call.forgives(this.liveness.lateNanos()) || call.waitsOn())) {
			watch(call, now);
		}
		else if (this.calls.remove(call.callId) == call) {
			this.pump.appendCancel(call);
			fail(call, Status.unknown(Code.DEADLINE_EXCEEDED,
					"no answer from " + this.endpoint + " to " + call.procedure() + " in time" + ownPause(call)));
		}
	}

	/** The peer is suspected: what may go on elsewhere does. */
	void leave(Status status) {
		for (OutboundCall call : this.calls.all()) {
			try {
				if (call.leavesSuspectedPeer() && this.calls.remove(call.callId) == call) {
					this.pump.appendCancel(call);
					fail(call, status);
				}
			}
			catch (Throwable ex) {
				failed(call, ex);
			}
		}
	}

	/** The peer told which calls of its lanes it did not accept. */
	void refuse(Frame.GoAway goAway, List<ClientLane> lanes, Status reason) {
		if (goAway.accepted().isEmpty()) {
			return;
		}
		for (OutboundCall call : this.calls.all()) {
			if (call.lane >= 0 && call.callId > goAway.lastAccepted(lanes.get(call.lane).streamId())
					&& this.calls.remove(call.callId) == call) {
				fail(call, reason);
			}
		}
	}

	/**
	 * The connection is over. Of a call that QUIC has not taken whole, the peer cannot
	 * have read the frame.
	 */
	void end(Status written, Status unwritten) {
		for (OutboundCall call : this.calls.all()) {
			if (this.calls.remove(call.callId) == call) {
				fail(call, (call.lane == OutboundCall.ALONE_UNTAKEN) ? unwritten : written);
			}
		}
	}

	/** The call threw, or this side failed with it; nobody knows what the peer got. */
	void failed(OutboundCall call, Throwable cause) {
		if (call.callId > 0) {
			this.calls.remove(call.callId);
		}
		fail(call, Status.unknown(Code.INTERNAL,
				"the call to " + call.procedure() + " could not be handled on this side: " + cause));
	}

	void fail(OutboundCall call, Status status) {
		fail(call, Failure.of(status));
	}

	private void fail(OutboundCall call, Failure failure) {
		if (call.callId == OutboundCall.OVER) {
			return;
		}
		over(call);
		this.pump.count();
		tell(call, failure);
	}

	/** The call is in no table. */
	void tell(OutboundCall call, Failure failure) {
		call.callId = OutboundCall.OVER;
		try {
			call.onFailure(failure);
		}
		catch (Throwable ex) {
			faults.error("The receiver of a failure of " + call.procedure() + " from " + this.endpoint + " failed", ex);
		}
	}

	private void over(OutboundCall call) {
		this.wheel.remove(call);
		call.callId = OutboundCall.OVER;
	}

	/** Its time was over before it was written. */
	Status tooLate(OutboundCall call) {
		return Status.notProcessed(Code.DEADLINE_EXCEEDED, "the time was over before the call to " + call.procedure()
				+ " could be sent to " + this.endpoint + ownPause(call));
	}

	private String ownPause(OutboundCall call) {
		String pause = this.connection.describeStandstill(call.sentNanoTime());
		return (pause.isEmpty()) ? "" : "; " + pause;
	}

}
