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

import java.net.InetSocketAddress;
import java.net.PortUnreachableException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import io.macula.log.PrintableLogger;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.DatagramPacket;
import io.netty.util.AttributeKey;
import io.netty.util.ReferenceCountUtil;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/**
 * The connected UDP sockets beside one QUIC socket, one for each peer of which somebody
 * wants to know whether its port is open. Owned by the event loop of the QUIC socket.
 * <p>
 * Where the platform allows they share the local port of the QUIC socket. The kernel then
 * gives them whatever comes from their peer: ICMP that answers packets of QUIC (hosts
 * ration it, so that a socket with packets of its own would hear nothing beside a busy
 * connection), and the datagrams, which they pass on to the QUIC socket.
 */
public final class SentinelSockets {

	private static final Logger logger = PrintableLogger.of(SentinelSockets.class);

	private static final AttributeKey<SentinelSockets> KEY = AttributeKey.valueOf(SentinelSockets.class, "sockets");

	private final Udp udp;

	private final Channel quic;

	private final Map<InetSocketAddress, Shared> sockets = new HashMap<>();

	/** How many sockets are about to share the port of the QUIC socket. */
	private int connecting;

	private SentinelSockets(Udp udp, Channel quic) {
		this.udp = udp;
		this.quic = quic;
	}

	public static void attach(Udp udp, Channel quic) {
		quic.attr(KEY).set(new SentinelSockets(udp, quic));
	}

	public static SentinelSockets of(Channel quic) {
		return quic.attr(KEY).get();
	}

	/** Whether these sockets hear what answers the packets of the QUIC socket. */
	boolean hearQuic() {
		return this.udp.epoll();
	}

	/** The socket that hears of a peer, for one more sentinel. */
	Shared join(Sentinel sentinel, InetSocketAddress remote) {
		Shared shared = this.sockets.computeIfAbsent(remote, Shared::new);
		shared.sentinels.add(sentinel);
		return shared;
	}

	private ChannelFuture connect(InetSocketAddress remote, ChannelHandler handler) {
		if (!hearQuic()) {
			return this.udp.connect(this.quic.eventLoop(), null, remote, handler);
		}
		// Only for as long as it takes: nobody else shall get the port, least of all by a
		// search for a free one.
		this.connecting++;
		Udp.shareable(this.quic, true);
		ChannelFuture connected = this.udp.connect(this.quic.eventLoop(), this.quic.localAddress(), remote, handler);
		connected.addListener((future) -> {
			this.connecting--;
			if (this.connecting == 0) {
				Udp.shareable(this.quic, false);
			}
		});
		return connected;
	}

	/**
	 * One such socket, closed when the last sentinel leaves.
	 */
	final class Shared extends ChannelInboundHandlerAdapter {

		private final InetSocketAddress remote;

		private final List<Sentinel> sentinels = new ArrayList<>(1);

		private final ChannelFuture opened;

		private @Nullable DatagramReads reads;

		private Shared(InetSocketAddress remote) {
			this.remote = remote;
			this.opened = connect(remote, this);
			this.opened.addListener((future) -> {
				if (!future.isSuccess() && this.opened.channel().isOpen()) {
					logger.debug("No ICMP will be heard of {}", remote, future.cause());
				}
			});
		}

		void leave(Sentinel sentinel) {
			this.sentinels.remove(sentinel);
			if (this.sentinels.isEmpty()) {
				SentinelSockets.this.sockets.remove(this.remote, this);
				this.opened.channel().close();
			}
		}

		void probe() {
			this.opened.addListener((future) -> {
				if (future.isSuccess()) {
					this.opened.channel()
						.writeAndFlush(Unpooled.wrappedBuffer(new byte[] { 0 }))
						.addListener((sent) -> {
							if (sent.cause() instanceof PortUnreachableException) {
								told();
							}
						});
				}
			});
		}

		@Override
		public void handlerAdded(ChannelHandlerContext ctx) {
			this.reads = DatagramReads.of(ctx.channel());
		}

		@Override
		public void channelRead(ChannelHandlerContext ctx, Object msg) {
			Channel target = SentinelSockets.this.quic;
			if (msg instanceof DatagramPacket packet && hearQuic() && target.isActive()) {
				if (this.reads != null) {
					this.reads.arrived(packet.content().readableBytes());
				}
				// QUIC knows its path by the address to which its own socket is bound.
				target.pipeline()
					.fireChannelRead(new DatagramPacket(packet.content(), (InetSocketAddress) target.localAddress(),
							packet.sender()));
			}
			else {
				ReferenceCountUtil.release(msg);
			}
		}

		@Override
		public void channelReadComplete(ChannelHandlerContext ctx) {
			if (this.reads != null) {
				this.reads.ended(ctx.channel());
			}
			if (hearQuic() && SentinelSockets.this.quic.isActive()) {
				SentinelSockets.this.quic.pipeline().fireChannelReadComplete();
			}
		}

		@Override
		public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
			if (cause instanceof PortUnreachableException) {
				told();
			}
			else {
				logger.debug("The socket beside QUIC failed", cause);
			}
		}

		private void told() {
			List.copyOf(this.sentinels).forEach(Sentinel::told);
		}

	}

}
