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

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

import io.macula.faults.LoadClient.Calls;
import io.macula.harness.Clock;
import io.macula.sample.Answer;
import io.macula.sample.Question;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.handler.codec.quic.QuicChannel;
import io.netty.handler.codec.quic.QuicClientCodecBuilder;
import io.netty.handler.codec.quic.QuicSslContext;
import io.netty.handler.codec.quic.QuicSslContextBuilder;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import io.netty.util.ReferenceCountUtil;
import org.reactivestreams.Subscription;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Flux;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;

/**
 * Somebody who means no good. Each form prints {@code Started attack} when it is under
 * way and goes on until it is killed.
 */
final class Attack {

	private static final int SLOW_STREAMS = 500;

	private Attack() {
	}

	/**
	 * Attack a provider.
	 * @param args the form, host and port of the target, a count or rate; settings of the
	 * application for the forms that are members of the realm
	 * @throws Exception if the attack cannot go on
	 */
	static void run(String[] args) throws Exception {
		switch (args[0]) {
			case "half-open" ->
				halfOpen(new InetSocketAddress(args[1], Integer.parseInt(args[2])), Integer.parseInt(args[3]));
			case "garbage" ->
				garbage(new InetSocketAddress(args[1], Integer.parseInt(args[2])), Integer.parseInt(args[3]));
			case "streams" -> StreamFlood.run(new InetSocketAddress(args[1], Integer.parseInt(args[2])));
			case "rogue" -> RogueProvider.run(args[1], args[2], Arrays.copyOfRange(args, 3, args.length));
			case "overload" -> Overload.run(Integer.parseInt(args[1]), Arrays.copyOfRange(args, 2, args.length));
			case "hoard" -> OrdealClient.hoard(Arrays.copyOfRange(args, 1, args.length));
			case "sleep" -> OrdealClient.sleep(Arrays.copyOfRange(args, 1, args.length));
			case "slow-readers" -> slow(args, true);
			case "slow-writers" -> slow(args, false);
			default -> throw new IllegalArgumentException("Attack '" + args[0] + "' is not known");
		}
	}

	/**
	 * Begin handshakes and never answer: what comes back is thrown away.
	 */
	private static void halfOpen(InetSocketAddress target, int connections) throws InterruptedException {
		QuicSslContext tls = QuicSslContextBuilder.forClient()
			.trustManager(InsecureTrustManagerFactory.INSTANCE)
			.applicationProtocols("macula/1")
			.build();
		EventLoopGroup group = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
		Channel socket = new Bootstrap().group(group)
			.channel(NioDatagramChannel.class)
			.handler(new ChannelInitializer<Channel>() {
				@Override
				protected void initChannel(Channel channel) {
					channel.pipeline().addLast(new ThrowAway());
					channel.pipeline()
						.addLast(new QuicClientCodecBuilder().sslContext(tls)
							.maxIdleTimeout(60, TimeUnit.SECONDS)
							.initialMaxData(1_000_000)
							.build());
				}
			})
			.bind(0)
			.sync()
			.channel();
		System.out.println("Started attack");
		for (int i = 0; i < connections; i++) {
			var unused = QuicChannel.newBootstrap(socket)
				.handler(new ChannelInboundHandlerAdapter())
				.streamHandler(new ChannelInboundHandlerAdapter())
				.remoteAddress(target)
				.connect();
			LockSupport.parkNanos(TimeUnit.MICROSECONDS.toNanos(500));
		}
		System.out.println("Begun " + connections);
		Clock.pause(Duration.ofDays(1));
	}

	/**
	 * Random bytes of random length, half of them dressed up as QUIC long headers.
	 */
	private static void garbage(InetSocketAddress target, int perSecond) throws IOException {
		Random random = new Random(1);
		System.out.println("Started attack");
		try (DatagramSocket socket = new DatagramSocket()) {
			while (true) {
				byte[] bytes = new byte[1 + random.nextInt(1400)];
				random.nextBytes(bytes);
				if (bytes.length > 5 && random.nextBoolean()) {
					bytes[0] |= (byte) 0xC0;
					bytes[1] = 0;
					bytes[2] = 0;
					bytes[3] = 0;
					bytes[4] = 1;
				}
				socket.send(new DatagramPacket(bytes, bytes.length, target));
				LockSupport.parkNanos(1_000_000_000L / perSecond);
			}
		}
	}

	/**
	 * Members of the realm that open many streams and take, or give, an element a second.
	 */
	private static void slow(String[] args, boolean readers) {
		String[] settings = Arrays.copyOfRange(args, 1, args.length);
		ConfigurableApplicationContext context = new SpringApplicationBuilder(LoadClient.Configuration.class)
			.web(WebApplicationType.NONE)
			.properties("spring.config.name=load")
			.run(settings);
		Calls calls = context.getBean(Calls.class);
		for (int i = 0; i < SLOW_STREAMS; i++) {
			Question question = new Question(-1 - i, 1);
			if (readers) {
				calls.calculator().table(question, 1_000_000).subscribe(new SlowReader());
			}
			else {
				calls.calculator()
					.multiplyAll(Flux.interval(Duration.ofSeconds(1)).onBackpressureDrop().map((tick) -> question))
					.subscribe((answer) -> {
					}, (failure) -> {
					});
			}
		}
		System.out.println("Started streams");
		Clock.pause(Duration.ofDays(1));
	}

	/** Throws away what arrives. */
	private static final class ThrowAway extends ChannelInboundHandlerAdapter {

		@Override
		public void channelRead(ChannelHandlerContext context, Object message) {
			ReferenceCountUtil.release(message);
		}

	}

	/** Takes one element a second. */
	private static final class SlowReader extends BaseSubscriber<Answer> {

		@Override
		protected void hookOnSubscribe(Subscription subscription) {
			var unused = Flux.interval(Duration.ofSeconds(1)).subscribe((tick) -> request(1));
			request(1);
		}

		@Override
		protected void hookOnError(Throwable failure) {
			// What becomes of an attacker's stream is not measured.
			dispose();
		}

	}

}
