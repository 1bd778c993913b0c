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
import java.util.Queue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import java.util.function.LongSupplier;

import io.macula.Code;
import io.macula.Endpoint;
import io.macula.Status;
import io.macula.wire.ErrorCode;
import io.macula.wire.Failure;
import io.macula.wire.Frame;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.quic.QuicChannel;
import io.netty.handler.codec.quic.QuicStreamType;
import io.netty.util.internal.PlatformDependent;
import org.jspecify.annotations.Nullable;

/**
 * Moves unary calls from all threads to the lanes of a dialled connection. Callers put
 * calls into one queue; the event loop takes all that are there, gives them ids, and
 * writes them at once to one lane. Once written they are {@link OpenCalls}.
 * <p>
 * {@link #send} and {@link #inFlight} are safe for all threads. Everything else belongs
 * to the connection's owner, see {@link ClientConnection#owned}.
 */
final class CallPump {

	/*
	 * Every call that was taken has exactly one outcome, whatever throws: it is in the
	 * queue, among those that wait, on its way to a stream of its own, or in the table,
	 * and each way out of these places tells it. A turn that fails half-way ends the
	 * connection, which tells all of them. `scheduled` is taken back on every way out of
	 * a turn, and the queue is looked at after that, so that no call can be left behind
	 * by a turn that ends just when it arrives.
	 */

	private static final AtomicIntegerFieldUpdater<CallPump> SCHEDULED = AtomicIntegerFieldUpdater
		.newUpdater(CallPump.class, "scheduled");

	private static final AtomicIntegerFieldUpdater<CallPump> OPEN = AtomicIntegerFieldUpdater.newUpdater(CallPump.class,
			"open");

	private static final int MAX_CALLS_PER_TURN = 1024;

	private static final int MAX_BYTES_PER_TURN = 128 << 10;

	/**
	 * The queue has room for so many calls from the start: an idle connection should cost
	 * little. It grows by as many while a turn lags behind.
	 */
	private static final int QUEUE_CHUNK = 128;

	private final ClientConnection connection;

	private final Endpoint endpoint;

	private final EventLoop loop;

	private final Turn turn;

	private final LongSupplier clock;

	private final Liveness liveness;

	private final StreamOpener opener;

	private final PayloadLimit payloadLimit;

	private final int laneThresholdBytes;

	private final int maxInFlight;

	private final Queue<OutboundCall> queue;

	private final Runnable turnAction = this::turn;

	private final OpenCalls calls;

	private final UnwrittenCalls unwritten;

	private final List<ClientLane> lanes = new ArrayList<>();

	@SuppressWarnings("unused")
	private volatile int scheduled;

	private volatile int open;

	private int nextLane;

	private long lastCallId;

	private long callsSent;

	CallPump(ClientConnection connection, TransportSettings settings, PeerLimits limits, Turn turn, LongSupplier clock,
			Liveness liveness, StreamOpener opener) {
		this.connection = connection;
		this.endpoint = connection.endpoint();
		this.loop = connection.loop();
		this.turn = turn;
		this.clock = clock;
		this.liveness = liveness;
		this.opener = opener;
		this.payloadLimit = PayloadLimit.of(settings, limits, this.endpoint);
		this.laneThresholdBytes = settings.laneThresholdBytes();
		this.maxInFlight = (int) Math.min(settings.maxInFlightPerConnection(), limits.maxInFlight());
		this.queue = PlatformDependent.newMpscQueue(QUEUE_CHUNK,
				Math.max(2 * QUEUE_CHUNK, settings.maxInFlightPerConnection()));
		this.calls = new OpenCalls(connection, this, liveness, settings.maxPayloadBytes(), clock.getAsLong());
		this.unwritten = new UnwrittenCalls(connection, this, this.calls, this.maxInFlight);
	}

	/**
	 * Open lanes, one after the other.
	 * @param ready called when so many of them are open
	 */
	void openLanes(QuicChannel channel, int count, Runnable ready) {
		ClientLane lane = new ClientLane(this.connection, null);
		channel.createStream(QuicStreamType.BIDIRECTIONAL, lane).addListener((future) -> {
			if (!future.isSuccess()) {
				this.connection.cannotOpen(future.cause());
				return;
			}
			assert this.connection.owned();
			this.lanes.add(lane);
			if (this.lanes.size() < count) {
				openLanes(channel, count, ready);
			}
			else {
				ready.run();
			}
		});
	}

	int inFlight() {
		return this.open + this.queue.size();
	}

	long callsSent() {
		return this.callsSent;
	}

	OpenCalls calls() {
		return this.calls;
	}

	PayloadLimit payloadLimit() {
		return this.payloadLimit;
	}

	/** Whether no unary call is open or queued. */
	boolean idle() {
		return this.calls.size() == 0 && this.unwritten.size() == 0 && this.opener.waiting() == 0
				&& this.queue.isEmpty();
	}

	// Call path: queue, turn, lane, answer

	void send(OutboundCall call) {
		if (this.queue.offer(call)) {
			wake();
		}
		else {
			refuse(call, full());
		}
	}

	/** The call was never queued. */
	void refuse(OutboundCall call, Status status) {
		try {
			this.loop.execute(() -> this.calls.fail(call, status));
		}
		catch (RejectedExecutionException ex) {
			// No other thread knows of the call.
			this.calls.tell(call, Failure.of(status));
		}
	}

	void wake() {
		if (this.scheduled == 0 && SCHEDULED.compareAndSet(this, 0, 1)) {
			try {
				if (this.loop.inEventLoop()) {
					this.turn.atEnd(this.turnAction);
				}
				else {
					this.loop.execute(this.turnAction);
				}
			}
			catch (RejectedExecutionException ex) {
				this.connection.loopGone();
			}
		}
	}

	/** One turn: everything that was queued goes out in one write. */
	void turn() {
		assert this.connection.owned();
		try {
			if (this.connection.takesNoCalls()) {
				refuseQueued();
				flush();
			}
			else {
				long now = this.clock.getAsLong();
				this.liveness.awake(now);
				take(now);
			}
		}
		catch (Throwable ex) {
			this.connection.onBroken(ErrorCode.INTERNAL, "calls cannot be sent: " + ex);
		}
		finally {
			this.scheduled = 0;
			if (!this.queue.isEmpty() || (this.unwritten.waits() && writableLane() != null)) {
				wake();
			}
		}
		this.connection.settle();
	}

	private void take(long now) {
		ClientLane lane = writableLane();
		if (lane != null) {
			write(lane, now);
		}
		else {
			keep(now);
		}
	}

	private @Nullable ClientLane writableLane() {
		for (int i = 0; i < this.lanes.size(); i++) {
			ClientLane lane = this.lanes.get(this.nextLane);
			if (lane.writable()) {
				return lane;
			}
			this.nextLane = (this.nextLane + 1) % this.lanes.size();
		}
		return null;
	}

	private void write(ClientLane lane, long now) {
		int taken = 0;
		int before = this.calls.size();
		while (taken < MAX_CALLS_PER_TURN && lane.pendingBytes() < MAX_BYTES_PER_TURN) {
			OutboundCall call = this.unwritten.poll();
			if (call == null) {
				call = this.queue.poll();
			}
			if (call == null) {
				break;
			}
			taken++;
			try {
				begin(call, lane, now);
			}
			catch (Throwable ex) {
				// It may be in no table yet.
				this.calls.failed(call, ex);
				throw ex;
			}
		}
		flush();
		if (this.calls.size() != before) {
			this.liveness.wrote(now);
		}
		this.nextLane = (this.nextLane + 1) % this.lanes.size();
	}

	private void flush() {
		for (int i = 0; i < this.lanes.size(); i++) {
			this.lanes.get(i).flush();
		}
	}

	private void begin(OutboundCall call, ClientLane lane, long now) {
		if (call.callId == OutboundCall.OVER) {
			return;
		}
		long deadline = call.deadlineNanoTime();
		if (deadline != StreamCall.NO_DEADLINE && deadline - now <= 0 && !call.beginsAnew(now)) {
			this.calls.fail(call, this.calls.tooLate(call));
		}
		else if (this.calls.size() >= this.maxInFlight) {
			this.calls.fail(call, full());
		}
		else if (this.payloadLimit.exceededBy(call.payload().length)) {
			this.calls.fail(call, this.payloadLimit.refusal(call.payload().length));
		}
		else if (this.unwritten.holds(call)) {
			this.unwritten.park(call, now);
		}
		else if (call.payload().length > this.laneThresholdBytes) {
			this.calls.watch(call, now);
			this.opener.open(new LargeCall(this.connection, this, call));
		}
		else {
			call.lane = this.nextLane;
			if (call.slot >= 0) {
				this.calls.unwatch(call);
			}
			append(call, lane, now);
			this.calls.watch(call, now);
		}
	}

	/** Give it an id and append it to the lane; it may fail instead. */
	void append(OutboundCall call, ClientLane lane, long now) {
		call.callId = this.lastCallId + 1;
		try {
			lane.append(call, now);
		}
		catch (IllegalArgumentException ex) {
			this.calls.fail(call, Status.notProcessed(Code.INVALID_ARGUMENT,
					"the call to " + call.procedure() + " cannot be sent: " + ex.getMessage()));
			return;
		}
		this.lastCallId = call.callId;
		this.callsSent++;
		this.calls.put(call);
	}

	/** An id for a streaming call. */
	long nextCallId() {
		this.callsSent++;
		return ++this.lastCallId;
	}

	long lastCallId() {
		return this.lastCallId;
	}

	/** The lanes take nothing: calls wait here, where their time is watched. */
	private void keep(long now) {
		OutboundCall call;
		while ((call = this.queue.poll()) != null) {
			if (call.callId != OutboundCall.OVER) {
				this.unwritten.add(call, now);
			}
		}
		this.liveness.wrote(now);
	}

	/**
	 * From now on it is in doubt that the peer lives: what must not be repeated is not
	 * written; before the peer has proved itself, nothing is, so that whatever was not
	 * written can go on elsewhere for free.
	 */
	void hold() {
		boolean all = this.liveness.proving();
		this.unwritten.hold(all, this.clock.getAsLong());
		this.opener.hold(all);
	}

	/** The peer lives: what waited for that is written. */
	void release() {
		this.unwritten.release();
		this.opener.release();
		onWritable();
	}

	/** A lane takes data again. */
	void onWritable() {
		if (this.unwritten.waits()) {
			wake();
		}
	}

	/** The peer finished a stream of unary calls; a lane must live on. */
	void finished(ClientLane lane) {
		if (this.lanes.contains(lane)) {
			this.connection.onBroken(ErrorCode.PROTOCOL_VIOLATION, "the peer finished a lane");
		}
	}

	// What ends calls

	/** The caller gave it up. */
	void cancel(OutboundCall call) {
		assert this.connection.owned();
		this.calls.cancel(call);
		this.connection.settle();
	}

	void expire(long now) {
		assert this.connection.owned();
		this.calls.expire(now);
		this.unwritten.sweep();
		flush();
	}

	/** The peer is suspected: what may go on elsewhere does, the rest waits unwritten. */
	void leave(Status written, Status unwritten) {
		hold();
		this.calls.leave(written);
		if (this.connection.state() == Connection.State.DRAINING) {
			failUnwritten(unwritten);
		}
		else {
			this.unwritten.leave(unwritten);
			this.opener.leave(unwritten);
		}
		flush();
	}

	/** This side drains: nothing waits for a sign of life, it goes on elsewhere. */
	void drain(Status status) {
		if (this.liveness.doubtful()) {
			failUnwritten(status);
		}
	}

	/** The peer takes no more calls and told which it did not accept. */
	void goAway(Frame.GoAway goAway, Status reason) {
		refuseQueued();
		failUnwritten(reason);
		this.calls.refuse(goAway, this.lanes, reason);
	}

	/** Decode what waits for its slice: answers that arrived count. */
	void catchUp() {
		this.lanes.forEach(FrameStream::catchUp);
	}

	/** The connection is over. */
	void end(Status written, Status unwritten) {
		this.calls.end(written, unwritten);
		failUnwritten(unwritten);
		refuseQueued();
	}

	private void failUnwritten(Status status) {
		this.unwritten.failAll(status);
		this.opener.refuseAll(status);
	}

	/** The event loop is gone: what is queued, even now, is refused. */
	void abandon() {
		do {
			refuseQueued();
			this.scheduled = 0;
		}
		while (!this.queue.isEmpty());
	}

	private void refuseQueued() {
		OutboundCall call;
		while ((call = this.queue.poll()) != null) {
			this.calls.fail(call, this.connection.refusal());
		}
	}

	/**
	 * On the lane of the CALL, so that it cannot overtake it. A call that is alone on its
	 * stream has finished that; its CANCEL may come over any lane.
	 */
	void appendCancel(OutboundCall call) {
		this.lanes.get(Math.max(0, call.lane)).appendCancel(call.callId);
	}

	void count() {
		OPEN.lazySet(this, this.calls.size() + this.unwritten.size() + this.opener.waiting());
	}

	Status full() {
		return Status.notProcessed(Code.RESOURCE_EXHAUSTED, this.connection.inFlight() + " calls are in flight to "
				+ this.endpoint + " already: the limit is maxInFlightPerConnection = " + this.maxInFlight);
	}

}
