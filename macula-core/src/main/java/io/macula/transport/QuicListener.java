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

import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;

import io.macula.log.PrintableLogger;
import io.macula.tls.TlsContexts;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInitializer;
import io.netty.handler.codec.quic.QuicChannel;
import io.netty.handler.codec.quic.QuicCodecDispatcher;
import io.netty.handler.codec.quic.QuicConnectionIdGenerator;
import io.netty.handler.codec.quic.QuicServerCodecBuilder;
import io.netty.handler.codec.quic.QuicStreamChannel;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/**
 * Accepts connections at one UDP port and hands their calls to one handler. Safe for all
 * threads; ended by {@link #drain} or {@link #close}.
 * <p>
 * States: OPEN to DRAINING (new calls and connections are refused, what is in flight is
 * finished) to CLOSED; from OPEN to CLOSED at once by {@link #close}.
 */
public final class QuicListener implements AutoCloseable {

	private static final Logger logger = PrintableLogger.of(QuicListener.class);

	/**
	 * Addresses that one client may have one after the other: the QUIC stack keeps a path
	 * for each of them, and at most as many as this limit says.
	 */
	private static final int MAX_PATHS = 64;

	private static final long CLOSE_LIMIT_NANOS = TimeUnit.SECONDS.toNanos(2);

	private static final Duration DRAIN_POLL = Duration.ofMillis(5);

	/** How long clients without calls in flight may take to close after GOAWAY. */
	private static final long LEAVE_LIMIT_NANOS = TimeUnit.SECONDS.toNanos(1);

	private final Transport transport;

	private final TlsContexts tls;

	private final CallHandler handler;

	private final NodeInfo self;

	private final ListenerSockets sockets;

	private final Set<ServerConnection> connections = ConcurrentHashMap.newKeySet();

	private final PendingHandshakes handshakes;

	/** Connections that were welcomed. */
	private final ConnectionSlots slots;

	private final LongSupplier clock;

	private final HandshakeLog log;

	private final AtomicBoolean closing = new AtomicBoolean();

	private final Sinks.One<Void> closed = Sinks.one();

	private volatile boolean draining;

	private QuicListener(Transport transport, TlsContexts tls, CallHandler handler, NodeInfo self) {
		this.transport = transport;
		this.slots = new ConnectionSlots(transport.settings().maxConnections());
		this.clock = transport.clock();
		this.log = new HandshakeLog(this.clock);
		this.handshakes = new PendingHandshakes(transport.settings().maxPendingHandshakes(), this.clock);
		this.tls = tls;
		this.handler = handler;
		this.self = self;
		this.sockets = new ListenerSockets(transport.udp(), pipeline());
	}

	/**
	 * Bind and accept. Waits for the bind, so not to be called on an event loop.
	 * @param transport its event loops
	 * @param tls what this node shows and trusts
	 * @param address where to listen, a wildcard address for all interfaces
	 * @param port 0 for any free port
	 * @param handler receives the calls
	 * @param self what this node says of itself in WELCOME
	 * @return the listener
	 * @throws UncheckedIOException if the port cannot be bound
	 */
	public static QuicListener start(Transport transport, TlsContexts tls, InetAddress address, int port,
			CallHandler handler, NodeInfo self) {
		QuicListener listener = new QuicListener(transport, tls, handler, self);
		listener.sockets.bind(new InetSocketAddress(address, port));
		return listener;
	}

	/**
	 * Answer who dials one of these addresses from there: at a wildcard address the
	 * kernel chooses where answers come from, and clients drop those that come from
	 * elsewhere. Waits for the bind, so not to be called on an event loop.
	 * @param addresses addresses of this machine, all that matter; those that are served
	 * already, or that it does not have, change nothing
	 */
	public void answerFrom(Collection<InetAddress> addresses) {
		this.sockets.bindBeside(addresses);
	}

	/**
	 * Where this listens.
	 * @return a local address, or a wildcard address: {@code ::} serves both families
	 */
	public InetAddress address() {
		return this.sockets.address();
	}

	/**
	 * The port that is bound.
	 * @return 1 to 65535
	 */
	public int port() {
		return this.sockets.port();
	}

	/**
	 * Number of connections after their HELLO.
	 * @return 0 or more
	 */
	public int connections() {
		return this.slots.taken();
	}

	/**
	 * Number of handshakes that were refused, and are told in the log.
	 * @return 0 or more
	 */
	public long refusedHandshakes() {
		return this.log.refusedHandshakes();
	}

	/**
	 * Number of calls that arrived and were not answered.
	 * @return 0 or more
	 */
	public int inFlight() {
		int sum = 0;
		for (ServerConnection connection : this.connections) {
			sum += connection.inFlight();
		}
		return sum;
	}

	/**
	 * Refuse new calls, finish what is in flight, then close everything.
	 * @param grace how long to wait for that
	 * @return completes when the port is free
	 */
	public Mono<Void> drain(Duration grace) {
		return Mono.defer(() -> {
			if (!this.draining) {
				this.draining = true;
				this.connections.forEach((connection) -> connection.goAway("the provider shuts down"));
				long now = this.clock.getAsLong();
				awaitQuiet(now + grace.toNanos(), Math.min(grace.toNanos(), LEAVE_LIMIT_NANOS), now);
			}
			return this.closed.asMono();
		});
	}

	/** Close at once; clients are told, calls in flight are cancelled. */
	@Override
	public void close() {
		this.draining = true;
		closeConnections();
		if (!this.transport.udp().onEventLoop()) {
			this.closed.asMono().block(Duration.ofNanos(2 * CLOSE_LIMIT_NANOS));
		}
	}

	/** Number of connections that have not finished their handshake. */
	int pending() {
		return this.handshakes.size();
	}

	/** The UDP sockets; closing them is what the death of the process looks like. */
	List<Channel> sockets() {
		return this.sockets.open();
	}

	LongSupplier clock() {
		return this.clock;
	}

	NodeMemory memory() {
		return this.transport.memory();
	}

	TransportSettings settings() {
		return this.transport.settings();
	}

	TlsContexts tls() {
		return this.tls;
	}

	CallHandler handler() {
		return this.handler;
	}

	NodeInfo self() {
		return this.self;
	}

	HandshakeLog log() {
		return this.log;
	}

	boolean draining() {
		return this.draining;
	}

	PendingHandshakes handshakes() {
		return this.handshakes;
	}

	/**
	 * Let another connection count, if there is room for it.
	 * @return {@code null}, or a clause on why there is none
	 */
	@Nullable String admit(@Nullable SocketAddress address) {
		return this.slots.take(address);
	}

	/**
	 * A connection is over.
	 * @param admitted whether it counted
	 */
	void ended(ServerConnection connection, boolean admitted) {
		this.connections.remove(connection);
		if (admitted) {
			this.slots.leave(connection.address());
		}
	}

	// Sockets

	/** What reads from each of them. */
	private ChannelHandler pipeline() {
		InitialFilter filter = new InitialFilter();
		RetryTokens tokens = new RetryTokens(this.handshakes::proves, this.handshakes::admit, this.clock);
		ChannelHandler dispatcher = (ListenerSockets.several(this.transport.udp())) ? new Dispatching(tokens)
				: new Single(tokens);
		return new Pipeline(filter, dispatcher);
	}

	/**
	 * Connection ids are random: by the codec's default each further id of a connection
	 * would be the same again, so that it went on making them at every datagram, and sent
	 * each time.
	 */
	private QuicServerCodecBuilder codec(RetryTokens tokens, Turn turn) {
		return QuicKnobs.apply(new QuicServerCodecBuilder(), settings())
			.tokenHandler(tokens)
			.connectionIdAddressGenerator(QuicConnectionIdGenerator.randomGenerator())
			.activeConnectionIdLimit(MAX_PATHS)
			.sslEngineProvider((channel) -> this.tls.server().newEngine(channel.alloc()))
			.handler(new ChannelInitializer<QuicChannel>() {

				@Override
				protected void initChannel(QuicChannel channel) {
					ServerConnection connection = new ServerConnection(QuicListener.this, channel, turn);
					QuicListener.this.connections.add(connection);
					channel.pipeline().addLast(connection);
				}

			})
			.streamHandler(new ChannelInitializer<QuicStreamChannel>() {

				@Override
				protected void initChannel(QuicStreamChannel stream) {
					stream.parent().pipeline().get(ServerConnection.class).open(stream);
				}

			});
	}

	// The end

	private void awaitQuiet(long deadline, long leaveNanos, long quietSince) {
		long now = this.clock.getAsLong();
		long since = (inFlight() == 0) ? quietSince : now;
		boolean left = this.connections.isEmpty();
		if (left || now - deadline >= 0 || (inFlight() == 0 && now - since >= leaveNanos)) {
			closeConnections();
		}
		else {
			this.transport.schedule(() -> awaitQuiet(deadline, leaveNanos, since), DRAIN_POLL);
		}
	}

	private void closeConnections() {
		if (!this.closing.compareAndSet(false, true)) {
			return;
		}
		List<ServerConnection> open = new ArrayList<>(this.connections);
		open.forEach((connection) -> connection.close("the provider shut down"));
		awaitClosed(open, this.clock.getAsLong() + CLOSE_LIMIT_NANOS);
	}

	/** The QUIC channels first: with the socket gone no CONNECTION_CLOSE would go out. */
	private void awaitClosed(List<ServerConnection> open, long deadline) {
		boolean all = open.stream().allMatch((connection) -> connection.channel().closeFuture().isDone());
		if (!all && this.clock.getAsLong() - deadline < 0) {
			this.transport.schedule(() -> awaitClosed(open, deadline), Duration.ofMillis(1));
			return;
		}
		this.sockets.close(this.closed::tryEmitEmpty);
	}

	/** What all sockets have in common. */
	@ChannelHandler.Sharable
	private static final class Pipeline extends ChannelInitializer<Channel> {

		private final InitialFilter filter;

		private final ChannelHandler dispatcher;

		Pipeline(InitialFilter filter, ChannelHandler dispatcher) {
			this.filter = filter;
			this.dispatcher = dispatcher;
		}

		@Override
		protected void initChannel(Channel socket) {
			socket.pipeline().addLast(this.filter).addLast(this.dispatcher);
		}

	}

	/** One socket. */
	@ChannelHandler.Sharable
	private final class Single extends ChannelInitializer<Channel> {

		private final RetryTokens tokens;

		Single(RetryTokens tokens) {
			this.tokens = tokens;
		}

		@Override
		protected void initChannel(Channel socket) {
			Turn turn = Turn.of(socket);
			socket.pipeline().addLast(turn).addLast(new ClientPaths()).addLast(codec(this.tokens, turn).build());
		}

	}

	/**
	 * Several sockets of one port: passes datagrams to the loop that has the connection.
	 */
	@ChannelHandler.Sharable
	private final class Dispatching extends QuicCodecDispatcher {

		private final RetryTokens tokens;

		Dispatching(RetryTokens tokens) {
			this.tokens = tokens;
		}

		@Override
		protected void initChannel(Channel socket, int localConnectionIdLength, QuicConnectionIdGenerator ids) {
			Turn turn = Turn.of(socket);
			socket.pipeline()
				.addLast(turn)
				.addLast(new ClientPaths())
				.addLast(codec(this.tokens, turn).localConnectionIdLength(localConnectionIdLength)
					.connectionIdAddressGenerator(ids)
					.build());
		}

	}

}
