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
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import java.util.function.LongSupplier;

import io.macula.Code;
import io.macula.Metadata;
import io.macula.Status;
import io.macula.log.FaultLog;
import io.macula.log.PrintableLogger;
import io.macula.wire.Failure;
import io.macula.wire.Frame;
import io.macula.wire.FrameCodec;
import io.macula.wire.ProtocolException;
import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import io.netty.util.internal.PlatformDependent;
import org.jspecify.annotations.Nullable;

/**
 * The calls of an accepted connection and their answers: takes calls off the streams,
 * hands them to the listener's handler, and collects the answers of all threads in one
 * queue that is written once per turn.
 * <p>
 * {@link #answered}, {@link #execute} and {@link #inFlight} are safe for all threads.
 * Everything else is owned by the connection's event loop.
 */
final class AnswerPump {

	private static final FaultLog faults = new FaultLog(PrintableLogger.of(AnswerPump.class));

	private static final AtomicIntegerFieldUpdater<AnswerPump> SCHEDULED = AtomicIntegerFieldUpdater
		.newUpdater(AnswerPump.class, "scheduled");

	/** A century and more: no sum with the clock overflows. */
	private static final long MAX_TIMEOUT_MICROS = TimeUnit.DAYS.toMicros(40_000);

	private static final int MAX_ANSWERS_PER_TURN = 2048;

	private final ServerConnection connection;

	private final CallHandler handler;

	private final TransportSettings settings;

	private final LongSupplier clock;

	private final EventLoop loop;

	private final StreamOpener opener;

	private final ConnectionMemory memory;

	private final CallTable<ServerCall> calls = new CallTable<>();

	private final Queue<ServerCall> answers = PlatformDependent.newMpscQueue();

	private final Runnable turnAction = this::turn;

	private final ArrivalTimes arrivals = new ArrivalTimes();

	private final Map<Name, ResolvedProcedure> procedures = new HashMap<>();

	/** How many of them were not served. */
	private int unserved;

	private List<ServerStream> dirty = new ArrayList<>();

	private List<ServerStream> spare = new ArrayList<>();

	private long maxResultBytes;

	private boolean peerTakesMetadata;

	/** By how much the present call came after its time; 0 if it did not. */
	private long overdueMillis;

	/** Whether the handler got calls of this read. */
	private boolean delivered;

	@SuppressWarnings("unused")
	private volatile int scheduled;

	/** Large results that QUIC has not taken whole. */
	private int sending;

	/** What a drain waits for: calls without an answer, and large results under way. */
	private volatile int inFlight;

	AnswerPump(ServerConnection connection, CallHandler handler, TransportSettings settings, LongSupplier clock,
			EventLoop loop, StreamOpener opener) {
		this.connection = connection;
		this.handler = handler;
		this.settings = settings;
		this.clock = clock;
		this.loop = loop;
		this.opener = opener;
		this.memory = connection.memory();
		this.maxResultBytes = settings.maxPayloadBytes();
	}

	/** What the client takes, as it said in HELLO. */
	void peerTakes(long maxPayloadBytes, boolean metadata) {
		this.peerTakesMetadata = metadata;
		this.maxResultBytes = Math.min(this.settings.maxPayloadBytes(), maxPayloadBytes);
	}

	/**
	 * Write what travels beside the answer of a call, once; its answer, or the first
	 * element, follows on the same stream.
	 */
	void writeMetadata(ByteBuf out, ServerCall call) {
		Metadata metadata = metadata(call);
		if (metadata != null) {
			FrameCodec.writeMetadata(out, call.callId(), metadata);
		}
	}

	private @Nullable Metadata metadata(ServerCall call) {
		Metadata metadata = call.takeAnswerMetadata();
		return this.peerTakesMetadata ? metadata : null;
	}

	int inFlight() {
		return this.inFlight;
	}

	long maxResultBytes() {
		return this.maxResultBytes;
	}

	// Call path: stream, handler, queue, turn

	/** All streams share what they know of a procedure, however often they name it. */
	ResolvedProcedure resolve(String name, String codec) {
		Name key = new Name(name, codec);
		ResolvedProcedure known = this.procedures.get(key);
		if (known != null && known.target() != null) {
			return known;
		}
		// It may be served by now.
		Object target = this.handler.resolve(name, codec);
		if (known != null && target == null) {
			return known;
		}
		if (target == null && ++this.unserved > FrameCodec.MAX_PROCEDURES) {
			throw ProtocolException.limit("calls of procedures that this node does not serve, each of another one",
					FrameCodec.MAX_PROCEDURES, this.unserved);
		}
		ResolvedProcedure resolved = new ResolvedProcedure(name, codec, target);
		this.procedures.put(key, resolved);
		return resolved;
	}

	void accept(ServerStream stream, Frame.Call frame, ResolvedProcedure procedure) {
		assert this.loop.inEventLoop();
		ServerCall call = new ServerCall(stream, frame.callId(), procedure, frame.payload(), frame.metadata(),
				deadline(stream, frame));
		if (admit(call)) {
			this.handler.onCall(call);
		}
	}

	void acceptStream(ServerStream stream, Frame.Call frame, ResolvedProcedure procedure) {
		assert this.loop.inEventLoop();
		ServerCallStream call = new ServerCallStream(stream, frame, procedure, deadline(stream, frame));
		stream.streaming(call);
		if (admit(call)) {
			this.handler.onStream(call);
		}
	}

	/** The client told its time. */
	void told(Frame.Time time) {
		this.arrivals.told(time.epoch(), time.millis(), TimeUnit.NANOSECONDS.toMillis(this.clock.getAsLong()));
	}

	/** What the caller had left when it wrote, without what the call was late. */
	private long deadline(ServerStream stream, Frame.Call frame) {
		this.overdueMillis = 0;
		if (frame.timeoutMicros() == 0) {
			return StreamCall.NO_DEADLINE;
		}
		long now = this.clock.getAsLong();
		long left = TimeUnit.MICROSECONDS.toNanos(Math.min(frame.timeoutMicros(), MAX_TIMEOUT_MICROS));
		long late = stream.lateMillis(this.arrivals, TimeUnit.NANOSECONDS.toMillis(now));
		if (late > 0) {
			left -= TimeUnit.MILLISECONDS.toNanos(Math.min(late, TimeUnit.NANOSECONDS.toMillis(left) + 1));
			this.overdueMillis = (left <= 0) ? late : 0;
		}
		return now + left;
	}

	/** Whether the handler gets the call; otherwise it is answered. */
	private boolean admit(ServerCall call) {
		if (!this.connection.takesCalls()) {
			answerNow(call, Status.notProcessed(Code.UNAVAILABLE, "this node is draining"));
			return false;
		}
		if (this.overdueMillis > 0) {
			answerNow(call,
					Status.notProcessed(Code.DEADLINE_EXCEEDED,
							"the call arrived " + PauseLog.text(TimeUnit.MILLISECONDS.toNanos(this.overdueMillis))
									+ " late, when the time of its caller was over"));
			return false;
		}
		if (this.calls.size() >= this.settings.maxInFlightPerConnection()) {
			answerNow(call, Status.notProcessed(Code.RESOURCE_EXHAUSTED, this.calls.size()
					+ " calls of this connection are in flight already: the provider's limit is maxInFlightPerConnection"));
			return false;
		}
		if (this.memory.exhaustedBy(call.bytes())) {
			answerNow(call, Status.notProcessed(Code.RESOURCE_EXHAUSTED, this.memory.describe()));
			return false;
		}
		if (this.calls.get(call.callId()) != null) {
			throw ProtocolException.violation("call id " + call.callId() + " is in use");
		}
		this.calls.put(call.callId(), call);
		this.memory.add(call.bytes());
		this.inFlight = this.calls.size() + this.sending;
		this.delivered = true;
		wake();
		return true;
	}

	/** From any thread: the call has its outcome. */
	void answered(ServerCall call) {
		if (this.loop.inEventLoop()) {
			append(call);
		}
		else {
			this.answers.add(call);
		}
		wake();
	}

	/** The caller gave the call up, or its stream is gone. */
	void cancelled(long callId) {
		ServerCall call = remove(callId);
		if (call != null) {
			touched(call.stream());
			call.cancel();
		}
	}

	/** The publisher that answers a streaming call is at its end. */
	void responded(ServerCallStream call, @Nullable Failure failure) {
		if (remove(call.callId()) == null || !call.stream().channel().isOpen() || call.stream().finished()) {
			return;
		}
		writeMetadata(call.stream().out(), call);
		if (failure != null) {
			FrameCodec.writeFailure(call.stream().out(), call.callId(), bounded(failure));
		}
		else {
			FrameCodec.writeEnd(call.stream().out(), call.callId());
		}
		touched(call.stream());
		call.written();
	}

	/** A frame of the call was too large. */
	void excess(ServerStream stream, long callId, Failure failure) {
		cancelled(callId);
		if (stream.channel().isOpen() && !stream.finished()) {
			FrameCodec.writeFailure(stream.out(), callId, failure);
			touched(stream);
		}
	}

	private @Nullable ServerCall remove(long callId) {
		assert this.loop.inEventLoop();
		ServerCall call = this.calls.remove(callId);
		if (call != null) {
			this.inFlight = this.calls.size() + this.sending;
			this.memory.add(-call.bytes());
			call.stream().settled();
		}
		return call;
	}

	/** Whether the event loop takes nothing any more. */
	boolean gone() {
		return this.loop.isShutdown();
	}

	boolean inEventLoop() {
		return this.loop.inEventLoop();
	}

	/** From any thread: on the event loop, merged with what else this turn does. */
	void execute(Runnable action) {
		this.connection.execute(action);
	}

	/** The stream has something to write, or is to be finished. */
	void touched(ServerStream stream) {
		if (stream.markDirty()) {
			this.dirty.add(stream);
		}
		wake();
	}

	/** The handler never saw the call, so it is in no table. */
	private void answerNow(ServerCall call, Status status) {
		Failure failure = Failure.of(status);
		if (call.settle(failure)) {
			call.stream().settled();
			write(call, failure);
			wake();
		}
	}

	private void append(ServerCall call) {
		Object outcome = call.outcome();
		if (outcome != null && remove(call.callId()) == call) {
			write(call, outcome);
			call.written();
		}
	}

	private void write(ServerCall call, Object outcome) {
		ServerStream stream = call.stream();
		if (!stream.channel().isOpen() || stream.finished()) {
			return;
		}
		if (outcome instanceof byte[] result) {
			result(stream, call, result);
		}
		else if (outcome instanceof Failure failure) {
			writeMetadata(stream.out(), call);
			FrameCodec.writeFailure(stream.out(), call.callId(), bounded(failure));
		}
		if (stream.markDirty()) {
			this.dirty.add(stream);
		}
	}

	private void result(ServerStream stream, ServerCall call, byte[] result) {
		if (result.length > this.maxResultBytes) {
			writeMetadata(stream.out(), call);
			FrameCodec.writeFailure(stream.out(), call.callId(), Failure.of(tooLarge("the result", result.length)));
		}
		else if ((result.length > this.settings.laneThresholdBytes() || !stream.writable())
				&& this.memory.exhaustedBy(result.length)) {
			writeMetadata(stream.out(), call);
			FrameCodec.writeFailure(stream.out(), call.callId(), Failure.of(noRoom(result.length)));
		}
		else if (result.length > this.settings.laneThresholdBytes() && !stream.alone() && !stream.callerFinished()) {
			this.memory.add(result.length);
			this.sending++;
			this.inFlight = this.calls.size() + this.sending;
			this.opener.open(new LargeResult(this.connection, this.opener, call.callId(), metadata(call), result));
		}
		else {
			writeMetadata(stream.out(), call);
			FrameCodec.writeResult(stream.out(), call.callId(), result);
			if (result.length > this.settings.laneThresholdBytes()) {
				stream.count();
			}
		}
	}

	/** QUIC has taken a large result, or never will. */
	void sent(int bytes) {
		assert this.loop.inEventLoop();
		this.memory.add(-bytes);
		this.sending--;
		this.inFlight = this.calls.size() + this.sending;
	}

	/** The handler's answer may not be sent. */
	Status tooLarge(String what, int bytes) {
		return Status.processed(Code.RESOURCE_EXHAUSTED, what + " of " + bytes + " bytes exceeds the limit of "
				+ this.maxResultBytes + " bytes (macula.transport.max-payload of either side)");
	}

	/** The caller does not read what it asked for. */
	private Status noRoom(int bytes) {
		return Status.processed(Code.RESOURCE_EXHAUSTED,
				"there is no room for the result of " + bytes + " bytes: " + this.memory.describe());
	}

	private Failure bounded(Failure failure) {
		int detail = failure.detail().length;
		return (detail == 0 || (detail <= this.maxResultBytes && !this.memory.exhaustedBy(detail))) ? failure
				: new Failure(failure.status(), failure.type(), new byte[0]);
	}

	private void wake() {
		if (this.scheduled == 0 && SCHEDULED.compareAndSet(this, 0, 1)) {
			execute(this.turnAction);
		}
	}

	/**
	 * One turn: everything that was answered goes out in one write per stream. A turn
	 * that fails half-way leaves answers behind that nobody would ever send: it ends the
	 * connection.
	 */
	void turn() {
		assert this.loop.inEventLoop();
		try {
			deliver();
			flush();
		}
		catch (Throwable ex) {
			this.connection.cannotAnswer(ex);
		}
		finally {
			this.scheduled = 0;
			if (!this.answers.isEmpty() || !this.dirty.isEmpty()) {
				wake();
			}
		}
	}

	private void deliver() {
		if (this.delivered) {
			this.delivered = false;
			this.handler.onReadComplete();
		}
		ServerCall call;
		int taken = 0;
		while (taken < MAX_ANSWERS_PER_TURN && (call = this.answers.poll()) != null) {
			append(call);
			taken++;
		}
	}

	private void flush() {
		List<ServerStream> written = this.dirty;
		this.dirty = this.spare;
		this.spare = written;
		for (int i = 0; i < written.size(); i++) {
			written.get(i).endOfTurn();
		}
		written.clear();
	}

	/** The connection is over: nobody waits for the answers any more. */
	void end() {
		for (ServerCall call : this.calls.all()) {
			this.calls.remove(call.callId());
			try {
				call.cancel();
			}
			catch (Throwable ex) {
				// The others must be cancelled, too.
				faults.error("The cancellation of " + call.procedure() + " failed", ex);
			}
		}
		this.inFlight = this.sending;
		this.opener.refuseAll(Status.unknown(Code.UNAVAILABLE, "the connection is over"));
	}

	private record Name(String procedure, String codec) {

	}

}
