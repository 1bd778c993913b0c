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
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

import io.macula.Endpoint;
import io.macula.Status;
import io.macula.log.Printable;
import io.macula.log.PrintableLogger;
import io.macula.tls.TlsContexts;
import io.macula.tls.TlsFailures;
import io.macula.wire.ErrorCode;
import io.macula.wire.Frame;
import io.macula.wire.Introduction;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.quic.QuicChannel;
import io.netty.handler.codec.quic.QuicConnectionCloseEvent;
import io.netty.handler.codec.quic.QuicSslEngine;
import io.netty.handler.codec.quic.QuicStreamChannel;
import io.netty.handler.codec.quic.QuicStreamType;
import io.netty.util.AttributeKey;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.ScheduledFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/**
 * One try to reach one address of an endpoint: handshake, HELLO, WELCOME. Owned by the
 * event loop.
 * <p>
 * Phases: OPENING a socket, HANDSHAKE, WELCOME, then OVER with a connection or a failure,
 * told once.
 */
final class Dial implements ClientEvents.Receiver, ControlStream.Receiver {

	private static final Logger logger = PrintableLogger.of(Dial.class);

	private static final AttributeKey<Dial> KEY = AttributeKey.valueOf(Dial.class, "dial");

	private static final String SOFTWARE = "macula-java";

	/**
	 * How often a peer that answers is given the same time again. One that is overwhelmed
	 * (a seed that starts while all of its realm dials it) would else do all of its work
	 * for dials that are over, and again for those that follow them.
	 */
	private static final int PROLONGED = 2;

	/** A handshake that takes longer is worth a look whether anybody listens. */
	private static final long SENTINEL_DELAY_MILLIS = 20;

	private final Transport transport;

	private final TlsContexts tls;

	private final NodeInfo self;

	private final Endpoint endpoint;

	private final InetSocketAddress remote;

	private final long timeoutNanos;

	private final EventLoop loop;

	private final Receiver receiver;

	private final LongSupplier clock;

	private final long startedNanos;

	private final DialFailures failures;

	private final ClientEvents events = new ClientEvents(this);

	private final ControlStream control;

	private Phase phase = Phase.OPENING;

	private @Nullable QuicChannel channel;

	private @Nullable PortWatch port;

	private @Nullable Turn turn;

	private @Nullable ClientConnection connection;

	private @Nullable Future<?> timer;

	private @Nullable ScheduledFuture<?> watch;

	/** Kept here: the channel forgets it when the connection is over. */
	private @Nullable QuicSslEngine engine;

	private @Nullable Throwable lastError;

	private long dueNanos;

	/** Packets of the peer when the time began. */
	private long heard;

	private int prolonged;

	/** Whether this node stood still, so that the time began anew. */
	private boolean extended;

	private long ownNanos;

	private long helloNanos;

	private long roundTripNanos;

	Dial(Transport transport, TlsContexts tls, NodeInfo self, Endpoint endpoint, InetSocketAddress remote,
			long timeoutNanos, EventLoop loop, Receiver receiver) {
		this.transport = transport;
		this.clock = transport.clock();
		this.startedNanos = this.clock.getAsLong();
		this.control = new ControlStream(this, this.clock);
		this.failures = new DialFailures(endpoint, remote, tls.source(), this.clock, this.startedNanos);
		this.tls = tls;
		this.self = self;
		this.endpoint = endpoint;
		this.remote = remote;
		this.timeoutNanos = timeoutNanos;
		this.loop = loop;
		this.receiver = receiver;
	}

	static Dial of(QuicChannel channel) {
		return channel.attr(KEY).get();
	}

	Endpoint endpoint() {
		return this.endpoint;
	}

	InetSocketAddress remote() {
		return this.remote;
	}

	/** Whether the peer has sent nothing yet. */
	boolean silent() {
		return this.phase == Phase.OPENING || (this.phase == Phase.HANDSHAKE && packets() == 0);
	}

	private long packets() {
		QuicChannel opened = this.channel;
		return (opened != null) ? QuicFigures.packetsReceived(opened) : 0;
	}

	boolean ended() {
		return this.phase == Phase.OVER;
	}

	long startedNanos() {
		return this.startedNanos;
	}

	long roundTripNanos() {
		return this.roundTripNanos;
	}

	/** The TLS context is asked for now, so that renewed certificates are used. */
	QuicSslEngine newEngine(ByteBufAllocator allocator) {
		String name = this.tls.peerName();
		QuicSslEngine created = this.tls.client()
			.newEngine(allocator, (name != null) ? name : this.endpoint.host(), this.endpoint.port());
		this.engine = created;
		return created;
	}

	/**
	 * Begin.
	 * @param socket the socket from which to dial, on the dial's event loop
	 */
	void start(ChannelFuture socket) {
		assert this.loop.inEventLoop();
		setTimer();
		socket.addListener((future) -> {
			if (future.isSuccess()) {
				handshake(socket.channel());
			}
			else {
				fail(this.failures.unavailable("a UDP socket could not be opened: " + future.cause(),
						"the limits of this process"));
			}
		});
	}

	void cancel() {
		fail(this.failures.unavailable("the attempt was given up", "nothing"));
	}

	private void handshake(Channel socket) {
		if (this.phase != Phase.OVER) {
			begin(socket);
			connect(socket);
			begun();
		}
	}

	/**
	 * The first datagram is out: the peer's time begins. A cold virtual machine may have
	 * loaded classes for longer than the timeout until here.
	 */
	private void begun() {
		this.ownNanos = this.clock.getAsLong() - this.startedNanos;
		Future<?> started = this.timer;
		if (this.phase != Phase.OVER && started != null) {
			started.cancel(false);
			setTimer();
		}
	}

	/** How long it took to begin, which was no time of the peer's. */
	long ownNanos() {
		return this.ownNanos;
	}

	/** There is a socket. */
	void begin(Channel socket) {
		this.phase = Phase.HANDSHAKE;
		this.turn = socket.pipeline().get(Turn.class);
		PortWatch watched = PortWatch.of(socket, this.remote, this::unreachable);
		this.port = watched;
		this.watch = this.loop.schedule(watched::probe, SENTINEL_DELAY_MILLIS, TimeUnit.MILLISECONDS);
	}

	private void connect(Channel socket) {
		QuicChannel.newBootstrap(socket)
			.remoteAddress(this.remote)
			.attr(KEY, this)
			.option(ChannelOption.CONNECT_TIMEOUT_MILLIS, 0)
			.handler(new ChannelInitializer<>() {

				@Override
				protected void initChannel(Channel created) {
					opened((QuicChannel) created);
				}

			})
			.streamHandler(new ChannelInitializer<QuicStreamChannel>() {

				@Override
				protected void initChannel(QuicStreamChannel stream) {
					accept(stream);
				}

			})
			.connect()
			.addListener((future) -> {
				if (future.isSuccess()) {
					hello((QuicChannel) future.getNow());
				}
				else {
					handshakeFailed(future.cause());
				}
			});
	}

	/** The QUIC handshake begins on this channel. */
	void opened(QuicChannel created) {
		this.channel = created;
		Turn socketTurn = this.turn;
		if (socketTurn != null) {
			BoundDatagrams.of(created, socketTurn, this.clock);
		}
		created.pipeline().addLast(this.events);
	}

	/** The QUIC handshake succeeded. */
	void hello(QuicChannel connected) {
		if (this.phase == Phase.OVER) {
			connected.close();
			return;
		}
		this.phase = Phase.WELCOME;
		this.helloNanos = this.clock.getAsLong();
		TransportSettings settings = this.transport.settings();
		connected.createStream(QuicStreamType.BIDIRECTIONAL, this.control).addListener((future) -> {
			if (future.isSuccess()) {
				this.control.send(
						new Frame.Hello(Introduction
							.of(this.self.realm().name(), this.self.nodeId(), this.self.incarnation(),
									settings.maxPayloadBytes(), settings.maxInFlightPerConnection(), this.self.codecs(),
									SOFTWARE)
							.takingMetadata()));
			}
			else {
				fail(this.failures.unavailable("the control stream could not be opened: " + future.cause(),
						"the peer's log"));
			}
		});
	}

	/** A stream that the server opened: a large answer. */
	private void accept(QuicStreamChannel stream) {
		ClientConnection established = this.connection;
		if (established == null) {
			stream.close();
		}
		else {
			stream.pipeline().addLast(new ClientLane(established, null));
		}
	}

	@Override
	public void onControl(Frame frame) {
		if (frame instanceof Frame.Welcome welcome) {
			welcomed(welcome.introduction());
		}
		else if (frame instanceof Frame.Refused refused) {
			fail(this.failures.refusal(refused.code(), refused.message()));
		}
		else if (frame instanceof Frame.GoAway goAway) {
			fail(this.failures.unavailable("it is draining: " + goAway.message(),
					"nothing, another instance takes over"));
		}
		else {
			onBroken(ErrorCode.PROTOCOL_VIOLATION, frame.type() + " frame instead of WELCOME");
		}
	}

	private void welcomed(Introduction introduction) {
		QuicChannel established = this.channel;
		Turn socketTurn = this.turn;
		if (this.phase != Phase.WELCOME || established == null || socketTurn == null) {
			return;
		}
		if (introduction.version() != Introduction.VERSION) {
			fail(this.failures.unavailable("it speaks version " + introduction.version()
					+ " of the protocol, this node version " + Introduction.VERSION, "the versions of both sides"));
			return;
		}
		if (!introduction.realm().equals(this.self.realm().name())) {
			fail(this.failures.refusal(ErrorCode.WRONG_REALM,
					"it belongs to realm '" + Printable.text(introduction.realm()) + "'"));
			return;
		}
		ShownIdentity shown = ShownIdentity.of(this.engine);
		String objection = shown.objection(this.tls, introduction.nodeId());
		if (objection != null) {
			fail(this.failures.refusal(ErrorCode.WRONG_IDENTITY, objection));
			return;
		}
		long now = this.clock.getAsLong();
		long path = QuicFigures.roundTripNanos(established);
		this.roundTripNanos = (path > 0) ? Math.min(path, now - this.helloNanos) : now - this.helloNanos;
		ClientConnection opened = new ClientConnection(this.transport, this, established, this.control, socketTurn,
				shown.describe(introduction),
				new PeerLimits(introduction.maxPayloadBytes(), introduction.maxInFlight()), now);
		this.connection = opened;
		over();
		this.events.handOver(opened);
		this.control.handOver(opened);
		this.transport.opened(opened);
		opened.start(() -> this.receiver.connected(opened));
	}

	private void setTimer() {
		this.heard = packets();
		this.dueNanos = this.clock.getAsLong() + this.timeoutNanos;
		this.timer = this.loop.schedule(this::timedOut, this.timeoutNanos, TimeUnit.NANOSECONDS);
	}

	private void timedOut() {
		if (!this.extended && this.clock.getAsLong() - this.dueNanos > Connection.PAUSE_NANOS) {
			// The answer may wait in the socket, and the peer did nothing wrong.
			this.extended = true;
			setTimer();
			return;
		}
		if (this.prolonged < PROLONGED && packets() > this.heard) {
			this.prolonged++;
			setTimer();
			return;
		}
		long millis = TimeUnit.NANOSECONDS.toMillis(this.timeoutNanos);
		Throwable cause = this.lastError;
		fail(this.failures.unavailable(
				"no answer " + ((millis > 0) ? "within " + millis + " ms" : "in what was left of the connect timeout")
						+ " in phase " + this.phase + ((cause != null) ? " (last error: " + cause + ")" : ""),
				"that the process runs, that UDP port " + this.endpoint.port()
						+ " is open on the way, and the connect timeout"));
	}

	void unreachable() {
		fail(this.failures.unavailable("refused in phase " + this.phase + ": nobody listens at UDP port "
				+ this.remote.getPort() + " (ICMP port unreachable)", "that the process runs and listens there"));
	}

	private void handshakeFailed(Throwable cause) {
		if (!failedByTls(cause, null) && !failedByTls(this.lastError, null)) {
			fail(this.failures.unavailable("the handshake failed: " + cause,
					"that a Macula node of the same version listens there"));
		}
	}

	@Override
	public void peerClosed(QuicConnectionCloseEvent close) {
		if (failedByTls(null, close)) {
			return;
		}
		if (close.isApplicationClose()) {
			fail(this.failures.refusal(ErrorCode.of(close.error()), ClientEvents.describe(close)));
		}
		else {
			fail(this.failures.unavailable(
					"it closed the connection in phase " + this.phase + " with " + ClientEvents.describe(close),
					"the peer's log"));
		}
	}

	/** Asked first: what else is reported only follows from it. */
	private boolean failedByTls(@Nullable Throwable cause, @Nullable QuicConnectionCloseEvent close) {
		TlsFailures.Reason reason = TlsFailures.explain(this.engine, cause, close);
		if (reason != null) {
			fail(this.failures.unauthenticated(reason));
		}
		return reason != null;
	}

	@Override
	public void streamLimitChanged() {
		// Nothing waits for a stream yet.
	}

	@Override
	public void inactive() {
		if (!failedByTls(this.lastError, null)) {
			fail(this.failures.unavailable("the connection ended in phase " + this.phase, "the peer's log"));
		}
	}

	@Override
	public void failed(Throwable cause) {
		this.lastError = cause;
		failedByTls(cause, null);
	}

	@Override
	public void onBroken(ErrorCode code, String message) {
		fail(this.failures.unavailable("it does not speak this protocol: " + message,
				"that a Macula node listens there"));
	}

	private void fail(Status status) {
		if (this.phase == Phase.OVER) {
			return;
		}
		over();
		QuicChannel opened = this.channel;
		if (opened != null) {
			close(opened);
		}
		this.receiver.failed(status);
	}

	/**
	 * Not at once: inside a failing handshake the alert would not go out, and the peer
	 * would never learn why.
	 */
	private void close(QuicChannel opened) {
		try {
			this.loop.execute(opened::close);
		}
		catch (RejectedExecutionException ex) {
			logger.debug("The connection to {} is over with its event loop", this.endpoint, ex);
		}
	}

	private void over() {
		this.phase = Phase.OVER;
		if (this.port != null) {
			this.port.close();
		}
		if (this.timer != null) {
			this.timer.cancel(false);
		}
		if (this.watch != null) {
			this.watch.cancel(false);
		}
	}

	private enum Phase {

		OPENING, HANDSHAKE, WELCOME, OVER

	}

	/** Told once, on the event loop. */
	interface Receiver {

		void connected(ClientConnection connection);

		void failed(Status status);

	}

}
