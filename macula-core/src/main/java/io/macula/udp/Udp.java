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

package io.macula.udp;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;

import io.macula.log.PrintableLogger;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.SocketProtocolFamily;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.channel.unix.IntegerUnixChannelOption;
import io.netty.channel.unix.UnixChannelOption;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.GlobalEventExecutor;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import reactor.netty.resources.LoopResources;

/**
 * How UDP sockets are opened here: on which event loops, of which channel class, with
 * which options. Safe for all threads.
 */
public final class Udp {

	/** Largest UDP payload that is sent or accepted; path MTU discovery goes up to it. */
	public static final int MAX_DATAGRAM_BYTES = 16_000;

	private static final Logger logger = PrintableLogger.of(Udp.class);

	private static final int SOCKET_BUFFER_BYTES = 4 << 20;

	/**
	 * IP_MTU_DISCOVER = IP_PMTUDISC_PROBE, see ip(7): never fragment, so that path MTU
	 * discovery sees what the path really carries.
	 */
	private static final ChannelOption<Integer> MTU_DISCOVER_4 = new IntegerUnixChannelOption("IP_MTU_DISCOVER", 0, 10);

	/** The same for IPv6, see ipv6(7). */
	private static final ChannelOption<Integer> MTU_DISCOVER_6 = new IntegerUnixChannelOption("IPV6_MTU_DISCOVER", 41,
			23);

	private static final int MTU_DISCOVER_PROBE = 3;

	private final LoopResources resources;

	private final EventLoopGroup group;

	private final List<EventLoop> loops = new ArrayList<>();

	private final AtomicInteger next = new AtomicInteger();

	private final Class<? extends DatagramChannel> channelClass;

	/** All that are open; once it is closed, what is opened is closed at once. */
	private final ChannelGroup sockets = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE, true);

	public Udp(LoopResources resources, EventLoopGroup group, int threads) {
		this.resources = resources;
		this.group = group;
		for (EventExecutor executor : group) {
			if (this.loops.size() < threads) {
				this.loops.add((EventLoop) executor);
			}
		}
		this.channelClass = resources.onChannelClass(DatagramChannel.class, group);
	}

	public List<EventLoop> loops() {
		return this.loops;
	}

	public EventLoop nextLoop() {
		return this.loops.get(Math.floorMod(this.next.getAndIncrement(), this.loops.size()));
	}

	public boolean onEventLoop() {
		return this.loops.stream().anyMatch(EventLoop::inEventLoop);
	}

	public boolean epoll() {
		return this.channelClass == EpollDatagramChannel.class;
	}

	DatagramChannel newChannel(InetAddress address) {
		SocketProtocolFamily family = (address instanceof Inet4Address) ? SocketProtocolFamily.INET
				: SocketProtocolFamily.INET6;
		if (this.channelClass == EpollDatagramChannel.class) {
			return new EpollDatagramChannel(family);
		}
		if (this.channelClass == NioDatagramChannel.class) {
			return new NioDatagramChannel(family);
		}
		return this.resources.onChannel(DatagramChannel.class, this.group);
	}

	/**
	 * Bind a socket for QUIC.
	 * @param loop its event loop
	 * @param local where to bind
	 * @param reusePort whether several sockets share the port
	 * @param handler what reads from it
	 * @return tells when it is bound
	 */
	public ChannelFuture bind(EventLoop loop, InetSocketAddress local, boolean reusePort, ChannelHandler handler) {
		Bootstrap bootstrap = bootstrap(loop, local.getAddress(), handler);
		if (epoll() && reusePort) {
			bootstrap.option(UnixChannelOption.SO_REUSEPORT, true);
		}
		ChannelFuture bound = bootstrap.bind(local);
		this.sockets.add(bound.channel());
		bound.addListener((future) -> {
			if (future.isSuccess()) {
				tune(bound.channel());
			}
		});
		return bound;
	}

	/**
	 * Open a connected socket.
	 * @param loop its event loop
	 * @param shared where another socket is bound that is {@link #shareable}, to share
	 * its port and its traffic; {@code null} for a port of its own
	 * @param remote the peer
	 * @param handler what reads from it
	 * @return tells when it is connected
	 */
	ChannelFuture connect(EventLoop loop, @Nullable SocketAddress shared, InetSocketAddress remote,
			ChannelHandler handler) {
		Bootstrap bootstrap = bootstrap(loop, remote.getAddress(), handler);
		if (shared == null) {
			ChannelFuture alone = bootstrap.connect(remote);
			this.sockets.add(alone.channel());
			return alone;
		}
		ChannelFuture connected = bootstrap.option(UnixChannelOption.SO_REUSEPORT, true).connect(remote, shared);
		this.sockets.add(connected.channel());
		connected.addListener((future) -> {
			if (future.isSuccess()) {
				tune(connected.channel());
			}
		});
		return connected;
	}

	/**
	 * Allow other sockets to be bound where a socket is bound already, or forbid it.
	 * @param bound the socket
	 * @param shareable whether it is allowed
	 */
	public static void shareable(Channel bound, boolean shareable) {
		set(bound, UnixChannelOption.SO_REUSEPORT, shareable);
	}

	/**
	 * Close all sockets, and from now on each that is opened: nothing that is sent
	 * reaches anybody any more, as after the death of the process.
	 * @param limitNanos bound of the wait; does not wait on an event loop
	 */
	public void cutOff(long limitNanos) {
		Future<?> closed = this.sockets.close();
		if (!onEventLoop()) {
			await(closed, limitNanos);
		}
	}

	private Bootstrap bootstrap(EventLoop loop, InetAddress address, ChannelHandler handler) {
		Bootstrap bootstrap = new Bootstrap().group(loop).channelFactory(() -> newChannel(address)).handler(handler);
		if (epoll()) {
			bootstrap.option(ChannelOption.RECVBUF_ALLOCATOR, new DatagramReads())
				.option(EpollChannelOption.MAX_DATAGRAM_PAYLOAD_SIZE, MAX_DATAGRAM_BYTES);
		}
		else {
			bootstrap.option(ChannelOption.RECVBUF_ALLOCATOR, new FixedRecvByteBufAllocator(MAX_DATAGRAM_BYTES));
		}
		return bootstrap;
	}

	/** Best effort: what the kernel refuses costs speed, nothing else. */
	private void tune(Channel channel) {
		set(channel, ChannelOption.SO_RCVBUF, SOCKET_BUFFER_BYTES);
		set(channel, ChannelOption.SO_SNDBUF, SOCKET_BUFFER_BYTES);
		if (epoll()) {
			// A socket of IPv6 may serve IPv4 as well, for which it has options of its
			// own.
			set(channel, MTU_DISCOVER_4, MTU_DISCOVER_PROBE);
			if (!(((InetSocketAddress) channel.localAddress()).getAddress() instanceof Inet4Address)) {
				set(channel, MTU_DISCOVER_6, MTU_DISCOVER_PROBE);
			}
		}
	}

	private static <T> void set(Channel channel, ChannelOption<T> option, T value) {
		try {
			channel.config().setOption(option, value);
		}
		catch (RuntimeException ex) {
			logger.debug("Socket option {} = {} was refused", option, value, ex);
		}
	}

	/**
	 * Wait, never on an event loop.
	 * @param future what to wait for
	 * @param nanos for how long
	 * @return whether it is done
	 */
	public static boolean await(Future<?> future, long nanos) {
		try {
			future.get(Math.max(1, nanos), TimeUnit.NANOSECONDS);
			return true;
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			return false;
		}
		catch (ExecutionException ex) {
			logger.debug("Failed while closing", ex);
			return true;
		}
		catch (TimeoutException ex) {
			logger.debug("Not closed in time", ex);
			return false;
		}
	}

}
