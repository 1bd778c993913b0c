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

package io.macula.cli.doctor;

import java.net.Inet4Address;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import io.macula.udp.Udp;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.socket.DatagramPacket;
import io.netty.channel.socket.SocketProtocolFamily;
import io.netty.channel.unix.IntegerUnixChannelOption;
import org.jspecify.annotations.Nullable;

/**
 * Finds how large a datagram may be on the way to a node: sends questions for its
 * versions that must not be fragmented, each of another size, and looks which are
 * answered. Blocks; used once.
 */
final class PathSizes {

	/*
	 * The sizes of usual paths: IPv6's least MTU, PPPoE, tunnels, Ethernet with IPv6 and
	 * with IPv4, jumbo frames, and the most that the product sends, less the headers.
	 */
	private static final List<Integer> SIZES = List.of(1200, 1232, 1252, 1280, 1332, 1372, 1392, 1412, 1420, 1432, 1440,
			1444, 1452, 1464, 1472, 2000, 4000, 8000, 8952, 8972, Udp.MAX_DATAGRAM_BYTES);

	private static final int ROUNDS = 8;

	/** So many answers to the smallest size, and a larger one is not just lost. */
	private static final int CERTAIN = 6;

	private static final Duration ROUND = Duration.ofMillis(250);

	private static final int PROBE = 3;

	/** Those that are still to be answered, without what the interface refuses. */
	private final Set<Integer> open = ConcurrentHashMap.newKeySet();

	private final Set<Integer> passed = ConcurrentHashMap.newKeySet();

	/** Answers to the smallest size, which is asked in each round. */
	private final AtomicInteger least = new AtomicInteger();

	private final long first = ThreadLocalRandom.current().nextLong() & 0x7fff_ffff_ffff_0000L;

	private PathSizes() {
		this.open.addAll(SIZES);
	}

	/**
	 * Measure.
	 * @return the largest of the sizes that passed, or {@code null} where this system
	 * cannot forbid fragments
	 */
	static @Nullable Found find(InetSocketAddress remote) {
		if (!Epoll.isAvailable()) {
			return null;
		}
		EventLoopGroup group = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
		try {
			return new PathSizes().find(remote, group);
		}
		finally {
			group.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly(1, TimeUnit.SECONDS);
		}
	}

	private Found find(InetSocketAddress remote, EventLoopGroup group) {
		Channel channel = open(remote, group);
		if (!channel.isActive()) {
			return new Found(0, false);
		}
		for (int round = 0; round < ROUNDS && !this.open.isEmpty(); round++) {
			for (int i = 0; i < SIZES.size(); i++) {
				int bytes = SIZES.get(i);
				if (i == 0 || this.open.contains(bytes)) {
					channel.writeAndFlush(Unpooled.wrappedBuffer(VersionProbe.question(bytes, this.first + i)))
						.addListener((sent) -> {
							if (!sent.isSuccess()) {
								// Larger than what the interface carries.
								this.open.remove(bytes);
							}
						});
				}
			}
			await();
		}
		channel.close().awaitUninterruptibly();
		return new Found(this.passed.isEmpty() ? 0 : Collections.max(this.passed),
				this.open.isEmpty() || this.least.get() >= CERTAIN);
	}

	private Channel open(InetSocketAddress remote, EventLoopGroup group) {
		boolean four = remote.getAddress() instanceof Inet4Address;
		return new Bootstrap().group(group)
			.channelFactory(
					() -> new EpollDatagramChannel(four ? SocketProtocolFamily.INET : SocketProtocolFamily.INET6))
			.option(new IntegerUnixChannelOption(four ? "IP_MTU_DISCOVER" : "IPV6_MTU_DISCOVER", four ? 0 : 41,
					four ? 10 : 23), PROBE)
			.option(ChannelOption.RECVBUF_ALLOCATOR, new FixedRecvByteBufAllocator(2048))
			.handler(new SimpleChannelInboundHandler<DatagramPacket>() {

				@Override
				protected void channelRead0(ChannelHandlerContext ctx, DatagramPacket packet) {
					answered(VersionProbe.answered(packet.content().nioBuffer()) - PathSizes.this.first);
				}

				@Override
				public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
					// An ICMP message: whoever does not answer counts as too large.
				}

			})
			.connect(remote)
			.awaitUninterruptibly()
			.channel();
	}

	private void answered(long number) {
		if (number < 0 || number >= SIZES.size()) {
			return;
		}
		if (number == 0) {
			this.least.incrementAndGet();
		}
		int bytes = SIZES.get((int) number);
		this.passed.add(bytes);
		this.open.remove(bytes);
		synchronized (this.open) {
			this.open.notifyAll();
		}
	}

	private void await() {
		long until = System.nanoTime() + ROUND.toNanos();
		synchronized (this.open) {
			try {
				long left = until - System.nanoTime();
				while (left > 0 && !this.open.isEmpty()) {
					TimeUnit.NANOSECONDS.timedWait(this.open, left);
					left = until - System.nanoTime();
				}
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
			}
		}
	}

	/**
	 * What passed.
	 *
	 * @param bytes the largest size, 0 for none
	 * @param certain whether larger ones would have been answered
	 */
	record Found(int bytes, boolean certain) {

	}

}
