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

package io.macula.tls;

import java.net.InetSocketAddress;
import java.security.cert.X509Certificate;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import javax.net.ssl.SSLEngine;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.handler.codec.quic.InsecureQuicTokenHandler;
import io.netty.handler.codec.quic.QuicChannel;
import io.netty.handler.codec.quic.QuicClientCodecBuilder;
import io.netty.handler.codec.quic.QuicCodecBuilder;
import io.netty.handler.codec.quic.QuicConnectionCloseEvent;
import io.netty.handler.codec.quic.QuicServerCodecBuilder;
import io.netty.handler.codec.quic.QuicSslContext;
import io.netty.handler.codec.quic.QuicSslEngine;
import io.netty.handler.codec.quic.QuicStreamChannel;
import io.netty.handler.codec.quic.QuicStreamType;
import io.netty.handler.ssl.SniCompletionEvent;
import io.netty.util.AttributeKey;
import org.jspecify.annotations.Nullable;

/**
 * A bare QUIC server on loopback and clients that shake hands with it and have one byte
 * echoed, so that nothing but TLS decides. What each side sees is explained as connector
 * and listener explain it.
 */
final class HandshakeProbe implements AutoCloseable {

	private static final AttributeKey<SSLEngine> ENGINE = AttributeKey.valueOf(HandshakeProbe.class, "engine");

	private final EventLoopGroup group = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());

	private final Channel socket;

	private volatile Side server = new Side();

	HandshakeProbe(TlsContexts tls) throws Exception {
		this.socket = new Bootstrap().group(this.group)
			.channel(NioDatagramChannel.class)
			.handler(limits(new QuicServerCodecBuilder()).sslEngineProvider((channel) -> {
				QuicSslEngine engine = tls.server().newEngine(channel.alloc());
				channel.attr(ENGINE).set(engine);
				return engine;
			}).tokenHandler(InsecureQuicTokenHandler.INSTANCE).handler(new ChannelInitializer<>() {

				@Override
				protected void initChannel(Channel channel) {
					channel.pipeline().addLast(HandshakeProbe.this.server);
				}

			}).streamHandler(new Echo()).build())
			.bind("127.0.0.1", 0)
			.sync()
			.channel();
	}

	int port() {
		return ((InetSocketAddress) this.socket.localAddress()).getPort();
	}

	/** Shake hands as a node that dials the given host. */
	Outcome connect(TlsContexts tls, String dialledHost) throws Exception {
		String peerName = tls.peerName();
		return connect(tls.client(), (peerName != null) ? peerName : dialledHost);
	}

	Outcome connect(QuicSslContext context, String host) throws Exception {
		Side client = new Side();
		Side served = new Side();
		this.server = served;
		Channel udp = new Bootstrap().group(this.group)
			.channel(NioDatagramChannel.class)
			.handler(limits(new QuicClientCodecBuilder()).sslEngineProvider((channel) -> {
				QuicSslEngine engine = context.newEngine(channel.alloc(), host, port());
				client.engine = engine;
				return engine;
			}).build())
			.bind("127.0.0.1", 0)
			.sync()
			.channel();
		try {
			QuicChannel.newBootstrap(udp)
				.remoteAddress(new InetSocketAddress("127.0.0.1", port()))
				.handler(client)
				.streamHandler(new Echo())
				.connect()
				.addListener((future) -> {
					if (future.isSuccess()) {
						((QuicChannel) future.getNow()).createStream(QuicStreamType.BIDIRECTIONAL, new Answer(client));
					}
					else {
						client.failed(future.cause(), null);
					}
				});
			@Nullable String clientView = client.outcome.get(10, TimeUnit.SECONDS);
			@Nullable String serverView = (clientView != null) ? served.outcome.get(10, TimeUnit.SECONDS) : null;
			return new Outcome(clientView, serverView, served.sni, client.peer());
		}
		finally {
			udp.close().sync();
		}
	}

	private static <B extends QuicCodecBuilder<B>> B limits(B builder) {
		return builder.maxIdleTimeout(5, TimeUnit.SECONDS)
			.initialMaxData(10_000)
			.initialMaxStreamDataBidirectionalLocal(1000)
			.initialMaxStreamDataBidirectionalRemote(1000)
			.initialMaxStreamsBidirectional(10);
	}

	@Override
	public void close() throws Exception {
		this.socket.close().sync();
		this.group.shutdownGracefully(0, 5, TimeUnit.SECONDS).sync();
	}

	/**
	 * What came of a handshake.
	 *
	 * @param client why the client failed, or {@code null} if the byte came back
	 * @param server why the server failed, if the client did
	 * @param sni name that the client asked for
	 * @param peer the server's certificate
	 */
	record Outcome(@Nullable String client, @Nullable String server, @Nullable String sni,
			@Nullable X509Certificate peer) {
	}

	private static final class Side extends ChannelInboundHandlerAdapter {

		private final CompletableFuture<@Nullable String> outcome = new CompletableFuture<>();

		private volatile @Nullable SSLEngine engine;

		private volatile @Nullable String sni;

		@Override
		public void userEventTriggered(ChannelHandlerContext context, Object event) {
			if (event instanceof SniCompletionEvent completion) {
				this.sni = completion.hostname();
			}
			if (event instanceof QuicConnectionCloseEvent close) {
				engine(context);
				failed(null, close);
			}
		}

		@Override
		public void exceptionCaught(ChannelHandlerContext context, Throwable failure) {
			engine(context);
			failed(failure, null);
		}

		@Override
		public void channelInactive(ChannelHandlerContext context) {
			engine(context);
			failed(null, null);
		}

		private void engine(ChannelHandlerContext context) {
			if (this.engine == null) {
				this.engine = context.channel().attr(ENGINE).get();
			}
		}

		private void failed(@Nullable Throwable failure, @Nullable QuicConnectionCloseEvent close) {
			TlsFailures.Reason reason = TlsFailures.explain(this.engine, failure, close);
			this.outcome.complete((reason != null) ? reason.clause() : "unexplained: " + failure + " " + close);
		}

		private @Nullable X509Certificate peer() throws Exception {
			SSLEngine shaken = this.engine;
			boolean shown = shaken != null && this.outcome.get() == null;
			return (shown) ? (X509Certificate) shaken.getSession().getPeerCertificates()[0] : null;
		}

	}

	private static final class Answer extends ChannelInboundHandlerAdapter {

		private final Side side;

		private Answer(Side side) {
			this.side = side;
		}

		@Override
		public void channelActive(ChannelHandlerContext context) {
			context.writeAndFlush(Unpooled.wrappedBuffer(new byte[] { 7 }));
		}

		@Override
		public void channelRead(ChannelHandlerContext context, Object message) {
			((ByteBuf) message).release();
			this.side.outcome.complete(null);
		}

	}

	private static final class Echo extends ChannelInitializer<QuicStreamChannel> {

		@Override
		public boolean isSharable() {
			return true;
		}

		@Override
		protected void initChannel(QuicStreamChannel stream) {
			stream.pipeline().addLast(new ChannelInboundHandlerAdapter() {

				@Override
				public void channelRead(ChannelHandlerContext context, Object message) {
					context.writeAndFlush(message);
				}

			});
		}

	}

}
