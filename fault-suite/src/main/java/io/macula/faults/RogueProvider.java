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
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.TimeUnit;

import io.macula.harness.Clock;
import io.macula.node.NodeReport;
import io.macula.node.RealmNode;
import io.macula.tls.TlsContexts;
import io.macula.wire.Frame;
import io.macula.wire.FrameCodec;
import io.macula.wire.FrameDecoder;
import io.macula.wire.Introduction;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.handler.codec.quic.QuicServerCodecBuilder;
import io.netty.handler.codec.quic.QuicStreamChannel;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;

/**
 * A member of the realm that advertises the calculator, shakes hands as it should, and
 * breaks the protocol where calls are concerned.
 *
 * <p>
 * An honest node listens on the loopback address and advertises the host's own; there
 * listens somebody else with the same key and the same port.
 */
final class RogueProvider {

	private static final int MANY_BYTES = 32 << 10;

	private static final long FOREIGN_IDS = 1_000_000_000;

	private RogueProvider() {
	}

	/**
	 * Serve badly until the process is killed.
	 * @param form what it answers
	 * @param host address of this host
	 * @param settings settings of the application
	 */
	static void run(String form, String host, String[] settings) throws InterruptedException {
		Form chosen = Form.valueOf(form.toUpperCase(Locale.ROOT));
		ConfigurableApplicationContext context = new SpringApplicationBuilder(CalculatorProvider.class)
			.web(WebApplicationType.NONE)
			.properties("spring.config.name=provider", "macula.provider.address=127.0.0.1",
					"macula.provider.advertised-host=" + host)
			.run(settings);
		// The node's own, since clients call nobody who shows another key.
		listen(chosen, host, context.getBean(TlsContexts.class), context.getBean(RealmNode.class).report());
		System.out.println("Started rogue");
		Clock.pause(Duration.ofDays(1));
	}

	private static void listen(Form form, String host, TlsContexts tls, NodeReport self) throws InterruptedException {
		EventLoopGroup group = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
		new Bootstrap().group(group)
			.channel(NioDatagramChannel.class)
			.handler(
					new QuicServerCodecBuilder().sslEngineProvider((channel) -> tls.server().newEngine(channel.alloc()))
						.maxIdleTimeout(30, TimeUnit.SECONDS)
						.initialMaxData(1 << 25)
						.initialMaxStreamDataBidirectionalRemote(1 << 24)
						.initialMaxStreamsBidirectional(1000)
						.handler(new ChannelInboundHandlerAdapter())
						.streamHandler(new ChannelInitializer<QuicStreamChannel>() {

							@Override
							protected void initChannel(QuicStreamChannel stream) {
								stream.pipeline().addLast(new Stream(form, self));
							}

						})
						.build())
			.bind(new InetSocketAddress(host, World.PORT))
			.sync();
	}

	/** What it does with a call. */
	enum Form {

		/** Random bytes. */
		GARBAGE,
		/** Half of a frame, then the end of the stream. */
		TRUNCATED,
		/** The result of another call. */
		FOREIGN,
		/** Nothing. */
		MUTE

	}

	/** The control stream, or one with calls. */
	private static final class Stream extends ChannelInboundHandlerAdapter {

		private final FrameDecoder decoder = new FrameDecoder(1 << 24);

		private final Random random = new Random(1);

		private final Form form;

		private final NodeReport self;

		private final ByteBuf received = Unpooled.buffer();

		Stream(Form form, NodeReport self) {
			this.form = form;
			this.self = self;
		}

		@Override
		public void channelRead(ChannelHandlerContext context, Object message) {
			ByteBuf bytes = (ByteBuf) message;
			this.received.writeBytes(bytes);
			bytes.release();
			ByteBuf out = context.alloc().buffer();
			boolean last = false;
			// Half a frame is the last one: the next would complete it.
			for (Frame frame = this.decoder.decode(this.received); frame != null
					&& !last; frame = this.decoder.decode(this.received)) {
				last = answer(frame, out);
			}
			this.received.discardReadBytes();
			if (!out.isReadable()) {
				out.release();
				return;
			}
			boolean finish = last;
			context.writeAndFlush(out).addListener((written) -> {
				if (finish) {
					((QuicStreamChannel) context.channel()).shutdownOutput();
				}
			});
		}

		private boolean answer(Frame frame, ByteBuf out) {
			if (frame instanceof Frame.Hello) {
				FrameCodec.encode(new Frame.Welcome(Introduction.of(this.self.realm(), this.self.nodeId(),
						this.self.incarnation(), 1 << 24, 20_000, List.of("cbor"), "rogue")), out);
			}
			else if (frame instanceof Frame.Ping ping) {
				FrameCodec.encode(new Frame.Pong(ping.token()), out);
			}
			else if (frame instanceof Frame.Call call) {
				return misbehave(call, out);
			}
			return false;
		}

		private boolean misbehave(Frame.Call call, ByteBuf out) {
			switch (this.form) {
				case GARBAGE -> {
					byte[] bytes = new byte[MANY_BYTES];
					this.random.nextBytes(bytes);
					out.writeBytes(bytes);
				}
				case TRUNCATED -> {
					int begin = out.writerIndex();
					FrameCodec.writeResult(out, call.callId(), new byte[100]);
					out.writerIndex(begin + (out.writerIndex() - begin) / 2);
					return true;
				}
				case FOREIGN -> FrameCodec.writeResult(out, call.callId() + FOREIGN_IDS, new byte[10]);
				case MUTE -> {
				}
			}
			return false;
		}

	}

}
