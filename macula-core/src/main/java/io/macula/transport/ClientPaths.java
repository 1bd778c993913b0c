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
import java.util.HashMap;
import java.util.Map;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.DatagramPacket;
import io.netty.handler.codec.quic.Quic;
import io.netty.handler.codec.quic.QuicConnectionAddress;
import io.netty.util.collection.LongObjectHashMap;
import io.netty.util.collection.LongObjectMap;
import org.jspecify.annotations.Nullable;

/**
 * The clients of the connections that are accepted at one socket, by the connection ids
 * in their datagrams: each goes past the {@link ClientPath} of its connection. Stands
 * before the QUIC codec. Owned by the event loop.
 */
final class ClientPaths extends ChannelInboundHandlerAdapter {

	/*
	 * A client uses one id of its connection as long as it does not move itself. The
	 * channel tells that id only as an object that compares as a whole; the first
	 * datagram that carries it shows its bytes. Then eight of them, which are random, are
	 * the key. Datagrams with other ids are left to QUIC.
	 */

	private static final int ID_BYTES = Quic.MAX_CONN_ID_LEN;

	private static final int KEY_OFFSET = 1 + ID_BYTES - Long.BYTES;

	private final LongObjectMap<ClientPath> paths = new LongObjectHashMap<>();

	private final Map<SocketAddress, ClientPath> unseen = new HashMap<>();

	/** From now on the datagrams of a connection go past its path. */
	void add(@Nullable QuicConnectionAddress id, ClientPath path) {
		if (id != null) {
			this.unseen.put(id, path);
		}
	}

	/** The connection is over. */
	void remove(ClientPath path) {
		this.unseen.values().remove(path);
		this.paths.values().remove(path);
	}

	int size() {
		return this.unseen.size() + this.paths.size();
	}

	@Override
	public void channelRead(ChannelHandlerContext ctx, Object msg) {
		ClientPath path = (msg instanceof DatagramPacket packet) ? find(packet.content()) : null;
		if (path != null) {
			path.arrived(ctx, (DatagramPacket) msg);
		}
		else {
			ctx.fireChannelRead(msg);
		}
	}

	private @Nullable ClientPath find(ByteBuf datagram) {
		int start = datagram.readerIndex();
		if (datagram.readableBytes() <= ID_BYTES || (datagram.getByte(start) & 0x80) != 0) {
			return null;
		}
		long key = datagram.getLong(start + KEY_OFFSET);
		ClientPath path = this.paths.get(key);
		if (path == null && !this.unseen.isEmpty()) {
			path = this.unseen.remove(new QuicConnectionAddress(ByteBufUtil.getBytes(datagram, start + 1, ID_BYTES)));
			if (path != null) {
				this.paths.put(key, path);
			}
		}
		return path;
	}

}
