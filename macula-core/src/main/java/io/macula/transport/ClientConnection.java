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

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;

import io.macula.Code;
import io.macula.Endpoint;
import io.macula.Processed;
import io.macula.Status;
import io.macula.udp.Sentinel;
import io.macula.udp.SentinelSockets;
import io.macula.udp.Udp;
import io.macula.wire.ErrorCode;
import io.macula.wire.Failure;
import io.macula.wire.Frame;
import io.macula.wire.FrameCodec;
import io.macula.wire.FrameDecoder;
import io.macula.wire.ProtocolException;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.quic.QuicChannel;
import io.netty.handler.codec.quic.QuicConnectionCloseEvent;
import io.netty.handler.codec.quic.QuicStreamType;
import io.netty.util.internal.PlatformDependent;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/**
 * The calling side of a connection. Callers put calls into one queue; the event loop
 * takes all that are there, gives them ids, writes them at once to one lane, and
 * completes them when answers arrive.
 * <p>
 * States: READY to SUSPECTED and back as {@link Liveness} says; from each to DRAINING by
 * {@link #drain} or the peer's GOAWAY; from each to CLOSED. All changes happen on the
 * event loop; readers see volatile copies.
 */
final class ClientConnection implements Connection, ClientEvents.Receiver, ClientControl.Receiver, Liveness.Peer {

	private static final Logger logger = LoggerFactory.getLogger(ClientConnection.class);

	private static final AtomicIntegerFieldUpdater<ClientConnection> SCHEDULED = AtomicIntegerFieldUpdater
		.newUpdater(ClientConnection.class, "scheduled");

	private static final AtomicIntegerFieldUpdater<ClientConnection> OPEN = AtomicIntegerFieldUpdater
		.newUpdater(ClientConnection.class, "open");

	private static final int MAX_CALLS_PER_TURN = 1024;

	private static final int MAX_BYTES_PER_TURN = 128 << 10;

	/**
	 * The queue has room for so many calls from the start: an idle connection should cost
	 * little. It grows by as many while a turn lags behind.
	 */
	private static final int QUEUE_CHUNK = 128;

	private static final long SAMPLE_NANOS = TimeUnit.SECONDS.toNanos(1);

	private final Transport transport;

	private final Endpoint endpoint;

	private final TransportSettings settings;

	private final NodeInfo peer;

	private final QuicChannel channel;

	private final EventLoop loop;

	private final Turn turn;

	private final ClientControl control;

	private final long maxPayloadBytes;

	private final int maxInFlight;

	private final long establishedNanos;

	private final Duration handshake;

	private final Queue<OutboundCall> queue;

	private final Runnable turnAction = this::turnOrEnd;

	private final CallTable<OutboundCall> calls = new CallTable<>();

	private final Deque<OutboundCall> waiting = new ArrayDeque<>();

	private final Set<ClientCallStream> streams = new HashSet<>();

	private final List<ClientLane> lanes = new ArrayList<>();

	private final TimingWheel wheel;

	private final Liveness liveness;

	private final StreamOpener opener;

	private final FrameDecoder decoder;

	private final Sinks.Many<State> states = Sinks.unsafe().many().replay().latest();

	private final Sinks.One<Status> closed = Sinks.one();

	@SuppressWarnings("unused")
	private volatile int scheduled;

	private volatile int open;

	private volatile State state = State.READY;

	private volatile @Nullable Status closeReason;

	private volatile Stats stats;

	/** Streams that go on elsewhere if the peer is suspected. */
	private int leavingStreams;

	private int nextLane;

	private long lastCallId;

	private long callsSent;

	private long packetsSeen;

	private long sampledNanos;

	private boolean goneAway;

	ClientConnection(Transport transport, Dial dial, QuicChannel channel, ClientControl control, Turn turn,
			NodeInfo peer, PeerLimits limits, long now) {
		this.transport = transport;
		this.endpoint = dial.endpoint();
		this.settings = transport.settings();
		this.peer = peer;
		this.channel = channel;
		this.loop = channel.eventLoop();
		this.turn = turn;
		this.control = control;
		this.maxPayloadBytes = Math.min(this.settings.maxPayloadBytes(), limits.maxPayloadBytes());
		this.maxInFlight = (int) Math.min(this.settings.maxInFlightPerConnection(), limits.maxInFlight());
		this.establishedNanos = now;
		this.handshake = Duration.ofNanos(now - dial.startedNanos());
		this.queue = PlatformDependent.newMpscQueue(QUEUE_CHUNK,
				Math.max(2 * QUEUE_CHUNK, this.settings.maxInFlightPerConnection()));
		this.wheel = new TimingWheel(now);
		this.decoder = new FrameDecoder(FrameCodec.maxFrameBytes(this.settings.maxPayloadBytes()));
		this.opener = new StreamOpener(channel, QuicStreamType.BIDIRECTIONAL, this.settings.maxStreamsPerConnection(),
				"to " + this.endpoint);
		Sentinel sentinel = new Sentinel(SentinelSockets.of(channel.parent()), dial.remote(), this::unreachable);
		this.liveness = new Liveness(this.loop, this, sentinel, this.settings, dial.roundTripNanos());
		this.stats = new Stats(Duration.ZERO, this.handshake, Duration.ZERO, 0, 0, 0, 0);
	}

	/**
	 * Open the lanes.
	 * @param ready called when the connection takes calls
	 */
	void start(Runnable ready) {
		this.states.tryEmitNext(State.READY);
		this.liveness.start(this.establishedNanos);
		openLane(ready);
	}

	private void openLane(Runnable ready) {
		ClientLane lane = new ClientLane(this, this.decoder);
		this.channel.createStream(QuicStreamType.BIDIRECTIONAL, lane).addListener((future) -> {
			if (!future.isSuccess()) {
				end(Status.notProcessed(Code.UNAVAILABLE,
						"a lane to " + this.endpoint + " could not be opened: " + future.cause()), ErrorCode.INTERNAL);
				return;
			}
			this.lanes.add(lane);
			if (this.lanes.size() < this.settings.lanes()) {
				openLane(ready);
			}
			else {
				ready.run();
			}
		});
	}

	@Override
	public Endpoint endpoint() {
		return this.endpoint;
	}

	@Override
	public NodeInfo peer() {
		return this.peer;
	}

	@Override
	public State state() {
		return this.state;
	}

	@Override
	public @Nullable Status closeReason() {
		return this.closeReason;
	}

	@Override
	public int inFlight() {
		return this.open + this.queue.size();
	}

	@Override
	public void send(OutboundCall call) {
		State present = this.state;
		if (present == State.DRAINING || present == State.CLOSED) {
			refuse(call, refusal());
		}
		else if (this.queue.offer(call)) {
			wake();
		}
		else {
			refuse(call, full());
		}
	}

	@Override
	public void cancel(OutboundCall call) {
		execute(() -> {
			if (call.callId > 0 && this.calls.remove(call.callId) == call) {
				appendCancel(call.callId);
				wake();
			}
			over(call);
			settle();
		});
	}

	@Override
	public Flux<byte[]> stream(StreamCall call) {
		return ClientCallStream.flux(this, call);
	}

	@Override
	public Stats stats() {
		Stats present = this.stats;
		long age = System.nanoTime() - this.establishedNanos;
		if (age - present.age().toNanos() > SAMPLE_NANOS && this.state != State.CLOSED) {
			execute(() -> sample(System.nanoTime()));
		}
		return present;
	}

	@Override
	public void drain() {
		execute(() -> {
			turn();
			drain(new Status(Code.OK, "this side drained the connection to " + this.endpoint, Processed.NO));
		});
	}

	@Override
	public void close(Status reason) {
		execute(() -> end(reason, ErrorCode.NO_ERROR));
	}

	@Override
	public Flux<State> states() {
		return this.states.asFlux();
	}

	@Override
	public Mono<Status> closed() {
		return this.closed.asMono();
	}

	@Override
	public String toString() {
		return "connection to " + this.endpoint + " (" + this.state + ")";
	}

	void awaitClosed(long nanos) {
		Udp.await(this.channel.closeFuture(), nanos);
	}

	// The way of a call: queue, turn, lane, answer

	private void wake() {
		if (this.scheduled == 0 && SCHEDULED.compareAndSet(this, 0, 1)) {
			if (this.loop.inEventLoop()) {
				this.turn.atEnd(this.turnAction);
			}
			else {
				execute(this.turnAction);
			}
		}
	}

	private void execute(Runnable action) {
		try {
			this.loop.execute(action);
		}
		catch (RejectedExecutionException ex) {
			// The event loop is gone, hence nobody else owns the state.
			synchronized (this.queue) {
				end(Status.notProcessed(Code.UNAVAILABLE, "this node was closed"), ErrorCode.NO_ERROR);
				refuseQueued();
			}
		}
	}

	/** A turn that fails half-way leaves calls behind that nobody would ever send. */
	private void turnOrEnd() {
		try {
			turn();
		}
		catch (Throwable ex) {
			onBroken(ErrorCode.INTERNAL, "calls cannot be sent: " + ex);
		}
	}

	/** One turn: everything that was queued goes out in one write. */
	private void turn() {
		if (this.state == State.CLOSED || this.goneAway) {
			refuseQueued();
		}
		else {
			long now = System.nanoTime();
			ClientLane lane = writableLane();
			if (lane != null) {
				write(lane, now);
			}
			else {
				keep(now);
			}
		}
		this.scheduled = 0;
		if (!this.queue.isEmpty() || (!this.waiting.isEmpty() && writableLane() != null)) {
			wake();
		}
		settle();
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
		for (ClientLane each : this.lanes) {
			each.flush();
		}
		if (this.calls.size() != before) {
			this.liveness.wrote(now);
		}
		this.nextLane = (this.nextLane + 1) % this.lanes.size();
	}

	private void begin(OutboundCall call, ClientLane lane, long now) {
		if (call.callId == OutboundCall.OVER) {
			return;
		}
		long deadline = call.deadlineNanoTime();
		if (deadline != StreamCall.NO_DEADLINE && deadline - now <= 0) {
			fail(call, Status.notProcessed(Code.DEADLINE_EXCEEDED,
					"the time was over before the call to " + call.procedure() + " could be sent to " + this.endpoint));
		}
		else if (this.calls.size() >= this.maxInFlight) {
			fail(call, full());
		}
		else if (call.payload().length > this.maxPayloadBytes) {
			fail(call, tooLarge(call.payload().length));
		}
		else if (call.payload().length > this.settings.laneThresholdBytes()) {
			watch(call, now);
			this.opener.open(new LargeCall(this, call));
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

	private void watch(OutboundCall call, long now) {
		if (call.slot < 0 && call.callId != OutboundCall.OVER && call.deadlineNanoTime() != StreamCall.NO_DEADLINE) {
			this.wheel.add(call, now);
		}
	}

	/** The lane takes nothing: calls wait here, where their time is watched. */
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

	void onResult(long callId, byte[] payload) {
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
		settle();
	}

	void onFailure(long callId, Failure failure) {
		this.liveness.heard();
		OutboundCall call = this.calls.remove(callId);
		if (call != null) {
			fail(call, failure);
			settle();
		}
	}

	/** The stream of a call is at its end; whatever answered the call came before. */
	void unanswered(OutboundCall call) {
		if (call.callId > 0 && this.calls.remove(call.callId) == call) {
			fail(call, Status.unknown(Code.UNAVAILABLE,
					this.endpoint + " finished the stream of the call to " + call.procedure() + " without an answer"));
			settle();
		}
	}

	long lastCallId() {
		return this.lastCallId;
	}

	boolean onExcess(ProtocolException excess) {
		if (excess.callId() == 0) {
			return false;
		}
		onFailure(excess.callId(),
				Failure.of(Status.processed(Code.RESOURCE_EXHAUSTED,
						"the answer from " + this.endpoint + " of " + excess.value()
								+ " bytes exceeds this side's limit of " + this.settings.maxPayloadBytes()
								+ " bytes (maxPayloadBytes)")));
		return true;
	}

	void onWritable() {
		if (!this.waiting.isEmpty()) {
			wake();
		}
	}

	void laneFinished(ClientLane lane) {
		if (this.lanes.contains(lane)) {
			onBroken(ErrorCode.PROTOCOL_VIOLATION, "the peer finished a lane");
		}
	}

	// Streaming calls

	StreamOpener opener() {
		return this.opener;
	}

	FrameDecoder decoder() {
		return this.decoder;
	}

	Turn turnOfSocket() {
		return this.turn;
	}

	EventLoop loop() {
		return this.loop;
	}

	long maxPayloadBytes() {
		return this.maxPayloadBytes;
	}

	Liveness liveness() {
		return this.liveness;
	}

	long nextCallId() {
		this.callsSent++;
		return ++this.lastCallId;
	}

	/** Whether streams may be opened; counts the stream if so. */
	boolean register(ClientCallStream stream) {
		if (this.state == State.DRAINING || this.state == State.CLOSED) {
			return false;
		}
		this.streams.add(stream);
		settle();
		return true;
	}

	void unregister(ClientCallStream stream) {
		this.streams.remove(stream);
		settle();
	}

	/** A stream may now leave a suspected peer, or no longer. */
	void mayLeave(boolean may) {
		this.leavingStreams += (may) ? 1 : -1;
	}

	Status refusal() {
		Status reason = this.closeReason;
		String why = (reason != null) ? reason.message() : "no reason known";
		return Status.notProcessed(Code.UNAVAILABLE,
				"the connection to " + this.endpoint + " takes no new calls: " + why);
	}

	Status tooLarge(int bytes) {
		return Status.notProcessed(Code.RESOURCE_EXHAUSTED, "the payload of " + bytes + " bytes exceeds the limit of "
				+ this.maxPayloadBytes + " bytes for " + this.endpoint + " (maxPayloadBytes on either side)");
	}

	// Outcomes

	private Status full() {
		return Status.notProcessed(Code.RESOURCE_EXHAUSTED, inFlight() + " calls are in flight to " + this.endpoint
				+ " already: the limit is maxInFlightPerConnection = " + this.maxInFlight);
	}

	private void refuse(OutboundCall call, Status status) {
		try {
			this.loop.execute(() -> fail(call, status));
		}
		catch (RejectedExecutionException ex) {
			fail(call, status);
		}
	}

	private void refuseQueued() {
		OutboundCall call;
		while ((call = this.queue.poll()) != null) {
			fail(call, refusal());
		}
	}

	private void over(OutboundCall call) {
		this.wheel.remove(call);
		call.callId = OutboundCall.OVER;
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
		try {
			call.onFailure(failure);
		}
		catch (RuntimeException ex) {
			logger.error("The receiver of a failure of {} from {} failed", call.procedure(), this.endpoint, ex);
		}
	}

	private void appendCancel(long callId) {
		if (!this.lanes.isEmpty()) {
			this.lanes.get(0).appendCancel(callId);
		}
	}

	private void count() {
		OPEN.lazySet(this, this.calls.size() + this.waiting.size() + this.streams.size() + this.opener.waiting());
	}

	/** What happened may have been the last call. */
	void settle() {
		count();
		if (this.state == State.DRAINING && this.open == 0 && this.queue.isEmpty()) {
			Status reason = this.closeReason;
			end((reason != null) ? reason : refusal(), (this.goneAway) ? ErrorCode.DRAINED : ErrorCode.NO_ERROR);
		}
	}

	// What the peer and the network do

	@Override
	public void onControl(Frame frame) {
		this.liveness.heard();
		if (frame instanceof Frame.Pong pong) {
			this.liveness.pong(pong.token(), System.nanoTime());
		}
		else if (frame instanceof Frame.Ping ping) {
			this.control.send(new Frame.Pong(ping.token()));
		}
		else if (frame instanceof Frame.GoAway goAway) {
			goAway(goAway);
		}
		else {
			onBroken(ErrorCode.PROTOCOL_VIOLATION, frame.type() + " frame on the control stream after WELCOME");
		}
	}

	private void goAway(Frame.GoAway goAway) {
		this.goneAway = true;
		Status reason = Status.notProcessed(Code.UNAVAILABLE, this.endpoint + " is draining: " + goAway.message());
		drain(reason);
		refuseQueued();
		while (!this.waiting.isEmpty()) {
			fail(this.waiting.remove(), reason);
		}
		this.opener.refuseAll(reason);
		if (!goAway.accepted().isEmpty()) {
			for (OutboundCall call : this.calls.all()) {
				if (call.lane >= 0 && call.callId > goAway.lastAccepted(this.lanes.get(call.lane).streamId())
						&& this.calls.remove(call.callId) == call) {
					fail(call, reason);
				}
			}
		}
		settle();
	}

	private void drain(Status reason) {
		if (this.state == State.READY || this.state == State.SUSPECTED) {
			this.closeReason = reason;
			state(State.DRAINING);
		}
		settle();
	}

	@Override
	public void peerClosed(QuicConnectionCloseEvent close) {
		end(Status.unknown(Code.UNAVAILABLE, this.endpoint + " closed the connection: " + ClientEvents.describe(close)),
				ErrorCode.NO_ERROR);
	}

	@Override
	public void streamLimitChanged() {
		this.opener.next();
	}

	@Override
	public void inactive() {
		end(Status.unknown(Code.UNAVAILABLE,
				"the connection to " + this.endpoint + " is over"
						+ ((this.channel.isTimedOut()) ? ": nothing arrived for " + this.settings.idleTimeout() : "")),
				ErrorCode.NO_ERROR);
	}

	@Override
	public void failed(Throwable cause) {
		logger.debug("QUIC reports a failure on the connection to {}", this.endpoint, cause);
	}

	private void unreachable() {
		this.liveness.unreachable();
	}

	@Override
	public void onBroken(ErrorCode code, String message) {
		this.transport.broken(this, code, message);
		end(Status.unknown(Code.UNAVAILABLE, "the connection to " + this.endpoint + " broke: " + message), code);
	}

	@Override
	public void expire(long now) {
		this.wheel.expire(now, (call) -> {
			if (call.callId > 0) {
				if (this.calls.get(call.callId) == call && call.waitsOn()) {
					watch(call, now);
				}
				else if (this.calls.remove(call.callId) == call) {
					appendCancel(call.callId);
					fail(call, Status.unknown(Code.DEADLINE_EXCEEDED,
							"no answer from " + this.endpoint + " to " + call.procedure() + " in time"));
				}
			}
			else {
				fail(call, Status.notProcessed(Code.DEADLINE_EXCEEDED, "the time was over before the call to "
						+ call.procedure() + " could be sent to " + this.endpoint));
			}
		});
		if (!this.lanes.isEmpty()) {
			this.lanes.get(0).flush();
		}
		if (now - this.sampledNanos > SAMPLE_NANOS) {
			sample(now);
		}
		settle();
	}

	@Override
	public boolean awaiting() {
		return this.calls.size() > 0 || this.wheel.size() > 0;
	}

	@Override
	public boolean streaming() {
		return !this.streams.isEmpty();
	}

	@Override
	public boolean streamsMayLeave() {
		return this.leavingStreams > 0;
	}

	@Override
	public boolean packetsArrived() {
		long packets = QuicFigures.packetsReceived(this.channel);
		boolean more = packets != this.packetsSeen;
		this.packetsSeen = packets;
		return more;
	}

	@Override
	public void ping(long token) {
		// The count before the PING, so that only what comes later counts as an answer.
		this.packetsSeen = QuicFigures.packetsReceived(this.channel);
		this.control.send(new Frame.Ping(token));
	}

	@Override
	public void suspected(String why, boolean lasting) {
		if (this.state == State.READY) {
			logger.info("{} is suspected: {}", this.endpoint, why);
			state(State.SUSPECTED);
		}
		Status status = Status.unknown(Code.UNAVAILABLE, this.endpoint + " is suspected: " + why);
		for (OutboundCall call : this.calls.all()) {
			if (call.leavesSuspectedPeer() && this.calls.remove(call.callId) == call) {
				appendCancel(call.callId);
				fail(call, status);
			}
		}
		Status unwritten = Status.notProcessed(status.code(), status.message());
		while (!this.waiting.isEmpty()) {
			fail(this.waiting.remove(), unwritten);
		}
		this.opener.refuseAll(unwritten);
		for (ClientCallStream stream : new ArrayList<>(this.streams)) {
			stream.peerSuspected(status, lasting);
		}
		if (!this.lanes.isEmpty()) {
			this.lanes.get(0).flush();
		}
		settle();
	}

	@Override
	public void alive() {
		if (this.state == State.SUSPECTED) {
			logger.info("{} gives signs of life again", this.endpoint);
			state(State.READY);
		}
	}

	@Override
	public void dead(String why) {
		end(Status.unknown(Code.UNAVAILABLE, this.endpoint + " is gone: " + why), ErrorCode.UNRESPONSIVE);
	}

	private void end(Status reason, ErrorCode code) {
		if (this.state == State.CLOSED) {
			return;
		}
		// Answers that arrived count.
		this.lanes.forEach(FrameStream::catchUp);
		if (this.state == State.CLOSED) {
			return;
		}
		this.closeReason = reason;
		state(State.CLOSED);
		this.liveness.stop();
		String text = (reason.code() == Code.OK) ? "" : reason.message();
		this.channel.close(true, code.number(),
				ByteBufUtil.writeUtf8(this.channel.alloc(), text.substring(0, Math.min(256, text.length()))));
		Status unwritten = Status.notProcessed(failureCode(reason), reason.message());
		Status written = Status.unknown(failureCode(reason), reason.message());
		for (OutboundCall call : this.calls.all()) {
			if (this.calls.remove(call.callId) == call) {
				fail(call, written);
			}
		}
		while (!this.waiting.isEmpty()) {
			fail(this.waiting.remove(), unwritten);
		}
		this.opener.refuseAll(unwritten);
		refuseQueued();
		for (ClientCallStream stream : new ArrayList<>(this.streams)) {
			stream.connectionEnded(written);
		}
		settle();
		this.transport.closed(this);
		this.states.tryEmitComplete();
		this.closed.tryEmitValue(reason);
	}

	private static Code failureCode(Status reason) {
		return (reason.code() == Code.OK) ? Code.UNAVAILABLE : reason.code();
	}

	private void state(State next) {
		this.state = next;
		this.states.tryEmitNext(next);
	}

	private void sample(long now) {
		this.sampledNanos = now;
		this.stats = QuicFigures.sample(this.channel, Duration.ofNanos(now - this.establishedNanos), this.handshake,
				this.liveness.roundTripNanos(), this.callsSent);
		this.liveness.path(this.stats.roundTrip().toNanos());
	}

}
