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

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.DatagramPacket;

/**
 * Drops datagrams that must not reach the QUIC codec: Initial packets in datagrams
 * smaller than RFC 9000, section 14.1, demands (the codec would answer them, or keep a
 * connection for them), and what is too short for any packet.
 */
@Sharable
final class InitialFilter extends ChannelInboundHandlerAdapter {

	private static final int MIN_INITIAL_BYTES = 1200;

	/** The shortest QUIC packet that can be meant for us; a sentinel's byte is less. */
	private static final int MIN_PACKET_BYTES = 21;

	@Override
	public void channelRead(ChannelHandlerContext ctx, Object msg) {
		if (msg instanceof DatagramPacket packet && unwanted(packet.content())) {
			packet.release();
			return;
		}
		ctx.fireChannelRead(msg);
	}

	private boolean unwanted(ByteBuf datagram) {
		int bytes = datagram.readableBytes();
		return bytes < MIN_PACKET_BYTES || (initial(datagram) && bytes < MIN_INITIAL_BYTES);
	}

	/** Long header form of packet type 0 (RFC 9000, section 17.2.2), any version. */
	private static boolean initial(ByteBuf datagram) {
		return (datagram.getByte(datagram.readerIndex()) & 0xB0) == 0x80;
	}

}
