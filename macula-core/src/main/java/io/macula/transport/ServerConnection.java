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

import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;

import javax.net.ssl.SSLEngine;

import io.macula.Code;
import io.macula.Realm;
import io.macula.Status;
import io.macula.tls.TlsFailures;
import io.macula.transport.ServerCall.Procedure;
import io.macula.udp.SmallDatagrams;
import io.macula.wire.ErrorCode;
import io.macula.wire.Failure;
import io.macula.wire.Frame;
import io.macula.wire.FrameCodec;
import io.macula.wire.FrameDecoder;
import io.macula.wire.Introduction;
import io.macula.wire.ProtocolException;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.quic.QuicChannel;
import io.netty.handler.codec.quic.QuicConnectionCloseEvent;
import io.netty.handler.codec.quic.QuicPathEvent;
import io.netty.handler.codec.quic.QuicStreamChannel;
import io.netty.handler.codec.quic.QuicStreamLimitChangedEvent;
import io.netty.handler.codec.quic.QuicStreamType;
import io.netty.handler.ssl.SniCompletionEvent;
import io.netty.util.concurrent.ScheduledFuture;
import io.netty.util.internal.PlatformDependent;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The serving side of a connection: takes calls off its streams, hands them to the
 * listener's handler, and collects the answers of all threads in one queue that is
 * written once per turn.
 * <p>
 * States: HANDSHAKE until HELLO, then OPEN; from there to DRAINING; from each to CLOSED.
 * All changes happen on the event loop.
 */
final class ServerConnection extends ChannelInboundHandlerAdapter {

	private static final Logger logger = LoggerFactory.getLogger(ServerConnection.class);

	private static final AtomicIntegerFieldUpdater<ServerConnection> SCHEDULED = AtomicIntegerFieldUpdater
		.newUpdater(ServerConnection.class, "scheduled");

	private static final long HELLO_LIMIT_MILLIS = 5000;

	/** A century and more: no sum with the clock overflows. */
	private static final long MAX_TIMEOUT_MICROS = TimeUnit.DAYS.toMicros(40_000);

	private static final String SOFTWARE = "macula-java";

	private static final int MAX_ANSWERS_PER_TURN = 2048;

	private final QuicListener listener;

	private final TransportSettings settings;

	private final QuicChannel channel;

	private final EventLoop loop;

	private final Turn turn;

	private final @Nullable SocketAddress address;

	/** Kept here: the channel forgets it when the connection is over. */
	private final @Nullable SSLEngine engine;

	private final FrameDecoder decoder;

	private final ServerControl control = new ServerControl(this);

	private final CallTable<ServerCall> calls = new CallTable<>();

	private final Set<ServerStream> streams = new HashSet<>();

	private final Queue<ServerCall> answers = PlatformDependent.newMpscQueue();

	private final Runnable turnAction = this::turnOrEnd;

	private final StreamOpener opener;

	private List<ServerStream> dirty = new ArrayList<>();

	private List<ServerStream> spare = new ArrayList<>();

	private @Nullable ScheduledFuture<?> helloTimer;

	private @Nullable String sni;

	private @Nullable NodeInfo peer;

	private State state = State.HANDSHAKE;

	private long peerMaxPayloadBytes;

	private boolean delivered;

	private boolean refusalLogged;

	@SuppressWarnings("unused")
	private volatile int scheduled;

	private volatile int inFlight;

	ServerConnection(QuicListener listener, QuicChannel channel, Turn turn) {
		this.listener = listener;
		this.settings = listener.settings();
		this.channel = channel;
		this.loop = channel.eventLoop();
		this.turn = turn;
		this.address = channel.remoteSocketAddress();
		this.engine = channel.sslEngine();
		this.decoder = new FrameDecoder(FrameCodec.maxFrameBytes(this.settings.maxPayloadBytes()));
		this.opener = new StreamOpener(channel, QuicStreamType.UNIDIRECTIONAL, Integer.MAX_VALUE, "to " + this.address);
	}

	int inFlight() {
		return this.inFlight;
	}

	NodeInfo peer() {
		NodeInfo present = this.peer;
		if (present == null) {
			throw new IllegalStateException("No HELLO yet");
		}
		return present;
	}

	/** Whether HELLO arrived and was accepted. */
	boolean introduced() {
		return this.peer != null;
	}

	QuicChannel channel() {
		return this.channel;
	}

	int maxPayloadBytes() {
		return this.settings.maxPayloadBytes();
	}

	/** A stream that the client opened. */
	void open(QuicStreamChannel stream) {
		if (stream.streamId() == 0) {
			stream.pipeline().addLast(this.control);
		}
		else if (!introduced()) {
			misplaced("a stream before HELLO");
		}
		else if (stream.type() != QuicStreamType.BIDIRECTIONAL) {
			misplaced("a unidirectional stream of the client");
		}
		else {
			ServerStream calling = new ServerStream(this, this.decoder);
			this.streams.add(calling);
			stream.pipeline().addLast(calling);
		}
	}

	/** Not at once, because the codec is still busy with the stream. */
	private void misplaced(String what) {
		this.loop.execute(() -> onBroken(ErrorCode.PROTOCOL_VIOLATION, what));
	}

	// Handshake

	@Override
	public void handlerAdded(ChannelHandlerContext ctx) {
		this.helloTimer = this.loop.schedule(() -> {
			if (this.state == State.HANDSHAKE) {
				// Honest clients end or give up in the middle, too.
				logger.debug("The handshake of {} was not finished within {} ms", this.address, HELLO_LIMIT_MILLIS);
				end(ErrorCode.HANDSHAKE_TIMEOUT, "no HELLO within " + HELLO_LIMIT_MILLIS + " ms");
			}
		}, HELLO_LIMIT_MILLIS, TimeUnit.MILLISECONDS);
	}

	void hello(Introduction introduction) {
		if (this.state != State.HANDSHAKE || this.peer != null) {
			onBroken(ErrorCode.PROTOCOL_VIOLATION, "a second HELLO");
			return;
		}
		String realm = this.listener.self().realm().name();
		if (introduction.version() != Introduction.VERSION) {
			refuse(ErrorCode.UNSUPPORTED_VERSION, "this node speaks version " + Introduction.VERSION
					+ " of the protocol, the client version " + introduction.version());
		}
		else if (!introduction.realm().equals(realm)) {
			refuse(ErrorCode.WRONG_REALM,
					"this node belongs to realm '" + realm + "', the client to realm '" + introduction.realm() + "'");
		}
		else if (this.listener.overfull()) {
			refuse(ErrorCode.OVERLOADED,
					"this node has " + this.settings.maxConnections() + " connections already (maxConnections)");
		}
		else if (this.listener.draining()) {
			refuse(ErrorCode.DRAINED, "this node is draining");
		}
		else {
			this.peer = new NodeInfo(new Realm(introduction.realm()), introduction.nodeId(), introduction.incarnation(),
					introduction.codecs());
			this.peerMaxPayloadBytes = introduction.maxPayloadBytes();
			this.state = State.OPEN;
			established();
			NodeInfo self = this.listener.self();
			this.control.send(new Frame.Welcome(
					Introduction.of(realm, self.nodeId(), self.incarnation(), this.settings.maxPayloadBytes(),
							this.settings.maxInFlightPerConnection(), self.codecs(), SOFTWARE)));
		}
	}

	private void refuse(ErrorCode code, String message) {
		if (code == ErrorCode.DRAINED) {
			logger.debug("Refused a connection from {}: {}", this.address, message);
		}
		else {
			refused(message, "the settings of both sides");
		}
		this.control.send(new Frame.Refused(code, message));
		end(code, message);
	}

	private void established() {
		this.listener.handshakeOver(this);
		if (this.helloTimer != null) {
			this.helloTimer.cancel(false);
		}
	}

	private void refused(String reason, String check) {
		if (this.state == State.HANDSHAKE && !this.refusalLogged) {
			this.refusalLogged = true;
			this.listener.log().refused(this.address, this.sni, reason, check);
		}
	}

	// The way of a call: stream, handler, queue, turn

	Procedure resolve(String name, String codec) {
		return new Procedure(name, codec, this.listener.handler().resolve(name, codec));
	}

	void accept(ServerStream stream, Frame.Call frame, Procedure procedure) {
		ServerCall call = new ServerCall(stream, frame.callId(), procedure, frame.payload(), frame.metadata(),
				deadline(frame));
		if (admit(call)) {
			this.listener.handler().onCall(call);
		}
	}

	void acceptStream(ServerStream stream, Frame.Call frame, Procedure procedure) {
		ServerCallStream call = new ServerCallStream(stream, frame, procedure, deadline(frame));
		stream.streaming(call);
		if (admit(call)) {
			this.listener.handler().onStream(call);
		}
	}

	private static long deadline(Frame.Call frame) {
		return (frame.timeoutMicros() == 0) ? StreamCall.NO_DEADLINE : System.nanoTime()
				+ TimeUnit.MICROSECONDS.toNanos(Math.min(frame.timeoutMicros(), MAX_TIMEOUT_MICROS));
	}

	/** Whether the handler gets the call; otherwise it is answered. */
	private boolean admit(ServerCall call) {
		if (this.state == State.HANDSHAKE) {
			throw ProtocolException.violation("a call before HELLO");
		}
		if (this.state != State.OPEN) {
			answerNow(call, Status.notProcessed(Code.UNAVAILABLE, "this node is draining"));
			return false;
		}
		if (this.calls.size() >= this.settings.maxInFlightPerConnection()) {
			answerNow(call, Status.notProcessed(Code.RESOURCE_EXHAUSTED, this.calls.size()
					+ " calls of this connection are in flight already: the provider's limit is maxInFlightPerConnection"));
			return false;
		}
		if (this.calls.get(call.callId()) != null) {
			throw ProtocolException.violation("call id " + call.callId() + " is in use");
		}
		this.calls.put(call.callId(), call);
		this.inFlight = this.calls.size();
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
		ServerCall call = this.calls.remove(callId);
		if (call != null) {
			this.inFlight = this.calls.size();
			call.stream().settled();
		}
		return call;
	}

	void execute(Runnable action) {
		if (inEventLoop()) {
			this.turn.atEnd(action);
			return;
		}
		try {
			this.loop.execute(action);
		}
		catch (RejectedExecutionException ex) {
			logger.debug("An answer came after the event loop was closed", ex);
		}
	}

	boolean inEventLoop() {
		return this.loop.inEventLoop();
	}

	long maxResultBytes() {
		return Math.min(this.settings.maxPayloadBytes(), this.peerMaxPayloadBytes);
	}

	/** The stream has something to write, or is to be finished. */
	void touched(ServerStream stream) {
		if (stream.markDirty()) {
			this.dirty.add(stream);
		}
		wake();
	}

	void gone(ServerStream stream) {
		this.streams.remove(stream);
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
			FrameCodec.writeFailure(stream.out(), call.callId(), bounded(failure));
		}
		if (stream.markDirty()) {
			this.dirty.add(stream);
		}
	}

	private void result(ServerStream stream, ServerCall call, byte[] result) {
		long limit = maxResultBytes();
		if (result.length > limit) {
			FrameCodec.writeFailure(stream.out(), call.callId(),
					Failure.of(Status.processed(Code.RESOURCE_EXHAUSTED, "the result of " + result.length
							+ " bytes exceeds the limit of " + limit + " bytes (maxPayloadBytes on either side)")));
		}
		else if (result.length > this.settings.laneThresholdBytes() && !stream.alone() && !stream.callerFinished()) {
			this.opener.open(new LargeResult(call.callId(), result));
		}
		else {
			FrameCodec.writeResult(stream.out(), call.callId(), result);
		}
	}

	private Failure bounded(Failure failure) {
		return (failure.detail().length <= maxResultBytes()) ? failure
				: new Failure(failure.status(), failure.type(), new byte[0]);
	}

	private void wake() {
		if (this.scheduled == 0 && SCHEDULED.compareAndSet(this, 0, 1)) {
			execute(this.turnAction);
		}
	}

	/** One turn: everything that was answered goes out in one write per stream. */
	/** A turn that fails half-way leaves answers behind that nobody would ever send. */
	private void turnOrEnd() {
		try {
			turn();
		}
		catch (Throwable ex) {
			logger.error("Closing the connection from {}, whose answers cannot be sent", this.address, ex);
			end(ErrorCode.INTERNAL, "the provider cannot send its answers: " + ex);
		}
	}

	private void turn() {
		if (this.delivered) {
			this.delivered = false;
			this.listener.handler().onReadComplete();
		}
		ServerCall call;
		int taken = 0;
		while (taken < MAX_ANSWERS_PER_TURN && (call = this.answers.poll()) != null) {
			append(call);
			taken++;
		}
		List<ServerStream> written = this.dirty;
		this.dirty = this.spare;
		this.spare = written;
		for (int i = 0; i < written.size(); i++) {
			written.get(i).endOfTurn();
		}
		written.clear();
		this.scheduled = 0;
		if (!this.answers.isEmpty() || !this.dirty.isEmpty()) {
			wake();
		}
	}

	// The end

	/** Tell the client to send no more calls; later ones are refused. */
	void goAway(String message) {
		this.loop.execute(() -> {
			if (this.state == State.OPEN) {
				this.state = State.DRAINING;
				this.control.send(new Frame.GoAway(ErrorCode.DRAINED, message, List.of()));
			}
		});
	}

	/** Tell the client how far its lanes were read, and close. */
	void close(String message) {
		try {
			this.loop.execute(() -> {
				turn();
				if (this.state == State.OPEN || this.state == State.DRAINING) {
					List<Frame.GoAway.Accepted> accepted = new ArrayList<>();
					accepted.add(new Frame.GoAway.Accepted(0, 0));
					// Lanes are the oldest streams, and none of them may be missing.
					List<ServerStream> oldestFirst = new ArrayList<>(this.streams);
					oldestFirst.sort(Comparator.comparingLong(ServerStream::streamId));
					for (ServerStream stream : oldestFirst) {
						if (!stream.callerFinished() && accepted.size() < 1000) {
							accepted.add(new Frame.GoAway.Accepted(stream.streamId(), stream.lastCallId()));
						}
					}
					this.control.send(new Frame.GoAway(ErrorCode.DRAINED, message, accepted));
				}
				end(ErrorCode.DRAINED, message);
			});
		}
		catch (RejectedExecutionException ex) {
			logger.debug("Closed after the event loop", ex);
		}
	}

	void onBroken(ErrorCode code, String message) {
		if (this.state != State.CLOSED) {
			refused(message, "that the client speaks this protocol");
			NodeInfo client = this.peer;
			if (client != null) {
				this.listener.log().closed(this.address, client.nodeId(), code, message);
			}
			end(code, message);
		}
	}

	@Override
	public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
		if (event instanceof QuicConnectionCloseEvent close) {
			refusedByTls(null, close);
			end(ErrorCode.NO_ERROR, "");
		}
		else if (event instanceof SniCompletionEvent named) {
			this.sni = named.hostname();
		}
		else if (event instanceof QuicStreamLimitChangedEvent) {
			this.opener.next();
		}
		else if (event instanceof QuicPathEvent.New) {
			SmallDatagrams.of(this.channel);
		}
		else if (event instanceof QuicPathEvent.PeerMigrated) {
			moved();
		}
	}

	/**
	 * The client's address changed. What was on its way to the old one is not always sent
	 * again: quiche probes with the oldest two packets only, so that a stream may stall
	 * for ever. Hence the connection serves what is in flight, as far as that goes, and
	 * the client dials anew.
	 */
	private void moved() {
		String message = "the client's address changed";
		goAway(message);
		this.loop.schedule(() -> close(message), this.settings.suspicion().toNanos(), TimeUnit.NANOSECONDS);
	}

	@Override
	public void channelInactive(ChannelHandlerContext ctx) {
		refusedByTls(null, null);
		end(ErrorCode.NO_ERROR, "");
	}

	@Override
	public void channelUnregistered(ChannelHandlerContext ctx) {
		end(ErrorCode.NO_ERROR, "");
	}

	@Override
	public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
		if (!refusedByTls(cause, null)) {
			logger.debug("QUIC reports a failure on the connection from {}", this.address, cause);
		}
	}

	private boolean refusedByTls(@Nullable Throwable cause, @Nullable QuicConnectionCloseEvent close) {
		String reason = (this.state == State.HANDSHAKE) ? TlsFailures.explain(this.engine, cause, close) : null;
		if (reason != null) {
			refused(reason,
					"that both sides belong to one realm, share its secret or certificate authority, and that "
							+ "certificates are in date and name the dialled host (this node: "
							+ this.listener.tls().source() + ")");
		}
		return reason != null;
	}

	private void end(ErrorCode code, String message) {
		if (this.state == State.CLOSED) {
			return;
		}
		this.state = State.CLOSED;
		established();
		this.channel.close(true, code.number(),
				ByteBufUtil.writeUtf8(this.channel.alloc(), message.substring(0, Math.min(256, message.length()))));
		for (ServerCall call : this.calls.all()) {
			this.calls.remove(call.callId());
			call.cancel();
		}
		this.inFlight = 0;
		this.opener.refuseAll(Status.unknown(Code.UNAVAILABLE, "the connection is over"));
		this.listener.ended(this);
	}

	private enum State {

		HANDSHAKE, OPEN, DRAINING, CLOSED

	}

	/**
	 * A result that goes on a stream of its own, so that it does not delay small ones.
	 */
	private final class LargeResult implements StreamOpener.Request {

		private final long callId;

		private final byte[] result;

		private final ServerStream stream = new ServerStream(ServerConnection.this, ServerConnection.this.decoder);

		LargeResult(long callId, byte[] result) {
			this.callId = callId;
			this.result = result;
		}

		@Override
		public boolean wanted() {
			return true;
		}

		@Override
		public FrameStream stream() {
			return this.stream;
		}

		@Override
		public void opened(QuicStreamChannel opened) {
			FrameCodec.writeResult(this.stream.out(), this.callId, this.result);
			ServerConnection.this.opener.write(this.stream, this.stream.takePending());
		}

		@Override
		public void refused(Status status) {
			logger.debug("A result of {} bytes for {} was not sent: {}", this.result.length,
					ServerConnection.this.address, status);
		}

	}

}
