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

package io.macula.rogue;

import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

import io.macula.rogue.RawStream.Received;
import io.macula.tls.TlsContexts;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.handler.codec.quic.QuicServerCodecBuilder;

/**
 * Listens as a provider does and gives to each call the same answer. Counts the calls.
 * Safe for all threads.
 */
final class RogueServer implements AutoCloseable {

	private final AtomicLong calls = new AtomicLong();

	private final String nodeId;

	/** Answer to a call; {@code null} for a failure. */
	private final byte[] payload;

	private final Channel socket;

	/**
	 * Listen.
	 * @param address where
	 * @param tls what is shown
	 * @param nodeId the id in WELCOME
	 * @param payload payload of each RESULT; if empty, each call gets a FAILURE
	 */
	RogueServer(InetSocketAddress address, TlsContexts tls, String nodeId, byte[] payload) throws InterruptedException {
		this.nodeId = nodeId;
		this.payload = payload;
		this.socket = new Bootstrap().group(new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory()))
			.channel(NioDatagramChannel.class)
			.handler(
					new QuicServerCodecBuilder().sslEngineProvider((channel) -> tls.server().newEngine(channel.alloc()))
						.maxIdleTimeout(30, TimeUnit.SECONDS)
						.initialMaxData(1 << 25)
						.initialMaxStreamDataBidirectionalRemote(1 << 24)
						.initialMaxStreamsBidirectional(1000)
						.handler(new ChannelInboundHandlerAdapter())
						.streamHandler(new ChannelInitializer<>() {

							@Override
							protected void initChannel(Channel stream) {
								stream.pipeline().addLast(new RawStream(RogueServer.this::heard));
							}

						})
						.build())
			.bind(address)
			.sync()
			.channel();
	}

	private void heard(RawStream stream, Received frame) {
		switch (frame.type()) {
			case FrameWriter.HELLO ->
				stream.write(new FrameWriter().welcome(Foe.REALM, this.nodeId, System.currentTimeMillis()));
			case FrameWriter.PING -> stream.write(new FrameWriter().pong(frame.reader()));
			case FrameWriter.CALL -> {
				ByteBuf reader = frame.reader();
				answer(stream, FrameWriter.readVarint(reader), streaming(reader));
			}
			default -> {
			}
		}
	}

	private static boolean streaming(ByteBuf call) {
		if (FrameWriter.readVarint(call) == 0) {
			for (int i = 0; i < 2; i++) {
				call.skipBytes((int) FrameWriter.readVarint(call));
			}
		}
		FrameWriter.readVarint(call);
		return (call.readByte() & (FrameWriter.SENDS_ELEMENTS | FrameWriter.EXPECTS_ELEMENTS)) != 0;
	}

	private void answer(RawStream stream, long call, boolean streaming) {
		FrameWriter frames = new FrameWriter();
		if (streaming) {
			// So that it goes elsewhere.
			stream.write(frames.failure(call, 14, 0, "no streams here"));
			return;
		}
		this.calls.incrementAndGet();
		if (this.payload.length == 0) {
			frames.failure(call, 13, 2, "mine");
		}
		else {
			frames.result(call, this.payload);
		}
		stream.write(frames);
	}

	int port() {
		return ((InetSocketAddress) this.socket.localAddress()).getPort();
	}

	long calls() {
		return this.calls.get();
	}

	@Override
	public void close() {
		this.socket.close();
	}

}
