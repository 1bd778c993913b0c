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

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
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
import io.netty.util.internal.PlatformDependent;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The unary calls of a dialled connection. Callers put calls into one queue; the event
 * loop takes all that are there, gives them ids, writes them at once to one lane, and
 * completes them when answers arrive.
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

	private static final Logger logger = LoggerFactory.getLogger(CallPump.class);

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

	private final CallTable<OutboundCall> calls = new CallTable<>();

	private final Deque<OutboundCall> waiting = new ArrayDeque<>();

	private final List<ClientLane> lanes = new ArrayList<>();

	private final TimingWheel wheel;

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
		this.wheel = new TimingWheel(clock.getAsLong());
	}

	/** Use one more lane; it is open. */
	void add(ClientLane lane) {
		assert this.connection.owned();
		this.lanes.add(lane);
	}

	int lanes() {
		return this.lanes.size();
	}

	int inFlight() {
		return this.open + this.queue.size();
	}

	long callsSent() {
		return this.callsSent;
	}

	PayloadLimit payloadLimit() {
		return this.payloadLimit;
	}

	/** Whether no unary call is open or queued. */
	boolean idle() {
		return this.calls.size() == 0 && this.waiting.isEmpty() && this.opener.waiting() == 0 && this.queue.isEmpty();
	}

	/** Whether answers are awaited, or times are watched. */
	boolean awaiting() {
		return this.calls.size() > 0 || this.wheel.size() > 0;
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
			this.loop.execute(() -> fail(call, status));
		}
		catch (RejectedExecutionException ex) {
			// No other thread knows of the call.
			tell(call, Failure.of(status));
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
			}
			else {
				take(this.clock.getAsLong());
			}
		}
		catch (Throwable ex) {
			this.connection.onBroken(ErrorCode.INTERNAL, "calls cannot be sent: " + ex);
		}
		finally {
			this.scheduled = 0;
			if (!this.queue.isEmpty() || (!this.waiting.isEmpty() && writableLane() != null)) {
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
			OutboundCall call = this.waiting.poll();
			if (call == null) {
				call = this.queue.poll();
			}
			if (call == null) {
				break;
			}
			taken++;
			begin(call, lane, now);
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
		if (deadline != StreamCall.NO_DEADLINE && deadline - now <= 0) {
			fail(call, tooLate(call));
		}
		else if (this.calls.size() >= this.maxInFlight) {
			fail(call, full());
		}
		else if (call.payload().length > this.payloadLimit.bytes()) {
			fail(call, this.payloadLimit.exceeded("the payload", call.payload().length));
		}
		else if (call.payload().length > this.laneThresholdBytes) {
			watch(call, now);
			this.opener.open(new LargeCall(this.connection, this, call));
		}
		else {
			call.lane = this.nextLane;
			append(call, lane, now);
			watch(call, now);
		}
	}

	/** Give it an id and append it to the lane; it may fail instead. */
	void append(OutboundCall call, ClientLane lane, long now) {
		call.callId = this.lastCallId + 1;
		try {
			lane.append(call, now);
		}
		catch (IllegalArgumentException ex) {
			fail(call, Status.notProcessed(Code.INVALID_ARGUMENT,
					"the call to " + call.procedure() + " cannot be sent: " + ex.getMessage()));
			return;
		}
		this.lastCallId = call.callId;
		this.callsSent++;
		this.calls.put(call.callId, call);
	}

	/** An id for a streaming call. */
	long nextCallId() {
		this.callsSent++;
		return ++this.lastCallId;
	}

	long lastCallId() {
		return this.lastCallId;
	}

	private void watch(OutboundCall call, long now) {
		if (call.slot < 0 && call.callId != OutboundCall.OVER && call.deadlineNanoTime() != StreamCall.NO_DEADLINE) {
			this.wheel.add(call, now);
		}
	}

	/** The lanes take nothing: calls wait here, where their time is watched. */
	private void keep(long now) {
		OutboundCall call;
		while ((call = this.queue.poll()) != null) {
			if (call.callId == OutboundCall.OVER) {
				continue;
			}
			if (this.waiting.size() >= this.maxInFlight) {
				this.waiting.removeIf((each) -> each.callId == OutboundCall.OVER);
			}
			if (this.waiting.size() >= this.maxInFlight) {
				fail(call, full());
			}
			else {
				watch(call, now);
				this.waiting.add(call);
			}
		}
		this.liveness.wrote(now);
	}

	/** A lane takes data again. */
	void onWritable() {
		if (!this.waiting.isEmpty()) {
			wake();
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
		count();
		try {
			call.onResult(payload);
		}
		catch (RuntimeException ex) {
			logger.error("The receiver of a result of {} from {} failed", call.procedure(), this.endpoint, ex);
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

	/** The stream of a call is at its end; whatever answered the call came before. */
	void unanswered(OutboundCall call) {
		if (call.callId > 0 && this.calls.remove(call.callId) == call) {
			fail(call, Status.unknown(Code.UNAVAILABLE,
					this.endpoint + " finished the stream of the call to " + call.procedure() + " without an answer"));
			this.connection.settle();
		}
	}

	/** The peer finished a stream of unary calls; a lane must live on. */
	void finished(ClientLane lane) {
		if (this.lanes.contains(lane)) {
			this.connection.onBroken(ErrorCode.PROTOCOL_VIOLATION, "the peer finished a lane");
		}
	}

	// Other outcomes

	/** The caller gave it up. */
	void cancel(OutboundCall call) {
		assert this.connection.owned();
		if (call.callId > 0 && this.calls.remove(call.callId) == call) {
			appendCancel(call.callId);
			wake();
		}
		over(call);
		this.connection.settle();
	}

	void expire(long now) {
		assert this.connection.owned();
		this.wheel.expire(now, (call) -> expire(call, now));
		if (!this.lanes.isEmpty()) {
			this.lanes.get(0).flush();
		}
	}

	private void expire(OutboundCall call, long now) {
		if (call.callId <= 0) {
			fail(call, tooLate(call));
		}
		else if (this.calls.get(call.callId) == call && call.waitsOn()) {
			watch(call, now);
		}
		else if (this.calls.remove(call.callId) == call) {
			appendCancel(call.callId);
			fail(call, Status.unknown(Code.DEADLINE_EXCEEDED,
					"no answer from " + this.endpoint + " to " + call.procedure() + " in time"));
		}
	}

	/** The peer is suspected: what may go on elsewhere does. */
	void leave(Status written, Status unwritten) {
		for (OutboundCall call : this.calls.all()) {
			if (call.leavesSuspectedPeer() && this.calls.remove(call.callId) == call) {
				appendCancel(call.callId);
				fail(call, written);
			}
		}
		failUnwritten(unwritten);
		if (!this.lanes.isEmpty()) {
			this.lanes.get(0).flush();
		}
	}

	/** The peer takes no more calls and told which it did not accept. */
	void goAway(Frame.GoAway goAway, Status reason) {
		refuseQueued();
		failUnwritten(reason);
		if (goAway.accepted().isEmpty()) {
			return;
		}
		for (OutboundCall call : this.calls.all()) {
			if (call.lane >= 0 && call.callId > goAway.lastAccepted(this.lanes.get(call.lane).streamId())
					&& this.calls.remove(call.callId) == call) {
				fail(call, reason);
			}
		}
	}

	/** Decode what waits for its slice: answers that arrived count. */
	void catchUp() {
		this.lanes.forEach(FrameStream::catchUp);
	}

	/** The connection is over. */
	void end(Status written, Status unwritten) {
		for (OutboundCall call : this.calls.all()) {
			if (this.calls.remove(call.callId) == call) {
				fail(call, written);
			}
		}
		failUnwritten(unwritten);
		refuseQueued();
	}

	private void failUnwritten(Status status) {
		while (!this.waiting.isEmpty()) {
			fail(this.waiting.remove(), status);
		}
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
			fail(call, this.connection.refusal());
		}
	}

	void fail(OutboundCall call, Status status) {
		fail(call, Failure.of(status));
	}

	private void fail(OutboundCall call, Failure failure) {
		if (call.callId == OutboundCall.OVER) {
			return;
		}
		over(call);
		count();
		tell(call, failure);
	}

	private void tell(OutboundCall call, Failure failure) {
		call.callId = OutboundCall.OVER;
		try {
			call.onFailure(failure);
		}
		catch (RuntimeException ex) {
			logger.error("The receiver of a failure of {} from {} failed", call.procedure(), this.endpoint, ex);
		}
	}

	private void over(OutboundCall call) {
		this.wheel.remove(call);
		call.callId = OutboundCall.OVER;
	}

	private void appendCancel(long callId) {
		if (!this.lanes.isEmpty()) {
			this.lanes.get(0).appendCancel(callId);
		}
	}

	void count() {
		OPEN.lazySet(this, this.calls.size() + this.waiting.size() + this.opener.waiting());
	}

	private Status full() {
		return Status.notProcessed(Code.RESOURCE_EXHAUSTED, this.connection.inFlight() + " calls are in flight to "
				+ this.endpoint + " already: the limit is maxInFlightPerConnection = " + this.maxInFlight);
	}

	private Status tooLate(OutboundCall call) {
		return Status.notProcessed(Code.DEADLINE_EXCEEDED,
				"the time was over before the call to " + call.procedure() + " could be sent to " + this.endpoint);
	}

}
