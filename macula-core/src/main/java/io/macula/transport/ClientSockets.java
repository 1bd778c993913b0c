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

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.function.Function;

import io.macula.udp.Addresses;
import io.macula.udp.SentinelSockets;
import io.macula.udp.Udp;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.quic.QuicClientCodecBuilder;

/**
 * The unconnected UDP sockets from which connections are dialled: one per event loop and
 * address family, opened at the first use, shared by all connections. Unconnected, so
 * that a connection survives a change of addresses (RFC 9000, section 9). Safe for all
 * threads.
 */
final class ClientSockets {

	private final Udp udp;

	private final TransportSettings settings;

	private final Function<EventLoop, LoopWatch> watches;

	private final Map<Key, ChannelFuture> sockets = new ConcurrentHashMap<>();

	ClientSockets(Udp udp, TransportSettings settings, Function<EventLoop, LoopWatch> watches) {
		this.udp = udp;
		this.settings = settings;
		this.watches = watches;
	}

	/**
	 * The socket for dialling an address.
	 * @param loop event loop of the connection
	 * @param remote address to dial
	 * @return tells when it is bound
	 */
	ChannelFuture get(EventLoop loop, InetAddress remote) {
		boolean four = remote instanceof Inet4Address;
		Key key = new Key(loop, four);
		ChannelFuture socket = this.sockets.computeIfAbsent(key, (k) -> bind(loop, four));
		if (socket.isDone() && !socket.channel().isOpen()) {
			this.sockets.remove(key, socket);
			return this.sockets.computeIfAbsent(key, (k) -> bind(loop, four));
		}
		return socket;
	}

	/**
	 * Close all sockets; needs no thread but those of their event loops.
	 * @return tells when they are closed
	 */
	Future<?> close() {
		List<CompletableFuture<Void>> closed = new ArrayList<>();
		for (ChannelFuture socket : this.sockets.values()) {
			CompletableFuture<Void> end = new CompletableFuture<>();
			closed.add(end);
			socket.channel().close().addListener((done) -> end.complete(null));
		}
		return CompletableFuture.allOf(closed.toArray(CompletableFuture[]::new));
	}

	private ChannelFuture bind(EventLoop loop, boolean four) {
		InetSocketAddress any = new InetSocketAddress((four) ? Addresses.ANY_4 : Addresses.ANY_6, 0);
		return this.udp.bind(loop, any, false, new ChannelInitializer<>() {

			@Override
			protected void initChannel(Channel socket) {
				SentinelSockets.attach(ClientSockets.this.udp, socket);
				socket.pipeline()
					.addLast(Turn.of(socket, ClientSockets.this.watches.apply(loop)))
					.addLast(QuicKnobs.apply(new QuicClientCodecBuilder(), ClientSockets.this.settings)
						.sslEngineProvider((channel) -> Dial.of(channel).newEngine(channel.alloc()))
						.build());
			}

		});
	}

	private record Key(EventLoop loop, boolean four) {

	}

}
