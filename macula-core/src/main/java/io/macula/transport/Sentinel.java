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
import java.net.PortUnreachableException;
import java.util.function.Supplier;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.EventLoop;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.socket.DatagramChannel;
import org.jspecify.annotations.Nullable;

/**
 * A second, connected UDP socket beside the QUIC socket, because only on a connected
 * socket the kernel tells of an ICMP "port unreachable". It sends one byte, which a
 * living peer ignores. ICMP can be forged: what it tells is a reason to doubt the peer,
 * never the only one to close. Owned by one event loop; {@link #close} releases the
 * socket.
 */
final class Sentinel {

	private final EventLoop loop;

	private final Supplier<DatagramChannel> channels;

	private final InetSocketAddress remote;

	private final Runnable unreachable;

	private @Nullable Channel channel;

	private boolean closed;

	Sentinel(EventLoop loop, Supplier<DatagramChannel> channels, InetSocketAddress remote, Runnable unreachable) {
		this.loop = loop;
		this.channels = channels;
		this.remote = remote;
		this.unreachable = unreachable;
	}

	/** Send one byte; opens the socket at the first time. */
	void probe() {
		if (this.closed) {
			return;
		}
		Channel open = this.channel;
		if (open != null) {
			send(open);
			return;
		}
		ChannelFuture connected = new Bootstrap().group(this.loop)
			.channelFactory(this.channels::get)
			.handler(new Listener())
			.connect(this.remote);
		this.channel = connected.channel();
		connected.addListener((future) -> {
			if (future.isSuccess()) {
				send(connected.channel());
			}
		});
	}

	boolean open() {
		return this.channel != null;
	}

	/** Release the socket; the next probe opens a new one. */
	void rest() {
		if (this.channel != null) {
			this.channel.close();
			this.channel = null;
		}
	}

	void close() {
		this.closed = true;
		rest();
	}

	private void send(Channel open) {
		open.writeAndFlush(Unpooled.wrappedBuffer(new byte[] { 0 })).addListener((future) -> {
			if (future.cause() instanceof PortUnreachableException) {
				told();
			}
		});
	}

	private void told() {
		if (!this.closed) {
			this.unreachable.run();
		}
	}

	private final class Listener extends SimpleChannelInboundHandler<Object> {

		@Override
		protected void channelRead0(ChannelHandlerContext ctx, Object msg) {
			// Whatever the peer answers means nothing.
		}

		@Override
		public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
			if (cause instanceof PortUnreachableException) {
				told();
			}
		}

	}

}
