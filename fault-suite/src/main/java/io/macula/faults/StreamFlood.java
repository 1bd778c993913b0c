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

package io.macula.faults;

import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import io.macula.Metadata;
import io.macula.Realm;
import io.macula.tls.RealmSecret;
import io.macula.tls.SecretTls;
import io.macula.wire.Frame;
import io.macula.wire.FrameCodec;
import io.macula.wire.Introduction;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.handler.codec.quic.QuicChannel;
import io.netty.handler.codec.quic.QuicClientCodecBuilder;
import io.netty.handler.codec.quic.QuicStreamChannel;
import io.netty.handler.codec.quic.QuicStreamType;
import io.netty.util.ReferenceCountUtil;
import org.jspecify.annotations.Nullable;

/**
 * A member of the realm that opens streams beyond the provider's limit as fast as it can:
 * on each it begins a streaming call, and when the provider allows no more it resets all
 * of them and begins anew.
 */
final class StreamFlood {

	private static final int TICK_MILLIS = 1;

	private static final int OPENED_PER_TICK = 64;

	private final QuicChannel connection;

	private final Deque<QuicStreamChannel> streams = new ArrayDeque<>();

	private long opened;

	private long refused;

	private StreamFlood(QuicChannel connection) {
		this.connection = connection;
	}

	/**
	 * Flood until the process is killed.
	 * @param target the provider
	 */
	static void run(InetSocketAddress target) throws InterruptedException, ExecutionException, TimeoutException {
		SecretTls tls = SecretTls.of(new Realm("test"), "flood",
				RealmSecret.of(Objects.requireNonNull(System.getenv("MACULA_REALM_SECRET")), "the environment"));
		Channel socket = new Bootstrap().group(new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory()))
			.channel(NioDatagramChannel.class)
			.handler(new QuicClientCodecBuilder()
				.sslEngineProvider(
						(channel) -> tls.client().newEngine(channel.alloc(), tls.peerName(), target.getPort()))
				.maxIdleTimeout(30, TimeUnit.SECONDS)
				.initialMaxData(1 << 25)
				.initialMaxStreamDataBidirectionalLocal(1 << 20)
				.initialMaxStreamsUnidirectional(1000)
				.build())
			.bind(0)
			.sync()
			.channel();
		QuicChannel connection = QuicChannel.newBootstrap(socket)
			.remoteAddress(target)
			.handler(new ChannelInboundHandlerAdapter())
			.streamHandler(new ThrowAway())
			.connect()
			.get(20, TimeUnit.SECONDS);
		QuicStreamChannel control = connection.createStream(QuicStreamType.BIDIRECTIONAL, new ThrowAway())
			.get(20, TimeUnit.SECONDS);
		ByteBuf hello = Unpooled.buffer();
		FrameCodec.encode(new Frame.Hello(Introduction.of("test", "flood", 1, 1 << 20, 1000, List.of("cbor"), "flood")),
				hello);
		control.writeAndFlush(hello).sync();
		StreamFlood flood = new StreamFlood(connection);
		// The flood begins after WELCOME.
		connection.eventLoop().schedule(flood::tick, 1, TimeUnit.SECONDS);
		System.out.println("Started flood");
		connection.closeFuture().sync();
		System.out.println("The provider closed the connection");
	}

	private void tick() {
		for (int i = 0; i < OPENED_PER_TICK; i++) {
			this.connection.createStream(QuicStreamType.BIDIRECTIONAL, new ThrowAway()).addListener((future) -> {
				if (future.isSuccess()) {
					begin((QuicStreamChannel) future.getNow());
				}
				else {
					this.refused++;
				}
			});
		}
		if (this.refused > 0) {
			for (QuicStreamChannel stream = this.streams.poll(); stream != null; stream = this.streams.poll()) {
				stream.shutdown(0, stream.newPromise());
			}
			this.refused = 0;
		}
		if (this.connection.isActive()) {
			this.connection.eventLoop().schedule(this::tick, TICK_MILLIS, TimeUnit.MILLISECONDS);
		}
	}

	private void begin(@Nullable QuicStreamChannel stream) {
		if (stream == null) {
			return;
		}
		this.streams.add(stream);
		this.opened++;
		if (this.opened % 10_000 == 0) {
			System.out.println("Opened " + this.opened);
		}
		ByteBuf call = Unpooled.buffer();
		FrameCodec.writeCall(call, this.opened, 0, "test.calculator/table", "cbor", 0, 2, Metadata.EMPTY,
				new byte[] { 0 });
		stream.writeAndFlush(call);
	}

	/** Throws away what arrives. */
	private static final class ThrowAway extends ChannelInboundHandlerAdapter {

		@Override
		public void channelRead(ChannelHandlerContext context, Object message) {
			ReferenceCountUtil.release(message);
		}

	}

}
