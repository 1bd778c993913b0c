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

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import io.macula.harness.Arguments;
import io.macula.harness.Clock;
import io.macula.rogue.Attacker.Form;
import io.macula.tls.TlsContexts;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelPromise;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.DatagramPacket;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.handler.codec.quic.QuicChannel;
import io.netty.handler.codec.quic.QuicClientCodecBuilder;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/**
 * Tokens of Retry packets, shown where and when they do not hold.
 */
final class RetryForms {

	/** So many handshakes of one address are under way that it has to be proved. */
	private static final int PENDING = 60;

	private static final int ANSWER_MILLIS = 1500;

	private static final int MOST_BYTES = 2048;

	private RetryForms() {
	}

	static void addTo(Map<String, Form> forms) {
		forms.put("retry-token", RetryForms::retryToken);
	}

	private static void retryToken(Foe foe, Arguments arguments) throws Exception {
		Attacker.started();
		Channel deaf = FloodForms.deaf(foe, true);
		for (int i = 0; i < PENDING; i++) {
			FloodForms.begin(deaf, foe.target());
		}
		Clock.seconds(0.3);
		Interception interception = new Interception();
		TlsContexts tls = foe.tls("mallory");
		Channel socket = new Bootstrap().group(new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory()))
			.channel(NioDatagramChannel.class)
			.handler(new ChannelInitializer<Channel>() {
				@Override
				protected void initChannel(Channel channel) {
					channel.pipeline().addLast(interception);
					channel.pipeline()
						.addLast(new QuicClientCodecBuilder()
							.sslEngineProvider((quic) -> tls.client()
								.newEngine(quic.alloc(), tls.peerName(), foe.target().getPort()))
							.maxIdleTimeout(30, TimeUnit.SECONDS)
							.initialMaxData(1_000_000)
							.build());
				}
			})
			.bind(new InetSocketAddress(foe.from(), 0))
			.sync()
			.channel();
		Future<QuicChannel> connection = QuicChannel.newBootstrap(socket)
			.handler(new ChannelInboundHandlerAdapter())
			.streamHandler(new ChannelInboundHandlerAdapter())
			.remoteAddress(foe.target())
			.connect();
		byte[] proof = interception.proof();
		Attacker.outcome("other port", show(proof, foe.from(), foe.target()));
		Attacker.outcome("other address", show(proof, arguments.required("elsewhere"), foe.target()));
		interception.letPass(socket, proof, foe.target());
		boolean connected = connection.await(5, TimeUnit.SECONDS) && connection.isSuccess();
		Attacker.outcome("its own port", connected ? "connected" : "not connected");
		if (connected) {
			connection.getNow().close().await(5, TimeUnit.SECONDS);
		}
		// Until the node has forgotten the connection and its ids.
		Clock.seconds(3);
		interception.letPass(socket, proof, foe.target());
		Clock.seconds(ANSWER_MILLIS / 1000.0);
		Attacker.outcome("again", (interception.answers() == 0) ? "no answer" : interception.answers() + " answers");
	}

	/** A datagram from a port that no other has. */
	private static String show(byte[] datagram, String from, InetSocketAddress target) throws IOException {
		try (DatagramSocket other = new DatagramSocket(new InetSocketAddress(from, 0))) {
			other.setSoTimeout(ANSWER_MILLIS);
			other.send(new java.net.DatagramPacket(datagram, datagram.length, target));
			java.net.DatagramPacket answer = new java.net.DatagramPacket(new byte[MOST_BYTES], MOST_BYTES);
			other.receive(answer);
			return "answered, %d bytes".formatted(answer.getLength());
		}
		catch (SocketTimeoutException ex) {
			return "no answer";
		}
	}

	/** Keeps back the first datagram that shows a token, and whatever shows it again. */
	private static final class Interception extends ChannelDuplexHandler {

		private static final int SECONDS = 10;

		private final CountDownLatch kept = new CountDownLatch(1);

		private volatile byte @Nullable [] proof;

		private volatile boolean passing;

		/** Written by the event loop only. */
		private volatile int answers;

		@Override
		public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
			if (!this.passing && message instanceof DatagramPacket packet && showsToken(packet.content())) {
				if (this.proof == null) {
					this.proof = ByteBufUtil.getBytes(packet.content());
					this.kept.countDown();
				}
				packet.release();
				promise.setSuccess();
				return;
			}
			context.write(message, promise);
		}

		/** RFC 9000, section 17.2.2: version, connection ids, then the token. */
		private static boolean showsToken(ByteBuf packet) {
			ByteBuf reader = packet.duplicate();
			if ((reader.readByte() & 0xF0) != 0xC0) {
				return false;
			}
			reader.skipBytes(Integer.BYTES);
			reader.skipBytes(reader.readUnsignedByte());
			reader.skipBytes(reader.readUnsignedByte());
			return FrameWriter.readVarint(reader) > 0;
		}

		@Override
		@SuppressWarnings("NonAtomicOperationOnVolatileField")
		public void channelRead(ChannelHandlerContext context, Object message) {
			this.answers++;
			if (context.channel().isOpen()) {
				context.fireChannelRead(message);
			}
			else {
				ReferenceCountUtil.release(message);
			}
		}

		byte[] proof() throws InterruptedException {
			if (!this.kept.await(SECONDS, TimeUnit.SECONDS)) {
				throw new IllegalStateException("No Retry was received, though many handshakes are pending");
			}
			return Objects.requireNonNull(this.proof);
		}

		void letPass(Channel socket, byte[] datagram, InetSocketAddress target) throws InterruptedException {
			this.passing = true;
			this.answers = 0;
			socket.writeAndFlush(new DatagramPacket(Unpooled.wrappedBuffer(datagram), target))
				.await(SECONDS, TimeUnit.SECONDS);
		}

		int answers() {
			return this.answers;
		}

	}

}
