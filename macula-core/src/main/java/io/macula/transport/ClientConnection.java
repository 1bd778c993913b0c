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
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;

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
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/**
 * The calling side of a connection: its life. Unary calls are in its {@link CallPump},
 * each streaming call in a {@link ClientCallStream}.
 * <p>
 * States: READY to SUSPECTED and back as {@link Liveness} says; from each to DRAINING by
 * {@link #drain} or the peer's GOAWAY; from each to CLOSED. The owner of all state is the
 * event loop; when that is gone, whoever is in {@link #loopGone}, one at a time. Readers
 * see volatile copies.
 */
final class ClientConnection implements Connection, ClientEvents.Receiver, ControlStream.Receiver, Liveness.Peer {

	private static final Logger logger = LoggerFactory.getLogger(ClientConnection.class);

	private static final long SAMPLE_NANOS = TimeUnit.SECONDS.toNanos(1);

	private static final int MAX_REASON_CHARS = 256;

	private final Transport transport;

	private final Endpoint endpoint;

	private final TransportSettings settings;

	private final LongSupplier clock;

	private final NodeInfo peer;

	private final QuicChannel channel;

	private final EventLoop loop;

	private final Turn turn;

	private final ControlStream control;

	private final long establishedNanos;

	private final Duration handshake;

	private final FrameDecoder decoder;

	private final StreamOpener opener;

	private final Sentinel sentinel;

	private final Liveness liveness;

	private final CallPump pump;

	private final Set<ClientCallStream> streams = new HashSet<>();

	private final Sinks.Many<State> states = Sinks.unsafe().many().replay().latest();

	private final Sinks.One<Status> closed = Sinks.one();

	/** How many found the event loop gone and are not yet done with that. */
	private final AtomicInteger withoutLoop = new AtomicInteger();

	private volatile State state = State.READY;

	private volatile @Nullable Status closeReason;

	private volatile Stats stats;

	private volatile int openStreams;

	/** Streams that go on elsewhere if the peer is suspected. */
	private int leavingStreams;

	private long packetsSeen;

	private long sampledNanos;

	private boolean goneAway;

	ClientConnection(Transport transport, Dial dial, QuicChannel channel, ControlStream control, Turn turn,
			NodeInfo peer, PeerLimits limits, long now) {
		this.transport = transport;
		this.endpoint = dial.endpoint();
		this.settings = transport.settings();
		this.clock = transport.clock();
		this.peer = peer;
		this.channel = channel;
		this.loop = channel.eventLoop();
		this.turn = turn;
		this.control = control;
		this.establishedNanos = now;
		this.handshake = Duration.ofNanos(now - dial.startedNanos());
		this.decoder = new FrameDecoder(FrameCodec.maxFrameBytes(this.settings.maxPayloadBytes()));
		this.opener = new StreamOpener(channel, QuicStreamType.BIDIRECTIONAL, this.settings.maxStreamsPerConnection(),
				"to " + this.endpoint);
		this.sentinel = new Sentinel(SentinelSockets.of(channel.parent()), dial.remote(), this::unreachable);
		this.liveness = new Liveness(this.loop, this.clock, this, this.settings, dial.roundTripNanos());
		this.pump = new CallPump(this, this.settings, limits, turn, this.clock, this.liveness, this.opener);
		this.stats = new Stats(Duration.ZERO, this.handshake, Duration.ZERO, 0, 0, 0, 0);
	}

	/**
	 * Open the lanes.
	 * @param ready called when the connection takes calls
	 */
	void start(Runnable ready) {
		assert owned();
		state(State.READY);
		this.liveness.start(this.establishedNanos);
		openLane(ready);
	}

	private void openLane(Runnable ready) {
		ClientLane lane = new ClientLane(this, null);
		this.channel.createStream(QuicStreamType.BIDIRECTIONAL, lane).addListener((future) -> {
			if (!future.isSuccess()) {
				end(Status.notProcessed(Code.UNAVAILABLE,
						"a lane to " + this.endpoint + " could not be opened: " + future.cause()), ErrorCode.INTERNAL);
				return;
			}
			this.pump.add(lane);
			if (this.pump.lanes() < this.settings.lanes()) {
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
		return this.pump.inFlight() + this.openStreams;
	}

	@Override
	public void send(OutboundCall call) {
		State present = this.state;
		if (present == State.DRAINING || present == State.CLOSED) {
			this.pump.refuse(call, refusal());
		}
		else {
			this.pump.send(call);
		}
	}

	@Override
	public void cancel(OutboundCall call) {
		execute(() -> this.pump.cancel(call));
	}

	@Override
	public Flux<byte[]> stream(StreamCall call) {
		return ClientCallStream.flux(this, call);
	}

	@Override
	public Stats stats() {
		Stats present = this.stats;
		long age = this.clock.getAsLong() - this.establishedNanos;
		if (age - present.age().toNanos() > SAMPLE_NANOS && this.state != State.CLOSED) {
			execute(() -> sample(this.clock.getAsLong()));
		}
		return present;
	}

	@Override
	public void drain() {
		execute(() -> {
			this.pump.turn();
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

	// The owner of the state

	/** Whether the state belongs to this thread; for assertions. */
	boolean owned() {
		return this.loop.inEventLoop() || this.withoutLoop.get() > 0;
	}

	EventLoop loop() {
		return this.loop;
	}

	private void execute(Runnable action) {
		try {
			this.loop.execute(action);
		}
		catch (RejectedExecutionException ex) {
			loopGone();
		}
	}

	/**
	 * The event loop takes nothing any more: end what is left. Not before its thread is
	 * over, which may still be at its last actions; then by one thread at a time, the
	 * others leave their share to it.
	 */
	void loopGone() {
		if (this.loop.inEventLoop()) {
			endWithoutLoop();
		}
		else if (!this.loop.isTerminated()) {
			this.loop.terminationFuture().addListener((future) -> loopGone());
		}
		else if (this.withoutLoop.getAndIncrement() == 0) {
			int seen = 1;
			do {
				endWithoutLoop();
				seen = this.withoutLoop.addAndGet(-seen);
			}
			while (seen != 0);
		}
	}

	private void endWithoutLoop() {
		end(Status.notProcessed(Code.UNAVAILABLE, "this node was closed"), ErrorCode.NO_ERROR);
		this.pump.abandon();
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

	LongSupplier clock() {
		return this.clock;
	}

	Liveness liveness() {
		return this.liveness;
	}

	CallPump pump() {
		return this.pump;
	}

	/** Whether streams may be opened; counts the stream if so. */
	boolean register(ClientCallStream stream) {
		assert owned();
		if (this.state == State.DRAINING || this.state == State.CLOSED) {
			return false;
		}
		this.streams.add(stream);
		this.openStreams = this.streams.size();
		return true;
	}

	void unregister(ClientCallStream stream) {
		assert owned();
		this.streams.remove(stream);
		this.openStreams = this.streams.size();
		settle();
	}

	/** A stream may now leave a suspected peer, or no longer. */
	void mayLeave(boolean may) {
		this.leavingStreams += (may) ? 1 : -1;
	}

	/** A frame of a stream of calls is too large: its call fails, if it is known. */
	boolean onExcess(ProtocolException excess) {
		if (excess.callId() == 0) {
			return false;
		}
		this.pump.onFailure(excess.callId(),
				Failure.of(Status.processed(Code.RESOURCE_EXHAUSTED,
						"the answer from " + this.endpoint + " of " + excess.value()
								+ " bytes exceeds this side's limit of " + this.settings.maxPayloadBytes()
								+ " bytes (maxPayloadBytes)")));
		return true;
	}

	// What the calls ask

	/** Whether queued calls are refused. */
	boolean takesNoCalls() {
		return this.state == State.CLOSED || this.goneAway;
	}

	Status refusal() {
		Status reason = this.closeReason;
		String why = (reason != null) ? reason.message() : "no reason known";
		return Status.notProcessed(Code.UNAVAILABLE,
				"the connection to " + this.endpoint + " takes no new calls: " + why);
	}

	/** What happened may have been the last call. */
	void settle() {
		this.pump.count();
		if (this.state == State.DRAINING && this.streams.isEmpty() && this.pump.idle()) {
			Status reason = this.closeReason;
			end((reason != null) ? reason : refusal(), (this.goneAway) ? ErrorCode.DRAINED : ErrorCode.NO_ERROR);
		}
	}

	// What the peer and the network do

	@Override
	public void onControl(Frame frame) {
		assert owned();
		this.liveness.heard();
		if (frame instanceof Frame.Pong pong) {
			this.liveness.pong(pong.token(), this.clock.getAsLong());
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
		this.pump.goAway(goAway, reason);
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
		this.pump.expire(now);
		if (now - this.sampledNanos > SAMPLE_NANOS) {
			sample(now);
		}
		settle();
	}

	@Override
	public boolean awaiting() {
		return this.pump.awaiting();
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
	public void listen() {
		this.sentinel.listen();
	}

	@Override
	public void probe() {
		this.sentinel.probe();
	}

	@Override
	public void rest() {
		this.sentinel.rest();
	}

	@Override
	public void suspected(String why, boolean lasting) {
		if (this.state == State.READY) {
			logger.info("{} is suspected: {}", this.endpoint, why);
			state(State.SUSPECTED);
		}
		Status status = Status.unknown(Code.UNAVAILABLE, this.endpoint + " is suspected: " + why);
		this.pump.leave(status, Status.notProcessed(status.code(), status.message()));
		for (ClientCallStream stream : new ArrayList<>(this.streams)) {
			stream.peerSuspected(status, lasting);
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

	// The end

	private void end(Status reason, ErrorCode code) {
		assert owned();
		if (this.state == State.CLOSED) {
			return;
		}
		// Answers that arrived count.
		this.pump.catchUp();
		if (this.state == State.CLOSED) {
			return;
		}
		this.closeReason = reason;
		state(State.CLOSED);
		this.liveness.stop();
		this.sentinel.close();
		closeChannel(reason, code);
		Code failure = (reason.code() == Code.OK) ? Code.UNAVAILABLE : reason.code();
		Status written = Status.unknown(failure, reason.message());
		this.pump.end(written, Status.notProcessed(failure, reason.message()));
		for (ClientCallStream stream : new ArrayList<>(this.streams)) {
			stream.connectionEnded(written);
		}
		settle();
		this.transport.closed(this);
		this.states.tryEmitComplete();
		this.closed.tryEmitValue(reason);
	}

	private void closeChannel(Status reason, ErrorCode code) {
		String text = (reason.code() == Code.OK) ? "" : reason.message();
		this.channel.close(true, code.number(), ByteBufUtil.writeUtf8(this.channel.alloc(),
				text.substring(0, Math.min(MAX_REASON_CHARS, text.length()))));
	}

	private void state(State next) {
		this.state = next;
		this.states.tryEmitNext(next);
	}

	private void sample(long now) {
		this.sampledNanos = now;
		this.stats = QuicFigures.sample(this.channel, Duration.ofNanos(now - this.establishedNanos), this.handshake,
				this.liveness.roundTripNanos(), this.pump.callsSent());
		this.liveness.path(this.stats.roundTrip().toNanos());
	}

}
