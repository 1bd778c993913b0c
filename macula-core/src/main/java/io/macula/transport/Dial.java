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
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

import io.macula.Code;
import io.macula.Endpoint;
import io.macula.Realm;
import io.macula.Status;
import io.macula.tls.TlsContexts;
import io.macula.tls.TlsFailures;
import io.macula.udp.Sentinel;
import io.macula.udp.SentinelSockets;
import io.macula.wire.ErrorCode;
import io.macula.wire.Frame;
import io.macula.wire.Introduction;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.Channel;
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

/**
 * One try to reach one address of an endpoint: handshake, HELLO, WELCOME. Owned by the
 * event loop.
 * <p>
 * Phases: OPENING a socket, HANDSHAKE, WELCOME, then OVER with a connection or a failure,
 * told once.
 */
final class Dial implements ClientEvents.Receiver, ControlStream.Receiver {

	private static final AttributeKey<Dial> KEY = AttributeKey.valueOf(Dial.class, "dial");

	private static final String SOFTWARE = "macula-java";

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

	private final ClientEvents events = new ClientEvents(this);

	private final ControlStream control = new ControlStream(this);

	private Phase phase = Phase.OPENING;

	private @Nullable QuicChannel channel;

	private @Nullable Sentinel sentinel;

	private @Nullable Turn turn;

	private @Nullable ClientConnection connection;

	private @Nullable Future<?> timer;

	private @Nullable ScheduledFuture<?> watch;

	/** Kept here: the channel forgets it when the connection is over. */
	private @Nullable QuicSslEngine engine;

	private @Nullable Throwable lastError;

	private long helloNanos;

	private long roundTripNanos;

	Dial(Transport transport, TlsContexts tls, NodeInfo self, Endpoint endpoint, InetSocketAddress remote,
			long timeoutNanos, EventLoop loop, Receiver receiver) {
		this.transport = transport;
		this.clock = transport.clock();
		this.startedNanos = this.clock.getAsLong();
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

	/** Whether nothing is known of the peer yet. */
	boolean silent() {
		return this.phase == Phase.OPENING || this.phase == Phase.HANDSHAKE;
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

	void start() {
		this.timer = this.loop.schedule(this::timedOut, this.timeoutNanos, TimeUnit.NANOSECONDS);
		this.transport.clientSockets().get(this.loop, this.remote.getAddress()).addListener((future) -> {
			if (future.isSuccess()) {
				handshake(((io.netty.channel.ChannelFuture) future).channel());
			}
			else {
				fail(unavailable("a UDP socket could not be opened: " + future.cause(), "the limits of this process"));
			}
		});
	}

	void cancel() {
		fail(unavailable("the attempt was given up", "nothing"));
	}

	private void handshake(Channel socket) {
		if (this.phase == Phase.OVER) {
			return;
		}
		this.phase = Phase.HANDSHAKE;
		this.turn = socket.pipeline().get(Turn.class);
		Sentinel ear = new Sentinel(SentinelSockets.of(socket), this.remote, this::unreachable);
		this.sentinel = ear;
		this.watch = this.loop.schedule(ear::probe, SENTINEL_DELAY_MILLIS, TimeUnit.MILLISECONDS);
		QuicChannel.newBootstrap(socket)
			.remoteAddress(this.remote)
			.attr(KEY, this)
			.option(ChannelOption.CONNECT_TIMEOUT_MILLIS, 0)
			.handler(new ChannelInitializer<>() {

				@Override
				protected void initChannel(Channel opened) {
					Dial.this.channel = (QuicChannel) opened;
					opened.pipeline().addLast(Dial.this.events);
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

	private void hello(QuicChannel connected) {
		if (this.phase == Phase.OVER) {
			connected.close();
			return;
		}
		this.phase = Phase.WELCOME;
		this.helloNanos = this.clock.getAsLong();
		TransportSettings settings = this.transport.settings();
		connected.createStream(QuicStreamType.BIDIRECTIONAL, this.control).addListener((future) -> {
			if (future.isSuccess()) {
				this.control.send(new Frame.Hello(Introduction.of(this.self.realm().name(), this.self.nodeId(),
						this.self.incarnation(), settings.maxPayloadBytes(), settings.maxInFlightPerConnection(),
						this.self.codecs(), SOFTWARE)));
			}
			else {
				fail(unavailable("the control stream could not be opened: " + future.cause(), "the peer's log"));
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
			fail(refusal(refused.code(), refused.message()));
		}
		else if (frame instanceof Frame.GoAway goAway) {
			fail(unavailable("it is draining: " + goAway.message(), "nothing, another instance takes over"));
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
		if (!introduction.realm().equals(this.self.realm().name())) {
			fail(refusal(ErrorCode.WRONG_REALM, "it belongs to realm '" + introduction.realm() + "'"));
			return;
		}
		long now = this.clock.getAsLong();
		long path = QuicFigures.roundTripNanos(established);
		this.roundTripNanos = (path > 0) ? Math.min(path, now - this.helloNanos) : now - this.helloNanos;
		NodeInfo peer = new NodeInfo(new Realm(introduction.realm()), introduction.nodeId(), introduction.incarnation(),
				introduction.codecs());
		ClientConnection opened = new ClientConnection(this.transport, this, established, this.control, socketTurn,
				peer, new PeerLimits(introduction.maxPayloadBytes(), introduction.maxInFlight()), now);
		this.connection = opened;
		over();
		this.events.handOver(opened);
		this.control.handOver(opened);
		this.transport.opened(opened);
		opened.start(() -> this.receiver.connected(opened));
	}

	private void timedOut() {
		long millis = TimeUnit.NANOSECONDS.toMillis(this.timeoutNanos);
		Throwable cause = this.lastError;
		fail(unavailable(
				"no answer within " + millis + " ms in phase " + this.phase
						+ ((cause != null) ? " (last error: " + cause + ")" : ""),
				"that the process runs, that UDP port " + this.endpoint.port()
						+ " is open on the way, and the connect timeout"));
	}

	private void unreachable() {
		fail(unavailable("refused in phase " + this.phase + ": nobody listens at UDP port " + this.remote.getPort()
				+ " (ICMP port unreachable)", "that the process runs and listens there"));
	}

	private void handshakeFailed(Throwable cause) {
		if (!failedByTls(cause, null) && !failedByTls(this.lastError, null)) {
			fail(unavailable("the handshake failed: " + cause, "that a Macula node of the same version listens there"));
		}
	}

	@Override
	public void peerClosed(QuicConnectionCloseEvent close) {
		if (failedByTls(null, close)) {
			return;
		}
		if (close.isApplicationClose()) {
			fail(refusal(ErrorCode.of(close.error()), ClientEvents.describe(close)));
		}
		else {
			fail(unavailable(
					"it closed the connection in phase " + this.phase + " with " + ClientEvents.describe(close),
					"the peer's log"));
		}
	}

	/** Asked first: what else is reported only follows from it. */
	private boolean failedByTls(@Nullable Throwable cause, @Nullable QuicConnectionCloseEvent close) {
		String reason = TlsFailures.explain(this.engine, cause, close);
		if (reason != null) {
			fail(unauthenticated(reason));
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
			fail(unavailable("the connection ended in phase " + this.phase, "the peer's log"));
		}
	}

	@Override
	public void failed(Throwable cause) {
		this.lastError = cause;
		failedByTls(cause, null);
	}

	@Override
	public void onBroken(ErrorCode code, String message) {
		fail(unavailable("it does not speak this protocol: " + message, "that a Macula node listens there"));
	}

	private void fail(Status status) {
		if (this.phase == Phase.OVER) {
			return;
		}
		over();
		QuicChannel opened = this.channel;
		if (opened != null) {
			// Not at once: inside a failing handshake the alert would not go out, and the
			// peer would never learn why.
			this.loop.execute(opened::close);
		}
		this.receiver.failed(status);
	}

	private void over() {
		this.phase = Phase.OVER;
		if (this.sentinel != null) {
			this.sentinel.close();
		}
		if (this.timer != null) {
			this.timer.cancel(false);
		}
		if (this.watch != null) {
			this.watch.cancel(false);
		}
	}

	private Status refusal(ErrorCode code, String message) {
		return switch (code) {
			case WRONG_REALM -> unauthenticated("it refused the connection: " + message);
			case UNSUPPORTED_VERSION ->
				unavailable("it refused the connection: " + message, "the versions of both sides");
			case OVERLOADED, LIMIT -> unavailable("it refused the connection: " + message, "its maxConnections");
			default -> unavailable("it refused the connection: " + message, "its log");
		};
	}

	private Status unavailable(String what, String check) {
		Duration elapsed = Duration.ofNanos(this.clock.getAsLong() - this.startedNanos);
		return Status.notProcessed(Code.UNAVAILABLE, "no connection to " + this.endpoint + place() + " after "
				+ elapsed.toMillis() + " ms: " + what + "; check " + check);
	}

	private Status unauthenticated(String what) {
		return Status.notProcessed(Code.UNAUTHENTICATED,
				"no connection to " + this.endpoint + place() + ": " + what + "; trust comes from " + this.tls.source()
						+ ": check that both sides belong to one realm, share its secret or "
						+ "certificate authority, and that certificates are valid");
	}

	/** The address, where it says more than the endpoint. */
	private String place() {
		String address = this.remote.getAddress().getHostAddress();
		return (address.equals(this.endpoint.host())) ? "" : " (" + address + ")";
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
