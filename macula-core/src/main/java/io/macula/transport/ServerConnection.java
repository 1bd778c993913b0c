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

import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;

import io.macula.log.FaultLog;
import io.macula.log.PrintableLogger;
import io.macula.udp.Addresses;
import io.macula.wire.ErrorCode;
import io.macula.wire.Frame;
import io.macula.wire.FrameCodec;
import io.macula.wire.FrameDecoder;
import io.macula.wire.Introduction;
import io.macula.wire.ProtocolException;
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
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/**
 * The serving side of a connection: its life. It begins with a {@link ServerHandshake};
 * calls and answers are in its {@link AnswerPump}.
 * <p>
 * States: HANDSHAKE until HELLO, then OPEN; from there to DRAINING; from each to CLOSED.
 * All state is owned by the event loop; {@link #inFlight}, {@link #goAway} and
 * {@link #close} are safe for all threads.
 */
final class ServerConnection extends ChannelInboundHandlerAdapter implements ControlStream.Receiver, ClientPath.Client {

	private static final Logger logger = PrintableLogger.of(ServerConnection.class);

	private static final FaultLog faults = new FaultLog(logger);

	/** Streams that are listed in the GOAWAY before the close. */
	private static final int MAX_LISTED = 1000;

	/** Unpredictable, so that only who receives a PING can answer it. */
	private static final SecureRandom TOKENS = new SecureRandom();

	private final QuicListener listener;

	private final TransportSettings settings;

	private final QuicChannel channel;

	private final EventLoop loop;

	private final Turn turn;

	private final @Nullable SocketAddress address;

	private final FrameDecoder decoder;

	private final FrameAllowance allowance;

	private final ConnectionMemory memory;

	private final BoundDatagrams datagrams;

	private final ServerHandshake handshake;

	private final ControlStream control;

	private final StreamOpener opener;

	private final AnswerPump pump;

	private final Set<ServerStream> streams = new HashSet<>();

	private @Nullable NodeInfo peer;

	private @Nullable Object caller;

	private @Nullable ClientPath path;

	private State state = State.HANDSHAKE;

	ServerConnection(QuicListener listener, QuicChannel channel, Turn turn) {
		this.listener = listener;
		this.settings = listener.settings();
		this.channel = channel;
		this.loop = channel.eventLoop();
		this.turn = turn;
		this.address = Addresses.plain(channel.remoteSocketAddress());
		this.decoder = new FrameDecoder(FrameCodec.maxFrameBytes(this.settings.maxPayloadBytes()));
		this.allowance = new FrameAllowance(listener.clock());
		this.memory = listener.memory().open(Addresses.host(this.address), this::run, this::giveWay);
		this.datagrams = BoundDatagrams.of(channel, turn, listener.clock());
		this.handshake = new ServerHandshake(this, listener, channel);
		this.control = new ControlStream(this.handshake, listener.clock());
		this.opener = new StreamOpener(channel, QuicStreamType.UNIDIRECTIONAL, Integer.MAX_VALUE, "to " + this.address);
		this.pump = new AnswerPump(this, listener.handler(), this.settings, listener.clock(), this.loop, this.opener);
	}

	@Override
	public void handlerAdded(ChannelHandlerContext ctx) {
		this.handshake.start();
	}

	int inFlight() {
		return this.pump.inFlight();
	}

	NodeInfo peer() {
		NodeInfo present = this.peer;
		if (present == null) {
			throw new IllegalStateException("No HELLO yet");
		}
		return present;
	}

	/** What the handler knows the client by. */
	Object caller() {
		Object present = this.caller;
		return (present != null) ? present : peer();
	}

	@Nullable SocketAddress address() {
		return this.address;
	}

	QuicChannel channel() {
		return this.channel;
	}

	FrameDecoder decoder() {
		return this.decoder;
	}

	ConnectionMemory memory() {
		return this.memory;
	}

	FrameAllowance allowance() {
		return this.allowance;
	}

	AnswerPump pump() {
		return this.pump;
	}

	int maxPayloadBytes() {
		return this.settings.maxPayloadBytes();
	}

	boolean takesCalls() {
		return this.state == State.OPEN;
	}

	/**
	 * From any thread: on the event loop; from there at the end of what it does now. Lost
	 * when the event loop is gone, and with it the connection.
	 */
	void execute(Runnable action) {
		try {
			if (this.loop.inEventLoop()) {
				this.turn.atEnd(action);
			}
			else {
				this.loop.execute(action);
			}
		}
		catch (RejectedExecutionException ex) {
			logger.debug("An action came after the event loop was closed", ex);
		}
	}

	// Handshake

	/** The client introduced itself and is welcome. */
	void welcome(NodeInfo client, Introduction said, Frame.Welcome welcome) {
		this.peer = client;
		this.caller = this.listener.handler().connected(client, this.address);
		this.pump.peerTakes(said.maxPayloadBytes(), said.takesMetadata());
		this.state = State.OPEN;
		this.control.handOver(this);
		this.control.send(welcome);
		follow();
	}

	/** Wherever the client goes from here. */
	private void follow() {
		ClientPaths paths = this.channel.parent().pipeline().get(ClientPaths.class);
		if (paths != null && this.channel.remoteSocketAddress() instanceof InetSocketAddress home) {
			ClientPath path = new ClientPath(home, this, this.listener.clock(), TOKENS::nextLong);
			this.path = path;
			this.datagrams.follow(path);
			paths.add(this.channel.localAddress(), path);
			this.channel.closeFuture().addListener((closed) -> paths.remove(path));
		}
	}

	void refuse(Frame.Refused refused) {
		this.control.send(refused);
		end(refused.code(), refused.message());
	}

	// Streams

	/** A stream that the client opened. */
	void open(QuicStreamChannel stream) {
		assert this.loop.inEventLoop();
		if (stream.streamId() == 0) {
			stream.pipeline().addLast(this.control);
		}
		else if (this.peer == null) {
			misplaced("a stream before HELLO");
		}
		else if (stream.type() != QuicStreamType.BIDIRECTIONAL) {
			misplaced("a unidirectional stream of the client");
		}
		else {
			ServerStream calling = new ServerStream(this);
			this.streams.add(calling);
			stream.pipeline().addLast(calling);
		}
	}

	/** Not at once, because the codec is still busy with the stream. */
	private void misplaced(String what) {
		run(() -> onBroken(ErrorCode.PROTOCOL_VIOLATION, what));
	}

	/**
	 * A stream is over. Those that carried no call are soon too many; those that are open
	 * may still carry one, as large frames of many streams arrive side by side, and are
	 * bounded by QUIC.
	 */
	void gone(ServerStream stream) {
		// Streams of large results are this side's.
		boolean accepted = this.streams.remove(stream);
		if (accepted && stream.lastCallId() == 0 && this.channel.isActive()) {
			try {
				this.allowance.spend(FrameAllowance.PER_STREAM, "a stream that was opened");
			}
			catch (ProtocolException ex) {
				run(() -> onBroken(ex.errorCode(), String.valueOf(ex.getMessage())));
			}
		}
	}

	@Override
	public void onControl(Frame frame) {
		assert this.loop.inEventLoop();
		if (frame instanceof Frame.Hello) {
			throw ProtocolException.violation("a second HELLO");
		}
		else if (frame instanceof Frame.Pong pong) {
			if (this.path != null) {
				this.path.pong(pong.token());
			}
		}
		else if (!(frame instanceof Frame.Ping) && !(frame instanceof Frame.GoAway)) {
			throw ProtocolException.violation(frame.type() + " frame on the control stream");
		}
	}

	// What the network does

	@Override
	public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
		if (event instanceof QuicConnectionCloseEvent close) {
			this.handshake.failedByTls(null, close);
			end(ErrorCode.NO_ERROR, "");
		}
		else if (event instanceof SniCompletionEvent named) {
			this.handshake.named(named.hostname());
		}
		else if (event instanceof QuicStreamLimitChangedEvent) {
			this.opener.next();
		}
		else if (event instanceof QuicPathEvent.New) {
			this.datagrams.pathChanged();
		}
		else if (event instanceof QuicPathEvent.PeerMigrated) {
			moved();
		}
	}

	@Override
	public long packetsReceived() {
		return QuicFigures.packetsReceived(this.channel);
	}

	/** Which path it takes from there is not known. */
	@Override
	public void moved(long token) {
		logger.debug("The client at {} sends from another address", this.address);
		this.datagrams.pathChanged();
		this.control.ping(token);
	}

	/**
	 * The client changed its path itself, with another connection id. What was on its way
	 * over the old one is not always sent again: quiche probes with the oldest two
	 * packets only, so that a stream may stall for ever. Hence the connection serves what
	 * is in flight, as far as that goes, and the client dials anew.
	 */
	private void moved() {
		String message = "the client's address changed";
		goAway(message);
		this.loop.schedule(() -> close(message), this.settings.suspicion().toNanos(), TimeUnit.NANOSECONDS);
	}

	@Override
	public void channelInactive(ChannelHandlerContext ctx) {
		this.handshake.failedByTls(null, null);
		end(ErrorCode.NO_ERROR, "");
	}

	@Override
	public void channelUnregistered(ChannelHandlerContext ctx) {
		end(ErrorCode.NO_ERROR, "");
	}

	@Override
	public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
		if (!this.handshake.failedByTls(cause, null)) {
			logger.debug("QUIC reports a failure on the connection from {}", this.address, cause);
		}
	}

	@Override
	public void onBroken(ErrorCode code, String message) {
		if (this.state == State.CLOSED) {
			return;
		}
		NodeInfo client = this.peer;
		if (client != null) {
			this.listener.log().closed(this.address, client.nodeId(), code, message);
		}
		else {
			this.handshake.failed(message, "; check that the client speaks this protocol");
		}
		end(code, message);
	}

	/** Memory is scarce, and this connection holds most of what waits. */
	private void giveWay() {
		onBroken(ErrorCode.LIMIT, "memory is scarce, and this connection takes most: " + this.memory.describe());
	}

	/** Answers would be left behind that nobody would ever send. */
	void cannotAnswer(Throwable cause) {
		faults.error("Closing the connection from " + this.address + ", whose answers cannot be sent", cause);
		end(ErrorCode.INTERNAL, "the provider cannot send its answers: " + cause);
	}

	// The end

	/** From any thread: tell the client to send no more calls; later ones are refused. */
	void goAway(String message) {
		run(() -> {
			if (this.state == State.OPEN) {
				this.state = State.DRAINING;
				this.control.send(new Frame.GoAway(ErrorCode.DRAINED, message, List.of()));
			}
		});
	}

	/** From any thread: tell the client how far its lanes were read, and close. */
	void close(String message) {
		run(() -> {
			this.pump.turn();
			if (this.state == State.OPEN || this.state == State.DRAINING) {
				this.control.send(new Frame.GoAway(ErrorCode.DRAINED, message, accepted()));
			}
			end(ErrorCode.DRAINED, message);
		});
	}

	/**
	 * How far each lane was read. Lanes are the oldest streams, and none may be missing.
	 */
	private List<Frame.GoAway.Accepted> accepted() {
		List<Frame.GoAway.Accepted> accepted = new ArrayList<>();
		accepted.add(new Frame.GoAway.Accepted(0, 0));
		List<ServerStream> oldestFirst = new ArrayList<>(this.streams);
		oldestFirst.sort(Comparator.comparingLong(ServerStream::streamId));
		for (ServerStream stream : oldestFirst) {
			if (!stream.callerFinished() && accepted.size() < MAX_LISTED) {
				accepted.add(new Frame.GoAway.Accepted(stream.streamId(), stream.lastCallId()));
			}
		}
		return accepted;
	}

	private void run(Runnable action) {
		try {
			this.loop.execute(action);
		}
		catch (RejectedExecutionException ex) {
			logger.debug("The connection from {} is over with its event loop", this.address, ex);
		}
	}

	void end(ErrorCode code, String message) {
		assert this.loop.inEventLoop();
		if (this.state == State.CLOSED) {
			return;
		}
		this.state = State.CLOSED;
		this.handshake.over();
		CloseFrame.send(this.channel, code, message);
		this.pump.end();
		this.memory.end();
		Object present = this.caller;
		if (present != null) {
			this.listener.handler().disconnected(present);
		}
		this.listener.ended(this, this.peer != null);
	}

	private enum State {

		HANDSHAKE, OPEN, DRAINING, CLOSED

	}

}
