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

import java.util.function.LongSupplier;

import io.macula.Code;
import io.macula.Endpoint;
import io.macula.Processed;
import io.macula.Status;
import io.macula.log.FaultLog;
import io.macula.log.PrintableLogger;
import io.macula.udp.Udp;
import io.macula.wire.ErrorCode;
import io.macula.wire.Frame;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.quic.QuicChannel;
import io.netty.handler.codec.quic.QuicConnectionCloseEvent;
import io.netty.handler.codec.quic.QuicStreamType;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * The calling side of a connection: its life. Unary calls are in its {@link CallPump},
 * each streaming call in a {@link ClientCallStream}.
 * <p>
 * States: READY to SUSPECTED and back as {@link Liveness} says; from each to DRAINING by
 * {@link #drain} or the peer's GOAWAY; from each to CLOSED. The owner of all state is the
 * {@link ConnectionOwner}: the event loop while there is one. Readers see volatile
 * copies.
 */
final class ClientConnection implements Connection, ClientEvents.Receiver, ControlStream.Receiver, Liveness.Peer {

	private static final Logger logger = PrintableLogger.of(ClientConnection.class);

	private static final FaultLog faults = new FaultLog(logger);

	private final Transport transport;

	private final Endpoint endpoint;

	private final TransportSettings settings;

	private final LongSupplier clock;

	private final NodeInfo peer;

	private final QuicChannel channel;

	private final Turn turn;

	private final ControlStream control;

	private final long establishedNanos;

	private final ConnectionOwner owner;

	private final ClientFigures figures;

	private final ClientStreams streams = new ClientStreams();

	private final StreamBounds bounds;

	private final StreamOpener opener;

	private final PortWatch port;

	private final SentTimes times;

	private final LoopWatch watch;

	private final Liveness liveness;

	private final CallPump pump;

	private final ConnectionStates states;

	private boolean goneAway;

	ClientConnection(Transport transport, Dial dial, QuicChannel channel, ControlStream control, Turn turn,
			NodeInfo peer, PeerLimits limits, long now) {
		this.transport = transport;
		this.endpoint = dial.endpoint();
		this.states = new ConnectionStates(this.endpoint);
		this.settings = transport.settings();
		this.clock = transport.clock();
		this.peer = peer;
		this.channel = channel;
		this.owner = new ConnectionOwner(channel.eventLoop(), this::endWithoutLoop);
		this.turn = turn;
		this.control = control;
		this.establishedNanos = now;
		this.times = new SentTimes(now, transport.wallMillis());
		this.figures = new ClientFigures(channel, dial.startedNanos(), now);
		this.bounds = StreamBounds.of(this.settings.maxPayloadBytes(), this.clock,
				transport.memory().open(null, this.owner::execute, this::giveWay));
		this.opener = new StreamOpener(channel, QuicStreamType.BIDIRECTIONAL, this.settings.maxStreamsPerConnection(),
				"to " + this.endpoint);
		this.port = PortWatch.of(channel.parent(), dial.remote(), this::unreachable);
		this.watch = transport.watch(channel.eventLoop());
		this.liveness = new Liveness(channel.eventLoop(), this.clock, this, this.settings, dial.roundTripNanos(),
				this.watch);
		this.pump = new CallPump(this, this.settings, limits, turn, this.clock, this.liveness, this.opener);
	}

	/**
	 * Open the lanes.
	 * @param ready called when the connection takes calls
	 */
	void start(Runnable ready) {
		assert owned();
		this.states.enter(State.READY);
		this.liveness.start(this.establishedNanos);
		this.pump.openLanes(this.channel, this.settings.lanes(), ready);
	}

	void cannotOpen(Throwable cause) {
		end(Status.notProcessed(Code.UNAVAILABLE, "a lane to " + this.endpoint + " could not be opened: " + cause),
				ErrorCode.INTERNAL);
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
		return this.states.present();
	}

	@Override
	public @Nullable Status closeReason() {
		return this.states.reason();
	}

	@Override
	public boolean drained() {
		return this.states.drained();
	}

	@Override
	public int inFlight() {
		return this.pump.inFlight() + this.streams.open();
	}

	@Override
	public void send(OutboundCall call) {
		if (this.states.takeCalls()) {
			this.pump.send(call);
		}
		else {
			this.pump.refuse(call, refusal());
		}
	}

	@Override
	public void cancel(OutboundCall call) {
		this.owner.execute(() -> this.pump.cancel(call));
	}

	@Override
	public Flux<byte[]> stream(StreamCall call) {
		return ClientCallStream.flux(this, call);
	}

	@Override
	public long stoodStillNanos(long nanoTime) {
		return this.watch.stoodStillNanos(nanoTime);
	}

	/** The same for people, as a clause; empty if it was not for long. */
	String describeStandstill(long nanoTime) {
		return this.watch.describe(nanoTime);
	}

	@Override
	public Stats stats() {
		Stats present = this.figures.stats();
		if (this.figures.stale(this.clock.getAsLong()) && state() != State.CLOSED) {
			this.owner.execute(() -> sample(this.clock.getAsLong()));
		}
		return present;
	}

	@Override
	public void drain() {
		this.owner.execute(() -> {
			this.pump.turn();
			drain(new Status(Code.OK, "this side drained the connection to " + this.endpoint, Processed.NO));
		});
	}

	@Override
	public void close(Status reason) {
		this.owner.execute(() -> end(reason, ErrorCode.NO_ERROR));
	}

	@Override
	public Flux<State> states() {
		return this.states.flux();
	}

	@Override
	public Mono<Status> closed() {
		return this.states.closed();
	}

	@Override
	public String toString() {
		return "connection to " + this.endpoint + " (" + state() + ")";
	}

	void awaitClosed(long nanos) {
		Udp.await(this.channel.closeFuture(), nanos);
	}

	// The owner of the state

	/** Whether the state belongs to this thread; for assertions. */
	boolean owned() {
		return this.owner.owned();
	}

	EventLoop loop() {
		return this.owner.loop();
	}

	/** The event loop refused an action. */
	void loopGone() {
		this.owner.loopGone();
	}

	private void endWithoutLoop() {
		end(Status.notProcessed(Code.UNAVAILABLE, "this node was closed"), ErrorCode.NO_ERROR);
		this.pump.abandon();
	}

	// Streaming calls

	StreamOpener opener() {
		return this.opener;
	}

	StreamBounds bounds() {
		return this.bounds;
	}

	Turn turnOfSocket() {
		return this.turn;
	}

	LongSupplier clock() {
		return this.clock;
	}

	SentTimes times() {
		return this.times;
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
		boolean taken = this.states.takeCalls();
		if (taken) {
			this.streams.add(stream);
		}
		return taken;
	}

	void unregister(ClientCallStream stream) {
		assert owned();
		this.streams.remove(stream);
		settle();
	}

	/** A stream may now leave a suspected peer, or no longer. */
	void mayLeave(boolean may) {
		this.streams.mayLeave(may);
	}

	PayloadLimit payloadLimit() {
		return this.pump.payloadLimit();
	}

	// What the calls ask

	/** Whether queued calls are refused. */
	boolean takesNoCalls() {
		return state() == State.CLOSED || this.goneAway;
	}

	Status refusal() {
		return this.states.refusal();
	}

	/** What happened may have been the last call. */
	void settle() {
		this.pump.count();
		if (state() == State.DRAINING && this.streams.isEmpty() && this.pump.idle()) {
			Status reason = this.states.reason();
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
		else if (frame instanceof Frame.GoAway goAway) {
			goAway(goAway);
		}
		else if (!(frame instanceof Frame.Ping)) {
			onBroken(ErrorCode.PROTOCOL_VIOLATION, frame.type() + " frame on the control stream after WELCOME");
		}
	}

	private void goAway(Frame.GoAway goAway) {
		this.goneAway = true;
		Status reason = Status.notProcessed(Code.UNAVAILABLE, this.endpoint + " is draining: " + goAway.message());
		drain(reason);
		this.pump.goAway(goAway, reason);
		settle();
		this.streams.drainLater(Status.unknown(reason.code(), reason.message()), loop());
	}

	private void drain(Status reason) {
		if (this.states.takeCalls()) {
			this.states.markDrained(true);
			this.states.enter(State.DRAINING, reason);
			this.pump.drain(refusal());
		}
		settle();
	}

	@Override
	public void peerClosed(QuicConnectionCloseEvent close) {
		this.states.markDrained(close.isApplicationClose() && ErrorCode.of(close.error()) == ErrorCode.DRAINED);
		end(Status.unknown(Code.UNAVAILABLE, this.endpoint + " closed the connection: " + ClientEvents.describe(close)),
				ErrorCode.NO_ERROR);
	}

	@Override
	public void streamLimitChanged() {
		this.opener.next();
	}

	@Override
	public void inactive() {
		String why = ClientEvents.describeEnd(this.channel, this.settings.idleTimeout());
		end(Status.unknown(Code.UNAVAILABLE, "the connection to " + this.endpoint + " is over" + why),
				ErrorCode.NO_ERROR);
	}

	@Override
	public void failed(Throwable cause) {
		logger.debug("QUIC reports a failure on the connection to {}", this.endpoint, cause);
	}

	void unreachable() {
		this.liveness.unreachable();
	}

	@Override
	public void onBroken(ErrorCode code, String message) {
		this.transport.broken(this, code, message);
		end(Status.unknown(Code.UNAVAILABLE, "the connection to " + this.endpoint + " broke: " + message), code);
	}

	/** The answers that arrive here take too much of this node's memory. */
	private void giveWay() {
		onBroken(ErrorCode.LIMIT,
				"memory is scarce, and this connection takes most: " + this.bounds.memory().describe());
	}

	@Override
	public void expire(long now) {
		this.pump.expire(now);
		if (this.figures.due(now)) {
			sample(now);
		}
		settle();
	}

	@Override
	public boolean awaiting() {
		return this.pump.calls().awaiting();
	}

	@Override
	public boolean streaming() {
		return this.streams.needPings();
	}

	@Override
	public boolean streamsMayLeave() {
		return this.streams.mayLeave();
	}

	@Override
	public boolean packetsArrived() {
		return this.figures.packetsArrived();
	}

	@Override
	public void ping(long token) {
		// The count before the PING, so that only what comes later counts as an answer.
		this.figures.mark();
		this.control.ping(token);
	}

	@Override
	public void listen() {
		this.port.listen();
	}

	@Override
	public void probe() {
		this.port.probe();
	}

	@Override
	public void rest() {
		this.port.rest();
	}

	@Override
	public void suspected(String why, boolean lasting) {
		if (state() == State.READY) {
			this.transport.suspected(this.endpoint, why);
			this.states.enter(State.SUSPECTED);
		}
		Status status = Status.unknown(Code.UNAVAILABLE, this.endpoint + " is suspected: " + why);
		this.pump.leave(status, Status.notProcessed(status.code(), status.message()));
		this.streams.suspected(status, lasting);
		settle();
	}

	@Override
	public void alive() {
		if (state() == State.SUSPECTED) {
			this.transport.alive(this.endpoint);
			this.states.enter(State.READY);
		}
		proved();
	}

	@Override
	public void unproved() {
		this.pump.hold();
		settle();
	}

	@Override
	public void proved() {
		if (!this.liveness.doubtful()) {
			this.pump.release();
		}
	}

	@Override
	public void dead(String why) {
		end(Status.unknown(Code.UNAVAILABLE, this.endpoint + " is gone: " + why), ErrorCode.UNRESPONSIVE);
	}

	// The end

	private void end(Status reason, ErrorCode code) {
		assert owned();
		if (state() == State.CLOSED) {
			return;
		}
		// Answers that arrived count.
		safely(this.pump::catchUp);
		if (state() == State.CLOSED) {
			return;
		}
		this.states.enter(State.CLOSED, reason);
		safely(this.liveness::stop);
		safely(this.port::close);
		safely(this.bounds.memory()::end);
		if (loop().inEventLoop()) {
			// Otherwise it went with its event loop.
			safely(() -> CloseFrame.send(this.channel, code, (reason.code() == Code.OK) ? "" : reason.message()));
		}
		Code failure = (reason.code() == Code.OK) ? Code.UNAVAILABLE : reason.code();
		Status written = Status.unknown(failure, reason.message());
		safely(() -> this.pump.end(written, Status.notProcessed(failure, reason.message())));
		safely(() -> this.streams.end(written));
		settle();
		this.transport.closed(this);
		this.states.end(reason);
	}

	/** No step of the end keeps the others from being done, whoever's code throws. */
	private void safely(Runnable step) {
		try {
			step.run();
		}
		catch (Throwable ex) {
			faults.error("The connection to " + this.endpoint + " did not end as it should", ex);
		}
	}

	private void sample(long now) {
		Stats sampled = this.figures.sample(now, this.liveness.roundTripNanos(), this.pump.callsSent());
		this.liveness.path(sampled.roundTrip().toNanos());
	}

}
