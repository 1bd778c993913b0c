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

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

import io.macula.wire.ErrorCode;
import io.macula.wire.Frame;
import io.macula.wire.FrameCodec;
import io.macula.wire.FrameDecoder;
import io.macula.wire.Introduction;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.handler.codec.quic.QuicChannel;
import io.netty.handler.codec.quic.QuicClientCodecBuilder;
import io.netty.handler.codec.quic.QuicConnectionCloseEvent;
import io.netty.handler.codec.quic.QuicStreamChannel;
import io.netty.handler.codec.quic.QuicStreamType;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Client of bare QUIC that sends whatever bytes a test wants.
 */
final class RawClient implements AutoCloseable {

	private static final int SECONDS = 20;

	private final EventLoopGroup group = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());

	private final CompletableFuture<Closed> closed = new CompletableFuture<>();

	private final QuicChannel channel;

	private volatile boolean reading = true;

	private RawClient(int port, TestTls tls) throws Exception {
		InetAddress loopback = InetAddress.getLoopbackAddress();
		Channel socket = new Bootstrap().group(this.group)
			.channel(NioDatagramChannel.class)
			.handler(QuicKnobs.apply(new QuicClientCodecBuilder(), TransportSettings.defaults())
				.sslEngineProvider((quic) -> tls.client().newEngine(quic.alloc(), tls.peerName(), port))
				.build())
			.bind(loopback, 0)
			.sync()
			.channel();
		this.channel = QuicChannel.newBootstrap(socket)
			.remoteAddress(new InetSocketAddress(loopback, port))
			.handler(new ChannelInboundHandlerAdapter() {

				@Override
				public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
					if (event instanceof QuicConnectionCloseEvent close) {
						RawClient.this.closed.complete(Closed.of(close));
					}
				}

			})
			.streamHandler(new ChannelInboundHandlerAdapter() {

				@Override
				public void handlerAdded(ChannelHandlerContext ctx) {
					if (RawClient.this.reading) {
						return;
					}
					ctx.channel().config().setAutoRead(false);
				}

				@Override
				public boolean isSharable() {
					return true;
				}

			})
			.connect()
			.get(SECONDS, TimeUnit.SECONDS);
	}

	static RawClient connect(int port, TestTls tls) throws Exception {
		return new RawClient(port, tls);
	}

	/** Connect, send HELLO, await WELCOME. */
	static RawClient welcomed(int port, TestTls tls) throws Exception {
		RawClient client = connect(port, tls);
		return welcomed(client, hello(1, "a"));
	}

	/** The same with a HELLO of one's own. */
	static RawClient welcomed(int port, TestTls tls, Frame hello) throws Exception {
		return welcomed(connect(port, tls), hello);
	}

	private static RawClient welcomed(RawClient client, Frame hello) throws Exception {
		Stream control = client.open(QuicStreamType.BIDIRECTIONAL);
		control.send(hello);
		assertThat(control.next()).isInstanceOf(Frame.Welcome.class);
		client.control = control;
		return client;
	}

	Stream control;

	static Frame hello(int version, String realm) {
		return new Frame.Hello(new Introduction(version, realm, "raw", 1, 1 << 20, 100, List.of("raw"), "test",
				java.util.Map.of("unknown", "extension")));
	}

	Stream open(QuicStreamType type) throws Exception {
		Stream stream = new Stream();
		stream.channel = this.channel.createStream(type, stream).get(SECONDS, TimeUnit.SECONDS);
		return stream;
	}

	/** Nothing of the streams that the server opens from now on. */
	void readNothing() {
		this.reading = false;
	}

	/** Until the server allows another stream, or has closed the connection. */
	void awaitStreamCredit() {
		long giveUp = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
		while (this.channel.peerAllowedStreams(QuicStreamType.BIDIRECTIONAL) == 0 && !isClosed()) {
			if (System.nanoTime() - giveUp > 0) {
				throw new AssertionError("the server allows no further stream");
			}
			LockSupport.parkNanos(100_000);
		}
	}

	/**
	 * Open streams and finish them at once, and await that the server finishes them, too,
	 * or closes the connection. Whoever opens more before that has its answers dropped by
	 * the kernel, and with them the CONNECTION_CLOSE, which comes only once.
	 */
	void openAndFinish(int streams) throws InterruptedException {
		CountDownLatch over = new CountDownLatch(streams);
		for (int i = 0; i < streams; i++) {
			awaitStreamCredit();
			this.channel.createStream(QuicStreamType.BIDIRECTIONAL, new ChannelInboundHandlerAdapter() {

				@Override
				public void channelInactive(ChannelHandlerContext ctx) {
					over.countDown();
				}

			}).addListener((future) -> {
				if (future.isSuccess()) {
					((QuicStreamChannel) future.getNow()).shutdownOutput();
				}
			}).await(SECONDS, TimeUnit.SECONDS);
		}
		long giveUp = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
		while (!over.await(1, TimeUnit.MILLISECONDS) && !isClosed()) {
			if (System.nanoTime() - giveUp > 0) {
				throw new AssertionError("the server leaves " + over.getCount() + " streams open");
			}
		}
	}

	/** Waits for the server's CONNECTION_CLOSE. */
	Closed awaitClosed() throws Exception {
		return this.closed.get(SECONDS, TimeUnit.SECONDS);
	}

	boolean isClosed() {
		return this.closed.isDone();
	}

	@Override
	public void close() throws InterruptedException {
		this.channel.close(true, 0, Unpooled.EMPTY_BUFFER).await(2, TimeUnit.SECONDS);
		this.channel.parent().close().await(2, TimeUnit.SECONDS);
		this.group.shutdownGracefully(0, 1, TimeUnit.SECONDS).await(5, TimeUnit.SECONDS);
	}

	/**
	 * What a CONNECTION_CLOSE of the application said.
	 *
	 * @param code the code
	 * @param reason the reason
	 */
	record Closed(ErrorCode code, String reason) {

		static Closed of(QuicConnectionCloseEvent close) {
			assertThat(close.isApplicationClose()).isTrue();
			return new Closed(ErrorCode.of(close.error()), new String(close.reason(), StandardCharsets.UTF_8));
		}

	}

	/** One stream: collects the frames that arrive. */
	static final class Stream extends ChannelInboundHandlerAdapter {

		private final BlockingQueue<Frame> frames = new LinkedBlockingQueue<>();

		private final ByteBuf received = Unpooled.buffer();

		private final FrameDecoder decoder = new FrameDecoder(64 << 20);

		private QuicStreamChannel channel;

		void send(Frame... sent) throws Exception {
			ByteBuf out = Unpooled.buffer();
			for (Frame frame : sent) {
				FrameCodec.encode(frame, out);
			}
			write(out);
		}

		void send(byte[] bytes) throws Exception {
			write(Unpooled.wrappedBuffer(bytes));
		}

		/** Awaits that QUIC takes it, or that the connection is closed. */
		void writeSoon(ByteBuf bytes, RawClient client) throws Exception {
			io.netty.channel.ChannelFuture written = this.channel.writeAndFlush(bytes);
			while (!written.isDone() && !client.isClosed()) {
				written.await(10);
			}
		}

		/** Whatever the server sends on this stream stays there. */
		void readNothing() {
			this.channel.config().setAutoRead(false);
		}

		/** Drops the frames before. */
		void awaitResultOf(long callId) throws InterruptedException {
			Frame frame = next();
			while (!(frame instanceof Frame.Result result) || result.callId() != callId) {
				frame = next();
			}
		}

		void finish() throws Exception {
			this.channel.shutdownOutput().get(SECONDS, TimeUnit.SECONDS);
		}

		/** RESET_STREAM and STOP_SENDING. */
		void reset() throws Exception {
			this.channel.shutdown(7).get(SECONDS, TimeUnit.SECONDS);
		}

		/** STOP_SENDING. */
		void stop() throws Exception {
			this.channel.shutdownInput(7).get(SECONDS, TimeUnit.SECONDS);
		}

		Frame next() throws InterruptedException {
			Frame frame = this.frames.poll(SECONDS, TimeUnit.SECONDS);
			assertThat(frame).as("frame in time").isNotNull();
			return frame;
		}

		boolean isSilent() {
			return this.frames.isEmpty();
		}

		private void write(ByteBuf out) throws Exception {
			this.channel.writeAndFlush(out).await(SECONDS, TimeUnit.SECONDS);
		}

		@Override
		public void channelRead(ChannelHandlerContext ctx, Object msg) {
			ByteBuf in = (ByteBuf) msg;
			this.received.writeBytes(in);
			in.release();
			Frame frame = this.decoder.decode(this.received);
			while (frame != null) {
				this.frames.add(frame);
				frame = this.decoder.decode(this.received);
			}
		}

	}

}
